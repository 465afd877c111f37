import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from box import processes


@contextmanager
def sleeping(**environment: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "60"], env={**os.environ, **environment})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_process_is_the_boxs_only_with_the_mark_of_this_very_home(tmp_path: Path) -> None:
    with (
        sleeping(AO_BOX_SERVICE_OF=str(tmp_path)) as mine,
        sleeping(AO_BOX_SERVICE_OF=f"{tmp_path}-2") as of_another_box,
        sleeping(AO_BOX_HOME=str(tmp_path)) as of_the_user,
    ):
        found = processes.ours(tmp_path)

    assert mine.pid in found
    assert of_another_box.pid not in found
    assert of_the_user.pid not in found


def test_a_guest_is_known_by_its_program_and_its_files(tmp_path: Path) -> None:
    guest = tmp_path / "qemu-system-x86_64"
    guest.symlink_to("/bin/sh")
    command = [str(guest), "-c", "read line", f"{tmp_path}/home/disk"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert processes.guests(tmp_path / "home") == {process.pid}
        assert processes.guests(tmp_path / "ho") == set()
        process.kill()


def test_ending_takes_what_is_marked_and_leaves_the_rest(tmp_path: Path) -> None:
    with (
        sleeping(AO_BOX_SERVICE_OF=str(tmp_path)) as mine,
        sleeping(AO_BOX_SERVICE_OF=f"{tmp_path}-2") as other,
    ):
        processes.end(tmp_path)

        assert mine.wait(timeout=5) < 0
        assert other.poll() is None


def test_the_homes_of_all_running_boxes_are_found(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with (
        sleeping(AO_BOX_SERVICE_OF=str(first)),
        sleeping(AO_BOX_SERVICE_OF=str(second)),
        sleeping(AO_BOX_HOME=str(tmp_path / "third")),
    ):
        found = {root for root in processes.roots() if root.is_relative_to(tmp_path)}

    assert found == {first, second}
