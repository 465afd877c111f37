"""`ao timetable`, `ao timetable compare` and `ao timetable fit`."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ao import duration
from ao.commands.listing import AoLister, AoShowOne
from ao.commands.site_command import SiteCommand
from ao.message import Message, message
from ao.message.translation import Language, language_of_environment, spoken

if TYPE_CHECKING:
    from ao.timetable.comparison import Comparison
    from ao.timetable.history import Times
    from ao.timetable.procedure import Procedure
    from ao.timetable.schedule import Schedule
    from ao.timetable.tables import Table

RHYTHMS = {"daily": 365.0, "weekly": 52.0, "monthly": 12.0, "quarterly": 4.0}
"""Releases a year."""

Output = tuple[tuple[str, ...], Iterable[object]]
"""Columns, and rows or values."""


class ProcedureCommand(SiteCommand):
    """A command on procedures; programs get more of it than people."""

    document: dict[str, Any]
    """What `-f json` and `-f yaml` write."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add where times come from."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--from-history",
            metavar="SITE",
            help=message("Take times from the journal of this site, as far as it has them."),
        )
        return parser

    def documented(self, formatter: str) -> bool:
        """Write the document, if it is what the formatter is for."""
        if formatter == "json":
            json.dump(self.document, self.app.stdout, indent=2, ensure_ascii=False)
            self.app.stdout.write("\n")
        elif formatter == "yaml":
            import yaml

            yaml.safe_dump(self.document, self.app.stdout, allow_unicode=True, sort_keys=False)
        return formatter in {"json", "yaml"}

    def procedures(self, paths: Iterable[Path], site: str | None) -> tuple[Procedure, ...]:
        """Return the procedures of files, with times of a site's past where one is named."""
        from ao.timetable import procedure_file

        return self.measured([procedure_file.load(path) for path in paths], site)

    def measured(self, found: Iterable[Procedure], site: str | None) -> tuple[Procedure, ...]:
        """Return procedures with times of a site's past; what that does not have is told."""
        from ao.timetable import history

        if site is None:
            return tuple(found)
        times = self._times(site)
        changed, missing = zip(*(history.applied(it, times) for it in found), strict=True)
        if lacking := dict.fromkeys(word for words in missing for word in words):
            told = message(
                "The journal of %(site)s has no time of %(tasks)s: those of the procedure are "
                "taken.",
                site=site,
                tasks=", ".join(lacking),
            )
            print(spoken(told), file=sys.stderr)
        return tuple(changed)

    def _times(self, name: str) -> Times:
        """Return how long steps of a site took, from its journal."""
        from ao.journal import MOVING, Journal
        from ao.timetable import history

        work = self.work(quiet=True)
        journal = Journal(work, site=name)
        releases = journal.operations()
        recent = [it for it in releases if it.act in MOVING][-history.LATEST :]
        entries = [entry for release in recent for entry in journal.entries(release.id)]
        return history.measured(releases, history.drains(entries))


class DrawingCommand(ProcedureCommand, AoLister):
    """A command that lists timetables, and draws them."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add chart and language."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--chart",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help=message("Draw a chart into FILE: .svg, .png or .html. May be given again."),
        )
        parser.add_argument(
            "--language",
            choices=("en", "ja"),
            help=message(
                "Language. Default: that of the locale for tables, en for charts and programs."
            ),
        )
        parser.add_argument(
            "--past-midnight",
            action=argparse.BooleanOptionalAction,
            default=None,
            help=message(
                "Write 01:00 on the next day as 25:00. Default: as the procedure's file says."
            ),
        )
        return parser

    def produce_output(self, parsed_args: argparse.Namespace, column_names: Any, data: Any) -> int:
        """Write the document, or the table."""
        if self.documented(parsed_args.formatter):
            return 0
        return super().produce_output(parsed_args, column_names, data)

    def schedules(self, paths: Iterable[Path], options: argparse.Namespace) -> tuple[Schedule, ...]:
        """Return the schedules of files, their times written as the options say."""
        from ao.timetable import chart_files
        from ao.timetable.schedule import schedule

        for path in options.chart:
            chart_files.check(path)
        found = self.procedures(paths, options.from_history)
        if options.past_midnight is not None:
            found = tuple(
                replace(it, opening=replace(it.opening, past_midnight=options.past_midnight))
                for it in found
            )
        return tuple(map(schedule, found))

    def draw(self, shown: Schedule | Comparison, options: argparse.Namespace) -> None:
        """Write the charts."""
        from ao.timetable import chart_files

        for path in options.chart:
            chart_files.write(shown, path, Language(options.language or Language.ENGLISH))
            print(spoken(message("wrote %(path)s", path=path)), file=sys.stderr)


class Timetable(DrawingCommand):
    """Derive the timetable of a release: its window, its rows, how long production stops."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the procedure."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "procedure", metavar="PROCEDURE.yaml", type=Path, help=message("File of the procedure.")
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Output:
        """Schedule, draw and list."""
        from ao.timetable import tables, timetable_json

        (plan,) = self.schedules([parsed_args.procedure], parsed_args)
        language = _language(parsed_args)
        self.document = timetable_json.timetable(plan, language)
        self.draw(plan, parsed_args)
        for note in tables.notes(plan, language):
            print(note, file=sys.stderr)
        return _listed(tables.timetable(plan, language))


class Compare(DrawingCommand):
    """Compare two procedures: windows, stops, what left the window and why, what that saves."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the procedures and the rhythm."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "first", metavar="FIRST.yaml", type=Path, help=message("File of the first procedure.")
        )
        parser.add_argument(
            "second",
            metavar="SECOND.yaml",
            type=Path,
            help=message("File of the second procedure."),
        )
        parser.add_argument(
            "--rhythm",
            type=_rhythm,
            default=RHYTHMS["weekly"],
            metavar="RHYTHM",
            help=message(
                "Releases a year, or %(words)s. Default: weekly.", words=", ".join(RHYTHMS)
            ),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Output:
        """Schedule both, draw and list."""
        from ao.timetable import tables, timetable_json
        from ao.timetable.comparison import Comparison

        first, second = self.schedules([parsed_args.first, parsed_args.second], parsed_args)
        compared = Comparison(first=first, second=second, releases=parsed_args.rhythm)
        language = _language(parsed_args)
        self.document = timetable_json.comparison(compared, language)
        self.draw(compared, parsed_args)
        return _listed(tables.comparison(compared, language))


class Fit(ProcedureCommand, AoShowOne):
    """Tell how likely a release fits its window, by many runs with random times."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the window and how it is tried."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "procedure",
            nargs="?",
            metavar="PROCEDURE.yaml",
            type=Path,
            help=message("File of the procedure. Default: a release as Ao makes it."),
        )
        parser.add_argument(
            "--window",
            type=_duration,
            metavar="TIME",
            help=message(
                "Length of the window, for example 15m. Default: what the procedure plans."
            ),
        )
        parser.add_argument(
            "--runs",
            type=_count,
            default=10_000,
            metavar="N",
            help=message("Number of runs. Default: 10000."),
        )
        parser.add_argument(
            "--seed",
            type=int,
            default=0,
            metavar="N",
            help=message("Seed of the random numbers. Default: 0."),
        )
        parser.add_argument(
            "--safe",
            type=_percent,
            default=0.95,
            metavar="PERCENT",
            help=message(
                "Percentage of runs that a safe start keeps within the window. Default: 95."
            ),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Output:
        """Try, and show."""
        from ao.timetable import default_procedure, procedure_file, tables, timetable_json
        from ao.timetable.fit import fit
        from ao.timetable.schedule import schedule

        path = parsed_args.procedure
        own = procedure_file.load(path) if path else default_procedure.default_procedure()
        (procedure,) = self.measured([own], parsed_args.from_history)
        window = parsed_args.window
        found = fit(
            procedure,
            schedule(procedure).closes if window is None else window,
            runs=parsed_args.runs,
            seed=parsed_args.seed,
            share=parsed_args.safe,
        )
        opening = procedure.opening if path else None
        self.document = timetable_json.fit(found, opening)
        return tables.fit(found, procedure, opening)

    def produce_output(self, parsed_args: argparse.Namespace, column_names: Any, data: Any) -> int:
        """Write the document, or the table."""
        if self.documented(parsed_args.formatter):
            return 0
        return super().produce_output(parsed_args, column_names, data)


def _language(options: argparse.Namespace) -> Language:
    """Return the language that is asked for, or else the one of those who read the output."""
    people = options.formatter == "table"
    return Language(options.language or (language_of_environment() if people else Language.ENGLISH))


def _listed(table: Table) -> Output:
    return table.columns, table.rows


def _duration(text: str) -> float:
    try:
        return duration.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(spoken(error.args[0])) from error


def _rhythm(text: str) -> float:
    return RHYTHMS[text] if text in RHYTHMS else _positive(text)


def _percent(text: str) -> float:
    share = _positive(text.removesuffix("%")) / 100
    return (
        share if share <= 1 else _refuse(message("%(text)s is more than 100 %%", text=repr(text)))
    )


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    return (
        number
        if 0 < number < math.inf
        else _refuse(message("%(text)s is not a number above 0", text=repr(text)))
    )


def _count(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    return (
        number
        if 0 < number <= 1_000_000
        else _refuse(message("%(text)s is not 1 to 1000000", text=repr(text)))
    )


def _refuse(why: Message) -> NoReturn:
    raise argparse.ArgumentTypeError(spoken(why))
