"""`ao disown`."""

from __future__ import annotations

import argparse

from ao.commands import question
from ao.commands.site_command import SiteCommand
from ao.errors import Refused
from ao.message import Message, message


class Disown(SiteCommand):
    """Give an adopted load balancer back to its owner, and delete what Ao has made around it.

    Nothing of the owner's is changed but where its listeners lead.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add where users are led, and --yes."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--to",
            choices=["adopted", "live"],
            default="adopted",
            help=message(
                "Where the listeners lead then: to the adopted system, or where they lead now. "
                "Default: adopted."
            ),
        )
        parser.add_argument("--yes", action="store_true", help=message("Do it without asking."))
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Ask, and give back."""
        from ao.operations import operations

        work = self.work()
        to_live = parsed_args.to == "live"
        if not parsed_args.yes:
            question.ask(
                _question(work.site.name, to_live=to_live),
                unasked=Refused(
                    message("nobody is there to ask"),
                    cure=message("--yes does it without asking."),
                ),
                declined=message("nothing was changed"),
            )
        operations.disown(work, to_live=to_live)
        work.note(_told(work.site.name, to_live=to_live))


def _question(site: str, *, to_live: bool) -> Message:
    if to_live:
        return message(
            "Give the load balancer of site %(name)s back, its users left where they are?",
            name=site,
        )
    return message(
        "Give the load balancer of site %(name)s back, its users led to the adopted system, and "
        "delete the other one?",
        name=site,
    )


def _told(site: str, *, to_live: bool) -> Message:
    if to_live:
        return message(
            "Given back: the load balancer of site %(name)s. What its users are led to is left; a "
            "system of Ao's has its stacks still (`openstack stack list --tags disowned`).",
            name=site,
        )
    return message(
        "Given back: the load balancer of site %(name)s leads to the adopted system.", name=site
    )
