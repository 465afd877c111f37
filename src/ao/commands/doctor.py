"""`ao doctor`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ao import duration
from ao.commands.listing import AoLister
from ao.commands.site_command import SiteCommand
from ao.message import Message, message
from ao.message.translation import spoken

if TYPE_CHECKING:
    from ao.doctor.findings import Advice, Effect

COLUMNS = (
    message("Act"),
    message("Connections"),
    message("Kept"),
    message("Reset"),
    message("Hung"),
    message("Lost"),
    message("Sent"),
    message("Gap"),
)


class Doctor(SiteCommand, AoLister):
    """Examine what this cloud does to connections, and advise how to switch.

    Builds two small load balancers, two servers and an address, holds Keep-Alive
    connections while a load balancer is reloaded, a pool changes and the address moves,
    and deletes all of it. The findings stay with the site: `ao up` and `ao switch` warn
    when the site file contradicts them.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what is to be done instead."""
        parser = super().get_parser(prog_name)
        instead = parser.add_mutually_exclusive_group()
        instead.add_argument(
            "--last", action="store_true", help=message("Only show what was found the last time.")
        )
        instead.add_argument(
            "--clean",
            action="store_true",
            help=message("Only delete what a killed run has left behind."),
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Examine, advise, remember, and list."""
        from ao.doctor import examination, findings, kept_findings, trial_site
        from ao.errors import NotFound
        from ao.probe.process import ProbeProcess

        work = self.work()
        if parsed_args.clean:
            trial_site.remove(work)
            return COLUMNS, []
        if parsed_args.last:
            found = kept_findings.recall(work)
            if found is None:
                raise NotFound(
                    message("site %(name)s was never examined", name=work.site.name),
                    cure=message("`ao doctor` examines."),
                )
        else:
            kept_findings.check_format(work.cloud, work.site)
            found = examination.examine(work, ProbeProcess)
            kept_findings.keep(work.cloud, work.site, found)
        advice = findings.advise(found)
        print(spoken(_sentence(found.provider, advice)), file=sys.stderr)
        for warning in findings.warnings(work.site, found):
            print(spoken(warning), file=sys.stderr)
        return COLUMNS, [
            _row(message("load balancer reloaded"), found.reload),
            _row(message("pool changed"), found.pool),
            _row(message("address moved"), found.address),
        ]


def _sentence(provider: str, advice: Advice) -> Message:
    """Return the advice that is given for a provider of load balancers."""
    if advice.drain:
        return message(
            "Advice for provider %(provider)s: method %(method)s, drain %(drain)s: %(why)s.",
            provider=provider,
            method=str(advice.method),
            drain=str(advice.drain),
            why=advice.why,
        )
    return message(
        "Advice for provider %(provider)s: method %(method)s: %(why)s.",
        provider=provider,
        method=str(advice.method),
        why=advice.why,
    )


def _row(act: str, effect: Effect) -> tuple[object, ...]:
    from ao.doctor.findings import Fate

    kept, reset, hung = (effect.fates.get(fate, 0) for fate in Fate)
    gap = duration.show(effect.gap) if effect.gap is not None else "-"
    return (act, effect.fate, kept, reset, hung, effect.lost, effect.sent, gap)
