"""How a load balancer speaks TLS to the servers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ServerTls:
    """TLS between the load balancer and the servers, which a system has from its deploy on."""

    enabled: bool
    """Whether it is spoken; False ends it with the next deploy."""
    ca: str | None
    """Name or reference of Barbican's secret with the certificates, in PEM form, of the authorities
    that the servers' certificates are checked by; None checks none."""
    crl: str | None
    """Name or reference of Barbican's secret with the list of revoked ones, in PEM form."""
    certificate: str | None
    """Name or reference of the certificate, in Barbican, that the load balancer shows servers."""
    versions: tuple[str, ...]
    """Versions of TLS as Octavia names them; its own default when empty."""
    ciphers: str | None
    """Ciphers of TLS up to 1.2, as OpenSSL writes them; None for Octavia's default."""

    @property
    def named(self) -> tuple[tuple[str, str], ...]:
        """What it names of Barbican's, each with its key."""
        known = (("ca", self.ca), ("crl", self.crl), ("certificate", self.certificate))
        return tuple((key, name) for key, name in known if name is not None)
