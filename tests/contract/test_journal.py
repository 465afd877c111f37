"""A journal on a cloud's records."""

from collections.abc import Iterator

import pytest

from ao.colour import Colour
from ao.errors import Forbidden
from ao.journal import Ask, Asked, Begun, Ended, Journal, Noted, Outcome, StepBegun, StepEnded
from ao.work import Work
from tests.contract.environment import Bench


@pytest.fixture
def journal(bench: Bench) -> Iterator[Journal]:
    """An empty journal, which is forgotten at the end."""
    journal = Journal(Work(cloud=bench.cloud, site=bench.site, clock=bench.clock))
    yield journal
    journal.forget()


def test_a_release_is_told_as_it_was_written(bench: Bench, journal: Journal) -> None:
    begun = Begun(act="release", version="2.0", old=Colour.BLUE, new=Colour.GREEN)
    added = (
        StepBegun(step="point production to green / 青"),
        StepEnded(step="point production to green / 青", seconds=0.5),
        Asked(ask=Ask.PAUSE, reason="a call"),
        Ended(outcome=Outcome.RELEASED),
    )
    id_ = journal.begin(begun)
    for event in added:
        journal.add(event, id_)
    assert tuple(entry.event for entry in journal.entries(id_)) == (begun, *added)
    (release,) = journal.operations()
    assert (release.id, release.version, release.outcome) == (id_, "2.0", "released")
    assert [step.outcome for step in release.steps] == ["done"]
    assert [entry.event for entry in journal.requests(id_)] == [added[2]]


def test_a_folded_journal_keeps_the_latest(bench: Bench, journal: Journal) -> None:
    journal.begin(Begun(act="deploy", version="2.0"))
    bench.clock.sleep(1.1)
    latest = journal.begin(Begun(act="switch"))
    journal.fold(keep=1)
    assert [release.id for release in journal.operations()] == [latest]


def test_a_folded_journal_tells_what_it_told(bench: Bench, journal: Journal) -> None:
    id_ = journal.begin(Begun(act="release", version="2.0"))
    for event in (StepBegun(step="deploy"), StepEnded(step="deploy", seconds=0.5)):
        bench.clock.sleep(1.1)
        journal.add(event, id_)
    journal.add(Ended(outcome=Outcome.RELEASED), id_)
    before = [entry.event for entry in journal.entries()], journal.operations()
    journal.fold(keep=50)
    theirs = Journal(Work(cloud=bench.reader, site=bench.site, clock=bench.clock))
    assert ([entry.event for entry in theirs.entries()], theirs.operations()) == before
    assert len(bench.cloud.software_configs.all(f"ao.journal/{bench.site.name}/")) == 2
    assert len(bench.cloud.software_configs.all(f"ao.archive/{bench.site.name}/")) == 1


def test_a_reader_reads_the_journal_and_writes_nothing(bench: Bench, journal: Journal) -> None:
    journal.add(Noted(text="x"))
    theirs = Journal(Work(cloud=bench.reader, site=bench.site, clock=bench.clock))
    assert [entry.event for entry in theirs.entries()] == [Noted(text="x")]
    with pytest.raises(Forbidden):
        theirs.write(Noted(text="y"))
