"""Composition of templates: those of each site, with a fragment for each of what it has more of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from importlib import resources
from typing import Any

import yaml

_SLOT = re.compile(r"\$\{([a-z_]+)\}")


class _Dumper(yaml.SafeDumper):
    """Writes each value where it is used, and no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out."""
        return True


def read(name: str) -> str:
    """Return the text of a template."""
    return resources.files("ao.templates").joinpath(name).read_text(encoding="utf-8")


def parsed(name: str) -> dict[str, Any]:
    """Return what a template says, which is the caller's to change."""
    return deepcopy(_parsed(name))


def content(text: str) -> dict[str, Any]:
    """Return what the text of a template says, which is the caller's to change."""
    said: dict[str, Any] = yaml.safe_load(text)
    return said


def fragment(name: str, values: Mapping[str, object]) -> dict[str, Any]:
    """Return a fragment with values in its slots; a slot that is a whole value keeps its type."""
    filled: dict[str, Any] = _fill(_fragment(name), values)
    return filled


def add(template: dict[str, Any], part: Mapping[str, Any]) -> None:
    """Add the parameters and resources of a fragment to a template."""
    for section, things in part.items():
        template.setdefault(section, {}).update(things)


def written(template: Mapping[str, Any]) -> str:
    """Return a template as text."""
    return yaml.dump(template, Dumper=_Dumper, sort_keys=False, width=100, allow_unicode=True)


@cache
def _parsed(name: str) -> dict[str, Any]:
    return content(read(name))


@cache
def _fragment(name: str) -> Any:
    return yaml.safe_load(read(f"fragments/{name}"))


def _fill(node: Any, values: Mapping[str, object]) -> Any:
    if isinstance(node, Mapping):
        return {_fill(key, values): _fill(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [_fill(item, values) for item in node]
    if not isinstance(node, str):
        return node
    whole = _SLOT.fullmatch(node)
    if whole:
        return values[whole[1]]
    return _SLOT.sub(lambda slot: str(values[slot[1]]), node)
