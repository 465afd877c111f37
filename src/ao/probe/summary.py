"""A recording in figures: each for people, and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

from ao import duration
from ao.message import joined, message
from ao.message.vocabulary import word
from ao.probe.probe_load import Protocol
from ao.probe.recording import OTHER_STATUS, KeptClient, Loss, Recording, Sighting


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of a recording."""

    name: str
    value: object
    """The figure for programs: numbers, texts, lists and objects. Times in seconds."""
    text: str
    """The figure for people; may have several lines."""


def figures(recording: Recording) -> Iterator[Figure]:
    """Yield all that a recording tells, the most important first."""
    yield _number(message("lost"), recording.lost)
    yield Figure(
        name=message("losses"),
        value=[
            {"kind": kind, "outcome": outcome, "reason": reason, "requests": count}
            for (kind, outcome, reason), count in _causes(recording.losses)
        ],
        text=_lines(
            message(
                "%(count)s %(kind)s, %(outcome)s: %(reason)s",
                count=f"{count:,}",
                kind=word(kind),
                outcome=word(outcome),
                reason=reason,
            )
            for (kind, outcome, reason), count in _causes(recording.losses)
        ),
    )
    yield _number(message("retried"), recording.retried)
    yield Figure(
        name=message("sent"),
        value=recording.sent,
        text=message(
            "%(count)s (%(rate)s a second)", count=f"{recording.sent:,}", rate=_rate(recording)
        ),
    )
    yield _number(message("skipped"), recording.skipped)
    yield Figure(
        name=message("seconds"),
        value=round(recording.seconds, 3),
        text=duration.show(recording.seconds),
    )
    yield Figure(
        name=message("statuses"),
        value={str(status): count for status, count in sorted(recording.statuses.items())},
        text=_lines(_statuses(recording.statuses)),
    )
    yield Figure(
        name=message("latency"),
        value={
            "median": recording.latency_p50,
            "p95": recording.latency_p95,
            "longest": recording.latency_max,
        },
        text=message(
            "%(median)s median, %(p95)s p95, %(longest)s longest",
            median=milliseconds(recording.latency_p50),
            p95=milliseconds(recording.latency_p95),
            longest=milliseconds(recording.latency_max),
        ),
    )
    yield Figure(
        name=message("colours"),
        value=[asdict(sighting) for sighting in recording.sightings],
        text=_lines(_sightings(recording.sightings)),
    )
    yield _kept(recording.kept)


def milliseconds(seconds: float | None) -> str:
    """Return a short time: `1.2 ms`, `140 ms`; `-` for None."""
    if seconds is None:
        return "-"
    return f"{seconds * 1000:.1f} ms" if seconds < 0.01 else f"{seconds * 1000:,.0f} ms"


def _number(name: str, value: int) -> Figure:
    return Figure(name=name, value=value, text=f"{value:,}")


def _rate(recording: Recording) -> str:
    return f"{recording.sent / recording.seconds:,.0f}" if recording.seconds else "0"


def _causes(losses: tuple[Loss, ...]) -> list[tuple[tuple[str, str, str], int]]:
    """Kind, outcome and reason of losses, and how many, the most frequent first."""
    return Counter(
        (str(loss.kind), str(loss.outcome), loss.reason) for loss in losses
    ).most_common()


def _statuses(statuses: Mapping[int, int]) -> Iterator[str]:
    """Yield a line for each HTTP status of an answer."""
    for status, count in sorted(statuses.items()):
        yield message(
            "%(status)s: %(count)s answers", status=status_name(status), count=f"{count:,}"
        )


def status_name(status: int) -> str:
    """Return what people call a counted HTTP status: `HTTP 503`, or `others`."""
    return message("others") if status == OTHER_STATUS else f"HTTP {status}"


def _sightings(sightings: tuple[Sighting, ...]) -> Iterator[str]:
    """Yield a line for each colour and kind of connection, in columns."""
    ordered = sorted(sightings, key=lambda seen: (seen.colour, seen.kind))
    widest = max((len(seen.colour) for seen in ordered), default=0)
    digits = max((len(f"{seen.answers:,}") for seen in ordered), default=0)
    for seen in ordered:
        yield message(
            "%(colour)s  %(kind)s  %(count)s answers, %(first)s s to %(last)s s",
            colour=f"{seen.colour:{widest}}",
            kind=f"{seen.kind:4}",
            count=f"{seen.answers:{digits},}",
            first=f"{seen.first:.2f}",
            last=f"{seen.last:.2f}",
        )


def _kept(clients: tuple[KeptClient, ...]) -> Figure:
    colours = Counter(client.colour or "none" for client in clients)
    connections = sum(client.connections for client in clients)
    told = sum(client.told_to_close for client in clients)
    where = joined(
        ", ",
        (
            message("%(count)s last saw %(colour)s", count=count, colour=colour)
            for colour, count in sorted(colours.items())
        ),
    )
    return Figure(
        name=message("kept"),
        value={
            "clients": len(clients),
            "last_colour": dict(sorted(colours.items())),
            "connections": connections,
            "told_to_close": told,
            "protocols": {
                str(protocol): {
                    "clients": len(some),
                    "told_to_close": sum(client.told_to_close for client in some),
                    "finished": sum(client.finished for client in some),
                    "retried": sum(client.retried for client in some),
                    "lost": sum(client.lost for client in some),
                }
                for protocol, some in _by_protocol(clients).items()
            },
        },
        text=_lines(
            [
                message("%(count)s clients: %(where)s", count=f"{len(clients):,}", where=where),
                message(
                    "%(opened)s connections opened, %(closed)s closed on the server's word",
                    opened=f"{connections:,}",
                    closed=f"{told:,}",
                ),
                *_protocols(clients),
            ]
            if clients
            else []
        ),
    )


def _by_protocol(clients: tuple[KeptClient, ...]) -> Mapping[Protocol, tuple[KeptClient, ...]]:
    found = {
        protocol: tuple(client for client in clients if client.protocol is protocol)
        for protocol in Protocol
    }
    return {protocol: some for protocol, some in found.items() if some}


def _protocols(clients: tuple[KeptClient, ...]) -> Iterator[str]:
    """Yield a line for each protocol where HTTP/2 is spoken."""
    found = _by_protocol(clients)
    for protocol, some in found.items() if Protocol.HTTP2 in found else ():
        yield message(
            "%(protocol)s: %(count)s clients, %(closed)s told to close, %(finished)s answers "
            "finished after GOAWAY, %(retried)s retried, %(lost)s lost",
            protocol=protocol.version,
            count=f"{len(some):,}",
            closed=f"{sum(client.told_to_close for client in some):,}",
            finished=f"{sum(client.finished for client in some):,}",
            retried=f"{sum(client.retried for client in some):,}",
            lost=f"{sum(client.lost for client in some):,}",
        )


def _lines(lines: Iterable[str]) -> str:
    return joined("\n", lines) or "-"
