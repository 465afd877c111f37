"""The part of ao.yaml that tells which listeners there are beside the main one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from ao.config.listener import Header, TimeoutsSection
from ao.config.section import Codes, Network, Port, Section
from ao.config.tls import CertificateOrName
from ao.site.listeners import NAME

Protocol = Literal["HTTP", "TCP", "HTTPS", "TERMINATED_HTTPS"]
Name = Annotated[str, StringConstraints(pattern=NAME)]


class ListenerCheckSection(Section):
    """What counts as healthy for a listener; the rest is as in the site's `health_check`."""

    type: Literal["HTTP", "HTTPS", "TLS-HELLO", "TCP"] | None = Field(
        default=None, examples=["TCP"]
    )
    """How the load balancer checks servers. Default: the site's where its servers are spoken to by
    the same protocol, else TCP; with `path`, HTTP, or HTTPS with protocol HTTPS."""
    path: str | None = Field(default=None, pattern=r"^/\S*$", examples=["/partners/health"])
    """Path that is asked for."""
    method: Literal["GET", "HEAD", "OPTIONS"] | None = Field(default=None, examples=["HEAD"])
    """HTTP method by which it is asked for."""
    expect: Codes | None = Field(default=None, examples=[[200, 204]])
    """HTTP statuses of a healthy answer: one, a list, or ranges."""


class ListenerSection(Section):
    """A port that users reach beside that of `load_balancer`, and that is switched with it."""

    name: Name = Field(examples=["partners"])
    """Name of the listener: a short label of DNS."""
    port: Port = Field(examples=[8443])
    """Port that users reach."""
    protocol: Protocol = Field(examples=["TERMINATED_HTTPS"])
    """Protocol that users speak, as in `load_balancer`."""
    server_port: Port | None = Field(default=None, examples=[8081])
    """Port that the servers listen on for it. Default: that of `load_balancer` where they are
    spoken to by the same protocol, else `port`."""
    preview_port: Port | None = Field(default=None, examples=[9443])
    """Pool method: port of the production address that reaches the standby instead. Each pool needs
    one; listeners of the same `server_port` and protocol share a pool. Where `switch.preview` is
    `header` or `cookie`, those that read requests have none."""
    timeouts: TimeoutsSection | None = None
    insert_headers: tuple[Header, ...] | None = Field(
        default=None, strict=False, max_length=11, examples=[["X-Forwarded-For"]]
    )
    """Headers in which the servers are told who asked. Default with TERMINATED_HTTPS:
    X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Port."""
    allowed_from: tuple[Network, ...] | None = Field(
        default=None, strict=False, min_length=1, max_length=100, examples=[["198.51.100.0/24"]]
    )
    """Networks from which users may reach it; everybody may when the key was never there."""
    certificate: CertificateOrName | None = Field(default=None, examples=["partners-2026"])
    """TERMINATED_HTTPS: certificate that it serves. Default: the site's, `tls.certificate`."""
    sni: tuple[CertificateOrName, ...] = Field(
        default=(), strict=False, max_length=50, examples=[["partners-old"]]
    )
    """Certificates for clients that ask for other names, beside a `certificate` of its own."""
    health_check: ListenerCheckSection | None = None

    @field_validator("insert_headers", "allowed_from", "sni")
    @classmethod
    def _once(cls, values: tuple[object, ...] | None) -> tuple[object, ...] | None:
        if values is not None and len(set(values)) < len(values):
            raise ValueError("one of them is there twice")
        return values


def pool_protocol(protocol: str, *, ovn: bool) -> str:
    """Return the protocol by which servers are spoken to, but for that of the proxy."""
    if protocol == "TERMINATED_HTTPS":
        return "HTTP"
    return "TCP" if ovn and protocol == "HTTPS" else protocol
