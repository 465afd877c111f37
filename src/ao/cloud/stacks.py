"""Stacks in Heat."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from openstack import connection
from pydantic import AfterValidator

from ao.cloud import login
from ao.cloud.models import Resource, ResourceChanges, Signal, Stack, Template
from ao.cloud.ownership import of_project
from ao.cloud.rest import ID, Moment, Thing, heat, path
from ao.cloud.sdk_errors import asking
from ao.errors import NotFound
from ao.message import message

_NESTING = 5
"""Levels of stacks below a system, as many as Heat lets there be (max_nested_stack_depth)."""


class Stacks:
    """Stacks of a project, read and written with Heat's API."""

    def __init__(self, cloud: connection.Connection) -> None:
        self._cloud = cloud
        self._heat = heat(cloud)

    def all(self) -> tuple[Stack, ...]:
        """Return the stacks of the project, without nested ones."""
        with asking(message("list the stacks")):
            return self._list()

    def tagged(self, tag: str) -> tuple[Stack, ...]:
        """Return the stacks that carry the tag, without nested ones."""
        with asking(message("list the stacks")):
            return self._list(tags=tag)

    def get(self, name: str) -> Stack | None:
        """Return the stack of that name, or None."""
        with asking(message("look for stack %(name)s", name=name)):
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
        with asking(message("create stack %(name)s", name=name)):
            definition = _definition(template, parameters, tags, deadline)
            body = {"stack_name": name, **definition}
            self._heat.ask("POST", "/stacks", json=body).value(Thing, "stack")

    def update(
        self,
        stack: Stack,
        template: Template,
        parameters: Mapping[str, object],
        tags: frozenset[str],
        deadline: float,
    ) -> None:
        """Begin to change a stack to this template, these parameters and tags."""
        with asking(message("update stack %(name)s", name=stack.name)):
            definition = _definition(template, parameters, tags, deadline)
            self._heat.order("PUT", _path(stack), HTTPStatus.ACCEPTED, json=definition)

    def repair(
        self,
        stack: Stack,
        parameters: Mapping[str, object],
        deadline: float,
        template: Template | None = None,
        tags: frozenset[str] | None = None,
    ) -> None:
        """Begin to bring a stack back to its definition, save for these parameters.

        A PATCH keeps all other parameters, and template and tags unless they are given
        (heat/engine/service.py: _prepare_stack_updates with PARAM_EXISTING).
        """
        with asking(message("repair stack %(name)s", name=stack.name)):
            change: dict[str, object] = {
                "parameters": dict(parameters),
                "timeout_mins": _minutes(deadline),
            }
            if template is not None:
                change |= {"template": template.body, "files": dict(template.files)}
            if tags is not None:
                change["tags"] = ",".join(sorted(tags))
            self._heat.order("PATCH", _path(stack), HTTPStatus.ACCEPTED, json=change)

    def delete(self, stack: Stack) -> None:
        """Begin to delete a stack; nothing happens when it is gone."""
        with asking(message("delete stack %(name)s", name=stack.name)):
            self._heat.delete(_path(stack))

    def preview(
        self, stack: Stack, template: Template, parameters: Mapping[str, object], *, keeps: bool
    ) -> ResourceChanges:
        """Return what Heat would do to a stack's resources if it had this template."""
        with asking(message("preview an update of stack %(name)s", name=stack.name)):
            body = {
                "template": template.body,
                "files": dict(template.files),
                "parameters": dict(parameters),
            }
            method = "PATCH" if keeps else "PUT"
            answer = self._heat.ask(method, f"{_path(stack)}/preview", json=body)
            told = answer.value(_Changes, "resource_changes")
        return ResourceChanges(
            made=_names(told.added),
            changed=_names(told.updated),
            replaced=_names(told.replaced),
            deleted=_names(told.deleted),
        )

    def preview_new(
        self, name: str, template: Template, parameters: Mapping[str, object]
    ) -> ResourceChanges:
        """Return what Heat would make for a new stack.

        The resources of a nested stack are a list among them
        (heat/engine/api.py: format_stack_preview).
        """
        with asking(message("preview stack %(name)s", name=name)):
            body = {
                "stack_name": name,
                "template": template.body,
                "files": dict(template.files),
                "parameters": dict(parameters),
            }
            answer = self._heat.ask("POST", "/stacks/preview", json=body)
            told = answer.value(list[_Previewed | list[object]], "stack", "resources")
        return ResourceChanges(made=_names([it for it in told if isinstance(it, _Previewed)]))

    def parameters(self, stack: Stack) -> Mapping[str, str]:
        """Return the parameters of a stack by name, as texts."""
        with asking(message("read the parameters of stack %(name)s", name=stack.name)):
            told = self._heat.get(_path(stack), dict[str, object], "stack", "parameters")
        return {name: value for name, value in told.items() if isinstance(value, str)}

    def cancel(self, stack: Stack) -> None:
        """Have Heat stop to create or update a stack; what it has begun of it stays.

        Heat asks for the rights of a member (heat/policies/actions.py).
        """
        with asking(message("cancel the update of stack %(name)s", name=stack.name)):
            order = {"cancel_without_rollback": None}
            self._heat.ask("POST", f"{_path(stack)}/actions", json=order).value(object)

    def resources(self, stack: Stack) -> tuple[Resource, ...]:
        """Return the resources of a stack and of the stacks nested in it."""
        with asking(message("list the resources of stack %(name)s", name=stack.name)):
            where = f"{_path(stack)}/resources"
            found = self._heat.all(where, list[_Resource], "resources", nested_depth=_NESTING)
            return tuple(map(_resource, found))

    def validate(self, template: Template, parameters: Mapping[str, object]) -> None:
        """Have Heat look at a template, with those that it uses, and build nothing."""
        with asking(message("have Heat validate the template")):
            body = {
                "template": template.body,
                "files": dict(template.files),
                "parameters": dict(parameters),
            }
            self._heat.ask("POST", "/validate", json=body).value(dict[str, object], "Parameters")

    def mark_unhealthy(self, resource: Resource, reason: str) -> None:
        """Have the next update of its stack replace a resource."""
        with asking(
            message(
                "mark %(resource)s of stack %(name)s for replacement",
                resource=resource.name,
                name=resource.stack_name,
            )
        ):
            change = {"mark_unhealthy": True, "resource_status_reason": reason}
            within = path("stacks", resource.stack_name, resource.stack_id)
            where = within + path("resources", resource.name)
            self._heat.ask("PATCH", where, json=change).value(object)

    def last_signal(self, stack: Stack) -> Signal | None:
        """Return the last signal on which a resource of the stack acted, or None."""
        with asking(message("list the events of stack %(name)s", name=stack.name)):
            query = {"resource_action": "SIGNAL", "sort_keys": "created_at", "sort_dir": "desc"}
            answer = self._heat.ask("GET", f"{_path(stack)}/events", params={**query, "limit": 1})
            events = answer.value(list[_Event], "events")
        return Signal(resource=events[0].resource_name, at=events[0].event_time) if events else None

    def output(self, stack: Stack, key: str) -> str:
        """Value of a stack's output."""
        with asking(
            message("read output %(output)s of stack %(name)s", output=key, name=stack.name)
        ):
            where = _path(stack) + path("outputs", key)
            value = self._heat.get(where, _Output, "output").output_value
        if value is None:
            raise NotFound(
                message(
                    "output %(output)s of stack %(stack)s has no value yet",
                    output=key,
                    stack=stack.name,
                )
            )
        return str(value)

    def _list(self, **query: str) -> tuple[Stack, ...]:
        """Return the stacks of the project.

        Heat fails when it is asked for a tenant and for tags in one request
        (heat/db/api.py: _filter_and_page_query), so it is asked for no tenant.
        """
        return tuple(
            _stack(told, page.moment)
            for page in self._heat.pages("/stacks", "stacks", **query)
            for told in of_project(login.project(self._cloud), page.value(list[_Stack], "stacks"))
        )


def _is_within(links: list[_Link]) -> list[_Link]:
    """Return the links of a resource, if one of them tells its stack."""
    _within(links)
    return links


@dataclass(frozen=True)
class _Stack:
    id: ID
    stack_name: ID
    stack_status: str
    stack_status_reason: str | None
    creation_time: Moment | None
    updated_time: Moment | None
    tags: list[str] | None = None
    project: str | None = None


@dataclass(frozen=True)
class _Link:
    rel: str
    href: str


@dataclass(frozen=True)
class _Resource:
    resource_name: ID
    resource_type: str
    resource_status: str
    resource_status_reason: str | None
    physical_resource_id: str | None
    links: Annotated[list[_Link], AfterValidator(_is_within)]
    updated_time: Moment | None = None
    parent_resource: str | None = None


@dataclass(frozen=True)
class _Previewed:
    resource_name: ID
    resource_type: str


@dataclass(frozen=True)
class _Changes:
    added: list[_Previewed]
    updated: list[_Previewed]
    replaced: list[_Previewed]
    deleted: list[_Previewed]


@dataclass(frozen=True)
class _Event:
    resource_name: str
    event_time: Moment


@dataclass(frozen=True)
class _Output:
    output_value: object


def _names(resources: list[_Previewed]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((it.resource_name, it.resource_type) for it in resources))


def _path(stack: Stack) -> str:
    return path("stacks", stack.name, stack.id)


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


def _stack(told: _Stack, moment: float) -> Stack:
    action, _, status = told.stack_status.partition("_")
    return Stack(
        id=told.id,
        name=told.stack_name,
        action=action,
        status=status,
        reason=told.stack_status_reason or "",
        tags=frozenset(told.tags or ()),
        updated_at=told.updated_time or told.creation_time or "",
        read=moment,
    )


def _within(links: list[_Link]) -> tuple[str, str]:
    """Name and ID of the stack that a resource is in. Raises ValueError where none is told."""
    (href,) = [link.href for link in links if link.rel == "stack"]
    *_, name, id_ = urlsplit(href).path.split("/")
    return name, id_


def _resource(told: _Resource) -> Resource:
    stack_name, stack_id = _within(told.links)
    return Resource(
        name=told.resource_name,
        type=told.resource_type,
        status=told.resource_status,
        reason=told.resource_status_reason or "",
        physical_id=told.physical_resource_id or "",
        stack_name=stack_name,
        stack_id=stack_id,
        parent=told.parent_resource or "",
        updated_at=told.updated_time or "",
    )
