"""The tables of a report, as words and figures for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from ao.cutover.cutover import Call, CutOver
from ao.probe.recording import Kind
from ao.report import translations

NONE = "-"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of texts."""

    title: str
    columns: tuple[str, ...]
    figures: frozenset[str]
    """Columns of figures, which stand on the right."""
    rows: tuple[tuple[str, ...], ...]


def tables(cutover: CutOver) -> tuple[Table, ...]:
    """Return all tables of a report that have something in them."""
    found = (clients(cutover), losses(cutover), calls(cutover))
    return tuple(table for table in found if table.rows)


def circumstances(cutover: CutOver) -> str:
    """Return the site, the method, the provider and the moment of a switch, in one line."""
    moment = datetime.fromtimestamp(cutover.started, UTC)
    return (
        f"site {cutover.site}, {cutover.method} method, provider {cutover.provider}, "
        f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    )


def drained(cutover: CutOver) -> str:
    """Return the result of the drain, in one line; empty when there was none."""
    drain = cutover.drain
    return f"drained for {translations.seconds(drain.seconds)}: {drain.text}" if drain else ""


def answer_times(cutover: CutOver) -> str:
    """Answer times of the good answers; empty when there was none."""
    seen = cutover.recording
    if seen is None or None in (seen.latency_p50, seen.latency_p95, seen.latency_max):
        return ""
    return (
        f"answers took {_milliseconds(seen.latency_p50)} (median), "
        f"{_milliseconds(seen.latency_p95)} (p95), "
        f"{_milliseconds(seen.latency_max)} (longest)"
    )


def clients(cutover: CutOver) -> Table:
    """Return the table of how users came over, on new and on kept connections."""
    return Table(
        title="How users came over",
        columns=("from the switch's request", "new connections", "kept connections"),
        figures=frozenset({"new connections", "kept connections"}),
        rows=tuple(_clients(cutover)) if cutover.recording else (),
    )


def _clients(cutover: CutOver) -> Iterator[tuple[str, str, str]]:
    new, kept = cutover.turn(Kind.NEW), cutover.turn(Kind.KEPT)
    yield (
        f"first answer of {cutover.new}",
        _seconds(new.first_new),
        _seconds(kept.first_new),
    )
    if cutover.old:
        yield (
            f"last answer of {cutover.old}",
            _seconds(new.last_old),
            _seconds(kept.last_old),
        )
    yield "longest without a good answer", _seconds(cutover.gap), NONE
    following = cutover.following
    if following:
        share = f"{following.followed} of {following.clients}"
        yield "clients that followed", NONE, share
        yield "last of them followed", NONE, _seconds(following.seconds)


def losses(cutover: CutOver) -> Table:
    """Lost requests, by the step in which they were lost."""
    rows: list[tuple[str, ...]] = [
        (lost.step or "before the first step", lost.kind, lost.outcome, f"{lost.count:,}")
        for lost in cutover.losses()
    ]
    recording = cutover.recording
    unlisted = recording.lost - len(recording.losses) if recording else 0
    if unlisted:
        rows.append(("not recorded one by one", NONE, NONE, f"{unlisted:,}"))
    return Table(
        title="Lost requests",
        columns=("step", "connection", "outcome", "requests"),
        figures=frozenset({"requests"}),
        rows=tuple(rows),
    )


def calls(cutover: CutOver) -> Table:
    """Requests to OpenStack that ask for a change, by the time when they were sent."""
    changing = [call for call in cutover.calls if call.method not in _READING]
    reading = len(cutover.calls) - len(changing)
    return _calls(cutover, changing, f"Changes asked of OpenStack, beside {reading:,} reads")


def all_calls(cutover: CutOver) -> Table:
    """Return all requests to OpenStack, by the time when they were sent."""
    return _calls(cutover, cutover.calls, f"All {len(cutover.calls):,} requests to OpenStack")


_READING = {"GET", "HEAD"}


def _calls(cutover: CutOver, chosen: Iterable[Call], title: str) -> Table:
    origin = cutover.asked_at or 0.0
    return Table(
        title=title,
        columns=("sent", "request", "status", "took"),
        figures=frozenset({"sent", "status", "took"}),
        rows=tuple(
            (
                f"{call.at - origin:+.2f} s",
                f"{call.method} {call.service} {call.path}",
                str(call.status) if call.status else "no answer",
                translations.seconds(call.seconds),
            )
            for call in sorted(chosen, key=lambda call: call.at)
        ),
    )


def _seconds(value: float | None) -> str:
    return NONE if value is None else translations.seconds(value)


def _milliseconds(value: float | None) -> str:
    return NONE if value is None else f"{value * 1000:,.0f} ms"
