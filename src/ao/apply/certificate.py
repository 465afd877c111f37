"""The certificates that listeners get: which of Barbican's, stored before if they are in files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ao.apply.place import told_at
from ao.cloud import StoredCertificate
from ao.colour import Colour
from ao.errors import ConfigError, Refused
from ao.files.input_file import Unreadable, read_bytes
from ao.message import message
from ao.plan import listeners
from ao.plan.facts import Facts
from ao.site import Site
from ao.site.tls import Certificate, CertificateFiles
from ao.untrusted.printable import printable
from ao.work import Work
from ao.x509.bundle import Bundle
from ao.x509.certificate import Unusable

CERTIFICATE = "tls.certificate"
"""Key of the site file that names the certificate."""
LONGEST = 65_536
"""Bytes of a file with certificates or a key."""
LONGEST_PATH = 255
"""Characters of a path that a message repeats."""


@dataclass(frozen=True, kw_only=True)
class References:
    """References of certificates in Barbican."""

    certificate: str = ""
    """The one that is served; empty where no load balancer terminates TLS."""
    sni: tuple[str, ...] = ()
    """Those for clients that ask for other names."""


NO_REFERENCES = References()
"""What listeners get that terminate no TLS."""


def references(work: Work, facts: Facts) -> References:
    """Return the certificates that new listeners of a site get.

    They are those that its listeners have, as long as Barbican has them: others are served only
    when that is asked for. Else those that the site file names, of which files are stored. Raises
    ConfigError, NotFound and Conflict with the place in the site file.
    """
    site = work.site
    if not site.load_balancer.terminates:
        return NO_REFERENCES
    used = in_use(facts)
    if used is not None and all(_is_there(work, it) for it in (used.certificate, *used.sni)):
        return used
    return wanted(work)


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
    names = [f"tls.sni.{at}" for at in range(len(tls.sni))]
    return References(
        certificate=_reference(work, tls.certificate, CERTIFICATE),
        sni=tuple(_reference(work, it, key) for it, key in zip(tls.sni, names, strict=True)),
    )


def in_use(facts: Facts) -> References | None:
    """Return the certificates that a listener of the site has, of the live system's first."""
    live = facts.live or Colour.BLUE
    places = [it for it in listeners.placed(facts) if not it.redirects]
    ordered = sorted(places, key=lambda it: live not in it.systems)
    for place in ordered:
        settings = place.listener.settings
        if settings.tls_ref:
            return References(certificate=settings.tls_ref, sni=settings.sni_refs)
    return None


def check(work: Work, facts: Facts) -> None:
    """Refuse to build a listener for which the site file names no certificate that can be served.

    Raises ConfigError, NotFound and Conflict with the place in the site file.
    """
    site = work.site
    if not site.load_balancer.terminates or in_use(facts) is not None:
        return
    for key, certificate in named(site):
        if isinstance(certificate, CertificateFiles):
            read = bundle(site, certificate, key)
            with told_at(site, key):
                work.cloud.certificates.stored(stored_name(site, read.certificate.fingerprint))
        else:
            with told_at(site, key):
                work.cloud.certificates.find(certificate)


def named(site: Site) -> Iterator[tuple[str, Certificate]]:
    """Yield the certificates that a site file names, each with its key in the file."""
    tls = site.tls
    if tls is not None and tls.certificate is not None:
        yield CERTIFICATE, tls.certificate
        yield from ((f"tls.sni.{at}", it) for at, it in enumerate(tls.sni))


def bundle(site: Site, files: CertificateFiles, key: str) -> Bundle:
    """Return what files hold of a certificate, checked.

    Raises ConfigError with the place of the key that names them in the site file.
    """
    where = site.place(key)
    texts: list[bytes | None] = []
    for path in (files.certificate, files.key, files.chain):
        try:
            texts.append(read_bytes(path, LONGEST) if path is not None else None)
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
        raise ConfigError(
            message(
                "%(where)s: %(what)s", where=site.place(f"{key}.{error.part}"), what=error.what
            ),
            cure=message("Correct the files. Nothing was changed."),
        ) from error
    if key == CERTIFICATE and site.host is not None and not read.certificate.covers(site.host):
        raise ConfigError(
            message(
                "%(where)s: the certificate in %(path)s is not of %(host)s, but of %(names)s",
                where=where,
                path=printable(str(files.certificate), LONGEST_PATH),
                host=site.host,
                names=printable(", ".join(read.certificate.names), LONGEST_PATH) or "?",
            ),
            cure=message(
                "Write another certificate, or the name by which users reach the site in `host`. "
                "Nothing was changed."
            ),
        )
    return read


def store(work: Work, files: CertificateFiles, key: str) -> StoredCertificate:
    """Store a certificate of files in Barbican, unless the same one is stored already.

    Raises as `bundle`, and CloudError.
    """
    read = bundle(work.site, files, key)
    name = stored_name(work.site, read.certificate.fingerprint)
    known = [it for it in work.cloud.certificates.stored(name) if it.status == "ACTIVE"]
    return known[0] if known else work.cloud.certificates.store(name, read.pkcs12())


def stored_name(site: Site, fingerprint: str) -> str:
    """Return the name of the secret that keeps a site's certificate of a fingerprint."""
    return f"{stored_prefix(site)}{fingerprint[:32]}"


def stored_prefix(site: Site) -> str:
    """Return how the names of all secrets begin that Ao stores for a site."""
    return f"ao-{site.name}-certificate-"


def _reference(work: Work, certificate: Certificate, key: str) -> str:
    if isinstance(certificate, CertificateFiles):
        return store(work, certificate, key).ref
    with told_at(work.site, key):
        return work.cloud.certificates.find(certificate).ref


def _is_there(work: Work, reference: str) -> bool:
    return work.cloud.certificates.get(reference) is not None
