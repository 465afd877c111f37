"""Approvals of a release's switch: what they name, and which of them counts. Pure."""

from __future__ import annotations

from ao.journal import Approval, Stage
from ao.message import message
from ao.plan.facts import Facts
from ao.release.person import Person, are_two
from ao.release.state import Given, ReleaseState
from ao.site.rules import Approve


def wanted(past: ReleaseState, facts: Facts, approver: Person) -> Approval:
    """Return the approval that somebody may give to a release as it is now."""
    standby = facts.systems[past.new]
    return Approval(
        release=past.id,
        version=past.version,
        stage=Stage.APPROVE,
        old=past.old,
        new=past.new,
        stack=standby.stack.id if standby.stack else "",
        deploy=standby.deploy,
        user_id=approver.user_id,
        approver=approver.name,
    )


def counting(past: ReleaseState, facts: Facts, rule: Approve) -> Given | None:
    """Return the approval that lets a release pass; None while there is none.

    `rule` is the site file's; it does not loosen the one that the release was begun under.
    """
    return next((it for it in past.approvals if not objection(it, past, facts, rule)), None)


def objection(given: Given, past: ReleaseState, facts: Facts, rule: Approve) -> str:
    """Return why an approval does not let a release pass, to be read after `it`; else nothing."""
    approval = given.approval
    if approval is None or not (approval.release and approval.version and approval.stage):
        return message("names no release, version and stage, as that of an older Ao")
    right = wanted(past, facts, given.person)
    named = approval.release, approval.version, approval.stage
    if named != (right.release, right.version, right.stage):
        return message("is for another release, version or stage")
    if given.void or approval != right:
        return message("was given before %(new)s was deployed as it is", new=past.new)
    if rule.stricter(past.approve) is Approve.TWO_PEOPLE and not are_two(
        past.releaser, given.person
    ):
        return message("is not known to be of another person than who began the release")
    return ""


def is_deployed(past: ReleaseState, facts: Facts) -> bool:
    """Return whether the new system has the release's version, and Heat is done with it."""
    standby = facts.systems[past.new]
    stack = standby.stack
    return bool(stack and standby.version == past.version and not stack.busy and not stack.failed)
