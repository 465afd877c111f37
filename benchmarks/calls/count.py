"""Count of the calls that a release makes, by its steps and by the services that are asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from ao import config, fake, release
from ao.fake.faults import Call
from ao.operations import reconcile
from ao.progress import ProgressEvent, StepFinished, StepStarted
from ao.release import Options
from ao.release.run import StageStep
from ao.site import Method, Site
from ao.work import Work
from benchmarks.sites import SHOP

BEGIN, BETWEEN = "begin", "between and after"
STEPS = (BEGIN, "deploy", "check", "switch", "watch", BETWEEN)
"""Parts of a release: before its first stage, its stages, and what is done outside of them."""
SERVICES = {
    "stacks": "Heat",
    "software_configs": "Heat's texts",
    "floating_ips": "Neutron",
    "ports": "Neutron",
    "locks": "Neutron",
    "load_balancers": "Octavia",
    "servers": "Nova",
    "alarms": "Aodh",
    "lookup": "offers, quotas",
    "quotas": "offers, quotas",
}
"""Services by the first part of a call's name."""

Counts = Counter[tuple[str, str]]
"""Calls by step and service."""


@dataclass(frozen=True)
class Case:
    """What is released: a site of two servers a system, as the demo shop but for this."""

    method: Method
    provider: str
    """Octavia provider of its load balancers."""

    def __str__(self) -> str:
        return f"{self.method}, {self.provider}"

    def site(self, watch: float) -> Site:
        """Return the site, with a decision window of `watch` seconds."""
        shop = config.load(SHOP / "ao.yaml")
        plain = self.provider == "ovn"
        return replace(
            shop,
            load_balancer=replace(
                shop.load_balancer,
                provider=self.provider,
                protocol="TCP" if plain else "HTTP",
                algorithm="SOURCE_IP_PORT" if plain else "ROUND_ROBIN",
            ),
            health_check=replace(shop.health_check, type="TCP" if plain else "HTTP"),
            switch=replace(shop.switch, method=self.method),
            watch=replace(shop.watch, length=watch),
        )


CASES = (
    Case(Method.POOL, "haproxy"),
    Case(Method.ADDRESS, "ovn"),
    Case(Method.ADDRESS, "haproxy"),
)


@dataclass
class _Steps:
    """A listener that notes at which call each stage of a release begins and ends."""

    calls: list[Call]
    marks: list[tuple[int, str]] = field(default_factory=list)

    def emit(self, event: ProgressEvent) -> None:
        match event:
            case StepStarted(StageStep(text)):
                self.marks.append((len(self.calls), text.split()[0]))
            case StepFinished(StageStep()):
                self.marks.append((len(self.calls), BETWEEN))


def count(case: Case, watch: float, *, before: int = 0) -> Counts:
    """Release a version on a fake cloud, with a decision window of `watch` seconds; count.

    So many releases were made `before`.
    """
    site = case.site(watch)
    cloud = fake.Cloud(openstack=fake.OpenStack.offering(site))
    reconcile.up(Work(cloud=cloud, site=site, clock=cloud.clock, visit=cloud.visit))
    steps = _Steps(cloud.calls)
    for number in range(before + 1):
        cloud.calls.clear()
        steps.marks.clear()
        cloud.clock.sleep(60.0)
        work = Work(cloud=cloud, site=site, clock=cloud.clock, visit=cloud.visit, progress=steps)
        release.release(work, f"2.{number}", Options(moment=cloud.moment))
    counts: Counts = Counter()
    for number, call in enumerate(cloud.calls):
        step = next((name for at, name in reversed(steps.marks) if at <= number), BEGIN)
        counts[step, SERVICES[call.name.split(".")[0]]] += 1
    return counts


def per_minute(counts: Counts, watch: float) -> float:
    """Calls for each minute of a decision window of so many seconds."""
    return sum(number for (step, _), number in counts.items() if step == "watch") * 60 / watch
