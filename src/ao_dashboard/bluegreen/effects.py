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


def deploy(state: PageState) -> Iterator[str]:
    """Yield what a deploy of a version to the standby will do."""
    if state.standby:
        yield _(
            "%(colour)s, the standby, gets the version: Heat replaces its %(count)d servers."
        ) % {
            "colour": localized(state.standby.colour),
            "count": state.standby.size,
        }
    yield _("Production is not touched. This page follows Heat; nothing is switched.")
    yield from _beside(state)


def switch(state: PageState) -> Iterator[str]:
    """Yield what a switch to the standby, or the rest of an unfinished switch, will do."""
    if state.target is None:
        return
    begun = blockers.unfinished(state)
    if begun:
        yield begun
        yield _("It is finished with this.")
    if state.live is state.target:
        yield from _rest(state)
        return
    if state.live:
        yield (
            _("Production moves from %(old)s (%(old_version)s) to %(new)s (%(new_version)s).")
            % _systems(state.live, state.target)
        )
        if state.smaller:
            yield _(
                "%(new)s is smaller: Heat first brings it to %(count)d servers. Then ask again."
            ) % {
                "new": localized(state.target.colour),
                "count": state.live.size,
            }
    yield from _beside(state)
    yield from _move(state, state.target)
    yield from _left_out(state, OF_SWITCH)


def back(state: PageState) -> Iterator[str]:
    """Yield what a switch back to the system that was live before will do."""
    if state.live is None or state.standby is None:
        return
    if state.returning is not None:
        yield _("The way back to %(colour)s was begun and is not finished.") % {
            "colour": localized(state.returning)
        }
        yield _("It is finished with this.")
        yield from _rest(state)
        return
    yield (
        _("Production goes back from %(old)s (%(old_version)s) to %(new)s (%(new_version)s).")
        % _systems(state.live, state.standby)
    )
    if state.release:
        yield from _release(state)
        yield _("It ends with that.")
    yield from _move(state, state.standby)
    yield from _left_out(state, OF_SWITCH_BACK if state.release else OF_SWITCH)


def maintenance_on(state: PageState) -> Iterator[str]:
    """Yield what the beginning of a maintenance will do."""
    wish = state.site.maintenance
    if wish is not None and wish.redirect is not None:
        yield _("All users are sent to %(page)s, with HTTP 302.") % {"page": wish.redirect}
    elif wish is not None:
        yield _("All users are answered by the pool %(pool)s.") % {"pool": wish.pool}
    yield _("It lasts until somebody ends it, also when this web server has ended.")
    yield _("Production stays where it is, and a switch, its checks and its watch pass it.")


def maintenance_off(state: PageState) -> Iterator[str]:
    """Yield what the end of a maintenance will do."""
    yield _("Users reach the site again, whoever has led them elsewhere.")


def scale(state: PageState) -> Iterator[str]:
    """Yield what a change of the standby's size will do."""
    if state.standby:
        yield _("%(colour)s, the standby, has %(count)d servers; Heat adds or takes some.") % {
            "colour": localized(state.standby.colour),
            "count": state.standby.size,
        }
    group = state.site.group
    yield _("Its bounds are %(least)d and %(most)d servers.") % {
        "least": group.minimum,
        "most": group.maximum,
    }
    yield _("The live system keeps its size.")


def shrink(state: PageState) -> Iterator[str]:
    """Yield what shrinking the standby to the size of the site's rules will do."""
    if state.standby:
        yield _("%(colour)s, the standby, shrinks from %(count)d servers to %(fewer)d.") % {
            "colour": localized(state.standby.colour),
            "count": state.standby.size,
            "fewer": state.site.rules.standby.size,
        }
    yield _("To go back to it, it has to grow again first, which takes as long as servers start.")
    yield _("The live system keeps its size.")


def lock(state: PageState) -> Iterator[str]:
    """Yield what holding the lock by hand will do."""
    yield _("No release and no switch begins while you hold the lock.")


def unlock(state: PageState) -> Iterator[str]:
    """Yield what taking the lock from its holder will do."""
    if state.holder is None:
        return
    yield _("It is held by %(holder)s.") % {"holder": localized(state.holder)}
    if not state.holder.by_hand:
        yield _("A release or switch that holds it stops before its next step.")


def approve(state: PageState) -> Iterator[str]:
    """Yield what an approval of the open release's switch will do."""
    yield from _release(state)
    if state.release is None or state.release.new is None or state.facts is None:
        return
    new = state.facts.systems[state.release.new]
    if new.version != state.release.version:
        yield _("It will be refused now: %(colour)s has not got %(version)s yet.") % {
            "colour": localized(new.colour),
            "version": state.release.version,
        }
        return
    yield _(
        "You approve of the release %(release)s: production may move to %(colour)s as it is "
        "deployed now. A deploy after this voids it."
    ) % {"release": state.release.id, "colour": localized(new.colour)}
    if state.site.rules.approve.stricter(state.release.approve) is Approve.TWO_PEOPLE:
        yield _("It takes somebody else than who began the release.")
    yield _(
        "It switches production once it goes on: by itself if it runs, else when it is started."
    )
    yield from _clients(state)


def go_on(state: PageState) -> Iterator[str]:
    """Yield what ending the pause of the open release will do."""
    yield from _release(state)
    yield _("It goes on with its next step. This is no approval: where it needs one, it waits.")
    yield from _clients(state)


def pause(state: PageState) -> Iterator[str]:
    """Yield what pausing the open release will do."""
    yield from _release(state)
    yield _("It waits before its next step, until somebody has it go on or aborts it.")


def abort(state: PageState) -> Iterator[str]:
    """Yield what aborting the open release will do."""
    yield from _release(state)
    yield from _left_out(state, OF_SWITCH_BACK)
    if state.release and state.facts:
        new = state.release.new
        # A way back that was broken off is finished.
        if new is not state.facts.live and state.facts.switching_to is None:
            yield _("It ends. Production has not moved, and stays where it is.")
            return
    yield _("It ends. If production has moved already, it is switched back.")
    yield from _clients(state)


def _rest(state: PageState) -> Iterator[str]:
    """Yield what is left to do of a switch whose main listener leads to its target."""
    astray = ", ".join(it.name for it in state.facts.astray) if state.facts else ""
    if astray:
        yield _("These listeners follow the main one: %(names)s.") % {"names": astray}
    else:
        yield _("Production has moved already.")


def _left_out(state: PageState, keys: frozenset[str]) -> Iterator[str]:
    """Yield what of the site file the cloud has not kept, and the action so leaves out."""
    yield from map(localized, left_out(state.site, keys))


def _systems(old: System, new: System) -> dict[str, str]:
    return {
        "old": localized(old.colour),
        "old_version": old.version or "?",
        "new": localized(new.colour),
        "new_version": new.version or "?",
    }


def _beside(state: PageState) -> Iterator[str]:
    """Yield that a release is open, and that it stays so after the action."""
    if state.release:
        yield from _release(state)
        yield _("It stays open: to end it, abort it.")


def _move(state: PageState, to: System) -> Iterator[str]:
    """Yield what the move of production to a system will do, or why it will be refused."""
    obstacle = to.obstacle()
    if obstacle:
        yield _("It will be refused now: %(obstacle)s.") % {"obstacle": localized(obstacle)}
    yield from _clients(state)
    if state.sees:
        yield _("If production does not answer from the new system, it is switched back.")
    else:
        yield _(
            "Production does not answer to this web server: whether the new system answers is "
            "not seen from here, and nothing is switched back by itself."
        )
    yield _("The site file's hooks, checks and notifications do not run from here.")


def _clients(state: PageState) -> Iterator[str]:
    """Yield what becomes of connected clients, by what `ao doctor` measured on this cloud."""
    pool = state.site.switch.method is Method.POOL
    yield (
        _("One PUT changes the default pool of the listener for users.")
        if pool
        else _("One PUT moves the floating IP.")
    )
    findings = state.findings
    if findings is None and state.site.external_network is None:
        # The doctor moves a floating IP, and here is none.
        return
    if findings is None:
        yield _("What becomes of open connections is not known: `ao doctor` was never run here.")
        return
    if findings.provider != state.site.load_balancer.provider:
        yield _(
            "What becomes of open connections is not known: `ao doctor` has examined %(other)s "
            "here, and the site has %(provider)s."
        ) % {"other": findings.provider, "provider": state.site.load_balancer.provider}
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
    if not pool and drain.way(state.site, hangs=effect.fate is Fate.HANG) in RELOADS:
        yield _("The old load balancer is reloaded, to get them over.")


def _release(state: PageState) -> Iterator[str]:
    if state.release:
        yield _("The release of %(version)s, begun by %(who)s, is at: %(step)s.") % {
            "version": state.release.version,
            "who": state.release.who,
            "step": localized(state.release.step) or "-",
        }
