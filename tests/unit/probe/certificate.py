"""A certificate that nobody has signed."""

import datetime
import ssl
import tempfile
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@cache
def _pem() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)


def public() -> str:
    """The certificate, for those who trust it."""
    return "-----BEGIN CERTIFICATE" + _pem().decode().partition("-----BEGIN CERTIFICATE")[2]


def write(path: Path) -> None:
    """Write certificate and key into a file, for a server of its own."""
    path.write_bytes(_pem())


def context(*protocols: str) -> ssl.SSLContext:
    """A server's side of TLS for localhost, which speaks these protocols."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        write(Path(file.name))
        tls.load_cert_chain(file.name)
    tls.set_alpn_protocols(list(protocols))
    return tls
