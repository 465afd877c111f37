"""A YAML file that remembers on which line each key stands."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from ao.errors import ConfigError
from ao.message import message

KeyPath = tuple[str | int, ...]
"""Way to a value: keys and list positions from the top."""


@dataclass(frozen=True, kw_only=True)
class YamlFile:
    """A read YAML file."""

    path: Path
    data: dict[str, Any]
    """The values."""
    lines: dict[KeyPath, int]
    """Line of every key, from 1."""

    @classmethod
    def read(cls, path: Path) -> YamlFile:
        """Read a file whose top is a mapping.

        Raises ConfigError for a missing file, wrong YAML or a key given twice.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise ConfigError(
                message("cannot read %(path)s: %(why)s", path=path, why=error.strerror),
                cure=message("`ao init` writes a starter file; --config names another one."),
            ) from error
        return cls.parse(path, text)

    @classmethod
    def parse(cls, path: Path, text: str) -> YamlFile:
        """Take a text for that of a file. Raises as `read` does, but for a missing file."""
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            data = yaml.safe_load(text)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise ConfigError(
                message(
                    "%(path)s:%(line)s: not YAML: %(problem)s",
                    path=path,
                    line=line,
                    problem=error.problem,
                )
            ) from error
        if not isinstance(node, yaml.MappingNode):
            raise ConfigError(
                message("%(path)s:1: the file must hold `key: value` lines", path=path),
                cure=message("`ao init` writes a starter file."),
            )
        lines: dict[KeyPath, int] = {}
        for key, line in _keys(node, ()):
            if key in lines:
                raise ConfigError(
                    message(
                        "%(path)s:%(line)s: %(dotted)s: given twice, first on line %(lines)s",
                        path=path,
                        line=line,
                        dotted=_dotted(key),
                        lines=lines[key],
                    ),
                    cure=message("Delete one of the two."),
                )
            lines[key] = line
        return cls(path=path, data=data, lines=lines)

    def where(self, key: KeyPath) -> str:
        """`file:line` of a key, or of the nearest one above it."""
        return f"{self.path}:{self._line(key)}"

    def places(self) -> dict[str, str]:
        """Return `file:line` of every key of a mapping, by its way from the top with dots."""
        found = {_dotted(key): f"{self.path}:{line}" for key, line in self.lines.items()}
        return {"": f"{self.path}:1", **found}

    def _line(self, key: KeyPath) -> int:
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def explain(self, error: ValidationError, model: type[BaseModel]) -> Iterator[str]:
        """Yield a line for each thing wrong: file, line, key, what is wrong, what to write."""
        details = ((tuple(detail["loc"]), detail) for detail in error.errors())
        for key, detail in sorted(details, key=lambda pair: self._line(pair[0])):
            yield f"{self.where(key)}: {_dotted(key) or 'file'}: {_advice(detail, key, model)}"


def _keys(node: yaml.Node, path: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, key.value)
            yield here, key.start_mark.line + 1
            yield from _keys(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*path, index), value.start_mark.line + 1
            yield from _keys(value, (*path, index))


def _dotted(key: KeyPath) -> str:
    return ".".join(str(part) for part in key)


def _section(model: type[BaseModel], key: KeyPath) -> type[BaseModel]:
    """Return the model that holds the last key of a path."""
    for part in key[:-1]:
        if isinstance(part, int):
            continue  # an item of the list that the part before it names
        field = _fields(model).get(part)
        if field is None:
            continue  # a name in a mapping, which the part before it names
        annotation = field.annotation
        kinds = (annotation, *get_args(annotation))
        section = next((k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), None)
        if section is None:
            break
        model = section
    return model


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Fields of a model by the names that the file gives them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _advice(detail: ErrorDetails, key: KeyPath, model: type[BaseModel]) -> str:
    section = _section(model, key)
    name = str(key[-1]) if key else ""
    if detail["type"] == "extra_forbidden":
        known = list(_fields(section))
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean `{close[0]}`?" if close else f"known here: {', '.join(known)}"
        return f"unknown key; {hint}"
    what = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if detail["type"] == "missing":
        what = "the key is missing"
    elif detail["type"] == "string_pattern_mismatch":
        what = f"{detail['input']!r} does not match {detail['ctx']['pattern']}"
    elif detail["type"] != "value_error" and not isinstance(detail["input"], dict):
        what += f", not {detail['input']!r}"
    field = _fields(section).get(name)
    if field is None or not field.examples or "write" in what:
        return what
    return f"{what}; write for example `{name}: {_yaml(field.examples[0])}`"


def _yaml(value: object) -> str:
    return yaml.safe_dump(value, default_flow_style=True).removesuffix("\n...\n").strip()
