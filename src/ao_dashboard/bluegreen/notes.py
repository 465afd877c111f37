"""Notes: what the steps of an action tell while it runs, and its user should know."""

from __future__ import annotations

from ao.message import message
from ao.progress import Drained, Note, ProgressEvent


class Notes:
    """A progress listener that keeps the notes for the page that follows."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        """Sentences, in Ao's own words."""

    def emit(self, event: ProgressEvent) -> None:
        """Keep a note, and how a drain went unless nobody is left."""
        match event:
            case Note(text):
                self.texts.append(text)
            case Drained(left=left, text=text) if left != 0:
                self.texts.append(message("%(sentence)s.", sentence=text))
