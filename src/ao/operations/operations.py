"""Operations on a site as an operator orders them: under the site's lock, and in its journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace

from ao import lock
from ao.apply.switch import target
from ao.cloud import SoftwareConfigList
from ao.colour import Colour
from ao.errors import Refused
from ao.hooks import hooks, migration
from ao.journal import (
    MOVING,
    Act,
    Begun,
    Event,
    Journal,
    Noted,
    Operation,
    Outcome,
    Overridden,
    Stage,
    Switched,
    TakenOver,
)
from ao.journal.folding import TEXTS
from ao.lock import Holder
from ao.message import message
from ao.operations import reconcile, switch_options
from ao.operations.chosen_image import image_id, with_image
from ao.operations.locked_site import JournalledOperation, begin, fold, journalled, locked
from ao.operations.switch_options import SwitchOptions
from ao.plan import guard
from ao.plan.facts import Facts
from ao.plan.observation import own_stack
from ao.site import checked_version
from ao.site.left_out import OF_SWITCH, left_out
from ao.site.rules import Approve
from ao.site.tls import CertificateFiles
from ao.work import Work


def up(work: Work, *, failover: bool = False) -> Facts:
    """Build what is missing and repair what is broken.

    With `failover` Octavia is asked to build load balancers anew that are in ERROR.

    A site that is not built yet has no lock: of two that build it at once, Heat takes one.
    Raises Locked, and as `reconcile.up` does.
    """
    if own_stack(work.cloud, work.site) is None:
        return reconcile.up(work, failover=failover)
    with journalled(work, Begun(act=Act.UP), "up") as operation:
        return reconcile.up(operation.work, failover=failover)


def deploy(work: Work, version: str, reason: str = "", image: str = "") -> Facts:
    """Bring a version to the standby, with an image if one is chosen.

    Raises Locked, and as `reconcile.deploy` does.
    """
    chosen = image_id(work, image)
    work = with_image(work, chosen)
    with _deploying(work, version, reason, Outcome.DONE, chosen) as operation:
        return reconcile.deploy(operation.work, version)


def start_deploy(work: Work, version: str, reason: str = "", image: str = "") -> None:
    """Have Heat begin to bring a version to the standby; the lock is free again after that.

    Until Heat has finished, its work on the stack keeps others off the standby. Raises Locked,
    and as `reconcile.start_deploy` does.
    """
    chosen = image_id(work, image)
    work = with_image(work, chosen)
    with _deploying(work, version, reason, Outcome.LEFT_TO_HEAT, chosen) as operation:
        reconcile.start_deploy(operation.work, version)


def scale(work: Work, colour: Colour, size: int, reason: str = "") -> Facts:
    """Bring a system to a size.

    Raises Refused beyond the site's bounds, Locked, and as `reconcile.scale` does.
    """
    with _scaling(work, colour, size, reason, Outcome.DONE) as operation:
        return reconcile.scale(operation.work, colour, size)


def renew(work: Work, files: CertificateFiles | None = None, reason: str = "") -> Facts:
    """Have a site serve another certificate: of files, or of the site file.

    Raises Locked, NoLock before the site is built, and as `reconcile.renew` does.
    """
    with journalled(work, Begun(act=Act.RENEW, reason=reason), "certificate renew") as operation:
        return reconcile.renew(operation.work, files)


def new_preview_key(work: Work, reason: str = "") -> Facts:
    """Have requests reach a site's systems by new values.

    Raises Locked, NoLock before the site is built, and as `reconcile.new_preview_key` does.
    """
    with journalled(work, Begun(act=Act.PREVIEW, reason=reason), "preview --new-key") as operation:
        return reconcile.new_preview_key(operation.work)


def start_scale(work: Work, colour: Colour, size: int, reason: str = "") -> None:
    """Have Heat begin to bring a system to a size; the lock is free again after that.

    Raises Refused beyond the site's bounds, Locked, and as `reconcile.start_scale` does.
    """
    with _scaling(work, colour, size, reason, Outcome.LEFT_TO_HEAT) as operation:
        reconcile.start_scale(operation.work, colour, size)


def switch(
    work: Work,
    wanted: Colour | None = None,
    options: SwitchOptions = switch_options.DEFAULT,
    *,
    i_know: bool = False,
    reason: str = "",
    seen: Callable[[], Facts] | None = None,
) -> Facts:
    """Make another system live.

    `seen` gives the facts of an observation that the command has begun with, if it has begun one.
    Raises Locked; Refused when that would go back past a one-way change of the database, but
    for `i_know`; and as `reconcile.switch` does.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal") as aside:
        known = aside.submit(_operations, work)
        before = seen() if seen is not None else work.observe()
        texts, releases = known.result()
    to = target(before, wanted or _unfinished(releases, before))
    version = before.systems[to].version
    begun = Begun(act=Act.SWITCH, version=version, old=before.live, new=to, reason=reason)
    if not options.force:
        _leave_to_release(work, releases, before, to)
    returns = goes_back(releases, before.live, to)
    if returns and not i_know:
        _may_go_back(work, before, to)
    purpose = message("switch to %(colour)s", colour=to)
    with (
        locked(work, purpose, facts=before) as site,
        # Begun under the lock; what was observed before it was for what is said of the switch.
        reconcile.looking(replace(site.work, texts=texts)) as looks,
        site.operation(begun) as operation,
    ):
        site.journal.know(texts, now=False)
        for note in left_out(work.site, OF_SWITCH):
            operation.work.note(note)
            operation.write(Noted(text=note))
        if version is not None and not returns:
            context = hooks.context(work, before, to, version)
            answer = None if options.force else migration.ask(work, context)
            for event in migration.told(work, version, answer):
                operation.write(event)
            one_way = answer or version in work.site.migration.one_way
            if one_way and not i_know:
                # The old system could not use the database: production stays, whatever is seen.
                options = replace(options, may_return=False)
        try:
            return reconcile.switch(operation.work, to, options, looks)
        finally:
            measurement = options.measurement
            if measurement is not None and measurement.cutover is not None:
                operation.write(Switched(cutover=measurement.cutover))


def _unfinished(releases: Sequence[Operation], facts: Facts) -> Colour | None:
    """Return the system that a switch made live which was broken off after that. Pure.

    Where both systems are reached on one listener, the load balancer does not tell.
    """
    last = next((it for it in reversed(releases) if it.act in MOVING), None)
    if not facts.previews_by_request or last is None or last.outcome is not None:
        return None
    return last.new if last.act == Act.SWITCH and last.new is facts.live else None


def _operations(work: Work) -> tuple[SoftwareConfigList, tuple[Operation, ...]]:
    """Return the project's texts, and the operations that the site's journal tells of."""
    texts, journal = work.cloud.software_configs.listing(), Journal(work)
    journal.know(texts)
    return texts, journal.operations()


def down(work: Work, colours: frozenset[Colour]) -> Facts:
    """Delete the site, its journal too, or one system of it that is not live.

    Raises Locked, and as `reconcile.down` does.
    """
    if colours != frozenset(Colour):
        (colour,) = colours
        with journalled(work, Begun(act=Act.DOWN, new=colour), f"down {colour}") as operation:
            return reconcile.down(operation.work, colours)
    try:
        held = lock.acquire(work, "down")
    except lock.NoLock:
        # Without its own stack a site has no lock either.
        facts = reconcile.down(work, colours)
    else:
        with held:
            facts = reconcile.down(held.guard(work), colours)
    Journal(work).forget()
    return facts


def give_up(work: Work, reason: str = "") -> Facts:
    """Give the adopted system up, so that its colour may get a version.

    Raises Locked, and as `reconcile.give_up` does.
    """
    begun = Begun(act=Act.UP, reason=reason or message("the adopted system is given up"))
    with journalled(work, begun, "up") as operation:
        return reconcile.give_up(operation.work)


def disown(work: Work, *, to_live: bool) -> Facts:
    """Give an adopted load balancer back to its owner; the journal goes with what Ao has made.

    Raises Locked, and as `reconcile.disown` does.
    """
    try:
        held = lock.acquire(work, "disown")
    except lock.NoLock:
        # Without its own stack a site has no lock either.
        facts = reconcile.disown(work, to_live=to_live)
    else:
        with held:
            facts = reconcile.disown(held.guard(work), to_live=to_live)
    Journal(work).forget()
    return facts


def hold(work: Work, reason: str, seconds: float) -> Holder:
    """Hold the lock by hand for some seconds; return its holder. Raises as `acquire_by_hand` does.

    The journal tells that the lock was taken, and whose lock was taken over.
    """
    holder, before = lock.acquire_by_hand(work, reason, seconds)
    taken_over = TakenOver(holder=str(before), why=before.over) if before else None
    _tell(work, Begun(act=Act.LOCK, reason=reason), taken_over)
    return holder


def free(work: Work, reason: str = "", *, force: bool = False) -> Holder | None:
    """Free the lock; return who held it, or None. Raises as `lock.release` does.

    The journal tells that the lock was freed, and with `force` whose lock it was.
    """
    before = lock.release(work, force=force)
    if before is not None:
        overridden = (
            Overridden(what=message("the lock of %(holder)s", holder=before), reason=reason)
            if force
            else None
        )
        _tell(work, Begun(act=Act.UNLOCK, reason=reason), overridden)
    return before


def _tell(work: Work, begun: Begun, more: Event | None) -> None:
    """Write an act on the lock, which is done at once, into the journal."""
    journal = Journal(work)
    act = begin(journal, begun)
    if more is not None:
        journal.write(more, act)
    fold(work, journal, above=TEXTS)


def _deploying(
    work: Work, version: str, reason: str, outcome: Outcome, image: str
) -> AbstractContextManager[JournalledOperation]:
    checked_version(version)
    before = work.observe()
    begun = Begun(
        act=Act.DEPLOY,
        version=version,
        old=before.live,
        new=before.standby,
        reason=reason,
        image=image,
    )
    return journalled(work, begun, f"deploy {version}", outcome)


def _scaling(
    work: Work, colour: Colour, size: int, reason: str, outcome: Outcome
) -> AbstractContextManager[JournalledOperation]:
    guard.may_have(work.site.group, size)
    begun = Begun(act=Act.SCALE, new=colour, reason=reason)
    return journalled(
        work, begun, message("scale %(colour)s to %(size)s", colour=colour, size=size), outcome
    )


def goes_back(releases: Sequence[Operation], live: Colour | None, to: Colour) -> bool:
    """Return whether a switch to a system goes back to the version that was live before. Pure.

    It does when the operation that made the other system live left this one, and no version was
    deployed to this one since.
    """
    for release in reversed(releases):
        if release.new is to and _deployed(release):
            return False
        if release.new is live and release.act in MOVING:
            return release.old is to
    return False


def _deployed(release: Operation) -> bool:
    """Return whether an operation brought a version to a system; one that only began has not."""
    if release.act == Act.DEPLOY:
        return release.outcome in {Outcome.DONE, Outcome.LEFT_TO_HEAT}
    return release.act == Act.RELEASE and any(step.done for step in release.runs(Stage.DEPLOY))


def _leave_to_release(work: Work, releases: Sequence[Operation], before: Facts, to: Colour) -> None:
    """Refuse to do by hand the switch that an open release may do only with an approval."""
    if before.live is to:
        return
    for release in releases:
        if work.site.rules.approve.stricter(release.approve) is Approve.AUTO:
            continue
        begun = bool(release.runs(Stage.SWITCH))
        if release.is_open_release and release.new is to and not begun:
            raise Refused(
                message(
                    "the release of %(version)s switches production to %(colour)s, "
                    "and that needs an approval",
                    version=release.version,
                    colour=to,
                ),
                cure=message(
                    "`ao approve %(release)s`, then `ao release continue`; or `ao "
                    "abort` ends it first. --force switches all the same, in an "
                    "emergency.",
                    release=release.id,
                ),
            )


def _may_go_back(work: Work, facts: Facts, to: Colour) -> None:
    """Refuse to go back past a one-way change of the database."""
    if facts.live is None or facts.systems[facts.live].is_adopted:
        # Ao has brought no version to an adopted system, so that none changed the database.
        return
    version = facts.systems[facts.live].version
    if version is None:
        raise migration.refusal(message("the live version, which is not known,"), to)
    if migration.one_way(work, hooks.context(work, facts, to.other, version)):
        raise migration.refusal(version, to)
