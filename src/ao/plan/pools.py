"""Pools: what those of a site say, which Heat cannot, or does not take back. Pure.

Heat's updates of `OS::Octavia::Pool` say nothing that has become None
(heat/engine/resources/openstack/octavia/pool.py: _resource_update), so that persistence of sessions
would be for good; of TLS to the servers it knows only whether it is spoken; and by the pool method
the pools are in the site's own stack, which no deploy updates. So Ao says it to Octavia. Heat's
updates send differences only, and leave it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ao.cloud import Pool, PoolSettings
from ao.colour import Colour
from ao.plan.facts import Facts, ServerCertificates, System
from ao.site import Method, Site
from ao.site.server_tls import ServerTls
from ao.site.session_persistence import COOKIES, NONE, SessionPersistence

TLS_API = (2, 8)
CIPHERS_API = (2, 15)
VERSIONS_API = (2, 18)
"""Versions of Octavia's API from which on a pool has these (octavia/api/root_controller.py)."""


def are_asked(site: Site) -> bool:
    """Return whether a site file says something of pools that Heat cannot."""
    balancer = site.load_balancer
    return balancer.session_persistence is not None or balancer.server_tls is not None


def needed_api(site: Site) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the keys of a site file that not every Octavia has, with the version of each."""
    tls = site.load_balancer.server_tls
    if tls is None:
        return
    yield "load_balancer.server_tls", TLS_API
    if tls.ciphers is not None:
        yield "load_balancer.server_tls.ciphers", CIPHERS_API
    if tls.versions:
        yield "load_balancer.server_tls.versions", VERSIONS_API


def of_system(system: System) -> Iterator[tuple[str, Pool]]:
    """Yield the pools of a system that were read, each with its key; that of the main is empty."""
    if system.pool is not None:
        yield "", system.pool
    yield from ((it.key, it.pool) for it in system.further_pools if it.pool is not None)


def wanted(
    site: Site, facts: Facts, colour: Colour, *, deployed: bool, key: str = ""
) -> PoolSettings | None:
    """Return the settings of a system's pool as the site file wants them; None without a pool.

    What it leaves out stays. How TLS is spoken to the servers of the live system stays too: they
    answer by what they were deployed for. Whether it is spoken changes only when the system was
    `deployed` right now.
    """
    pool = dict(of_system(facts.systems[colour])).get(key)
    balancer, reads = site.load_balancer, _reads_requests(site, key)
    if pool is None:
        return None
    settings = pool.settings
    kind = balancer.session_persistence
    if kind is not None and reads is not None and (reads or kind.type not in COOKIES):
        settings = _persistent(kind, settings)
    tls = balancer.server_tls
    if tls is None or facts.live is colour or not reads:
        return settings
    if tls.enabled is not settings.encrypts and not deployed:
        return settings
    if not tls.enabled:
        return replace(settings, encrypts=False)
    return _encrypting(tls, facts.servers, settings)


def _reads_requests(site: Site, key: str) -> bool | None:
    """Return whether a load balancer reads the requests to a pool; None for one of no listener.

    What the file says of the main pools has been checked with it.
    """
    if not key:
        return True
    listeners = (it for it in site.listeners if (own := site.backend(it)) and own.key == key)
    return next((it.reads_requests for it in listeners), None)


def amiss(
    site: Site, facts: Facts, colour: Colour, *, deployed: bool = False
) -> Iterator[tuple[Pool, PoolSettings]]:
    """Yield the pools of a system that are not as `wanted` has them, with what they should be."""
    for key, pool in of_system(facts.systems[colour]):
        settings = wanted(site, facts, colour, deployed=deployed, key=key)
        if settings is not None and settings != pool.settings:
            yield pool, settings


def _persistent(kind: SessionPersistence, settings: PoolSettings) -> PoolSettings:
    return replace(
        settings,
        persistence=None if kind.type == NONE else kind.type,
        cookie=kind.cookie,
    )


def _encrypting(
    tls: ServerTls, named: ServerCertificates | None, settings: PoolSettings
) -> PoolSettings:
    """Return settings with TLS as the site file wants it, but for what Barbican has not told."""
    now = replace(
        settings,
        encrypts=True,
        versions=frozenset(tls.versions) if tls.versions else settings.versions,
        ciphers=tls.ciphers or settings.ciphers,
    )
    if tls.named and named is None:
        return now
    refs = named or ServerCertificates()
    return replace(now, tls_ref=refs.certificate, ca_ref=refs.ca, crl_ref=refs.crl)


def is_amiss(site: Site, facts: Facts, colour: Colour, *, deployed: bool = False) -> bool:
    """Return whether a pool of a system is not as `wanted` has it, and can be changed.

    A load balancer takes no change in ERROR, nor while Heat is at work on it.
    """
    system = facts.systems[colour]
    stacks = [system.stack, *([facts.stack] if facts.method is Method.POOL else [])]
    if system.load_balancer is None or system.load_balancer.failed:
        return False
    if any(stack is not None and stack.busy for stack in stacks):
        return False
    return any(True for _ in amiss(site, facts, colour, deployed=deployed))
