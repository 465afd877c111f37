"""HOT templates, read and checked as Heat does before it begins."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import yaml

from ao.cloud.models import Template
from ao.errors import CloudError
from ao.fake import hot

Exists = Callable[[str, str], bool]
"""A function that tells whether a thing exists, from its custom constraint and name or ID."""


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A resource as a template defines it."""

    type: str
    properties: Mapping[str, Any]
    """Properties, in which functions are not evaluated."""
    requires: frozenset[str]
    """Names of the resources that must be built before it."""


class Blueprint:
    """A parsed template."""

    def __init__(self, content: Mapping[str, Any], files: Mapping[str, str]) -> None:
        self.files = files
        self.parameters: Mapping[str, Mapping[str, Any]] = content.get("parameters", {})
        self.conditions: Mapping[str, Any] = content.get("conditions", {})
        self.resources: Mapping[str, Mapping[str, Any]] = content.get("resources", {})
        self.outputs: Mapping[str, Mapping[str, Any]] = content.get("outputs", {})

    @classmethod
    def parse(cls, template: Template) -> Self:
        """Parse a template's text."""
        return cls(_content(template.body), template.files)

    def nested(self, name: str) -> Blueprint | None:
        """Return the template in the files that is used as this resource type, or None."""
        if name not in self.files:
            return None
        return Blueprint.parse(Template(body=self.files[name], files=self.files))

    def arguments(self, given: Mapping[str, object], exists: Exists | None) -> dict[str, object]:
        """Return the value of every parameter, in its type; without `exists` any value is taken.

        Raises CloudError for one that is missing, unknown or against a constraint.
        """
        for name in given:
            if name not in self.parameters:
                raise CloudError(f"The Parameter ({name}) was not defined in template.")
        return {
            name: _argument(name, schema, given, exists) for name, schema in self.parameters.items()
        }

    def check_references(self) -> None:
        """Raise CloudError for a resource that refers to one that the template does not have."""
        for name, resource in self.resources.items():
            depends_on = resource.get("depends_on", [])
            explicit = [depends_on] if isinstance(depends_on, str) else depends_on
            for other in (*explicit, *hot.mentioned(resource.get("properties", {}))):
                if other not in self.resources:
                    raise CloudError(f'The specified reference "{other}" (in {name}) is incorrect.')

    def definitions(self, scope: hot.Scope) -> dict[str, Definition]:
        """Return the resources whose conditions hold, by name.

        Raises CloudError when a parameter has the name of one (heat/engine/stack.py: validate).
        """
        there = {
            name
            for name, resource in self.resources.items()
            if hot.holds(resource.get("condition", True), scope)
        }
        for name in self.parameters.keys() & there:
            raise CloudError(f"Duplicate names: {{'{name}'}}")
        return {
            name: _definition(resource, there, scope)
            for name, resource in self.resources.items()
            if name in there
        }


@cache
def _content(body: str) -> Mapping[str, Any]:
    content: Mapping[str, Any] = yaml.safe_load(body)
    return content


def _definition(resource: Mapping[str, Any], there: set[str], scope: hot.Scope) -> Definition:
    depends_on = resource.get("depends_on", [])
    explicit = [depends_on] if isinstance(depends_on, str) else depends_on
    properties = resource.get("properties", {})
    return Definition(
        type=resource["type"],
        properties=properties,
        requires=frozenset({*explicit, *hot.references(properties, scope)} & there),
    )


def _argument(
    name: str, schema: Mapping[str, Any], given: Mapping[str, object], exists: Exists | None
) -> object:
    if name not in given and "default" not in schema:
        raise CloudError(f"The Parameter ({name}) was not provided.")
    try:
        value = _TYPES[schema["type"]](given.get(name, schema.get("default")))
        for constraint in schema.get("constraints", []) if exists else []:
            _constrain(value, constraint, exists or _anything)
    except ValueError as error:
        raise CloudError(f"Parameter '{name}' is invalid: {error}") from error
    return value


def _number(value: Any) -> float | int:
    if isinstance(value, str):
        return float(value) if "." in value else int(value)
    return value if isinstance(value, int) else float(value)


def _boolean(value: Any) -> bool:
    text = str(value).lower()
    if text not in {"true", "t", "on", "y", "yes", "1", "false", "f", "off", "n", "no", "0"}:
        raise ValueError(f"Unrecognized value '{value}'")
    return text in {"true", "t", "on", "y", "yes", "1"}


def _list(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    return [item.strip() for item in str(value).split(",")] if value else []


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


_TYPES: Mapping[str, Callable[[Any], object]] = {
    "string": str,
    "number": _number,
    "boolean": _boolean,
    "comma_delimited_list": _list,
    "json": _json,
}


def _anything(_constraint: str, _value: str) -> bool:
    return True


def _constrain(value: Any, constraint: Mapping[str, Any], exists: Exists) -> None:
    ((kind, wanted),) = ((k, v) for k, v in constraint.items() if k != "description")
    if kind == "allowed_values":
        if value not in wanted:
            raise ValueError(f'"{value}" is not an allowed value {wanted}')
    elif kind != "custom_constraint":
        raise CloudError(f"the fake cloud does not know the template constraint {kind}")
    elif wanted == "net_cidr":
        ipaddress.ip_network(value)
    elif not exists(wanted, str(value)):
        raise ValueError(f"Error validating value '{value}': there is no such {wanted}")
