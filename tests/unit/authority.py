"""A certificate authority for tests, whose servers speak TLS on this machine."""

import datetime
import ipaddress
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


@dataclass
class Authority:
    """One that signs ECDSA certificates; another signs its own, unless it is a root."""

    name: str = "an authority"
    above: "Authority | None" = None
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def __post_init__(self) -> None:
        signer = self.above or self
        builder = self._builder(self.name, self.key.public_key(), signer.name, -1, 30)
        constraints = x509.BasicConstraints(ca=True, path_length=None)
        self.certificate = builder.add_extension(constraints, critical=True).sign(
            signer.key, hashes.SHA256()
        )

    @property
    def pem(self) -> str:
        """Its certificate, for those who trust it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def issued(self, *names: str, days: tuple[int, int] = (-1, 30)) -> tuple[bytes, bytes]:
        """A certificate for names and addresses, and its key, in PEM form.

        It is valid from `days[0]` to `days[1]`, counted from today.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder("a server", key.public_key(), self.name, *days)
        builder = builder.add_extension(
            x509.SubjectAlternativeName(list(_named(names))), critical=False
        )
        certificate = builder.sign(self.key, hashes.SHA256())
        pem = serialization.Encoding.PEM
        return certificate.public_bytes(pem), key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def context(
        self,
        *names: str,
        protocols: tuple[str, ...] = ("h2", "http/1.1"),
        days: tuple[int, int] = (-1, 30),
        more: tuple[str, ...] = (),
        clients: bool = False,
    ) -> ssl.SSLContext:
        """A server's side of TLS, with a certificate for names and addresses.

        `days` are as in `issued`; `more` is what else is served in PEM form. `clients` says
        whether clients need a certificate.
        """
        certificate, key = self.issued(*names, days=days)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(key + certificate + "".join(more).encode())
            tls.load_cert_chain(file.name)
        tls.set_alpn_protocols(list(protocols))
        if clients:
            tls.load_verify_locations(cadata=self.pem)
            tls.verify_mode = ssl.CERT_REQUIRED
        return tls

    def _builder(
        self, subject: str, key: ec.EllipticCurvePublicKey, issuer: str, begin: int, end: int
    ) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name(issuer))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + begin * DAY)
            .not_valid_after(now + end * DAY)
        )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _named(names: tuple[str, ...]) -> Iterator[x509.GeneralName]:
    for name in names:
        try:
            yield x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            yield x509.DNSName(name)
