"""The tables of a report, as messages and figures for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from ao.cutover.cutover import Call, CutOver, Following
from ao.message import Message, in_context, joined, message
from ao.probe.probe_load import Protocol
from ao.probe.recording import KeptClient, Kind
from ao.probe.summary import status_name
from ao.report import sentences

NONE = "-"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of texts, which are messages or data."""

    title: Message
    columns: tuple[Message, ...]
    figures: frozenset[str]
    """Columns of figures, which stand on the right."""
    rows: tuple[tuple[str, ...], ...]


def tables(cutover: CutOver) -> tuple[Table, ...]:
    """Return all tables of a report that have something in them."""
    made = (clients, protocols, statuses, losses, calls)
    return tuple(table for make in made if (table := make(cutover)).rows)


def circumstances(cutover: CutOver) -> Message:
    """Return the site, the method, the provider and the moment of a switch, in one line."""
    moment = datetime.fromtimestamp(cutover.started, UTC)
    return message(
        "site %(site)s, %(method)s method, provider %(provider)s, %(moment)s UTC",
        site=cutover.site,
        method=cutover.method,
        provider=cutover.provider,
        moment=f"{moment:%Y-%m-%d %H:%M:%S}",
    )


def drained(cutover: CutOver) -> Message | None:
    """Return the result of the drain, in one line; None when there was none."""
    drain = cutover.drain
    if drain is None:
        return None
    time = sentences.seconds(drain.seconds)
    return message("drained for %(time)s: %(result)s", time=time, result=drain.text)


def answer_times(cutover: CutOver) -> Message | None:
    """Return the answer times of the good answers, in one line; None when there was none."""
    seen = cutover.recording
    if seen is None or None in (seen.latency_p50, seen.latency_p95, seen.latency_max):
        return None
    return message(
        "answers took %(median)s (median), %(p95)s (p95), %(longest)s (longest)",
        median=_milliseconds(seen.latency_p50),
        p95=_milliseconds(seen.latency_p95),
        longest=_milliseconds(seen.latency_max),
    )


def clients(cutover: CutOver) -> Table:
    """Return the table of how users came over, on new and on kept connections."""
    connections = (message("new connections"), message("kept connections"))
    return Table(
        title=message("How users came over"),
        columns=(message("from the switch's request"), *connections),
        figures=frozenset(connections),
        rows=tuple(_clients(cutover)) if cutover.recording else (),
    )


def _clients(cutover: CutOver) -> Iterator[tuple[str, str, str]]:
    new, kept = cutover.turn(Kind.NEW), cutover.turn(Kind.KEPT)
    yield (
        message("first answer of %(colour)s", colour=str(cutover.new)),
        _seconds(new.first_new),
        _seconds(kept.first_new),
    )
    if cutover.old:
        yield (
            message("last answer of %(colour)s", colour=str(cutover.old)),
            _seconds(new.last_old),
            _seconds(kept.last_old),
        )
    yield message("longest without a good answer"), _seconds(cutover.gap), NONE
    following = cutover.following
    if following:
        yield message("clients that followed"), NONE, share(following)
        yield message("last of them followed"), NONE, _seconds(following.seconds)


def protocols(cutover: CutOver) -> Table:
    """Return the table of the Keep-Alive clients by what they speak, where some speak HTTP/2."""
    told = cutover.clients if Protocol.HTTP2 in cutover.clients else {}
    columns = tuple(joined("", [protocol.version]) for protocol in told)
    return Table(
        title=message("Keep-Alive clients by protocol"),
        columns=(message("clients"), *columns),
        figures=frozenset(columns),
        rows=tuple(_protocols(cutover)) if told else (),
    )


def _protocols(cutover: CutOver) -> Iterator[tuple[str, ...]]:
    told = cutover.clients
    followings = [cutover.following_by(protocol) for protocol in told]

    def summed(count: Callable[[KeptClient], int]) -> Iterator[str]:
        return (f"{sum(map(count, clients)):,}" for clients in told.values())

    yield message("clients that followed"), *(share(it) if it else NONE for it in followings)
    yield (
        message("last of them followed"),
        *(_seconds(it.seconds) if it else NONE for it in followings),
    )
    yield message("connections ended by the server"), *summed(lambda it: it.told_to_close)
    yield message("answers finished after GOAWAY"), *summed(lambda it: it.finished)
    yield message("requests sent again"), *summed(lambda it: it.retried)
    yield message("requests lost"), *summed(lambda it: it.lost)


def share(following: Following) -> Message:
    """Return how many of the Keep-Alive clients followed, as `48 of 50`."""
    return message(
        "%(followed)s of %(clients)s", followed=following.followed, clients=following.clients
    )


def statuses(cutover: CutOver) -> Table:
    """Return the table of answers by HTTP status, good or not."""
    counted = cutover.recording.statuses if cutover.recording else {}
    return Table(
        title=message("Answers by status"),
        columns=(message("status"), message("answers")),
        figures=frozenset({"answers"}),
        rows=tuple(
            (status_name(status), f"{count:,}") for status, count in sorted(counted.items())
        ),
    )


def losses(cutover: CutOver) -> Table:
    """Return the table of lost requests, by the step in which they were lost."""
    rows: list[tuple[str, ...]] = [
        (lost.step or message("before the first step"), lost.kind, lost.outcome, f"{lost.count:,}")
        for lost in cutover.losses()
    ]
    recording = cutover.recording
    unlisted = recording.lost - len(recording.losses) if recording else 0
    if unlisted:
        rows.append((message("not recorded one by one"), NONE, NONE, f"{unlisted:,}"))
    return Table(
        title=message("Lost requests"),
        columns=(
            message("step"),
            message("connection"),
            message("outcome"),
            message("requests"),
        ),
        figures=frozenset({"requests"}),
        rows=tuple(rows),
    )


def calls(cutover: CutOver) -> Table:
    """Return the requests to OpenStack that ask for a change, by the time when they were sent."""
    changing = [call for call in cutover.calls if call.method not in _READING]
    reads = f"{len(cutover.calls) - len(changing):,}"
    title = message("Changes asked of OpenStack, beside %(reads)s reads", reads=reads)
    return _calls(cutover, changing, title)


def all_calls(cutover: CutOver) -> Table:
    """Return all requests to OpenStack, by the time when they were sent."""
    count = f"{len(cutover.calls):,}"
    title = message("All %(count)s requests to OpenStack", count=count)
    return _calls(cutover, cutover.calls, title)


_READING = {"GET", "HEAD"}


def _calls(cutover: CutOver, chosen: Iterable[Call], title: Message) -> Table:
    origin = cutover.asked_at or 0.0
    return Table(
        title=title,
        columns=(
            message("sent"),
            in_context("HTTP", "request"),
            message("status"),
            message("took"),
        ),
        figures=frozenset({"sent", "status", "took"}),
        rows=tuple(
            (
                f"{call.at - origin:+.2f} s",
                f"{call.method} {call.service} {call.path}",
                str(call.status) if call.status else message("no answer"),
                sentences.seconds(call.seconds),
            )
            for call in sorted(chosen, key=lambda call: call.at)
        ),
    )


def _seconds(value: float | None) -> str:
    return NONE if value is None else sentences.seconds(value)


def _milliseconds(value: float | None) -> str:
    return NONE if value is None else f"{value * 1000:,.0f} ms"
