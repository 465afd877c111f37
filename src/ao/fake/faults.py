"""What goes wrong between a program and the fake cloud, and in the cloud itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ao.cloud.answers import Heard, Unreadable, understanding
from ao.fake.build_faults import BuildFaults
from ao.fake.failure import Failure


class Killed(BaseException):
    """The process is gone at this point: nothing of the program may catch this."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call of the cloud's face."""

    name: str
    """Service and method, for example `floating_ips.point`."""
    arguments: tuple[object, ...]
    writes: bool
    """Whether it asks for a change."""
    at: float = field(default_factory=time.time, compare=False)
    """When it came, in seconds since 1970."""


@dataclass(eq=False, kw_only=True)
class Fault:
    """Something that happens at a call."""

    call: str
    """Name of the call; empty for any one that writes, `*` for any."""
    skip: int
    """Calls that it lets pass before."""
    after: bool
    """Whether it happens once the call has taken effect."""
    act: Callable[[], object]
    others: bool = False
    """Whether somebody else acts at that moment, and the call is answered."""

    def strike(self, *, after: bool) -> None:
        """Let it happen, if this is its side of the call.

        An answer that is none is told as the adapters of a real cloud tell it.
        """
        if after is not self.after:
            return
        if self.others:
            self.act()
            return
        try:
            with understanding("the fake cloud"):
                self.act()
        except Unreadable as error:
            raise error.told(f"call {self.call or 'the cloud'}") from error


class Faults:
    """Faults that wait for their call; each of them happens once."""

    def __init__(self, build_faults: BuildFaults) -> None:
        self._flaws = build_faults
        self._waiting: list[Fault] = []

    def fail(self, call: str, error: Exception, *, skip: int = 0, after: bool = False) -> None:
        """Have a call fail, before it takes effect or after: then the answer is lost.

        `call` is a service and a method, for example `floating_ips.point`.
        """
        self._waiting.append(Fault(call=call, skip=skip, after=after, act=_raiser(error)))

    def garble(
        self, call: str, answer: str = "<html>", *, skip: int = 0, after: bool = False
    ) -> None:
        """Have a call get what is no answer, in place of taking effect or after it.

        `answer` is that, say a page of a proxy. It is told as Unavailable, as of a real cloud.
        """
        heard = Heard(server="the fake cloud", request=call, status=200, body=answer.encode())
        self.fail(call, Unreadable(str(heard)), skip=skip, after=after)

    def kill(self, call: str = "", *, skip: int = 0, after: bool = False) -> None:
        """Kill the process at a call: of that name, any that writes (""), any at all ("*")."""
        self._waiting.append(Fault(call=call, skip=skip, after=after, act=_raiser(Killed())))

    def meanwhile(
        self, call: str, act: Callable[[], object], *, skip: int = 0, after: bool = False
    ) -> None:
        """Have somebody else act right before a call takes effect, or right after."""
        fault = Fault(call=call, skip=skip, after=after, act=act, others=True)
        self._waiting.append(fault)

    def break_next(
        self,
        type: str,  # noqa: A002
        reason: str,
        *,
        action: str = "CREATE",
        error: str = "ResourceInError",
    ) -> None:
        """Have Heat fail at the next creation of a resource type, with this reason."""
        self._flaws.add(type, action, Failure(error, reason))

    def clear(self) -> None:
        """Forget the faults that have not happened."""
        self._waiting.clear()

    def due(self, call: Call) -> list[Fault]:
        """The faults that happen at a call; they are used up then."""
        return [fault for fault in list(self._waiting) if self._strikes(fault, call)]

    def _strikes(self, fault: Fault, call: Call) -> bool:
        """Whether a fault happens at this call."""
        if not (fault.call in ("*", call.name) or (fault.call == "" and call.writes)):
            return False
        if fault.skip > 0:
            fault.skip -= 1
            return False
        self._waiting.remove(fault)
        return True


def _raiser(error: BaseException) -> Callable[[], None]:
    def act() -> None:
        raise error

    return act
