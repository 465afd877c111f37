"""`ao release` and what goes with it."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ao.commands.giving_up import add_answers, settle
from ao.commands.site_command import SiteCommand, add_cancel_stuck
from ao.commands.version_argument import add_image, check_version, chosen_version
from ao.message import Message, message
from ao.message.translation import spoken

if TYPE_CHECKING:
    from ao.release import Options
    from ao.work import Work

RELEASE = message("its ID, how that begins, or its version. Default: the open one.")
"""How a release is named in an argument."""


class ReleaseCommand(SiteCommand):
    """A command that runs a release, or a part of one."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what is said of the run."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--reason", default="", metavar="TEXT", help=message("Why; journalled.")
        )
        parser.add_argument(
            "--i-know",
            action="store_true",
            help=message("Switch back even past a one-way change of the database."),
        )
        add_cancel_stuck(parser)
        parser.add_argument("--no-probe", action="store_true", help=message("Measure nothing."))
        parser.add_argument(
            "--report",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help=message("Write the last switch's report to FILE: .json, .html, .svg or .png."),
        )
        parser.add_argument(
            "-f",
            "--format",
            choices=["text", "json"],
            default="text",
            help=message("json: a line for each event, on standard output."),
        )
        return parser

    def follow(self, options: argparse.Namespace) -> Work:
        """Return the site's work, whose progress is told in the form that the user wants."""
        from ao.commands.event_stream import EventProgress

        return self.work(listener=EventProgress() if options.format == "json" else None)

    def options(self, given: argparse.Namespace) -> Options:
        """Return the options of a run, as they were given."""
        from ao.probe.process import ProbeProcess
        from ao.release import Options, Stage, checked_name
        from ao.report import report_files

        for path in given.report:
            report_files.check(path)
        if getattr(given, "id_file", None):
            _write(given.id_file, "")
        skips = getattr(given, "skip_logout", False)
        return Options(
            ask=_ask if sys.stdin.isatty() and "CI" not in os.environ else None,
            detach=getattr(given, "detach", False),
            until=Stage(given.until) if getattr(given, "until", None) else None,
            override=getattr(given, "override", ""),
            i_know=given.i_know,
            maintenance=getattr(given, "maintenance", False),
            image=getattr(given, "image", ""),
            skip=frozenset({Stage.LOGOUT} if skips else ()),
            reason=given.reason,
            releaser=checked_name(getattr(given, "releaser", "")),
            known=partial(_known, getattr(given, "id_file", None), given.format),
            junit=getattr(given, "junit", None),
            reports=tuple(given.report),
            probes=None if given.no_probe else ProbeProcess,
        )

    def tell(self, work: Work) -> None:
        """Tell what is live now."""
        facts = work.observe()
        if facts.live is not None:
            version = facts.systems[facts.live].version
            work.note(
                message("Live: %(version)s, on %(colour)s.", version=version, colour=facts.live)
                if version
                else message("Live: not known which version, on %(colour)s.", colour=facts.live)
            )


class Release(ReleaseCommand):
    """Release a version: deploy, check, switch, watch, and keep it or switch back.

    Killed or stopped, the same command goes on where it stopped.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the version and what a release may leave out."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "version", nargs="?", metavar="VERSION", help=message("Version to release.")
        )
        add_image(parser)
        add_answers(parser)
        _add_until(parser)
        parser.add_argument(
            "--detach",
            action="store_true",
            help=message("End after the switch; `ao watch` watches and decides."),
        )
        parser.add_argument(
            "--override",
            default="",
            metavar="REASON",
            help=message("Switch outside of the maintenance window; the reason is journalled."),
        )
        parser.add_argument(
            "--maintenance",
            action="store_true",
            help=message(
                "Lead users to the maintenance page of the site file while production moves."
            ),
        )
        parser.add_argument("--skip-logout", action="store_true", help=message("Log nobody out."))
        parser.add_argument(
            "--releaser",
            default="",
            metavar="NAME",
            help=message(
                "Person for whom it is begun, where one user acts for all as in a CI; journalled."
            ),
        )
        parser.add_argument(
            "--id-file",
            type=Path,
            metavar="FILE",
            help=message(
                "Write the release's ID to FILE, for `ao approve`; nothing when there is none."
            ),
        )
        parser.add_argument(
            "--junit",
            type=Path,
            metavar="FILE",
            help=message("Write the checks' results as JUnit XML."),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Print the plan, then run it."""
        from ao import release
        from ao.commands import plan

        options = self.options(parsed_args)
        check_version(parsed_args.version, options.image)
        work = self.follow(parsed_args)
        version = chosen_version(work, parsed_args.version, options.image)
        course = release.plan(work, version, skip=options.skip, image=options.image)
        for line in plan.lines(course):
            work.note(line)
        settle(work, version, parsed_args, releases=True)
        release.release(work, version, options)
        self.tell(work)


class Continue(ReleaseCommand):
    """Continue the release that is paused or has stopped; `ao approve` approves its switch."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which release, and the stage to stop after."""
        parser = super().get_parser(prog_name)
        _add_release(parser, message("Only this release"))
        _add_until(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """End its pause where it runs, or go on with it here."""
        from ao import release

        options = self.options(parsed_args)
        work = self.follow(parsed_args)
        if release.is_running(work):
            asked = release.go_on(work, parsed_args.reason, parsed_args.release)
            work.note(
                message(
                    "Asked the release of %(version)s to go on where it runs.",
                    version=asked.version,
                )
            )
            return
        release.resume(work, options, named=parsed_args.release)
        self.tell(work)


class Approve(SiteCommand):
    """Approve of the switch of the open release, as it is deployed now.

    A release that has stopped to wait for it then goes on with `ao release continue`.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which release, who approves, and why."""
        parser = super().get_parser(prog_name)
        _add_release(parser, message("The release"))
        parser.add_argument(
            "--approver",
            default="",
            metavar="NAME",
            help=message(
                "Person for whom it is approved, where one user acts for all as in a CI; "
                "journalled."
            ),
        )
        parser.add_argument(
            "--reason", default="", metavar="TEXT", help=message("Why; journalled.")
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Write the approval into the journal."""
        from ao import release
        from ao.commands.version_argument import refuse_command

        if parsed_args.release:
            refuse_command(parsed_args.release)
        approver = release.checked_name(parsed_args.approver)
        work = self.work()
        approved = release.approve(
            work, parsed_args.reason, named=parsed_args.release, approver=approver
        )
        work.note(
            message(
                "Release %(id)s of %(version)s is approved: production may "
                "move from %(old)s to %(new)s.",
                id=approved.id,
                version=approved.version,
                old=approved.old,
                new=approved.new,
            )
        )
        if not release.is_running(work):
            work.note(message("`ao release continue %(id)s` goes on with it.", id=approved.id))


class Watch(ReleaseCommand):
    """Watch production until the decision window of a detached release ends, and decide."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Go on with the release."""
        from ao import release

        options = self.options(parsed_args)
        work = self.follow(parsed_args)
        release.resume(work, options)
        self.tell(work)


class Abort(ReleaseCommand):
    """End the open release: production goes back to the system that was live before it."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which release, and whether to wait for it."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "version",
            nargs="?",
            metavar="VERSION",
            help=message("Abort only a release of this version or ID."),
        )
        parser.add_argument(
            "--wait",
            action="store_true",
            help=message("Wait until the release has ended where it runs."),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Ask the release that runs, or end it here."""
        from ao import release

        options = self.options(parsed_args)
        release.abort(
            self.follow(parsed_args), options, version=parsed_args.version, wait=parsed_args.wait
        )


class Back(ReleaseCommand):
    """Switch back to what was live before, within a decision window or after it.

    An open release ends with it: before its switch that is an abort.
    """

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Switch back."""
        from ao import release

        options = self.options(parsed_args)
        work = self.follow(parsed_args)
        release.back(work, options)
        self.tell(work)


class Pause(SiteCommand):
    """Pause the running release, from whatever machine; `ao release continue` ends the pause."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the reason."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--reason", default="", metavar="TEXT", help=message("Why; journalled.")
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Ask it to wait."""
        from ao import release

        work = self.work()
        asked = release.pause(work, parsed_args.reason)
        work.note(message("Asked the release of %(version)s to wait.", version=asked.version))


def _add_until(parser: argparse.ArgumentParser) -> None:
    """Add the stage to stop after, in the words of `ao.release.Stage`."""
    parser.add_argument(
        "--until",
        choices=("deploy", "check", "match", "approve", "logout", "switch", "watch"),
        help=message("Stop after that stage; the same command goes on."),
    )


def _add_release(parser: argparse.ArgumentParser, what: Message) -> None:
    """Add which release is meant."""
    parser.add_argument(
        "release",
        nargs="?",
        metavar="RELEASE",
        help=message("%(what)s: %(release)s", what=what, release=RELEASE),
    )


def _known(id_file: Path | None, format: str, release: str, version: str) -> None:  # noqa: A002
    """Tell programs which release it is."""
    from ao.commands import event_stream

    if id_file is not None:
        _write(id_file, f"{release}\n")
    if format == "json":
        event_stream.tell("release", release=release, version=version)


def _write(path: Path, text: str) -> None:
    """Write a file; raises ConfigError when it cannot be written."""
    from ao.files import output_file

    with output_file.writing(path):
        path.write_text(text, encoding="utf-8")


def _ask(question: str) -> bool:
    """Ask on the terminal."""
    print(f"{spoken(question)} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
