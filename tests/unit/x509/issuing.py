"""Certificates that tests make."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Issued:
    """A certificate with its key, and what may sign others."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        """The certificate in PEM."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key in PEM."""
        return written(self.key)

    def sign(
        self,
        *names: str,
        subject: str = "site",
        begin: datetime = NOW - DAY,
        end: datetime = NOW + 90 * DAY,
        key: Key | None = None,
        ca: bool = False,
    ) -> Self:
        """Sign a certificate for these names."""
        own = key or ec.generate_private_key(ec.SECP256R1())
        made = _unsigned(subject, self.certificate.subject, own, names, begin, end, ca)
        return type(self)(made.sign(self.key, hashes.SHA256()), own)


@cache
def authority(subject: str = "authority") -> Issued:
    """A root authority of that name."""
    return self_signed(subject=subject, ca=True)


def self_signed(
    *names: str,
    subject: str = "site",
    begin: datetime = NOW - DAY,
    end: datetime = NOW + 90 * DAY,
    key: Key | None = None,
    ca: bool = False,
) -> Issued:
    """A certificate that has signed itself."""
    own = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    made = _unsigned(subject, name, own, names, begin, end, ca)
    return Issued(made.sign(own, hashes.SHA256()), own)


def written(key: object, password: str = "", traditional: bool = False) -> bytes:
    """A key in PEM."""
    encryption: KeySerializationEncryption = (
        BestAvailableEncryption(password.encode()) if password else NoEncryption()
    )
    form = PrivateFormat.TraditionalOpenSSL if traditional else PrivateFormat.PKCS8
    return key.private_bytes(Encoding.PEM, form, encryption)  # type: ignore[attr-defined,no-any-return]


def _unsigned(
    subject: str,
    issuer: x509.Name,
    key: Key,
    names: Sequence[str],
    begin: datetime,
    end: datetime,
    ca: bool,
) -> x509.CertificateBuilder:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if not names:
        return made
    return made.add_extension(
        x509.SubjectAlternativeName([_name(it) for it in names]), critical=False
    )


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
