"""Durations of the stages of a release, by what they took before. Pure."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping

from ao.journal import Operation

LATEST = 5
"""Releases that count."""


def durations(releases: Iterable[Operation]) -> Mapping[str, float]:
    """Return the median seconds of each step of the latest releases, by the step."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for release in releases:
        for step in release.steps:
            if step.done and step.seconds is not None:
                seconds[step.text].append(step.seconds)
    return {text: statistics.median(known[-LATEST:]) for text, known in seconds.items()}
