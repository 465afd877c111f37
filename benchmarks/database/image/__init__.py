"""The guest image `ao-database`: Debian with PostgreSQL and Python, made by debootstrap.

The box's own guests have no packages, and no way to any. This image has a disk, as a database needs
one, and starts as they do: by the files of `box.image` and a few of its own. It is put into the
project by Glance, as any user of a cloud brings an image of his own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import openstack

from box import debian
from box.cloud.guest import publish
from box.errors import BoxError
from box.image import COMMAND_LINE, ROOT, SUITE, GuestImage, digest, sources

NAME = "ao-database"
PACKAGES = ("busybox-static", "openssl", "postgresql-15", "python3-psycopg2")
KERNEL = "linux-image-cloud-amd64"
SIZE = "640M"
"""Of the disk's file system; the smallest flavor of the box has 1 GiB."""

HERE = Path(__file__).parent
OWN = HERE / "root"
"""Our own files, as they lie in the guest, beside those of the box's guest."""
INITRAMFS = HERE / "initramfs"
"""What starts before there is a disk."""

LEFT_OUT = (
    "boot",
    "dev",
    "proc",
    "sys",
    "usr/share/doc",
    "usr/share/i18n",
    "usr/share/locale",
    "usr/share/man",
    "var/cache/apt",
    "var/lib/apt/lists",
    # The compiler of PostgreSQL's queries, a fifth of the image: `jit` is off in the guest.
    "usr/lib/x86_64-linux-gnu/libLLVM-14.so.1",
    "usr/lib/postgresql/15/lib/bitcode",
)
"""What only installing and reading need."""
KEYS = ("etc/ssl/private/ssl-cert-snakeoil.key", "etc/ssl/certs/ssl-cert-snakeoil.pem")
"""What each server makes for itself: a key that an image holds is no secret."""


FOLDER = Path(sys.prefix) / "database-image"
"""Where the image is built unless another folder is named."""
SERVERS_KEY = "etc/ao/servers.key"
"""What opens the secrets of a site, and is in the image alone."""
CERTIFICATE = "servers.pem"
"""Its certificate, beside the image's files, for which Ao seals."""


def build(work: Path) -> GuestImage:
    """Build the image in a folder, unless the one there is of the same sources; as root.

    Raises BoxError when Debian's packages cannot be had.
    """
    source = digest([*sources(HERE), *sources(ROOT)])
    record = work / "image.json"
    if not record.exists() or json.loads(record.read_text())["source"] != source:
        record.unlink(missing_ok=True)
        scratch = work / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        _build(scratch, work)
        shutil.rmtree(scratch)
        record.write_text(json.dumps({"source": source}))
    return GuestImage(
        kernel=work / "vmlinuz",
        ramdisk=work / "initrd.img",
        disk=work / "disk.raw",
        command_line=COMMAND_LINE,
        digest=digest([source.encode(), (work / CERTIFICATE).read_bytes()]),
    )


def _build(scratch: Path, work: Path) -> None:
    kernel, tree, initramfs = scratch / "kernel", scratch / "tree", scratch / "initramfs"
    packages = debian.download([KERNEL], SUITE, scratch / "apt")
    debian.unpack([it for it in packages if it.name.startswith("linux-image-")], kernel)
    _debootstrap(tree)
    busybox = tree / "usr/bin/busybox"
    applets = _run(busybox, "--list").decode().split()
    _furnish(tree, applets)
    _key(tree / SERVERS_KEY, work / CERTIFICATE)
    _modules(kernel, OWN / "etc/modules", tree / "usr/lib/modules")
    shutil.copytree(INITRAMFS, initramfs)
    for folder in ("bin", "dev", "disk", "lib/modules"):
        (initramfs / folder).mkdir(parents=True)
    shutil.copy(busybox, initramfs / "bin")
    _modules(kernel, INITRAMFS / "modules", initramfs / "lib/modules")
    names = "\n".join(str(path.relative_to(initramfs)) for path in sorted(initramfs.rglob("*")))
    packed = _run(busybox, "cpio", "-o", "-H", "newc", "-R", "0:0", folder=initramfs, text=names)
    (work / "initrd.img").write_bytes(packed)
    (vmlinuz,) = kernel.glob("boot/vmlinuz-*")
    shutil.copyfile(vmlinuz, work / "vmlinuz")
    disk = work / "disk.raw"
    disk.unlink(missing_ok=True)
    _run("mkfs.ext4", "-q", "-m", "0", "-E", "root_owner=0:0", "-d", tree, disk, SIZE)


def _debootstrap(tree: Path) -> None:
    """Install Debian into a folder, from where this machine has its own."""
    include = f"--include={','.join(PACKAGES)}"
    _run("debootstrap", "--variant=minbase", include, SUITE, tree, debian.mirror())


def _furnish(tree: Path, applets: list[str]) -> None:
    """Take away what the guest does not need, and give it how it starts."""
    for name in (*LEFT_OUT, *KEYS):
        path = tree / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for folder in ("dev", "proc", "sys", "var/lib/cloud"):
        (tree / folder).mkdir(parents=True, exist_ok=True)
    for files in (ROOT, OWN):
        # What Debian knows of its users and groups stays.
        ignored = shutil.ignore_patterns("passwd", "group")
        shutil.copytree(files, tree, dirs_exist_ok=True, ignore=ignored)
    for applet in {*applets, "init"}:
        if not shutil.which(applet, path=f"{tree}/usr/bin:{tree}/usr/sbin"):
            link = tree / "usr/sbin" / applet
            link.unlink(missing_ok=True)
            link.symlink_to("/usr/bin/busybox")


def _key(key: Path, certificate: Path) -> None:
    """Make a key that root alone reads, and its certificate."""
    key.parent.mkdir(mode=0o700)
    made = ("req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "3650")
    _run("openssl", *made, "-subj", "/CN=servers", "-keyout", key, "-out", certificate)
    key.chmod(0o400)


def _modules(kernel: Path, listing: Path, into: Path) -> None:
    """Copy the kernel modules that a list names."""
    into.mkdir(parents=True, exist_ok=True)
    for line in listing.read_text().splitlines():
        (module,) = kernel.rglob(f"{line.split()[0]}.ko")
        shutil.copy(module, into)


def _run(*command: str | Path, folder: Path | None = None, text: str = "") -> bytes:
    """Run a command. Raises BoxError with the end of what it said."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    try:
        result = subprocess.run(
            command,
            cwd=folder,
            input=text.encode(),
            env=environment,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise BoxError(f"{command[0]} is not installed here: scripts/debian debootstrap") from error
    if result.returncode:
        said = (result.stderr + result.stdout).decode(errors="replace").strip().splitlines()
        raise BoxError("\n".join([f"{command[0]} failed:", *said[-5:]]))
    return result.stdout


def main() -> None:
    """Build the image, and put it into the project of a cloud."""
    parser = argparse.ArgumentParser(prog="scripts/database-image", description=__doc__)
    parser.add_argument("--cloud", default="shop", help="cloud of clouds.yaml; default shop")
    parser.add_argument(
        "--into",
        type=Path,
        metavar="FOLDER",
        default=FOLDER,
        help="where it is built; default in .venv",
    )
    parser.add_argument(
        "--certificate",
        type=Path,
        metavar="FILE",
        help="where to put the certificate for which secrets of its servers are sealed",
    )
    options = parser.parse_args()
    try:
        guest = build(options.into)
    except BoxError as error:
        sys.exit(str(error))
    with openstack.connect(cloud=options.cloud) as cloud:
        publish(cloud, guest, name=NAME, visibility="private")
    if options.certificate:
        shutil.copyfile(options.into / CERTIFICATE, options.certificate)
    print(f"{NAME} is in the project of cloud {options.cloud}")
