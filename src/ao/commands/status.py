"""`ao status`."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from ao.commands.site_command import SystemLister, observing
from ao.errors import AoError
from ao.message.translation import spoken

if TYPE_CHECKING:
    from ao.plan.facts import Facts
    from ao.work import Work


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
        if work.site.adopt is not None:
            self._tell_of_others(work, facts)
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix="status") as aside:
            images = aside.submit(image_state.read_images, work.cloud, facts)
            pause = aside.submit(maintenance.read, work.cloud, facts)
            loads = scaling_state.read_scaling(work.cloud, work.site, facts)
            for sentence in image_state.lost(images.result()):
                print(spoken(sentence), file=sys.stderr)
            return self.table(work, facts, loads, pause.result())

    def _tell_of_others(self, work: Work, facts: Facts) -> None:
        """Tell where somebody else than Ao has led the listener of an adopted load balancer."""
        from ao.journal import Journal
        from ao.operations import way_back

        with suppress(AoError):
            moved = way_back.moved_away(Journal(work).operations(), facts)
            if moved is not None:
                print(spoken(moved), file=sys.stderr)
