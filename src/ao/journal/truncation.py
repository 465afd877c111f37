"""A switch made smaller, so that it can be kept: what is dispensable goes first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ao.journal.events import Switched

FEW = 100
"""Things of a kind that stay when there are too many."""


def truncations(event: Switched) -> Iterator[Switched]:
    """Yield the event again and again, each time with less of its cut-over."""
    for shorten in (_losses, _clients, _calls, _recording):
        event = shorten(event)
        yield event


def _losses(event: Switched) -> Switched:
    recording = event.cutover.recording
    if recording is None or len(recording.losses) <= FEW:
        return event
    fewer = replace(recording, losses=recording.losses[:FEW])
    cut = f"lost requests after the first {FEW} of {len(recording.losses)}"
    return replace(event, cutover=replace(event.cutover, recording=fewer), cut=(*event.cut, cut))


def _clients(event: Switched) -> Switched:
    recording = event.cutover.recording
    if recording is None or len(recording.kept) <= FEW:
        return event
    fewer = replace(recording, kept=recording.kept[:FEW])
    cut = f"Keep-Alive clients after the first {FEW} of {len(recording.kept)}"
    return replace(event, cutover=replace(event.cutover, recording=fewer), cut=(*event.cut, cut))


def _calls(event: Switched) -> Switched:
    calls = event.cutover.calls
    if len(calls) <= FEW:
        return event
    cut = f"requests to OpenStack before the last {FEW} of {len(calls)}"
    return replace(event, cutover=replace(event.cutover, calls=calls[-FEW:]), cut=(*event.cut, cut))


def _recording(event: Switched) -> Switched:
    without = replace(
        event.cutover, recording=None, unmeasured="what the probe saw was too much to keep"
    )
    return replace(event, cutover=without, cut=(*event.cut, "what the probe saw"))
