"""The recording and checking that every call of the fake cloud goes through."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from ao.errors import Forbidden, Unavailable
from ao.fake.faults import Call, Faults
from ao.fake.process import Process
from ao.fake.project import Project

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="Service")

_HEAT = ("stacks.", "software_configs.")
"""What the names of calls begin with that Heat's API hands to its engine."""


class Calls:
    """A recorder of a process's calls, which checks the user's role and lets faults happen."""

    def __init__(
        self,
        project: Project,
        *,
        reader: bool,
        admin: bool = False,
        user_id: str = "",
        pause: Callable[[], object] = lambda: None,
    ) -> None:
        """Record calls; before each of them `pause` is called."""
        self._pause = pause
        self._lock = project.deployment.lock
        self._engine = project.deployment.heat_engine
        self.admin = admin
        """Whether the user may do what services leave to administrators."""
        self.reader = reader
        """Whether the user's only role is `reader`."""
        self.user_id = user_id
        """ID of the user who calls."""
        self.calls: list[Call] = []
        self.process = Process()
        self.faults = Faults(project.build_faults, self.process)

    def take(self, call: Call, effect: Callable[[], R]) -> R:
        """Record a call and let it take effect. Raises Forbidden if a reader asks for a change.

        A process that was killed asks for none: its call is not recorded, and raises Killed.
        Faults happen outside the lock, since other users may do a whole job in one.
        """
        self._pause()
        if call.writes:
            self.process.check()
        with self._lock:
            self.calls.append(call)
            faults = self.faults.due(call)
        if call.writes and self.reader:
            raise Forbidden(f"cannot call {call.name}: the user has no role that allows it")
        for fault in faults:
            fault.happen(after=False)
        if call.name.startswith(_HEAT) and not self._engine.running:
            raise Unavailable(f"cannot call {call.name}: Heat's engine does not answer (HTTP 504)")
        with self._lock:
            result = effect()
        for fault in faults:
            fault.happen(after=True)
        return result


class Service:
    """A service of the fake cloud; its marked methods go through `calls`."""

    name: str

    def __init__(self, project: Project, calls: Calls) -> None:
        self._project = project
        self.calls = calls


def _call(
    writes: bool,
) -> Callable[[Callable[Concatenate[S, P], R]], Callable[Concatenate[S, P], R]]:
    def decorate(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
        @wraps(method)
        def taken(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
            call = Call(
                name=f"{self.name}.{method.__name__}",
                arguments=(*args, *kwargs.values()),
                writes=writes,
            )
            return self.calls.take(call, lambda: method(self, *args, **kwargs))

        return taken

    return decorate


reads = _call(writes=False)
"""Decorator for a method of a service that only reads."""
writes = _call(writes=True)
"""Decorator for a method of a service that asks for a change."""
