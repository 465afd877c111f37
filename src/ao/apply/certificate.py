"""The certificates that listeners get: which of Barbican's, stored before if they are in files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ao import templates
from ao.apply.place import told_at
from ao.cloud import StoredCertificate
from ao.colour import Colour
from ao.config.stored import OWN_CERTIFICATE
from ao.errors import CloudError, ConfigError, NotAuthenticated, Refused
from ao.files.input_file import Unreadable, read_bytes
from ao.message import Message, message
from ao.plan import listeners, renewal
from ao.plan.facts import Facts
from ao.plan.renewal import NO_REFERENCES, Expected, References
from ao.site import Site
from ao.site.tls import Certificate, CertificateFiles
from ao.untrusted.printable import printable
from ao.work import Work
from ao.x509 import certificate as x509
from ao.x509.bundle import Bundle
from ao.x509.certificate import LARGEST, Unusable

CERTIFICATE = "tls.certificate"
"""Key of the site file that names the certificate."""
OPTION = "--certificate"
"""Option of `ao certificate renew` that names one in place of the site file."""
LONGEST_PATH = 255
"""Characters of a path that a message repeats."""


def references(work: Work, facts: Facts) -> References:
    """Return the certificates that new listeners of a site get.

    They are those that its listeners have, as long as Barbican has them: others are served only
    when that is asked for. Else those that the site file names, of which files are stored. Raises
    ConfigError, NotFound and Conflict with the place in the site file.
    """
    site = work.site
    if not site.load_balancer.terminates or site.adopt is not None:
        return NO_REFERENCES
    used = in_use(facts)
    if used is None or not _are_there(work, used):
        return wanted(work)
    kept = {name: it for name, it in used.further if _are_there(work, it)}
    own = {
        it.name
        for it in site.listeners
        if it.terminates and (it.certificate is not None or _is_left_out(site))
    }
    if own - kept.keys():
        kept = {**_further(work), **kept}
    return replace(used, further=tuple(sorted(kept.items())))


def wanted(work: Work) -> References:
    """Return the certificates that the site file names; those in files are stored.

    Raises as `references`.
    """
    site, tls = work.site, work.site.tls
    if tls is None or tls.certificate is None:
        raise Refused(
            message(
                "the certificate of %(site)s is in files of its site file, which the cloud does "
                "not keep, and no listener has it",
                site=site.name,
            ),
            cure=message("Run the command with the site file, where the files are."),
        )
    return References(
        certificate=_reference(work, tls.certificate, CERTIFICATE),
        sni=_sni(work),
        further=tuple(sorted(_further(work).items())),
    )


def _further(work: Work) -> dict[str, References]:
    """Return the certificates of listeners that have their own; those in files are stored."""
    site, found = work.site, dict[str, References]()
    for index, listener in enumerate(site.listeners):
        key = f"listeners.{index}"
        if listener.certificate is not None:
            found[listener.name] = References(
                certificate=_reference(work, listener.certificate, f"{key}.certificate"),
                sni=tuple(
                    _reference(work, it, f"{key}.sni.{at}") for at, it in enumerate(listener.sni)
                ),
            )
        elif listener.terminates and _is_left_out(site):
            raise Refused(
                message(
                    "which certificate listener %(name)s serves is in files of the site file, "
                    "which the cloud does not keep, and no listener has it",
                    name=listener.name,
                ),
                cure=message("Run the command with the site file, where the files are."),
            )
    return found


def _is_left_out(site: Site) -> bool:
    """Return whether a listener beside the main one has a certificate that is not kept."""
    return OWN_CERTIFICATE in site.left_out


def renewed(
    work: Work, facts: Facts, files: CertificateFiles | None
) -> tuple[References, Mapping[str, Expected]]:
    """Return the certificates that a renewal serves, and what is to be seen of them.

    That is of the main listener, and unless `files` are given of those that have a certificate of
    their own. The site's is that of `files` if given, else that of the site file; what files hold
    is read anew, checked, and stored once all others are found. Raises as `references`.
    """
    given = files or (work.site.tls.certificate if work.site.tls else None)
    if given is None:
        raise Refused(
            message(
                "the certificate of %(site)s is in files of its site file, which the cloud does "
                "not keep",
                site=work.site.name,
            ),
            cure=message(
                "Run the command with the site file, where the files are, or name them by "
                "--certificate and --key."
            ),
        )
    if not isinstance(given, CertificateFiles):
        found = wanted(work)
        return found, {"": Expected(fingerprint=None), **_expected(work, facts, found)}
    read = bundle(work.site, given, CERTIFICATE if files is None else OPTION)
    used = in_use(facts) or NO_REFERENCES
    others = _sni(work) if files is None else used.sni
    own = (it for it in used.further if not it[1].is_same(used))
    further = tuple(own) if files is not None else tuple(sorted(_further(work).items()))
    kept = store(work, read)
    if kept.ref == used.certificate and work.cloud.certificates.readers(kept.ref) == frozenset():
        # Octavia sets its right to read where a listener gets another certificate.
        kept = work.cloud.certificates.store(kept.name, read.pkcs12())
    found = References(certificate=kept.ref, sni=others, further=further)
    main = {"": Expected(fingerprint=read.certificate.fingerprint)}
    return found, main if files is not None else {**main, **_expected(work, facts, found)}


def _expected(work: Work, facts: Facts, wanted: References) -> Mapping[str, Expected]:
    """Return what listeners beside the main one are to be seen to serve, by their names.

    Those that serve theirs already are looked at too where it is known: a renewal may have been
    killed before it has seen them.
    """
    site, found = work.site, dict[str, Expected]()
    changed = renewal.changed(facts, wanted)
    for index, it in enumerate(site.listeners):
        if isinstance(it.certificate, CertificateFiles):
            own = bundle(site, it.certificate, f"listeners.{index}.certificate").certificate
            found[it.name] = Expected(
                fingerprint=own.fingerprint,
                server_name=own.name_for(site.host or ""),
                is_judged=it.name in changed,
            )
        elif it.name in changed:
            found[it.name] = Expected(fingerprint=None)
    return found


def in_use(facts: Facts) -> References | None:
    """Return the certificates that listeners of the site have, of the live system's first."""
    live = facts.live or Colour.BLUE
    places = [
        it for it in listeners.placed(facts) if it.terminates and it.listener.settings.tls_ref
    ]
    ordered = sorted(places, key=lambda it: (live not in it.systems, it.previews))
    found: dict[str, References] = {}
    for place in ordered:
        settings = place.listener.settings
        found.setdefault(
            place.name, References(certificate=settings.tls_ref or "", sni=settings.sni_refs)
        )
    main = found.pop("", None)
    return replace(main, further=tuple(sorted(found.items()))) if main else None


def parameters(
    work: Work, facts: Facts, *, secure: bool, colour: Colour | None = None
) -> dict[str, object]:
    """Return the parameters by which Heat builds a listener anew with a certificate that is there.

    The stack is the site's, or that of a system. It keeps those of its last build, and a
    certificate that was renewed since may be deleted. None are of a stack whose listeners terminate
    no TLS: its template may not know them. Where
    Barbican or the files tell nothing, it is what the listeners have: a repair may be of something
    else. Raises as `references`.
    """
    if not secure or work.site.adopt is not None:
        return {}
    used = in_use(facts)
    try:
        found = references(work, facts) if work.site.load_balancer.terminates else used
    except (CloudError, ConfigError, Refused) as error:
        if used is None or isinstance(error, NotAuthenticated):
            raise
        found = used
    if found is None:
        return {}
    places = facts.further if colour is None else facts.systems[colour].further
    names = [it.name for it in places if it.terminates]
    return _parameters(found, names)


def site_parameters(site: Site, references: References) -> dict[str, object]:
    """Return the parameters of the certificates of all listeners that a site file names."""
    return _parameters(references, [it.name for it in site.listeners if it.terminates])


def _parameters(references: References, names: Iterable[str]) -> dict[str, object]:
    """Return the parameters of the main listener's certificates, and of those of others."""
    found: dict[str, object] = {
        "certificate": references.certificate,
        "sni_certificates": ",".join(references.sni),
    }
    for name in names:
        certificate, sni = templates.certificate_parameters(name)
        own = references.of(name)
        found |= {certificate: own.certificate, sni: ",".join(own.sni)}
    return found


def told_of(work: Work, facts: Facts) -> Message | None:
    """Return that a site serves another certificate than its site file names, or one that is gone.

    Of files that with the certificate alone is read. What cannot be found out is no reason to tell
    anything: it is told when it is asked for.
    """
    used, tls = in_use(facts), work.site.tls
    if used is None or tls is None or not work.site.load_balancer.terminates:
        return None
    if work.site.adopt is not None:
        return None
    try:
        kept = work.cloud.certificates.get(used.certificate)
        if kept is None:
            return message(
                "Barbican has the certificate %(reference)s no more, which the listeners name: at "
                "the next change of their load balancer HTTPS may end. `ao certificate renew` "
                "serves another one.",
                reference=printable(used.certificate, LONGEST_PATH),
            )
        named = _told(work, tls.certificate, kept)
        others = named is None and _are_others(work, used)
        own = None if named or others else _told_of_own(work, used)
    except (CloudError, Unreadable, Unusable) as error:
        if isinstance(error, NotAuthenticated):
            raise
        return None
    if others:
        return message(
            "%(where)s names other certificates than those that the site serves to who asks for "
            "another name. `ao certificate renew` serves what the site file names.",
            where=work.site.place("tls.sni" if tls.sni else CERTIFICATE),
        )
    if named is None:
        return own
    return message(
        "%(where)s names %(named)s, and the site serves %(served)s. `ao certificate renew` "
        "serves what the site file names.",
        where=work.site.place(CERTIFICATE),
        named=named,
        served=printable(kept.name or kept.id, LONGEST_PATH),
    )


def _told_of_own(work: Work, used: References) -> Message | None:
    """Return which listener beside the main one serves another certificate than is named for it."""
    served = dict(used.further)
    for index, it in enumerate(work.site.listeners):
        if it.name not in served:
            continue
        if it.certificate is None:
            if _is_left_out(work.site) or served[it.name].is_same(used):
                continue
            return message(
                "%(where)s: listener %(name)s serves another certificate than the site's. `ao "
                "certificate renew` serves what the site file names.",
                where=work.site.place(f"listeners.{index}"),
                name=it.name,
            )
        kept = work.cloud.certificates.get(served[it.name].certificate)
        named = _told(work, it.certificate, kept) if kept is not None else None
        if kept is not None and named is not None:
            return message(
                "%(where)s names %(named)s, and listener %(name)s serves %(served)s. `ao "
                "certificate renew` serves what the site file names.",
                where=work.site.place(f"listeners.{index}.certificate"),
                named=named,
                name=it.name,
                served=printable(kept.name or kept.id, LONGEST_PATH),
            )
    return None


def _told(work: Work, named: Certificate | None, kept: StoredCertificate) -> str | None:
    """Return the certificate that a site file names, unless it is the one that is kept."""
    if named is None:
        return None
    if _is(work, named, kept):
        return None
    return printable(named if isinstance(named, str) else str(named.certificate), LONGEST_PATH)


def _is(work: Work, named: Certificate, kept: StoredCertificate) -> bool:
    """Return whether a certificate that a site file names is one that is kept."""
    if isinstance(named, str):
        return work.cloud.certificates.find(named).id == kept.id
    first, *_ = x509.Certificate.from_pem(read_bytes(named.certificate, LARGEST))
    return stored_name(work.site, first.fingerprint) == kept.name


def _are_others(work: Work, used: References) -> bool:
    """Return whether a site file names other certificates for other names than are served."""
    tls = work.site.tls
    if tls is None or tls.certificate is None:
        # It is of a site file that the cloud keeps, without the files.
        return False
    found = [work.cloud.certificates.get(it) for it in used.sni]
    served = [it for it in found if it is not None]
    if len(served) != len(tls.sni):
        return True
    return not all(any(_is(work, it, kept) for kept in served) for it in tls.sni)


def check(work: Work, facts: Facts) -> None:
    """Refuse to build a listener for which the site file names no certificate that can be served.

    Raises ConfigError, NotFound and Conflict with the place in the site file.
    """
    site = work.site
    if not site.load_balancer.terminates or site.adopt is not None:
        return
    used = in_use(facts)
    served = {"", *(name for name, _ in used.further)} if used is not None else set[str]()
    for name, key, certificate in named(site):
        if name in served:
            continue
        if isinstance(certificate, CertificateFiles):
            read = bundle(site, certificate, key)
            with told_at(site, key):
                work.cloud.certificates.stored(stored_name(site, read.certificate.fingerprint))
        else:
            with told_at(site, key):
                work.cloud.certificates.find(certificate)


def named(site: Site) -> Iterator[tuple[str, str, Certificate]]:
    """Yield the certificates that a site file names, each with its listener and key in the file.

    The name of the main listener is empty.
    """
    tls = site.tls
    if tls is not None and tls.certificate is not None:
        yield "", CERTIFICATE, tls.certificate
        yield from (("", f"tls.sni.{at}", it) for at, it in enumerate(tls.sni))
    for index, listener in enumerate(site.listeners):
        name, key = listener.name, f"listeners.{index}"
        if listener.certificate is not None:
            yield name, f"{key}.certificate", listener.certificate
            yield from ((name, f"{key}.sni.{at}", it) for at, it in enumerate(listener.sni))


def bundle(site: Site, files: CertificateFiles, key: str) -> Bundle:
    """Return what files hold of a certificate, checked.

    Raises ConfigError with the place of the key that names them in the site file.
    """
    where = OPTION if key == OPTION else site.place(key)
    texts: list[bytes | None] = []
    for path in (files.certificate, files.key, files.chain):
        try:
            texts.append(read_bytes(path, LARGEST) if path is not None else None)
        except Unreadable as error:
            raise ConfigError(
                message(
                    "%(where)s: cannot read %(path)s: %(why)s",
                    where=where,
                    path=printable(str(path), LONGEST_PATH),
                    why=error.why,
                ),
                cure=message("Write the file, or name another one. Nothing was changed."),
            ) from error
    certificate, secret, chain = texts
    try:
        read = Bundle.read(certificate or b"", secret or b"", chain)
    except Unusable as error:
        part = f"--{error.part}" if key == OPTION else site.place(f"{key}.{error.part}")
        raise ConfigError(
            message("%(where)s: %(what)s", where=part, what=error.what),
            cure=message("Correct the files. Nothing was changed."),
        ) from error
    host = site.host if key in {CERTIFICATE, OPTION} else None
    if host is not None and not read.certificate.covers(host):
        raise ConfigError(
            message(
                "%(where)s: the certificate in %(path)s is not of %(host)s, but of %(names)s",
                where=where,
                path=printable(str(files.certificate), LONGEST_PATH),
                host=host,
                names=printable(", ".join(read.certificate.names), LONGEST_PATH) or "?",
            ),
            cure=message(
                "Write another certificate, or the name by which users reach the site in `host`. "
                "Nothing was changed."
            ),
        )
    return read


def store(work: Work, read: Bundle) -> StoredCertificate:
    """Store a certificate in Barbican, unless the same one is stored already.

    Something else of its name, which anybody in the project may store, is not taken for it. Raises
    CloudError.
    """
    name = stored_name(work.site, read.certificate.fingerprint)
    known = [
        it
        for it in work.cloud.certificates.stored(name)
        if (it.kind, it.status, it.expiration) == ("secret", "ACTIVE", "")
    ]
    return known[0] if known else work.cloud.certificates.store(name, read.pkcs12())


def stored_name(site: Site, fingerprint: str) -> str:
    """Return the name of the secret that keeps a site's certificate of a fingerprint."""
    return f"{stored_prefix(site)}{fingerprint[:32]}"


def stored_prefix(site: Site) -> str:
    """Return how the names of all secrets begin that Ao stores for a site."""
    return f"ao-{site.name}-certificate-"


def _sni(work: Work) -> tuple[str, ...]:
    """Return the certificates for other names that the site file names."""
    given = work.site.tls.sni if work.site.tls else ()
    return tuple(_reference(work, it, f"tls.sni.{at}") for at, it in enumerate(given))


def _reference(work: Work, certificate: Certificate, key: str) -> str:
    if isinstance(certificate, CertificateFiles):
        return store(work, bundle(work.site, certificate, key)).ref
    with told_at(work.site, key):
        return work.cloud.certificates.find(certificate).ref


def _are_there(work: Work, references: References) -> bool:
    asked = (references.certificate, *references.sni)
    return all(work.cloud.certificates.get(it) is not None for it in asked)
