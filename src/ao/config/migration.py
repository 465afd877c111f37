"""The part of ao.yaml that tells of database changes that cannot be undone."""

from __future__ import annotations

from pydantic import Field

from ao.config.command import Command
from ao.config.section import Duration, Section
from ao.site.migration import Migration


class MigrationSection(Section):
    """Versions that change the database one-way: production does not switch back from them."""

    one_way: tuple[str, ...] = Field(default=(), strict=False, examples=[["3.0"]])
    """Versions that do."""
    check: Command | None = Field(default=None, examples=["./is-one-way.sh"])
    """Command that tells it of the others: exit code 0 for one-way, 1 for a way back."""
    deadline: Duration = Field(default=30, gt=0, examples=["30s"])
    """The longest that the command may take."""

    def value(self) -> Migration:
        """Return the gate that the section describes."""
        return self.into(Migration)
