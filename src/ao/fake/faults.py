"""Faults of the fake cloud: calls that fail, and resources that cannot be built."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ao.cloud.answers import Heard, Unreadable, understanding
from ao.fake.build_faults import BuildFaults
from ao.fake.failure import Failure
from ao.fake.process import Process


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call of a method of the fake cloud."""

    name: str
    """Service and method, for example `floating_ips.point`."""
    arguments: tuple[object, ...]
    writes: bool
    """Whether it asks for a change."""
    at: float = field(default_factory=time.time, compare=False)
    """Moment of the call, in seconds since 1970."""


@dataclass(eq=False, kw_only=True)
class Fault:
    """An error or an action of another user that happens at a call."""

    call: str
    """Name of the call; empty for any call that writes, `*` for any call."""
    skip: int
    """Number of such calls that pass before it happens."""
    after: bool
    """Whether it happens after the call has taken effect, not before."""
    act: Callable[[], object]
    by_other_user: bool = False
    """Whether `act` is an action of another user, after which the call goes on."""

    def happen(self, *, after: bool) -> None:
        """Let the fault happen, if it belongs on this side of the call.

        An unreadable answer is reported as the adapters of a real cloud report it.
        """
        if after is not self.after:
            return
        if self.by_other_user:
            self.act()
            return
        try:
            with understanding("the fake cloud"):
                self.act()
        except Unreadable as error:
            raise error.told(f"call {self.call or 'the cloud'}") from error


class Faults:
    """The faults that wait for their call; each of them happens once."""

    def __init__(self, build_faults: BuildFaults, process: Process) -> None:
        self._build_faults = build_faults
        self._process = process
        self._waiting: list[Fault] = []

    def fail(self, call: str, error: Exception, *, skip: int = 0, after: bool = False) -> None:
        """Let a call fail before it takes effect or after, when its answer is lost.

        `call` is a service and a method, for example `floating_ips.point`.
        """
        self._waiting.append(Fault(call=call, skip=skip, after=after, act=_raiser(error)))

    def garble(
        self, call: str, answer: str = "<html>", *, skip: int = 0, after: bool = False
    ) -> None:
        """Let a call get an unreadable answer before it takes effect or after.

        `answer` is its text, say a page of a proxy. The call raises Unavailable as on a real
        cloud.
        """
        heard = Heard(server="the fake cloud", request=call, status=200, body=answer.encode())
        self.fail(call, Unreadable(str(heard)), skip=skip, after=after)

    def kill(self, call: str = "", *, skip: int = 0, after: bool = False) -> None:
        """Kill the process at a call of that name, at one that writes (""), or at any ("*").

        No later call of it changes anything, until `Process.restart` starts another one.
        """
        self._waiting.append(Fault(call=call, skip=skip, after=after, act=self._process.kill))

    def meanwhile(
        self, call: str, act: Callable[[], object], *, skip: int = 0, after: bool = False
    ) -> None:
        """Let another user act right before a call takes effect, or right after."""
        fault = Fault(call=call, skip=skip, after=after, act=act, by_other_user=True)
        self._waiting.append(fault)

    def break_next(
        self,
        type: str,  # noqa: A002
        reason: str,
        *,
        action: str = "CREATE",
        error: str = "ResourceInError",
    ) -> None:
        """Let Heat fail at the next action on a resource type, with this reason."""
        self._build_faults.add(type, action, Failure(error, reason))

    def clear(self) -> None:
        """Remove the faults that have not happened."""
        self._waiting.clear()

    def due(self, call: Call) -> list[Fault]:
        """Return the faults that happen at a call, and remove them."""
        return [fault for fault in list(self._waiting) if self._is_due(fault, call)]

    def _is_due(self, fault: Fault, call: Call) -> bool:
        """Return whether a fault happens at this call, and count the call."""
        if not (fault.call in ("*", call.name) or (fault.call == "" and call.writes)):
            return False
        if fault.skip > 0:
            fault.skip -= 1
            return False
        self._waiting.remove(fault)
        return True


def _raiser(error: Exception) -> Callable[[], None]:
    def act() -> None:
        raise error

    return act
