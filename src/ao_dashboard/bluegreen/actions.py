"""Actions: what a user of the screen can do to a site."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ao import release
from ao.colour import Colour
from ao.cutover.measurement import Measurement
from ao.errors import Refused
from ao.operations import maintenance, operations
from ao.operations.switch_options import SwitchOptions
from ao.probe.process import ProbeProcess
from ao_dashboard.bluegreen import blockers, effects
from ao_dashboard.bluegreen.forms import Deployed, Locked, Paused, Reasoned, Sized
from ao_dashboard.bluegreen.page_state import PageState
from ao_dashboard.words import localized, told

Given = Mapping[str, Any]
"""Values of a form's fields, as the user has filled them in."""
MINUTE, HOUR = 60.0, 3600.0
QUIET = 0.0
"""Seconds that a web request waits for clients that stay on the old system."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something that a user can do to a site."""

    name: str
    """The last part of its form's address, and its name in `ao_dashboard.rights`."""
    title: str | Promise
    form: type[forms.Form]
    blocker: Callable[[PageState], str]
    """Returns why the action is not offered; empty when it is."""
    effects: Callable[[PageState], Iterator[str]]
    """Yields what the action will do, in sentences."""
    perform: Callable[[PageState, Given], str]
    """Perform the action and return what the user is told of it. Raises AoError."""
    compared: frozenset[str] = frozenset({"live", "release"})
    """Names of the values of the snapshot that must be as its form showed them."""
    moves: bool = False
    """Whether the action moves production."""

    def offered(self, state: PageState) -> bool:
        """Return whether the state of the site lets the action be performed."""
        return not self.blocker(state)


def _standby_colour(state: PageState) -> Colour:
    """Return the colour of the standby. Raises Refused while no system is live."""
    if state.standby is None:
        raise Refused("no system is live", cure="`ao status` shows what there is.")
    return state.standby.colour


def _target_colour(state: PageState) -> Colour:
    """Return the colour that a switch makes live. Raises Refused when there is none."""
    return state.target.colour if state.target else _standby_colour(state)


def _deploy(state: PageState, given: Given) -> str:
    operations.start_deploy(state.work(), given["version"], given["reason"])
    return _("Heat has begun to deploy %(version)s.") % given


def _switch(state: PageState, given: Given) -> str:
    """Switch production, or first let a smaller standby grow.

    A web request does not wait for Heat, so the user switches when the servers are there.
    """
    if state.live and state.smaller:
        grown = _scale(state, {**given, "size": state.live.size})
        return _("%(grown)s Switch when they pass the health check.") % {"grown": grown}
    with _measurement(state) as measurement:
        facts = operations.switch(
            state.work(),
            _target_colour(state),
            SwitchOptions(quiet=QUIET, measurement=measurement),
            reason=given["reason"],
        )
    return _("%(colour)s is live.") % {"colour": localized(facts.live)}


def _back(state: PageState, given: Given) -> str:
    return _ended(
        lambda: release.back(state.work(), _options(state, given)),
        _("Production is switched back."),
    )


def _scale(state: PageState, given: Given) -> str:
    standby = _standby_colour(state)
    operations.start_scale(state.work(), standby, given["size"], given["reason"])
    return _("Heat brings %(colour)s to %(size)d servers.") % {
        "colour": localized(standby),
        **given,
    }


def _shrink(state: PageState, given: Given) -> str:
    return _scale(state, {**given, "size": state.site.rules.standby.size})


def _maintenance_on(state: PageState, given: Given) -> str:
    minutes = given["minutes"]
    maintenance.on(state.work(), given["reason"], minutes * MINUTE if minutes else None)
    return _("Users see the maintenance page, and not the site.")


def _maintenance_off(state: PageState, given: Given) -> str:
    maintenance.off(state.work(), given["reason"])
    return _("Users reach the site again.")


def _lock(state: PageState, given: Given) -> str:
    holder = operations.hold(state.work(), given["reason"], given["hours"] * HOUR)
    return _("Locked: %(holder)s.") % {"holder": localized(holder)}


def _unlock(state: PageState, given: Given) -> str:
    before = operations.free(state.work(), given["reason"], force=True)
    if before is None:
        return _("Nobody held the lock.")
    return _("Freed the lock of %(holder)s.") % {"holder": localized(before)}


def _approve(state: PageState, given: Given) -> str:
    release.approve(state.work(), given["reason"], named=_open(state))
    return _("The release is approved.")


def _continue(state: PageState, given: Given) -> str:
    release.go_on(state.work(), given["reason"], _open(state))
    return _("The release was asked to go on.")


def _open(state: PageState) -> str | None:
    """Return the ID of the open release; None while there is none."""
    return state.release.id if state.release else None


def _pause(state: PageState, given: Given) -> str:
    release.pause(state.work(), given["reason"])
    return _("The release was asked to wait.")


def _abort(state: PageState, given: Given) -> str:
    return _ended(
        lambda: release.abort(state.work(), _options(state, given)),
        _("The release was asked to abort where it runs."),
    )


@contextmanager
def _measurement(state: PageState) -> Iterator[Measurement | None]:
    """Run a probe that measures a switch; None where production does not answer to this machine."""
    if not state.sees:
        yield None
        return
    with ProbeProcess() as probe:
        yield Measurement(probe=probe)


def _options(state: PageState, given: Given) -> release.Options:
    """Return the options of a release that an action moves on, back or to its end."""
    return release.Options(
        reason=given["reason"], quiet=QUIET, probes=ProbeProcess if state.sees else None
    )


def _ended(end: Callable[[], None], otherwise: str) -> str:
    """Call `end`, and return what the user is told.

    That is `otherwise`, unless the open release has ended with it.
    """
    try:
        end()
    except (release.Aborted, release.RolledBack) as ended:
        return told(ended)
    return otherwise


ACTIONS: Mapping[str, Action] = {
    action.name: action
    for action in (
        Action(
            name="deploy",
            title=gettext_lazy("Deploy to the standby"),
            form=Deployed,
            blocker=blockers.deploy,
            effects=effects.deploy,
            perform=_deploy,
        ),
        Action(
            name="switch",
            title=gettext_lazy("Switch production"),
            form=Reasoned,
            blocker=blockers.switch,
            effects=effects.switch,
            perform=_switch,
            moves=True,
        ),
        Action(
            name="back",
            title=gettext_lazy("Switch back"),
            form=Reasoned,
            blocker=blockers.back,
            effects=effects.back,
            perform=_back,
            moves=True,
        ),
        Action(
            name="scale",
            title=gettext_lazy("Scale the standby"),
            form=Sized,
            blocker=blockers.scale,
            effects=effects.scale,
            perform=_scale,
        ),
        Action(
            name="shrink",
            title=gettext_lazy("Shrink the standby"),
            form=Reasoned,
            blocker=blockers.shrink,
            effects=effects.shrink,
            perform=_shrink,
        ),
        Action(
            name="maintenance-on",
            title=gettext_lazy("Begin maintenance"),
            form=Paused,
            blocker=blockers.maintenance_on,
            effects=effects.maintenance_on,
            perform=_maintenance_on,
        ),
        Action(
            name="maintenance-off",
            title=gettext_lazy("End maintenance"),
            form=Reasoned,
            blocker=blockers.maintenance_off,
            effects=effects.maintenance_off,
            perform=_maintenance_off,
            compared=frozenset(),
        ),
        Action(
            name="lock",
            title=gettext_lazy("Lock"),
            form=Locked,
            blocker=blockers.lock,
            effects=effects.lock,
            perform=_lock,
            compared=frozenset(),
        ),
        Action(
            name="unlock",
            title=gettext_lazy("Unlock"),
            form=Reasoned,
            blocker=blockers.unlock,
            effects=effects.unlock,
            perform=_unlock,
            compared=frozenset({"lock"}),
        ),
        Action(
            name="approve",
            title=gettext_lazy("Approve the release"),
            form=Reasoned,
            blocker=blockers.approve,
            effects=effects.approve,
            perform=_approve,
            compared=frozenset({"live", "release", "version", "stage", "deploy"}),
        ),
        Action(
            name="continue",
            title=gettext_lazy("Go on with the release"),
            form=Reasoned,
            blocker=blockers.go_on,
            effects=effects.go_on,
            perform=_continue,
        ),
        Action(
            name="pause",
            title=gettext_lazy("Pause the release"),
            form=Reasoned,
            blocker=blockers.pause,
            effects=effects.pause,
            perform=_pause,
        ),
        Action(
            name="abort",
            title=gettext_lazy("Abort the release"),
            form=Reasoned,
            blocker=blockers.release,
            effects=effects.abort,
            perform=_abort,
        ),
    )
}
"""The actions that the screen offers, by their names, in its order."""
