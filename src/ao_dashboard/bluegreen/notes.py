"""Notes: what the steps of an action tell while it runs, and its user should know."""

from __future__ import annotations

from ao.message import message
from ao.progress import Drained, Silent


class Notes(Silent):
    """A progress listener that keeps the notes for the page that follows."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        """Sentences, in Ao's own words."""

    def note(self, text: str) -> None:
        """Keep a note."""
        self.texts.append(text)

    def drained(self, drained: Drained) -> None:
        """Keep how a drain went, unless no client is left on the old system."""
        if drained.left != 0:
            self.texts.append(message("%(sentence)s.", sentence=drained.text))
