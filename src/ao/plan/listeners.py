"""Listeners: what those of a site say, which Heat cannot. Pure.

`OS::Octavia::Listener` has no property for versions, ciphers, ALPN, HSTS, clients' certificates,
time-outs or headers (heat/engine/resources/openstack/octavia/listener.py), and
`OS::Octavia::L7Policy` no redirect of a prefix (l7policy.py), so Ao says them to Octavia. Heat's
updates send differences only, and leave them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ao.cloud import L7Policy, Listener, ListenerSettings, LoadBalancer
from ao.cloud.models import ACME_CHALLENGE
from ao.colour import Colour
from ao.plan.facts import Facts, FurtherPlace
from ao.site import Method, Site
from ao.site.timeouts import Timeouts

TIMEOUTS_API = (2, 1)
FLAVOR_API = (2, 6)
CLIENTS_API = (2, 8)
ALLOWED_API = (2, 12)
ZONE_API = (2, 14)
CIPHERS_API = (2, 15)
VERSIONS_API = (2, 17)
ALPN_API = (2, 20)
HSTS_API = (2, 27)
"""Versions of Octavia's API from which on a load balancer and its listeners have these
(octavia/api/root_controller.py)."""
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port")
"""Headers that servers are told of users by whose TLS ends before them."""
OF_CLIENTS = "X-SSL-"
"""How the names of headers begin that tell of a client's certificate."""
REDIRECT = "ao-redirect"
"""Name of the L7 policy that leads to HTTPS: another one is not Ao's to take away."""


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A listener of a site, with what it hangs on."""

    listener: Listener
    balancer: LoadBalancer
    systems: frozenset[Colour]
    """Systems whose users it may have."""
    terminates: bool
    """Whether it terminates TLS."""
    redirects: bool = False
    """Whether it is the one of plain HTTP that leads users to HTTPS."""
    previews: bool = False
    """Whether it leads nobody but to the standby: the preview's, by the pool method."""
    name: str = ""
    """Name in the site file of a listener beside the main one; empty for the main one."""
    is_adopted: bool = False
    """Whether it is somebody else's, whose settings Ao does not write."""

    @property
    def reads_requests(self) -> bool:
        """Whether it can write headers into them."""
        return self.terminates or self.listener.protocol == "HTTP"


def are_asked(site: Site) -> bool:
    """Return whether a site file says something of listeners that Heat cannot.

    Which of several a maintenance can be on, only they tell.
    """
    balancer = site.load_balancer
    said = [balancer.timeouts, balancer.insert_headers, balancer.allowed_from]
    for it in site.listeners:
        said += (it.timeouts, it.insert_headers, it.allowed_from)
    pauses = site.maintenance is not None and bool(site.listeners)
    return balancer.terminates or pauses or any(it is not None for it in said)


def placed(facts: Facts) -> Iterator[Placed]:
    """Yield the listeners of a site that were read."""
    if facts.method is Method.POOL:
        both = frozenset(Colour)
        if facts.shared is None:
            return
        for listener in (
            facts.production_listener,
            facts.preview_listener,
            facts.redirect_listener,
        ):
            if listener is not None:
                redirects = listener is facts.redirect_listener
                yield Placed(
                    listener=listener,
                    balancer=facts.shared,
                    systems=both,
                    terminates=facts.is_secure and not redirects,
                    redirects=redirects,
                    previews=listener is facts.preview_listener,
                    is_adopted=facts.adoption is not None
                    and listener is not facts.preview_listener,
                )
        adopts = facts.adoption is not None
        yield from _further(facts.further, facts.shared, both, is_adopted=adopts)
        return
    for colour, system in facts.systems.items():
        if system.load_balancer is None:
            continue
        for listener in (system.listener, system.redirect_listener):
            if listener is not None:
                redirects = listener is system.redirect_listener
                yield Placed(
                    listener=listener,
                    balancer=system.load_balancer,
                    systems=frozenset({colour}),
                    terminates=system.is_secure and not redirects,
                    redirects=redirects,
                )
        yield from _further(system.further, system.load_balancer, frozenset({colour}))


def _further(
    places: tuple[FurtherPlace, ...],
    balancer: LoadBalancer,
    systems: frozenset[Colour],
    *,
    is_adopted: bool = False,
) -> Iterator[Placed]:
    """Yield listeners beside the main one, each with that of its preview."""
    for place in places:
        for listener in (place.listener, place.preview):
            if listener is not None:
                yield Placed(
                    listener=listener,
                    balancer=balancer,
                    systems=systems,
                    terminates=place.terminates,
                    previews=listener is place.preview,
                    name=place.name,
                    is_adopted=is_adopted,
                )


def needed_api(site: Site) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the keys of a site file that not every Octavia has, with the version of each."""
    balancer, tls = site.load_balancer, site.tls
    wanted: list[tuple[str, object, tuple[int, int]]] = [
        ("load_balancer.timeouts", balancer.timeouts, TIMEOUTS_API),
        ("load_balancer.allowed_from", balancer.allowed_from, ALLOWED_API),
        ("load_balancer.flavor", balancer.flavor, FLAVOR_API),
        ("load_balancer.availability_zone", balancer.availability_zone, ZONE_API),
    ]
    for index, it in enumerate(site.listeners):
        wanted += [
            (f"listeners.{index}.timeouts", it.timeouts, TIMEOUTS_API),
            (f"listeners.{index}.allowed_from", it.allowed_from, ALLOWED_API),
        ]
    if tls is not None and balancer.terminates:
        wanted += [
            ("tls.clients", tls.clients, CLIENTS_API),
            ("tls.ciphers", tls.ciphers, CIPHERS_API),
            ("tls.versions", tls.versions, VERSIONS_API),
            ("tls.alpn", tls.alpn, ALPN_API),
            ("tls.hsts", tls.hsts, HSTS_API),
        ]
    yield from ((key, least) for key, value, least in wanted if value)


def wanted(site: Site, facts: Facts, place: Placed) -> ListenerSettings:
    """Return the settings of a listener as the site file wants them.

    Which certificate is served is not theirs to say: that is renewed when it is asked for. What
    the file leaves to the load balancer stays.
    """
    settings = place.listener.settings
    said = site.listener(place.name) if place.name else site.load_balancer
    if said is None:
        return settings
    if said.allowed_from is not None and not place.previews:
        settings = replace(settings, allowed_cidrs=frozenset(said.allowed_from))
    if place.redirects:
        return settings
    if said.timeouts is not None:
        settings = _timed(said.timeouts, settings)
    headers = _headers(said.insert_headers, place)
    if headers is not None:
        settings = replace(settings, headers=headers)
    if place.terminates and site.load_balancer.terminates:
        settings = _speaking(site, facts, settings)
    return settings


def _timed(timeouts: Timeouts, settings: ListenerSettings) -> ListenerSettings:
    """Return settings with the time-outs that the site file names."""

    def milliseconds(wanted: float | None, now: int | None) -> int | None:
        return now if wanted is None else round(wanted * 1000)

    return replace(
        settings,
        client_timeout=milliseconds(timeouts.client, settings.client_timeout),
        member_timeout=milliseconds(timeouts.server, settings.member_timeout),
        connect_timeout=milliseconds(timeouts.connect, settings.connect_timeout),
    )


def _headers(said: tuple[str, ...] | None, place: Placed) -> frozenset[str] | None:
    """Return the headers that a listener is to insert; None for those that it has."""
    if said is None:
        return frozenset(FORWARDED) if place.terminates else None
    if not place.reads_requests:
        return None
    return frozenset(it for it in said if place.terminates or not it.startswith(OF_CLIENTS))


def _speaking(site: Site, facts: Facts, settings: ListenerSettings) -> ListenerSettings:
    """Return settings with those of TLS that the site file names."""
    tls = site.tls
    if tls is None:
        return settings
    alpn = tls.alpn or settings.alpn
    if alpn and tls.has_http2 and "h2" not in alpn:
        alpn = ("h2", "http/1.1")
    now = replace(
        settings,
        versions=frozenset(tls.versions) if tls.versions else settings.versions,
        ciphers=tls.ciphers or settings.ciphers,
        alpn=alpn,
        hsts_max_age=tls.hsts.max_age if tls.hsts else None,
        hsts_subdomains=bool(tls.hsts and tls.hsts.subdomains),
        hsts_preload=bool(tls.hsts and tls.hsts.preload),
    )
    if tls.clients is None:
        return replace(now, client_ca_ref=None, client_crl_ref=None, client_authentication="NONE")
    if facts.clients is None:
        return now
    return replace(
        now,
        client_ca_ref=facts.clients.ca,
        client_crl_ref=facts.clients.crl,
        client_authentication="MANDATORY" if tls.clients.required else "OPTIONAL",
    )


def redirect(site: Site) -> L7Policy | None:
    """Return the policy by which the listener of plain HTTP leads users to HTTPS."""
    if site.redirect is None or site.host is None:
        return None
    port = site.load_balancer.port
    prefix = f"https://{site.host}" if port == 443 else f"https://{site.host}:{port}"
    return L7Policy.redirect(
        REDIRECT, prefix, ACME_CHALLENGE if site.redirect.acme_challenge else None
    )


def leads(policy: L7Policy, like: L7Policy | None) -> bool:
    """Return whether a policy does what one that is wanted does.

    A rule that is there twice, as where Octavia's answer was lost, changes nothing.
    """
    rules = tuple(dict.fromkeys(policy.rules))
    return like is not None and replace(policy, rules=rules) == replace(
        like, id=policy.id, position=policy.position
    )


def stale_policies(site: Site, facts: Facts, listener: Listener) -> tuple[L7Policy, ...]:
    """Return the policies of Ao's on a listener of plain HTTP that lead elsewhere than wanted."""
    own = (it for it in facts.policies.get(listener.id, ()) if it.name == REDIRECT)
    return tuple(it for it in own if not leads(it, redirect(site)))


def lacks_redirect(site: Site, facts: Facts, listener: Listener) -> bool:
    """Return whether a listener of plain HTTP does not lead users to HTTPS."""
    return not any(
        leads(it, redirect(site))
        for it in facts.policies.get(listener.id, ())
        if it.name == REDIRECT
    )


def is_amiss(site: Site, facts: Facts, place: Placed) -> bool:
    """Return whether a listener's settings are not as the site file wants them, and can be changed.

    A load balancer takes no change in ERROR, nor while Heat is at work on it.
    """
    if place.is_adopted or place.balancer.failed or _is_busy(facts, place):
        return False
    return wanted(site, facts, place) != place.listener.settings


def leads_amiss(site: Site, facts: Facts, place: Placed) -> bool:
    """Return whether a listener of plain HTTP does not lead to HTTPS as wanted, and can be changed.

    As `is_amiss` has it.
    """
    if not place.redirects or redirect(site) is None or not site.load_balancer.terminates:
        return False
    if place.balancer.failed or _is_busy(facts, place):
        return False
    return lacks_redirect(site, facts, place.listener) or bool(
        stale_policies(site, facts, place.listener)
    )


def _is_busy(facts: Facts, place: Placed) -> bool:
    stacks = [facts.systems[colour].stack for colour in place.systems]
    if facts.method is Method.POOL:
        stacks = [facts.stack]
    return any(stack is not None and stack.busy for stack in stacks)
