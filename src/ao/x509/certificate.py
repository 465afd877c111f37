"""A certificate, as whoever is served with it reads it."""

from __future__ import annotations

import ipaddress
import re
import warnings
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from ao.message import Message, message
from ao.untrusted.printable import printable

LARGEST = 65_536
"""Bytes that a file of certificates, or of a key, may have."""
MOST = 16
"""Certificates that such a file, or a server's chain, may have."""
NAMES = 200
"""Names of a certificate that are read."""
SHOWN = 200
"""Characters of a name that are kept of what a certificate says."""
_PEM = re.compile(
    rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]{1,65536}"
    rb"-----END (?:X509 |TRUSTED )?CERTIFICATE-----"
)
_MALFORMED = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography raises at what is no certificate, and at what it cannot read in one."""

Part = Literal["certificate", "key", "chain"]
"""Which of the texts of a certificate is meant."""


class Unusable(Exception):
    """A certificate, its key or its chain cannot be used; nothing of a key is told."""

    def __init__(self, what: Message, part: Part = "certificate") -> None:
        super().__init__(what)
        self.what = what
        """What is wrong, as a message."""
        self.part = part
        """Which of the texts is wrong."""

    def __str__(self) -> str:
        return str(self.what)


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate without its key. Whoever issued it may have written anything into it."""

    subject: str
    """Whose it is, as RFC 4514 writes it; safe to print."""
    issuer: str
    """Who has signed it."""
    names: tuple[str, ...]
    """DNS names and IP addresses that it is for, in lower case; safe to print."""
    not_before: datetime
    not_after: datetime
    """First and last moment at which it is valid, in UTC."""
    fingerprint: str
    """SHA-256 of the whole, in hexadecimal digits."""
    serial: int
    """Number that its issuer has given it."""
    der: bytes = field(repr=False, compare=False)
    """The certificate itself."""

    @classmethod
    def from_der(cls, data: bytes) -> Self:
        """Read a certificate in DER. Raises Unusable."""
        if len(data) > LARGEST:
            raise Unusable(too_large())
        try:
            with _quiet():
                return cls._of(x509.load_der_x509_certificate(data))
        except _MALFORMED as error:
            raise Unusable(message("it holds a certificate that cannot be read")) from error

    @classmethod
    def from_pem(cls, text: bytes) -> tuple[Self, ...]:
        """Read all certificates of a text in PEM, in their order. Raises Unusable."""
        if len(text) > LARGEST:
            raise Unusable(too_large())
        found = _PEM.findall(text)
        if not found:
            raise Unusable(
                message(
                    "it holds no certificate in PEM form, which begins with "
                    "-----BEGIN CERTIFICATE-----"
                )
            )
        if len(found) > MOST:
            raise Unusable(message("it holds more than %(count)s certificates", count=MOST))
        try:
            with _quiet():
                return tuple(cls._of(x509.load_pem_x509_certificate(it)) for it in found)
        except _MALFORMED as error:
            raise Unusable(message("it holds a certificate that cannot be read")) from error

    @classmethod
    def _of(cls, found: x509.Certificate) -> Self:
        return cls(
            subject=printable(found.subject.rfc4514_string(), SHOWN),
            issuer=printable(found.issuer.rfc4514_string(), SHOWN),
            names=tuple(_names(found)),
            not_before=found.not_valid_before_utc,
            not_after=found.not_valid_after_utc,
            fingerprint=found.fingerprint(hashes.SHA256()).hex(),
            serial=found.serial_number,
            der=found.public_bytes(Encoding.DER),
        )

    def covers(self, host: str) -> bool:
        """Return whether it is for a host name or an IP address (RFC 6125, section 6.4).

        A `*` stands for the first label of a name, whole and alone, and for none where fewer than
        two follow. The common name of the subject counts for nothing, as browsers have it.
        """
        try:
            address = ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            name = _ascii(host)
            return bool(name) and any(_matches(name, it) for it in self.names)
        return str(address) in self.names

    def name_for(self, host: str) -> str | None:
        """Return a name that it is for: the host if it is, else the first host name of its own.

        Of a name with a `*` it is one that the `*` stands for. None where it names no host.
        """
        if self.covers(host):
            return host
        names = (f"www{it[1:]}" if it.startswith("*.") else it for it in self.names)
        hosts = (it for it in names if "*" not in it and not is_address(it))
        return next((it for it in hosts if self.covers(it)), None)

    def valid_at(self, moment: datetime) -> bool:
        """Return whether it is valid at a moment."""
        return self.not_before <= moment <= self.not_after

    def is_issued_by(self, issuer: Certificate) -> bool:
        """Return whether another certificate's key has signed it."""
        try:
            with _quiet():
                self.parsed.verify_directly_issued_by(issuer.parsed)
        except (*_MALFORMED, InvalidSignature):
            return False
        return True

    @property
    def parsed(self) -> x509.Certificate:
        """The certificate as cryptography has it."""
        with _quiet():
            return x509.load_der_x509_certificate(self.der)

    @property
    def pem(self) -> str:
        """The certificate in PEM."""
        return self.parsed.public_bytes(Encoding.PEM).decode()


def too_large() -> Message:
    """Say that a text is longer than any certificate, chain or key."""
    return message("it has more than %(size)s KiB", size=LARGEST // 1024)


def _names(found: x509.Certificate) -> list[str]:
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    told: list[str] = []
    for it in list(names)[:NAMES]:
        if isinstance(it, x509.DNSName):
            told.append(printable(it.value.lower(), SHOWN))
        elif isinstance(it, x509.IPAddress):
            told.append(str(it.value))
    return told


def is_address(name: str) -> bool:
    """Return whether a name is an IP address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _ascii(host: str) -> str:
    """Return a host name as the DNS has it; empty where it is none."""
    name = host.rstrip(".").lower()
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return ""


def _matches(name: str, pattern: str) -> bool:
    pattern = pattern.rstrip(".")
    if not pattern.startswith("*."):
        return name == pattern
    _, _, above = name.partition(".")
    return above == pattern[2:] and "." in above and "*" not in above and not name.startswith(".")


def _quiet() -> warnings.catch_warnings[None]:
    """Say nothing of what cryptography finds odd in a certificate that it can read."""
    return warnings.catch_warnings(action="ignore")
