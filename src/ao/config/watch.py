"""The part of ao.yaml that tells what is watched after a switch."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from ao import duration
from ao.config.authority import Authority
from ao.config.section import Duration, Section, Variable
from ao.http import header_fields
from ao.site.watch import Access, LatencyLimit, Query, Watch
from ao.untrusted.printable import printable

_NUMBER = r"[0-9]{1,9}(\.[0-9]{1,9})?"
_PERCENT = rf"^{_NUMBER}%$"
_LATENCY = rf"^{_NUMBER}(x|ms|s)$"


def _percent(value: object) -> float:
    if isinstance(value, str) and re.fullmatch(_PERCENT, value):
        return float(value[:-1]) / 100
    hint = ""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100:
        hint = f"; write {value * 100 if value < 1 else value:g}%"
    raise ValueError(f"{printable(repr(value), 40)} is not a percentage such as 1% or 0.5%{hint}")


def _latency(value: object) -> str:
    text = value if isinstance(value, str) else ""
    if not re.fullmatch(_LATENCY, text):
        shown = printable(repr(value), 40)
        raise ValueError(f"{shown} is neither a multiple such as 2x nor a time such as 500ms")
    return text


Percent = Annotated[
    float,
    BeforeValidator(_percent),
    Field(le=1),
    WithJsonSchema({"type": "string", "pattern": _PERCENT}),
]
Latency = Annotated[
    str,
    BeforeValidator(_latency),
    WithJsonSchema({"type": "string", "pattern": _LATENCY}),
]


class QuerySection(Section):
    """A figure that Prometheus gives, and its limits."""

    name: str = Field(min_length=1, examples=["errors"])
    """Name of the figure in notes and reports."""
    url: str = Field(examples=["http://prometheus.example:9090"])
    """Where Prometheus is, http or https."""
    ca: Authority | None = Field(default=None, examples=["prometheus-ca.pem"])
    """File beside this one with the certificate, as PEM, of a private authority that is trusted
    besides those of the system."""
    token_env: Variable | None = Field(default=None, examples=["PROM_TOKEN"])
    """Environment variable with a bearer token that is sent."""
    token_file: str | None = Field(default=None, min_length=1, examples=["../prometheus-token"])
    """File with it instead, relative to the site file."""
    headers_env: dict[str, Variable] = Field(
        default={}, examples=[{"X-Scope-OrgID": "PROM_TENANT"}]
    )
    """Header fields that are sent, each with the environment variable that holds its value."""
    query: str = Field(min_length=1, examples=["sum(rate(http_errors_total[1m]))"])
    """PromQL that gives one value; $AO_SITE, $AO_COLOUR and $AO_VERSION are replaced."""
    above: float | None = Field(default=None, strict=False, allow_inf_nan=False, examples=[0.05])
    """Values above it are a breach."""
    below: float | None = Field(default=None, strict=False, allow_inf_nan=False, examples=[100])
    """Values below it are a breach."""
    lasting: Duration | None = Field(default=None, alias="for", examples=["30s"])
    """Values beyond a limit for so long are a breach. Default: `forgive`."""

    @field_validator("url")
    @classmethod
    def _http(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("the URL is not an http or https URL")
        return url

    @field_validator("headers_env")
    @classmethod
    def _addable(cls, headers: dict[str, str]) -> dict[str, str]:
        for name in headers:
            if not header_fields.is_addable(name):
                shown = printable(repr(name), 60)
                raise ValueError(f"{shown} is no header field that a request can be given")
        small = [name.lower() for name in headers]
        if twice := next((name for name in small if small.count(name) > 1), None):
            raise ValueError(f"two header fields are called {twice!r}")
        return headers

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        parts = urlsplit(self.url)
        token = (self.token_env and "token_env") or (self.token_file and "token_file")
        if self.token_env and self.token_file:
            raise ValueError("give token_env or token_file, not both")
        named = any(name.lower() == "authorization" for name in self.headers_env)
        if sum(map(bool, (token, named, "@" in parts.netloc))) > 1:
            raise ValueError(
                "a request has one Authorization: give a token, that header, or user and password "
                "in the URL"
            )
        if parts.scheme == "https":
            return self
        if self.ca:
            raise ValueError("`ca` needs a URL that begins with https://")
        secret = token or next(filter(header_fields.is_credential, self.headers_env), None)
        if secret and not _is_loopback(parts.hostname or ""):
            raise ValueError(
                f"what {printable(secret, 60)} names would go over the network in the clear; "
                "write a URL that begins with https://"
            )
        return self

    @model_validator(mode="after")
    def _limited(self) -> Self:
        if self.above is None and self.below is None:
            raise ValueError("give `above` or `below`, or both")
        return self

    def value(self, forgive: float) -> Query:
        """Return the figure that the section describes; `forgive` is the default of `for`."""
        return self.into(
            Query,
            lasting=forgive if self.lasting is None else self.lasting,
            access=self.into(Access),
        )


class WatchSection(Section):
    """What Ao watches after a switch; a breach switches back."""

    length: Duration = Field(default=600, alias="for", examples=["10m"])
    """How long: the decision window. 0 for not at all."""
    interval: Duration = Field(default=5, gt=0, examples=["5s"])
    """Time between two looks."""
    forgive: Duration = Field(default=15, examples=["15s"])
    """Anything that is wrong for a shorter time is no breach."""
    requests: int = Field(default=50, ge=1, examples=[50])
    """Requests of the probe that error rate and latency need before they are judged."""
    error_rate: Percent | None = Field(default=0.01, examples=["1%"])
    """Requests that may be lost, beyond what was lost before the switch; null for any."""
    latency_p95: Latency | None = Field(default=None, examples=["2x", "500ms"])
    """The time that 95 of 100 answers must keep to: a multiple of what it was before the
    switch, or a time. Default: any."""
    members: bool = Field(default=True, examples=[True])
    """Whether a server that fails the load balancer's health check is a breach."""
    checks: bool = Field(default=False, examples=[True])
    """Whether the site's checks are run again and again."""
    prometheus: tuple[QuerySection, ...] = Field(default=(), strict=False)
    """Figures that Prometheus gives."""
    missing: Literal["tell", "breach"] = Field(default="tell", examples=["breach"])
    """What becomes of a figure that cannot be had."""

    @field_validator("prometheus")
    @classmethod
    def _apart(cls, queries: tuple[QuerySection, ...]) -> tuple[QuerySection, ...]:
        names = [query.name for query in queries]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two queries are called {twice!r}")
        return queries

    def value(self) -> Watch:
        """Return the decision window that the section describes."""
        return self.into(
            Watch,
            lasting=self.forgive,
            latency_p95=_limit(self.latency_p95),
            queries=tuple(query.value(self.forgive) for query in self.prometheus),
            missing_breaches=self.missing == "breach",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _limit(text: str | None) -> LatencyLimit | None:
    if text is None:
        return None
    if text.endswith("x"):
        return LatencyLimit(factor=float(text[:-1]))
    if text.endswith("ms"):
        return LatencyLimit(seconds=float(text[:-2]) / 1000)
    return LatencyLimit(seconds=duration.parse(text))
