"""When and of what figures were measured."""

from __future__ import annotations

import datetime
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Setting:
    """When and of what rows were measured."""

    commit: str
    day: str
    load: float
    """The machine's load average of a minute, when it began."""

    @classmethod
    def now(cls) -> Setting:
        """The one of this moment, and of the commit that is checked out."""
        return cls(
            commit=_commit(),
            day=datetime.datetime.now(datetime.UTC).date().isoformat(),
            load=os.getloadavg()[0],
        )

    def __str__(self) -> str:
        return f"Measured on {self.day} at {self.commit}, load {self.load:.1f} at the beginning."


def _commit() -> str:
    asked = ["git", "describe", "--always", "--dirty"]
    folder = Path(__file__).parent
    return subprocess.run(
        asked, cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()
