"""`ao status`."""

from __future__ import annotations

import argparse

from ao.commands.base import SystemLister


class Status(SystemLister):
    """Show the site's systems: which is live, versions, servers, addresses."""

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Observe, and list."""
        work = self.work(quiet=True)
        return self.table(work, work.observe())
