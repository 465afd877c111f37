"""Sentences on a cut-over."""

from __future__ import annotations

from collections.abc import Iterator

from ao import duration
from ao.colour import Colour
from ao.cutover.cutover import CutOver
from ao.message import Message, joined, listed, message
from ao.probe.probe_load import Protocol
from ao.probe.recording import Kind


def seconds(value: float) -> str:
    """Return a short time, to a hundredth: `0.14 s`; a negative one is `0.02 s before`."""
    if round(value, 2) < 0:
        return message("%(time)s before", time=seconds(-value))
    return f"{abs(value):.2f} s" if value < 60 else duration.show(value)


def system(colour: Colour, version: str | None) -> str:
    """Return a system by colour and version: `green 2.0`."""
    return f"{colour} {version}" if version else str(colour)


def move(cutover: CutOver) -> Message:
    """Return the sentence that says what happened to production."""
    new = system(cutover.new, cutover.new_version)
    if cutover.failure:
        return message("the switch to %(new)s failed: %(why)s", new=new, why=cutover.failure)
    if cutover.asked_at is None:
        return message("production was on %(new)s already", new=new)
    if cutover.old is None:
        return message("production moved to %(new)s", new=new)
    old = system(cutover.old, cutover.old_version)
    return message("production moved from %(old)s to %(new)s", old=old, new=new)


def toll(cutover: CutOver) -> Message:
    """Return what a switch cost the users: requests lost and sent again."""
    recording = cutover.recording
    if recording is None:
        return message("nothing was measured: %(why)s", why=cutover.unmeasured)
    lost = message(
        "%(lost)s of %(sent)s requests lost", lost=f"{recording.lost:,}", sent=f"{recording.sent:,}"
    )
    if not recording.retried:
        return lost
    return listed([lost, message("%(count)s sent again", count=f"{recording.retried:,}")])


def verdict(cutover: CutOver) -> Message:
    """Return the whole cut-over in one line."""
    return joined(": ", [move(cutover), toll(cutover)])


def turnover(cutover: CutOver) -> Message | None:
    """Return how users came over, in one sentence; None when that was not measured."""
    parts = list(_turnover(cutover))
    return message("%(sentence)s.", sentence=listed(parts)) if parts else None


def capital(text: str) -> str:
    """Return a text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _turnover(cutover: CutOver) -> Iterator[Message]:
    new, kept = cutover.turn(Kind.NEW), cutover.turn(Kind.KEPT)
    first = min((t.first_new for t in (new, kept) if t.first_new is not None), default=None)
    last = max((t.last_old for t in (new, kept) if t.last_old is not None), default=None)
    if first is not None:
        yield message(
            "first answer of %(new)s after %(time)s", new=str(cutover.new), time=seconds(first)
        )
    if last is not None:
        yield message(
            "last answer of %(old)s after %(time)s", old=str(cutover.old), time=seconds(last)
        )
    following = cutover.following
    if following is None:
        return
    if following.seconds is None:
        yield message("none of %(clients)s Keep-Alive clients followed", clients=following.clients)
        return
    http2, http1 = map(cutover.following_by, (Protocol.HTTP2, Protocol.HTTP1))
    if http2 and http1:
        yield message(
            "%(followed2)s of %(clients2)s HTTP/2 and %(followed1)s of %(clients1)s HTTP/1.1 "
            "clients followed, the last after %(time)s",
            followed2=http2.followed,
            clients2=http2.clients,
            followed1=http1.followed,
            clients1=http1.clients,
            time=seconds(following.seconds),
        )
        return
    yield message(
        "%(followed)s of %(clients)s Keep-Alive clients followed, the last after %(time)s",
        followed=following.followed,
        clients=following.clients,
        time=seconds(following.seconds),
    )
