"""What the box adds to OpenStack of its own: plug-ins in the environment that it runs from."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Plugin:
    """Files of the checkout that OpenStack's services load."""

    name: str
    """Name of the distribution that they look like."""
    parts: tuple[str, ...]
    """Packages and modules, by their paths in `site-packages`."""
    root: Path = CHECKOUT
    """Folder that those paths begin at in the checkout."""
    entry_points: str = ""
    """Where services find it."""

    @property
    def digest(self) -> str:
        """What tells one state of it from another."""
        found = hashlib.sha256()
        for path in self._files():
            found.update(str(path.relative_to(self.root)).encode() + path.read_bytes())
        return found.hexdigest()[:12]

    def install(self, site: Path) -> None:
        """Copy it into an environment's `site-packages`, unless it is there in this state.

        Services run from there, not from a checkout, which may move on or go away.
        """
        version = f"0+{self.digest}"
        stem = self.name.replace("-", "_")
        about = site / f"{stem}-{version}.dist-info"
        if about.exists():
            return
        for earlier in site.glob(f"{stem}-*.dist-info"):
            shutil.rmtree(earlier)
        for part in self.parts:
            shutil.rmtree(site / part, ignore_errors=True)
        for path in self._files():
            target = site / path.relative_to(self.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        about.mkdir()
        (about / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {self.name}\nVersion: {version}\n"
        )
        (about / "entry_points.txt").write_text(self.entry_points)

    def _files(self) -> Iterator[Path]:
        for part in self.parts:
            path = self.root / part
            found = sorted(path.rglob("*")) if path.is_dir() else [path]
            yield from (it for it in found if it.is_file() and "__pycache__" not in it.parts)


PROVIDER = Plugin(
    name="box-provider",
    parts=("box/__init__.py", "box/provider"),
    entry_points="""\
[octavia.api.drivers]
haproxy = box.provider.driver:Driver

[octavia.driver_agent.provider_agents]
haproxy = box.provider.agent:run
""",
)
"""The box's own Octavia provider."""

DASHBOARD = Plugin(name="ao-bluegreen", parts=("ao", "ao_dashboard"), root=CHECKOUT / "src")
"""Ao and its panel for Horizon."""
