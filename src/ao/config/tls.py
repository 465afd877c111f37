"""The parts of ao.yaml that tell how HTTPS is served."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from ao.config.authority import Authority
from ao.config.section import Port, Section
from ao.site.tls import Certificate, CertificateFiles, ClientCertificates, Hsts, Redirect, Tls

DAY = 86_400
"""Seconds of a day."""
LONGEST_CIPHERS = 2048
"""Characters of a list of ciphers that Octavia keeps (octavia/db/models.py: Listener)."""

Reference = Annotated[
    str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""Name or ID of a secret or container of Barbican's, or its reference."""
FileName = Annotated[str, StringConstraints(min_length=1, max_length=255)]


def _selecting(ciphers: str) -> str:
    """Refuse a list of which OpenSSL knows nothing: HAProxy does not start with it.

    Octavia takes any that its operators do not prohibit (octavia/common/validate.py:
    check_cipher_prohibit_list). Unknown ones beside known ones are left out
    (SSL_CTX_set_cipher_list).
    """
    # Not at the head: few site files name ciphers.
    import ssl

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).set_ciphers(ciphers)
    except ssl.SSLError as error:
        raise ValueError(
            "OpenSSL knows no cipher of that list; write some that `openssl ciphers -s -tls1_2` "
            "lists"
        ) from error
    return ciphers


Ciphers = Annotated[
    str,
    StringConstraints(
        max_length=LONGEST_CIPHERS, pattern=r"^[A-Za-z0-9_.+!@=-]+(:[A-Za-z0-9_.+!@=-]+)*$"
    ),
    AfterValidator(_selecting),
]
"""Ciphers of TLS up to 1.2, as OpenSSL writes them."""


class CertificateSection(Section):
    """A certificate: one of Barbican's, or PEM files beside the site file."""

    name: Reference | None = Field(default=None, examples=["shop-2026"])
    """Name or reference of a secret or container of Barbican's; may stand alone, without
    the word `name`."""
    certificate: FileName | None = Field(default=None, examples=["shop.crt"])
    """File with the certificate, and with its chain unless `chain` names that."""
    key: FileName | None = Field(default=None, examples=["shop.key"])
    """File with its private key, which has no password."""
    chain: FileName | None = Field(default=None, examples=["chain.crt"])
    """File with the certificates of the authorities between it and the root."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        files = (self.certificate, self.key, self.chain)
        if self.name is not None:
            if any(files):
                raise ValueError("give a name, or the files; one of the two")
        elif self.certificate is None or self.key is None:
            raise ValueError(
                "files are two: write `certificate` and its `key`, for example `{certificate: "
                "shop.crt, key: shop.key}`"
            )
        return self

    def value(self, folder: Path | None) -> Certificate:
        """Return the certificate that the section names; files are of the folder."""
        if self.name is not None or self.certificate is None or self.key is None:
            return self.name or ""
        beside = folder or Path()
        return CertificateFiles(
            certificate=beside / self.certificate,
            key=beside / self.key,
            chain=beside / self.chain if self.chain else None,
        )


def _named(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


CertificateOrName = Annotated[
    CertificateSection,
    BeforeValidator(_named, json_schema_input_type=CertificateSection | Reference),
]


class HstsSection(Section):
    """What browsers are told of HTTPS: to ask for nothing else."""

    days: int = Field(default=365, ge=1, le=3650, examples=[365])
    """Days for which they remember it."""
    subdomains: bool = Field(default=False, examples=[True])
    """Whether it holds for the names below the host's too."""
    preload: bool = Field(default=False, examples=[False])
    """Whether browsers may carry the host in their lists."""

    @model_validator(mode="after")
    def _listed(self) -> Self:
        if self.preload and not self.subdomains:
            raise ValueError("browsers' lists take a host with its subdomains alone")
        return self


class ClientsSection(Section):
    """Certificates that clients show."""

    ca: Reference = Field(examples=["partners-ca"])
    """Secret of Barbican's with the certificates of the authorities, in PEM form."""
    crl: Reference | None = Field(default=None, examples=["partners-crl"])
    """Secret of Barbican's with the list of revoked ones, in PEM form."""
    required: bool = Field(default=True, examples=[True])
    """Whether a client without a certificate is refused."""


class TlsSection(Section):
    """How HTTPS is served, and what Ao goes by when it asks."""

    certificate: CertificateOrName | None = Field(default=None, examples=["shop-2026"])
    """Certificate that the load balancer serves: name or reference of what Barbican keeps, or
    files. TERMINATED_HTTPS needs one."""
    sni: tuple[CertificateOrName, ...] = Field(
        default=(), strict=False, max_length=50, examples=[["partners-2026"]]
    )
    """Certificates for clients that ask for other names."""
    versions: tuple[Literal["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"], ...] = Field(
        default=(), strict=False, max_length=4, examples=[["TLSv1.2", "TLSv1.3"]]
    )
    """Versions of TLS; the load balancer's own, 1.2 and 1.3, when empty."""
    ciphers: Ciphers | None = Field(
        default=None,
        examples=["ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"],
    )
    """Ciphers of TLS up to 1.2, as OpenSSL writes them; the load balancer's own by default."""
    alpn: tuple[Literal["h2", "http/1.1", "http/1.0"], ...] = Field(
        default=(), strict=False, max_length=3, examples=[["h2", "http/1.1"]]
    )
    """Protocols that are offered, the first preferred; HTTP/2 and HTTP/1.1 when empty."""
    hsts: HstsSection | None = None
    clients: ClientsSection | None = None
    ca: Authority | None = Field(default=None, examples=["authority.pem"])
    """File, beside this one, with certificates in PEM form of authorities that Ao trusts beside
    the system's."""
    warn_days: int = Field(default=21, ge=0, le=3650, examples=[21])
    """Days before a certificate's end from which on Ao tells of it."""

    @field_validator("sni", "versions", "alpn")
    @classmethod
    def _once(cls, values: tuple[object, ...]) -> tuple[object, ...]:
        if any(value in values[:at] for at, value in enumerate(values)):
            raise ValueError("one of them is there twice")
        return values

    def value(self, folder: Path | None, ca: str | None) -> Tls:
        """Return the value; files are of the folder, `ca` is the text of that file."""
        hsts = self.hsts
        return Tls(
            certificate=self.certificate.value(folder) if self.certificate else None,
            sni=tuple(it.value(folder) for it in self.sni),
            versions=self.versions,
            ciphers=self.ciphers,
            alpn=self.alpn,
            hsts=hsts.into(Hsts, max_age=hsts.days * DAY) if hsts else None,
            clients=self.clients.into(ClientCertificates) if self.clients else None,
            ca=ca,
            warn=float(self.warn_days * DAY),
        )


class RedirectSection(Section):
    """A port of plain HTTP that leads users to HTTPS."""

    http: Port = Field(default=80, examples=[80])
    """The port."""
    acme_challenge: bool = Field(default=False, examples=[True])
    """Whether an ACME server's questions, below /.well-known/acme-challenge/, reach the live system
    instead."""

    def value(self) -> Redirect:
        """Return the value."""
        return self.into(Redirect, port=self.http)
