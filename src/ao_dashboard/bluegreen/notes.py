"""Notes: what an action tells on its way that its user should know."""

from __future__ import annotations

from ao.message import message
from ao.progress import Drained, Silent


class Notes(Silent):
    """A listener that keeps them."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        """Sentences, in Ao's own words."""

    def note(self, text: str) -> None:
        """Keep it."""
        self.texts.append(text)

    def drained(self, drained: Drained) -> None:
        """Keep how a drain went, unless nobody is left."""
        if drained.left != 0:
            self.texts.append(message("%(sentence)s.", sentence=drained.text))
