"""What the console of a server that does not serve says at its end."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ao.cloud import Cloud, Member, Resource
from ao.errors import CloudError
from ao.message import Message, joined, message
from ao.redaction import redact
from ao.untrusted.printable import printable

SERVER, MEMBER = "OS::Nova::Server", "OS::Octavia::PoolMember"
ASKED = 100
"""Lines that Nova is asked for; many are blank, or say nothing but colours."""
LINES = 15
"""Lines that are shown."""
WIDTH = 160
"""Characters that are shown of a line."""
LONGEST = 2000
"""Characters that are read of a line, and of which secrets are masked."""

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]{0,40}[ -/]{0,4}[@-~]"
    r"|(?:\x1b[P\]X^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]{0,200}(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]{1,4}[0-~]|\x1b[0-~]"
    # Nova removes the escape character itself and leaves what followed it. `rate[5m]` is none.
    r"|\[(?:0|\d{1,3}(?:;\d{1,3}){1,8})m|\[\d{1,3}m(?!\])|\[[0-2]K"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff\xad]")
"""Characters that are not seen, and that a name or a secret may be split by."""


def advice(cloud: Cloud, server_id: str) -> Message:
    """Return how a server started, as its console ends, and the command that shows all of it.

    It is the command alone where the cloud does not show the console, or that is empty: the error
    that this stands below is told anyway.
    """
    command = message(
        "`openstack console log show %(server)s` tells how that server started.", server=server_id
    )
    try:
        shown = last_lines(cloud.servers.console(server_id, ASKED))
    except CloudError:
        return command
    if not shown:
        return command
    ends = message(
        "The console of server %(server)s ends with:\n%(lines)s", server=server_id, lines=shown
    )
    return joined("\n", [ends, command])


def last_lines(text: str) -> str:
    """Return the last lines of a console's text that say something, indented and fit to print.

    What acts on a terminal is taken out or shown, secrets are masked.
    """
    lines = text[-ASKED * LONGEST :].split("\n")[-ASKED - 1 :]
    # Secrets are told by what stands before them, which may be above the lines that are shown.
    masked = redact("\n".join(_written(line[:LONGEST]) for line in lines))
    shown = [line for line in masked.split("\n") if line.strip()][-LINES:]
    return "\n".join(f"  {printable(line.rstrip(), WIDTH)}" for line in shown)


def _written(line: str) -> str:
    """Return what a line says without what acts on a terminal, and what was written over."""
    # What a carriage return wrote over was progress.
    seen = _ESCAPES.sub("", line).rstrip("\r").rpartition("\r")[2]
    return _CONTROLS.sub("", seen).rstrip()


def silent_server(resources: Iterable[Resource], members: Iterable[Member]) -> str | None:
    """Return the ID of a server of a system that gets no requests; None when all do. Pure."""
    serving = {it.id for it in members if it.serving}
    kept = tuple(resources)
    placed = {it.stack_id for it in kept if it.type == MEMBER and it.physical_id in serving}
    servers = (it for it in kept if it.type == SERVER and it.physical_id)
    return next((it.physical_id for it in servers if it.stack_id not in placed), None)


def failed_server(resources: Iterable[Resource]) -> str | None:
    """Return the ID of a server that failed, or that something failed beside; None of none. Pure.

    Beside it in its stack is its place in the pool.
    """
    kept = tuple(resources)
    failed = {it.stack_id for it in kept if it.failed}
    servers = [it for it in kept if it.type == SERVER and it.physical_id]
    own = (it for it in servers if it.failed)
    found = next(own, None) or next((it for it in servers if it.stack_id in failed), None)
    return found.physical_id if found else None
