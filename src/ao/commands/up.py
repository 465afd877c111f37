"""`ao up`."""

from __future__ import annotations

import argparse

from ao.commands.site_command import SystemLister


class Up(SystemLister):
    """Build the whole site, or repair what is broken of it, in one action.

    Both systems are built side by side with the version of the site file. A system
    that is whole is left as it is: changes of the site file reach it with its next
    deploy.
    """

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Build or repair, and list."""
        from ao.operations import operations

        work = self.work()
        return self.table(work, operations.up(work))
