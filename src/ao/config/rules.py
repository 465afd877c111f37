"""The parts of ao.yaml that tell how a release goes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ao.config.section import Section
from ao.site.rules import Standby


class StandbySection(Section):
    """What becomes of the old system when the decision window is over."""

    after: Literal["keep", "shrink", "empty"] = Field(default="keep", examples=["shrink"])
    """keep: it stays as it is. shrink: it is brought to `size`. empty: it is deleted, and the
    next release builds it anew."""
    size: int = Field(default=1, ge=1, examples=[1])
    """Servers that it shrinks to."""

    def value(self) -> Standby:
        """Return the standby's cost that the section describes."""
        return self.into(Standby)


class JournalSection(Section):
    """What was done to the site, kept in Heat."""

    keep: int = Field(default=50, ge=1, le=1000, examples=[50])
    """Releases that are kept; each release, and each other command that changes the site, removes
    older ones."""
    quota: int = Field(default=4096, ge=-1, examples=[20000])
    """Texts that Heat keeps of the project, all sites together: the cloud's
    `max_software_configs_per_tenant`, which Heat tells nobody. -1: as many as one likes."""
