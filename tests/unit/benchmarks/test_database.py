"""What the benchmark of two systems and one database tells, and its guest image."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from benchmarks.database import image
from benchmarks.database.act import Act, broken, document, markdown
from benchmarks.setting import Setting
from box import debian

SHELLCHECK = Path(sys.executable).with_name("shellcheck")
SETTING = Setting(commit="abc1234", day="2026-11-30", load=1.0)


def act(
    name: str = "ao switch",
    *,
    lost: int = 0,
    taken: dict[str, int] | None = None,
    refused: dict[str, int] | None = None,
    missing: int = 0,
    failure: str | None = None,
) -> Act:
    return Act(
        name=name,
        requests=100,
        lost=lost,
        outcomes={"answered": 100 - lost},
        taken={"1.0": 5, "2.0": 7} if taken is None else taken,
        refused=refused or {},
        missing=missing,
        longest_s=1.25,
        command_s=10.0,
        failure=failure,
    )


def test_a_run_without_losses_keeps_the_promise() -> None:
    assert list(broken([act("ao release 2.0"), act("ao back")])) == []


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (act(lost=2), "2 requests lost"),
        (act(refused={"HTTP 503": 1}), "HTTP 503"),
        (act(missing=3), "missing: 3"),
        (act(failure="exit code 1"), "exit code 1"),
        (act(taken={}), "no order was taken"),
    ],
)
def test_whatever_is_lost_breaks_it(one: Act, told: str) -> None:
    (sentence,) = broken([act(), one])
    assert told in sentence


def test_a_command_has_one_row_however_often_it_was_run() -> None:
    lines = markdown(SETTING, [act("ao back"), act(), act(lost=1)]).splitlines()
    rows = [line for line in lines if line.startswith("| ao")]
    assert rows == [
        "| ao back | 1 | 100 | 0 | 5 by 1.0, 7 by 2.0 | 0 | 0 | 1.25 s | 10 s |",
        "| ao switch | 2 | 200 | 1 | 10 by 1.0, 14 by 2.0 | 0 | 0 | 1.25 s | 10 s |",
    ]


def test_the_file_has_each_run() -> None:
    told = json.loads(document(SETTING, [act("ao back"), act()]))
    assert told["commit"] == "abc1234"
    assert [it["name"] for it in told["acts"]] == ["ao back", "ao switch"]


class Workshop:
    """debootstrap, busybox and mkfs that only pretend, and the tree of the last build."""

    def __init__(self) -> None:
        self.builds = 0
        self.files: set[str] = set()

    def download(self, packages: Iterable[str], suite: str, into: Path) -> list[Path]:
        return [into / "linux-image-6.1_amd64.deb", into / "kmod_30_amd64.deb"]

    def unpack(self, archives: Iterable[Path], into: Path) -> None:
        assert [it.name for it in archives] == ["linux-image-6.1_amd64.deb"]
        listings = (image.OWN / "etc/modules", image.INITRAMFS / "modules")
        names = [line.split()[0] for it in listings for line in it.read_text().splitlines()]
        for name in ["boot/vmlinuz-6.1", *(f"usr/lib/modules/6.1/{it}.ko" for it in names)]:
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            (into / name).write_text(name)

    def run(self, *command: str | Path, folder: Path | None = None, text: str = "") -> bytes:
        if command[0] == "debootstrap":
            self.builds += 1
            tree = Path(command[-2])
            for name in (*image.KEYS, *(f"{it}/x" for it in image.LEFT_OUT), "usr/bin/busybox",
                         "usr/bin/seq", "etc/passwd"):  # fmt: skip
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                (tree / name).write_text("debian")
                (tree / name).chmod(0o755)
            (tree / "usr/sbin").mkdir()
        elif command[1:] == ("--list",):
            return b"seq\nudhcpc\n"
        elif command[0] == "mkfs.ext4":
            tree = Path(command[command.index("-d") + 1])
            self.files = {str(it.relative_to(tree)) for it in tree.rglob("*")}
            self.passwd = (tree / "etc/passwd").read_text()
            self.links = {it.name: str(it.readlink()) for it in tree.rglob("*") if it.is_symlink()}
            Path(command[-2]).write_bytes(b"disk")
        elif command[0] == "openssl":
            subprocess.run(command, check=True, capture_output=True)
        else:
            return text.encode()
        return b""


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch) -> Workshop:
    workshop = Workshop()
    monkeypatch.setattr(debian, "download", workshop.download)
    monkeypatch.setattr(debian, "unpack", workshop.unpack)
    monkeypatch.setattr(debian, "mirror", lambda: "http://mirror.example/debian")
    monkeypatch.setattr(image, "_run", workshop.run)
    return workshop


def test_the_image_starts_as_the_boxs_guests_do_and_keeps_debians_users(
    workshop: Workshop, tmp_path: Path
) -> None:
    guest = image.build(tmp_path)
    assert {"etc/first-boot", "etc/dhcp", "etc/boot-more", "usr/lib/modules/virtio_net.ko"} <= (
        workshop.files
    )
    assert workshop.passwd == "debian"
    assert workshop.links == dict.fromkeys(("init", "udhcpc"), "/usr/bin/busybox")
    started = set(guest.ramdisk.read_text().splitlines())
    assert {"init", "bin/busybox", "lib/modules/virtio_blk.ko"} <= started


def test_no_key_and_nothing_that_only_installing_needs_is_in_it(
    workshop: Workshop, tmp_path: Path
) -> None:
    image.build(tmp_path)
    assert not workshop.files & {*image.KEYS, *(f"{it}/x" for it in image.LEFT_OUT)}


def test_the_key_of_its_servers_is_in_the_image_alone_and_tells_one_build_from_another(
    workshop: Workshop, tmp_path: Path
) -> None:
    one, other = image.build(tmp_path / "one"), image.build(tmp_path / "other")
    assert image.SERVERS_KEY in workshop.files
    assert "PRIVATE KEY" not in (tmp_path / "one" / image.CERTIFICATE).read_text()
    assert one.digest != other.digest


def test_it_is_built_once_for_the_same_sources(workshop: Workshop, tmp_path: Path) -> None:
    assert image.build(tmp_path) == image.build(tmp_path)
    assert workshop.builds == 1
    assert {it.name for it in tmp_path.iterdir()} == {
        "vmlinuz", "initrd.img", "disk.raw", "image.json", "servers.pem",
    }  # fmt: skip


@pytest.mark.parametrize(
    "script",
    [
        image.INITRAMFS / "init",
        *(image.OWN / "etc" / it for it in ("boot-more", "stop", "acpi/PWRF/00000080")),
    ],
    ids=lambda it: it.name,
)
def test_the_guests_scripts_are_sound_shell_and_may_run(script: Path) -> None:
    words = [SHELLCHECK, "--shell", "sh", script]
    result = subprocess.run(words, capture_output=True, text=True)
    assert result.stdout == ""
    assert script.stat().st_mode & 0o111 == 0o111
