"""`ao adopt`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ao.commands.listing import AoShowOne
from ao.commands.site_command import CloudCommand, logging_in
from ao.commands.table_cell import Cell
from ao.message import joined, message
from ao.message.translation import spoken

if TYPE_CHECKING:
    from ao.adopt.inventory import Inventory
    from ao.adopt.site_file import Draft

COLUMNS = (
    message("Site"),
    message("Load balancer"),
    message("Listeners"),
    message("Pool"),
    message("Servers"),
    message("Address"),
    message("Questions"),
    message("Site file"),
    message("User data"),
)


class Adopt(CloudCommand, AoShowOne):
    """Read a site that exists, and describe it in a site file. Nothing is changed in the cloud.

    All listeners that lead to one pool are one site's. What cannot be adopted is refused, with the
    reason and what helps. Without --write the site file is printed.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what is read, and the file."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "thing",
            metavar="LISTENER|LOAD-BALANCER|FLOATING-IP",
            help=message(
                "Name or ID of a listener or a load balancer, or an address that leads to one."
            ),
        )
        parser.add_argument(
            "--write",
            type=Path,
            metavar="FILE",
            help=message(
                "Write the site file to FILE, which is not there yet, and user data that Nova "
                "tells to a file beside it that only you can read."
            ),
        )
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[object, ...]]:
        """Read, and write what is to be written."""
        from ao.files import output_file

        path: Path | None = parsed_args.write
        if path is not None:
            output_file.check_new(path)
        cloud = self.cloud()
        with logging_in(cloud):
            from ao.adopt import reader, site_file

        inventory = reader.read(cloud, parsed_args.thing)
        draft = site_file.draft(inventory)
        if path is not None:
            _write(draft, path)
        elif draft.user_data is not None:
            _tell(
                message(
                    "User data is not shown, as it may hold passwords: --write keeps it in a file."
                )
            )
        return COLUMNS, _row(inventory, draft, path)

    def produce_output(
        self, parsed_args: argparse.Namespace, column_names: Iterable[str], data: Any
    ) -> int:
        """Print the site file where no other form is asked for, and none is written."""
        if parsed_args.write is None and parsed_args.formatter == "table":
            *_, text, _ = data
            self.app.stdout.write(text.human_readable())
            return 0
        return super().produce_output(parsed_args, [*column_names], data)


def _write(draft: Draft, path: Path) -> None:
    """Write the two files, or none where one of them is there."""
    from ao.files import output_file

    beside = path.parent / draft.user_data_file
    if draft.user_data is not None:
        output_file.check_new(beside)
    output_file.create(path, draft.text(spoken).encode())
    _tell(message("wrote %(path)s", path=path))
    if draft.user_data is not None:
        output_file.create(beside, draft.user_data.content, mode=0o600)
        _tell(
            message(
                "WROTE %(path)s: the user data of the servers, WHICH MAY HOLD PASSWORDS. Only you "
                "can read it (mode 0600): keep it out of version control, mail and tickets.",
                path=beside,
            )
        )


def _row(inventory: Inventory, draft: Draft, path: Path | None) -> tuple[object, ...]:
    from ao.adopt.refusals import named

    tree, ends = inventory.tree, inventory.back_ends
    pool = tree.pool
    assert pool is not None
    listeners = [
        {"id": it.id, "port": it.port, "protocol": it.protocol, "name": it.name}
        for it in tree.adopted
    ]
    servers = [
        {
            "id": it.server.id if it.server else None,
            "name": it.server.name if it.server else None,
            "address": it.member.address,
            "status": it.member.operating_status,
        }
        for it in ends
    ]
    address = inventory.addresses[0].address if inventory.addresses else tree.balancer.vip_address
    written = str(path) if path is not None else draft.text()
    told = str(path) if path is not None else draft.text(spoken)
    data = str(path.parent / draft.user_data_file) if path is not None and draft.user_data else ""
    return (
        draft.name,
        Cell(tree.balancer.id, named(tree.balancer.name, tree.balancer.id)),
        Cell(
            listeners,
            _lines(f"{it.port} {it.protocol} {named(it.name, it.id)}" for it in tree.adopted),
        ),
        Cell(pool.id, named(pool.name, pool.id)),
        Cell(
            servers,
            _lines(
                f"{named(it.server.name, it.server.id) if it.server else '?'} "
                f"{it.member.address} {it.member.operating_status}"
                for it in ends
            ),
        ),
        address,
        Cell(list(draft.questions), str(len(draft.questions))),
        Cell(written, told),
        data,
    )


def _lines(texts: Iterable[str]) -> str:
    return joined("\n", [*texts])


def _tell(text: str) -> None:
    print(spoken(text), file=sys.stderr)
