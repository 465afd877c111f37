"""The Python environment that OpenStack runs from, made from the lock file."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

from box.home import Home
from box.plugin import CHECKOUT, DASHBOARD, PROVIDER
from box.steps import Step

REQUIREMENTS = Path(__file__).parent / "requirements"
LOCK = REQUIREMENTS / "openstack.lock"
"""Every package with its hashes, resolved from `openstack.in` by `uv pip compile`."""

INSTALLER = REQUIREMENTS / "uv.lock"
"""The installer itself, for pip."""

DEBIAN_MODULES = Path("/usr/lib/python3/dist-packages")
"""Where Debian keeps the libvirt binding, which has to match Debian's libvirt."""


def venv(home: Home) -> Path:
    """Return the folder of the environment that belongs to today's lock file."""
    return home.root / f"venv-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"


def make(step: Step, home: Home) -> None:
    """Install the environment unless it is there."""
    target = venv(home)
    complete = target / ".complete"
    if not complete.exists():
        _install(step, home, target)
        complete.touch()
    # uv leaves its lock to everyone.
    (target / ".lock").unlink(missing_ok=True)


def _install(step: Step, home: Home, target: Path) -> None:
    uv = _installer(step, home)
    step.run(uv, "venv", "--clear", "--python", "/usr/bin/python3", target)
    step.run(
        uv,
        "pip",
        "install",
        "--no-cache",
        "--no-config",
        "--compile-bytecode",
        "--require-hashes",
        "--python",
        target / "bin/python",
        "--requirement",
        LOCK,
    )


def _installer(step: Step, home: Home) -> Path:
    digest = hashlib.sha256(INSTALLER.read_bytes()).hexdigest()[:12]
    folder = home.root / f"uv-{digest}"
    if not (folder / "bin/uv").exists():
        step.run("/usr/bin/python3", "-m", "venv", "--clear", folder)
        step.run(
            folder / "bin/pip", "install", "--quiet", "--require-hashes", "--requirement", INSTALLER
        )
    return folder / "bin/uv"


def python(home: Home) -> Path:
    """Return the environment's Python, which is there after the first `up`."""
    return venv(home) / "bin/python"


def variables(home: Home) -> dict[str, str]:
    """Return what the environment's Python needs to run one of the box's own modules."""
    return {
        "AO_BOX_HOME": str(home.root),
        "LANG": "C.UTF-8",
        "OS_CLIENT_CONFIG_FILE": str(home.clouds),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(CHECKOUT),
    }


def _site(home: Home) -> Path:
    major, minor = sys.version_info[:2]
    return venv(home) / f"lib/python{major}.{minor}/site-packages"


def add_plugins(home: Home) -> None:
    """Install what the box adds to OpenStack, in today's version."""
    for plugin in (PROVIDER, DASHBOARD):
        plugin.install(_site(home))


def add_libvirt(home: Home) -> None:
    """Let the environment import Debian's libvirt binding."""
    site = _site(home)
    for module in DEBIAN_MODULES.glob("libvirt*"):
        link = site / module.name
        if not link.exists():
            link.symlink_to(module)


def remove_others(home: Home) -> None:
    """Remove the environments of other lock files."""
    for folder in home.root.glob("venv-*"):
        if folder != venv(home):
            shutil.rmtree(folder)
