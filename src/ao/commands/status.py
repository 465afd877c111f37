"""`ao status`."""

from __future__ import annotations

import argparse

from ao.commands.site_command import SystemLister


class Status(SystemLister):
    """Show the site's systems: which is live, versions, servers, addresses, load."""

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Observe, and list."""
        from ao.plan import scaling_state

        work = self.work(quiet=True)
        facts = work.observe()
        return self.table(work, facts, scaling_state.read_scaling(work.cloud, work.site, facts))
