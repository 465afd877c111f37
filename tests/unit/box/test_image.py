"""Building the guest image, from packages that only pretend to be Debian's."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from box import debian, image
from box.errors import BoxError

SHELLCHECK = Path(sys.executable).with_name("shellcheck")

LOADER = """#!/bin/sh
# Called like Debian's loader: --library-path FOLDER, then --list PROGRAM, or busybox and its words.
shift 2
case "$*" in
--list*) echo "libc.so.6 => $TREE/usr/lib/x86_64-linux-gnu/libc.so.6 (0x1)" ;;
*--list-full) printf 'bin/sh\\nsbin/init\\n' ;;
*cpio*) cat ;;
esac
"""


class Mirror:
    """Debian's packages in one version, and how often they were asked for."""

    def __init__(self) -> None:
        self.lighttpd = "1.4.69-1"
        self.downloads = 0
        self.fails = False

    def download(self, packages: Iterable[str], suite: str, into: Path) -> list[Path]:
        self.downloads += 1
        if self.fails:
            raise BoxError("apt-get update failed")
        return [into / "busybox_1.35_amd64.deb", into / f"lighttpd_{self.lighttpd}_amd64.deb"]

    def unpack(self, archives: Iterable[Path], into: Path) -> None:
        files = [
            "boot/vmlinuz-6.1",
            "usr/bin/busybox",
            "usr/lib/lighttpd/mod_cgi.so",
            "usr/lib/x86_64-linux-gnu/libc.so.6",
            "usr/sbin/lighttpd",
        ]
        modules = (image.ROOT / "etc/modules").read_text().splitlines()
        files += [f"usr/lib/modules/6.1/kernel/{line.split()[0]}.ko" for line in modules]
        if list(archives):
            for name in files:
                (into / name).parent.mkdir(parents=True, exist_ok=True)
                (into / name).write_text(name)
            loader = into / image.LOADER
            loader.parent.mkdir(parents=True)
            loader.write_text(LOADER.replace("$TREE", str(into)))
            loader.chmod(0o755)
        else:
            (into / "bin").mkdir(parents=True)
            (into / "sbin").mkdir()


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Mirror:
    mirror = Mirror()
    monkeypatch.setattr(debian, "download", mirror.download)
    monkeypatch.setattr(debian, "unpack", mirror.unpack)
    return mirror


def test_the_guest_holds_what_it_starts_with(mirror: Mirror, tmp_path: Path) -> None:
    built = image.build(tmp_path)
    names = set(built.ramdisk.read_text().splitlines())
    assert {
        "init",
        "bin/sh",
        "etc/inittab",
        "etc/first-boot",
        "usr/bin/busybox",
        "usr/sbin/lighttpd",
        "usr/lib/lighttpd/mod_cgi.so",
        "usr/lib/modules/virtio_net.ko",
        "usr/lib/x86_64-linux-gnu/libc.so.6",
        "lib64/ld-linux-x86-64.so.2",
        "proc",
    } <= names
    assert built.kernel.read_text() == "boot/vmlinuz-6.1"
    assert built.disk.stat().st_size == 2**20


def test_an_image_that_is_there_is_not_built_again(mirror: Mirror, tmp_path: Path) -> None:
    assert image.build(tmp_path) == image.build(tmp_path)
    assert mirror.downloads == 1


def test_building_leaves_only_the_image(mirror: Mirror, tmp_path: Path) -> None:
    image.build(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "vmlinuz", "initrd.img", "disk.raw", "image.json",
    }  # fmt: skip


def test_the_digest_is_the_same_for_the_same_packages_and_another_for_others(
    mirror: Mirror, tmp_path: Path
) -> None:
    digests = []
    for number, version in enumerate(["1.4.69-1", "1.4.69-1", "1.4.70-1"]):
        mirror.lighttpd = version
        work = tmp_path / str(number)
        work.mkdir()
        digests.append(image.build(work).digest)
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]


def test_our_own_files_count_too(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = image.build(tmp_path).digest
    (tmp_path / "own/etc").mkdir(parents=True)
    (tmp_path / "own/etc/modules").write_text("virtio_net\n")
    monkeypatch.setattr(image, "HERE", tmp_path / "own")
    monkeypatch.setattr(image, "ROOT", tmp_path / "own")
    assert image.build(tmp_path).digest != before


def test_a_build_that_failed_is_done_over(mirror: Mirror, tmp_path: Path) -> None:
    mirror.fails = True
    with pytest.raises(BoxError):
        image.build(tmp_path)
    mirror.fails = False
    assert image.build(tmp_path).ramdisk.exists()
    assert mirror.downloads == 2


@pytest.mark.parametrize("name", ["boot", "dhcp", "first-boot", "acpi/PWRF/00000080"])
def test_the_guests_scripts_are_sound_shell_and_may_run(name: str) -> None:
    script = image.ROOT / "etc" / name
    result = subprocess.run([SHELLCHECK, script], capture_output=True, text=True)
    assert result.stdout == ""
    assert script.stat().st_mode & 0o111 == 0o111
