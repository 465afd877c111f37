"""The canary: a throw-away stack that connections are held through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ao import follow, ingredients, quota, templates
from ao.cloud import FloatingIP, Listener, LoadBalancer, Resource
from ao.errors import NotFound
from ao.site import Site
from ao.switch import address
from ao.work import Work

NEEDS = Counter(
    {
        "routers": 1,
        "networks": 1,
        "subnets": 1,
        "ports": 8,
        "floating ips": 1,
        "security groups": 1,
        "security group rules": 3,
        "load balancers": 2,
        "listeners": 3,
        "pools": 3,
    }
)
"""What it takes of the quotas, save for its two servers."""


@dataclass(frozen=True, kw_only=True)
class Canary:
    """A canary that is built: the address leads to the first load balancer's blue pool."""

    address: FloatingIP
    first: LoadBalancer
    second: LoadBalancer
    listener: Listener
    preview_listener: Listener
    blue_pool: str
    green_pool: str


def name(site: Site) -> str:
    """Name of a canary, as the site that it stands for."""
    return f"{site.name}-doctor"


def stack_name(site: Site) -> str:
    """Name of a canary's stack."""
    return f"ao-{name(site)}"


@contextmanager
def built(work: Work) -> Iterator[Canary]:
    """A canary while the body runs; it is deleted however that ends.

    One that an earlier run could not delete is deleted first. Raises NotFound,
    Forbidden and QuotaExceeded before anything is built.
    """
    found = ingredients.find(work.cloud, work.site)
    work.cloud.check_trusts()
    remove(work)
    servers = {"instances": 2, "cores": 2 * found.flavor.vcpus, "ram": 2 * found.flavor.ram}
    quota.check(NEEDS + Counter(servers), work.cloud.quotas())
    try:
        yield _build(work, ingredients.canary_parameters(work.site, found, name(work.site)))
    finally:
        work.progress.note("Removing the canary.")
        remove(work)


def remove(work: Work) -> None:
    """Delete a canary, if there is one, and wait until it is gone."""
    stack = work.cloud.stacks.get(stack_name(work.site))
    if stack is None:
        return
    built = {resource.physical_id for resource in work.cloud.stacks.resources(stack)}
    for there in work.cloud.addresses.all():
        if there.id in built:
            address.point(work, there, None)
    work.cloud.stacks.delete(stack)
    follow.until_gone(work, [stack.name])


def _build(work: Work, parameters: dict[str, object]) -> Canary:
    tags = frozenset({f"ao:doctor={work.site.name}"})
    deadline = work.site.deadlines.build
    stack_named = stack_name(work.site)
    work.cloud.stacks.create(stack_named, templates.canary(), parameters, tags, deadline)
    follow.until_complete(work, [stack_named])
    stack = work.cloud.stacks.get(stack_named)
    if stack is None:
        raise NotFound(f"stack {stack_named} is gone", cure="Run `ao doctor` again.")
    ids = {resource.name: resource for resource in work.cloud.stacks.resources(stack)}
    balancers = {balancer.id: balancer for balancer in work.cloud.balancers.all()}
    listeners = {listener.id: listener for listener in work.cloud.balancers.listeners()}
    addresses = {there.id: there for there in work.cloud.addresses.all()}
    return Canary(
        address=addresses[_id(ids, "address")],
        first=balancers[_id(ids, "first_balancer")],
        second=balancers[_id(ids, "second_balancer")],
        listener=listeners[_id(ids, "listener")],
        preview_listener=listeners[_id(ids, "preview_listener")],
        blue_pool=_id(ids, "blue_pool"),
        green_pool=_id(ids, "green_pool"),
    )


def _id(resources: dict[str, Resource], name: str) -> str:
    return resources[name].physical_id
