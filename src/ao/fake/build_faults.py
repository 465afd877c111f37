"""Failures that are to happen when Heat builds a project's resources."""

from __future__ import annotations

from ao.fake.failure import Failure


class BuildFaults:
    """The failures that wait for the next action on a resource of their type."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, str, Failure]] = []

    def add(self, type: str, action: str, failure: Failure) -> None:  # noqa: A002
        """Let the next action of that name on a resource of that type fail."""
        self._waiting.append((type, action, failure))

    def raise_due(self, type: str, action: str) -> None:  # noqa: A002
        """Raise the failure that waits for this action on this resource type, if there is one."""
        for waiting in self._waiting:
            if waiting[:2] == (type, action):
                self._waiting.remove(waiting)
                raise waiting[2]
