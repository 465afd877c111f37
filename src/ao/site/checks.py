"""Checks of the standby before a switch, as frozen values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Http:
    """A request, and what a good answer is."""

    path: str
    status: int
    header: Mapping[str, str]
    """Regular expressions that headers must match, by name; $AO_VERSION is replaced."""
    body: str | None
    """Regular expression that must be found in the body; $AO_VERSION is replaced."""
    within: float | None
    """Seconds that the whole answer may take; None for the time-out."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check."""

    name: str
    what: Http | str
    """A request, or a shell command that runs in the site file's folder."""
    timeout: float
    """Seconds that one attempt may take."""
    retries: int
    """Attempts after the first."""
    pause: float
    """Seconds between two attempts."""


@dataclass(frozen=True, kw_only=True)
class Checks:
    """All checks of a site."""

    all: tuple[Check, ...]
    deadline: float
    """Seconds that all of them may take together."""


def filled(expression: str, version: str) -> str:
    """Return a check's regular expression with a version in place of $AO_VERSION."""
    return expression.replace("$AO_VERSION", re.escape(version))
