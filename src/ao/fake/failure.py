"""The reason for which an action of Heat on a resource has failed."""

from __future__ import annotations

from typing import Self


class Failure(Exception):
    """A service's refusal of what Heat asked, worded as in Heat's status reasons.

    Heat tells the exception of the service's client, the way to the resource through
    nested stacks, and the message (heat/common/exception.py: ResourceFailure).
    """

    def __init__(self, error: str, message: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(error, message, path)
        self.error = error
        self.message = message
        self.path = path

    def inside(self, name: str) -> Self:
        """Return this failure with resource `name` in front of its path."""
        return type(self)(self.error, self.message, ("resources", name, *self.path))

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.error, ".".join(self.path), self.message)))
