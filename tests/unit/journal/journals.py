"""Journals of a fake cloud for tests of what is folded."""

from datetime import UTC, datetime, timedelta

from ao import fake
from ao.colour import Colour
from ao.journal import (
    Ask,
    Asked,
    Begun,
    Checked,
    CheckResult,
    Ended,
    Event,
    Heading,
    Journal,
    MigrationTold,
    Noted,
    Outcome,
    StepBegun,
    StepEnded,
    Switched,
)
from ao.work import Work
from tests.unit.report import samples
from tests.unit.samples import SITE

BEGUN = Begun(act="release", version="2.0", old=Colour.BLUE, new=Colour.GREEN, reason="青 / 100 %")
WITHIN: tuple[Event, ...] = (
    StepBegun(step="deploy"),
    StepEnded(step="deploy", seconds=61.5),
    Checked(results=(CheckResult(name="home", passed=True, seconds=0.2),)),
    MigrationTold(version="2.0", one_way=False),
    Asked(ask=Ask.PAUSE, reason="a call"),
    StepBegun(step="switch"),
    Switched(cutover=samples.lossless()),
    Noted(text="x" * 300),
)


def journal_of(cloud: fake.Cloud, site: str | None = None) -> Journal:
    """The journal as a new process opens it."""

    def now() -> datetime:
        return datetime(2026, 11, 23, 8, 15, tzinfo=UTC) + timedelta(seconds=cloud.clock.now())

    work = Work(cloud=cloud, site=SITE, clock=cloud.clock)
    return Journal(work, site=site, now=now)


def run(
    journal: Journal,
    cloud: fake.Cloud,
    *,
    begun: Begun = BEGUN,
    within: tuple[Event, ...] = WITHIN,
    outcome: Outcome | None = Outcome.RELEASED,
) -> str:
    """An operation with these events, which ends in `outcome` or does not end; its ID."""
    operation = journal.begin(begun)
    for event in within:
        cloud.clock.sleep(1)
        journal.write(event, operation)
    if outcome is not None:
        journal.write(Ended(outcome=outcome), operation)
    cloud.clock.sleep(60)
    return operation


def told(journal: Journal) -> list[tuple[Heading, str, object]]:
    """All that a journal's entries tell."""
    return [(it.heading, it.host, it.event) for it in journal.entries()]


def names(cloud: fake.Cloud, beginning: str = "ao.") -> list[str]:
    """Names of the texts that the project keeps."""
    return [it.name for it in cloud.software_configs.all(beginning)]
