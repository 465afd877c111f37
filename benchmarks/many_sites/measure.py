"""Measurement of each act in a project that grows."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence

from benchmarks.many_sites.acts import ACTS, PAGES
from benchmarks.many_sites.pages import Page
from benchmarks.many_sites.project import Project
from benchmarks.many_sites.table import Row

READS = frozenset(ACTS) - {"ao release", "ao switch"}
"""Acts that change nothing, and are measured again and again."""


def measured(
    project: Project,
    sites: Sequence[int],
    *,
    pause: Callable[[float], None] | None,
    page: Page | None = None,
    rounds: int = 1,
) -> Iterator[Row]:
    """Build sites up to each number, and yield a row for each act.

    Without `pause` no time is measured, without a page none of Horizon's.
    """
    for count in sorted(sites):
        project.grow(count)
        for name, act in ACTS.items():
            if name in PAGES and page is None:
                continue
            times = []
            if name in PAGES:
                # The first one of a process compiles templates.
                act(project, page)
            for _ in range(rounds if name in READS else 1):
                with project.counting(pause):
                    begin = project.clock.now()
                    act(project, page)
                    times.append(project.clock.now() - begin)
            yield Row(
                act=name,
                sites=count,
                seconds=None if pause is None else statistics.median(times),
                calls=len(project.answers),
                objects=sum(it.objects for it in project.answers),
            )
