"""Hooks: the operator's part in a release, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Point(StrEnum):
    """A moment of a release at which hooks run."""

    BEFORE_DEPLOY = "before_deploy"
    AFTER_DEPLOY = "after_deploy"
    BEFORE_CHECK = "before_check"
    AFTER_CHECK = "after_check"
    BEFORE_SWITCH = "before_switch"
    AFTER_SWITCH = "after_switch"
    BEFORE_DRAIN = "before_drain"
    AFTER_DRAIN = "after_drain"
    BEFORE_SWITCH_BACK = "before_switch_back"
    AFTER_SWITCH_BACK = "after_switch_back"
    BEFORE_RETIRE = "before_retire"
    AFTER_RETIRE = "after_retire"


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A service that JSON is posted to."""

    url: str
    """May hold credentials, in its path too."""
    secret_env: str | None
    """Environment variable with the secret that signs."""
    secret_file: str | None
    """File with that secret, relative to the site file's folder."""


@dataclass(frozen=True, kw_only=True)
class Hook:
    """A command or a webhook."""

    call: str | Webhook
    """A shell command, which runs in the site file's folder, or a webhook."""
    deadline: float
    """Seconds after which it has failed."""
    stops: bool
    """Whether the release stops when the hook fails."""
