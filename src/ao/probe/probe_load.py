"""A load: what the probe sends."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from ao.http.request_options import OwnCertificate
from ao.site import Identify, Site


class Protocol(StrEnum):
    """HTTP version that the probe speaks."""

    HTTP1 = "http/1.1"
    HTTP2 = "h2"

    @property
    def version(self) -> str:
        """The version as people write it."""
        return "HTTP/2" if self is Protocol.HTTP2 else "HTTP/1.1"


@dataclass(frozen=True, kw_only=True)
class ProbeLoad:
    """Requests that the probe sends to one URL."""

    url: str
    """URL of production, http or https, without a path; `identify` has the path."""
    host: str | None = None
    """Host name that requests name, and by TLS certificates too; None names the URL's host and
    port. Connections go to the URL's host."""
    identify: Identify
    """How an answer tells its colour; every request asks for its path."""
    new_per_second: float = 20.0
    """Requests a second that each open a connection of their own."""
    kept: int = 10
    """Keep-Alive clients; each has one connection and asks again and again."""
    kept_interval: float = 0.1
    """Seconds between a Keep-Alive client's answer and its next request."""
    slow_path: str | None = None
    """Path of a request that takes long, for some of the Keep-Alive clients."""
    slow_kept: int = 0
    """Keep-Alive clients, of `kept`, that ask for `slow_path`, one request right after another
    unless it took less than `kept_interval`."""
    timeout: float = 5.0
    """Seconds after which a request is lost."""
    protocol: Protocol = Protocol.HTTP1
    """What all speak, but for those of `mixed`."""
    mixed: bool = False
    """Whether every second Keep-Alive client, from the first on, speaks HTTP/2, if the server does
    when the probe begins."""
    verify: bool = True
    """Whether the server's certificate is checked (https)."""
    ca: str | None = None
    """PEM text of authorities that are trusted beside the system's (https). No recording has it."""
    own: OwnCertificate | None = None
    """Certificate that is shown to a server that asks for one (https). No recording has it."""
    passes: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Header fields, each a name and a secret, by which a load balancer lets requests through where
    it keeps users away. No recording has them."""
    expect: int | str | None = None
    """HTTP status of a good answer, or several as `ao.site.status_codes` has them (`200-204, 301`);
    None takes every status below 400."""
    untold: str | None = None
    """Colour of the system that gives good answers without a colour: an adopted one, whose servers
    know of none. None where there is no such. No recording has it."""

    @classmethod
    def of(cls, site: Site, address: str, *, new_per_second: float, kept: int) -> Self:
        """Return what users of a site send who reach it at a floating IP.

        Where they may speak HTTP/2, both versions are kept.
        """
        options = site.request_options
        return cls(
            url=site.url(address),
            host=options.host,
            identify=site.identify,
            new_per_second=new_per_second,
            kept=kept,
            mixed=site.http2,
            ca=options.ca,
            own=options.own,
        )

    def speaks(self, client: int) -> Protocol:
        """Return what a Keep-Alive client speaks, by its number."""
        return Protocol.HTTP2 if self.mixed and client % 2 == 0 else self.protocol
