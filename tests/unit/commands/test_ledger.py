"""The commands on lock and journal, on the fake cloud."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ao import config, fake, lock
from ao.colour import Colour
from ao.commands.app import Ao
from ao.commands.history import History
from ao.commands.lock import Lock
from ao.commands.show import Show
from ao.commands.unlock import Unlock
from ao.errors import Unavailable
from ao.journal import (
    Begun,
    Checked,
    CheckResult,
    Ended,
    Journal,
    Outcome,
    Overridden,
    StepBegun,
    StepEnded,
    Switched,
    TakenOver,
)
from ao.operations import reconcile
from ao.work import Work
from tests.unit.operations.sites import start
from tests.unit.report import samples

SHOP = Path(__file__).parents[3] / "examples" / "shop" / "ao.yaml"
COMMANDS = {"lock": Lock, "unlock": Unlock, "history": History, "show": Show}
Run = Callable[..., int]


@pytest.fixture
def work() -> Work:
    """Work on the demo shop, whose stack is built."""
    work = start(config.load(SHOP), providers=("haproxy",))
    reconcile.up(work)
    return work


@pytest.fixture
def run(work: Work, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command as the work's user, or as another."""

    def run(*arguments: str, user: str = "operator") -> int:
        cloud = fake.Cloud(openstack=work.cloud.openstack, user=user, reader=user == "reader")
        monkeypatch.setattr("ao.cloud.connect", lambda name: cloud)
        app = Ao()
        for name, command in COMMANDS.items():
            app.command_manager.add_command(name, command)
        return app.run(["--config", str(SHOP), *arguments])

    return run


def kept(work: Work) -> str:
    """A release that the journal keeps; its ID."""
    journal = Journal(work)
    release = journal.begin(
        Begun(act="release", version="2.0", old=Colour.BLUE, new=Colour.GREEN, reason="the till")
    )
    for event in (
        StepBegun(step="deploy 2.0"),
        StepEnded(step="deploy 2.0", seconds=61.0),
        Checked(results=(CheckResult(name="smoke", passed=False, seconds=1.5, why="HTTP 500"),)),
        Switched(cutover=samples.lossless()),
        Ended(outcome=Outcome.RELEASED),
    ):
        journal.add(event, release)
    return release


def test_a_lock_by_hand_is_told_and_refuses_others(
    run: Run, work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("lock", "--reason", "year end", "--for", "30m") == 0
    assert "Locked site shop: operator on " in capsys.readouterr().err
    there = lock.holder(work)
    assert there is not None
    assert there.until - there.lock.created == 1800
    assert run("lock", "--reason", "mine", user="ops") == 10
    told = capsys.readouterr().err
    assert "site shop is locked by operator on" in told
    assert "(year end, by hand)" in told
    assert "`ao unlock` frees it" in told


def test_a_lock_whose_time_is_over_is_taken_over_which_is_kept(run: Run, work: Work) -> None:
    run("lock", "--reason", "year end", "--for", "30m")
    work.clock.sleep(1800)
    assert run("lock", "--reason", "mine", user="ops") == 0
    last = Journal(work).entries()[-1]
    assert isinstance(last.event, TakenOver)
    assert "year end" in last.event.holder


@pytest.mark.parametrize("arguments", [("--for", "soon"), ("--for", "-1"), ("--for", "0s")])
def test_a_wrong_time_is_refused(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("lock", "--reason", "x", *arguments) == 2


def test_a_reader_is_refused_by_the_cloud(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("lock", "--reason", "x", user="reader") == 3
    assert "Traceback" not in capsys.readouterr().err


def test_a_lock_is_freed_by_its_holder(
    run: Run, work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    run("lock", "--reason", "year end")
    assert run("unlock") == 0
    assert lock.holder(work) is None
    assert run("unlock") == 0
    assert "Nobody holds the lock" in capsys.readouterr().err


def test_the_history_tells_who_locked_and_unlocked_when_and_why_in_an_entry_each(
    run: Run, work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    kept(work)
    before = len(Journal(work).entries())
    run("lock", "--reason", "year end", user="ops")
    work.clock.sleep(60)
    run("unlock", "--reason", "over", user="ops")
    run("unlock", user="ops")
    run("history", "-f", "json")
    rows = json.loads(capsys.readouterr().out)
    columns = ("Act", "Who", "Took", "Outcome", "Why")
    assert [tuple(row[column] for column in columns) for row in rows[:2]] == [
        ("unlock", "ops", "", "done", "over"),
        ("lock", "ops", "", "done", "year end"),
    ]
    assert rows[2]["Act"] == "release"
    assert len(Journal(work).entries()) == before + 2


def test_the_latest_that_is_shown_is_no_lock_unless_it_is_named(
    run: Run, work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    kept(work)
    run("lock", "--reason", "year end")
    run("show", "-f", "json")
    assert json.loads(capsys.readouterr().out)[0]["Text"].startswith("release 2.0")
    run("show", Journal(work).operations()[-1].id, "-f", "json")
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["Event"], row["Text"], row["Result"]) == ("begun", "lock", "year end")


def test_somebody_elses_lock_is_freed_with_force_and_a_reason_and_that_is_kept(
    run: Run, work: Work
) -> None:
    run("lock", "--reason", "year end")
    assert run("unlock", user="ops") == 10
    assert run("unlock", "--force", user="ops") == 2
    assert lock.holder(work) is not None
    assert run("unlock", "--force", "--reason", "they left", user="ops") == 0
    assert lock.holder(work) is None
    act = Journal(work).operations()[-1]
    assert (act.act, act.who, act.reason) == ("unlock", "ops", "they left")
    last = Journal(work).entries(act.id)[-1]
    assert isinstance(last.event, Overridden)
    assert "year end" in last.event.what
    assert (last.event.reason, last.heading.who) == ("they left", "ops")


def test_the_history_is_listed_latest_first(
    run: Run, work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    first = kept(work)
    work.clock.sleep(60)
    running = Journal(work).begin(Begun(act="deploy", version="3.0"))
    Journal(work).add(StepBegun(step="build blue"), running)
    with lock.acquire(work, "deploy 3.0"):
        assert run("history", "-f", "json", user="reader") == 0
    latest, earlier = json.loads(capsys.readouterr().out)
    assert (latest["Release"], latest["Act"], latest["Outcome"]) == (
        running,
        "deploy",
        "at: build blue",
    )
    assert earlier["Release"] == first
    assert (earlier["From"], earlier["To"], earlier["Lost"]) == ("blue", "green", 0)
    assert earlier["Outcome"] == "released"
    assert run("history", "-f", "json", "--limit", "1") == 0
    assert len(json.loads(capsys.readouterr().out)) == 1


def test_an_act_that_was_killed_is_told_as_broken_off_as_far_as_the_lock_tells(
    run: Run, work: Work, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Journal(work).begin(Begun(act="deploy", version="3.0"))
    run("history", "-f", "json")
    assert json.loads(capsys.readouterr().out)[0]["Outcome"] == "broken off"

    def silent(work: Work) -> bool:
        raise Unavailable("HAProxy says 503")

    monkeypatch.setattr("ao.release.is_running", silent)
    assert run("history", "-f", "json") == 0
    told = capsys.readouterr()
    assert json.loads(told.out)[0]["Outcome"] == "at: work"
    assert "HAProxy says 503" in told.err


@pytest.mark.parametrize("act", ["release", "rehearse"])
@pytest.mark.parametrize("form", ["json", "yaml", "csv", "table"])
def test_the_history_and_an_entry_tell_an_act_even_one_of_another_version_of_ao(
    form: str, act: str, run: Run, work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    Journal(work).begin(Begun(act=act, version="3.0", old=Colour.BLUE, new=Colour.GREEN))
    for command in ("history", "show"):
        assert run(command, "-f", form) == 0
        assert act in capsys.readouterr().out


def test_a_release_is_shown_with_steps_checks_switch_and_outcome(
    run: Run, work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    release = kept(work)
    assert run("show", release[:8], "-f", "json", user="reader") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["Event"], row["Text"], row["Took"], row["Result"]) for row in rows] == [
        ("begun", "release 2.0 from blue to green", "", "the till"),
        ("step begun", "deploy 2.0", "", ""),
        ("step ended", "deploy 2.0", "1m 1s", "done"),
        ("checks", "smoke", "1.5s", "failed: HTTP 500"),
        ("switch", "to green", "", "0 requests lost"),
        ("end", "released", "", ""),
    ]


def test_the_chart_of_a_release_is_written_again(run: Run, work: Work, tmp_path: Path) -> None:
    kept(work)
    page, data = tmp_path / "report.html", tmp_path / "report.json"
    assert run("show", "--report", str(page), "--report", str(data)) == 0
    assert "<svg" in page.read_text()
    assert json.loads(data.read_text())["cutover"]["new"] == "green"
    assert run("show", "--report", str(tmp_path / "report.doc")) == 2


def test_a_release_without_a_switch_has_no_chart(
    run: Run, work: Work, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Journal(work).begin(Begun(act="deploy", version="2.0"))
    assert run("show", "--report", str(tmp_path / "report.svg")) == 3
    assert "has no switch" in capsys.readouterr().err


def test_a_release_that_is_not_there_is_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "20200101") == 3
    assert "the journal has no release 20200101" in capsys.readouterr().err


def test_all_entries_that_are_left_out_are_listed_with_why(
    run: Run, work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    began = "2026-11-23T08:15:02.000Z/20261123-0815-a3f"
    configs = work.cloud.software_configs
    for n in range(5):
        configs.add(f"ao.journal/shop/{began}/begun/eve/release/a;{n}", "{}")
    told = json.dumps({"host": "h", "event": {"kind": "end", "outcome": "released"}})
    configs.add(f"ao.journal/shop/{began}/end/eve/failed", told)
    configs.add(f"ao.journal/SHOP/{began}/end/eve/failed", told)
    configs.add(f"ao.journal/other/{began}/begun/eve/release/a;b", "{}")
    capsys.readouterr()
    assert run("history", "--invalid", "-f", "json") == 0
    captured = capsys.readouterr()
    listed = json.loads(captured.out)
    assert len(listed) == 7
    assert {it["ID"] for it in listed} <= {it.id for it in configs.all("ao.journal/")}
    assert any("its text released" in it["Why"] for it in listed)
    assert any("SHOP" in it["Name"] for it in listed)
    assert not any("/other/" in it["Name"] for it in listed)
    assert "`ao history --invalid` lists all of shop." in captured.err
