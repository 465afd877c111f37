"""The verdict on a switch, from samples before and after it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from ao import duration
from ao.message import message
from ao.site.watch import Watch
from ao.watch.metrics import Metric, metrics_of
from ao.watch.sample import Baseline, Figure, Missing, Reading, Sample


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The judgement of one measure at a moment."""

    name: str
    reading: Reading | None
    """Its figure; None while there is not enough to tell one."""
    limit: str
    """Its limits for people; empty when the figure's text says enough."""
    at: float
    """The moment, in seconds since 1970."""
    since: float | None
    """Moment since which it has been wrong without a break; None when it is not wrong."""
    lasting: float
    """Seconds after which what is wrong is a breach."""

    @property
    def breach(self) -> bool:
        """Whether the measure has been wrong for so long that the switch goes back."""
        return self.since is not None and self.at - self.since >= self.lasting

    def __str__(self) -> str:
        """Name the measure, its figure, its limit, and since when it has been wrong."""
        match self.reading:
            case Figure(text=text):
                words: str = message("%(name)s: %(figure)s", name=self.name, figure=text)
            case Missing(why=why):
                words = message("%(name)s cannot be told: %(why)s", name=self.name, why=why)
            case None:
                words = message("%(name)s: too few requests to tell", name=self.name)
        if self.since is None:
            return words
        if self.limit and isinstance(self.reading, Figure):
            words = message("%(words)s, %(limit)s", words=words, limit=self.limit)
        begin = datetime.fromtimestamp(self.since, UTC)
        return message(
            "%(words)s, for %(time)s since %(begin)s UTC",
            words=words,
            time=duration.show(self.at - self.since),
            begin=f"{begin:%H:%M:%S}",
        )


class Decision(StrEnum):
    """Whether a switch is kept, goes back, or is not decided yet."""

    KEEP = "keep"
    BACK = "back"
    """Production is to be switched back."""
    OPEN = "open"
    """The watch was interrupted; it may be taken up again."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The outcome of a decision window."""

    decision: Decision
    reason: str
    """Reason of the decision, in a sentence."""
    seconds: float
    """Seconds that production was watched."""
    findings: tuple[Finding, ...]
    """All measures at the last look."""
    unjudged: tuple[str, ...]
    """Names of the measures that never had a figure."""
    only_errors: bool = False
    """Whether production answered nothing but errors: then it goes back without delay."""

    @property
    def breaches(self) -> tuple[Finding, ...]:
        """Findings for which production is switched back."""
        return tuple(finding for finding in self.findings if finding.breach)


def decide(findings: Sequence[Finding], moment: float, end: float) -> Decision:
    """Return what is to become of a switch by the findings of a moment.

    It goes back at a breach. It is kept at the end of the window (seconds since 1970), unless
    something that went wrong before may yet become a breach; until then the decision is open.
    """
    if any(finding.breach for finding in findings):
        return Decision.BACK
    undecided = any(it.since is not None and it.since < end for it in findings)
    return Decision.OPEN if undecided or moment < end else Decision.KEEP


def judge(watch: Watch, baseline: Baseline, samples: Sequence[Sample]) -> tuple[Finding, ...]:
    """Return the findings of all measures at the last of the samples since the switch.

    A look that tells nothing neither begins nor ends what is wrong, unless the watch takes
    missing figures for wrong ones.
    """
    return tuple(
        _finding(measure, samples, missing_is_wrong=watch.missing_breaches)
        for measure in metrics_of(watch, baseline)
    )


def _finding(measure: Metric, samples: Sequence[Sample], *, missing_is_wrong: bool) -> Finding:
    def wrong(reading: Reading | None) -> bool | None:
        match reading:
            case Figure():
                return measure.wrong(reading)
            case Missing() if missing_is_wrong:
                return True
        return None

    reading = measure.read(samples)
    since = None
    if wrong(reading):
        for n in range(len(samples), 0, -1):
            seen = wrong(measure.read(samples[:n]))
            if seen is False:
                break
            if seen:
                since = samples[n - 1].at
    return Finding(
        name=measure.name,
        reading=reading,
        limit=measure.limit,
        at=samples[-1].at,
        since=since,
        lasting=measure.lasting,
    )
