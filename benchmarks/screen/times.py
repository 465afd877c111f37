"""How long a number of sites keeps the overview and the page waiting."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ao.cloud import Cloud
from ao.operations.overview import overview
from benchmarks.screen.page import Broken, Page


@dataclass(frozen=True, kw_only=True)
class Times:
    """Times of one thing, asked for again and again, in seconds."""

    median: float
    worst: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Times:
        """The times of some rounds."""
        return cls(median=statistics.median(seconds), worst=max(seconds))


@dataclass(frozen=True, kw_only=True)
class Row:
    """One number of sites."""

    sites: int
    """Sites that the project has, with those that it had before."""
    entries: int
    """Journal entries that it keeps."""
    overview: Times
    """Of `ao.operations.overview.overview`, by a program that has its token."""
    requests: int
    """Requests to OpenStack's APIs that one overview takes."""
    page: Times | None
    """Of the page in the dashboard; None when that was not measured."""


def measured(cloud: Cloud, page: Page | None, rounds: int) -> Row:
    """Ask for the overview and the page in turn. Raises Broken, AoError.

    The first round, which logs in and makes the services remember, does not count.
    """
    found = overview(cloud)
    if found.unknown:
        raise Broken("; ".join(found.unknown))
    if page is not None:
        _listed(page, {site.name for site in found.sites})
    looks, views = [], []
    begin = time.time()
    for _ in range(rounds):
        looks.append(_seconds(lambda: overview(cloud)))
    requests = len(cloud.requests(begin))
    for _ in range(rounds):
        if page is not None:
            views.append(page.get().seconds)
    return Row(
        sites=len(found.sites),
        entries=len(cloud.software_configs.all("ao.journal/")),
        overview=Times.of(looks),
        requests=round(requests / rounds),
        page=Times.of(views) if views else None,
    )


def _listed(page: Page, names: set[str]) -> None:
    """See that the page lists these sites. Raises Broken."""
    missing = names - page.get().sites
    if missing:
        raise Broken(f"the page does not list {', '.join(sorted(missing))}")


def _seconds(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin
