from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from ao import fake
from ao.colour import Colour
from ao.journal import Begun, Ended, Journal, Outcome, StepBegun, StepEnded, Switched
from ao.progress import Drained
from ao.release import Stage
from ao.timetable import default_procedure, history
from ao.timetable.durations import Fixed, Measured
from ao.work import Work
from tests.unit.report import samples as cutovers
from tests.unit.samples import SITE


@dataclass
class Past:
    """A site whose journal is written with a watch in hand."""

    work: Work
    now: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 8, 15, tzinfo=UTC))

    def __post_init__(self) -> None:
        self.journal = Journal(self.work, now=lambda: self.now)

    def run(self, act: str, *stages: tuple[str, float, str], drain: float = 0) -> None:
        """A release whose stages take so many seconds, or a command alone, which takes 42."""
        begun = Begun(act=act, version="2.0", old=Colour.BLUE, new=Colour.GREEN)
        release = self.journal.begin(begun)
        for stage, seconds, outcome in stages or (("", 42, "done"),):
            if stage:
                self.journal.add(StepBegun(step=stage), release)
            self.now += timedelta(seconds=seconds)
            if stage:
                ended = StepEnded(step=stage, seconds=seconds, outcome=outcome)
                self.journal.add(ended, release)
        if drain:
            drained = Drained(seconds=drain, left=0, text="nobody is left")
            cutover = replace(cutovers.unmeasured(), drain=drained)
            self.journal.add(Switched(cutover=cutover), release)
        self.journal.add(Ended(outcome=Outcome.RELEASED if stages else Outcome.DONE), release)

    def times(self) -> history.Times:
        drains = history.drains(self.journal.entries())
        return history.measured(self.journal.operations(), drains)


@pytest.fixture
def past() -> Past:
    cloud = fake.Cloud(user="shop")
    return Past(Work(cloud=cloud, site=SITE, clock=cloud.clock))


def test_each_stage_of_a_release_is_measured(past: Past) -> None:
    past.run("release", ("deploy", 300, "done"), ("check", 20, "done"), ("switch", 9, "done"))
    past.run("release", ("deploy", 200, "done"))
    assert past.times() == {"deploy": (300, 200), "check": (20,), "switch": (9,)}


def test_what_failed_is_not_measured(past: Past) -> None:
    past.run("release", ("deploy", 300, "failed"), ("check", 20, "done"))
    assert past.times() == {"check": (20,)}


def test_a_switch_counts_without_its_drain(past: Past) -> None:
    past.run("release", ("switch", 12, "done"), drain=9)
    assert past.times() == {"switch": (3,), "drain": (9,)}


def test_a_command_alone_is_a_stage_of_its_own(past: Past) -> None:
    past.run("deploy")
    past.run("scale")
    assert past.times() == {"deploy": (42,)}


def test_a_release_that_is_switched_back_tells_how_long_that_took(past: Past) -> None:
    past.run("release", ("switch", 4, "done"), ("watch", 60, "failed"), ("switch back", 5, "done"))
    assert past.times() == {"switch": (4,), "switch back": (5,)}


def test_only_the_latest_times_count(past: Past) -> None:
    for second in range(history.LATEST + 5):
        past.run("release", ("deploy", float(second), "done"))
    assert past.times()["deploy"] == tuple(range(5, history.LATEST + 5))


def test_measured_times_take_the_place_of_those_of_a_procedure() -> None:
    times = {"deploy": (100.0, 300.0), "watch": (60.0,)}
    changed, missing = history.applied(default_procedure.default_procedure(), times)
    assert changed.named["deploy"].takes == Measured(seconds=(100, 300))
    assert changed.named["switch"].takes == Fixed(seconds=3)
    assert changed.decision is not None
    assert changed.decision.watch == Measured(seconds=(60,))
    assert set(missing) == {"check", "match", "logout", "switch", "drain", "switch back"}


def test_every_stage_that_takes_time_can_be_measured() -> None:
    assert set(Stage) - {Stage.APPROVE, Stage.RETIRE} <= set(history.WORDS)
    words = {task.history for task in default_procedure.default_procedure().tasks}
    assert words | {"watch", "switch back"} == set(history.WORDS)


@pytest.mark.parametrize("seconds", [-1e6, 1e6, 3e7, 5e9])
def test_a_time_that_no_stage_takes_counts_for_nothing(past: Past, seconds: float) -> None:
    past.run("release", ("deploy", 60, "done"))
    past.run("release", ("deploy", seconds, "done"), drain=3e7)
    assert past.times() == {"deploy": (60.0,)}
