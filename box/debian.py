"""Packages of any Debian release, downloaded and unpacked without touching this machine's own."""

import platform
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from box.errors import BoxError

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
"""Holds the keys of the older and of the newer releases too."""


def download(packages: Iterable[str], suite: str, into: Path) -> list[Path]:
    """Download packages of a suite, and all that they depend on, from this machine's mirror.

    `into` becomes a root of its own for apt, in which nothing is installed. Calls with different
    folders may run at the same time.

    Returns the archives, sorted by name. Raises BoxError when apt cannot get them.
    """
    into = into.resolve()
    for folder in (
        "etc/apt/preferences.d",
        "var/lib/apt/lists/partial",
        "var/cache/apt/archives/partial",
    ):
        (into / folder).mkdir(parents=True, exist_ok=True)
    status = into / "var/lib/dpkg/status"
    status.parent.mkdir(exist_ok=True)
    status.touch()
    (into / "etc/apt/sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror()} {suite} main")
    settings = (
        f"Dir={into}",
        f"Dir::State::status={status}",
        "Acquire::Languages=none",
        "APT::Sandbox::User=root",
    )
    apt = ("apt-get", "-q", *(word for setting in settings for word in ("-o", setting)))
    _run(*apt, "update")
    _run(*apt, "install", "--yes", "--no-install-recommends", "--download-only", *packages)
    return sorted((into / "var/cache/apt/archives").glob("*.deb"))


def unpack(archives: Iterable[Path], into: Path) -> None:
    """Unpack archives below a folder, which has Debian's merged /usr. No package script runs."""
    for folder in ("bin", "lib", "lib64", "sbin"):
        (into / "usr" / folder).mkdir(parents=True, exist_ok=True)
        link = into / folder
        if not link.is_symlink():
            link.symlink_to(f"usr/{folder}")
    tar = ("tar", "--extract", "--keep-directory-symlink", "--directory", str(into))
    for archive in archives:
        content = _run("dpkg-deb", "--fsys-tarfile", str(archive))
        subprocess.run(tar, input=content, check=True)


def mirror() -> str:
    """Return where this machine gets its own Debian from, as apt itself understands its sources.

    Raises BoxError when it has no such source.
    """
    codename = platform.freedesktop_os_release()["VERSION_CODENAME"]
    indexes = _run("apt-get", "update", "--print-uris").decode()
    found = re.search(rf"^'(\S+)/dists/{codename}/InRelease'", indexes, re.MULTILINE)
    if found is None:
        raise BoxError(
            f"apt has no source for Debian {codename}; add Debian's mirror to /etc/apt/sources.list"
        )
    return found[1]


def _run(*command: str) -> bytes:
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if result.returncode != 0:
        raise BoxError(f"{' '.join(command)} failed:\n{result.stderr.decode().strip()}")
    return result.stdout
