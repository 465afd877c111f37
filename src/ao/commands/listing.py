"""Tables of commands: for people in their language, for programs the same in every language."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from cliff.formatters.base import ListFormatter, SingleFormatter
from cliff.formatters.table import TableFormatter
from cliff.lister import Lister
from cliff.show import ShowOne

from ao.message import message
from ao.message.translation import spoken


class AoLister(Lister):
    """A command that ends with a table of many things."""

    piped_width = 0
    """Columns of characters that the table takes where it is written to no terminal; 0: any."""

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: Sequence[str],
        data: Iterable[Sequence[Any]],
    ) -> int:
        """Write the table as its reader understands it."""
        if self.piped_width and not (self.app.stdout.isatty() or parsed_args.fit_width):
            parsed_args.max_width = parsed_args.max_width or self.piped_width
        self.formatter = _ListFormatter(self.formatter)
        return super().produce_output(parsed_args, column_names, data)


class AoShowOne(ShowOne):
    """A command that ends with a table of one thing."""

    def produce_output(
        self, parsed_args: argparse.Namespace, column_names: Sequence[str], data: Sequence[Any]
    ) -> int:
        """Write the table as its reader understands it."""
        self.formatter = _SingleFormatter(self.formatter)
        return super().produce_output(parsed_args, column_names, data)


class _ListFormatter(ListFormatter):
    """Gives a formatter of cliff's the texts that its reader gets."""

    def __init__(self, formatter: ListFormatter) -> None:
        self._formatter = formatter

    def add_argument_group(self, parser: argparse.ArgumentParser) -> None:
        """Add what the formatter takes."""
        self._formatter.add_argument_group(parser)

    def emit_list(
        self,
        column_names: Sequence[str],
        data: Iterable[Sequence[Any]],
        stdout: TextIO,
        parsed_args: argparse.Namespace,
    ) -> None:
        """Write a table."""
        rows = [_texts(self._formatter, row) for row in data]
        names = _texts(self._formatter, column_names)
        self._formatter.emit_list(names, rows, stdout, parsed_args)


class _SingleFormatter(SingleFormatter):
    """Gives a formatter of cliff's the texts that its reader gets."""

    def __init__(self, formatter: SingleFormatter) -> None:
        self._formatter = formatter

    def add_argument_group(self, parser: argparse.ArgumentParser) -> None:
        """Add what the formatter takes."""
        self._formatter.add_argument_group(parser)

    def emit_one(
        self,
        column_names: Sequence[str],
        data: Sequence[Any],
        stdout: TextIO,
        parsed_args: argparse.Namespace,
    ) -> None:
        """Write a table."""
        names, values = (_texts(self._formatter, it) for it in (column_names, data))
        if isinstance(self._formatter, TableFormatter):
            heads = _texts(self._formatter, (message("Field"), message("Value")))
            rows = zip(names, values, strict=True)
            self._formatter.emit_list(heads, rows, stdout, parsed_args)
        else:
            self._formatter.emit_one(names, values, stdout, parsed_args)


def _texts(formatter: object, cells: Iterable[Any]) -> list[Any]:
    """Cells with their texts in the user's language in a table, else in English."""
    said = spoken if isinstance(formatter, TableFormatter) else str
    return [said(it) if isinstance(it, str) else it for it in cells]
