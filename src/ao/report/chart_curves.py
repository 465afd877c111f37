"""Curves of a recording: what a chart draws, in steps wide enough to see. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from ao.probe.recording import Recording, Slice


@dataclass(frozen=True, kw_only=True)
class Curves:
    """Values for each of a row of equal times; `edges` has one more."""

    edges: tuple[float, ...]
    """Where the times begin and end, in seconds since the recording began."""
    answers: Mapping[str, tuple[float, ...]]
    """Good answers a second, by colour."""
    lost: tuple[int, ...]
    """Lost requests."""
    median: tuple[float, ...]
    """Median of the slices' median latencies, in seconds; NaN without an answer."""
    p95: tuple[float, ...]
    """Highest of the slices' 95th percentiles, in seconds; NaN without an answer."""


def curves(recording: Recording, most: int) -> Curves:
    """Curves of at most so many steps; each is a whole number of slices."""
    slices = max(1, round(recording.seconds / recording.width))
    together = math.ceil(slices / most)
    width = together * recording.width
    count = math.ceil(slices / together)
    bins: list[list[Slice]] = [[] for _ in range(count)]
    for part in recording.slices:
        place = round(part.at / recording.width) // together
        bins[min(place, count - 1)].append(part)
    end = max(recording.seconds, (count - 0.5) * width)
    edges = (*(n * width for n in range(count)), min(count * width, end))
    lengths = [end - begin for begin, end in pairwise(edges)]
    colours = sorted({colour for part in recording.slices for colour in part.colours})
    return Curves(
        edges=edges,
        answers={
            colour: tuple(
                sum(part.colours.get(colour, 0) for part in parts) / length
                for parts, length in zip(bins, lengths, strict=True)
            )
            for colour in colours
        },
        lost=tuple(sum(part.lost for part in parts) for parts in bins),
        median=tuple(
            _or_nan(statistics.median, (part.latency_p50 for part in parts)) for parts in bins
        ),
        p95=tuple(_or_nan(max, (part.latency_p95 for part in parts)) for parts in bins),
    )


def _or_nan(summary: Callable[[list[float]], float], values: Iterable[float | None]) -> float:
    known = [value for value in values if value is not None]
    return summary(known) if known else math.nan
