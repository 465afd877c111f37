"""Errors in which a run of a release ends that did not release its version."""

from __future__ import annotations

from ao.errors import AoError


class WaitingForApproval(AoError):
    """A release waits until somebody approves of its switch; production is untouched."""

    exit_code = 13


class RolledBack(AoError):
    """Production was switched back after a switch."""

    exit_code = 14


class Aborted(AoError):
    """Somebody aborted the release; the system that was live before is live."""

    exit_code = 15
