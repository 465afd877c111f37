"""A cell of a table."""

from __future__ import annotations

from cliff.columns import FormattableColumn

from ao.message.translation import spoken


class Cell(FormattableColumn[object]):
    """A figure as cliff shows it: the text in tables, the value in JSON and YAML."""

    def __init__(self, value: object, text: str) -> None:
        super().__init__(value)
        self._text = text

    def human_readable(self) -> str:
        """Return the figure's text in the user's language."""
        return spoken(self._text)

    def machine_readable(self) -> object:
        """Return the figure's value."""
        return self._value
