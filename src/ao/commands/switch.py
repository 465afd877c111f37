"""`ao switch`."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ao.colour import Colour
from ao.commands.site_command import SystemLister, observing
from ao.message import message

if TYPE_CHECKING:
    from ao.cutover.measurement import Measurement
    from ao.probe.probe_load import ProbeLoad
    from ao.probe.process import ProbeProcess


class Switch(SystemLister):
    """Switch production to the standby; the same command switches it back.

    A probe measures it: how many requests were lost, and when users came over. A switch
    that was killed goes on to the same system.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the colour, the overrides and what measures."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "colour",
            nargs="?",
            metavar="COLOUR",
            choices=list(map(str, Colour)),
            help=message("System to make live: blue or green. Default: the standby."),
        )
        parser.add_argument(
            "--degraded",
            action="store_true",
            help=message("Switch even if only some of its servers pass the health check."),
        )
        parser.add_argument(
            "--take-over",
            action="store_true",
            help=message("Take the production address from a port that is not of this site."),
        )
        parser.add_argument(
            "--force",
            action="store_true",
            help=message(
                "For emergencies: look at nothing first, wait for nobody, cut the old "
                "system's clients, never switch back."
            ),
        )
        parser.add_argument(
            "--maintenance",
            action="store_true",
            help=message(
                "Lead users to the maintenance page of the site file while production moves."
            ),
        )
        parser.add_argument(
            "--i-know",
            action="store_true",
            help=message("Switch back even past a one-way change of the database."),
        )
        parser.add_argument(
            "--reason", default="", metavar="TEXT", help=message("Why; journalled.")
        )
        measuring = parser.add_argument_group(message("measuring"))
        measuring.add_argument("--no-probe", action="store_true", help=message("Measure nothing."))
        measuring.add_argument(
            "--probe-new",
            type=float,
            metavar="N",
            help=message("Requests a second on new connections. Default: switch.probe_new."),
        )
        measuring.add_argument(
            "--probe-kept",
            type=int,
            metavar="N",
            help=message("Keep-Alive clients. Default: switch.probe_kept."),
        )
        measuring.add_argument(
            "--probe-slow",
            metavar="PATH",
            help=message("Path that takes long, which every fifth Keep-Alive client asks for."),
        )
        measuring.add_argument(
            "--report",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help=message(
                "Write the report to FILE: .json, .html, .svg or .png. May be given again."
            ),
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Switch, tell what was measured, and list."""
        if parsed_args.report:
            from ao.report import report_files

            for path in parsed_args.report:
                report_files.check(path)
        with ExitStack() as running:
            probe = None
            if not parsed_args.no_probe:
                from ao.probe.process import ProbeProcess

                # At once, as a process takes a moment to begin.
                probe = running.enter_context(ProbeProcess())
            work = self.work()
            observation = running.enter_context(observing(work))
            # What visits the systems, which is imported at the first visit otherwise.
            import ao.http.exchange  # noqa: F401
            from ao.operations import operations
            from ao.operations.switch_options import SwitchOptions

            measurement = _measurement(probe, parsed_args) if probe else None
            if parsed_args.force:
                work.note(
                    message(
                        "--force: clients of the old system are cut, requests under way may be "
                        "lost."
                    )
                )
            try:
                facts = operations.switch(
                    work,
                    Colour(parsed_args.colour) if parsed_args.colour else None,
                    SwitchOptions(
                        degraded=parsed_args.degraded,
                        take_over=parsed_args.take_over,
                        force=parsed_args.force,
                        maintenance=parsed_args.maintenance,
                        measurement=measurement,
                    ),
                    i_know=parsed_args.i_know,
                    reason=parsed_args.reason,
                    seen=observation.result,
                )
            finally:
                self._tell(measurement, parsed_args.report)
        return self.table(work, facts)

    def _tell(self, measurement: Measurement | None, paths: list[Path]) -> None:
        """Tell what was measured, also of a switch that failed."""
        cutover = measurement.cutover if measurement else None
        if cutover is None:
            return
        from rich.console import Console

        from ao.report import report_files, terminal

        Console(stderr=True, highlight=False).print(terminal.render(cutover))
        for path in paths:
            report_files.write(cutover, path)


def _measurement(probe: ProbeProcess, options: argparse.Namespace) -> Measurement:
    from ao.cutover.measurement import Measurement

    def changed(load: ProbeLoad) -> ProbeLoad:
        new = options.probe_new if options.probe_new is not None else load.new_per_second
        kept = options.probe_kept if options.probe_kept is not None else load.kept
        return replace(
            load,
            new_per_second=new,
            kept=kept,
            slow_path=options.probe_slow,
            slow_kept=kept // 5 if options.probe_slow else 0,
        )

    return Measurement(probe=probe, load=changed)
