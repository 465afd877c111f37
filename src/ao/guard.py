"""The guard: refuses what would leave production without a live system."""

from __future__ import annotations

from ao.colour import Colour
from ao.errors import Refused
from ao.facts import Facts


def may_change(facts: Facts, colour: Colour, act: str) -> None:
    """Refuse to delete, redeploy or empty the live system; `act` is what was asked for."""
    if facts.live is colour:
        raise Refused(
            f"{colour} is live, and Ao does not {act} the live system",
            cure=f"`ao switch {colour.other}` makes {colour.other} live first.",
        )


def may_go_live(facts: Facts, colour: Colour, *, degraded: bool, take_over: bool) -> None:
    """Refuse to switch production to a system that is not whole, or away from a stranger.

    With `degraded` one healthy server is enough; with `take_over` production may be
    taken from a port that is not of this site.
    """
    if facts.production is None:
        raise Refused("the site has no production address yet", cure="`ao up` builds the site.")
    if facts.foreign and not take_over:
        raise Refused(
            f"the production address {facts.production.address} points to port "
            f"{facts.production.port_id}, which is not of this site",
            cure="--take-over moves it here; what it reaches now is then reached no more.",
        )
    if facts.live is colour:
        return
    obstacle = facts.systems[colour].obstacle(degraded=degraded)
    if obstacle:
        raise Refused(
            f"{colour} cannot go live: {obstacle}",
            cure="`ao up` repairs it, `ao deploy VERSION` builds it anew"
            + ("." if degraded else "; --degraded switches to the servers that are healthy."),
        )
