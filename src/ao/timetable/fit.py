"""Whether a procedure fits a window, by runs with random times and failures. Pure.

A run keeps to the window if it is through before the window closes and, had the decision been
to switch back, that would have been too. A task that fails before the decision ends the run
with switching back and with what follows the decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy
from numpy.typing import NDArray

from ao.message import Message, message
from ao.timetable import quantities
from ao.timetable.procedure import DECISION, SWITCH_BACK, Procedure
from ao.timetable.simulation import run, times

if TYPE_CHECKING:
    from ao.timetable.durations import Samples

RUNS = 10_000
SHARE = 0.95
"""Share of runs that a safe start keeps within the window."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Outcomes of many simulated runs. Shares are of all runs; times are seconds."""

    window: float
    """Length of the window."""
    runs: int
    seed: int
    released: float
    """Share that kept to the window with the new version live."""
    switched_back: float
    """Share that kept to it with the old version live again."""
    called_off: float
    """Share that failed before the window and did not begin in it."""
    breaker: str | None
    """Task that most often made a run too long; None if no run was, or no task takes time."""
    breaks: float
    """Share of the runs too long that it would have kept, had it taken what it usually does."""
    median: float
    """Length that half of the runs keep to; of those that begin, as the next two."""
    p95: float
    """Length that 95 of 100 keep to."""
    share: float
    """Share of runs that the latest safe start is for."""
    latest_start: float | None
    """Seconds after the opening at which it is still safe to begin; None if it never is."""

    @property
    def kept(self) -> float:
        """Share of runs that the window was long enough for."""
        return self.released + self.switched_back + self.called_off


@dataclass(frozen=True, kw_only=True)
class _Draw:
    """Random times and failures of all runs."""

    runs: int
    taken: Mapping[str, Samples]
    failed: Mapping[str, NDArray[numpy.bool_]]
    """Whether it failed, by task and DECISION; only what may fail."""


def fit(
    procedure: Procedure, window: float, *, runs: int = RUNS, seed: int = 0, share: float = SHARE
) -> Fit:
    """Try a procedure in a window many times; the same seed gives the same result."""
    random = numpy.random.default_rng(seed)
    called_off = numpy.zeros(runs, dtype=bool)
    for task in procedure.before:
        called_off |= random.random(runs) < task.fails
    draw = _Draw(
        runs=runs,
        taken={name: takes.sample(random, runs) for name, takes in times(procedure).items()},
        failed={name: random.random(runs) < fails for name, fails in _risks(procedure).items()},
    )
    length, back = _lengths(procedure, draw)
    begun = ~called_off
    fits = begun & (length <= window)
    breaker, breaks = _breaker(procedure, draw, begun & ~fits, window)
    lengths = length[begun] if begun.any() else numpy.zeros(1)
    median, p95, safe = numpy.quantile(lengths, [0.5, 0.95, share], method="inverted_cdf")
    return Fit(
        window=window,
        runs=runs,
        seed=seed,
        released=float(numpy.mean(fits & ~back)),
        switched_back=float(numpy.mean(fits & back)),
        called_off=float(numpy.mean(called_off)),
        breaker=breaker,
        breaks=breaks,
        median=float(median),
        p95=float(p95),
        share=share,
        latest_start=float(window - safe) if safe <= window else None,
    )


def _risks(procedure: Procedure) -> dict[str, float]:
    """Probability of failure of whatever may fail in the window."""
    risks = {task.name: task.fails for task in procedure.main}
    if procedure.decision:
        risks[DECISION] = procedure.decision.fails
    return {name: fails for name, fails in risks.items() if fails > 0}


def _lengths(procedure: Procedure, draw: _Draw) -> tuple[Samples, NDArray[numpy.bool_]]:
    """Return the length of each run, and whether it was switched back."""
    zero = numpy.zeros(draw.runs)
    went = run(procedure, draw.taken, numpy.maximum, zero)
    first = zero + numpy.inf
    for name, failed in draw.failed.items():
        first = numpy.where(failed, numpy.minimum(first, went.ends[name]), first)
    back = numpy.isfinite(first)
    until_back = first + draw.taken.get(SWITCH_BACK, zero) + went.closing
    return numpy.where(back, until_back, went.needed), back


def _breaker(
    procedure: Procedure,
    draw: _Draw,
    long: NDArray[numpy.bool_],
    window: float,
) -> tuple[str | None, float]:
    """Return what, had it gone as usual, would have kept most of the runs that were too long.

    As usual is its median, without failure. If no single one would have kept any run, it is
    the one that took longest over what is usual, or else the longest.
    """
    if not long.any() or not draw.taken:
        return None, 0.0

    def weight(name: str) -> tuple[float, float, float]:
        taken = draw.taken[name]
        usual = float(numpy.median(taken))
        kept = _lengths(procedure, _as_usual(draw, name, usual))[0][long] <= window
        return float(numpy.mean(kept)), float(numpy.mean(taken[long])) - usual, usual

    weights = {name: weight(name) for name in draw.taken}
    most = max(weights, key=weights.__getitem__)
    return most, weights[most][0]


def _as_usual(draw: _Draw, name: str, seconds: float) -> _Draw:
    """Return the same runs, but one thing never fails and always takes so long."""
    return _Draw(
        runs=draw.runs,
        taken={**draw.taken, name: numpy.full_like(draw.taken[name], seconds)},
        failed={other: failed for other, failed in draw.failed.items() if other != name},
    )


def warning(procedure: Procedure, window: float, *, share: float = SHARE) -> Message | None:
    """Return the warning before a release whose window may be too short; None if it is long enough.

    Too short is one that less than such a share of runs keeps to.
    """
    found = fit(procedure, window, share=share)
    if found.kept >= share:
        return None
    text = message(
        "the window of %(window)s is long enough for %(share)s of releases like this one; 95 of "
        "100 need %(time)s or less, with the time to switch back.",
        window=quantities.time(window),
        share=quantities.percent(found.kept),
        time=quantities.time(found.p95),
    )
    if found.breaker is None:
        return text
    return message(
        "%(text)s Most likely to break it is %(task)s.",
        text=text,
        task=procedure.called(found.breaker),
    )
