"""Errors of arguments in the user's language: argparse has its own in English alone."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from functools import partial
from typing import NoReturn

from ao.message import Message, message
from ao.message.translation import spoken

WRONG = 2
"""Exit code for wrong arguments, as argparse has it."""
_Say = Callable[[re.Match[str]], Message]
_ERRORS: tuple[tuple[re.Pattern[str], _Say], ...] = tuple(
    (re.compile(words, re.DOTALL), say)
    for words, say in (
        (
            r"argument ([^:]+): (.+)",
            lambda it: message("argument %(name)s: %(why)s", name=it[1], why=said(it[2])),
        ),
        (
            r"unrecognized arguments: (.+)",
            lambda it: message("unrecognized arguments: %(words)s", words=it[1]),
        ),
        (
            r"the following arguments are required: (.+)",
            lambda it: message("the following arguments are required: %(names)s", names=it[1]),
        ),
        (
            r"one of the arguments (.+) is required",
            lambda it: message("one of the arguments %(names)s is required", names=it[1]),
        ),
        (
            r"not allowed with argument (.+)",
            lambda it: message("not allowed with argument %(name)s", name=it[1]),
        ),
        (
            r"ignored explicit argument (.+)",
            lambda it: message("ignored explicit argument %(value)s", value=it[1]),
        ),
        (r"expected one argument", lambda _: message("expected one argument")),
        (r"expected at least one argument", lambda _: message("expected at least one argument")),
        (r"expected at most one argument", lambda _: message("expected at most one argument")),
        (
            r"ambiguous option: (.+) could match (.+)",
            lambda it: message(
                "ambiguous option: %(option)s could match %(matches)s", option=it[1], matches=it[2]
            ),
        ),
        (
            r"invalid (\S+) value: (.+)",
            lambda it: message("invalid %(kind)s value: %(value)s", kind=it[1], value=it[2]),
        ),
        (
            r"invalid choice: (.+) \(choose from (.+)\)",
            lambda it: message(
                "invalid choice: %(value)s (choose from %(choices)s)", value=it[1], choices=it[2]
            ),
        ),
    )
)
"""What argparse says (argparse.py), and the messages of it, which are the same in English."""


def translate(parser: argparse.ArgumentParser) -> None:
    """Have a parser tell errors in the user's language; the exit code is argparse's."""
    parser.error = partial(_fail, parser)  # type: ignore[method-assign]


def said(error: str) -> str:
    """Return an error of argparse's as a message; one that is not known stays as it is."""
    for pattern, say in _ERRORS:
        if found := pattern.fullmatch(error):
            return say(found)
    return error


def _fail(parser: argparse.ArgumentParser, error: str) -> NoReturn:
    """Tell the usage and an error of arguments, as argparse does, and exit."""
    parser.print_usage(sys.stderr)
    what = message("%(program)s: error: %(why)s", program=parser.prog, why=said(error))
    parser.exit(WRONG, f"{spoken(what)}\n")
