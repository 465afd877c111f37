"""What a written site file asks the operator. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

from ao.adopt.commented_yaml import Entry, Items
from ao.adopt.inventory import Label
from ao.message import Message, listed, message

T = TypeVar("T", bound=Hashable)

MOST_NAMED = 10
"""Things that a comment names."""


def question(what: str) -> Message:
    """Return a comment that asks the operator."""
    return message("QUESTION: %(what)s", what=what)


def asked(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield what the comments of entries ask the operator, each as a message."""
    asks = question("").template
    for entry in entries:
        for it in entry.comments:
            if isinstance(it, Message) and it.template == asks:
                yield str(it.parameters["what"])
        if isinstance(entry.value, Items):
            for mapping in entry.value.mappings:
                yield from asked(mapping)
        elif isinstance(entry.value, tuple):
            yield from asked(it for it in entry.value if isinstance(it, Entry))


def differ(others: Iterable[object]) -> tuple[str, ...]:
    """Return the question that there is where the servers are not alike."""
    told = [*dict.fromkeys(it for it in others if it)]
    if not told:
        return ()
    return (
        question(
            message(
                "which is right for new servers? Some of the present ones have %(others)s",
                others=listed(told[:MOST_NAMED]),
            )
        ),
    )


def most(values: Iterable[T]) -> tuple[T | None, tuple[T, ...]]:
    """Return what is there most often, and all others, the more frequent ones first."""
    found = [it for it, _ in Counter(values).most_common()]
    return (found[0], tuple(found[1:])) if found else (None, ())


def labelled(key: str, label: Label) -> Entry:
    """Return a key that names a thing: by its ID, and its name in a comment, where it has to."""
    if label.is_unique or not label.name:
        return Entry(key, label.text)
    return Entry(key, label.text, (message("It is called %(name)s.", name=label.name),))
