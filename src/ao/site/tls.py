"""How the load balancers serve HTTPS, and how Ao asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ao.http.request_options import OwnCertificate


@dataclass(frozen=True, kw_only=True)
class CertificateFiles:
    """A certificate in PEM files. They are read when a load balancer is to get it, and not kept."""

    certificate: Path
    """File with the site's certificate, and with those of its chain unless `chain` has them."""
    key: Path
    """File with its private key."""
    chain: Path | None
    """File with the certificates of the authorities between the site's and the root."""


Certificate = str | CertificateFiles
"""A certificate: name or reference of what Barbican keeps, or files."""


@dataclass(frozen=True, kw_only=True)
class Hsts:
    """What browsers are told of HTTPS: to ask for nothing else (RFC 6797)."""

    max_age: int
    """Seconds for which they remember it."""
    subdomains: bool
    """Whether it holds for the names below the host's too."""
    preload: bool
    """Whether browsers may carry the host in their lists."""


@dataclass(frozen=True, kw_only=True)
class ClientCertificates:
    """Certificates that clients show."""

    ca: str
    """Name or reference of Barbican's secret with the authorities' certificates, in PEM form."""
    crl: str | None
    """Name or reference of Barbican's secret with the list of revoked ones, in PEM form."""
    required: bool
    """Whether a client without one is refused."""
    own: OwnCertificate | None = None
    """What Ao itself shows; None of a site that the cloud has kept, as it is in files."""


@dataclass(frozen=True, kw_only=True)
class Tls:
    """How a load balancer terminates TLS, and what Ao goes by when it asks."""

    certificate: Certificate | None
    """Certificate that is served; None keeps the one that the listener has: of a site that the
    cloud has kept and whose file names files, and of one whose servers terminate TLS."""
    sni: tuple[Certificate, ...]
    """Certificates for clients that ask for other names."""
    versions: tuple[str, ...]
    """Versions of TLS as Octavia names them; its own default when empty."""
    ciphers: str | None
    """Ciphers of TLS up to 1.2, as OpenSSL writes them; None for Octavia's default."""
    alpn: tuple[str, ...]
    """Protocols that are offered within TLS, the first preferred; what the load balancer offers,
    with HTTP/2 among it, when empty."""
    hsts: Hsts | None
    clients: ClientCertificates | None
    """None asks clients for no certificate."""
    ca: str | None
    """Certificates in PEM form of authorities that Ao trusts beside the system's; None for none."""
    warn: float
    """Seconds before a certificate's end from which on Ao tells of it."""

    @property
    def has_http2(self) -> bool:
        """Whether HTTP/2 is offered."""
        return not self.alpn or "h2" in self.alpn


@dataclass(frozen=True, kw_only=True)
class Redirect:
    """A port of plain HTTP that leads users to HTTPS."""

    port: int
    acme_challenge: bool
    """Whether an ACME server's questions reach the live system instead (RFC 8555, section 8.3)."""
