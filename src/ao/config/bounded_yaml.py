"""YAML of which anybody may have written anything: bounded in depth, size and numbers."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError

from ao.untrusted.bounds import GREATEST

DEEPEST = 20
"""Lists and mappings that may lie one in another."""
MOST = 20_000
"""Keys and values that a text may have, with those that its aliases stand for."""


class _Loader(yaml.SafeLoader):
    """Reads YAML; what exceeds a bound, or is no value of Python's, is an error with its line."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0
        self._count = 0
        self._sizes: dict[int, int] = {}
        """What each node counts, by its identity; of one that is not whole yet, nothing."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose a value and all in it."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        mark, alias, before = event.start_mark, isinstance(event, yaml.AliasEvent), self._count
        self._depth += 1
        if self._depth > DEEPEST:
            raise ComposerError(None, None, f"nested deeper than {DEEPEST} levels", mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        if alias and id(node) not in self._sizes:
            raise ComposerError(None, None, "an alias stands for what it is part of", mark)
        self._count += self._sizes[id(node)] if alias else 1
        if self._count > MOST:
            raise ComposerError(None, None, f"more than {MOST:,} keys and values", mark)
        if not alias:
            self._sizes[id(node)] = self._count - before
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Return the value of a node."""
        try:
            value = super().construct_object(node, deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            # What PyYAML's constructors raise for `2026-02-30`, `!!int x` and the like.
            kind = node.tag.rpartition(":")[2]
            wrong = f"a value that is no {kind}"
            if kind == "timestamp":
                wrong = "no moment of the calendar; a text that looks like one goes in quotes"
            raise ConstructorError(None, None, wrong, node.start_mark) from error
        if isinstance(value, int) and abs(value) > GREATEST:
            raise ConstructorError(None, None, "a number of more than 18 digits", node.start_mark)
        if isinstance(value, str) and not _is_unicode(value):
            raise ConstructorError(None, None, "half a character of UTF-16", node.start_mark)
        return value


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= it <= "\udfff" for it in text)


def read(text: str) -> tuple[yaml.Node | None, Any]:
    """Return the nodes and the value of a YAML text.

    Raises yaml.YAMLError: MarkedYAMLError where the line is known by its mark, ReaderError for a
    character that YAML does not have.
    """
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        return node, None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()
