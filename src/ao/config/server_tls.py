"""The part of ao.yaml that tells how a load balancer speaks TLS to the servers."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from ao.config.section import Section
from ao.config.tls import Ciphers, Reference
from ao.site.server_tls import ServerTls


class ServerTlsSection(Section):
    """TLS between the load balancer and the servers. A system has it from its next deploy on."""

    enabled: bool = Field(default=True, examples=[False])
    """Whether it is spoken; false ends it with the next deploy."""
    ca: Reference | None = Field(default=None, examples=["servers-ca"])
    """Secret of Barbican's with the certificates, in PEM form, of the authorities that the servers'
    certificates are checked by. Without it none is checked."""
    crl: Reference | None = Field(default=None, examples=["servers-crl"])
    """Secret of Barbican's with the list of revoked ones, in PEM form."""
    certificate: Reference | None = Field(default=None, examples=["balancer-2026"])
    """Certificate that the load balancer shows the servers: name or reference of what Barbican
    keeps."""
    versions: tuple[Literal["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"], ...] = Field(
        default=(), strict=False, max_length=4, examples=[["TLSv1.3"]]
    )
    """Versions of TLS; the load balancer's own when empty."""
    ciphers: Ciphers | None = Field(
        default=None,
        examples=["ECDHE-ECDSA-AES128-GCM-SHA256"],
    )
    """Ciphers of TLS up to 1.2, as OpenSSL writes them; the load balancer's own by default."""

    @field_validator("versions")
    @classmethod
    def _once(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(values)) < len(values):
            raise ValueError("one of them is there twice")
        return values

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.crl is not None and self.ca is None:
            raise ValueError("`crl` revokes certificates of authorities; write `ca` too")
        return self

    def value(self) -> ServerTls:
        """Return the value."""
        return self.into(ServerTls)
