"""The certificate that production and the preview serve: exchanged, seen, the old one deleted."""

from __future__ import annotations

import re
from dataclasses import replace

from ao.apply import certificate, listener
from ao.apply.switch import load_balancer
from ao.clock import Ready, Waiting
from ao.errors import AoError, DeadlinePassed, NotAuthenticated, NotSeen
from ao.http.handshake import NoHandshake, Served
from ao.lock.errors import LockLost
from ao.message import Message, message
from ao.plan.facts import Facts
from ao.plan.renewal import References, named_by
from ao.site import Method, Site
from ao.work import Work

TIMEOUT = 3.0
"""Seconds that a handshake may take."""
PATIENCE = 10.0
"""Seconds after which an address that does not serve a certificate gets the old one back."""


def serve(work: Work, facts: Facts, listener_id: str, references: References) -> None:
    """Have a listener serve other certificates, and wait until it does.

    In one request, which a proxy carries out as one reload. Octavia gives its own user the right to
    read them with our token, and refuses what it cannot read. Raises NotFound, DeadlinePassed and
    CloudError.
    """
    place = listener.find(facts, listener_id)
    settings = replace(
        place.listener.settings, tls_ref=references.certificate, sni_refs=references.sni
    )
    balancers = work.cloud.load_balancers
    load_balancer.change(
        work, place.balancer, lambda: balancers.configure(place.listener, settings)
    )
    load_balancer.until_active(work, place.balancer)
    work.note_listeners(balancers.listeners(place.balancer.id))


def see(work: Work, facts: Facts, role: str, fingerprint: str | None) -> None:
    """See production or the preview serve a certificate that is good, by a handshake.

    Of one whose fingerprint is not known it is seen that it names the host and is trusted. Raises
    NotSeen.
    """
    where = endpoint(work.site, facts, role)
    if where is None or not work.sees:
        return

    cure = ""

    def look() -> Ready[None] | Waiting:
        nonlocal cure
        cure = ""
        try:
            served = shake(work, where)
        except NoHandshake as error:
            return Waiting(error.what)
        if _is(served, fingerprint) and served.distrust is not None:
            cure = served.distrust.cure
        why = _amiss(work.site, served, fingerprint)
        return Ready(None) if why is None else Waiting(why)

    named = message("preview") if role == "preview" else message("production")
    address, port = where
    try:
        work.clock.until(
            look,
            what=message(
                "%(role)s (%(address)s, port %(port)s) to serve the certificate",
                role=named,
                address=address,
                port=port,
            ),
            deadline=PATIENCE,
            interval=0.25,
        )
    except DeadlinePassed as error:
        raise NotSeen(error.message, cure=cure) from error


def endpoint(site: Site, facts: Facts, role: str) -> tuple[str, int] | None:
    """Return address and port at which users, or those of the preview, shake hands; or None."""
    address = facts.production if role == "production" else facts.preview
    if address is None:
        return None
    pool = site.switch.method is Method.POOL
    port = site.switch.preview_port if pool and role == "preview" else site.load_balancer.port
    return address.address, port


def shake(work: Work, where: tuple[str, int]) -> Served:
    """Shake hands with an address and port for the site's host. Raises NoHandshake."""
    address, port = where
    site = work.site
    return work.handshake(
        address, port, site.host or address, TIMEOUT, ca=site.tls.ca if site.tls else None
    )


def sweep(work: Work) -> None:
    """Delete the certificates that Ao has stored for a site and that no listener names.

    Barbican lets anybody delete what is in use, and a load balancer then leaves its listener out at
    its next change, so all listeners of the project are asked. What cannot be deleted is told: it
    does no harm, and the next time it is tried again.
    """
    try:
        stale = _stale(work)
        for it in stale:
            work.cloud.certificates.remove(it)
    except (NotAuthenticated, LockLost):
        raise
    except AoError as error:
        work.note(
            message(
                "%(message)s. Certificates that Ao has stored as %(name)s… and no listener serves "
                "are left in Barbican.",
                message=error.message,
                name=certificate.stored_prefix(work.site),
            )
        )


def _stale(work: Work) -> tuple[str, ...]:
    prefix = certificate.stored_prefix(work.site)
    # Of a site whose name begins as this one's, the names of certificates may, too.
    own = re.compile(re.escape(prefix) + "[0-9a-f]{32}")
    stored = [it for it in work.cloud.certificates.beginning(prefix) if own.fullmatch(it.name)]
    if not stored:
        return ()
    named = set().union(*map(named_by, work.cloud.load_balancers.listeners()))
    return tuple(it.ref for it in stored if it.id not in named)


def _is(served: Served, fingerprint: str | None) -> bool:
    """Tell whether a certificate is the one of a fingerprint; any is, of one that is not known."""
    return fingerprint is None or served.certificate.fingerprint == fingerprint


def _amiss(site: Site, served: Served, fingerprint: str | None) -> Message | None:
    """Return what is wrong with a certificate that is served, or None."""
    if not _is(served, fingerprint):
        return message(
            "it serves the certificate of %(subject)s with SHA-256 %(fingerprint)s…",
            subject=served.certificate.subject,
            fingerprint=served.certificate.fingerprint[:16],
        )
    # Without a host it is asked by its address, which certificates seldom name.
    if site.host is None or served.distrust is None:
        return None
    return served.distrust.why
