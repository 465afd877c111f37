"""The box's own certificate authority, which signs certificates for sites that try HTTPS.

It needs the library `cryptography`, which the environment has that OpenStack runs from.
"""

import argparse
import ipaddress
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from box.errors import BoxError
from box.files import write_private
from box.home import Home

NAME = "Certificate authority of Ao's box"
LIFETIME = timedelta(days=3650)
"""How long the authority itself is valid."""

YEAR = timedelta(days=365)
CLOCKS = timedelta(hours=1)
"""How far the clock of somebody who checks a certificate may be behind this machine's."""


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A certificate that the authority has signed, and its key, both in PEM."""

    certificate: str
    """The certificate itself. There is none between it and the authority's."""

    key: str = field(repr=False)
    """Its private key, an ECDSA one of the curve P-256, without a passphrase."""

    def pkcs12(self, name: str = "") -> bytes:
        """Return certificate and key as one PKCS12 without a passphrase, as Octavia reads it."""
        return pkcs12.serialize_key_and_certificates(
            name=name.encode() or None,
            key=_private_key(self.key),
            cert=x509.load_pem_x509_certificate(self.certificate.encode()),
            cas=None,
            encryption_algorithm=serialization.NoEncryption(),
        )


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A certificate authority with its key."""

    certificate: x509.Certificate
    """What those trust who check certificates of the authority."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)
    """What it signs with."""

    @classmethod
    def make(cls) -> "Authority":
        """Return a new one, with an ECDSA key of the curve P-256."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
        certificate = (
            _unsigned(name, name, key.public_key(), LIFETIME)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .sign(key, hashes.SHA256())
        )
        return cls(certificate=certificate, key=key)

    @classmethod
    def of(cls, home: Home) -> "Authority":
        """Return the one of a box. Raises BoxError when it has none yet."""
        if not home.authority.exists():
            raise BoxError("the box has no certificate authority yet; `box up` makes it")
        return cls(
            certificate=x509.load_pem_x509_certificate(home.authority.read_bytes()),
            key=_private_key(home.authority_key.read_text()),
        )

    def issue(self, names: Sequence[str], *, lifetime: timedelta | None = None) -> Issued:
        """Return a new certificate for host names and IP addresses, the first of them its subject.

        It begins an hour ago and ends after `lifetime`, a year unless told otherwise. Raises
        BoxError for a name that no certificate can have.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
        signer = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        certificate = (
            _unsigned(
                subject,
                self.certificate.subject,
                key.public_key(),
                YEAR if lifetime is None else lifetime,
            )
            .add_extension(x509.SubjectAlternativeName(list(map(_name, names))), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage(
                    [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
                ),
                critical=False,
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(signer.value),
                critical=False,
            )
            .sign(self.key, hashes.SHA256())
        )
        return Issued(certificate=_pem(certificate), key=_key_pem(key))


def make(home: Home) -> None:
    """Make a box's authority unless it has one; nobody else may read its files."""
    if home.authority.exists():
        return
    made = Authority.make()
    # The key first: with the certificate the authority is there.
    write_private(home.authority_key, _key_pem(made.key))
    write_private(home.authority, _pem(made.certificate))


def write(home: Home, names: Sequence[str], folder: Path) -> list[Path]:
    """Write a new certificate of a box's authority and its key into a folder.

    Returns the certificate's file, the key's, and the authority's own. Raises BoxError.
    """
    issued = Authority.of(home).issue(names)
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    write_private(key, issued.key)
    write_private(certificate, issued.certificate)
    return [certificate, key, home.authority]


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, lifetime: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS)
        .not_valid_after(now + lifetime)
    )


def _usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        return x509.DNSName(text)
    except ValueError as error:
        raise BoxError(
            f"no certificate can be for {text!r}; write a name of another alphabet in its form"
            " for the DNS, xn--…"
        ) from error


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _private_key(text: str) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(text.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise BoxError("the box's certificate authority has a key that is not its own")
    return key


def main() -> int:
    """Make the authority; with names, write a certificate for them and print where it is."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--into", type=Path, default=Path())
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    home = Home.from_environment()
    if not arguments.names:
        make(home)
        return 0
    try:
        paths = write(home, arguments.names, arguments.into)
    except (BoxError, OSError) as error:
        print(f"box certificate: {error}", file=sys.stderr)
        return 1
    print("\n".join(map(str, paths)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
