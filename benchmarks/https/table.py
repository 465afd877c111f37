"""The figures as Markdown tables and as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from benchmarks.https import rounds
from benchmarks.https.deaf import Fate
from benchmarks.https.processors import Share
from benchmarks.https.rounds import Ignoring, Kept, Renewal, Round
from benchmarks.https.streams import Stream
from benchmarks.proof import table
from benchmarks.proof.series import series
from benchmarks.setting import Setting


@dataclass(kw_only=True)
class Figures:
    """What was measured so far."""

    setting: Setting
    provider: str
    method: str
    rates: list[float] = field(default_factory=list)
    """New connections a second, as they were asked for in each round of switches."""
    switches: list[Round] = field(default_factory=list)
    stayer: Fate | None = None
    """The client that ignores GOAWAY, from before the first switch to after the last."""
    renewals: list[Renewal] = field(default_factory=list)
    deployed: Sequence[Fate] = ()
    """Clients that ignore GOAWAY, through a switch and the next deploy."""
    streams: list[Stream] = field(default_factory=list)

    def broken(self) -> Iterable[str]:
        """What of the promise was not kept, in sentences."""
        whole = series(self.provider, self.method, [it.cutover for it in self.switches])
        if not whole.lossless:
            yield f"BROKEN: {whole.lost} requests lost, {whole.failed} switches failed"
        if self.switches and not whole.followed_in_time:
            yield (
                f"BROKEN: {whole.keepalive_followed} of {whole.keepalive_total} clients followed, "
                f"the last {whole.last_followed_beyond_s} s later than the longest request took"
            )
        lost = sum(it.lost for it in self.renewals)
        failures = [it.failure for it in self.renewals if it.failure]
        if lost or failures:
            yield f"BROKEN: {lost} requests lost in renewals, failed: {failures}"


def markdown(figures: Figures) -> str:
    """Return the tables of what there is."""
    parts = [f"{figures.setting}\n"]
    if figures.switches:
        cutovers = [it.cutover for it in figures.switches]
        parts += [
            table.markdown([series(figures.provider, figures.method, cutovers)]),
            _spare("switches", [it.share for it in figures.switches])
            + f"New connections a second: {min(figures.rates):g} to {max(figures.rates):g}.\n",
            _table(_KEPT, map(_kept, rounds.kept(figures.switches))),
            _table(_IGNORING, map(_ignoring, rounds.ignoring(figures.switches))),
            "" if figures.stayer is None else _stayer(figures.stayer),
        ]
    if figures.renewals:
        parts += [
            _table(_RENEWALS, [_renewals(figures.renewals)]),
            _spare("renewals", [it.share for it in figures.renewals]),
        ]
    if figures.deployed:
        parts += ["Through a switch and the next deploy:\n", *map(_stayer, figures.deployed)]
    if figures.streams:
        parts.append(_table(_STREAMS, map(_stream, figures.streams)))
    return "\n".join(parts)


def document(figures: Figures) -> str:
    """Return all as JSON."""
    told: dict[str, Any] = asdict(figures.setting)
    if figures.switches:
        told["switches"] = {
            **asdict(
                series(figures.provider, figures.method, [it.cutover for it in figures.switches])
            ),
            "rates": figures.rates,
            "shares": [asdict(it.share) for it in figures.switches],
            "kept": [asdict(it) for it in rounds.kept(figures.switches)],
            "stayer": None if figures.stayer is None else asdict(figures.stayer),
            "ignoring": [asdict(it) for it in rounds.ignoring(figures.switches)],
        }
    told["renewals"] = [asdict(it) for it in figures.renewals]
    told["deployed"] = [asdict(it) for it in figures.deployed]
    told["streams"] = [asdict(it) for it in figures.streams]
    return json.dumps(told, indent=2) + "\n"


_KEPT = (
    "clients of",
    "followed",
    "the last one after",
    "last answer of the old system",
    "connections ended",
    "whole after GOAWAY",
    "sent again",
    "lost",
)
_IGNORING = (
    "clients that ignore GOAWAY",
    "told",
    "answered after it",
    "refused, and how",
    "may be sent again",
    "knew at the latest after",
    "came over",
)
_RENEWALS = (
    "renewals",
    "requests",
    "lost",
    "sent again",
    "connections ended",
    "whole after GOAWAY",
    "longest answer",
    "command took",
)
_STREAMS = (
    "through",
    "stream",
    "came to its end",
    "lasted after it",
    "messages of old / new",
    "told to leave",
    "longest pause",
    "connections",
)


def _kept(it: Kept) -> tuple[str, ...]:
    return (
        it.protocol,
        f"{it.followed:,} of {it.clients:,}",
        _seconds(it.last_followed_s),
        f"{_seconds(it.last_old_s)} ({_seconds(it.last_old_beyond_s)} beyond the longest)",
        f"{it.told_to_close:,}",
        f"{it.finished:,}",
        f"{it.retried:,}",
        f"{it.lost:,}",
    )


def _ignoring(it: Ignoring) -> tuple[str, ...]:
    return (
        f"{it.clients} with {'long' if it.slow else 'short'} requests",
        f"{it.told}",
        f"{it.answered:,}",
        "; ".join(f"{what}: {count}" for what, count in it.refusals.items()) or "none",
        f"{it.repeatable}",
        _seconds(it.stayed_s),
        f"{it.over}, the last {_seconds(it.over_s)} after the request",
    )


def _stayer(it: Fate) -> str:
    if it.told is None or it.last is None:
        return "A client that ignores GOAWAY was told nothing.\n"
    over = f", and over {it.over - it.told:.0f} s after it" if it.over else ""
    return (
        f"A client that ignores GOAWAY throughout was answered {it.answered:,} times after it, the "
        f"last {it.last - it.told:.0f} s after it, by {it.colour}; then: "
        f"{it.refusal or 'the end'}{over}.\n"
    )


def _renewals(all_: Sequence[Renewal]) -> tuple[str, ...]:
    failed = sum(it.failure is not None for it in all_)
    return (
        f"{len(all_)}" + (f" ({failed} failed)" if failed else ""),
        f"{sum(it.requests for it in all_):,}",
        f"{sum(it.lost for it in all_):,}",
        f"{sum(it.retried for it in all_):,}",
        f"{sum(it.told_to_close for it in all_):,}",
        f"{sum(it.finished for it in all_):,}",
        _seconds(max(it.longest_s for it in all_)),
        f"{_seconds(median(it.command_s for it in all_))} (median)",
    )


def _stream(it: Stream) -> tuple[str, ...]:
    return (
        it.act,
        it.kind,
        "yes" if it.whole else f"NO: {it.failure}",
        _seconds(it.lasted_s),
        f"{it.old} / {it.new}",
        _seconds(it.told_s),
        _seconds(it.gap_s),
        f"{it.connections}",
    )


def _spare(what: str, shares: Sequence[Share]) -> str:
    """Tell what the processors had to spare, in a line."""
    spare = [it.spare for it in shares]
    low = [it.low for it in shares]
    return (
        f"Spare time of the processors in the {what}: median {median(spare):.0%}, "
        f"least {min(spare):.0%}; of it at low priority {median(low):.0%}.\n"
    )


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines: list[tuple[str, ...]] = [columns, ("---", *("---:" for _ in columns[1:])), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} s"
