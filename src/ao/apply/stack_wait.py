"""Waiting until Heat has finished its work on stacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from ao.apply import console, foreign_ports
from ao.apply.foreign_ports import ForeignPort
from ao.clock import Ready, Waiting
from ao.cloud import Resource, Stack
from ao.errors import BuildFailed, CloudError, DeadlinePassed, NotFound
from ao.message import joined, message
from ao.plan import standstill
from ao.plan.standstill import Standstill
from ao.progress import StackRead
from ao.work import Work

INTERVAL = 1.5
"""Seconds between two looks at a stack."""
STATUS = 10.0
"""Seconds between two looks at the status of a stack while its resources tell that it is busy."""
QUIET = 30.0
"""Seconds without a change of its resources after which a stack may stand still."""
DELETIONS = 3
"""Times that a stack's deletion is asked for, when a service fails in the midst of it."""
PAUSE = 5.0
"""Seconds before a deletion that failed is asked for again."""
CANCELLATION = 60.0
"""Seconds that Heat may take to cancel its work on a stack."""


class StandsStill(DeadlinePassed):
    """Heat's work on a stack stands still, and is to be cancelled."""


def wait_until_complete(work: Work, names: Iterable[str]) -> None:
    """Wait until Heat has created or changed the stacks.

    Raises BuildFailed, which names the failed resources and their reasons once every
    stack has come to rest, and shows the console of a server of theirs; StandsStill and
    DeadlinePassed.
    """
    rested = _at_rest(work, dict.fromkeys(names), gone=False)
    failed = [(it, work.cloud.stacks.resources(it)) for it in rested if it.failed]
    if failed:
        servers = (console.failed_server(resources) for _, resources in failed)
        server = next(filter(None, servers), None)
        started = [console.advice(work.cloud, server)] if server else []
        foreign = [it for _, found in failed for it in foreign_ports.in_the_way(work, found)]
        mend = message("Mend the cause, then `ao up` repairs what is broken.")
        raise _build_failed(failed, foreign, [*started, *(it.cure for it in foreign), mend])


def wait_until_deleted(work: Work, stacks: Iterable[Stack]) -> None:
    """Wait until Heat has deleted the stacks.

    Another stack that gets the name of one of them meanwhile is left alone.

    Heat gives a deletion up at one answer of a service that it did not expect, as
    Octavia's 500 when a listener goes while its pool's member does. It is asked for again, and so
    is one that stands still: Heat then begins anew. It is not where a port of somebody else's is
    in the way, on which Heat has waited already. Raises BuildFailed as `wait_until_complete` does,
    and DeadlinePassed.
    """
    left = _at_rest(work, {stack.name: stack.id for stack in stacks}, gone=True)
    for deletion in range(1, DELETIONS + 1):
        if not left:
            return
        failed = [(it, _resources(work, it)) for it in left]
        foreign = [it for _, found in failed for it in foreign_ports.in_the_way(work, found)]
        if foreign or deletion == DELETIONS:
            mend = message("Mend the cause, then run the same command again.")
            raise _build_failed(failed, foreign, [*(it.cure for it in foreign), mend])
        for stack in left:
            work.cloud.stacks.delete(stack)
        work.clock.sleep(PAUSE)
        left = _at_rest(work, {stack.name: stack.id for stack in left}, gone=True)


def cancel(work: Work, stack: Stack) -> None:
    """Have Heat stop to create or update a stack, and wait until it has; one at rest is left so.

    Raises CloudError and DeadlinePassed.
    """

    def busy() -> bool:
        there = work.cloud.stacks.get(stack.name)
        return there is not None and there.id == stack.id and there.busy

    def look() -> Ready[None] | Waiting:
        return Waiting() if busy() else Ready(None)

    try:
        work.cloud.stacks.cancel(stack)
    except CloudError:
        # Heat refuses it when the work has just come to its end, and an answer may be lost.
        if busy():
            raise
    work.clock.until(
        look,
        what=message("Heat to cancel its work on %(stack)s", stack=stack.name),
        deadline=CANCELLATION,
        interval=INTERVAL,
        cure=message(
            "`openstack stack cancel --no-rollback %(stack)s` does it, too.", stack=stack.name
        ),
    )


def _at_rest(work: Work, ids: Mapping[str, str | None], *, gone: bool) -> tuple[Stack, ...]:
    """Wait until Heat works on none of the stacks, and return those that are still there.

    `ids` has the stacks' names, each with the only ID that counts, or None for any.
    """
    asked: list[float] = []
    followed = {name: _FollowedStack(work, name, wanted) for name, wanted in ids.items()}

    def look() -> Ready[tuple[Stack, ...]] | Waiting:
        stacks: list[Stack] = []
        for it in followed.values():
            stack, resources = it.look()
            if stack is None:
                continue
            stacks.append(stack)
            work.progress.emit(StackRead(stack, resources))
            still = standstill.of_site(work.site, stack, resources, cancel=work.cancel_stuck)
            if gone:
                _sweep(work, resources)
                if still is not None and len(asked) < DELETIONS * len(ids):
                    asked.append(still.since)
                    _delete_again(work, stack, still)
            elif still is not None:
                _tell(work, stack, still)
        if all(stack.failed if gone else not stack.busy for stack in stacks):
            return Ready(tuple(stacks))
        return Waiting(", ".join(f"{it.name} is {it.action}_{it.status}" for it in stacks))

    return work.clock.until(
        look,
        what=message("Heat's work on %(stacks)s", stacks=" and ".join(ids)),
        deadline=work.site.deadlines.build,
        interval=INTERVAL,
        cure=message(
            "The same command waits on; `openstack stack event list` shows what Heat does."
        ),
    )


class _FollowedStack:
    """A stack at which Heat is at work, looked at again and again in one request at a time."""

    def __init__(self, work: Work, name: str, wanted: str | None) -> None:
        """Follow the stack of a name, if it has the `wanted` ID or that is None."""
        self._work = work
        self._name = name
        self._wanted = wanted
        self._stack: Stack | None = None
        self._resources: tuple[Resource, ...] = ()
        self._read = self._changed = 0.0

    def look(self) -> tuple[Stack | None, tuple[Resource, ...]]:
        """Return the stack, None when it is gone, and its resources.

        While Heat goes on with some of these and none has failed, the stack is in progress: it is
        asked for every STATUS seconds then. Where nothing has changed for QUIET seconds it is asked
        for at each look: its time may be over.
        """
        stacks, before, now = self._work.cloud.stacks, self._stack, self._work.clock.now()
        if before is not None and before.busy:
            known, self._resources = self._resources, ()
            with suppress(NotFound):
                self._resources = stacks.resources(before)
            if self._resources != known:
                self._changed = now
            goes_on = self._at_work and now - self._changed < QUIET
            failed = any(it.failed for it in self._resources)
            if goes_on and not failed and now - self._read < STATUS:
                return before, self._resources
        self._read = now
        there = stacks.get(self._name)
        self._stack = there if there and self._wanted in (None, there.id) else None
        anew = before is None or self._stack is None or before.id != self._stack.id
        if self._stack is not None and (anew or (self._at_work and not self._stack.busy)):
            self._resources = stacks.resources(self._stack)
        return self._stack, self._resources

    @property
    def _at_work(self) -> bool:
        return any(it.changing for it in self._resources)


def _delete_again(work: Work, stack: Stack, still: Standstill) -> None:
    work.note(
        message(
            "Heat's deletion of %(stack)s stands still: %(standstill)s. It is asked for again.",
            stack=stack.name,
            standstill=still.text,
        )
    )
    work.cloud.stacks.delete(stack)


def _tell(work: Work, stack: Stack, still: Standstill) -> None:
    """Tell that the creation or update of a stack stands still. Raises StandsStill."""
    seen = message(
        "Heat's work on %(stack)s (%(action)s_%(status)s) stands still: nothing of it has changed "
        "since %(moment)s",
        stack=stack.name,
        action=stack.action,
        status=stack.status,
        moment=still.begin,
    )
    if still.to_cancel:
        raise StandsStill(seen, cure=message("The same command cancels it, and goes on."))
    if work.site.tag not in stack.tags:
        # Of the doctor, which removes what it cannot build.
        work.tell_once(joined("", [seen, "."]))
        return
    hint = message(
        "Heat is slow, or its engine has ended. Its time is over at %(moment)s; Ao then cancels "
        "the work and goes on. Stopped, and run again with --cancel-stuck-update, it does so at "
        "once.",
        moment=still.deadline,
    )
    work.tell_once(joined(". ", [seen, hint]))


def _sweep(work: Work, resources: tuple[Resource, ...]) -> None:
    """Clear a subnet that waits for its deletion after its load balancer has gone."""
    left = {resource.type for resource in resources if resource.status != "DELETE_COMPLETE"}
    if "OS::Octavia::LoadBalancer" in left:
        return
    for resource in resources:
        if resource.type == "OS::Neutron::Subnet" and resource.status == "DELETE_IN_PROGRESS":
            work.cloud.ports.sweep(resource.physical_id)


def _resources(work: Work, stack: Stack) -> tuple[Resource, ...]:
    """Return the resources of a stack; none of one that somebody has deleted meanwhile."""
    with suppress(NotFound):
        return work.cloud.stacks.resources(stack)
    return ()


def _build_failed(
    failed: Iterable[tuple[Stack, tuple[Resource, ...]]],
    foreign: Iterable[ForeignPort],
    cures: Iterable[str],
) -> BuildFailed:
    """Return the error that tells what has failed of stacks, what is in the way, and the cures."""
    failures = [_failure(stack, resources) for stack, resources in failed]
    found = [message("in the way: %(port)s", port=it.text) for it in foreign]
    return BuildFailed(joined("\n", [*failures, *found]), cure=joined("\n", cures))


def _failure(stack: Stack, resources: tuple[Resource, ...]) -> str:
    """Return the failed resources that no failed resource inside them explains."""
    failed = [resource for resource in resources if resource.failed]
    explained = {resource.parent for resource in failed}
    causes = [
        resource
        for resource in failed
        if resource.name not in explained and "aborted" not in resource.reason
    ]
    lines = [f"  {resource.name} ({resource.type}): {resource.reason}" for resource in causes] or [
        f"  {stack.reason}"
    ]
    return joined(
        "\n",
        [
            message("stack %(name)s is %(action)s_FAILED:", name=stack.name, action=stack.action),
            *lines,
        ],
    )
