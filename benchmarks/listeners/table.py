"""The figures of several listeners as a Markdown table and as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from statistics import median

from benchmarks.listeners.rounds import Round, Row, row
from benchmarks.setting import Setting

_HEADS = (
    "listener",
    "switches",
    "requests",
    "lost",
    "sent once more",
    "after the main one, median",
    "at most",
    "longest answer",
)


@dataclass(kw_only=True)
class Figures:
    """What was measured so far."""

    setting: Setting
    rounds: list[Round] = field(default_factory=list)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The figures of each listener."""
        names = self.rounds[0].seen if self.rounds else ()
        return tuple(row(name, self.rounds) for name in names)

    @property
    def apart(self) -> tuple[float, ...]:
        """Of each switch, the seconds from the first listener that moved to the last."""
        return tuple(it.apart for it in self.rounds if it.apart is not None)

    def broken(self) -> Iterator[str]:
        """Yield what of the promise was not kept, in sentences."""
        for it in self.rows:
            if it.lost:
                yield f"BROKEN: {it.lost} requests lost on {it.listener}"
        failures = [it.failure for it in self.rounds if it.failure]
        if failures:
            yield f"BROKEN: {len(failures)} switches failed: {failures[0]}"
        unseen = len(self.rounds) - len(self.apart)
        if unseen:
            yield f"BROKEN: in {unseen} switches the new system did not answer on every listener"


def markdown(figures: Figures) -> str:
    """Return the table, and how far apart the listeners moved."""
    lines = [
        f"{figures.setting}\n",
        f"| {' | '.join(_HEADS)} |",
        f"|{'---|' * len(_HEADS)}",
        *(f"| {' | '.join(_cells(it))} |" for it in figures.rows),
    ]
    if figures.apart:
        lines.append(
            f"\nFrom the first listener to the last: {median(figures.apart):.2f} s (median), at "
            f"most {max(figures.apart):.2f} s."
        )
    return "\n".join(lines)


def document(figures: Figures) -> str:
    """Return all as JSON."""
    told = {
        **asdict(figures.setting),
        "listeners": [asdict(it) for it in figures.rows],
        "apart_s": [round(it, 3) for it in figures.apart],
        "failures": [it.failure for it in figures.rounds if it.failure],
    }
    return json.dumps(told, indent=2) + "\n"


def _cells(it: Row) -> Iterable[str]:
    yield it.listener
    yield from (f"{number:,}" for number in (it.switches, it.requests, it.lost, it.retried))
    for seconds in (it.after_main_median_s, it.after_main_max_s, it.longest_s):
        yield "-" if seconds is None else f"{seconds:.2f} s"
