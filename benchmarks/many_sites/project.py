"""A project of many sites on the fake cloud, whose calls take their time and are counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar
from unittest import mock

from ao import config, fake
from ao.clock import Clock
from ao.cloud import BalancerStatus
from ao.cloud.software_configs import PAGE
from ao.fake.faults import Call
from ao.journal import Journal
from ao.operations import reconcile
from ao.site import Site
from ao.work import Work
from benchmarks.many_sites.latency import latency
from benchmarks.screen import journey
from benchmarks.sites import SHOP

T = TypeVar("T")
RELEASES = 6
"""Releases in each site's journal, which is folded."""
PROVIDER = "haproxy"


@dataclass(frozen=True)
class Answer:
    """An answer of a service."""

    call: str
    objects: int
    """Objects that the service has sent, also those that Ao leaves aside."""


@dataclass(eq=False)
class Project:
    """Sites of the demo shop's kind in one project of a fake OpenStack."""

    cloud: fake.Cloud = field(default_factory=lambda: _roomy())
    sites: list[Site] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    """What was answered since the counting began."""
    seen: float = field(default_factory=time.monotonic)
    """Moment of this machine up to which the cloud's time has passed."""

    def grow(self, sites: int) -> None:
        """Build sites until there are so many, each with releases in its journal."""
        shop = config.load(SHOP / "ao.yaml")
        watch = replace(shop.watch, length=0.0)
        while len(self.sites) < sites:
            site = replace(shop, name=f"shop-{len(self.sites) + 1:03}", watch=watch)
            work = self.work(site)
            reconcile.up(work)
            for _ in range(RELEASES):
                journey.tell(work)
            Journal(work).fold(site.rules.keep)
            self.sites.append(site)

    def work(self, site: Site) -> Work:
        """Return the work of a new command on a site."""
        return Work(cloud=self.cloud, site=site, clock=self.clock, visit=self.cloud.visit)

    @property
    def clock(self) -> Clock:
        """Clock of the cloud, whose time passes at once where Ao waits."""
        return self.cloud.clock

    @contextmanager
    def counting(self, pause: Callable[[float], None] | None) -> Iterator[None]:
        """Count what is answered while the body runs, from zero on.

        With `pause`, which waits for so many seconds, each answer takes its time, and the cloud's
        time passes as that of this machine does.
        """
        self.answers.clear()
        self.seen = time.monotonic()
        calls = self.cloud.stacks.calls
        take = calls.take

        def taken(call: Call, effect: Callable[[], T]) -> T:
            result = take(call, effect)
            answer = Answer(call.name, self._objects(call, result))
            self.answers.append(answer)
            if pause is not None:
                pause(latency(call.name).of(answer.objects))
                self._catch_up()
            return result

        with mock.patch.object(calls, "take", taken):
            yield

    def _objects(self, call: Call, result: object) -> int:
        texts = len(self.cloud.openstack.project(self.cloud.name).heat.software_configs)
        if call.name in {"software_configs.all", "software_configs.listing"}:
            # Heat filters its texts by nothing.
            return texts
        if call.name == "software_configs.since" and isinstance(result, tuple):
            # Pages, of which the last has an older text.
            return min(texts, (len(result) // PAGE + 1) * PAGE)
        if isinstance(result, BalancerStatus):
            return 1 + sum(map(len, result.members.values()))
        if isinstance(result, tuple | frozenset):
            return len(result)
        return int(result is not None)

    def _catch_up(self) -> None:
        """Let as much time pass on the cloud as has passed on this machine."""
        with self.cloud.openstack.lock:
            now = time.monotonic()
            self.cloud.openstack.timeline.sleep(now - self.seen)
            self.seen = now


def _roomy() -> fake.Cloud:
    """Return a cloud in which a project may have as much as it likes."""
    shop = config.load(SHOP / "ao.yaml")
    group = shop.group
    cloud = fake.Cloud(
        openstack=fake.OpenStack(
            images=[group.image], flavors={group.flavor: (1, 128)}, providers=(PROVIDER,)
        )
    )
    quotas = cloud.openstack.project(cloud.name).quotas
    quotas.by_resource.update(dict.fromkeys(quotas.by_resource, -1))
    quotas.software_configs = -1
    return cloud
