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
from ao.operations import operations
from ao.probe.process import ProbeProcess
from ao_dashboard.bluegreen import blockers, effects
from ao_dashboard.bluegreen.forms import Deployed, Locked, Reasoned, Sized
from ao_dashboard.bluegreen.page_state import PageState
from ao_dashboard.words import localized, told

Given = Mapping[str, Any]
"""What the user has filled in."""
HOUR = 3600.0


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something that a user can do to a site."""

    name: str
    """Its part of the URL, and what `ao_dashboard.rights` knows it by."""
    title: str | Promise
    form: type[forms.Form]
    hindrance: Callable[[PageState], str]
    """Why it is not offered; empty when it is."""
    says: Callable[[PageState], Iterator[str]]
    """What will happen, in sentences."""
    perform: Callable[[PageState, Given], str]
    """Do it; what is told afterwards. Raises AoError."""
    minds: frozenset[str] = frozenset({"live", "release"})
    """Marks of the scene that must be as its form showed them."""
    moves: bool = False
    """Whether production moves."""

    def offered(self, scene: PageState) -> bool:
        """Whether there is something to do."""
        return not self.hindrance(scene)


def _standby_colour(scene: PageState) -> Colour:
    """Raises Refused while no system is live."""
    if scene.standby is None:
        raise Refused("no system is live", cure="`ao status` shows what there is.")
    return scene.standby.colour


def _target_colour(scene: PageState) -> Colour:
    """Raises Refused when there is nothing to switch to."""
    return scene.target.colour if scene.target else _standby_colour(scene)


def _deploy(scene: PageState, given: Given) -> str:
    operations.start_deploy(scene.work(), given["version"], given["reason"])
    return _("Heat has begun to deploy %(version)s.") % given


def _switch(scene: PageState, given: Given) -> str:
    """A standby that is smaller grows first: nobody waits for Heat in a request."""
    if scene.live and scene.smaller:
        grown = _scale(scene, {**given, "size": scene.live.size})
        return _("%(grown)s Switch when they pass the health check.") % {"grown": grown}
    with _measurement(scene) as measurement:
        facts = operations.switch(
            scene.work(), _target_colour(scene), measurement=measurement, reason=given["reason"]
        )
    return _("%(colour)s is live.") % {"colour": localized(facts.live)}


def _back(scene: PageState, given: Given) -> str:
    return _ended(
        lambda: release.back(scene.work(), _options(scene, given)),
        _("Production is switched back."),
    )


def _scale(scene: PageState, given: Given) -> str:
    standby = _standby_colour(scene)
    operations.start_scale(scene.work(), standby, given["size"], given["reason"])
    return _("Heat brings %(colour)s to %(size)d servers.") % {
        "colour": localized(standby),
        **given,
    }


def _shrink(scene: PageState, given: Given) -> str:
    return _scale(scene, {**given, "size": scene.site.rules.standby.size})


def _lock(scene: PageState, given: Given) -> str:
    holder = operations.hold(scene.work(), given["reason"], given["hours"] * HOUR)
    return _("Locked: %(holder)s.") % {"holder": localized(holder)}


def _unlock(scene: PageState, given: Given) -> str:
    before = operations.free(scene.work(), given["reason"], force=True)
    if before is None:
        return _("Nobody held the lock.")
    return _("Freed the lock of %(holder)s.") % {"holder": localized(before)}


def _approve(scene: PageState, given: Given) -> str:
    release.approve(scene.work(), given["reason"], named=_open(scene))
    return _("The release is approved.")


def _continue(scene: PageState, given: Given) -> str:
    release.go_on(scene.work(), given["reason"], _open(scene))
    return _("The release was asked to go on.")


def _open(scene: PageState) -> str | None:
    """ID of the release that the form is for."""
    return scene.release.id if scene.release else None


def _pause(scene: PageState, given: Given) -> str:
    release.pause(scene.work(), given["reason"])
    return _("The release was asked to wait.")


def _abort(scene: PageState, given: Given) -> str:
    return _ended(
        lambda: release.abort(scene.work(), _options(scene, given)),
        _("The release was asked to abort where it runs."),
    )


@contextmanager
def _measurement(scene: PageState) -> Iterator[Measurement | None]:
    """What measures a switch; nothing does when production does not answer to this machine."""
    if not scene.sees:
        yield None
        return
    with ProbeProcess() as probe:
        yield Measurement(probe=probe)


def _options(scene: PageState, given: Given) -> release.Options:
    """Options of what may move production."""
    return release.Options(reason=given["reason"], probes=ProbeProcess if scene.sees else None)


def _ended(end: Callable[[], None], otherwise: str) -> str:
    """What is told of an end that may be that of the open release."""
    try:
        end()
    except (release.Aborted, release.RolledBack) as ended:
        return told(ended)
    return otherwise


ACTS: Mapping[str, Action] = {
    act.name: act
    for act in (
        Action(
            name="deploy",
            title=gettext_lazy("Deploy to the standby"),
            form=Deployed,
            hindrance=blockers.deploy,
            says=effects.deploy,
            perform=_deploy,
        ),
        Action(
            name="switch",
            title=gettext_lazy("Switch production"),
            form=Reasoned,
            hindrance=blockers.switch,
            says=effects.switch,
            perform=_switch,
            moves=True,
        ),
        Action(
            name="back",
            title=gettext_lazy("Switch back"),
            form=Reasoned,
            hindrance=blockers.back,
            says=effects.back,
            perform=_back,
            moves=True,
        ),
        Action(
            name="scale",
            title=gettext_lazy("Scale the standby"),
            form=Sized,
            hindrance=blockers.standby,
            says=effects.scale,
            perform=_scale,
        ),
        Action(
            name="shrink",
            title=gettext_lazy("Shrink the standby"),
            form=Reasoned,
            hindrance=blockers.shrink,
            says=effects.shrink,
            perform=_shrink,
        ),
        Action(
            name="lock",
            title=gettext_lazy("Lock"),
            form=Locked,
            hindrance=blockers.lock,
            says=effects.lock,
            perform=_lock,
            minds=frozenset(),
        ),
        Action(
            name="unlock",
            title=gettext_lazy("Unlock"),
            form=Reasoned,
            hindrance=blockers.unlock,
            says=effects.unlock,
            perform=_unlock,
            minds=frozenset({"lock"}),
        ),
        Action(
            name="approve",
            title=gettext_lazy("Approve the release"),
            form=Reasoned,
            hindrance=blockers.approve,
            says=effects.approve,
            perform=_approve,
            minds=frozenset({"live", "release", "version", "stage", "deploy"}),
        ),
        Action(
            name="continue",
            title=gettext_lazy("Go on with the release"),
            form=Reasoned,
            hindrance=blockers.go_on,
            says=effects.go_on,
            perform=_continue,
        ),
        Action(
            name="pause",
            title=gettext_lazy("Pause the release"),
            form=Reasoned,
            hindrance=blockers.pause,
            says=effects.pause,
            perform=_pause,
        ),
        Action(
            name="abort",
            title=gettext_lazy("Abort the release"),
            form=Reasoned,
            hindrance=blockers.release,
            says=effects.abort,
            perform=_abort,
        ),
    )
}
"""What the screen offers, in its order."""
