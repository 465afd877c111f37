"""The part of ao.yaml that tells how the standby is checked before a switch."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from ao.config.command import Command
from ao.config.section import Duration, Section, read_expression
from ao.site.checks import Check, Checks, Http, filled


def _expression(text: str) -> str:
    read_expression(text)
    read_expression(filled(text, _VERSION))
    return text


_VERSION = "1.0-rc1"
"""A version such as an expression may be filled in with."""


Expression = Annotated[str, AfterValidator(_expression)]
"""A regular expression."""


class HttpSection(Section):
    """A request to the standby, and what a good answer is."""

    path: str = Field(default="/", pattern=r"^/\S*$", examples=["/basket"])
    """Path that is asked for; redirects are not followed."""
    status: int = Field(default=200, ge=200, le=599, examples=[200])
    """HTTP status of a good answer."""
    header: dict[str, Expression] = Field(default={}, examples=[{"X-Ao-Version": "^2.0$"}])
    """Regular expressions that its headers match; $AO_VERSION is replaced in them."""
    body: Expression | None = Field(default=None, examples=["<title>Ao Shop"])
    """Regular expression that is found in its body; $AO_VERSION is replaced in it."""
    within: Duration | None = Field(default=None, gt=0, examples=["0.5s"])
    """The longest that the whole answer may take. Default: the check's time-out."""


class CheckSection(Section):
    """A check of the standby: a request, or a command."""

    name: str = Field(min_length=1, max_length=80, examples=["home page"])
    """Name of the check in notes and reports."""
    http: HttpSection | None = None
    """A request to the preview."""
    command: Command | None = Field(default=None, examples=["./smoke.sh"])
    """Shell command, which gets AO_SITE, AO_COLOUR, AO_VERSION and AO_URL; exit code 0
    is success."""
    timeout: Duration = Field(default=10, gt=0, examples=["10s"])
    """The longest that one attempt may take."""
    retries: int = Field(default=2, ge=0, le=100, examples=[2])
    """Attempts after the first."""
    pause: Duration = Field(default=1, examples=["1s"])
    """Time between two attempts."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.http is None) == (self.command is None):
            raise ValueError("give http or command, one of the two")
        return self

    def value(self) -> Check:
        """Return the check that the section describes."""
        return self.into(Check, what=self.http.into(Http) if self.http else self.command)


class ChecksSection(Section):
    """Checks of the standby; production is not switched before all have passed."""

    deadline: Duration = Field(default=300, gt=0, examples=["5m"])
    """The longest that all may take together."""
    all: tuple[CheckSection, ...] = Field(default=(), strict=False)
    """The checks, in their order."""

    @field_validator("all")
    @classmethod
    def _apart(cls, checks: tuple[CheckSection, ...]) -> tuple[CheckSection, ...]:
        names = [check.name for check in checks]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two checks are called {twice!r}")
        return checks

    def value(self) -> Checks:
        """Return the checks that the section describes."""
        return self.into(Checks, all=tuple(it.value() for it in self.all))
