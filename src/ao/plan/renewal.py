"""Renewing a site's certificate: the preview serves it first, then users get it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ao.cloud import Listener
from ao.message import message
from ao.plan import listeners
from ao.plan.facts import Facts
from ao.plan.listeners import Placed
from ao.plan.plan import Done, Plan, Step, follow
from ao.site import Method


@dataclass(frozen=True, kw_only=True)
class References:
    """References of certificates in Barbican."""

    certificate: str = ""
    """The one that is served; empty where no load balancer terminates TLS."""
    sni: tuple[str, ...] = ()
    """Those for clients that ask for other names."""
    further: tuple[tuple[str, References], ...] = ()
    """Those of listeners beside the main one that have their own, by the listeners' names."""

    def of(self, name: str) -> References:
        """Return those of a listener; these of the main one, whose name is empty."""
        return dict(self.further).get(name, self)

    def is_same(self, other: References) -> bool:
        """Return whether a listener that serves the others serves these too."""
        return reference_id(self.certificate) == reference_id(other.certificate) and (
            set(map(reference_id, self.sni)) == set(map(reference_id, other.sni))
        )

    def are_of(self, listener: Listener) -> bool:
        """Return whether a listener serves them. References of one thing may name other hosts."""
        settings = listener.settings
        return reference_id(settings.tls_ref or "") == reference_id(self.certificate) and (
            set(map(reference_id, settings.sni_refs)) == set(map(reference_id, self.sni))
        )


NO_REFERENCES = References()
"""What listeners get that terminate no TLS."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a listener is to be seen to serve."""

    fingerprint: str | None
    """SHA-256 of its certificate; None where it is not known, as nobody fetches what Barbican
    keeps."""
    server_name: str | None = None
    """Name by which it is asked for; None for the site's host, or a name of what is served."""
    is_judged: bool = True
    """Whether it is to be trusted, too: one that was served before is no reason to end a renewal.
    """


@dataclass(frozen=True)
class ServeCertificate(Step):
    """Have a listener serve other certificates, in one request."""

    listener_id: str
    name: str
    references: References

    def __str__(self) -> str:
        return message("have listener %(name)s serve the certificate", name=self.name)


@dataclass(frozen=True)
class SeeCertificate(Step):
    """See production or the preview serve the certificate, or a listener beside the main one."""

    role: str
    """`production` or `preview`."""
    expected: Expected
    listener: str = ""
    """Name of a listener beside the main one; empty for the main one."""
    port: int | None = None
    """Port at which it is asked; None for that of the role."""

    def __str__(self) -> str:
        if self.listener:
            return message("see listener %(name)s serve its certificate", name=self.listener)
        if self.role == "preview":
            return message("see preview serve the certificate")
        return message("see production serve the certificate")


@dataclass(frozen=True)
class RemoveCertificates(Step):
    """Delete the certificates that Ao has stored for the site and that no listener serves."""

    def __str__(self) -> str:
        return message("delete the certificates that Ao has stored and no listener serves")


def renew(facts: Facts, wanted: References, expected: Mapping[str, Expected], done: Done) -> Plan:
    """Next steps of having the listeners of a site serve a certificate.

    The preview's come first, and are seen: a certificate that is no good shows before users get
    it. Those that are `expected` are looked at, by the names of their listeners. What Heat is at
    work on is waited for: it may create a listener with the old certificate.
    """
    busy = tuple(_busy(facts))
    if busy:
        return busy
    for role in ("preview", "production"):
        steps = tuple(
            ServeCertificate(it.listener.id, it.listener.name, wanted.of(it.name))
            for it in _places(facts, role)
            if not wanted.of(it.name).are_of(it.listener)
        )
        if steps:
            return steps
        seen = tuple(it for it in _seen(facts, role, expected) if it not in done)
        if seen:
            return seen
    removed = RemoveCertificates()
    return () if removed in done else (removed,)


def _seen(facts: Facts, role: str, expected: Mapping[str, Expected]) -> Iterator[SeeCertificate]:
    """Yield the looks at what a role serves, at the main listener first."""
    if not is_shown(facts, role):
        return
    if "" in expected:
        yield SeeCertificate(role, expected[""])
    for it in _places(facts, role):
        if it.name in expected and it.name:
            yield SeeCertificate(role, expected[it.name], it.name, it.listener.port)


def changed(facts: Facts, wanted: References) -> frozenset[str]:
    """Return the names of the listeners that serve other certificates; that of the main is empty.

    Those beside the main one that serve its certificate are not told of: what is seen at that one
    is theirs, too.
    """
    return frozenset(
        it.name
        for it in listeners.placed(facts)
        if it.terminates
        and not wanted.of(it.name).are_of(it.listener)
        and not (it.name and wanted.of(it.name).is_same(wanted))
    )


def own_places(facts: Facts, role: str) -> tuple[Placed, ...]:
    """Return the listeners of a role beside the main one that serve other certificates than it."""
    main, *others = _places(facts, role) or (None,)
    if main is None:
        return ()
    return tuple(it for it in others if it.name and not _serves(main.listener).are_of(it.listener))


def _serves(listener: Listener) -> References:
    settings = listener.settings
    return References(certificate=settings.tls_ref or "", sni=settings.sni_refs)


def serve_all(facts: Facts, wanted: References) -> Plan:
    """Steps by which every listener of a site serves a certificate, seen or not."""
    return tuple(
        ServeCertificate(it.listener.id, it.listener.name, wanted.of(it.name))
        for it in listeners.placed(facts)
        if it.terminates and not wanted.of(it.name).are_of(it.listener)
    )


def of_role(facts: Facts, role: str) -> tuple[Listener, ...]:
    """Return the listeners that users reach, or the others, which terminate TLS; the main first."""
    return tuple(it.listener for it in _places(facts, role))


def _places(facts: Facts, role: str) -> tuple[Placed, ...]:
    places = tuple(it for it in listeners.placed(facts) if it.terminates)
    if facts.method is Method.POOL:
        users = tuple(it for it in places if not it.previews)
    else:
        users = tuple(it for it in places if facts.live in it.systems)
    return users if role == "production" else tuple(it for it in places if it not in users)


def is_shown(facts: Facts, role: str) -> bool:
    """Return whether the production address, or the preview, reaches a listener of that role."""
    if not of_role(facts, role):
        return False
    if facts.method is Method.POOL:
        return facts.connected
    colour = facts.live if role == "production" else facts.previewed
    return colour is not None and facts.terminates(colour)


def named_by(listener: Listener) -> Mapping[str, str]:
    """Return the references of what a listener names in Barbican, by the ID that each ends in.

    They are of certificates, and of clients' authorities.
    """
    told = listener.settings
    named = (told.tls_ref, *told.sni_refs, told.client_ca_ref, told.client_crl_ref)
    return {reference_id(it): it for it in named if it}


def _busy(facts: Facts) -> Iterator[Step]:
    if facts.method is Method.POOL:
        stacks = [(facts.stack, facts.standstill)]
    else:
        stacks = [(it.stack, it.standstill) for it in facts.systems.values()]
    yield from (follow(stack, still) for stack, still in stacks if stack and stack.busy)


def reference_id(reference: str) -> str:
    """Return the ID that a reference of Barbican's ends in; of one thing all end in the same."""
    return reference.rstrip("/").rpartition("/")[2]
