"""The part of ao.yaml that tells how a load balancer knows users again."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from ao.config.section import Section
from ao.site.session_persistence import APP_COOKIE, SessionPersistence


class SessionPersistenceSection(Section):
    """A user's requests go to the same server of a system. A switch ends it."""

    type: Literal["SOURCE_IP", "HTTP_COOKIE", "APP_COOKIE", "NONE"] = Field(
        examples=["HTTP_COOKIE"]
    )
    """By what a user is known: SOURCE_IP, HTTP_COOKIE (a cookie that the load balancer sets),
    APP_COOKIE (one that the application sets). NONE ends what there was."""
    cookie: str | None = Field(
        default=None,
        min_length=1,
        max_length=255,
        pattern=r"^[A-Za-z0-9_.-]+$",
        examples=["JSESSIONID"],
    )
    """APP_COOKIE: name of the application's cookie."""

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.type == APP_COOKIE and self.cookie is None:
            raise ValueError("APP_COOKIE needs `cookie`, the name of the application's cookie")
        if self.type != APP_COOKIE and self.cookie is not None:
            raise ValueError(f"`cookie` is of APP_COOKIE, and not of {self.type}; leave it out")
        return self

    def value(self) -> SessionPersistence:
        """Return the value."""
        return self.into(SessionPersistence)
