"""Why Heat could not do something with a resource."""

from __future__ import annotations

from typing import Self


class Failure(Exception):
    """What a service answered to Heat, in the words that Heat puts into its reasons.

    Heat tells the exception of the service's client, the way to the resource through
    nested stacks, and the message (heat/common/exception.py: ResourceFailure).
    """

    def __init__(self, error: str, message: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(error, message, path)
        self.error = error
        self.message = message
        self.path = path

    def inside(self, name: str) -> Self:
        """The same failure as the stack that holds resource `name` tells it."""
        return type(self)(self.error, self.message, ("resources", name, *self.path))

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.error, ".".join(self.path), self.message)))
