"""A question on the terminal, before what cannot be taken back."""

from __future__ import annotations

import sys

from ao.errors import Refused
from ao.message import Message
from ao.message.translation import spoken


def ask(question: Message, *, unasked: Refused, declined: Message) -> None:
    """Return if the user says yes.

    Raises `unasked` where nobody is there to ask, and Refused with `declined` for any other answer.
    """
    if not sys.stdin.isatty():
        raise unasked
    print(f"{spoken(question)} [yes/no] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() != "yes":
        raise Refused(declined)
