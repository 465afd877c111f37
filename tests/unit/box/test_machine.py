import os
from dataclasses import replace
from pathlib import Path

import pytest

from box.home import Home
from box.machine import GIB, Listener, Machine, read, refusal

GOOD = Machine(
    user=0,
    system="debian 12",
    architecture="x86_64",
    free_memory=12 * GIB,
    free_disk=20 * GIB,
    tun=True,
    listeners=(),
    foreign_switch=None,
    running=False,
    root_length=len("/var/lib/ao-box"),
    open_folder=None,
)


def test_a_fresh_debian_12_is_accepted() -> None:
    assert refusal(GOOD) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"user": 1000}, "needs root"),
        ({"system": "ubuntu 24.04"}, "this is ubuntu 24.04"),
        ({"architecture": "aarch64"}, "this is aarch64"),
        ({"root_length": 90}, "set AO_BOX_HOME to a shorter one"),
        ({"free_memory": 5 * GIB}, "8 GiB of free memory, 5.0 are free"),
        ({"free_disk": 3 * GIB}, "8 GiB of free disk, 3.0 are free"),
        ({"tun": False}, "/dev/net/tun"),
        ({"open_folder": Path("/srv/all")}, "/srv/all is open to other users"),
        ({"foreign_switch": 77}, "process 77"),
    ],
)
def test_a_machine_that_cannot_run_it_is_refused_in_one_line(
    change: dict[str, object], words: str
) -> None:
    reason = refusal(replace(GOOD, **change))  # type: ignore[arg-type]

    assert reason is not None
    assert words in reason
    assert "\n" not in reason


def test_a_port_of_somebody_else_is_named_with_its_process() -> None:
    taken = Listener(port=5672, program="beam.smp (812)", ours=False)

    assert refusal(replace(GOOD, listeners=(taken,))) == (
        "port 5672 is taken by beam.smp (812); stop that first"
    )


def test_a_port_that_the_box_itself_listens_on_is_no_obstacle() -> None:
    own = Listener(port=5000, program="uwsgi (99)", ours=True)

    assert refusal(replace(GOOD, listeners=(own,), running=True)) is None


def test_a_running_box_is_not_asked_for_the_memory_it_already_has() -> None:
    assert refusal(replace(GOOD, running=True, free_memory=GIB, free_disk=GIB)) is None


@pytest.mark.parametrize(("mode", "is_open"), [(0o777, True), (0o1777, False), (0o755, False)])
def test_a_folder_in_which_anyone_could_replace_the_home_is_found(
    mode: int, is_open: bool, tmp_path: Path
) -> None:
    """As in /tmp, a sticky folder leaves everyone what is his."""
    folder = tmp_path / "all"
    folder.mkdir()
    folder.chmod(mode)

    assert read(Home(root=folder / "some/home")).open_folder == (folder if is_open else None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder away")
def test_a_home_that_another_user_has_made_is_found(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)

    assert read(Home(root=tmp_path)).open_folder == tmp_path
