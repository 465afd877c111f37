"""The face of a cloud, walked: all that anything may be asked of it."""

import inspect
import typing
from collections.abc import Iterator
from typing import Any

from ao.cloud import protocols


def methods() -> dict[str, Any]:
    """The type of what each method returns, by service and method: `stacks.all`."""
    return dict(_methods())


def _methods() -> Iterator[tuple[str, Any]]:
    for name, member in inspect.getmembers(protocols.Cloud):
        if name.startswith("_"):
            continue
        function = member.fget if isinstance(member, property) else member
        returned = typing.get_type_hints(function)["return"]
        if getattr(returned, "__module__", "") != protocols.__name__:
            yield name, returned
            continue
        for method, own in inspect.getmembers(returned, inspect.isfunction):
            if not method.startswith("_"):
                yield f"{name}.{method}", typing.get_type_hints(own)["return"]
