"""A site on the fake cloud, for the tests of its releases."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ao import fake
from ao.clock import Clock
from ao.operations import reconcile
from ao.plan.facts import Facts
from ao.site import Method, Site
from ao.visit import NoAnswer
from ao.work import Work
from tests.unit import samples

SITES = {Method.ADDRESS: samples.SITE, Method.POOL: samples.POOL_SITE}
"""A site of each method."""


@dataclass(frozen=True)
class Case:
    """A command on a site."""

    prepare: Callable[[Site], Work]
    command: Callable[[Work], object]
    served: bool = True
    """Whether production answers before it."""


@dataclass
class Visitor:
    """Somebody who looks at production whenever time passes."""

    work: Work
    seen: list[str] = field(default_factory=list)
    """Colours that answered, or what came instead."""

    def look(self) -> str:
        production = self.work.observe().production
        if production is None:
            return "no address"
        try:
            url = self.work.site.url(production.address, "/version")
            answer = self.work.visit(url, 3.0, self.work.site.request_options)
        except NoAnswer:
            return "no answer"
        return answer.headers["x-ao-colour"] if answer.status == 200 else str(answer.status)

    def watch(self) -> Work:
        """The same work, with looks at production before and after every wait."""

        def sleep(seconds: float) -> None:
            self.seen.append(self.look())
            self.work.clock.sleep(seconds)
            self.seen.append(self.look())

        return replace(self.work, clock=Clock(now=self.work.clock.now, sleep=sleep))


def start(site: Site, **cloud: object) -> Work:
    """Work on a new cloud where nothing is built."""
    shop = fake.Cloud(openstack=fake.OpenStack(**cloud))
    return Work(cloud=shop, site=site, clock=shop.clock, visit=shop.visit)


def built(site: Site) -> Work:
    work = start(site)
    reconcile.up(work)
    return work


def deployed(site: Site) -> Work:
    work = built(site)
    reconcile.deploy(work, "2.0")
    return work


def state(facts: Facts) -> tuple[object, ...]:
    """All of a site that the operator cares for."""
    return (
        facts.live,
        facts.previewed,
        facts.switching_to,
        {c: (s.version, s.size, len(s.servers), s.obstacle()) for c, s in facts.systems.items()},
    )


def url(work: Work, role: str) -> str:
    """Where production or the preview is reached."""
    facts = work.observe()
    assert facts.production is not None
    assert facts.preview is not None
    if role == "production":
        return work.site.url(facts.production.address)
    return work.site.preview_url(facts.preview.address)


def told(work: Work, role: str) -> tuple[str, str]:
    """Colour and version that an address answers with."""
    answer = work.visit(url(work, role) + "/version", 3.0)
    return answer.headers["x-ao-colour"], answer.headers["x-ao-version"]


def writes(cloud: fake.Cloud) -> list[str]:
    return [call.name for call in cloud.calls if call.writes]
