"""A recording in figures: each for people, and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from ao import duration
from ao.probe.recording import KeptClient, Loss, Recording, Sighting


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
    yield _number("lost", recording.lost)
    yield Figure(
        name="losses",
        value=[
            {"kind": kind, "outcome": outcome, "reason": reason, "requests": count}
            for (kind, outcome, reason), count in _causes(recording.losses)
        ],
        text=_lines(
            f"{count:,} {kind}, {outcome}: {reason}"
            for (kind, outcome, reason), count in _causes(recording.losses)
        ),
    )
    yield _number("retried", recording.retried)
    yield Figure(
        name="sent", value=recording.sent, text=f"{recording.sent:,} ({_rate(recording)} a second)"
    )
    yield _number("skipped", recording.skipped)
    yield Figure(
        name="seconds",
        value=round(recording.seconds, 3),
        text=duration.show(recording.seconds),
    )
    yield Figure(
        name="latency",
        value={
            "median": recording.latency_p50,
            "p95": recording.latency_p95,
            "longest": recording.latency_max,
        },
        text=f"{milliseconds(recording.latency_p50)} median, "
        f"{milliseconds(recording.latency_p95)} p95, "
        f"{milliseconds(recording.latency_max)} longest",
    )
    yield Figure(
        name="colours",
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


def _sightings(sightings: tuple[Sighting, ...]) -> Iterator[str]:
    """Yield a line for each colour and kind of connection, in columns."""
    ordered = sorted(sightings, key=lambda seen: (seen.colour, seen.kind))
    widest = max((len(seen.colour) for seen in ordered), default=0)
    digits = max((len(f"{seen.answers:,}") for seen in ordered), default=0)
    for seen in ordered:
        yield (
            f"{seen.colour:{widest}}  {seen.kind:4}  {seen.answers:{digits},} answers, "
            f"{seen.first:.2f} s to {seen.last:.2f} s"
        )


def _kept(clients: tuple[KeptClient, ...]) -> Figure:
    colours = Counter(client.colour or "none" for client in clients)
    connections = sum(client.connections for client in clients)
    told = sum(client.told_to_close for client in clients)
    where = ", ".join(f"{count} last saw {colour}" for colour, count in sorted(colours.items()))
    return Figure(
        name="kept",
        value={
            "clients": len(clients),
            "last_colour": dict(sorted(colours.items())),
            "connections": connections,
            "told_to_close": told,
        },
        text=_lines(
            [
                f"{len(clients):,} clients: {where}",
                f"{connections:,} connections opened, {told:,} closed on the server's word",
            ]
            if clients
            else []
        ),
    )


def _lines(lines: Iterator[str] | list[str]) -> str:
    return "\n".join(lines) or "-"
