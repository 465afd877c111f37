"""The part of ao.yaml that tells how users are logged out before a switch."""

from __future__ import annotations

from pydantic import Field

from ao.config.hooks import HookSection
from ao.config.section import Duration
from ao.site.logout import Logout


class LogoutSection(HookSection):
    """The forced logout before a switch: the command or webhook that does it, and its notice."""

    notice: Duration = Field(default=0, examples=["10m"])
    """Time that users are given from the announcement on."""
    announce: HookSection | None = None
    """Tells users; it gets AO_LOGOUT_AT and AO_NOTICE too."""

    def value(self) -> Logout:
        """Return the forced logout that the section describes."""
        announce = self.announce.hook() if self.announce else None
        return self.into(Logout, announce=announce, hook=self.hook())
