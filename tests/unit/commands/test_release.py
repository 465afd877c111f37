"""The commands that release, approve and go on, on the fake cloud."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import yaml

from ao import config, fake, lock
from ao.commands.app import Ao
from ao.journal import Ended, Journal, Outcome
from ao.operations import reconcile
from ao.work import Work
from tests.unit.operations.sites import start, told

SHOP = Path(__file__).parents[3] / "examples" / "shop"
Run = Callable[..., int]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A site file: releases wait for approval by another person, and nothing is watched."""
    rules = {"approve": "two-people", "watch": {"for": 0}, "checks": {"all": []}}
    described = {**yaml.safe_load((SHOP / "ao.yaml").read_text()), **rules}
    (tmp_path / "ao.yaml").write_text(yaml.safe_dump(described))
    (tmp_path / "user-data.sh").write_text((SHOP / "user-data.sh").read_text())
    return tmp_path / "ao.yaml"


@pytest.fixture
def work(file: Path) -> Work:
    """Work on that site, which is built."""
    work = start(config.load(file), providers=("haproxy",))
    reconcile.up(work)
    return work


@pytest.fixture
def run(work: Work, file: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command as the work's user, or as another, in the fake cloud's time."""
    timed = partial(Work, clock=work.clock, visit=work.visit)
    monkeypatch.setattr("ao.work.Work", timed)

    def run(*arguments: str, user: str = "operator") -> int:
        cloud = fake.Cloud(openstack=work.cloud.openstack, user=user)
        monkeypatch.setattr("ao.cloud.connect", lambda name: cloud)
        probed = arguments[0] == "release"
        return Ao().run(["--config", str(file), *arguments, *["--no-probe"] * probed])

    return run


@pytest.fixture
def release(run: Run, tmp_path: Path) -> str:
    """A release of 2.0 that waits, begun for kim; its ID."""
    assert run("release", "2.0", "--releaser", "kim", "--id-file", str(tmp_path / "id")) == 13
    return (tmp_path / "id").read_text().strip()


def rows(run: Run, capsys: pytest.CaptureFixture[str], *command: str) -> list[dict[str, object]]:
    capsys.readouterr()
    assert run(*command, "-f", "json") == 0
    listed: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return listed


def test_going_on_with_a_release_that_waits_has_it_wait_again(
    run: Run, work: Work, release: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("release", "continue") == 13
    assert run("release", "2.0") == 13
    told_of = f"Somebody else than kim (operator) approves with `ao approve {release}`"
    assert told_of in capsys.readouterr().err
    assert told(work, "production")[0] == "blue"


def test_it_is_approved_by_its_id_and_gone_on_with_by_that_or_its_version(
    run: Run, work: Work, release: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("approve", release, "--approver", "lee", "--reason", "the tests are good") == 0
    said = capsys.readouterr().err
    assert f"Release {release} of 2.0 is approved" in said
    assert f"`ao release continue {release}` goes on with it." in said
    assert told(work, "production")[0] == "blue"
    assert run("release", "continue", release, "--until", "approve") == 0
    assert run("release", "continue", "2.0") == 0
    assert told(work, "production") == ("green", "2.0")


@pytest.mark.parametrize("command", [("approve",), ("release", "continue")])
def test_what_names_another_release_is_refused(
    run: Run, work: Work, release: str, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(Journal(work).entries())
    assert run(*command, "2.1") == 4
    assert f"no release of 2.1 is open: release {release} of 2.0 is" in capsys.readouterr().err
    assert len(Journal(work).entries()) == before


def test_the_same_person_is_refused_and_told_how_two_are_named(
    run: Run, release: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for approver in ("kim", ""):
        assert run("approve", release, "--approver", approver) == 4
    assert "--approver NAME" in capsys.readouterr().err


def test_history_and_show_tell_for_whom_a_release_was_begun_and_approved(
    run: Run, release: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run("approve", release, "--approver", "lee", "--reason", "the tests are good")
    (listed,) = (it for it in rows(run, capsys, "history") if it["Release"] == release)
    assert (listed["Who"], listed["Outcome"]) == ("operator (kim)", "approved")
    assert listed["Approver"] == ""
    shown = rows(run, capsys, "show", release)
    assert str(shown[0]["Who"]).endswith(" (kim)")
    assert str(shown[-1]["Who"]).endswith(" (lee)")
    assert (shown[-1]["Text"], shown[-1]["Result"]) == (
        "approve 2.0 from blue to green",
        "the tests are good",
    )
    assert run("release", "continue") == 0
    (listed,) = (it for it in rows(run, capsys, "history") if it["Release"] == release)
    assert (listed["Who"], listed["Approver"]) == ("operator (kim)", "lee")


def test_history_tells_the_cause_of_a_failure_and_a_pipe_is_no_wider_than_a_wide_screen(
    run: Run, release: str, work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    why = "the checks of the standby failed: " + "GET /health gave HTTP 500; " * 12
    Journal(work).write(Ended(outcome=Outcome.FAILED, why=why), release)
    (listed,) = (it for it in rows(run, capsys, "history") if it["Release"] == release)
    assert (listed["Outcome"], list(listed)[-1], listed["Cause"]) == ("failed", "Cause", why)
    assert rows(run, capsys, "show", release)[-1]["Result"] == why
    capsys.readouterr()
    assert run("show", release) == 0
    assert 100 < max(map(len, capsys.readouterr().out.splitlines())) <= 160
    assert run("show", release, "--max-width", "500") == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) > 300


def test_the_id_of_a_release_is_there_for_programs(
    run: Run, release: str, work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release == Journal(work).operations()[-1].id
    capsys.readouterr()
    assert run("release", "2.0", "-f", "json") == 13
    events = map(json.loads, capsys.readouterr().out.splitlines())
    (known,) = (it for it in events if it["event"] == "release")
    assert (known["release"], known["version"]) == (release, "2.0")


def test_the_file_of_the_id_is_empty_where_there_is_nothing_to_release(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "id").write_text("of a release before")
    assert run("release", "1.0", "--id-file", str(tmp_path / "id")) == 0
    assert (tmp_path / "id").read_text() == ""


@pytest.mark.parametrize(
    "wrong", [("--id-file", "/nowhere/id"), ("--releaser", "kim\x1b[2J")], ids=["file", "person"]
)
def test_what_cannot_be_is_refused_before_anything_is_begun(
    run: Run, work: Work, wrong: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("release", "2.0", *wrong) == 2
    assert "\x1b" not in capsys.readouterr().err
    assert not Journal(work).operations()


def test_a_name_of_an_approver_that_cannot_be_shown_is_refused(run: Run, release: str) -> None:
    assert run("approve", release, "--approver", "lee\n") == 0
    assert run("approve", release, "--approver", "le\ne") == 2


def test_going_on_while_another_command_runs_is_refused_which_tells_who_that_is(
    run: Run, work: Work, release: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with lock.acquire(work, "scale blue to 3"):
        assert run("release", "continue") == 10
    assert "(scale blue to 3)" in capsys.readouterr().err
    with lock.acquire(work, "release 2.0"):
        assert run("release", "continue") == 0
    assert "Asked the release of 2.0 to go on where it runs." in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", [("release",), ("deploy",), ("plan", "release"), ("approve",)], ids=" ".join
)
def test_no_command_takes_a_word_of_a_command_for_a_version(
    run: Run, work: Work, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*command, "pause") == 2
    assert "Did you mean `ao pause`?" in capsys.readouterr().err
    assert not Journal(work).operations()


def test_a_release_that_was_begun_for_one_person_is_not_gone_on_with_for_another(
    run: Run, work: Work, release: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("release", "2.0", "--releaser", "lee") == 4
    assert "was begun for kim (operator), not for lee" in capsys.readouterr().err
    for same in (("--releaser", "Kim"), ()):
        assert run("release", "2.0", *same) == 13


def test_after_an_approval_nothing_more_is_asked_for_where_the_release_runs(
    run: Run, work: Work, release: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with lock.acquire(work, "release 2.0"):
        assert run("approve", "--approver", "lee") == 0
    assert "goes on with it" not in capsys.readouterr().err


def test_deleting_what_was_never_there_says_so(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    for told_of in ("Deleted: site shop", "Nothing was there to delete: site shop"):
        assert run("down", "--yes") == 0
        assert told_of in capsys.readouterr().err
