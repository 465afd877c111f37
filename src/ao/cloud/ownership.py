"""Whose the things are that a service lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Item = Mapping[str, Any]
"""A thing as a service tells it."""


def of_project(project: str, items: Iterable[Item]) -> tuple[Item, ...]:
    """Those of the items that are the project's. Pure.

    To an administrator Heat lists the stacks and software configs of all projects, each with
    its project; to others it lists their own and leaves the project out
    (heat/db/api.py: _query_stack_get_all, software_config_get_all).
    """
    return tuple(item for item in items if item.get("project", project) == project)
