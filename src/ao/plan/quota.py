"""Quota preflight: what a plan needs, against what the project has left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ao.cloud import Flavor, Quota
from ao.colour import Colour
from ao.errors import QuotaExceeded
from ao.message import joined, message
from ao.plan.facts import Facts
from ao.plan.plan import (
    BuildSite,
    BuildSystem,
    ChangePreview,
    GiveUpAdopted,
    ListenSite,
    Plan,
    ScaleSystem,
    SecureSite,
)
from ao.site import Method, Site, template_tag
from ao.site.network import BALANCER
from ao.site.own_template import OwnTemplate

_NETWORK = Counter(
    {
        "networks": 1,
        "subnets": 1,
        # Router interface or the lock, and the cloud's own port for metadata.
        "ports": 2,
    }
)
_SYSTEM = Counter(
    {
        **_NETWORK,
        "security groups": 1,
        # One or two for the servers' port, and Neutron's two default ones for egress.
        "security group rules": 4,
    }
)
_BALANCER = Counter(
    {
        # VIP, and one for health checks.
        "ports": 2,
        "load balancers": 1,
        "listeners": 1,
        "pools": 1,
        "health monitors": 1,
    }
)
_SHARED = _NETWORK + _BALANCER + Counter({"listeners": 1, "pools": 1, "health monitors": 1})


def needs(site: Site, facts: Facts, plan: Plan, flavor: Flavor) -> Counter[str]:
    """Return what the steps of a plan add to the project's use at their peak.

    A version that replaces another needs its servers twice for a while: Heat creates
    the new ones before it deletes the old.
    """
    pooled = site.switch.method is Method.POOL
    # A listener of plain HTTP leads to that of HTTPS.
    redirect = Counter({"listeners": int(site.redirect is not None)})
    further = _further(site)
    total: Counter[str] = Counter()
    members = 0
    for step in plan:
        if isinstance(step, BuildSite) and site.adopt is not None:
            total += _around(site)
        elif isinstance(step, GiveUpAdopted):
            total += Counter({"pools": 1, "health monitors": 1})
        elif isinstance(step, BuildSite) and facts.stack is None:
            total += _site(site) + (redirect + further if pooled else Counter())
            total -= Counter({"listeners": int(site.switch.previews_by_request)})
        if isinstance(step, SecureSite):
            # The new listener for users; that of the preview goes before its new one comes.
            total += Counter({"listeners": 1})
        if isinstance(step, ListenSite):
            total += _missing(site, facts)
        if isinstance(step, ChangePreview):
            total += Counter({"listeners": int(not step.by_request)})
        if isinstance(step, BuildSystem):
            total += _servers(site, step.size, flavor)
            if facts.systems[step.colour].stack is None:
                there = str(step.colour) in site.networks.subnets
                total += _SYSTEM - _NETWORK if there else _SYSTEM
                total += Counter() if pooled else _BALANCER + redirect + further
                total += _rules(site)
                total += Counter({"security group rules": len(site.servers.rules)})
                total += Counter({"server groups": int(site.servers.anti_affinity is not None)})
            total += _resources(site, facts, step, flavor)
            if site.servers.anti_affinity is not None:
                at_once = facts.systems[step.colour].size + step.size
                members = max(members, at_once, site.group.maximum)
        if isinstance(step, ScaleSystem):
            more = max(0, step.size - facts.systems[step.colour].size)
            total += _servers(site, more, flavor)
    # Nova's quota is of each group.
    return total + Counter({"server group members": members})


def _around(site: Site) -> Counter[str]:
    """Return what the stack of a site takes whose load balancer is somebody else's."""
    own = Counter({"pools": 1, "health monitors": 1})
    own += _NETWORK if site.networks.lock is None else Counter({"ports": 1})
    return own + Counter({"listeners": int(not site.switch.previews_by_request)})


def _further(site: Site) -> Counter[str]:
    """Return what listeners beside the main one need of a load balancer.

    By the pool method that is twice the pools, and the listeners of the preview.
    """
    pools = len(site.backends) * (2 if site.switch.method is Method.POOL else 1)
    previews = sum(it.preview_port is not None for it in site.listeners)
    return Counter(
        {
            "listeners": len(site.listeners) + previews,
            "pools": pools,
            "health monitors": pools,
        }
    )


def _missing(site: Site, facts: Facts) -> Counter[str]:
    """Return what of that a shared load balancer has not yet."""
    pools = len({it.key for it in facts.systems[Colour.BLUE].further_pools})
    previews = sum(it.preview_built for it in facts.further)
    there = Counter(
        {
            "listeners": len(facts.further) + previews,
            "pools": 2 * pools,
            "health monitors": 2 * pools,
        }
    )
    return _further(site) - there


def _rules(site: Site) -> Counter[str]:
    """Return what the servers' ports beside the main one need of security group rules."""
    ports = {it.port for it in site.backends} - {site.load_balancer.server_port}
    return Counter({"security group rules": 2 * len(ports)})


def _site(site: Site) -> Counter[str]:
    """Return what a site's own stack takes, without its redirect."""
    pooled, networks = site.switch.method is Method.POOL, site.networks
    floating = site.external_network is not None
    addresses = (site.production_address is None) + (not pooled) if floating else 0
    total = Counter({"routers": int(site.makes_router), "floating ips": addresses})
    # The lock's port is one too.
    total += _NETWORK if networks.lock is None else Counter({"ports": 1})
    if pooled:
        total += _SHARED - _NETWORK if BALANCER in networks.subnets else _SHARED
    return total


def _resources(site: Site, facts: Facts, step: BuildSystem, flavor: Flavor) -> Counter[str]:
    """Return what a system's further resources need.

    Those that a version makes anew are there twice for a while.
    """
    resources, stack = site.system_resources, facts.systems[step.colour].stack
    if resources is None:
        return Counter()
    stays = stack is not None and template_tag("system_resources") in stack.tags
    if stays and resources.parameters.keys().isdisjoint({"version", "image"}):
        return Counter()
    return _told(resources, 1, flavor)


def _told(template: OwnTemplate, times: int, flavor: Flavor) -> Counter[str]:
    """Return what so many of a template of the operator's own need, as far as its text tells."""
    needed = Counter({key: count * times for key, count in template.demand.items()})
    # Heat tells no quota of its own, and what a flavor has of which it says nothing is not known.
    del needed["resources"]
    servers = needed.pop("servers", 0)
    needed["instances"] += servers
    return needed + Counter({"cores": servers * flavor.vcpus, "ram": servers * flavor.ram})


def _servers(site: Site, size: int, flavor: Flavor) -> Counter[str]:
    if site.server_template is not None:
        return _told(site.server_template, size, flavor)
    volumes = site.servers.all_volumes
    return Counter(
        {
            "instances": size,
            "cores": size * flavor.vcpus,
            "ram": size * flavor.ram,
            "ports": size * (1 + len(site.servers.networks)),
            "volumes": size * len(volumes),
            "gigabytes": size * sum(volume.size for volume in volumes),
        }
    )


def check(needed: Counter[str], quotas: Iterable[Quota]) -> None:
    """Raise QuotaExceeded, with the numbers, when something needed is not left."""
    short = [
        message(
            "%(words)s: %(needed)s more needed, %(free)s free (%(used)s of %(limit)s used)",
            words=quota.resource,
            needed=needed[quota.resource],
            free=quota.free,
            used=quota.used,
            limit=quota.limit,
        )
        for quota in quotas
        if quota.free is not None and needed[quota.resource] > quota.free
    ]
    if short:
        raise QuotaExceeded(
            joined(
                "\n  ",
                [message("the project's quota is too small; nothing was changed:"), *short],
            ),
            cure=message(
                "Delete what is not needed, make the group smaller, or ask for a larger quota."
            ),
        )
