"""The lock of a site: one release, switch or freeze at a time, from whichever machine.

It is a port that holds the agreed address of a network of the site's own stack, or of one that
was there before, as that stack's tags tell. Whoever creates it first has it; Neutron refuses the
second.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from ao import cloud
from ao.cloud import Cloud, LockAddress, Resource, Stack
from ao.errors import Changed, CloudError, Conflict, NotFound, Unavailable
from ao.lock import process_mark
from ao.lock.errors import Locked, NoLock
from ao.lock.holder import Claim, Holder, moment
from ao.lock.lease import AcquiredLock
from ao.message import message
from ao.plan.facts import Facts, built_id
from ao.site import Site, is_name, network_places
from ao.work import Work

WITHIN = "AO_WITHIN"
"""Variable of the environment that a command of the site file has: the name of the site whose
lock's holder waits for it."""
NETWORK = "lock_network"
"""Name of the resource of a site's own stack that is the lock's network."""
ASKED = "ao:asked="
"""Beginning of the tag of a lock that tells its holder to read the journal; its end is drawn, so
that no two are the same."""
TRIES = 5
"""Times that a lock is tried to be taken while others take and leave it."""


def acquire(
    work: Work, purpose: str, *, release: str | None = None, facts: Facts | None = None
) -> AcquiredLock:
    """Take the lock for what follows in a `with` block, and renew it as long as that runs.

    `release` is the version of a release that it is taken for, empty for the open one. `facts`
    are those that were observed right before: they tell the lock's network, for which Heat is
    asked otherwise. They are no facts of a locked site.
    A lock that counts no more is taken over, which is told. Raises Locked when somebody
    else holds it, NoLock when the site has none yet, Forbidden.
    """
    claim = Claim(
        who=work.cloud.user,
        host=socket.gethostname(),
        purpose=purpose,
        process=f"{process_mark.here()}.{secrets.token_hex(8)}",
        url=build_url(os.environ),
        release=release,
    )
    where = place(facts.stack, facts.resources) if facts is not None else _place(work)
    lock, taken_over = _take(work, claim, where)
    return AcquiredLock(work, lock, claim, taken_over)


def acquire_by_hand(work: Work, reason: str, seconds: float) -> tuple[Holder, Holder | None]:
    """Hold the lock by hand for some seconds, with no process that renews it.

    Return its holder, and the one from whom it was taken over, or None. What the
    same user holds by hand on the same machine is held anew. Raises as `acquire`.
    """
    claim = Claim(who=work.cloud.user, host=socket.gethostname(), purpose=reason, lease=seconds)
    before = holder(work)
    ours = before is not None and before.by_hand and _is_ours(work, before)
    if before is not None and ours and not before.over and before.newer is None:
        lock = work.cloud.locks.renew(before.lock, claim.text(time.time()))
        return Holder.of(lock), None
    lock, taken_over = _take(work, claim, _place(work))
    return Holder.of(lock), taken_over


def release(work: Work, *, force: bool = False) -> Holder | None:
    """Free the lock; return who held it, or None when nobody did.

    Without `force`, only a lock that counts no more or that the same user on the same
    machine holds by hand is freed. Raises Locked for others, Changed when it was renewed meanwhile.
    """
    before = holder(work)
    if before is None:
        return None
    if not (force or before.over or (before.by_hand and _is_ours(work, before))):
        raise refusal(work.site, before)
    work.cloud.locks.remove(before.lock)
    return before


def holder(work: Work) -> Holder | None:
    """Return who holds the lock, or left it behind; None when there is no lock."""
    return holder_by(work.cloud, *work.own_stack())


def holder_by(cloud: Cloud, stack: Stack | None, resources: Iterable[Resource]) -> Holder | None:
    """Return who holds the lock of the site whose own stack has these resources, as `holder`."""
    where = place(stack, resources)
    lock = cloud.locks.find(where.network_id, where.at) if where else None
    return Holder.of(lock) if lock else None


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the lock of a site is."""

    network_id: str
    at: LockAddress | None = None
    """Its address; None for the usual one of a network that Ao has made for it."""


def place(stack: Stack | None, resources: Iterable[Resource]) -> Place | None:
    """Return where the lock of a site is, by its own stack; None before that is built. Pure.

    What the site file says does not count: two files must not give two locks.
    """
    told = network_places(stack.tags) if stack is not None else {}
    if "lock-network" in told:
        at = LockAddress(
            subnet_id=told.get("lock-subnet", ""), address=told.get("lock-address", "")
        )
        return Place(network_id=told["lock-network"], at=at)
    network_id = built_id(resources, NETWORK)
    return Place(network_id=network_id) if network_id else None


def mark(work: Work) -> None:
    """Have the process that holds the lock read in the journal what was asked of it.

    Nothing is done where nobody holds it. Raises AoError.
    """
    where = _place(work)
    there = work.cloud.locks.find(where.network_id, where.at) if where else None
    if there is not None:
        with suppress(NotFound):
            work.cloud.locks.mark(there, f"{ASKED}{secrets.token_hex(4)}")


def list_holders(cloud: Cloud) -> Mapping[str, Holder]:
    """Return the holders of all locks of the project that count, by site, in one request."""
    found = (
        (re.fullmatch(r"ao-(.+)-lock", lock.name), Holder.of(lock)) for lock in cloud.locks.all()
    )
    return {
        name[1]: holder
        for name, holder in found
        if name is not None and is_name(name[1]) and not holder.over
    }


def build_url(environ: Mapping[str, str]) -> str:
    """Return the URL of the build of Jenkins, GitLab or GitHub that runs us; empty for none."""
    if all(f"GITHUB_{part}" in environ for part in ("SERVER_URL", "REPOSITORY", "RUN_ID")):
        repository = f"{environ['GITHUB_SERVER_URL']}/{environ['GITHUB_REPOSITORY']}"
        return f"{repository}/actions/runs/{environ['GITHUB_RUN_ID']}"
    return environ.get("BUILD_URL") or environ.get("CI_JOB_URL") or ""


def _take(work: Work, claim: Claim, where: Place | None) -> tuple[cloud.Lock, Holder | None]:
    """Take the lock of a network; return it, and from whom it was taken over, which is told.

    Of two that take over the same one, each removes that very port at most, and one creates
    the next.
    """
    locks = work.cloud.locks
    if where is None:
        raise NoLock(
            message("site %(site)s has no lock yet", site=work.site.name),
            cure=message(
                "`ao up` builds the site. Where `ao down` did not come to its end, run that again "
                "first."
            ),
        )
    taken_over: Holder | None = None
    trouble: CloudError
    for _ in range(TRIES):
        try:
            name = f"{work.site.stack}-lock"
            text = claim.text(time.time())
            return locks.take(where.network_id, name, text, where.at), taken_over
        except (Conflict, Unavailable) as error:
            trouble = error
        there = locks.find(where.network_id, where.at)
        if there is None:
            continue
        before = Holder.of(there)
        if before.is_claim(claim):
            return there, taken_over
        if not before.over:
            raise refusal(work.site, before)
        with suppress(Changed):
            locks.remove(there)
            taken_over = before
            work.note(
                message(
                    "Taking over the lock of %(holder)s: %(why)s.", holder=before, why=before.over
                )
            )
    raise trouble


def _place(work: Work) -> Place | None:
    """Where the lock is; None before the site is built."""
    return place(*work.own_stack())


def _is_ours(work: Work, holder: Holder) -> bool:
    """Return whether the same user on the same machine holds the lock."""
    claim = holder.claim
    ours = (work.cloud.user, socket.gethostname())
    return claim is not None and (claim.who, claim.host) == ours


def refusal(site: Site, holder: Holder) -> Locked:
    """Return the error that tells who holds a site's lock, and until when."""
    if holder.by_hand:
        cure = message(
            "It ends at %(moment)s; `ao unlock` frees it, with --force --reason if it is "
            "somebody else's.",
            moment=moment(holder.until),
        )
    elif os.environ.get(WITHIN) == site.name:
        cure = message(
            "What holds it runs the command that this is part of, and waits for that to end: here "
            "it would be waited for in vain. From within a hook or a check `ao status`, `ao "
            "pause` and `ao abort` work; all else once that has ended."
        )
    else:
        cure = message(
            "Wait until that has ended. A killed one's lock ends by "
            "itself, this one at %(moment)s unless it is renewed. `ao "
            "unlock --force --reason` frees it at once; what holds it then "
            "stops before its next step.",
            moment=moment(holder.until),
        )
    return Locked(
        message("site %(site)s is locked by %(holder)s", site=site.name, holder=holder), cure=cure
    )
