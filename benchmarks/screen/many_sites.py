"""A street of sites that look real to the overview, and have no servers.

Their stacks come from Ao's own templates. What costs much and what the overview does not see is
left out: each site's router and network (they share one), monitors, networks of the systems,
servers. A made-up member stands for them in each pool.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import yaml

from ao import config, interrupt, lock, templates
from ao.apply import stack_parameters
from ao.apply.stack_parameters import BuildInputs
from ao.clock import Clock, Ready, Waiting
from ao.cloud import Cloud, FloatingIP, Stack, Template
from ao.colour import Colour
from ao.config import stored
from ao.errors import AoError, CloudError
from ao.journal import Journal
from ao.site import Method, Site, colour_tag, method_tag, version_tag
from ao.site.autoscale import Engine
from ao.work import Work
from benchmarks.screen import journey
from benchmarks.sites import SHOP

T = TypeVar("T")
GROUND = "fifty-ground"
"""Stack of the router and the network that the sites share."""
BUILDERS = 4
"""Sites that are built or deleted side by side."""
DEADLINE = 600.0
"""Seconds that one stack may take while others are built."""
LOCKED = 5
"""Every so many sites one is locked."""
SHARED = ("router", "network", "subnet", "router_interface", "blue_monitor", "green_monitor")
"""Resources of the site template that the sites do not have for themselves."""
_GROUND = """
heat_template_version: 2021-04-16
parameters:
  external_network: {type: string}
resources:
  router:
    type: OS::Neutron::Router
    properties: {external_gateway_info: {network: {get_param: external_network}}}
  network: {type: OS::Neutron::Net}
  subnet:
    type: OS::Neutron::Subnet
    properties: {network: {get_resource: network}, cidr: 10.99.0.0/16}
  router_interface:
    type: OS::Neutron::RouterInterface
    properties: {router: {get_resource: router}, subnet: {get_resource: subnet}}
outputs:
  router: {value: {get_resource: router}}
  subnet: {value: {get_resource: subnet}}
"""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What the sites stand on."""

    ingredients: BuildInputs
    router: str
    """ID of the router."""
    subnet: str
    """ID of the subnet that load balancers and members are in."""


class Street:
    """The sites, `fifty-01` and so on."""

    def __init__(self, cloud: Cloud, ground: Ground) -> None:
        self._cloud = cloud
        self._ground = ground
        self.length = 0
        """Sites that stand."""

    def grow(self, length: int) -> None:
        """Build sites until there are so many. Raises AoError."""
        numbers = range(self.length + 1, length + 1)
        _side_by_side(self._build, numbers)
        self.length = length

    def tell(self, releases: int) -> None:
        """Add so many releases to each site's journal. Raises AoError."""
        works = [Work(cloud=self._cloud, site=_site(n)) for n in range(1, self.length + 1)]
        _side_by_side(journey.tell, works * releases)

    def _build(self, number: int) -> None:
        """Build one site: stacks, where its address leads, kept file, a release, maybe a lock."""
        site = _site(number)
        work = Work(cloud=self._cloud, site=site)
        self._create(site.stack, self._site_template(), self._site_parameters(site), _tags(site))
        stack = _built(self._cloud, site.stack)
        for colour in Colour:
            self._create(
                site.system_stack(colour),
                self._system_template(colour, number),
                self._system_parameters(site, colour, stack),
                {site.tag, colour_tag(colour), version_tag(site.version)},
            )
        facts = work.observe()
        assert isinstance(facts.production, FloatingIP)
        assert facts.shared is not None
        self._cloud.floating_ips.point(facts.production, facts.shared.vip_port_id)
        stored.keep(self._cloud, site)
        journey.tell(work)
        if number % LOCKED == 0:
            lock.acquire_by_hand(work, "an audit", 3600)
        for colour in Colour:
            _built(self._cloud, site.system_stack(colour))

    def _create(
        self, name: str, template: Template, parameters: dict[str, object], tags: set[str]
    ) -> None:
        self._cloud.stacks.create(name, template, parameters, frozenset(tags), DEADLINE)

    def _site_template(self) -> Template:
        """Ao's site template, on the shared ground."""
        content = yaml.safe_load(templates.site().body)
        for name in SHARED:
            del content["resources"][name]
        del content["outputs"]["router"]
        content["resources"]["load_balancer"]["properties"]["vip_subnet"] = self._ground.subnet
        return Template(body=yaml.safe_dump(content))

    def _site_parameters(self, site: Site) -> dict[str, object]:
        return stack_parameters.site_parameters(site, self._ground.ingredients)

    def _system_template(self, colour: Colour, number: int) -> Template:
        """Ao's system template, with a member of the pool for all that it builds."""
        content = yaml.safe_load(templates.system().body)
        content["resources"] = {
            "member": {
                "type": "OS::Octavia::PoolMember",
                "properties": {
                    "pool": {"get_param": "shared_pool"},
                    "address": f"10.99.{200 + list(Colour).index(colour)}.{number}",
                    "protocol_port": {"get_param": "server_port"},
                    "subnet": self._ground.subnet,
                },
            }
        }
        return Template(body=yaml.safe_dump(content))

    def _system_parameters(self, site: Site, colour: Colour, stack: Stack) -> dict[str, object]:
        return stack_parameters.system_parameters(
            site,
            self._ground.ingredients,
            colour,
            engine=Engine.NONE,
            version=site.version,
            router=self._ground.router,
            pool=self._cloud.stacks.output(stack, f"{colour}_pool"),
            size=1,
        )


@contextmanager
def laid(cloud: Cloud) -> Iterator[Street]:
    """A street without sites yet; all of it is deleted in the end, also after Ctrl-C.

    Raises AoError.
    """
    clear(cloud)
    found = stack_parameters.resolve(cloud, _site(1))
    assert found.external_network is not None
    parameters: dict[str, object] = {"external_network": found.external_network.id}
    try:
        cloud.stacks.create(GROUND, Template(body=_GROUND), parameters, frozenset(), DEADLINE)
        stack = _built(cloud, GROUND)
        yield Street(
            cloud,
            Ground(
                ingredients=found,
                router=cloud.stacks.output(stack, "router"),
                subnet=cloud.stacks.output(stack, "subnet"),
            ),
        )
    finally:
        with interrupt.unbroken():
            clear(cloud)


def clear(cloud: Cloud) -> None:
    """Delete the street, also one that was left by a run that was killed. Raises AoError."""
    names = {stack.name for stack in cloud.stacks.all()}
    _side_by_side(
        lambda number: _clear(cloud, number),
        [n for n in range(1, 100) if _site(n).stack in names],
    )
    _delete(cloud, [GROUND])


def _clear(cloud: Cloud, number: int) -> None:
    site = _site(number)
    work = Work(cloud=cloud, site=site)
    lock.release(work, force=True)
    _delete(cloud, [site.system_stack(colour) for colour in Colour])
    Journal(work).forget()
    stored.forget(cloud, site)
    _delete(cloud, [site.stack])


def _site(number: int) -> Site:
    """The demo shop's site, by another name and behind OVN's load balancer."""
    shop = config.load(SHOP / "ao.yaml")
    return replace(
        shop,
        name=f"fifty-{number:02}",
        load_balancer=replace(
            shop.load_balancer, provider="ovn", protocol="TCP", algorithm="SOURCE_IP_PORT"
        ),
        switch=replace(shop.switch, method=Method.POOL),
    )


def _tags(site: Site) -> set[str]:
    return {site.tag, method_tag(site.switch.method)}


def _built(cloud: Cloud, name: str) -> Stack:
    """The stack, once it is built. Raises CloudError, DeadlinePassed."""

    def look() -> Ready[Stack] | Waiting:
        stack = cloud.stacks.get(name)
        if stack is None:
            return Waiting("there is none")
        return Waiting(f"{stack.action}_{stack.status}") if stack.busy else Ready(stack)

    stack = Clock().until(look, what=f"stack {name}", deadline=DEADLINE, interval=2.0)
    if stack.failed:
        raise CloudError(f"stack {name} failed: {stack.reason}")
    return stack


def _delete(cloud: Cloud, names: list[str]) -> None:
    """Delete stacks and wait until they are gone. Raises DeadlinePassed."""
    for name in names:
        stack = cloud.stacks.get(name)
        if stack is not None:
            cloud.stacks.delete(stack)

    def look() -> Ready[None] | Waiting:
        left = [name for name in names if cloud.stacks.get(name) is not None]
        return Waiting(f"{', '.join(left)} left") if left else Ready(None)

    what = f"{', '.join(names)} to be deleted"
    Clock().until(look, what=what, deadline=DEADLINE, interval=2.0)


def _side_by_side(act: Callable[[T], None], things: Iterable[T]) -> None:
    """Act on all things; the first failure ends what has not begun. Raises AoError."""
    with ThreadPoolExecutor(max_workers=BUILDERS, thread_name_prefix="street") as pool:
        try:
            for done in [pool.submit(act, thing) for thing in things]:
                done.result()
        except (AoError, KeyboardInterrupt):
            pool.shutdown(cancel_futures=True)
            raise
