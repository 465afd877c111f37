"""The trial site: a throw-away stack that connections are held through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ao import templates
from ao.apply import sealed_secrets, stack_parameters, stack_wait
from ao.apply.switch import address
from ao.cloud import FloatingIP, Listener, LoadBalancer, Resource, Stack
from ao.errors import NotFound, Refused
from ao.message import message
from ao.plan import guard, quota
from ao.site import Site, tag_value
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
"""Resources that a trial site takes of the project's quotas, without its two servers."""


@dataclass(frozen=True, kw_only=True)
class TrialSite:
    """A trial site that is built: the address leads to the first load balancer's blue pool."""

    address: FloatingIP
    first: LoadBalancer
    second: LoadBalancer
    listener: Listener
    preview_listener: Listener
    blue_pool: str
    green_pool: str


def name(site: Site) -> str:
    """Name of a trial site, which its servers are told as $AO_SITE; no site can be called so."""
    return f"{site.name}.doctor"


def stack_name(site: Site) -> str:
    """Return the name of a trial site's stack."""
    return f"ao-{name(site)}"


def tag(site: Site) -> str:
    """Return the word that a trial site's stack and all in it carry."""
    return f"ao:doctor={site.name}"


@contextmanager
def build_trial_site(work: Work) -> Iterator[TrialSite]:
    """A trial site while the body runs; it is deleted however that ends.

    One that an earlier run could not delete is deleted first. Raises NotFound,
    Forbidden, Refused and QuotaExceeded before anything is built.
    """
    if work.site.external_network is None:
        raise Refused(
            message(
                "%(where)s: the doctor moves a floating IP, and %(site)s has none",
                where=work.site.place("external_network"),
                site=work.site.name,
            ),
            cure=message(
                "By the pool method one request changes the pool of its listener: there is nothing "
                "to find out."
            ),
        )
    found = replace(
        stack_parameters.resolve(work.cloud, work.site), sealed=sealed_secrets.sealed(work)
    )
    work.cloud.check_trusts()
    remove(work)
    if work.cloud.stacks.get(stack_name(work.site)) is not None:
        raise Refused(
            message(
                "there is a stack %(stack)s that does not carry the tag "
                "%(tag)s; Ao touches nothing that it did not make",
                stack=stack_name(work.site),
                tag=tag(work.site),
            ),
            cure=message("Delete that stack, or give the site another name."),
        )
    servers = {"instances": 2, "cores": 2 * found.flavor.vcpus, "ram": 2 * found.flavor.ram}
    quota.check(NEEDS + Counter(servers), work.cloud.quotas())
    try:
        yield _build(
            work, stack_parameters.trial_site_parameters(work.site, found, name(work.site))
        )
    finally:
        work.note(message("Removing the trial site."))
        remove(work)


def remove(work: Work) -> None:
    """Delete all trial sites of a site, and wait until they are gone.

    What is one is told by its tag; a site's own stacks are none, however they are called.
    Raises Refused when a floating IP leads there that is not its own.
    """
    for stack in _left(work):
        _remove(work, stack)


def _left(work: Work) -> tuple[Stack, ...]:
    """Stacks of trial sites: of an earlier version of Ao they are called `ao-SITE-doctor`."""
    names = {stack_name(work.site), f"ao-{work.site.name}-doctor"}
    return tuple(
        stack
        for stack in work.cloud.stacks.tagged(tag(work.site))
        if stack.name in names and tag_value(stack.tags, "site") is None
    )


def _remove(work: Work, stack: Stack) -> None:
    resources = work.cloud.stacks.resources(stack)
    built = {resource.physical_id for resource in resources}
    balancers = [it for it in work.cloud.load_balancers.all() if it.id in built]
    addresses = work.cloud.floating_ips.all()
    guard.may_delete(balancers, [it for it in addresses if it.id not in built])
    for there in addresses:
        if there.id in built:
            address.point(work, there, None)
    work.cloud.stacks.delete(stack)
    stack_wait.wait_until_deleted(work, [stack])


def _build(work: Work, parameters: dict[str, object]) -> TrialSite:
    tags = frozenset({tag(work.site)})
    deadline = work.site.deadlines.build
    stack_named = stack_name(work.site)
    work.cloud.stacks.create(stack_named, templates.trial_site(), parameters, tags, deadline)
    stack_wait.wait_until_complete(work, [stack_named])
    stack = work.cloud.stacks.get(stack_named)
    if stack is None:
        raise NotFound(
            message("stack %(stack)s is gone", stack=stack_named),
            cure=message("Run `ao doctor` again."),
        )
    ids = {resource.name: resource for resource in work.cloud.stacks.resources(stack)}
    balancers = {balancer.id: balancer for balancer in work.cloud.load_balancers.all()}
    listeners = {listener.id: listener for listener in work.cloud.load_balancers.listeners()}
    addresses = {there.id: there for there in work.cloud.floating_ips.all()}
    return TrialSite(
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
