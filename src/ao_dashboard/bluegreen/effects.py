"""Effects: sentences that tell a user of the screen what an action will do."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ao.apply.switch import drain
from ao.doctor.findings import Fate
from ao.plan.facts import System
from ao.site import DrainWay, Method
from ao.site.left_out import OF_SWITCH, OF_SWITCH_BACK, left_out
from ao.site.rules import Approve
from ao_dashboard.bluegreen import blockers
from ao_dashboard.bluegreen.page_state import PageState
from ao_dashboard.words import localized

RELOADS = frozenset({DrainWay.AFTER, DrainWay.AROUND})
"""Ways to drain that reload the old load balancer."""


def deploy(scene: PageState) -> Iterator[str]:
    """Of a version for the standby."""
    if scene.standby:
        yield _(
            "%(colour)s, the standby, gets the version: Heat replaces its %(count)d servers."
        ) % {
            "colour": localized(scene.standby.colour),
            "count": scene.standby.size,
        }
    yield _("Production is not touched. This page follows Heat; nothing is switched.")
    yield from _beside(scene)


def switch(scene: PageState) -> Iterator[str]:
    """Of a switch to the standby, or of the rest of an unfinished one."""
    if scene.target is None:
        return
    begun = blockers.unfinished(scene)
    if begun:
        yield begun
        yield _("It is finished with this.")
    if scene.live is scene.target:
        yield _("Production has moved already.")
        return
    if scene.live:
        yield (
            _("Production moves from %(old)s (%(old_version)s) to %(new)s (%(new_version)s).")
            % _systems(scene.live, scene.target)
        )
        if scene.smaller:
            yield _(
                "%(new)s is smaller: Heat first brings it to %(count)d servers. Then ask again."
            ) % {
                "new": localized(scene.target.colour),
                "count": scene.live.size,
            }
    yield from _beside(scene)
    yield from _move(scene, scene.target)
    yield from _left_out(scene, OF_SWITCH)


def back(scene: PageState) -> Iterator[str]:
    """Of a switch back to what was live before."""
    if scene.live is None or scene.standby is None:
        return
    yield (
        _("Production goes back from %(old)s (%(old_version)s) to %(new)s (%(new_version)s).")
        % _systems(scene.live, scene.standby)
    )
    if scene.release:
        yield from _release(scene)
        yield _("It ends with that.")
    yield from _move(scene, scene.standby)
    yield from _left_out(scene, OF_SWITCH_BACK if scene.release else OF_SWITCH)


def scale(scene: PageState) -> Iterator[str]:
    """Of another size for the standby."""
    if scene.standby:
        yield _("%(colour)s, the standby, has %(count)d servers; Heat adds or takes some.") % {
            "colour": localized(scene.standby.colour),
            "count": scene.standby.size,
        }
    group = scene.site.group
    yield _("Its bounds are %(least)d and %(most)d servers.") % {
        "least": group.minimum,
        "most": group.maximum,
    }
    yield _("The live system keeps its size.")


def shrink(scene: PageState) -> Iterator[str]:
    """Of the smallest standby that the site's rules know."""
    if scene.standby:
        yield _("%(colour)s, the standby, shrinks from %(count)d servers to %(fewer)d.") % {
            "colour": localized(scene.standby.colour),
            "count": scene.standby.size,
            "fewer": scene.site.rules.standby.size,
        }
    yield _("To go back to it, it has to grow again first, which takes as long as servers start.")
    yield _("The live system keeps its size.")


def lock(scene: PageState) -> Iterator[str]:
    """Of a lock by hand."""
    yield _("No release and no switch begins while you hold the lock.")


def unlock(scene: PageState) -> Iterator[str]:
    """Of taking the lock from its holder."""
    if scene.holder is None:
        return
    yield _("It is held by %(holder)s.") % {"holder": localized(scene.holder)}
    if not scene.holder.by_hand:
        yield _("A release or switch that holds it stops before its next step.")


def approve(scene: PageState) -> Iterator[str]:
    """Of letting the release pass to its switch."""
    yield from _release(scene)
    if scene.release is None or scene.release.new is None or scene.facts is None:
        return
    new = scene.facts.systems[scene.release.new]
    if new.version != scene.release.version:
        yield _("It will be refused now: %(colour)s has not got %(version)s yet.") % {
            "colour": localized(new.colour),
            "version": scene.release.version,
        }
        return
    yield _(
        "You approve of the release %(release)s: production may move to %(colour)s as it is "
        "deployed now. A deploy after this voids it."
    ) % {"release": scene.release.id, "colour": localized(new.colour)}
    if scene.site.rules.approve.stricter(scene.release.approve) is Approve.TWO_PEOPLE:
        yield _("It takes somebody else than who began the release.")
    yield _(
        "It switches production once it goes on: by itself if it runs, else when it is started."
    )
    yield from _clients(scene)


def go_on(scene: PageState) -> Iterator[str]:
    """Of ending the release's pause."""
    yield from _release(scene)
    yield _("It goes on with its next step. This is no approval: where it needs one, it waits.")
    yield from _clients(scene)


def pause(scene: PageState) -> Iterator[str]:
    """Of having the release wait."""
    yield from _release(scene)
    yield _("It waits before its next step, until somebody has it go on or aborts it.")


def abort(scene: PageState) -> Iterator[str]:
    """Of ending the release."""
    yield from _release(scene)
    yield from _left_out(scene, OF_SWITCH_BACK)
    if scene.release and scene.facts:
        new = scene.release.new
        if new not in (scene.facts.live, scene.facts.switching_to):
            yield _("It ends. Production has not moved, and stays where it is.")
            return
    yield _("It ends. If production has moved already, it is switched back.")
    yield from _clients(scene)


def _left_out(scene: PageState, keys: frozenset[str]) -> Iterator[str]:
    """Of what the site file says and the cloud has not kept."""
    yield from map(localized, left_out(scene.site, keys))


def _systems(old: System, new: System) -> dict[str, str]:
    return {
        "old": localized(old.colour),
        "old_version": old.version or "?",
        "new": localized(new.colour),
        "new_version": new.version or "?",
    }


def _beside(scene: PageState) -> Iterator[str]:
    """Of a release that is open and does not end with the act."""
    if scene.release:
        yield from _release(scene)
        yield _("It stays open: to end it, abort it.")


def _move(scene: PageState, to: System) -> Iterator[str]:
    """Of the move of production itself."""
    obstacle = to.obstacle()
    if obstacle:
        yield _("It will be refused now: %(obstacle)s.") % {"obstacle": localized(obstacle)}
    yield from _clients(scene)
    if scene.sees:
        yield _("If production does not answer from the new system, it is switched back.")
    else:
        yield _(
            "Production does not answer to this web server: whether the new system answers is "
            "not seen from here, and nothing is switched back by itself."
        )
    yield _("The site file's hooks, checks and notifications do not run from here.")


def _clients(scene: PageState) -> Iterator[str]:
    """Of connected clients, by what was measured on this cloud."""
    pool = scene.site.switch.method is Method.POOL
    yield (
        _("One PUT changes the default pool of the listener for users.")
        if pool
        else _("One PUT moves the floating IP.")
    )
    findings = scene.findings
    if findings is None:
        yield _("What becomes of open connections is not known: `ao doctor` was never run here.")
        return
    if findings.provider != scene.site.load_balancer.provider:
        yield _(
            "What becomes of open connections is not known: `ao doctor` has examined %(other)s "
            "here, and the site has %(provider)s."
        ) % {"other": findings.provider, "provider": scene.site.load_balancer.provider}
        return
    effect = findings.pool if pool else findings.address
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
    if not pool and drain.way(scene.site, hangs=effect.fate is Fate.HANG) in RELOADS:
        yield _("The old load balancer is reloaded, to get them over.")


def _release(scene: PageState) -> Iterator[str]:
    if scene.release:
        yield _("The release of %(version)s, begun by %(who)s, is at: %(step)s.") % {
            "version": scene.release.version,
            "who": scene.release.who,
            "step": localized(scene.release.step) or "-",
        }
