"""What is to go wrong in the building of a project's resources."""

from __future__ import annotations

from ao.fake.failure import Failure


class BuildFaults:
    """Failures that wait for the next resource of their type."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, str, Failure]] = []

    def add(self, type: str, action: str, failure: Failure) -> None:  # noqa: A002
        """Have the next action of that name on a resource of that type fail."""
        self._waiting.append((type, action, failure))

    def strike(self, type: str, action: str) -> None:  # noqa: A002
        """Raise the failure that waits for this, if one does."""
        for flaw in self._waiting:
            if flaw[:2] == (type, action):
                self._waiting.remove(flaw)
                raise flaw[2]
