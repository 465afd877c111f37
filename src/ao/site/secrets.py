"""What servers get of the application's environment and secrets, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST_VALUE = 8_192
"""Characters that the value of a variable has at most."""


@dataclass(frozen=True, kw_only=True)
class SecretSource:
    """Where a secret is taken from, at each deploy anew: one of three."""

    file: str | None = None
    """File whose text it is, relative to the site file."""
    env: str | None = None
    """Variable of the environment of `ao`."""
    barbican: str | None = None
    """Name or reference of a secret of Barbican's."""


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """Secrets of the application, which servers alone can open."""

    certificate: str = field(repr=False)
    """Certificate that they are sealed for, as PEM; its private key is in the image."""
    values: Mapping[str, SecretSource]
    """Where each is taken from, by the name of its variable."""


def checked_value(name: str, value: str) -> str:
    """Return a value that a variable may have; raises ValueError with its name."""
    if len(value) > LONGEST_VALUE:
        raise ValueError(f"{name} has more than {LONGEST_VALUE:,} characters")
    if any(not it.isprintable() and it not in "\n\t" for it in value):
        raise ValueError(f"{name} has control characters, or some that nobody sees")
    return value


def variables(values: Mapping[str, str]) -> str:
    """Return variables as the lines that a shell and systemd's EnvironmentFile read alike."""
    return "".join(f'{name}="{_escaped(value)}"\n' for name, value in values.items())


def _escaped(value: str) -> str:
    """Return a value as both read it between double quotes (systemd: SHELL_NEED_ESCAPE)."""
    for character in '\\"`$':
        value = value.replace(character, f"\\{character}")
    return value
