"""`ao status`."""

from __future__ import annotations

import argparse

from ao.commands.base import SystemLister


class Status(SystemLister):
    """Show the site's systems: which is live, versions, servers, addresses, load."""

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Observe, and list."""
        from ao import load

        work = self.work(quiet=True)
        facts = work.observe()
        return self.table(work, facts, load.measure(work.cloud, work.site, facts))
