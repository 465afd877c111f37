"""The box's own Octavia provider, as a plug-in in the environment that OpenStack runs from."""

import hashlib
import shutil
from pathlib import Path

BOX = Path(__file__).parent

ENTRY_POINTS = """\
[octavia.api.drivers]
haproxy = box.provider.driver:Driver

[octavia.driver_agent.provider_agents]
haproxy = box.provider.agent:run
"""
"""Where Octavia finds its provider."""


def digest(package: str) -> str:
    """Return what tells one state of a package of the box from another."""
    found = hashlib.sha256()
    for module in sorted((BOX / package).rglob("*.py")):
        found.update(module.name.encode() + module.read_bytes())
    return found.hexdigest()[:12]


def install(site: Path) -> None:
    """Copy the provider and its entry points into an environment's `site-packages`.

    Services run from there, not from a checkout, which may move on or go away.
    """
    version = f"0+{digest('provider')}"
    about = site / f"box_provider-{version}.dist-info"
    if about.exists():
        return
    for earlier in site.glob("box_provider-*.dist-info"):
        shutil.rmtree(earlier)
    shutil.rmtree(site / "box", ignore_errors=True)
    shutil.copytree(BOX / "provider", site / "box/provider")
    shutil.copy(BOX / "__init__.py", site / "box")
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: box-provider\nVersion: {version}\n"
    )
    (about / "entry_points.txt").write_text(ENTRY_POINTS)
