"""The decision window after a switch, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class LatencyLimit:
    """The longest that answers may take: one of the two."""

    seconds: float | None = None
    factor: float | None = None
    """Times what it was before the switch."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """How a server lets itself be asked, beside its URL; no value of a credential is in it."""

    ca: str | None = None
    """Certificates, as PEM, of authorities that are trusted besides those of the system."""
    token_env: str | None = None
    """Environment variable with the bearer token that is sent."""
    token_file: str | None = None
    """File with that token, relative to the site file's folder."""
    headers_env: Mapping[str, str] = field(default_factory=dict)
    """Environment variables with the values of further header fields, by the fields' names."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """A figure that Prometheus gives, and its limits."""

    name: str
    url: str
    """Where Prometheus is; may hold credentials."""
    query: str
    """PromQL that gives one value; $AO_SITE, $AO_COLOUR and $AO_VERSION are replaced."""
    above: float | None
    """Values above it are a breach."""
    below: float | None
    """Values below it are a breach."""
    lasting: float
    """Seconds after which values beyond a limit are a breach."""
    access: Access = field(default_factory=Access)
    """How Prometheus lets itself be asked."""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What Ao watches after a switch, and when it switches back. Times in seconds."""

    length: float
    """How long Ao watches; 0 for not at all."""
    interval: float
    """Time between two looks."""
    lasting: float
    """Time after which a value that is wrong is a breach; a shorter trouble is forgiven."""
    requests: int
    """Requests of the probe that a figure needs at least."""
    error_rate: float | None
    """Part of the requests (0 to 1) that may be lost beyond what was lost before the switch;
    None when it is not watched."""
    latency_p95: LatencyLimit | None
    """None when it is not watched."""
    members: bool
    """Whether the load balancer's health checks of the servers are watched."""
    checks: bool
    """Whether the site's checks are run again and again."""
    queries: tuple[Query, ...]
    missing_breaches: bool
    """Whether a figure that cannot be had is as bad as one beyond its limit."""
