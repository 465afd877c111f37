"""Versions as arguments of commands: what is one of Ao's own words is none."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from ao.errors import ConfigError
from ao.message import message
from ao.site import checked_version

if TYPE_CHECKING:
    from ao.work import Work


def add_image(parser: argparse.ArgumentParser) -> None:
    """Add the argument that chooses an image."""
    parser.add_argument(
        "--image",
        default="",
        metavar="IMAGE",
        help=message(
            "Image of the servers, by name or ID, in place of the site file's. Without VERSION, "
            "its property ao_version tells the version."
        ),
    )


def check_version(word: str | None, image: str) -> None:
    """Refuse a command line that tells no version. Raises ConfigError."""
    if word is not None:
        version_argument(word)
    elif not image:
        raise ConfigError(
            message("no version is named"),
            cure=message("Name one, or by --image an image whose property ao_version tells it."),
        )


def chosen_version(work: Work, word: str | None, image: str) -> str:
    """Return the version that is to be deployed: the argument, or what the image tells.

    Raises ConfigError as `version_argument` does.
    """
    if word is not None:
        return word
    from ao.operations import chosen_image

    return version_argument(chosen_image.version_in(work, image))


def version_argument(word: str) -> str:
    """Return the version that an argument names.

    Raises ConfigError for what cannot be a version, and for a word of a command of Ao:
    `ao release approve` is no release of a version that is called `approve`.
    """
    version = checked_version(word)
    refuse_command(version)
    return version


def refuse_command(word: str) -> None:
    """Raise ConfigError for a word of a command of Ao, which names no version."""
    command = _commands().get(word.lower())
    if command is not None:
        raise ConfigError(
            message("%(word)s cannot be a version: it is a word of Ao's commands", word=word),
            cure=message("Did you mean `%(command)s`?", command=command),
        )


def _commands() -> Mapping[str, str]:
    """Return the commands of `ao` by their words; of several that have a word, the shortest."""
    names = sorted((it.name.split("_") for it in entry_points(group="ao.commands")), key=len)
    found: dict[str, str] = {}
    for words in names:
        for word in words:
            found.setdefault(word, " ".join(["ao", *words]))
    return found
