"""`ao probe`."""

from __future__ import annotations

import argparse
import ipaddress
import math
import re
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ao.commands.listing import AoShowOne
from ao.commands.site_command import SiteCommand
from ao.commands.table_cell import Cell
from ao.errors import ConfigError, RequestsLost
from ao.message import Message, message
from ao.message.translation import spoken
from ao.untrusted.pattern import Pattern

if TYPE_CHECKING:
    from ao.probe.probe_load import ProbeLoad
    from ao.probe.recording import Recording
    from ao.probe.run import Run
    from ao.site import Identify


class Probe(SiteCommand, AoShowOne):
    """Measure what users of a URL see, until Ctrl-C.

    Sends requests on new connections at an even rate, and on connections that Keep-Alive
    clients keep. Tells which colour answered, what was lost, and how long answers took.
    Exit code 9 when requests were lost.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the URL and the load."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "url",
            metavar="URL",
            help=message("http or https; its path, if any, is what is asked for."),
        )
        parser.add_argument(
            "--seconds",
            type=_positive,
            metavar="S",
            help=message("How long. Default: until Ctrl-C."),
        )
        parser.add_argument(
            "--records",
            type=Path,
            metavar="FILE",
            help=message("Write a line of CSV for every request; gzip if the name ends in .gz."),
        )
        _add_load(parser.add_argument_group(message("load")))
        _add_colours(
            parser.add_argument_group(
                message("colours"), message("Default: `identify` of the site file.")
            )
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[Sequence[str], Sequence[Cell]]:
        """Run the probe, and show what it saw."""
        import asyncio

        from ao.probe import summary
        from ao.probe.run import Run

        run = Run(load=self._load(parsed_args), records=parsed_args.records)
        quiet = self.app.options.verbose_level == 0 or not sys.stderr.isatty()
        with ExitStack() as screen:
            if not quiet:
                from rich.console import Console

                from ao.commands.probe_line import LiveLine

                line = LiveLine(Console(stderr=True, highlight=False))
                run.lately = screen.enter_context(line).show
            self.recording = asyncio.run(_go(run, parsed_args.seconds))
        if self.recording.skipped:
            told = message(
                "%(count)s requests were not sent, because this machine could not keep up; then "
                "what timed out may be its own fault too.",
                count=f"{self.recording.skipped:,}",
            )
            print(spoken(told), file=sys.stderr)
        figures = list(summary.figures(self.recording))
        return [figure.name for figure in figures], [Cell(it.value, it.text) for it in figures]

    def produce_output(
        self, parsed_args: argparse.Namespace, column_names: Sequence[str], data: Sequence[Any]
    ) -> int:
        """Show the figures; raises RequestsLost below them if there were any."""
        super().produce_output(parsed_args, column_names, data)
        if self.recording.lost:
            raise RequestsLost(
                message(
                    "%(lost)s of %(sent)s requests to %(url)s were lost",
                    lost=f"{self.recording.lost:,}",
                    sent=f"{self.recording.sent:,}",
                    url=parsed_args.url,
                ),
                cure=message("The table tells how; --records FILE keeps a line for each of them."),
            )
        return 0

    def _load(self, options: argparse.Namespace) -> ProbeLoad:
        from ao.probe.probe_load import ProbeLoad, Protocol

        if not options.new and not options.kept:
            raise ConfigError(
                message("--new 0 --kept 0 sends nothing"),
                cure=message("Give one of them a number."),
            )
        base, path = _split(options.url)
        slow = options.kept // 5 if options.slow is None else options.slow
        if slow > options.kept:
            raise ConfigError(
                message(
                    "--slow %(slow)s is more than the %(kept)s clients of --kept",
                    slow=slow,
                    kept=options.kept,
                )
            )
        return ProbeLoad(
            url=base,
            host=self._host(options, base),
            identify=self._identify(options, path),
            new_per_second=options.new,
            kept=options.kept,
            kept_interval=options.interval,
            slow_path=options.slow_path,
            slow_kept=slow if options.slow_path else 0,
            timeout=options.timeout,
            protocol=Protocol.HTTP2 if options.http2 else Protocol.HTTP1,
            mixed=options.mixed,
            verify=not options.insecure,
            ca=self._ca(options),
            own=self.site().request_options.own if self._has_site(options) else None,
            expect=options.expect,
        )

    def _host(self, options: argparse.Namespace, base: str) -> str | None:
        """Return the host that requests name; None for the URL's.

        An address may be that of the site, where it has one; a name is what was asked for.
        """
        if options.host or not (_is_address(base) and self._has_site(options)):
            return str(options.host) if options.host else None
        return self.site().host

    def _ca(self, options: argparse.Namespace) -> str | None:
        """Return the authorities that are trusted beside the system's, as PEM text; None for none.

        They are those of a file, or of the site.
        """
        if options.insecure:
            return None
        if options.ca is not None:
            return _authority(options.ca)
        return self.site().request_options.ca if self._has_site(options) else None

    def _has_site(self, options: argparse.Namespace) -> bool:
        """Return whether the site file says what the options leave open."""
        return not (options.header or options.body) and self.app.options.config.exists()

    def _identify(self, options: argparse.Namespace, path: str) -> Identify:
        """Return what is asked for and what tells the colour, by the options or the site file."""
        from ao.site import Identify

        asked = options.path or path
        if not self._has_site(options):
            return Identify(path=asked or "/", header=options.header, body=options.body)
        identify = self.site().identify
        return replace(identify, path=asked or identify.path)


async def _go(run: Run, seconds: float | None) -> Recording:
    """Run for so many seconds, or until Ctrl-C or SIGTERM."""
    import asyncio

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, run.stop)
    return await run.go(seconds)


def _add_load(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--new",
        type=_not_negative,
        default=20.0,
        metavar="N",
        help=message("Requests a second that each open a connection. Default: 20."),
    )
    group.add_argument(
        "--kept",
        type=_count,
        default=10,
        metavar="N",
        help=message("Keep-Alive clients. Default: 10."),
    )
    group.add_argument(
        "--interval",
        type=_not_negative,
        default=0.1,
        metavar="S",
        help=message(
            "Seconds between a Keep-Alive client's answer and its next request. Default: 0.1."
        ),
    )
    group.add_argument(
        "--timeout",
        type=_positive,
        default=5.0,
        metavar="S",
        help=message("Seconds after which a request is lost. Default: 5."),
    )
    group.add_argument(
        "--expect",
        type=_statuses,
        metavar="STATUSES",
        help=message(
            "HTTP statuses of a good answer, for example 200-204,301. Default: any below 400."
        ),
    )
    group.add_argument(
        "--slow-path",
        type=_url_path,
        metavar="PATH",
        help=message("Path that takes long, which some of the Keep-Alive clients ask for."),
    )
    group.add_argument(
        "--slow",
        type=_count,
        metavar="N",
        help=message("Keep-Alive clients that ask for --slow-path. Default: every fifth."),
    )
    group.add_argument(
        "--host",
        type=_host,
        metavar="NAME",
        help=message(
            "Host that requests name, and that a certificate has to name. Default: `host` of the "
            "site file where the URL has an address, else the URL's."
        ),
    )
    versions = group.add_mutually_exclusive_group()
    versions.add_argument(
        "--http2",
        action="store_true",
        help=message("Speak HTTP/2: by TLS for an https URL, by prior knowledge for an http one."),
    )
    versions.add_argument(
        "--mixed",
        action="store_true",
        help=message(
            "Have every second Keep-Alive client speak HTTP/2, if the server does, as a switch of "
            "an HTTPS site has it."
        ),
    )
    checked = group.add_mutually_exclusive_group()
    checked.add_argument(
        "--ca",
        type=Path,
        metavar="FILE",
        help=message(
            "Trust the private authorities in a PEM file beside the system's. Default: `tls.ca` of "
            "the site file."
        ),
    )
    checked.add_argument(
        "--insecure", action="store_true", help=message("Do not check the server's certificate.")
    )


def _add_colours(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--path",
        type=_url_path,
        metavar="PATH",
        help=message(
            "Path of every request. Default: that of the URL, else of `identify`, else /."
        ),
    )
    told = group.add_mutually_exclusive_group()
    told.add_argument(
        "--header", metavar="NAME", help=message("Header of the answer that holds the colour.")
    )
    told.add_argument(
        "--body",
        type=_one_group,
        metavar="REGEX",
        help=message("Regular expression whose one group finds the colour in the body."),
    )


def _split(url: str) -> tuple[str, str]:
    """Return a URL without its path, and the path; empty when there is none."""
    found = re.fullmatch(r"(\w+://[^/?#]+)([^#]*)", url)
    if found is None:
        raise ConfigError(
            message("%(url)s is not an http or https URL", url=f"{url!r}"),
            cure=message("Write http://HOST[:PORT]."),
        )
    base, path = found.groups()
    return base, f"/{path}" if path.startswith("?") else path


def _authority(path: Path) -> str:
    """Return the text of a file with authorities' certificates. Raises ConfigError."""
    from ao.files.input_file import Unreadable, read_text
    from ao.http import trust

    try:
        text = read_text(path)
        trust.context(text)
    except (Unreadable, trust.UnreadableAuthority) as error:
        raise ConfigError(
            message("--ca %(path)s: %(why)s", path=path, why=error.why),
            cure=message("Name a file with its certificate in PEM form."),
        ) from error
    return text


def _is_address(base: str) -> bool:
    """Return whether the host of a URL without a path is an IP address."""
    try:
        ipaddress.ip_address(urlsplit(base).hostname or "")
    except ValueError:
        return False
    return True


def _refusal(why: Message) -> argparse.ArgumentTypeError:
    """Return the error of an argument that is refused."""
    return argparse.ArgumentTypeError(spoken(why))


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise _refusal(message("%(text)s is not a number", text=repr(text)))
    return number


def _not_negative(text: str) -> float:
    if (number := _number(text)) < 0:
        raise _refusal(message("%(text)s is less than 0", text=text))
    return number


def _positive(text: str) -> float:
    if (number := _number(text)) <= 0:
        raise _refusal(message("%(text)s is not more than 0", text=text))
    return number


def _count(text: str) -> int:
    if not text.isdecimal():
        raise _refusal(message("%(text)s is not a whole number from 0 on", text=repr(text)))
    return int(text)


def _statuses(text: str) -> int | str:
    from ao.site.status_codes import StatusCodes

    try:
        return StatusCodes.parse(text).plain
    except ValueError as error:
        raise _refusal(
            message("%(text)s is no HTTP status from 200 to 599", text=repr(text))
        ) from error


def _host(text: str) -> str:
    from ao.site.names import HOST_NAME

    if not re.fullmatch(HOST_NAME, text):
        raise _refusal(message("%(text)s is no host name such as shop.example", text=repr(text)))
    return text


def _url_path(text: str) -> str:
    if not re.fullmatch(r"/[!-~]*", text):
        raise _refusal(message("%(text)s is not a path such as /version", text=repr(text)))
    return text


def _one_group(text: str) -> str:
    try:
        groups = Pattern(text.encode()).groups
    except ValueError as error:
        raise _refusal(message("not a regular expression: %(error)s", error=error)) from error
    if groups != 1:
        raise _refusal(message("%(text)s has to have one group, as (blue|green)", text=repr(text)))
    return text
