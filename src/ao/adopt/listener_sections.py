"""The parts of the site file that tell of listeners, and how they are switched. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count

from ao import duration
from ao.adopt.commented_yaml import Entry, Items, Scalar
from ao.adopt.inventory import Inventory
from ao.adopt.question import differ, most, question
from ao.adopt.refusals import READ
from ao.cloud.models import Listener, ListenerSettings
from ao.message import listed, message
from ao.site.listeners import NAME as LISTENER_NAME

TERMINATED = "TERMINATED_HTTPS"
PREVIEW_PORT = 8080
"""Port of the preview unless another listener has it."""
SECURE_PORTS = (443, 8443)
"""Ports at which users are likely to speak TLS."""
DAY = 86_400
KNOWN_HEADERS = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port")
CLIENT_HEADERS = "X-SSL-"
VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")


def load_balancer_section(inventory: Inventory) -> Entry:
    """Return how the main listener serves, and its pool."""
    pool = inventory.pool
    port, others = most(it.member.port for it in inventory.back_ends)
    inside: list[Entry] = [
        Entry("provider", inventory.balancer.provider),
        Entry("protocol", inventory.main.protocol, tuple(_about_protocol(inventory.main))),
        Entry("port", inventory.main.port),
        Entry("server_port", port or inventory.main.port, differ(others)),
        Entry("algorithm", pool.algorithm),
        *_traffic(inventory, inventory.main),
        *_persistence(inventory),
        *_server_tls(inventory),
    ]
    if pool.protocol in {"PROXY", "PROXYV2"}:
        inside.append(
            Entry(
                "proxy_protocol",
                1,
                (
                    question(
                        message(
                            "do the servers take version 1 of the PROXY protocol too? They are "
                            "told by version 2 now, of which Heat builds no pool"
                        )
                    ),
                )
                if pool.protocol == "PROXYV2"
                else (),
            )
        )
    return Entry("load_balancer", tuple(inside))


def _about_protocol(main: Listener) -> Iterator[str]:
    """Yield the question whether TLS passes through."""
    if main.protocol == "TCP" and main.port in SECURE_PORTS:
        yield question(
            message(
                "do users speak TLS here, which the servers terminate? Then write HTTPS and "
                "`host`, so that Ao asks by HTTPS"
            )
        )


def _traffic(inventory: Inventory, listener: Listener) -> Iterator[Entry]:
    """Yield time-outs, headers and networks of a listener; OVN has none of them."""
    if inventory.is_ovn:
        return
    settings = listener.settings
    times = {
        "client": settings.client_timeout,
        "server": settings.member_timeout,
        "connect": settings.connect_timeout,
    }
    told = tuple(Entry(key, duration.write(value / 1000)) for key, value in times.items() if value)
    if told:
        yield Entry("timeouts", told)
    if listener.protocol in READ:
        yield from _headers(listener)
    if settings.allowed_cidrs:
        yield Entry(
            "allowed_from",
            tuple(sorted(settings.allowed_cidrs)),
            (question(message("is the network among them from which Ao asks the site?")),),
        )


def _headers(listener: Listener) -> Iterator[Entry]:
    settings = listener.settings
    asked = settings.client_authentication != "NONE"
    taken = [
        it
        for it in sorted(settings.headers)
        if it in KNOWN_HEADERS or (asked and it.startswith(CLIENT_HEADERS))
    ]
    if taken or listener.protocol == TERMINATED:
        yield Entry("insert_headers", tuple(taken))


def _persistence(inventory: Inventory) -> Iterator[Entry]:
    settings = inventory.pool.settings
    if settings.persistence is None:
        return
    inside = [Entry("type", settings.persistence)]
    inside += [Entry("cookie", settings.cookie)] if settings.cookie else []
    yield Entry(
        "session_persistence",
        tuple(inside),
        (message("A switch ends it: users are then known anew, by the new servers."),),
    )


def _server_tls(inventory: Inventory) -> Iterator[Entry]:
    settings = inventory.pool.settings
    if not settings.encrypts:
        return
    inside: list[Entry] = [Entry("enabled", True)]
    for key, ref in (
        ("certificate", settings.tls_ref),
        ("ca", settings.ca_ref),
        ("crl", settings.crl_ref),
    ):
        inside += [Entry(key, ref)] if ref else []
    versions = _versions(settings.versions)
    inside += [Entry("versions", versions)] if versions else []
    inside += [Entry("ciphers", settings.ciphers)] if settings.ciphers else []
    yield Entry("server_tls", tuple(inside))


def tls_section(inventory: Inventory) -> Iterator[Entry]:
    """Yield how the main listener terminates TLS, if it does, and whom Ao has to trust."""
    settings = inventory.main.settings
    inside: list[Entry] = []
    if inventory.main.protocol == TERMINATED:
        if settings.tls_ref:
            inside.append(_certificate(inventory, "certificate", settings.tls_ref))
        if settings.sni_refs:
            inside.append(Entry("sni", settings.sni_refs))
        versions = _versions(settings.versions)
        inside += [Entry("versions", versions)] if versions else []
        inside += [Entry("ciphers", settings.ciphers)] if settings.ciphers else []
        inside += [Entry("alpn", settings.alpn)] if settings.alpn else []
        inside += [*_hsts(settings), *_clients(settings)]
    if inventory.served is not None and not inventory.served.is_trusted:
        asks = question(
            message(
                "which authority signs the certificate? It is not trusted here, and Ao asks the "
                "site: write the file with the authority's certificate"
            )
        )
        inside.append(Entry("ca", "authority.pem", (asks,), is_idle=True))
    if inside:
        yield Entry("tls", tuple(inside))


def _certificate(inventory: Inventory, key: str, ref: str) -> Entry:
    name = inventory.certificates.get(ref)
    served = inventory.served
    comments: list[str] = []
    if name is None:
        comments.append(
            question(
                message(
                    "who may read this certificate in Barbican? Ao is not shown it, and cannot "
                    "tell when it ends"
                )
            )
        )
    else:
        comments.append(message("It is called %(name)s in Barbican.", name=name or "-"))
    if served is not None:
        comments.append(
            message(
                "The one that users get is of %(issuer)s, valid until %(end)s.",
                issuer=served.certificate.issuer,
                end=served.certificate.not_after.strftime("%Y-%m-%d"),
            )
        )
    return Entry(key, ref, tuple(comments))


def listeners_section(inventory: Inventory) -> Iterator[Entry]:
    """Yield the listeners beside the main one, if there are any."""
    names: list[str] = []
    mappings: list[tuple[Entry, ...]] = []
    for listener in inventory.listeners[1:]:
        names.append(_listener_name(listener, ("main", *names)))
        inside = [
            Entry("name", names[-1]),
            Entry("port", listener.port),
            Entry("protocol", listener.protocol),
            *_traffic(inventory, listener),
            *_own_certificates(inventory, listener),
        ]
        mappings.append(tuple(inside))
    if mappings:
        yield Entry("listeners", Items(tuple(mappings)))


def _own_certificates(inventory: Inventory, listener: Listener) -> Iterator[Entry]:
    main, own = inventory.main.settings, listener.settings
    if listener.protocol != TERMINATED:
        return
    rules = ("versions", "ciphers", "alpn", "hsts_max_age", "client_ca_ref")
    other = [it for it in rules if getattr(main, it) != getattr(own, it)]
    comments: tuple[str, ...] = ()
    if other:
        comments = (
            question(
                message(
                    "may TLS end here by the rules of the main listener? In %(rules)s it differs",
                    rules=listed(other),
                )
            ),
        )
    if own.tls_ref and (own.tls_ref, own.sni_refs) != (main.tls_ref, main.sni_refs):
        yield Entry("certificate", own.tls_ref, comments)
        if own.sni_refs:
            yield Entry("sni", own.sni_refs)
    elif comments and own.tls_ref:
        yield Entry("certificate", own.tls_ref, comments)


def switch_section(inventory: Inventory) -> Entry:
    """Return how a new system is seen before it is live."""
    taken = {it.port for it in inventory.tree.listeners}
    port = next(it for it in count(PREVIEW_PORT) if it not in taken)
    by_request = not inventory.is_ovn and inventory.main.protocol in READ
    inside = [Entry("method", "pool")]
    if by_request:
        inside.append(
            Entry(
                "preview",
                "header",
                (
                    message(
                        "The standby is asked at the same name and port, by a secret header: "
                        "an L7 policy of Ao's on the main listener."
                    ),
                ),
            )
        )
    else:
        inside.append(Entry("preview", "port"))
    if not by_request or port != PREVIEW_PORT:
        inside.append(
            Entry(
                "preview_port",
                port,
                (
                    message(
                        "The standby has no port; this is one that no listener of the load "
                        "balancer has."
                    ),
                )
                if by_request
                else (
                    question(
                        message(
                            "at which port of the load balancer may the standby be asked? A "
                            "listener of Ao's is made for it, and a firewall has to let it "
                            "through"
                        )
                    ),
                ),
            )
        )
    return Entry("switch", tuple(inside))


def _listener_name(listener: Listener, taken: Iterable[str]) -> str:
    """Return a name for a listener beside the main one, by its own if that may be one."""
    plain = re.sub(r"[^a-z0-9]+", "-", listener.name.lower()).strip("-")
    usual = f"{listener.protocol.partition('_')[0].lower()}-{listener.port}"
    fits = re.fullmatch(LISTENER_NAME, plain) and plain not in taken
    return plain if fits else usual


def _versions(versions: Iterable[str] | None) -> tuple[Scalar, ...]:
    return tuple(it for it in VERSIONS if it in (versions or ()))


def _hsts(settings: ListenerSettings) -> Iterator[Entry]:
    age = settings.hsts_max_age
    if age is None:
        return
    days = max(1, round(age / DAY))
    exact = days * DAY == age
    yield Entry(
        "hsts",
        (
            Entry(
                "days",
                days,
                () if exact else (message("%(seconds)s s now; Ao counts days.", seconds=age),),
            ),
            Entry("subdomains", settings.hsts_subdomains),
            Entry("preload", settings.hsts_preload),
        ),
    )


def _clients(settings: ListenerSettings) -> Iterator[Entry]:
    if settings.client_authentication == "NONE" or not settings.client_ca_ref:
        return
    required = settings.client_authentication == "MANDATORY"
    inside: list[Entry] = [Entry("ca", settings.client_ca_ref)]
    inside += [Entry("crl", settings.client_crl_ref)] if settings.client_crl_ref else []
    inside.append(Entry("required", required))
    if required:
        asks = question(
            message(
                "which certificate does Ao show when it asks the site? Who shows none is refused, "
                "so that Ao needs the files of one"
            )
        )
        inside.append(Entry("certificate", "ao.crt", (asks,), is_idle=True))
        inside.append(Entry("key", "ao.key", is_idle=True))
    yield Entry("clients", tuple(inside))
