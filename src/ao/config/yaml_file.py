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

from ao import redaction
from ao.config import bounded_yaml
from ao.errors import ConfigError
from ao.files.input_file import Unreadable, read_text
from ao.message import message
from ao.message.template import Message
from ao.untrusted.printable import printable

NAME = 60
"""Characters of a key or a value that a message repeats."""
PROBLEM = 400
"""Characters of what a message tells of one thing that is wrong."""
WRONG = 20
"""Things that are wrong in a file and told at once."""
KeyPath = tuple[str | int, ...]
"""Way to a value: keys and list positions from the top."""
_SHAPES = {
    "model_type": "should be keys with values, indented below it",
    "dict_type": "should be keys with values, indented below it",
    "tuple_type": "should be a list, each of its items after `- `",
    "string_type": "should be text, in quotes where it looks like a number",
    "int_type": "should be a whole number",
}
"""What a value should be, by pydantic's type of error: its own words speak of Python."""


@dataclass(frozen=True, kw_only=True)
class YamlFile:
    """A read YAML file."""

    path: Path
    data: dict[str, Any]
    """The values."""
    lines: dict[KeyPath, int]
    """Line of every key, from 1."""

    @classmethod
    def read(cls, path: Path, beginning: Message | None = None) -> YamlFile:
        """Read a file whose top is a mapping.

        `beginning` tells how to begin such a file, where it is not the site file.
        Raises ConfigError for a missing file, wrong YAML or a key given twice.
        """
        try:
            text = read_text(path)
        except Unreadable as error:
            raise ConfigError(
                message("cannot read %(path)s: %(why)s", path=path, why=error.why),
                cure=beginning
                or message("`ao init` writes a starter file; --config names another one."),
            ) from error
        return cls.parse(path, text, beginning)

    @classmethod
    def parse(cls, path: Path, text: str, beginning: Message | None = None) -> YamlFile:
        """Take a text for that of a file. Raises as `read` does, but for a missing file."""
        try:
            node, data = bounded_yaml.read(text)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise _not_yaml(path, line, printable(error.problem or "", PROBLEM)) from error
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            character = printable(chr(error.character))
            raise _not_yaml(path, line, f"it has the character {character}") from error
        if not isinstance(node, yaml.MappingNode):
            raise ConfigError(
                message("%(path)s:1: the file must hold `key: value` lines", path=path),
                cure=beginning or message("`ao init` writes a starter file."),
            )
        lines: dict[KeyPath, int] = {}
        for key, line in _keys(node, ()):
            if key in lines:
                raise ConfigError(
                    message(
                        "%(path)s:%(line)s: %(dotted)s: given twice, first on line %(lines)s",
                        path=path,
                        line=line,
                        dotted=dotted(key),
                        lines=lines[key],
                    ),
                    cure=message("Delete one of the two."),
                )
            lines[key] = line
        return cls(path=path, data=data, lines=lines)

    def where(self, key: KeyPath) -> str:
        """`file:line` of a key, or of the nearest one above it."""
        return f"{self.path}:{self.line(key)}"

    def places(self) -> dict[str, str]:
        """Return `file:line` of every key of a mapping, by its way from the top with dots."""
        found = {dotted(key): f"{self.path}:{line}" for key, line in self.lines.items()}
        return {"": f"{self.path}:1", **found}

    def line(self, key: KeyPath) -> int:
        """Return the line of a key, or of the nearest one above it."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def explain(self, error: ValidationError, model: type[BaseModel]) -> Iterator[str]:
        """Yield a line for each thing wrong: file, line, key, what is wrong, what to write.

        After the first WRONG there is one that tells how many more there are.
        """
        details = [(tuple(detail["loc"]), detail) for detail in error.errors()]
        details.sort(key=lambda pair: self.line(pair[0]))
        for key, detail in details[:WRONG]:
            what = printable(_advice(detail, key, model), PROBLEM)
            yield f"{self.where(key)}: {dotted(key) or 'file'}: {what}"
        if len(details) > WRONG:
            yield f"{self.path}: and {len(details) - WRONG} more"


def _not_yaml(path: Path, line: int, problem: str) -> ConfigError:
    return ConfigError(
        message("%(path)s:%(line)s: not YAML: %(problem)s", path=path, line=line, problem=problem)
    )


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


def dotted(key: KeyPath) -> str:
    """Return a way to a value in one word."""
    return ".".join(printable(str(part), NAME) for part in key)


def _section(model: type[BaseModel], key: KeyPath) -> type[BaseModel]:
    """Return the model that holds the last key of a path."""
    for part in key[:-1]:
        if isinstance(part, int):
            continue  # an item of the list that the part before it names
        field = _fields(model).get(part)
        if field is None:
            continue  # a name in a mapping, which the part before it names
        section = _model(field)
        if section is None:
            break
        model = section
    return model


def _model(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model of a field that holds a section, or a list of them."""
    return next(_models(field.annotation), None)


def _models(kind: object) -> Iterator[type[BaseModel]]:
    """Yield the models of an annotation: itself, or those that it is made of."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in get_args(kind):
        yield from _models(part)


def _knows(field: FieldInfo, name: str) -> bool:
    """Tell whether a field holds one section that has a key of that name."""
    section = None if "tuple" in str(field.annotation) else _model(field)
    return section is not None and name in _fields(section)


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Fields of a model by the names that the file gives them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _advice(detail: ErrorDetails, key: KeyPath, model: type[BaseModel]) -> str:
    section = _section(model, key)
    name = str(key[-1]) if key else ""
    if detail["type"] == "extra_forbidden":
        known = list(_fields(section))
        above = [it for it in known if _knows(_fields(section)[it], name)]
        if above:
            places = " or ".join(f"`{it}`" for it in above)
            return f"unknown key here; indent it below {places}"
        close = difflib.get_close_matches(name[:NAME], known, n=1)
        hint = f"did you mean `{close[0]}`?" if close else f"known here: {', '.join(known)}"
        return f"unknown key; {hint}"
    what = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if detail["type"] == "missing":
        what = "the key is missing"
    elif detail["type"] == "string_pattern_mismatch":
        what = f"{_shown(detail, key)} does not match {detail['ctx']['pattern']}"
    elif detail["type"] == "too_short":
        what = f"should have at least {detail['ctx']['min_length']} item"
    elif detail["type"] == "too_long":
        what = f"should have at most {detail['ctx']['max_length']} items"
    elif detail["type"] == "value_error":
        # It may repeat what was given.
        what = redaction.redact(what)
    else:
        what = f"{_SHAPES.get(detail['type'], what)}, not {_shown(detail, key)}"
    field = _fields(section).get(name)
    example = _example(field) if field is not None and "write" not in what else None
    return what if example is None else f"{what}; write for example `{name}: {_yaml(example)}`"


def _example(field: FieldInfo) -> object:
    """Return an example of a field, or of a section by one of its keys; None without one."""
    if field.examples:
        return field.examples[0]
    section = _model(field)
    if section is None or "tuple" in str(field.annotation):
        return None
    keys = _fields(section)
    shown = {name: it.examples[0] for name, it in keys.items() if it.examples}
    needed = [name for name, it in keys.items() if it.is_required()] or list(shown)[:1]
    known = bool(needed) and set(needed) <= set(shown)
    return {name: shown[name] for name in needed} if known else None


def _shown(detail: ErrorDetails, key: KeyPath) -> str:
    """Return what was given in place of a value, as far as it is short and no secret."""
    match detail["input"]:
        case dict():
            return "keys"
        case list() | tuple():
            return "a list"
        case None:
            return "nothing"
        case bool() as value:
            return "true" if value else "false"
        case value if any(redaction.is_secret_name(str(part)) for part in key):
            return "this value"
        case value:
            return printable(redaction.redact(repr(value)), NAME)


def _yaml(value: object) -> str:
    return yaml.safe_dump(value, default_flow_style=True).removesuffix("\n...\n").strip()
