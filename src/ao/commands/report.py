"""`ao report`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ao.commands.site_command import AoCommand
from ao.errors import ConfigError
from ao.message import message
from ao.message.translation import Language, spoken

_KINDS = {
    "svg": message("Write the chart there."),
    "png": message("Write the chart there."),
    "html": message("Write the whole report there."),
}
"""Files that are written, by the ends of their names, and what `--help` says of them."""


class Report(AoCommand):
    """Report a measured switch: print it, or write its chart or page."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the files."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "file", metavar="FILE.json", type=Path, help=message("What `ao switch --report` wrote.")
        )
        for kind, what in _KINDS.items():
            parser.add_argument(f"--{kind}", metavar=f"FILE.{kind}", type=Path, help=what)
        parser.add_argument(
            "--language",
            choices=("en", "ja"),
            help=message("Language. Default: that of the locale for a page, en for a chart."),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Read, then print or write."""
        from ao.report import report_files

        paths: list[Path] = []
        for kind in _KINDS:
            path = getattr(parsed_args, kind)
            if path is None:
                continue
            if path.suffix != f".{kind}":
                raise ConfigError(
                    message(
                        "--%(kind)s %(path)s: the file's name has to end in .%(kind)s",
                        kind=kind,
                        path=path,
                    )
                )
            report_files.check(path)
            paths.append(path)
        cutover = report_files.read(parsed_args.file)
        language = Language(parsed_args.language) if parsed_args.language else None
        for path in paths:
            report_files.write(cutover, path, language)
            print(spoken(message("wrote %(path)s", path=path)), file=sys.stderr)
        if not paths:
            from rich.console import Console

            from ao.report import terminal

            Console(file=self.app.stdout, highlight=False).print(terminal.render(cutover))
