"""Stages of a release, in their order."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """A part of a release that is done, skipped or to do."""

    DEPLOY = "deploy"
    """The version comes to the standby."""
    CHECK = "check"
    """The standby is checked on its preview."""
    MATCH = "match"
    """The standby gets the live system's size."""
    APPROVE = "approve"
    """Somebody approves of the switch."""
    LOGOUT = "logout"
    """Users are told, and logged out."""
    SWITCH = "switch"
    """The standby becomes live, and the old system is drained."""
    WATCH = "watch"
    """Production is watched for the decision window: keep it or switch back."""
    RETIRE = "retire"
    """The old system becomes a small standby."""


SWITCH_BACK = "switch back"
"""Step of a release that returns production to the old system; it is no stage of its plan."""
STEPS = frozenset({*Stage, SWITCH_BACK})
"""Steps that Ao writes into the journal, each by a word of its own."""
