"""The trend of a site's size and load, as Prometheus has kept it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ao.cloud import Cloud
from ao.colour import Colour
from ao.cutover.trend import MANY, Points, Trend
from ao.errors import AoError
from ao.plan.facts import Facts
from ao.plan.scaling_state import signal_of
from ao.site import Site
from ao.untrusted.bounds import GREATEST

POINTS = 180
"""Most moments of a trend."""
LEAST = 5.0
"""Least seconds between two of them: Ceilometer measures no more often."""
SERVERS = 'count(last_over_time(ceilometer_cpu{{server_group="{group}"}}[{within:.0f}s]))'
"""PromQL of a system's servers that are measured."""


def read(cloud: Cloud, site: Site, facts: Facts, begin: float, end: float) -> Trend | None:
    """Return the trend from a moment to another, in seconds since 1970.

    None without autoscaling, without Prometheus, and while it does not answer: nothing that a
    release does depends on it.
    """
    queries = {c: query for c in Colour if (query := signal_of(facts.systems[c]))}
    if site.autoscale is None or not queries:
        return None
    step = max(LEAST, (end - begin) / POINTS)
    groups = {c: stack.id for c in queries if (stack := facts.systems[c].stack)}
    # A rule's time is several of Ceilometer's polls, which may lie further apart than two points.
    within = max(2 * step, site.autoscale.out.lasting / 2)
    counts = {c: SERVERS.format(group=group, within=within) for c, group in groups.items()}

    def points(promql: str) -> Points:
        found = cloud.metrics.range(promql, begin, end, step)
        samples = [it for it in found if abs(it.value) <= GREATEST][:MANY]
        return Points(
            at=tuple(sample.at for sample in samples),
            values=tuple(sample.value for sample in samples),
        )

    try:
        with ThreadPoolExecutor(max_workers=4, thread_name_prefix="trend") as pool:
            servers = dict(zip(counts, pool.map(points, counts.values()), strict=True))
            load = dict(zip(queries, pool.map(points, queries.values()), strict=True))
    except AoError:
        return None
    return Trend(
        step=step,
        servers=servers,
        load=load,
        out=site.autoscale.out.threshold,
        inward=site.autoscale.inward.threshold,
        cpu=site.autoscale.out.query is None,
    )
