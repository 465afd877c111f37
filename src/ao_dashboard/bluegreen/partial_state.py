"""The state of one site that its page shows, whatever the cloud leaves unanswered."""

from __future__ import annotations

from dataclasses import dataclass

from ao.cloud import Cloud
from ao.errors import AoError, NotAuthenticated, NotFound
from ao.journal import Operation
from ao.lock import Holder
from ao.operations.overview import Glance, overview
from ao_dashboard.bluegreen.page_state import PageState
from ao_dashboard.look import Look, looking


@dataclass(frozen=True, kw_only=True)
class PartialPageState:
    """The state of a site as far as the cloud tells it, even without its site file."""

    state: PageState | None
    """None while its site file cannot be read."""
    glance: Glance | None
    """What the project's overview tells of it; looked at only while its facts are not known."""
    holder: Holder | None
    """Who holds the lock."""
    releases: tuple[Operation, ...]
    """Releases and other acts, oldest first."""
    history_known: bool
    """Whether the cloud told what was done to the site."""
    unknown: tuple[str, ...]
    """What the cloud did not answer, a sentence for each."""
    invalid: tuple[str, ...]
    """What of the site breaks the rules and is left out, a sentence for each."""

    @classmethod
    def of(cls, cloud: Cloud, name: str) -> PartialPageState:
        """Read the state of a site.

        Raises NotFound when the project has no site of that name, and NotAuthenticated.

        The overview knows a site without its file, by what other services tell.
        """
        with looking(cloud) as look:
            return cls._read(look, name)

    @classmethod
    def _read(cls, look: Look, name: str) -> PartialPageState:
        state: PageState | None = None
        unknown: tuple[str, ...] = ()
        try:
            state = PageState.read(look, name)
            unknown = state.unknown
        except (NotAuthenticated, NotFound):
            raise
        except AoError as error:
            unknown = (error.message,)
        if state and state.facts:
            return cls(
                state=state,
                glance=None,
                holder=state.holder,
                releases=state.releases or (),
                history_known=state.releases is not None,
                unknown=unknown,
                invalid=state.invalid,
            )
        look.more()
        found = overview(look.cloud)
        glance = next((it for it in found.sites if it.name == name), None)
        holder, releases = state and state.holder, state and state.releases
        return cls(
            state=state,
            glance=glance,
            holder=holder or (glance.holder if glance else None),
            releases=releases or (glance.releases if glance else ()),
            history_known=releases is not None or found.journals_known,
            unknown=tuple(dict.fromkeys((*unknown, *found.unknown))),
            invalid=state.invalid if state else found.invalid,
        )
