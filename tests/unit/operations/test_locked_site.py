"""A locked site: its lock is held, and the journal tells what is done meanwhile."""

from datetime import UTC, datetime

import pytest

from ao import fake, lock
from ao.errors import Refused, Unavailable
from ao.journal import Begun, Ended, Entry, Journal, Noted, Outcome, TakenOver
from ao.lock import Locked, NoLock
from ao.operations.locked_site import journalled, locked
from ao.work import Work
from tests.unit.operations.sites import built, start
from tests.unit.samples import SITE

DEPLOY = Begun(act="deploy", version="2.0")


@pytest.fixture
def work() -> Work:
    return built(SITE)


def entries(work: Work) -> tuple[Entry, ...]:
    return Journal(work).entries()


def events(work: Work) -> list[object]:
    return [entry.event for entry in entries(work)]


def abandon(work: Work) -> None:
    """Leave the lock behind, as a process that is killed does."""
    with pytest.raises(fake.Killed), lock.acquire(work, "release 1.9"):
        work.cloud.process.kill()
    work.cloud.process.restart()
    work.clock.sleep(lock.LEASE)


def test_an_operation_holds_the_lock_while_it_runs_and_not_after_it(work: Work) -> None:
    with journalled(work, DEPLOY, "deploy 2.0"), pytest.raises(Locked, match=r"deploy 2\.0"):
        lock.acquire(work, "switch")
    assert lock.holder(work) is None


def test_the_journal_tells_how_an_operation_began_what_it_did_and_its_end(work: Work) -> None:
    with journalled(work, DEPLOY, "deploy 2.0") as operation:
        operation.write(Noted(text="half way"))
    assert events(work) == [DEPLOY, Noted(text="half way"), Ended(outcome=Outcome.DONE)]
    assert {entry.heading.release for entry in entries(work)} == {operation.id}


def test_an_operation_may_end_in_something_else_than_done(work: Work) -> None:
    with journalled(work, DEPLOY, "deploy 2.0", Outcome.LEFT_TO_HEAT):
        pass
    assert events(work)[-1] == Ended(outcome=Outcome.LEFT_TO_HEAT)


def test_of_one_that_fails_the_journal_tells_why_and_the_error_goes_on(work: Work) -> None:
    with pytest.raises(Refused, match="no room"), journalled(work, DEPLOY, "deploy 2.0"):
        raise Refused("no room")
    assert events(work) == [DEPLOY, Ended(outcome=Outcome.FAILED, why="no room")]
    assert lock.holder(work) is None


def test_of_one_that_is_killed_the_journal_tells_no_end(work: Work) -> None:
    with pytest.raises(fake.Killed), journalled(work, DEPLOY, "deploy 2.0"):
        work.cloud.process.kill()
    assert events(work) == [DEPLOY]


def test_what_cannot_be_written_down_is_not_begun_and_leaves_no_lock(work: Work) -> None:
    work.cloud.faults.fail("software_configs.add", Unavailable("heat is silent"))
    begun = []
    with pytest.raises(Unavailable), journalled(work, DEPLOY, "deploy 2.0"):
        begun.append(True)
    assert not begun
    assert lock.holder(work) is None


def test_the_journal_tells_whose_lock_was_taken_over_right_after_the_beginning(work: Work) -> None:
    abandon(work)
    with journalled(work, DEPLOY, "deploy 2.0"):
        pass
    begun, taken_over, ended = events(work)
    assert (begun, ended) == (DEPLOY, Ended(outcome=Outcome.DONE))
    assert isinstance(taken_over, TakenOver)
    assert "release 1.9" in taken_over.holder


def test_one_that_goes_on_takes_over_under_the_id_that_it_has(work: Work) -> None:
    with locked(work, "release 2.0") as site:
        first = site.begin(Begun(act="release", version="2.0"))
    abandon(work)
    with locked(work, "release 2.0") as site:
        site.resume(first.id)
    assert [type(event) for event in events(work)] == [Begun, TakenOver]
    assert {entry.heading.release for entry in entries(work)} == {first.id}


def test_a_site_that_is_only_locked_leaves_no_trace_in_the_journal(work: Work) -> None:
    abandon(work)
    with locked(work, "release 2.0"):
        pass
    assert events(work) == []


def test_a_beginning_names_the_build_that_it_is_part_of(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUILD_URL", "https://ci.example/7")
    with journalled(work, DEPLOY, "deploy 2.0"):
        pass
    begun = events(work)[0]
    assert isinstance(begun, Begun)
    assert begun.url == "https://ci.example/7"


def test_entries_carry_the_time_of_the_clock_that_is_given(work: Work) -> None:
    moment = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    with locked(work, "release 2.0", now=lambda: moment) as site:
        site.begin(DEPLOY)
    assert entries(work)[0].heading.at == moment


def test_a_site_that_is_not_built_has_no_lock_to_hold() -> None:
    with pytest.raises(NoLock), locked(start(SITE), "deploy 2.0"):
        pass
