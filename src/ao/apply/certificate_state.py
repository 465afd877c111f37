"""How the certificate of production or the preview stands: what is served, and what is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from ao.apply import served_certificate
from ao.cloud import StoredCertificate
from ao.colour import Colour
from ao.errors import CloudError, Forbidden, NotAuthenticated, Refused, Unavailable
from ao.http.handshake import NoHandshake, Served
from ao.http.trust import UNKNOWN_AUTHORITY
from ao.message import Message, joined, message
from ao.plan import listeners
from ao.plan.facts import Facts
from ao.plan.listeners import Placed
from ao.plan.plan import (
    BuildSystem,
    DefineListener,
    DefineMonitor,
    DefineRedirect,
    Plan,
    PointPreview,
    PointRedirect,
    RemoveSystem,
    RepairSystem,
    ScaleSystem,
)
from ao.plan.renewal import is_shown, named_by, of_role, own_places, reference_id
from ao.site import Method, Site
from ao.untrusted.printable import printable
from ao.work import Work
from ao.x509.validity import Validity

ROLES = ("production", "preview")
LONGEST_ID = 100
"""Characters of what a reference ends in that a message repeats: anybody may have written it."""
LOOKS = 4
"""Looks at certificates that a switch takes side by side."""


@dataclass(frozen=True, kw_only=True)
class CertificateState:
    """How the certificate of an address stands at a moment."""

    role: str
    """`production` or `preview`."""
    listener: str = ""
    """Name of a listener beside the main one; empty for the main one."""
    address: str
    """Address and port that were asked; empty where the role reaches no listener of HTTPS."""
    served: Served | None
    """What it has shown; None where it was not asked, or showed nothing."""
    unseen: str
    """Why it showed nothing; empty where it did, and where it was not asked."""
    reference: str
    """What its listener names in Barbican; empty without a listener."""
    stored: StoredCertificate | None
    """What Barbican tells of that; None where it has nothing of it, or is not known."""
    readers: frozenset[str] | None
    """Users beyond the project who may read it; None as before."""
    unknown: str
    """Why Barbican told nothing: it shows a user of role `reader` nothing. Empty where it did."""

    @property
    def id(self) -> str:
        """ID of what its listener names in Barbican, the end of the reference."""
        return reference_id(self.reference)

    @property
    def is_gone(self) -> bool:
        """Whether Barbican has the certificate no more."""
        return bool(self.reference) and self.stored is None and not self.unknown

    @property
    def is_hidden(self) -> bool:
        """Whether nobody beyond the project may read it, so that Octavia cannot."""
        return self.stored is not None and self.readers == frozenset()

    def days(self, now: datetime) -> int | None:
        """Return the days until what is served ends, negative after it; None if not known."""
        if self.served is None:
            return None
        return Validity(certificate=self.served.certificate, at=now).days


def look(work: Work, facts: Facts) -> tuple[CertificateState, ...]:
    """Look at what production and the preview serve, side by side.

    So are listeners beside the main one that serve other certificates.
    """
    asked: list[tuple[str, Placed | None]] = [(role, None) for role in ROLES]
    asked += [(role, it) for role in ROLES for it in own_places(facts, role)]
    with ThreadPoolExecutor(max_workers=LOOKS, thread_name_prefix="tls") as aside:
        return tuple(aside.map(lambda it: _look(work, facts, *it), asked))


def _look(work: Work, facts: Facts, role: str, own: Placed | None) -> CertificateState:
    where = _endpoint(work, facts, role, own)
    served, unseen = None, ""
    if where is not None:
        try:
            shake = served_certificate.shake_own if own else served_certificate.shake
            served = shake(work, where)
        except NoHandshake as error:
            unseen = error.what
    listener = own.listener if own else next(iter(of_role(facts, role)), None)
    reference = (listener.settings.tls_ref if listener else None) or ""
    stored, readers, unknown = _kept(work, reference)
    return CertificateState(
        role=role,
        listener=own.name if own else "",
        address=":".join(map(str, where)) if where is not None else "",
        served=served,
        unseen=unseen,
        reference=reference,
        stored=stored,
        readers=readers,
        unknown=unknown,
    )


def _endpoint(
    work: Work, facts: Facts, role: str, own: Placed | None = None
) -> tuple[str, int] | None:
    """Return where a role serves TLS, by the load balancer or by its servers; or None.

    At a listener beside the main one if one is given.
    """
    if own is not None:
        shown = is_shown(facts, role)
        port = own.listener.port
        return served_certificate.endpoint(work.site, facts, role, port) if shown else None
    balancer = work.site.load_balancer
    passed_on = balancer.is_secure and not balancer.terminates
    reached = facts.live if role == "production" else facts.previewed
    if is_shown(facts, role) or (passed_on and reached is not None):
        return served_certificate.endpoint(work.site, facts, role)
    return None


def _kept(
    work: Work, reference: str
) -> tuple[StoredCertificate | None, frozenset[str] | None, str]:
    if not reference:
        return None, None, ""
    certificates = work.cloud.certificates
    try:
        stored = certificates.get(reference)
        return stored, certificates.readers(reference) if stored else None, ""
    except NotAuthenticated:
        raise
    except CloudError as error:
        return None, None, error.message


def check(work: Work, facts: Facts, to: Colour, *, back: bool = False) -> None:
    """Refuse a switch that would end HTTPS, and tell what users may complain of after it.

    An amphora reads all certificates of its load balancer again at any change, as the pool method's
    switch is one, and leaves a listener out of which it cannot read one
    (octavia/amphorae/drivers/haproxy/rest_api_driver.py: update_amphora_listeners). By the address
    method nothing of the new system's changes at once: it is told. Where production goes `back`, a
    Barbican that does not answer is told, too: the system that it leaves may be worse. Raises
    Refused.
    """
    places = tuple(it for it in listeners.placed(facts) if to in it.systems and it.terminates)
    # Users go on with the certificate of a listener of both systems, else get that of the new one.
    pool = facts.method is Method.POOL and bool(places)
    role = "production" if pool else "preview"
    asked = work.sees and (pool or facts.previewed is to)
    where = _endpoint(work, facts, role) if asked else None
    if not places and where is None:
        return
    others = own_places(facts, role) if where is not None else ()
    with ThreadPoolExecutor(max_workers=LOOKS, thread_name_prefix="tls") as aside:
        shaken = aside.submit(_shown, work, where)
        own = {
            it.name: aside.submit(_shown, work, _endpoint(work, facts, role, it), own=True)
            for it in others
        }
        faults = _faults(work, places)
        served = shaken.result()
    for fault in faults:
        if pool and not (back and fault.is_silence):
            forced = message("--force switches all the same.")
            raise Refused(fault.text, cure=joined(" ", [fault.cure, forced]))
        work.note(joined("", [fault.text, "."]))
    for doubt in doubts(work.site, served, role, now()) if served else ():
        work.note(doubt)
    for name, seen in own.items():
        shown = seen.result()
        for doubt in doubts(work.site, shown, role, now(), name) if shown else ():
            work.note(doubt)


def check_deploy(work: Work, facts: Facts) -> None:
    """Refuse a deploy that would end HTTPS: by the pool method it changes the load balancer too.

    Nothing has to be served for it: whether Octavia can read a certificate that is there is told
    alone. Raises Refused.
    """
    if facts.method is not Method.POOL:
        return
    for fault in _faults(work, tuple(it for it in listeners.placed(facts) if it.terminates)):
        if fault.is_certain:
            raise Refused(fault.text, cure=fault.cure)
        work.note(joined("", [fault.text, "."]))


def check_change(work: Work, facts: Facts, steps: Plan) -> None:
    """Refuse steps that would end HTTPS for users, as they change a load balancer of the site.

    Those that have Heat or Octavia take other certificates are let be: they mend it. What is asked
    for is only whether the certificates are there. Raises Refused.
    """
    places = tuple(listeners.placed(facts))
    changed = {it.balancer.id for it in places if _is_changed(facts, it, steps)}
    touched = tuple(it for it in places if it.balancer.id in changed and not it.redirects)
    for fault in _faults(work, touched):
        if fault.is_certain and not fault.of_clients:
            raise Refused(fault.text, cure=fault.cure)


def _is_changed(facts: Facts, place: Placed, steps: Plan) -> bool:
    """Return whether one of some steps changes the load balancer of a listener."""
    pool = facts.method is Method.POOL
    for step in steps:
        match step:
            case DefineListener(listener_id) | DefineRedirect(listener_id):
                if listener_id == place.listener.id:
                    return True
            case PointRedirect() | PointPreview() | BuildSystem() | RepairSystem() | RemoveSystem():
                # By the address method no listener is pointed, and a load balancer that is built or
                # repaired is told certificates that are there.
                if pool:
                    return True
            case DefineMonitor(colour) | ScaleSystem(colour):
                if colour in place.systems:
                    return True
    return False


@dataclass(frozen=True, kw_only=True)
class _Fault:
    """Something of Barbican's that a listener names and Octavia cannot read."""

    text: Message
    is_certain: bool
    """Whether it is gone. An access list may be nothing that a cloud goes by."""
    of_clients: bool
    """Whether clients' certificates are checked by it: a renewal changes nothing of that."""
    is_silence: bool = False
    """Whether Barbican did not answer, so that nothing else is known."""

    @property
    def cure(self) -> Message:
        """What makes Octavia read what a listener names."""
        if self.is_silence:
            return message("Run the command again when Barbican answers.")
        if self.of_clients:
            return message(
                "Clients' certificates are checked by it: store it in Barbican again, name it in "
                "`tls.clients` of the site file, and `ao up`."
            )
        return message("`ao certificate renew` serves another certificate.")


def _faults(work: Work, places: Sequence[Placed]) -> tuple[_Fault, ...]:
    """Return what Octavia cannot read of what listeners name; they are asked for side by side."""
    named = {key: it for place in places for key, it in named_by(place.listener).items()}
    with ThreadPoolExecutor(max_workers=LOOKS, thread_name_prefix="barbican") as aside:
        found = aside.map(lambda key: _fault(work, places, key, named[key]), named)
        return tuple(dict.fromkeys(it for it in found if it is not None))


def _fault(work: Work, places: Sequence[Placed], key: str, reference: str) -> _Fault | None:
    """Return why Octavia cannot read something; None if it can, and where that is not known."""
    try:
        readers = work.cloud.certificates.readers(reference)
    except NotAuthenticated:
        raise
    except Forbidden:
        return None
    except CloudError as error:
        if isinstance(error, Unavailable):
            return _unasked(places, key, error)
        work.tell_once(
            message("Whether Octavia can read the certificate is not known: %(why)s.", why=error)
        )
        return None
    if readers:
        return None
    naming = [it for it in places if key in named_by(it.listener)]
    text = message(
        "load balancer %(balancer)s would end HTTPS at its next change: Octavia cannot read "
        "%(id)s, named by %(names)s (%(why)s)",
        balancer=naming[0].balancer.name,
        names=", ".join(it.listener.name for it in naming),
        id=printable(key, LONGEST_ID),
        why=message("it is gone from Barbican")
        if readers is None
        else message("nobody beyond the project may read it"),
    )
    settings = [it.listener.settings for it in naming]
    served = {it for told in settings for it in (told.tls_ref, *told.sni_refs) if it}
    return _Fault(
        text=text,
        is_certain=readers is None,
        of_clients=key not in map(reference_id, served),
    )


def _unasked(places: Sequence[Placed], key: str, error: Unavailable) -> _Fault:
    """Return that Barbican did not answer, as it may not answer Octavia either."""
    balancer = next(it.balancer for it in places if key in named_by(it.listener))
    return _Fault(
        text=message(
            "load balancer %(balancer)s would end HTTPS at its next change if Barbican answers "
            "Octavia as it answers Ao (%(why)s)",
            balancer=balancer.name,
            why=error.message,
        ),
        is_certain=False,
        of_clients=False,
        is_silence=True,
    )


def _shown(work: Work, where: tuple[str, int] | None, *, own: bool = False) -> Served | None:
    """Return what an address serves; None where it shows nothing, which a look at a page tells.

    With `own` it is of a listener whose certificate may be of other names than the site's host.
    """
    shake = served_certificate.shake_own if own else served_certificate.shake
    with suppress(NoHandshake):
        return shake(work, where) if where is not None else None
    return None


def doubts(
    site: Site, served: Served, role: str, now: datetime, listener: str = ""
) -> Iterator[Message]:
    """Yield what users will, or soon will, complain of in a certificate that is served. Pure.

    It is served at a listener beside the main one if one is named, and may be of its own names.
    """
    named = message("preview") if role == "preview" else message("production")
    host = site.host
    if listener:
        named = message("listener %(name)s", name=listener)
        host = served.certificate.name_for(host or "") or host
    cure = (
        message("`ao certificate renew` serves another one.")
        if site.load_balancer.terminates
        else message("It is the servers' to serve another one.")
    )
    validity = Validity(
        certificate=served.certificate, at=now, warn=site.tls.warn if site.tls else None
    )
    day = f"{served.certificate.not_after:%Y-%m-%d}"
    if validity.has_ended:
        told = message(
            "The certificate that %(role)s serves has expired, on %(day)s.", role=named, day=day
        )
        yield joined(" ", [told, cure])
        return
    if host is not None and served.distrust is not None:
        # Whether its names, its chain or its authority is not as it should be.
        told = message(
            "What %(role)s serves is not trusted for %(host)s: %(why)s",
            role=named,
            host=host,
            why=served.distrust.why,
        )
        yield joined(". ", [told, served.distrust.cure])
    if validity.ends_soon:
        told = message(
            "The certificate that %(role)s serves ends on %(day)s, in %(days)s days.",
            role=named,
            day=day,
            days=validity.days,
        )
        yield joined(" ", [told, cure])


def chain(served: Served) -> Message:
    """Return whether the certificates that are served lead to an authority. Pure."""
    for one, other in pairwise((served.certificate, *served.chain)):
        if not one.is_issued_by(other):
            return message("not in order: %(issuer)s does not follow", issuer=one.issuer)
    if served.distrust == UNKNOWN_AUTHORITY:
        last = served.chain[-1] if served.chain else served.certificate
        return message("ends before %(issuer)s, which is not known here", issuer=last.issuer)
    return message("whole")


def now() -> datetime:
    """Return this moment, by which certificates are valid or not."""
    return datetime.now(UTC)
