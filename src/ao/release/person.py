"""Persons: who begins a release and who approves of it, and whether these are two. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from ao.errors import ConfigError
from ao.message import message
from ao.redaction import MASK, redact
from ao.site.names import LONGEST_PERSON, is_person


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who did something to a release."""

    user: str = ""
    """Name of the OpenStack user."""
    user_id: str = ""
    """ID of that user; empty where it is not known."""
    name: str = ""
    """Person for whom that user did it, as a CI names one; empty where none was named."""

    def __str__(self) -> str:
        return f"{self.name} ({self.user})" if self.name else self.user


def checked_name(name: str) -> str:
    """Return the name of a person without blanks around it; an empty one names nobody.

    Raises ConfigError for one that cannot be shown or is too long.
    """
    plain = name.strip()
    # A name that looks like a secret would be masked, as that of others would be.
    if plain and not (is_person(plain) and redact(plain) == plain):
        raise ConfigError(
            message("%(name)s cannot be the name of a person", name=f"{plain[:LONGEST_PERSON]!r}"),
            cure=message(
                "Use up to %(most)s printable characters, such as the log-in name of the CI.",
                most=LONGEST_PERSON,
            ),
        )
    return plain


def are_two(releaser: Person, approver: Person) -> bool:
    """Return whether two persons are known to be different people.

    Where each names a person, the names differ. Else the users differ, by their IDs, and if one
    of them names a person, that is not the other's user. Large and small letters are the same.
    """
    named = _is_named(releaser), _is_named(approver)
    if not all(named) and (
        not (releaser.user_id and approver.user_id) or releaser.user_id == approver.user_id
    ):
        return False
    return not any(named) or _called(releaser) != _called(approver)


def _is_named(person: Person) -> bool:
    """Return whether a person has a name that tells them apart from others."""
    return bool(person.name) and MASK not in person.name


def _called(person: Person) -> str:
    return unicodedata.normalize("NFKC", person.name or person.user).strip().casefold()
