"""Ownership of the things that a service lists: which are the project's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Owned(Protocol):
    """A thing as a service tells it."""

    @property
    def project(self) -> str | None:
        """ID of its project; None where the service leaves it out."""


T = TypeVar("T", bound=Owned)


def of_project(project: str, items: Iterable[T]) -> tuple[T, ...]:
    """Return those of the items that are the project's. Pure.

    To an administrator Heat lists the stacks and software configs of all projects, each with
    its project; to others it lists their own and leaves the project out
    (heat/db/api.py: _query_stack_get_all, software_config_get_all).
    """
    return tuple(item for item in items if item.project in (project, None))
