"""Blockers: why an action is not offered; empty when it is."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ao.operations import way_back
from ao_dashboard.bluegreen.page_state import PageState
from ao_dashboard.words import localized


class NotKnown(str):
    """A blocker that is no fact of the site: the cloud did not answer what the action needs."""

    __slots__ = ()


def standby(state: PageState) -> str:
    """Return why nothing can be done to the standby."""
    if state.facts is None:
        return NotKnown(_("It is not known what is live."))
    if state.standby is None:
        return _("Production reaches no system of this site, so there is no standby.")
    return ""


def unmixed(state: PageState) -> str:
    """Return why neither system can be changed: users are led to both, or what `standby` tells."""
    if state.facts is not None and state.facts.is_mixed:
        return unfinished(state)
    return standby(state)


def adopted(state: PageState) -> str:
    """Return that the standby is somebody else's, which nothing changes from here."""
    if state.standby is None or not state.standby.is_adopted:
        return ""
    return _(
        "The standby is the adopted system, whose servers are their owner's. ao release "
        "--give-up-adopted has Ao build it."
    )


def deploy(state: PageState) -> str:
    """Return why no version can be deployed to the standby."""
    return standby(state) or adopted(state) or unfinished(state)


def scale(state: PageState) -> str:
    """Return why the standby gets no other size."""
    return adopted(state) or unmixed(state)


def switch(state: PageState) -> str:
    """Return why production cannot be switched; an unfinished switch can always be ended."""
    return "" if state.target else standby(state)


def back(state: PageState) -> str:
    """Return why production cannot be switched back; one that was broken off can be ended."""
    if state.returning is not None:
        return ""
    why = standby(state) or ("" if state.release else unfinished(state))
    if why or state.live is None or state.facts is None:
        return why
    if state.releases is None:
        return NotKnown(_("What was done to the site is not known."))
    if way_back.blocker(state.releases, state.facts):
        return _("The standby was not live before, or has another version since.")
    return ""


def shrink(state: PageState) -> str:
    """Return why the standby cannot shrink to the size of the site's rules."""
    fewest = state.site.rules.standby.size
    if why := adopted(state):
        return why
    if state.standby and state.standby.size <= fewest:
        return _("The standby has no more than %(count)d servers.") % {"count": fewest}
    return unmixed(state)


def maintenance_on(state: PageState) -> str:
    """Return why users cannot be led to the maintenance page."""
    if state.site.maintenance is None:
        return _("The site file names no maintenance page.")
    if state.maintenance is None:
        return NotKnown(_("Whether the site is in maintenance is not known."))
    if state.maintenance.is_on and state.maintenance.is_whole:
        return _("The site is in maintenance already.")
    return ""


def maintenance_off(state: PageState) -> str:
    """Return why no maintenance can be ended."""
    if state.maintenance is None:
        return NotKnown(_("Whether the site is in maintenance is not known."))
    return "" if state.maintenance.policies else _("The site is in no maintenance.")


def lock(state: PageState) -> str:
    """Return why the lock cannot be taken by hand."""
    if not state.lock_known:
        return NotKnown(_("Who holds the lock is not known."))
    if state.holder:
        return _("The lock is held by %(holder)s.") % {"holder": localized(state.holder)}
    return ""


def unlock(state: PageState) -> str:
    """Return why the lock cannot be taken from its holder."""
    if not state.lock_known:
        return lock(state)
    return "" if state.holder else _("Nobody holds the lock.")


def release(state: PageState) -> str:
    """Return why nothing can be asked of the open release."""
    if state.releases is None:
        return NotKnown(_("What was done to the site is not known."))
    return "" if state.release else _("No release is open.")


def approve(state: PageState) -> str:
    """Return why the switch of the open release cannot be approved."""
    why = release(state)
    if why or state.release is None:
        return why
    if state.facts is None:
        return NotKnown(_("It is not known what is live."))
    moved = state.release.new in (state.facts.live, state.facts.switching_to)
    return _("Production has moved already.") if moved else ""


def go_on(state: PageState) -> str:
    """Return why the pause of the open release cannot be ended."""
    why = release(state)
    if why or state.release is None:
        return why
    return "" if state.release.paused else _("The release is not paused.")


def pause(state: PageState) -> str:
    """Return why the open release cannot be paused."""
    why = release(state)
    if why or state.holder is None:
        return why or (_("No release runs.") if state.lock_known else lock(state))
    return _("No release runs.") if state.holder.by_hand else ""


def unfinished(state: PageState) -> str:
    """Return that a switch is unfinished; what must wait for its end is blocked by it."""
    colour = state.facts.switching_to if state.facts else None
    if colour is None:
        return ""
    return _("A switch to %(colour)s was begun and is not finished.") % {
        "colour": localized(colour)
    }
