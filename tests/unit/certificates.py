"""Certificates for tests: of an authority that the fake cloud's users trust, as any."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from ao.site.tls import CertificateFiles
from ao.x509.bundle import Bundle

HOST = "shop.example"


@cache
def _authority() -> tuple[x509.Name, ec.EllipticCurvePrivateKey]:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority")])
    return name, ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Issued:
    """A certificate and its key, in PEM."""

    certificate: bytes
    key: bytes

    @property
    def bundle(self) -> Bundle:
        return Bundle.read_pem(self.certificate, self.key)

    @property
    def fingerprint(self) -> str:
        return self.bundle.certificate.fingerprint

    def write(self, folder: Path, name: str = "shop") -> CertificateFiles:
        """Write both into files of a folder, over those that are there."""
        certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
        certificate.write_bytes(self.certificate)
        key.write_bytes(self.key)
        return CertificateFiles(certificate=certificate, key=key, chain=None)


def issue(*names: str, days: float = 90, trusted: bool = True) -> Issued:
    """Return a certificate for names, HOST by default; one not `trusted` has signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, (names or (HOST,))[0])])
    issuer, signer = _authority() if trusted else (own, key)
    end = datetime.now(UTC) + timedelta(days=days)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=180))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([*map(x509.DNSName, names or (HOST,))]), False)
        .sign(signer, hashes.SHA256())
    )
    return Issued(
        certificate=certificate.public_bytes(Encoding.PEM),
        key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
