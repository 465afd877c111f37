"""Functions of HOT templates, version 2021-04-16: those that Ao's templates use."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from ao.errors import CloudError


class Scope(Protocol):
    """The parameters, conditions and resources that a template refers to by name."""

    def parameter(self, name: str) -> object:
        """Return the value of a parameter."""

    def condition(self, name: str) -> bool:
        """Return whether a condition holds."""

    def reference(self, name: str) -> object:
        """Return what `get_resource` gives for a resource."""

    def attribute(self, name: str, attribute: str) -> object:
        """Return what `get_attr` gives for an attribute of a resource."""

    def file(self, name: str) -> str:
        """Return what `get_file` gives."""


ABSENT = object()
"""Value of an `if` that has no third part and does not hold: Heat leaves it out."""


def resolve(value: Any, scope: Scope) -> Any:
    """Return a value of a template with its functions evaluated."""
    call = _call(value)
    if call:
        name, argument = call
        return _FUNCTIONS[name](argument, scope)
    if isinstance(value, Mapping):
        items = ((key, resolve(item, scope)) for key, item in value.items())
        return {key: item for key, item in items if item is not ABSENT}
    if isinstance(value, list):
        return [item for part in value if (item := resolve(part, scope)) is not ABSENT]
    return value


def references(value: Any, scope: Scope) -> Iterator[str]:
    """Yield the names of the resources that a value refers to.

    Of an `if` only the part that holds counts (heat/engine/hot/functions.py: If, a macro).
    """
    call = _call(value)
    if call and call[0] == "get_resource":
        yield call[1]
    elif call and call[0] == "get_attr":
        yield call[1][0]
    elif call and call[0] == "if":
        condition, *parts = call[1]
        for part in parts[:1] if holds(condition, scope) else parts[1:]:
            yield from references(part, scope)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from references(item, scope)
    elif isinstance(value, list):
        for item in value:
            yield from references(item, scope)


def mentioned(value: Any) -> Iterator[str]:
    """Yield the names of the resources that a value refers to, whatever conditions hold."""
    if isinstance(value, Mapping):
        if len(value) == 1 and isinstance(value.get("get_resource"), str):
            yield value["get_resource"]
        elif len(value) == 1 and isinstance(value.get("get_attr"), list):
            yield value["get_attr"][0]
        for item in value.values():
            yield from mentioned(item)
    elif isinstance(value, list):
        for item in value:
            yield from mentioned(item)


def holds(condition: Any, scope: Scope) -> bool:
    """Return whether a condition holds, which is a name, a truth value or a function."""
    if isinstance(condition, str):
        return scope.condition(condition)
    return bool(resolve(condition, scope))


def _call(value: Any) -> tuple[str, Any] | None:
    """Return the name and the argument of a function call; None for any other value."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return None
    ((name, argument),) = value.items()
    if name in _UNKNOWN:
        raise CloudError(f"the fake cloud does not know the template function {name}")
    return (name, argument) if name in _FUNCTIONS else None


def _get_attr(argument: Any, scope: Scope) -> Any:
    """Return an attribute, or what is at a path in it; None where there is nothing."""
    resource, attribute, *path = resolve(argument, scope)
    value = scope.attribute(resource, attribute)
    for part in path:
        try:
            value = value[part]  # type: ignore[index]
        except (LookupError, TypeError):
            return None
    return value


def _if(argument: Any, scope: Scope) -> Any:
    condition, then, *otherwise = argument
    if holds(condition, scope):
        return resolve(then, scope)
    return resolve(otherwise[0], scope) if otherwise else ABSENT


def _equals(argument: Any, scope: Scope) -> bool:
    left, right = (resolve(side, scope) for side in argument)
    return bool(left == right)


def _list_concat(argument: Any, scope: Scope) -> list[Any]:
    return [item for part in resolve(argument, scope) for item in part]


def _digest(argument: Any, scope: Scope) -> str:
    algorithm, value = resolve(argument, scope)
    return hashlib.new(algorithm, value.encode()).hexdigest()


def _map_merge(argument: Any, scope: Scope) -> dict[str, Any]:
    return {key: item for part in resolve(argument, scope) for key, item in part.items()}


def _list_join(argument: Any, scope: Scope) -> str:
    """Join texts; an item that is a list or a mapping as JSON (functions.py: JoinMultiple)."""
    delimiter, *lists = argument
    items = [item for part in lists for item in resolve(part, scope)]
    return str(delimiter).join(
        json.dumps(it, sort_keys=True) if isinstance(it, list | dict) else _text(it) for it in items
    )


def _text(item: Any) -> str:
    if item is not None and not isinstance(item, str):
        raise CloudError(f"Items to join must be string, map or list not {item!r}")
    return item or ""


def _str_replace(argument: Any, scope: Scope) -> str:
    """Replace keys in a text: longer ones first, no result again (functions.py: Replace)."""
    text = str(resolve(argument["template"], scope))
    params = {key: str(resolve(value, scope)) for key, value in argument["params"].items()}
    return _replace(text, sorted(params, key=lambda key: (-len(key), key)), params)


def _replace(text: str, order: list[str], params: Mapping[str, str]) -> str:
    if not order:
        return text
    key, *rest = order
    return params[key].join(_replace(part, rest, params) for part in text.split(key))


_FUNCTIONS: Mapping[str, Callable[[Any, Scope], Any]] = {
    "get_param": lambda argument, scope: scope.parameter(argument),
    "get_resource": lambda argument, scope: scope.reference(argument),
    "get_attr": _get_attr,
    "get_file": lambda argument, scope: scope.file(argument),
    "if": _if,
    "and": lambda argument, scope: all(holds(part, scope) for part in argument),
    "or": lambda argument, scope: any(holds(part, scope) for part in argument),
    "not": lambda argument, scope: not holds(argument, scope),
    "digest": _digest,
    "equals": _equals,
    "list_concat": _list_concat,
    "list_join": _list_join,
    "map_merge": _map_merge,
    "str_replace": _str_replace,
}

_UNKNOWN = frozenset(
    {
        "contains",
        "filter",
        "list_concat_unique",
        "make_url",
        "map_replace",
        "repeat",
        "resource_facade",
        "str_replace_strict",
        "str_replace_vstrict",
        "str_split",
        "yaql",
    }
)
"""Functions of HOT that Ao's templates do not use."""
