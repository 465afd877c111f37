"""Commands of the operator in ao.yaml."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from ao.untrusted.printable import printable

_PATH = re.compile(r"[\w.+@-]*/[\w./+@-]*")
"""A path with nothing that the shell replaces."""


def _there(command: str, info: ValidationInfo) -> str:
    """Return the command, if the program that it names by path is there.

    The validation's context holds the site file's `folder`; without it nothing is looked at.
    """
    word = next(iter(command.split()), "")
    if not word:
        raise ValueError("the command is empty")
    if info.context is None or not _PATH.fullmatch(word):
        return command
    folder: Path = info.context["folder"]
    try:
        there = (folder / word).is_file()
    except OSError:
        there = False
    if not there:
        shown = printable(word, 60)
        raise ValueError(f"{shown} is no file in the site file's folder; write that file there")
    if not os.access(folder / word, os.X_OK):
        raise ValueError(f"{word} is not executable; `chmod +x {word}` makes it so")
    return command


Command = Annotated[str, Field(min_length=1), AfterValidator(_there)]
"""A shell command that runs in the site file's folder."""
