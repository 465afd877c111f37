"""Acts: what a user of the screen can do to a site, and what the forms say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ao import config, lock, operate, release
from ao.colour import Colour
from ao.doctor.findings import Fate
from ao.journal import Journal, Overridden, TakenOver
from ao.site import Method
from ao_dashboard.bluegreen.scene import Scene
from ao_dashboard.words import spoken

Given = Mapping[str, Any]
"""What the user has filled in."""
HOUR = 3600.0


class Reasoned(forms.Form):
    """The reason, which the journal keeps."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)


class Deployed(Reasoned):
    """A version for the standby."""

    version = forms.CharField(
        label=gettext_lazy("Version"), validators=[RegexValidator(config.VERSION)]
    )
    field_order = ("version", "reason")


class Sized(Reasoned):
    """A size for the standby."""

    size = forms.IntegerField(label=gettext_lazy("Servers"), min_value=1)
    field_order = ("size", "reason")


class Locked(Reasoned):
    """How long the lock is held."""

    hours = forms.FloatField(label=gettext_lazy("Hours"), min_value=0.1, max_value=168, initial=2)
    field_order = ("hours", "reason")


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something that a user can do to a site."""

    name: str
    """Its part of the URL, and what `ao_dashboard.rights` knows it by."""
    title: str | Promise
    form: type[forms.Form]
    offered: Callable[[Scene], bool]
    """Whether there is something to do."""
    says: Callable[[Scene], Iterator[str]]
    """What will happen, in sentences."""
    perform: Callable[[Scene, Given], str]
    """Do it; what is told afterwards. Raises AoError."""


def _whole(scene: Scene) -> bool:
    return scene.facts is not None and scene.facts.live is not None


def _open(scene: Scene) -> bool:
    return scene.release is not None


def _standby(scene: Scene) -> Colour | None:
    return scene.facts.standby if scene.facts else None


def _version(scene: Scene, colour: Colour) -> str:
    system = scene.facts.systems[colour] if scene.facts else None
    return (system.version if system else None) or "?"


def _says_deploy(scene: Scene) -> Iterator[str]:
    standby = _standby(scene)
    if standby is None or scene.facts is None:
        return
    yield _("%(colour)s, the standby, gets the version: Heat replaces its %(count)d servers.") % {
        "colour": spoken(standby),
        "count": scene.facts.systems[standby].size,
    }
    yield _("Production is not touched. This page follows Heat; nothing is switched.")


def _deploy(scene: Scene, given: Given) -> str:
    operate.start_deploy(scene.work(), given["version"], given["reason"])
    return _("Heat has begun to deploy %(version)s.") % given


def _says_switch(scene: Scene) -> Iterator[str]:
    standby = _standby(scene)
    if standby is None or scene.facts is None:
        return
    places = {
        "old": spoken(standby.other),
        "old_version": _version(scene, standby.other),
        "new": spoken(standby),
        "new_version": _version(scene, standby),
    }
    yield (
        _("Production moves from %(old)s (%(old_version)s) to %(new)s (%(new_version)s).") % places
    )
    obstacle = scene.facts.systems[standby].obstacle()
    if obstacle:
        yield _("It will be refused now: %(obstacle)s.") % {"obstacle": spoken(obstacle)}
    yield from _clients(scene)
    yield _("If production does not answer from the new system, it is switched back.")
    yield _("The site file's hooks, checks and notifications do not run from here.")


def _clients(scene: Scene) -> Iterator[str]:
    """What becomes of connected clients, by what was measured on this cloud."""
    pool = scene.site.switch.method is Method.POOL
    yield (
        _("One PUT changes the default pool of the listener for users.")
        if pool
        else _("One PUT moves the floating IP.")
    )
    if scene.findings is None:
        yield _("What becomes of open connections is not known: `ao doctor` was never run here.")
        return
    effect = scene.findings.pool if pool else scene.findings.address
    fates = {
        Fate.KEEP: _("Open connections stay with the old system until they close."),
        Fate.RESET: _("Open connections end after their answer and come back on the new system."),
        Fate.HANG: _("Open connections hang until the client gives up."),
    }
    yield fates[effect.fate]
    yield _("Measured on this cloud: %(lost)d of %(sent)d requests were lost.") % {
        "lost": effect.lost,
        "sent": effect.sent,
    }


def _switch(scene: Scene, given: Given) -> str:
    facts = operate.switch(scene.work(), _standby(scene), reason=given["reason"])
    return _("%(colour)s is live.") % {"colour": spoken(facts.live)}


def _says_scale(scene: Scene) -> Iterator[str]:
    standby = _standby(scene)
    if standby is None or scene.facts is None:
        return
    yield _("%(colour)s, the standby, has %(count)d servers; Heat adds or takes some.") % {
        "colour": spoken(standby),
        "count": scene.facts.systems[standby].size,
    }
    yield _("The live system keeps its size.")


def _scale(scene: Scene, given: Given) -> str:
    standby = _standby(scene)
    assert standby is not None
    operate.start_scale(scene.work(), standby, given["size"], given["reason"])
    return _("Heat brings %(colour)s to %(size)d servers.") % {"colour": spoken(standby), **given}


def _says_lock(scene: Scene) -> Iterator[str]:
    yield _("No release and no switch begins while you hold the lock.")
    if scene.holder:
        yield _("It is held by %(holder)s.") % {"holder": spoken(scene.holder)}


def _lock(scene: Scene, given: Given) -> str:
    work = scene.work()
    holder, before = lock.hold(work, given["reason"], given["hours"] * HOUR)
    if before is not None:
        Journal(work).write(TakenOver(holder=str(before), why=before.over))
    return _("Locked: %(holder)s.") % {"holder": spoken(holder)}


def _says_unlock(scene: Scene) -> Iterator[str]:
    if scene.holder:
        yield _("It is held by %(holder)s.") % {"holder": spoken(scene.holder)}
        if not scene.holder.by_hand:
            yield _("A release or switch that holds it stops before its next step.")


def _unlock(scene: Scene, given: Given) -> str:
    work = scene.work()
    before = lock.free(work, force=True)
    if before is None:
        return _("Nobody held the lock.")
    Journal(work).write(Overridden(what=f"the lock of {before}", reason=given["reason"]))
    return _("Freed the lock of %(holder)s.") % {"holder": spoken(before)}


def _says_release(scene: Scene) -> Iterator[str]:
    if scene.release:
        yield _("The release of %(version)s, begun by %(who)s, is at: %(step)s.") % {
            "version": scene.release.version,
            "who": scene.release.who,
            "step": spoken(scene.release.step) or "-",
        }


def _says_approve(scene: Scene) -> Iterator[str]:
    yield from _says_release(scene)
    yield _(
        "It switches production once it goes on: by itself if it runs, else when it is started."
    )


def _approve(scene: Scene, given: Given) -> str:
    release.go_on(scene.work(), given["reason"])
    return _("The release is approved.")


def _says_abort(scene: Scene) -> Iterator[str]:
    yield from _says_release(scene)
    yield _("It ends. If production has moved already, it is switched back.")


def _abort(scene: Scene, given: Given) -> str:
    try:
        release.abort(scene.work(), release.Options(reason=given["reason"], probes=None))
    except (release.Aborted, release.RolledBack) as ended:
        return _("%s.") % spoken(ended.message)
    return _("The release was asked to abort where it runs.")


ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act(
            name="deploy",
            title=gettext_lazy("Deploy to the standby"),
            form=Deployed,
            offered=_whole,
            says=_says_deploy,
            perform=_deploy,
        ),
        Act(
            name="switch",
            title=gettext_lazy("Switch production"),
            form=Reasoned,
            offered=_whole,
            says=_says_switch,
            perform=_switch,
        ),
        Act(
            name="scale",
            title=gettext_lazy("Scale the standby"),
            form=Sized,
            offered=_whole,
            says=_says_scale,
            perform=_scale,
        ),
        Act(
            name="lock",
            title=gettext_lazy("Lock"),
            form=Locked,
            offered=lambda scene: scene.holder is None,
            says=_says_lock,
            perform=_lock,
        ),
        Act(
            name="unlock",
            title=gettext_lazy("Unlock"),
            form=Reasoned,
            offered=lambda scene: scene.holder is not None,
            says=_says_unlock,
            perform=_unlock,
        ),
        Act(
            name="approve",
            title=gettext_lazy("Approve the release"),
            form=Reasoned,
            offered=_open,
            says=_says_approve,
            perform=_approve,
        ),
        Act(
            name="abort",
            title=gettext_lazy("Abort the release"),
            form=Reasoned,
            offered=_open,
            says=_says_abort,
            perform=_abort,
        ),
    )
}
"""What the screen offers, in its order."""
