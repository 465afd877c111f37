"""Blockers: why an action is not offered; empty when it is."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ao.operations import way_back
from ao_dashboard.bluegreen.page_state import PageState
from ao_dashboard.words import localized


def standby(scene: PageState) -> str:
    """Of what is done to the standby."""
    if scene.facts is None:
        return _("It is not known what is live.")
    if scene.standby is None:
        return _("Production reaches no system of this site, so there is no standby.")
    return ""


def deploy(scene: PageState) -> str:
    """Of a deploy to the standby."""
    return standby(scene) or unfinished(scene)


def switch(scene: PageState) -> str:
    """Of a switch, which may be the end of an unfinished one."""
    return "" if scene.target else standby(scene)


def back(scene: PageState) -> str:
    """Of a switch back."""
    why = standby(scene) or ("" if scene.release else unfinished(scene))
    if why or scene.live is None or scene.facts is None:
        return why
    if scene.releases is None:
        return _("What was done to the site is not known.")
    if way_back.blocker(scene.releases, scene.facts):
        return _("The standby was not live before, or has another version since.")
    return ""


def shrink(scene: PageState) -> str:
    """Of the smallest standby that the site's rules know."""
    fewest = scene.site.rules.standby.size
    if scene.standby and scene.standby.size <= fewest:
        return _("The standby has no more than %(count)d servers.") % {"count": fewest}
    return standby(scene)


def lock(scene: PageState) -> str:
    """Of a lock by hand."""
    if not scene.lock_known:
        return _("Who holds the lock is not known.")
    if scene.holder:
        return _("The lock is held by %(holder)s.") % {"holder": localized(scene.holder)}
    return ""


def unlock(scene: PageState) -> str:
    """Of taking the lock from its holder."""
    if not scene.lock_known:
        return lock(scene)
    return "" if scene.holder else _("Nobody holds the lock.")


def release(scene: PageState) -> str:
    """Of what is asked of the open release."""
    if scene.releases is None:
        return _("What was done to the site is not known.")
    return "" if scene.release else _("No release is open.")


def approve(scene: PageState) -> str:
    """Of approving of the open release's switch."""
    why = release(scene)
    if why or scene.release is None:
        return why
    if scene.facts is None:
        return _("It is not known what is live.")
    moved = scene.release.new in (scene.facts.live, scene.facts.switching_to)
    return _("Production has moved already.") if moved else ""


def go_on(scene: PageState) -> str:
    """Of ending the pause of the open release."""
    why = release(scene)
    if why or scene.release is None:
        return why
    return "" if scene.release.paused else _("The release is not paused.")


def pause(scene: PageState) -> str:
    """Of having the open release wait."""
    runs = scene.holder is not None and not scene.holder.by_hand
    return release(scene) or ("" if runs else _("No release runs."))


def unfinished(scene: PageState) -> str:
    """Of what must wait for the end of a switch."""
    colour = scene.facts.switching_to if scene.facts else None
    if colour is None:
        return ""
    return _("A switch to %(colour)s was begun and is not finished.") % {
        "colour": localized(colour)
    }
