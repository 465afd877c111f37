"""`ao certificate show` and `ao certificate renew`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cliff.formatters.table import TableFormatter

from ao.commands.listing import AoLister
from ao.commands.site_command import SiteCommand
from ao.errors import ConfigError
from ao.message import message
from ao.untrusted.printable import printable

if TYPE_CHECKING:
    from ao.apply.certificate_state import CertificateState
    from ao.plan.facts import Facts
    from ao.site.tls import CertificateFiles
    from ao.work import Work

Table = tuple[tuple[str, ...], list[tuple[object, ...]]]

MAIN = "main"
"""What the main listener is called, as in the table of the listeners."""
LONGEST = 255
"""Characters of a name that are shown."""
COLUMNS = (
    message("Role"),
    message("Listener"),
    message("Address"),
    message("Subject"),
    message("Names"),
    message("Issuer"),
    message("Ends"),
    message("Days left"),
    message("SHA-256"),
    message("Names host"),
    message("Trusted"),
    message("Chain"),
    message("ALPN"),
    message("TLS"),
    message("Certificate"),
    message("Certificate ID"),
    message("In Barbican"),
    message("Octavia reads it"),
)


class CertificateLister(SiteCommand, AoLister):
    """A command that ends with what production and the preview serve by TLS."""

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: Sequence[str],
        data: Iterable[Sequence[Any]],
    ) -> int:
        """Write a row for each listener; in a table for people a column, which is narrower."""
        rows = list(data)
        if isinstance(self.formatter, TableFormatter):
            head, *turned = zip(column_names, *rows, strict=True)
            return super().produce_output(parsed_args, head, turned)
        return super().produce_output(parsed_args, column_names, rows)

    def table(self, work: Work, facts: Facts) -> Table:
        """Return columns and rows of what the addresses serve at this moment."""
        from ao.apply import certificate_state

        states = certificate_state.look(work, facts)
        return COLUMNS, [_row(work.site.host, it) for it in states]


class Show(CertificateLister):
    """Show the certificates that production and the preview serve, and what Barbican keeps.

    Listeners beside the main one that serve other certificates than it are shown too.
    """

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Shake hands, ask Barbican, and list."""
        work = self.work(quiet=True)
        return self.table(work, work.observe())


class Renew(CertificateLister):
    """Serve the certificate that the site file names, or another, without losing a request.

    Files are read anew, and a name is looked up anew. The preview serves the certificate first;
    where it is not seen to, the one from before comes back and users have seen nothing. One that Ao
    has stored is deleted once no listener names it any more. Nothing is changed where the site
    serves the certificate already.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the files, and the reason."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--certificate",
            type=Path,
            metavar="FILE",
            help=message(
                "PEM file with the certificate, and its chain unless --chain has it, in place of "
                "what the site file names; needs --key."
            ),
        )
        parser.add_argument(
            "--key", type=Path, metavar="FILE", help=message("PEM file with its private key.")
        )
        parser.add_argument(
            "--chain",
            type=Path,
            metavar="FILE",
            help=message("PEM file with the certificates between it and the root."),
        )
        parser.add_argument(
            "--reason", default="", metavar="TEXT", help=message("Why, for the journal.")
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Renew, and list."""
        from ao.operations import operations

        files = _files(parsed_args)
        work = self.work()
        return self.table(work, operations.renew(work, files, parsed_args.reason))


def _files(given: argparse.Namespace) -> CertificateFiles | None:
    """Return the files that the arguments name. Raises ConfigError."""
    from ao.site.tls import CertificateFiles

    if given.certificate is None and given.key is None and given.chain is None:
        return None
    if given.certificate is None or given.key is None:
        raise ConfigError(message("a certificate in files is two: --certificate and its --key"))
    return CertificateFiles(certificate=given.certificate, key=given.key, chain=given.chain)


def _row(host: str | None, state: CertificateState) -> tuple[object, ...]:
    from ao.apply import certificate_state

    served, stored = state.served, state.stored
    role = message("production") if state.role == "production" else message("preview")
    head = (role, state.listener or MAIN)
    if served is None:
        told: tuple[object, ...] = (*("",) * 7, state.unseen, "", "", "")
    else:
        it = served.certificate
        told = (
            it.subject,
            ", ".join(it.names),
            it.issuer,
            f"{it.not_after:%Y-%m-%dT%H:%M:%SZ}",
            state.days(certificate_state.now()),
            it.fingerprint,
            "" if host is None else _word(it.covers(host)),
            served.distrust.why if served.distrust else message("yes"),
            certificate_state.chain(served),
            served.alpn or "",
            served.version,
        )
    if not state.reference:
        return (*head, state.address, *told, "", "", "", "")
    kept = (
        printable(stored.name, LONGEST) if stored else "",
        printable(state.id, LONGEST),
        _word(None if state.unknown else not state.is_gone),
        _word(None if state.unknown else not (state.is_gone or state.is_hidden)),
    )
    return (*head, state.address, *told, *kept)


def _word(answer: bool | None) -> str:
    if answer is None:
        return message("not known")
    return message("yes") if answer else message("no")
