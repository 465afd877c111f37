"""Windows between the last look at the lock and a request that moves production. Pure."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Sequence

from ao.cloud import Request

LOOK = re.compile(r"/ports(/[^/]+)?$")
MOVES = {
    "address": re.compile(r"/floatingips/[^/]+$"),
    "pool": re.compile(r"/lbaas/listeners/[^/]+$"),
}


def windows(requests: Sequence[Request], method: str) -> Iterator[float]:
    """Yield the seconds from when the lock was asked for to the answer of each move after it.

    Within them somebody may take the lock over by force without being seen.
    """
    looked: float | None = None
    for request in sorted(requests, key=lambda it: it.at):
        if request.method in {"PUT", "POST"} and LOOK.search(request.path):
            looked = request.at
        if request.method == "PUT" and MOVES[method].search(request.path) and looked is not None:
            yield request.at + request.seconds - looked


def sentence(method: str, seen: Sequence[float]) -> str:
    """Return the figures of a method in a line."""
    if not seen:
        return f"{method}: no request that moves production was seen"
    return (
        f"{method}: {len(seen)} requests, window median {statistics.median(seen):.3f} s, "
        f"longest {max(seen):.3f} s"
    )
