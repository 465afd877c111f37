"""The decision window: production is watched after a switch until there is a verdict."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ao import duration
from ao.message import joined, message
from ao.site.watch import Watch
from ao.watch.sample import Baseline, Figure, Missing, Sample
from ao.watch.verdict import Decision, Finding, Verdict, decide, judge
from ao.work import Work

TICK = 1.0
"""Seconds between two calls of the countdown."""
LOOK = 0.25
"""Seconds between two looks whether production answers nothing but errors."""

Countdown = Callable[[float, tuple[Finding, ...]], None]
"""A function that takes the seconds that are left and the findings of the last sample."""


def watch(
    work: Work,
    rules: Watch,
    baseline: Baseline,
    look: Callable[[], Sample],
    until: float,
    *,
    countdown: Countdown = lambda left, findings: None,
    interrupted: Callable[[], str | None] = lambda: None,
    only_errors: Callable[[], str | None] = lambda: None,
    moment: Callable[[], float] = time.time,
) -> Verdict:
    """Watch production until a moment (seconds since 1970) or a breach; return the verdict.

    A process that is given the same moment again goes on with the same window. Where that moment
    has passed, or nearly, the window is as long as a measure must be wrong for a breach. A measure
    that is wrong at the end of the window is watched until it is a breach or right again, so the
    watch ends one interval and the longest `lasting` after the window at the latest.

    `look` takes a sample of production. `countdown` is called every second. `interrupted` is
    called before each sample and returns a reason to leave the decision open, or None.
    `only_errors` is called four times a second and returns what production answers when that is
    nothing but errors, in a sentence: then it goes back at once. None else.
    """
    begun = moment()
    end = max(until, begun + rules.lasting)
    diary = _Diary(work)

    def verdict(decision: Decision, reason: str) -> Verdict:
        return Verdict(
            decision=decision,
            reason=reason,
            seconds=moment() - begun,
            findings=diary.findings,
            unjudged=diary.unjudged,
        )

    def errors(seconds: float) -> str | None:
        """Look for errors for a time; return what is told of them."""
        over = work.clock.now() + seconds
        while not (why := only_errors()) and (left := over - work.clock.now()) > 0:
            work.clock.sleep(min(LOOK, left))
        return why

    while True:
        if why := interrupted():
            return verdict(Decision.OPEN, why)
        next_look = work.clock.now() + rules.interval
        diary.note(rules, baseline, look())
        match decide(diary.findings, moment(), end):
            case Decision.BACK:
                breaches = [str(it) for it in diary.findings if it.breach]
                return verdict(Decision.BACK, joined("; ", breaches))
            case Decision.KEEP:
                return verdict(Decision.KEEP, diary.praise(moment() - begun))
        while True:
            countdown(max(0.0, end - moment()), diary.findings)
            pause = min(TICK, next_look - work.clock.now())
            if pause <= 0:
                break
            if why := errors(pause):
                return replace(verdict(Decision.BACK, why), only_errors=True)


def _warned(found: Finding) -> bool:
    """Return whether a figure came with warnings."""
    return isinstance(found.reading, Figure) and bool(found.reading.warnings)


@dataclass
class _Diary:
    """The samples and findings of a decision window so far."""

    work: Work
    samples: list[Sample] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()
    """Findings of the last sample."""
    judged: set[str] = field(default_factory=set)
    """Names of the measures that have had a figure."""

    @property
    def unjudged(self) -> tuple[str, ...]:
        """Names of the measures that have had no figure yet."""
        return tuple(found.name for found in self.findings if found.name not in self.judged)

    def note(self, rules: Watch, baseline: Baseline, sample: Sample) -> None:
        """Judge one more sample; note figures that are missing or warned of, or came back."""
        self.samples.append(sample)
        warned = {found.name for found in self.findings if _warned(found)}
        gone = {found.name for found in self.findings if isinstance(found.reading, Missing)}
        self.findings = judge(rules, baseline, self.samples)
        for found in self.findings:
            if isinstance(found.reading, Figure):
                self.judged.add(found.name)
                if found.name in gone:
                    self.work.note(message("Back again: %(found)s.", found=str(found)))
                elif _warned(found) and found.name not in warned:
                    self.work.note(message("%(found)s.", found=str(found)))
            elif isinstance(found.reading, Missing) and found.name not in gone:
                self.work.note(message("%(found)s.", found=str(found)))

    def praise(self, seconds: float) -> str:
        """Return the sentence that says why the switch is kept."""
        time = duration.show(seconds)
        if not self.unjudged:
            return message("nothing was wrong for %(time)s", time=time)
        return message(
            "nothing was wrong for %(time)s; never told: %(names)s",
            time=time,
            names=joined(", ", self.unjudged),
        )
