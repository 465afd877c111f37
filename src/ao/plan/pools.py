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

from ao.cloud import PoolSettings
from ao.colour import Colour
from ao.plan.facts import Facts, ServerCertificates
from ao.site import Method, Site
from ao.site.server_tls import ServerTls
from ao.site.session_persistence import NONE, SessionPersistence

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


def wanted(site: Site, facts: Facts, colour: Colour, *, deployed: bool) -> PoolSettings | None:
    """Return the settings of a system's pool as the site file wants them; None without a pool.

    What it leaves out stays. How TLS is spoken to the servers of the live system stays too: they
    answer by what they were deployed for. Whether it is spoken changes only when the system was
    `deployed` right now.
    """
    pool, balancer = facts.systems[colour].pool, site.load_balancer
    if pool is None:
        return None
    settings = pool.settings
    if balancer.session_persistence is not None:
        settings = _persistent(balancer.session_persistence, settings)
    tls = balancer.server_tls
    if tls is None or facts.live is colour:
        return settings
    if tls.enabled is not settings.encrypts and not deployed:
        return settings
    if not tls.enabled:
        return replace(settings, encrypts=False)
    return _encrypting(tls, facts.servers, settings)


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
    """Return whether a system's pool is not as `wanted` has it, and can be changed.

    A load balancer takes no change in ERROR, nor while Heat is at work on it.
    """
    system = facts.systems[colour]
    stacks = [system.stack, *([facts.stack] if facts.method is Method.POOL else [])]
    if system.pool is None or system.load_balancer is None or system.load_balancer.failed:
        return False
    if any(stack is not None and stack.busy for stack in stacks):
        return False
    return wanted(site, facts, colour, deployed=deployed) != system.pool.settings
