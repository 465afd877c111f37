"""The question whether an adopted system is given up, asked before the version that needs it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ao.commands import question
from ao.errors import Refused
from ao.message import Message, message
from ao.site.adopt import GIVE_UP, KEEP

if TYPE_CHECKING:
    from ao.colour import Colour
    from ao.plan.facts import Facts
    from ao.work import Work


def add_answers(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that answer the question before it is asked."""
    answers = parser.add_mutually_exclusive_group()
    answers.add_argument(
        GIVE_UP,
        action="store_true",
        help=message(
            "Give the adopted system up where the version would go to its colour: Ao builds that, "
            "and the adopted servers are left to their owner."
        ),
    )
    answers.add_argument(
        KEEP,
        action="store_true",
        help=message("Refuse a version that would go there, and do not ask."),
    )


def settle(work: Work, version: str, given: argparse.Namespace, *, releases: bool) -> None:
    """Give the adopted system up if a version needs its colour and the user says so.

    One who `releases` a version that is live already, or whose release is open, needs nothing of
    it. Raises Refused.
    """
    if work.site.adopt is None:
        return
    facts = work.observe()
    adopted = facts.adopted
    if adopted is None or facts.standby is not adopted.colour:
        return
    if releases and _needs_none(work, facts, version):
        return
    if given.keep_adopted:
        raise Refused(
            message(
                "%(version)s would go to %(colour)s, the adopted system, which is to be kept",
                version=version,
                colour=adopted.colour,
            ),
            cure=message(
                "While it is the way back, no further version can be brought; %(option)s gives it "
                "up, `ao switch` goes back to it, and then the next version goes to %(other)s.",
                option=GIVE_UP,
                other=adopted.colour.other,
            ),
        )
    if not given.give_up_adopted:
        asked = _question(adopted.colour, len(adopted.members))
        question.ask(
            asked,
            unasked=Refused(
                asked,
                cure=message("%(option)s says yes, and nobody is there to ask.", option=GIVE_UP),
            ),
            declined=message("nothing was changed"),
        )
    from ao.operations import operations

    addresses = ", ".join(it.address for it in adopted.members)
    operations.give_up(work, given.reason)
    work.note(
        message(
            "Given up: the adopted system with the servers at %(addresses)s, which run on and are "
            "their owner's to delete.",
            addresses=addresses or "-",
        )
    )


def _needs_none(work: Work, facts: Facts, version: str) -> bool:
    from ao.journal import Journal
    from ao.release import open_releases

    if facts.live is not None and facts.systems[facts.live].version == version:
        return True
    unfinished = open_releases.open_release(Journal(work))
    return unfinished is not None and unfinished.version == version


def _question(colour: Colour, servers: int) -> Message:
    return message(
        "The version goes to %(colour)s, the adopted system (%(count)s servers): there is no way "
        "back to it then. Give it up?",
        colour=colour,
        count=servers,
    )
