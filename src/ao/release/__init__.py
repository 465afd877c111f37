"""Releases: a version is taken all the way, from the plan to the decision."""

from ao.journal import Stage
from ao.release.errors import Aborted, RolledBack, WaitingForApproval
from ao.release.lifecycle import abort, back, plan, release, resume
from ao.release.open_releases import approve, go_on, is_running, note, open_release, pause
from ao.release.person import checked_name
from ao.release.run import Options
from ao.release.stage_plan import Plan, State

__all__ = [
    "Aborted",
    "Options",
    "Plan",
    "RolledBack",
    "Stage",
    "State",
    "WaitingForApproval",
    "abort",
    "approve",
    "back",
    "checked_name",
    "go_on",
    "is_running",
    "note",
    "open_release",
    "pause",
    "plan",
    "release",
    "resume",
]
