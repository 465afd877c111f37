"""The probe's process: a load comes in on standard input, what was seen goes out as JSON.

It ends when its standard input does, so that it never outlives its parent, and not before:
who interrupts both has the parent tell it.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

from ao.errors import AoError
from ao.probe import wire
from ao.probe.request_counter import RequestCounter
from ao.probe.run import Lately, Run


def main() -> int:
    """Run the probe that standard input describes; the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    line = sys.stdin.readline()
    if not line:
        return 0
    order = json.loads(line)
    records = Path(order["records"]) if order["records"] else None
    run = Run(load=wire.load(order["load"]), records=records, lately=_lately)
    try:
        recording = asyncio.run(_go(run))
    except AoError as error:
        kind = type(error).__name__
        _say("error", {"kind": kind, "message": error.message, "cure": error.cure})
        return error.exit_code
    _say("recording", recording)
    return 0


async def _go(run: Run) -> object:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        loop.remove_reader(sys.stdin.fileno())
        run.stop()

    loop.add_reader(sys.stdin.fileno(), stop)
    return await run.go()


def _lately(lately: Lately, recorder: RequestCounter) -> None:
    _say("lately", lately)


def _say(what: str, value: object) -> None:
    try:
        print(wire.dumps({what: value}), flush=True)
    except BrokenPipeError:
        # The parent is gone, and standard input will tell so at once.
        sys.stdout = None


if __name__ == "__main__":
    sys.exit(main())
