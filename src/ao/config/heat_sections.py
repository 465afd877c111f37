"""The parts of ao.yaml that tell what Heat builds."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from ao.config.listener import Header, TimeoutsSection
from ao.config.section import Duration, Network, Port, Section
from ao.config.server_tls import ServerTlsSection
from ao.config.session_persistence import SessionPersistenceSection


class GroupSection(Section):
    """The servers of each system."""

    size: int = Field(default=2, ge=1, examples=[2])
    """Servers that a new system begins with."""
    min: int = Field(default=1, ge=1, examples=[1])
    """Least number of servers that scaling leaves."""
    max: int = Field(default=4, ge=1, examples=[4])
    """Greatest number of servers that scaling reaches."""
    delete_delay: Duration = Field(default=10, examples=["10s"])
    """Time between a server's leaving the pool and its deletion."""


class LoadBalancerSection(Section):
    """The load balancer of each system."""

    provider: str = Field(min_length=1, examples=["amphora", "ovn"])
    """Octavia provider; `openstack loadbalancer provider list` names the cloud's."""
    protocol: Literal["HTTP", "TCP", "HTTPS", "TERMINATED_HTTPS"] | None = Field(
        default=None, examples=["TERMINATED_HTTPS"]
    )
    """Protocol that users speak. TERMINATED_HTTPS: the load balancer terminates TLS, and speaks
    HTTP to the servers. HTTPS: it passes TLS on to the servers. Default: HTTP, and TCP with
    provider ovn."""
    algorithm: Literal["ROUND_ROBIN", "LEAST_CONNECTIONS", "SOURCE_IP", "SOURCE_IP_PORT"] | None = (
        Field(default=None, examples=["ROUND_ROBIN"])
    )
    """Algorithm of the pool. Default: ROUND_ROBIN, and SOURCE_IP_PORT with provider ovn."""
    port: Port | None = Field(default=None, examples=[443])
    """Port that users reach. Default: 443 with HTTPS and TERMINATED_HTTPS, else 80."""
    server_port: Port | None = Field(default=None, examples=[8080])
    """Port that the servers listen on. Default: 443 with HTTPS and `server_tls`, else 80."""
    timeouts: TimeoutsSection | None = None
    insert_headers: tuple[Header, ...] | None = Field(
        default=None, strict=False, max_length=11, examples=[["X-Forwarded-For"]]
    )
    """Headers in which the servers are told who asked. Default with TERMINATED_HTTPS:
    X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Port."""
    allowed_from: tuple[Network, ...] | None = Field(
        default=None, strict=False, min_length=1, max_length=100, examples=[["198.51.100.0/24"]]
    )
    """Networks from which users may reach the load balancer, Ao's own among them; everybody may
    when the key was never there."""
    session_persistence: SessionPersistenceSection | None = None
    server_tls: ServerTlsSection | None = None
    proxy_protocol: Literal[1] | None = Field(default=None, examples=[1])
    """Version of the PROXY protocol by which the servers learn who asks, before the request; they
    have to expect it. A new system has it, one that there is does not change."""
    flavor: str | None = Field(default=None, min_length=1, max_length=255, examples=["large"])
    """Octavia's flavor by which the load balancer is built, by name or ID; `openstack loadbalancer
    flavor list` names the cloud's."""
    availability_zone: str | None = Field(
        default=None, min_length=1, max_length=255, examples=["az-1"]
    )
    """Octavia's availability zone in which it is built; `openstack loadbalancer availabilityzone
    list` names the cloud's."""

    @field_validator("protocol", mode="before")
    @classmethod
    def _connected(cls, protocol: object) -> object:
        if protocol in ("UDP", "SCTP"):
            raise ValueError(
                f"Ao moves no {protocol}: it could not see which system answers, nor whether a "
                "switch lost anything; write HTTP, TCP, HTTPS or TERMINATED_HTTPS"
            )
        return protocol

    @field_validator("proxy_protocol", mode="before")
    @classmethod
    def _built(cls, version: object) -> object:
        if version == 2:
            raise ValueError(
                "Heat builds no pool that speaks version 2 (PROXYV2); write 1, which tells the "
                "servers the same address"
            )
        return version

    @field_validator("insert_headers", "allowed_from")
    @classmethod
    def _once(cls, values: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if values is not None and len(set(values)) < len(values):
            raise ValueError("one of them is there twice")
        return values
