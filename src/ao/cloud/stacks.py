"""Stacks in Heat."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from openstack import connection, exceptions

from ao.cloud.ownership import of_project
from ao.cloud.translate import asking
from ao.cloud.values import Resource, Signal, Stack, Template
from ao.errors import NotFound

_NESTING = 3
"""Levels of stacks below a system: its group, a member of the group, one to spare."""


class Stacks:
    """Stacks of a project, read and written with Heat's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud

    def all(self) -> tuple[Stack, ...]:
        """Stacks of the project, without nested ones."""
        with asking("list the stacks"):
            return self._list()

    def tagged(self, tag: str) -> tuple[Stack, ...]:
        """Stacks that carry the tag, without nested ones."""
        with asking("list the stacks"):
            return self._list(tags=tag)

    def get(self, name: str) -> Stack | None:
        """The stack of that name, or None."""
        with asking(f"look for stack {name}"):
            return next(iter(self._list(name=name)), None)

    def create(
        self,
        name: str,
        template: Template,
        parameters: Mapping[str, object],
        tags: frozenset[str],
        deadline: float,
    ) -> None:
        """Begin to create a stack."""
        with asking(f"create stack {name}"):
            definition = _definition(template, parameters, tags, deadline)
            self._write("POST", "/stacks", {"stack_name": name, **definition})

    def update(
        self,
        stack: Stack,
        template: Template,
        parameters: Mapping[str, object],
        tags: frozenset[str],
        deadline: float,
    ) -> None:
        """Begin to change a stack to this template, these parameters and tags."""
        with asking(f"update stack {stack.name}"):
            self._write("PUT", _path(stack), _definition(template, parameters, tags, deadline))

    def repair(self, stack: Stack, parameters: Mapping[str, object], deadline: float) -> None:
        """Begin to bring a stack back to its definition, save for these parameters.

        A PATCH keeps template, tags and all other parameters
        (heat/engine/service.py: _prepare_stack_updates with PARAM_EXISTING).
        """
        with asking(f"repair stack {stack.name}"):
            change = {"parameters": dict(parameters), "timeout_mins": _minutes(deadline)}
            self._write("PATCH", _path(stack), change)

    def delete(self, stack: Stack) -> None:
        """Begin to delete a stack; nothing happens when it is gone."""
        with asking(f"delete stack {stack.name}"):
            self._cloud.orchestration.delete_stack(stack.id, ignore_missing=True)

    def resources(self, stack: Stack) -> tuple[Resource, ...]:
        """Resources of a stack and of the stacks nested in it."""
        with asking(f"list the resources of stack {stack.name}"):
            path = f"{_path(stack)}/resources?nested_depth={_NESTING}"
            return tuple(_resource(item) for item in self._read(path)["resources"])

    def mark_unhealthy(self, resource: Resource, reason: str) -> None:
        """Have the next update of its stack replace a resource."""
        with asking(f"mark {resource.name} of stack {resource.stack_name} for replacement"):
            self._write(
                "PATCH",
                f"/stacks/{resource.stack_name}/{resource.stack_id}/resources/{resource.name}",
                {"mark_unhealthy": True, "resource_status_reason": reason},
            )

    def last_signal(self, stack: Stack) -> Signal | None:
        """The last signal on which a resource of the stack acted, or None."""
        with asking(f"list the events of stack {stack.name}"):
            query = "resource_action=SIGNAL&sort_keys=created_at&sort_dir=desc&limit=1"
            events = self._read(f"{_path(stack)}/events?{query}")["events"]
        if not events:
            return None
        return Signal(resource=events[0]["resource_name"], at=events[0]["event_time"])

    def output(self, stack: Stack, key: str) -> str:
        """Value of a stack's output."""
        with asking(f"read output {key} of stack {stack.name}"):
            value = self._read(f"{_path(stack)}/outputs/{key}")["output"]["output_value"]
        if value is None:
            raise NotFound(f"output {key} of stack {stack.name} has no value yet")
        return str(value)

    def _list(self, **query: str) -> tuple[Stack, ...]:
        """Stacks of the project.

        Heat fails when it is asked for a tenant and for tags in one request
        (heat/db/api.py: _filter_and_page_query), so it is asked for no tenant.
        """
        told = self._read("/stacks", **query)["stacks"]
        return tuple(map(_stack, of_project(str(self._cloud.current_project_id), told)))

    def _read(self, path: str, **query: str) -> Any:
        response = self._cloud.orchestration.get(path, params=query)
        exceptions.raise_from_response(response)
        return response.json()

    def _write(self, method: str, path: str, body: Mapping[str, object]) -> None:
        response = self._cloud.orchestration.request(path, method, json=body)
        exceptions.raise_from_response(response)


def _path(stack: Stack) -> str:
    return f"/stacks/{stack.name}/{stack.id}"


def _minutes(deadline: float) -> int:
    return max(1, math.ceil(deadline / 60))


def _definition(
    template: Template, parameters: Mapping[str, object], tags: frozenset[str], deadline: float
) -> dict[str, object]:
    return {
        "template": template.body,
        "files": dict(template.files),
        "parameters": dict(parameters),
        "tags": ",".join(sorted(tags)),
        "timeout_mins": _minutes(deadline),
        "disable_rollback": True,
    }


def _stack(item: Mapping[str, Any]) -> Stack:
    action, _, status = item["stack_status"].partition("_")
    return Stack(
        id=item["id"],
        name=item["stack_name"],
        action=action,
        status=status,
        reason=item["stack_status_reason"] or "",
        tags=frozenset(item["tags"] or ()),
        updated_at=item["updated_time"] or item["creation_time"] or "",
    )


def _resource(item: Mapping[str, Any]) -> Resource:
    links = {link["rel"]: urlsplit(link["href"]).path for link in item["links"]}
    stack_name, stack_id = links["stack"].rsplit("/", 2)[1:]
    return Resource(
        name=item["resource_name"],
        type=item["resource_type"],
        status=item["resource_status"],
        reason=item["resource_status_reason"] or "",
        physical_id=item["physical_resource_id"] or "",
        stack_name=stack_name,
        stack_id=stack_id,
        parent=item.get("parent_resource") or "",
    )
