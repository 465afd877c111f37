"""The guest image `ao-demo`: a kernel, busybox and lighttpd of Debian, all in memory."""

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from box import debian

SUITE = "bookworm"
PACKAGES = ("busybox", "lighttpd", "linux-image-cloud-amd64")

WANTED = re.compile(r"(busybox|lib\w[\w.+-]*|lighttpd|linux-image-\d[\w.-]*)_")
"""The archives that hold files of the guest; the rest is what only installing needs."""

COMMAND_LINE = "console=ttyS0 quiet mitigations=off tsc=reliable no_timer_check cryptomgr.notests"
"""Words that save time where there is no KVM; the kernel checks nothing that QEMU emulates."""

HERE = Path(__file__).parent
ROOT = HERE / "root"
"""Our own files, as they lie in the guest."""

FOLDERS = ("dev", "proc", "root", "run", "sys", "tmp", "var/lib/cloud", "var/log", "var/tmp")
"""Folders of the guest that are empty at its start."""

LIBRARIES = Path("usr/lib/x86_64-linux-gnu")
LOADER = Path("lib64/ld-linux-x86-64.so.2")


@dataclass(frozen=True, kw_only=True)
class GuestImage:
    """The files that Glance needs for direct kernel boot."""

    kernel: Path
    """The kernel, Glance's `aki`."""

    ramdisk: Path
    """The whole guest as an initramfs, Glance's `ari`."""

    disk: Path
    """An empty raw disk, since Nova starts no server without one."""

    command_line: str
    """The kernel's command line, Glance's `os_command_line`."""

    digest: str
    """Changes when the guest's content changes."""


def build(work: Path) -> GuestImage:
    """Build the image below `work`, unless the one there is of the same sources.

    Raises BoxError when Debian's packages cannot be had.
    """
    source = digest(sources(HERE))
    record = work / "image.json"
    if record.exists():
        built = json.loads(record.read_text())
        if built["source"] == source:
            return _image(work, built["digest"])
    record.unlink(missing_ok=True)
    scratch = work / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    packages = debian.download(PACKAGES, SUITE, scratch / "apt")
    wanted = [path for path in packages if WANTED.match(path.name)]
    tree, guest = scratch / "debian", scratch / "guest"
    debian.unpack(wanted, tree)
    _assemble(tree, guest)
    (kernel,) = tree.glob("boot/vmlinuz-*")
    shutil.copyfile(kernel, work / "vmlinuz")
    _pack(tree, guest, work / "initrd.img")
    (work / "disk.raw").write_bytes(bytes(2**20))
    shutil.rmtree(scratch)
    made_of = digest([source.encode(), *(path.name.encode() for path in wanted)])
    record.write_text(json.dumps({"source": source, "digest": made_of}))
    return _image(work, made_of)


def _image(work: Path, made_of: str) -> GuestImage:
    return GuestImage(
        kernel=work / "vmlinuz",
        ramdisk=work / "initrd.img",
        disk=work / "disk.raw",
        command_line=COMMAND_LINE,
        digest=made_of,
    )


def sources(folder: Path) -> Iterator[bytes]:
    """Yield name and content of each file that an image is made by and of, below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            yield str(path.relative_to(folder)).encode()
            yield path.read_bytes()


def digest(parts: Iterable[bytes]) -> str:
    """Return what changes when any of the parts does."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


def _assemble(tree: Path, guest: Path) -> None:
    """Put together the guest's root from Debian's unpacked packages and our own files."""
    for folder in FOLDERS:
        (guest / folder).mkdir(parents=True)
    debian.unpack([], guest)
    shutil.copytree(ROOT, guest, dirs_exist_ok=True)
    modules = sorted((tree / "usr/lib/lighttpd").glob("*.so"))
    programs = [tree / "usr/bin/busybox", tree / "usr/sbin/lighttpd"]
    for path in [*programs, *modules, *_libraries(tree, [*programs, *modules])]:
        _copy(path, guest / path.relative_to(tree))
    _copy(tree / LOADER, guest / LOADER)
    for applet in _busybox(tree, "--list-full").decode().split():
        (guest / applet).symlink_to("/usr/bin/busybox")
    (guest / "init").symlink_to("sbin/init")
    for line in (ROOT / "etc/modules").read_text().splitlines():
        name = line.split()[0]
        (module,) = (tree / "usr/lib/modules").rglob(f"{name}.ko")
        _copy(module, guest / "usr/lib/modules" / module.name)


def _libraries(tree: Path, programs: Iterable[Path]) -> list[Path]:
    """Return the shared libraries that programs load, as the tree's own loader finds them."""
    found: set[str] = set()
    for program in programs:
        listing = _load(tree, "--list", program).decode()
        found.update(re.findall(rf"=> {re.escape(str(tree))}/(\S+)", listing))
    return [tree / name for name in sorted(found)]


def _pack(tree: Path, guest: Path, ramdisk: Path) -> None:
    """Write a folder as an initramfs. It is not compressed: unpacking costs the guest more."""
    names = (path.relative_to(guest) for path in sorted(guest.rglob("*")))
    listing = "\n".join(str(name) for name in names).encode()
    ramdisk.write_bytes(
        _busybox(tree, "cpio", "-o", "-H", "newc", "-R", "0:0", folder=guest, text=listing)
    )


def _busybox(tree: Path, *words: str, folder: Path | None = None, text: bytes = b"") -> bytes:
    return _load(tree, tree / "usr/bin/busybox", *words, folder=folder, text=text)


def _load(tree: Path, *words: str | Path, folder: Path | None = None, text: bytes = b"") -> bytes:
    """Run a program of the tree with the libraries of the tree."""
    loader = (tree / LOADER, "--library-path", tree / LIBRARIES)
    result = subprocess.run(
        (*loader, *words), cwd=folder, input=text, capture_output=True, check=True
    )
    return result.stdout


def _copy(path: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, to)
