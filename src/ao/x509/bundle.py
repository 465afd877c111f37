"""A certificate with its key and its chain, as a load balancer needs them."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)

from ao.message import message
from ao.x509.certificate import LARGEST, MOST, Certificate, Unusable, too_large

SHORTEST = 2048
"""Bits that an RSA key has to have: OpenSSL's security level 2, which distributions set, takes no
shorter one."""
CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})
"""Curves of ECDSA keys by which TLS 1.3 signs (RFC 8446, section 4.2.3)."""
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_KEY = re.compile(
    rb"-----BEGIN (?P<kind>[A-Z0-9 ]{0,20}PRIVATE KEY)-----[^-]{1,65536}"
    rb"(?:-[^-]{1,65536}){0,9}-----END (?P=kind)-----"
)
"""A key. The headers of an old encrypted one have hyphens."""
_ENCRYPTED = (b"ENCRYPTED PRIVATE KEY-----", b"Proc-Type: 4,ENCRYPTED")
_MALFORMED = (ValueError, TypeError, UnsupportedAlgorithm)


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A certificate with its key and the certificates between it and its authority's."""

    certificate: Certificate
    chain: tuple[Certificate, ...]
    """Certificates that have signed it and each other, in order."""
    _key: Key = field(repr=False, compare=False)

    @classmethod
    def read(
        cls, certificate: bytes, key: bytes, chain: bytes | None, *, at: datetime | None = None
    ) -> Self:
        """Read texts in PEM and check that a load balancer can serve them at a moment.

        The chain may follow the certificate in its text. `at` is now where it is None. Raises
        Unusable.
        """
        found = cls.read_pem(certificate, key, chain)
        moment = at or datetime.now(UTC)
        for it, part in (
            (found.certificate, "certificate"),
            *((it, "chain") for it in found.chain),
        ):
            if moment > it.not_after:
                raise Unusable(
                    message(
                        "the certificate of %(subject)s has expired, on %(day)s",
                        subject=it.subject,
                        day=f"{it.not_after:%Y-%m-%d}",
                    ),
                    "chain" if part == "chain" and chain else "certificate",
                )
            if moment < it.not_before:
                raise Unusable(
                    message(
                        "the certificate of %(subject)s is not valid before %(day)s",
                        subject=it.subject,
                        day=f"{it.not_before:%Y-%m-%d %H:%M} UTC",
                    ),
                    "chain" if part == "chain" and chain else "certificate",
                )
        return found

    @classmethod
    def read_pem(cls, certificate: bytes, key: bytes, chain: bytes | None = None) -> Self:
        """Read texts in PEM, whose certificates may be of any time. Raises Unusable."""
        first, *others = Certificate.from_pem(certificate)
        if chain is not None:
            try:
                more = Certificate.from_pem(chain)
            except Unusable as error:
                raise Unusable(error.what, "chain") from error
            # Who writes the whole chain beside the certificate may have begun with it.
            others += more[1:] if more[0] == first else more
        private = _private_key(key)
        _check_belongs(private, first, others)
        _check_order([first, *others], "chain" if chain is not None else "certificate")
        return cls(certificate=first, chain=tuple(others), _key=private)

    @classmethod
    def read_pkcs12(cls, data: bytes) -> Self:
        """Read a PKCS12 without a password, as Octavia does. Raises Unusable.

        octavia/certificates/common/pkcs12.py: PKCS12Cert.
        """
        if len(data) > LARGEST:
            raise Unusable(too_large())
        try:
            found = pkcs12.load_pkcs12(data, None)
        except _MALFORMED as error:
            raise Unusable(message("it is no PKCS12 without a password")) from error
        if found.cert is None or not isinstance(found.key, Key):
            raise Unusable(message("it lacks the certificate, or an RSA or ECDSA key"))
        chain = [it.certificate for it in found.additional_certs][:MOST]
        return cls(
            certificate=Certificate.from_der(found.cert.certificate.public_bytes(Encoding.DER)),
            chain=tuple(Certificate.from_der(it.public_bytes(Encoding.DER)) for it in chain),
            _key=found.key,
        )

    def pkcs12(self) -> bytes:
        """Return all of it as one PKCS12 without a password: Octavia has no place for one."""
        return pkcs12.serialize_key_and_certificates(
            name=None,
            key=self._key,
            cert=self.certificate.parsed,
            cas=[it.parsed for it in self.chain] or None,
            encryption_algorithm=NoEncryption(),
        )


def _private_key(text: bytes) -> Key:
    """Read the one private key of a text. Raises Unusable."""
    if len(text) > LARGEST:
        raise Unusable(too_large(), "key")
    if any(it in text for it in _ENCRYPTED):
        raise Unusable(
            message(
                "the key is encrypted, and Octavia knows no passphrase; "
                "`openssl pkey -in FILE -out FILE` writes it without one"
            ),
            "key",
        )
    found = list(_KEY.finditer(text))
    if not found:
        raise Unusable(
            message(
                "it holds no private key in PEM form, which begins with -----BEGIN PRIVATE KEY-----"
            ),
            "key",
        )
    if len(found) > 1:
        raise Unusable(message("it holds %(count)s private keys", count=len(found)), "key")
    try:
        key = load_pem_private_key(found[0][0], None)
    except _MALFORMED as error:
        raise Unusable(message("it holds a private key that cannot be read"), "key") from error
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < SHORTEST:
            raise Unusable(
                message(
                    "its RSA key has %(bits)s bits, and proxies take none below %(least)s",
                    bits=key.key_size,
                    least=SHORTEST,
                ),
                "key",
            )
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey):
        if key.curve.name not in CURVES:
            raise Unusable(
                message(
                    "its ECDSA key is of the curve %(curve)s, by which no browser speaks TLS; "
                    "take P-256 or P-384",
                    curve=key.curve.name,
                ),
                "key",
            )
        return key
    # octavia/certificates/common/pkcs12.py: get_private_key writes it in a form that only these
    # have.
    raise Unusable(message("its key is neither an RSA nor an ECDSA key: Octavia reads none"), "key")


def _check_belongs(key: Key, first: Certificate, others: list[Certificate]) -> None:
    """Raise Unusable where a key is not the first certificate's."""
    own = _public(key.public_key())
    if _spki(first) == own:
        return
    if any(_spki(it) == own for it in others):
        raise Unusable(
            message(
                "its certificates are out of order: the site's own, whose key it is, comes first, "
                "then the one that has signed it, and so on"
            )
        )
    raise Unusable(
        message("the key is not that of the certificate of %(subject)s", subject=first.subject),
        "key",
    )


def _check_order(certificates: list[Certificate], part: str) -> None:
    """Raise Unusable where one certificate is not signed by the next."""
    for one, other in itertools.pairwise(certificates):
        if one.is_issued_by(other):
            continue
        raise Unusable(
            message(
                "the certificate of %(subject)s is not signed by the one that follows it, of "
                "%(other)s, but by %(issuer)s; order them from the site's up, and leave none out",
                subject=one.subject,
                other=other.subject,
                issuer=one.issuer,
            ),
            "chain" if part == "chain" else "certificate",
        )


def _spki(certificate: Certificate) -> bytes:
    """Public key of a certificate; empty for one that cannot be read."""
    try:
        key = certificate.parsed.public_key()
    except _MALFORMED:
        return b""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _public(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
