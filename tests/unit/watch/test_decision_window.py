from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from ao import fake
from ao.clock import Clock
from ao.site.watch import Watch
from ao.watch import decision_window
from ao.watch.metrics import source
from ao.watch.sample import Figure, Missing, Reading, Sample
from ao.watch.verdict import Decision, Finding, Verdict
from ao.work import Work
from tests.unit import samples as sites
from tests.unit.listeners import Notes
from tests.unit.watch.samples import BASELINE, ERRORS, NOON, WATCH, sample, tally

MINUTE = replace(WATCH, length=60)
END = NOON + 60
ERRORS_ONLY = replace(MINUTE, error_rate=None, queries=(replace(ERRORS, lasting=15),))


@dataclass
class Stage:
    """Production as a test has it, in a time that passes at once."""

    rules: Watch = MINUTE
    losing: Callable[[float], bool] = lambda second: False
    """Whether requests are lost at a second after noon."""
    value: Callable[[float], float | Reading] = lambda second: 0.0
    """What the query gives then."""
    looking: float = 0
    """Seconds that a look takes."""
    second: float = 0
    looks: list[float] = field(default_factory=list)
    left: list[float] = field(default_factory=list)
    sent: int = 0
    lost: int = 0
    notes: Notes = field(default_factory=Notes)

    def look(self) -> Sample:
        at = self.second
        self.looks.append(at)
        self.pass_time(self.looking)
        readings = {source(query): self.value(at) for query in self.rules.queries}
        return sample(at, tally(self.sent, self.lost), **readings)

    def pass_time(self, seconds: float) -> None:
        self.second += seconds
        self.sent += round(100 * seconds)
        if self.losing(self.second):
            self.lost += round(100 * seconds)

    def countdown(self, left: float, findings: tuple[Finding, ...]) -> None:
        self.left.append(left)

    def watch(
        self, until: float = END, interrupted: Callable[[], str | None] = lambda: None
    ) -> Verdict:
        clock = Clock(now=lambda: self.second, sleep=self.pass_time)
        work = Work(cloud=fake.Cloud(), site=sites.SITE, clock=clock, progress=self.notes)
        return decision_window.watch(
            work,
            self.rules,
            BASELINE,
            self.look,
            until,
            countdown=self.countdown,
            interrupted=interrupted,
            moment=lambda: NOON + self.second,
        )


def test_a_figure_that_is_of_a_part_only_is_told_once_until_it_is_whole_again() -> None:
    part = Figure(value=0.0, text="0 (Prometheus warns: no store-2)", warnings="no store-2")
    whole = Figure(value=0.0, text="0")
    stage = Stage(ERRORS_ONLY, value=lambda second: whole if 20 <= second < 40 else part)
    assert stage.watch().decision is Decision.KEEP
    told = [note for note in stage.notes.notes if "store-2" in note]
    assert told == [f"{source(ERRORS)}: 0 (Prometheus warns: no store-2)."] * 2


def test_a_switch_after_which_nothing_is_wrong_is_kept_at_the_end_and_not_before() -> None:
    stage = Stage()
    verdict = stage.watch()
    assert verdict.decision is Decision.KEEP
    assert verdict.seconds == 60
    assert verdict.reason == "nothing was wrong for 1m 0s"
    assert verdict.breaches == verdict.unjudged == ()
    assert stage.looks == [float(second) for second in range(0, 61, 5)]


def test_losses_that_last_end_the_watch_and_name_the_reason() -> None:
    stage = Stage(losing=lambda second: second > 20)
    verdict = stage.watch()
    assert verdict.decision is Decision.BACK
    assert verdict.seconds == 40
    assert [breach.name for breach in verdict.breaches] == ["error rate"]
    assert "more than 1%, for 15s since 12:00:25 UTC" in verdict.reason


def test_a_blip_does_not_end_the_watch() -> None:
    assert Stage(losing=lambda second: 20 < second <= 30).watch().decision is Decision.KEEP


def test_every_second_the_time_that_is_left_is_told() -> None:
    stage = Stage()
    stage.watch()
    assert stage.left[:7] == [60, 59, 58, 57, 56, 55, 55]
    assert min(stage.left) == 0


def test_what_goes_wrong_right_before_the_end_is_waited_for() -> None:
    verdict = Stage(losing=lambda second: second > 50).watch()
    assert verdict.decision is Decision.BACK
    assert verdict.seconds == 70


def test_what_is_over_after_the_end_keeps_the_switch() -> None:
    verdict = Stage(losing=lambda second: 50 < second <= 62).watch()
    assert verdict.decision is Decision.KEEP
    assert verdict.seconds == 70


def test_the_watch_ends_in_time_however_production_flaps() -> None:
    verdict = Stage(losing=lambda second: 0 < second % 20 <= 10).watch()
    assert verdict.decision is Decision.KEEP
    assert verdict.seconds <= 60 + MINUTE.lasting + MINUTE.interval


def test_a_watch_that_is_taken_up_again_ends_at_the_same_moment() -> None:
    verdict = Stage(second=30).watch()
    assert (verdict.decision, verdict.seconds) == (Decision.KEEP, 30)


def test_a_watch_that_comes_after_its_end_still_looks_long_enough_to_find_a_breach() -> None:
    assert Stage(second=90).watch().seconds == MINUTE.lasting
    late = Stage(second=90, rules=ERRORS_ONLY, value=lambda second: 1.0).watch()
    assert late.decision is Decision.BACK


def test_an_interruption_leaves_the_decision_open() -> None:
    words: Iterator[str | None] = iter([None, None, "aborted by ops"])
    verdict = Stage().watch(interrupted=lambda: next(words))
    assert (verdict.decision, verdict.reason) == (Decision.OPEN, "aborted by ops")
    assert verdict.seconds == 10


def test_slow_looks_follow_each_other_without_a_pause_and_the_end_is_kept() -> None:
    stage = Stage(looking=7)
    assert stage.watch().seconds == 63
    assert stage.looks == [0, 7, 14, 21, 28, 35, 42, 49, 56]


def test_a_missing_figure_is_told_once_when_it_goes_and_once_when_it_is_back() -> None:
    gone = Missing(why="http://prom: connection refused")
    stage = Stage(rules=ERRORS_ONLY, value=lambda second: gone if 10 <= second < 30 else 0.01)
    assert stage.watch().decision is Decision.KEEP
    assert stage.notes.notes == [
        "errors (Prometheus) cannot be told: http://prom: connection refused.",
        "Back again: errors (Prometheus): 0.01.",
    ]


def test_a_switch_of_which_nothing_could_be_told_is_kept_and_says_so() -> None:
    verdict = Stage(rules=ERRORS_ONLY, value=lambda second: Missing(why="gone")).watch()
    assert verdict.decision is Decision.KEEP
    assert verdict.unjudged == ("errors (Prometheus)",)
    assert verdict.reason == "nothing was wrong for 1m 0s; never told: errors (Prometheus)"


def test_two_breaches_at_once_are_both_told() -> None:
    (errors,) = ERRORS_ONLY.queries
    rules = replace(ERRORS_ONLY, queries=(errors, replace(errors, name="refunds")))
    verdict = Stage(rules=rules, value=lambda second: 1.0).watch()
    names = [breach.name for breach in verdict.breaches]
    assert names == ["errors (Prometheus)", "refunds (Prometheus)"]
    assert verdict.reason.count("since 12:00:00 UTC") == 2


def test_ctrl_c_passes_through() -> None:
    def look() -> Sample:
        raise KeyboardInterrupt

    stage = Stage()
    stage.look = look  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        stage.watch()
