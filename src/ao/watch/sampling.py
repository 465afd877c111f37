"""Looks at production, for a sample."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from ao.errors import AoError, ConfigError
from ao.message import message
from ao.plan.facts import System
from ao.probe.running_totals import RunningTotals
from ao.site.watch import Query, Watch
from ao.watch import login, prometheus
from ao.watch.metrics import CHECKS, MEMBERS, source
from ao.watch.prometheus import Ask, NoFigure, filled
from ao.watch.sample import Baseline, Figure, Missing, Reading, Sample
from ao.work import Work


class CountingProbe(Protocol):
    """A probe that asks production again and again, and counts."""

    def sample(self) -> RunningTotals | None:
        """Return the probe's totals since it began; None when it does not send."""


@dataclass(frozen=True, kw_only=True)
class Sampler:
    """Looks at production; each call gives a sample."""

    work: Work
    watch: Watch
    baseline: Baseline
    new: System
    """The system that has become live."""
    probe: CountingProbe | None
    """None when production is not to be reached from here."""
    checks: Callable[[], tuple[str, ...]] = tuple
    """Runs the site's checks; what failed, a sentence for each."""
    ask: Ask = prometheus.ask
    moment: Callable[[], float] = time.time
    """Seconds since 1970."""

    def __call__(self) -> Sample:
        """Look at everything that is watched, side by side."""
        at = self.moment()
        with ThreadPoolExecutor(max_workers=8, thread_name_prefix="watch") as pool:
            under_way = {name: pool.submit(read) for name, read in self._sources().items()}
            readings = {name: reading.result() for name, reading in under_way.items()}
        return Sample(at=at, tally=self._tally(), readings=readings)

    def _sources(self) -> Mapping[str, Callable[[], Reading]]:
        sources: dict[str, Callable[[], Reading]] = {}
        if self.watch.members:
            sources[MEMBERS] = self._members
        if self.watch.checks:
            sources[CHECKS] = self._checks
        for query in self.watch.queries:
            sources[source(query)] = partial(self._figure, query)
        return sources

    def _tally(self) -> RunningTotals | Missing:
        if self.probe is None:
            return Missing(why=message("production is not reached from here"))
        return self.probe.sample() or Missing(why=message("the probe does not send"))

    def _members(self) -> Reading:
        """Servers that are missing of those that passed the health check before.

        A server that has come since is not expected to pass: it may still be starting.
        """
        if self.new.pool_id is None:
            return Missing(why=message("%(colour)s has no pool", colour=self.new.colour))
        try:
            members = self.work.cloud.load_balancers.members(self.new.pool_id)
        except AoError as error:
            return Missing(why=error.message)
        online = sum(member.serving for member in members)
        wanted = max(1, min(len(members), self.baseline.online))
        return Figure(
            value=max(0, wanted - online),
            text=message(
                "%(online)s of %(size)s servers pass the health check",
                online=online,
                size=len(members),
            ),
        )

    def _checks(self) -> Reading:
        failed = self.checks()
        return Figure(value=len(failed), text="; ".join(failed) or message("all passed"))

    def _figure(self, query: Query) -> Reading:
        try:
            told = self.ask(query.url, self._filled(query.query), login.read(self.work.site, query))
        except ConfigError as error:
            return Missing(why=error.message)
        except NoFigure as error:
            return Missing(why=str(error))
        text: str = f"{told.value:.4g}"
        if told.warnings:
            text = message(
                "%(value)s (Prometheus warns: %(warnings)s)", value=text, warnings=told.warnings
            )
        return Figure(value=told.value, text=text, warnings=told.warnings)

    def _filled(self, query: str) -> str:
        """Return a query with this site, colour and version in it."""
        return filled(
            query,
            site=self.work.site.name,
            colour=self.new.colour,
            version=self.new.version or "",
        )
