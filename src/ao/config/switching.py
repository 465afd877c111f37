"""The parts of ao.yaml that tell how production is switched."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from ao.config.command import Command
from ao.config.section import Codes, Duration, Network, Port, Section, WholeSeconds, read_expression


class SwitchSection(Section):
    """How production is switched."""

    method: Literal["pool", "address"] | None = Field(default=None, examples=["pool"])
    """pool: one load balancer, whose listener changes its pool. address: two load
    balancers, and the floating IP moves. Default: pool, and address with provider ovn."""
    preview: Literal["port", "header", "cookie"] = Field(default="port", examples=["header"])
    """Pool method. port: the standby is reached on a port of its own. header, cookie: on
    production's port, by requests that have a secret value in X-Ao-Preview, or in the cookie
    ao-preview, which `ao preview` tells."""
    preview_port: Port = Field(default=8080, examples=[8080])
    """Pool method: port of the production address that reaches the standby."""
    preview_from: tuple[Network, ...] = Field(
        default=(), strict=False, examples=[["198.51.100.0/24"]]
    )
    """Pool method: networks that may reach the standby; everybody when empty. By header or cookie
    a network keeps nobody away: `ao preview` then tells the value to nobody."""
    probe_new: float = Field(default=20, ge=0, le=2000, strict=False, examples=[20])
    """Requests a second on new connections that measure a switch."""
    probe_kept: int = Field(default=10, ge=0, le=2000, examples=[10])
    """Keep-Alive clients that measure a switch."""


class DrainSection(Section):
    """How clients get from the old system to the new one after a switch."""

    way: Literal["after", "around", "hook", "none"] | None = Field(default=None, examples=["after"])
    """Address method. after: reload the old load balancer once production has moved.
    around: reload it right before and right after the move (OVN networks). hook: run the
    command. none: clients stay until they close. Default: after; with provider ovn, hook if
    there is one, else none."""
    hook: Command | None = Field(default=None, examples=["./close-connections.sh"])
    """Command that has the old servers close their connections; it gets AO_SITE,
    AO_COLOUR, AO_VERSION and AO_SERVERS."""
    quiet: Duration = Field(default=2, examples=["2s"])
    """Drained once the old system has served nobody for so long; not less than the longest
    request takes."""
    deadline: Duration = Field(default=60, examples=["60s"])
    """Longest wait for that."""

    @model_validator(mode="after")
    def _hooked(self) -> Self:
        if self.way == "hook" and self.hook is None:
            raise ValueError("way: hook needs the command in hook")
        return self


class HealthCheckSection(Section):
    """What counts as healthy."""

    path: str = Field(default="/", pattern=r"^/\S*$", examples=["/health"])
    """Path that is asked for."""
    method: Literal["GET", "HEAD", "OPTIONS"] = Field(default="GET", examples=["HEAD"])
    """HTTP method by which it is asked for."""
    expect: Codes = Field(default=200, validate_default=True, examples=[[200, 204], "200-204, 301"])
    """HTTP statuses of a healthy answer: one, a list, or ranges."""
    type: Literal["HTTP", "HTTPS", "TLS-HELLO", "TCP"] | None = Field(
        default=None, examples=["HTTP"]
    )
    """How the load balancer checks servers; HTTPS and TLS-HELLO look at no certificate. Default:
    HTTP, HTTPS with protocol HTTPS, and TCP with provider ovn."""
    interval: WholeSeconds = Field(default=5, ge=1, le=86_400, examples=["5s"])
    """Time between two checks, in whole seconds."""
    timeout: WholeSeconds | None = Field(default=None, ge=1, le=86_400, examples=["3s"])
    """Time after which a check has failed, in whole seconds, `interval` at most. Default: 3s, or
    `interval` if that is less."""
    retries: int = Field(default=2, ge=1, le=10, examples=[2])
    """Checks in a row that a server passes to get requests; three failed ones take it out."""


class IdentifySection(Section):
    """How an answer tells which colour gave it."""

    path: str = Field(default="/", pattern=r"^/\S*$", examples=["/version"])
    """Path that is asked for."""
    header: str | None = Field(default=None, pattern=r"^[\w-]+$", examples=["X-Ao-Colour"])
    """Response header whose value is blue or green."""
    body: str | None = Field(default=None, examples=['"colour": "(blue|green)"'])
    """Regular expression whose first group finds blue or green in the body."""

    @field_validator("body")
    @classmethod
    def _one_group(cls, body: str | None) -> str | None:
        if body is not None:
            # A visit looks for it in text, the probe in bytes.
            read_expression(body.encode())
            if read_expression(body).groups != 1:
                raise ValueError("the regular expression must have one group, (blue|green)")
        return body

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.header is None) == (self.body is None):
            raise ValueError("give header or body, one of the two")
        return self
