import os
import subprocess
import sys
import time

from ao.lock import process_mark


def mark_of(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


MARKED = "from ao.lock import process_mark; print(process_mark.here(), flush=True); input()"


def test_this_process_has_not_ended() -> None:
    assert not process_mark.ended(process_mark.here())


def test_a_process_that_was_killed_has_ended_also_while_nobody_has_buried_it() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", MARKED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        mark = mark_of(running)
        assert not process_mark.ended(mark)
        running.kill()
        deadline = time.monotonic() + 10
        while not process_mark.ended(mark) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert process_mark.ended(mark)
    assert process_mark.ended(mark)


def test_another_process_with_the_same_id_is_not_taken_for_it() -> None:
    machine, pid, _ = process_mark.here().split(".")
    assert process_mark.ended(f"{machine}.{pid}.1")


def test_nothing_is_told_of_a_process_on_another_machine() -> None:
    _, pid, begun = process_mark.here().split(".")
    assert not process_mark.ended(f"{'f' * 16}.{pid}.{begun}")
    assert not process_mark.ended(f"{'f' * 16}.{2**22 - 1}.1")


def test_a_mark_that_is_none_ends_nothing() -> None:
    machine = process_mark.here().split(".")[0]
    for mark in ("", "x", f"{machine}.0.1", f"{machine}.-1.1", f"{machine}.{os.getpid()}"):
        assert not process_mark.ended(mark)
