"""Listeners to a running command, for tests."""

from dataclasses import dataclass, field

from ao.progress import Note, ProgressEvent, StepStarted


def begins(event: ProgressEvent, step: str) -> bool:
    """Whether a step begins whose text begins so."""
    return isinstance(event, StepStarted) and str(event.step).startswith(step)


@dataclass
class Notes:
    """A listener that keeps the notes."""

    notes: list[str] = field(default_factory=list)

    def emit(self, event: ProgressEvent) -> None:
        if isinstance(event, Note):
            self.notes.append(event.text)
