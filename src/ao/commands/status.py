"""`ao status`."""

from __future__ import annotations

import argparse
import sys

from ao.commands.site_command import SystemLister, observing
from ao.message.translation import spoken


class Status(SystemLister):
    """Show the site's systems: which is live, versions, servers, addresses, load."""

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Observe, and list; that a release is open is told on standard error."""
        work = self.work(quiet=True)
        with observing(work) as observation:
            from concurrent.futures import ThreadPoolExecutor

            from ao import release
            from ao.plan import image_state, maintenance, scaling_state

            told = release.note(work, observation.result)
            facts = observation.result()
        if told:
            print(spoken(told), file=sys.stderr)
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix="status") as aside:
            images = aside.submit(image_state.read_images, work.cloud, facts)
            pause = aside.submit(maintenance.read, work.cloud, facts)
            loads = scaling_state.read_scaling(work.cloud, work.site, facts)
            for sentence in image_state.lost(images.result()):
                print(spoken(sentence), file=sys.stderr)
            return self.table(work, facts, loads, pause.result())
