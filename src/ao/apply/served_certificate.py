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
from ao.plan.renewal import References, SeeCertificate, named_by
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


def see(work: Work, facts: Facts, step: SeeCertificate) -> None:
    """See a listener of production or the preview serve a certificate that is good, by a handshake.

    Of one whose fingerprint is not known it is seen that it is trusted for the host, or for a name
    of its own at a listener beside the main one. Raises NotSeen.
    """
    fingerprint = step.expected.fingerprint
    where = endpoint(work.site, facts, step.role, step.port)
    if where is None or not work.sees:
        return

    cure = ""

    def look() -> Ready[None] | Waiting:
        nonlocal cure
        cure = ""
        try:
            served = (
                shake_own(work, where, step.expected.server_name)
                if step.listener
                else shake(work, where)
            )
        except NoHandshake as error:
            return Waiting(error.what)
        if _is(served, fingerprint) and served.distrust is not None:
            cure = served.distrust.cure
        why = _amiss(work.site, served, step)
        return Ready(None) if why is None else Waiting(why)

    named = message("preview") if step.role == "preview" else message("production")
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


def endpoint(
    site: Site, facts: Facts, role: str, port: int | None = None
) -> tuple[str, int] | None:
    """Return address and port at which users, or those of the preview, shake hands; or None.

    The port is that of the main listener, unless another one is given.
    """
    address = facts.production if role == "production" else facts.preview
    if address is None:
        return None
    if port is not None:
        return address.address, port
    pool = site.switch.method is Method.POOL
    port = site.switch.preview_port if pool and role == "preview" else site.load_balancer.port
    return address.address, port


def shake(work: Work, where: tuple[str, int], name: str | None = None) -> Served:
    """Shake hands with an address and port for a name, or the site's host. Raises NoHandshake."""
    address, port = where
    site = work.site
    return work.handshake(
        address, port, name or site.host or address, TIMEOUT, ca=site.tls.ca if site.tls else None
    )


def shake_own(work: Work, where: tuple[str, int], name: str | None = None) -> Served:
    """Shake hands with a listener whose certificate may be of other names than the site's host.

    It is asked by a name if one is given, else by the host, and by a name of what it serves where
    that is not of the host: so it is told whether it is trusted for that. Raises NoHandshake.
    """
    served = shake(work, where, name)
    asked = name or work.site.host or where[0]
    own = served.certificate.name_for(asked)
    return served if own in (None, asked) else shake(work, where, own)


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


def _amiss(site: Site, served: Served, step: SeeCertificate) -> Message | None:
    """Return what is wrong with a certificate that is served, or None."""
    if not _is(served, step.expected.fingerprint):
        return message(
            "it serves the certificate of %(subject)s with SHA-256 %(fingerprint)s…",
            subject=served.certificate.subject,
            fingerprint=served.certificate.fingerprint[:16],
        )
    if served.distrust is None or not step.expected.is_judged:
        return None
    # Without a host the main listener is asked by its address, which certificates seldom name.
    if site.host is None and not step.listener:
        return None
    return served.distrust.why
