"""Commands of the operator's, run and ended."""

import os
import resource
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ao.colour import Colour
from ao.errors import Refused
from ao.hooks import shell_command
from ao.hooks.hooks import Context
from ao.lock import WITHIN
from tests.unit.samples import SITE


def test_a_command_runs_in_the_sites_folder_with_its_variables(tmp_path: Path) -> None:
    site = replace(SITE, folder=tmp_path)
    result = shell_command.run(site, 'echo "$AO_SITE in $PWD"', {"AO_SITE": "shop"}, 10.0)
    assert (result.exit_code, result.tail) == (0, f"shop in {tmp_path}")


def test_a_command_is_told_which_sites_lock_waits_for_it(tmp_path: Path) -> None:
    site = replace(SITE, folder=tmp_path)
    assert shell_command.run(site, f"echo ${WITHIN}", {}, 10).tail == site.name


def test_what_it_says_is_kept_to_the_end_of_it_and_its_exit_code_is_told() -> None:
    result = shell_command.run(SITE, "seq 1 5000; echo last >&2; exit 3", {}, 10.0)
    assert result.exit_code == 3
    assert result.tail.endswith("5000\nlast")
    assert len(result.tail) <= shell_command.TAIL


def test_what_it_says_without_end_fills_neither_disk_nor_memory() -> None:
    """Files that the command can write are bounded to nothing, so what it says goes in none."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = shell_command.run(SITE, "ulimit -f 0; yes out; echo never", {}, 1.0)
    assert result.exit_code is None
    assert result.tail.endswith("out\nout")
    assert len(result.tail) <= shell_command.TAIL
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_what_it_says_while_it_is_ended_does_not_keep_it_from_ending(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shell_command, "GRACE", 30.0)
    line = "trap 'seq 100000; echo ended; exit 0' TERM; sleep 60 & wait"
    result = shell_command.run(SITE, line, {}, 0.5)
    assert (result.exit_code, result.tail[-5:]) == (None, "ended")
    assert result.seconds < 20


def test_a_process_that_leaves_the_group_is_not_waited_for(tmp_path: Path) -> None:
    line = f"setsid sh -c 'echo $$ > {tmp_path}/child; exec sleep 60' & sleep 0.3; echo done"
    result = shell_command.run(SITE, line, {}, 30.0)
    try:
        assert (result.exit_code, result.tail) == (0, "done")
        assert result.seconds < 20
    finally:
        os.kill(int((tmp_path / "child").read_text()), signal.SIGKILL)


def test_a_command_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    begin = time.monotonic()
    line = f"sleep 60 & echo $! > {tmp_path}/child; wait"
    result = shell_command.run(SITE, line, {}, 0.5)
    assert result.exit_code is None
    assert time.monotonic() - begin < 30
    assert ended(int((tmp_path / "child").read_text()))


def test_one_that_will_not_be_asked_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell_command, "GRACE", 0.3)
    assert shell_command.run(SITE, "trap '' TERM; sleep 60 & wait; wait", {}, 0.5).exit_code is None


def test_children_that_a_command_leaves_behind_are_ended(tmp_path: Path) -> None:
    line = f"sleep 60 & echo $! > {tmp_path}/child"
    assert shell_command.run(SITE, line, {}, 10.0).exit_code == 0
    assert ended(int((tmp_path / "child").read_text()))


def test_a_command_ends_when_the_caller_is_interrupted(tmp_path: Path) -> None:
    line = f"sleep 60 & echo $! > {tmp_path}/child; wait"
    caught = threading.Event()

    def interrupt() -> None:
        while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text():
            time.sleep(0.02)
        # Python drops an interruption that comes within a callback of its garbage collector.
        while not caught.wait(1):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    interrupting = threading.Thread(target=interrupt)
    # A shell that runs the tests in the background has them ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    interrupting.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            shell_command.run(SITE, line, {}, 30.0)
    finally:
        caught.set()
        interrupting.join()
        signal.signal(signal.SIGINT, before)
    assert ended(int((tmp_path / "child").read_text()))


def test_a_secret_in_what_it_says_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "hunter22")
    result = shell_command.run(SITE, 'echo "it is $SHOP_PASSWORD"', {}, 10.0)
    assert result.tail == "it is ***"


def test_a_secret_that_the_cut_divides_is_masked_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "hunter22")
    line = f"printf '%s' \"$SHOP_PASSWORD\"; printf '%0{shell_command.TAIL - 3}d' 0"
    result = shell_command.run(SITE, line, {}, 10.0)
    assert "r22" not in result.tail


def test_colours_and_control_characters_are_left_out() -> None:
    result = shell_command.run(SITE, r"printf '\033[1;31mfailed\033[0m\a\nlast\b'", {}, 10.0)
    assert result.tail == "failed\nlast"


@pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")
def test_a_command_that_is_not_ours_to_end_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(group: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr("os.killpg", refuse)
    monkeypatch.setattr(shell_command, "GRACE", 0.1)
    begin = time.monotonic()
    assert shell_command.run(SITE, "exec sleep 2", {}, 0.1).exit_code is None
    assert time.monotonic() - begin < 1.5


def test_how_it_ended_is_told_in_one_line() -> None:
    failed = shell_command.run(SITE, "echo first; echo why; exit 4", {}, 10.0)
    assert (
        shell_command.ended("./smoke.sh", 10.0, failed) == "./smoke.sh ended with exit code 4: why"
    )
    late = replace(failed, exit_code=None, tail="")
    assert shell_command.ended("./smoke.sh", 90.0, late) == "./smoke.sh ran longer than 1m 30s"


def ended(pid: int) -> bool:
    """Whether a process has ended, or only waits for its parent to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


CONTEXT = Context(
    release="20261123-0815-a3f",
    site="shop",
    old=Colour.BLUE,
    new=Colour.GREEN,
    version="2.0+build.5",
    url="http://172.31.1.20",
    preview_url="http://172.31.1.20:8080",
)
REASON = 'it\'s $(cheap); 50 % "off"'


@pytest.mark.parametrize("key", ["release", "site", "version", "url", "preview_url"])
@pytest.mark.parametrize("value", ["$(reboot)", "a;b", "a\nb", "a'b", 'a"b', "a`b", "~", "a*", "é"])
def test_a_command_whose_variable_holds_what_a_shell_minds_is_not_run(
    tmp_path: Path, key: str, value: str
) -> None:
    told = replace(CONTEXT, **{key: value}).environment()
    with pytest.raises(Refused, match=f"AO_{key.upper()} would hold"):
        shell_command.run(replace(SITE, folder=tmp_path), "touch ran", told, 5.0)
    assert not (tmp_path / "ran").exists()


def test_what_a_release_tells_is_taken_as_it_is_also_without_quotes(tmp_path: Path) -> None:
    line = "echo $AO_RELEASE $AO_SITE $AO_VERSION $AO_URL $AO_PREVIEW_URL"
    result = shell_command.run(replace(SITE, folder=tmp_path), line, CONTEXT.environment(), 5.0)
    assert result.tail == (
        "20261123-0815-a3f shop 2.0+build.5 http://172.31.1.20 http://172.31.1.20:8080"
    )


def test_a_reason_is_what_a_person_wrote_and_reaches_a_command_as_it_is(tmp_path: Path) -> None:
    told = replace(CONTEXT, reason=REASON).environment()
    result = shell_command.run(replace(SITE, folder=tmp_path), 'printf %s "$AO_REASON"', told, 5.0)
    assert result.tail == REASON


@pytest.mark.parametrize(
    "header", [("X-Ao-Preview", "5f0c" * 8), ("Cookie", f"ao-preview={'5f0c' * 8}")]
)
def test_a_command_gets_the_previews_secret_and_what_it_says_of_it_is_masked(
    tmp_path: Path, header: tuple[str, str]
) -> None:
    site = replace(SITE, folder=tmp_path)
    told = shell_command.preview_variable(site, header)
    line = 'printf %s "$AO_PREVIEW_HEADER" >got; cat got'
    result = shell_command.run(site, line, told, 5.0)
    assert (tmp_path / "got").read_text() == ": ".join(header)
    assert "5f0c" not in result.tail


def test_where_networks_are_named_no_command_gets_the_previews_secret(tmp_path: Path) -> None:
    switch = replace(SITE.switch, preview_sources=("198.51.100.0/24",))
    site = replace(SITE, folder=tmp_path, switch=switch)
    assert shell_command.preview_variable(site, ("X-Ao-Preview", "5f0c" * 8)) == {}
