"""The parts of ao.yaml that tell how a load balancer listens, beside TLS."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ao.config.section import Duration, Section
from ao.site.timeouts import Timeouts

LEAST = 0.001
"""Seconds that a time-out has at least: Octavia counts milliseconds."""

Timeout = Annotated[Duration, Field(ge=LEAST)]
Header = Literal[
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Port",
    "X-SSL-Client-Verify",
    "X-SSL-Client-Has-Cert",
    "X-SSL-Client-DN",
    "X-SSL-Client-CN",
    "X-SSL-Issuer",
    "X-SSL-Client-SHA1",
    "X-SSL-Client-Not-Before",
    "X-SSL-Client-Not-After",
]
"""A header that Octavia inserts (octavia_lib/common/constants.py: SUPPORTED_HTTP_HEADERS,
SUPPORTED_SSL_HEADERS)."""
OF_CLIENTS = "X-SSL-"
"""How the names of headers begin that tell of a client's certificate."""


class TimeoutsSection(Section):
    """Times after which a load balancer that is a proxy closes a connection."""

    client: Timeout | None = Field(default=None, examples=["50s"])
    """For which the user sends nothing, and takes nothing: `timeout_client_data` of Octavia."""
    server: Timeout | None = Field(default=None, examples=["50s"])
    """For which the server sends nothing, and takes nothing: `timeout_member_data`."""
    connect: Timeout | None = Field(default=None, examples=["5s"])
    """For a connection to the server to come about: `timeout_member_connect`."""

    def value(self) -> Timeouts:
        """Return the value."""
        return self.into(Timeouts)
