"""The keys of ao.yaml as Markdown, made from the sections that read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

import yaml
from pydantic.fields import FieldInfo

from ao import duration
from ao.config.section import Section

PAGES = {
    "autoscale": "autoscaling.md",
    "load_balancer": "load-balancer.md",
    "listeners": "listeners.md",
    "maintenance": "maintenance.md",
    "network": "network.md",
    "secrets": "secrets.md",
    "switch": "switch.md",
    "drain": "switch.md#drain",
    "checks": "checks.md",
    "window": "windows.md",
    "watch": "watch.md",
    "hooks": "hooks.md",
    "logout": "hooks.md",
    "migration": "hooks.md#one-way-database-changes",
    "journal": "journal.md",
}
"""Pages that tell more of a section."""


def markdown(file: type[Section]) -> str:
    """Tables of all keys: those at the top first, then a part for each section."""
    parts = [_table(file, "")]
    for path, section, more in _sections(file, ""):
        page = PAGES.get(path)
        told = f"{_sentence(section.__doc__)}{' ' if more else ''}{more}"
        told += f" [More]({page})." if page else ""
        parts.append(f"### `{path}`\n\n{told}\n\n{_table(section, path)}")
    return "\n\n".join(parts) + "\n"


def _sections(section: type[Section], path: str) -> Iterator[tuple[str, type[Section], str]]:
    """Yield all sections below one, each kind once: path, section, and what more is to be said."""
    seen: dict[type[Section], str] = {}

    def walk(section: type[Section], path: str) -> Iterator[tuple[str, type[Section], str]]:
        for name, field in _fields(section):
            inner, here = _section(field), f"{path}.{name}" if path else name
            if inner is None or inner in seen:
                continue
            seen[inner] = here
            several = "tuple" in str(field.annotation)
            yield here, inner, "A list, each with these keys:" if several else ""
            yield from walk(inner, here)

    yield from walk(section, path)


def _table(section: type[Section], path: str) -> str:
    rows = [
        f"| {_linked(name, field, path)} | {_meaning(field)} | {_default(field)} "
        f"| {_example(field)} |"
        for name, field in _fields(section)
    ]
    return "\n".join(["| key | meaning | default | for example |", "|---|---|---|---|", *rows])


def _linked(name: str, field: FieldInfo, path: str) -> str:
    """Return the key, linked to the part on its section; one at the top is its own part."""
    if _section(field) is None or path:
        return f"`{name}`"
    return f"[`{name}`](#{name})"


def _fields(section: type[Section]) -> list[tuple[str, FieldInfo]]:
    """Fields by the names that the file gives them."""
    return [(field.alias or name, field) for name, field in section.model_fields.items()]


def _section(field: FieldInfo) -> type[Section] | None:
    """Return the section that a field holds, perhaps in a list."""

    def find(annotation: Any) -> type[Section] | None:
        if isinstance(annotation, type) and issubclass(annotation, Section):
            return annotation
        return next((found for inner in get_args(annotation) if (found := find(inner))), None)

    return find(field.annotation)


def _meaning(field: FieldInfo) -> str:
    section = _section(field)
    words = field.description or (section.__doc__ if section else "")
    return re.sub(r" ?Default: .*$", "", _sentence(words)).replace("|", "\\|")


def _default(field: FieldInfo) -> str:
    """Return the default, as it would be written; in words where the meaning tells it so."""
    told = re.search(r"Default: (.*?)\.?$", _sentence(field.description))
    if told:
        return told[1]
    if field.is_required():
        return "**required**"
    if field.default is None or _section(field):
        return ""
    written = next((text for text in field.examples or () if _number(text) == field.default), None)
    return f"`{_yaml(field.default if written is None else written)}`"


def _example(field: FieldInfo) -> str:
    shown = [f"`{_yaml(example)}`" for example in (field.examples or ())[:2]]
    return ", ".join(text for text in shown if text != _default(field))


def _number(text: object) -> float | None:
    """Return the number that an example of a duration or a percentage stands for."""
    if not isinstance(text, str):
        return None
    if re.fullmatch(r"\d+%", text):
        return int(text[:-1]) / 100
    try:
        return duration.parse(text)
    except ValueError:
        return None


def _sentence(text: str | None) -> str:
    return " ".join((text or "").split())


def _yaml(value: Any) -> str:
    plain = [str(item) for item in value] if isinstance(value, tuple) else value
    text = yaml.safe_dump(plain, default_flow_style=True, width=1000, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...").replace("|", "\\|")
