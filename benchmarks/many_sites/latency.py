"""Latencies of the services' answers, as they were measured on the box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Latency:
    """How long an answer takes, by what it holds."""

    base: float
    """Seconds of one that holds nothing."""
    each: float = 0.0
    """Seconds more for each object in it."""

    def of(self, objects: int) -> float:
        """Return the seconds of an answer that holds so many objects."""
        return self.base + self.each * objects


STACKS = Latency(0.08, 0.0029)
"""Measured: the overview's seven lists, side by side, took 0.09 s with 3 stacks, 0.15 s with 30 and
0.60 s with 150, of which Ao itself took 0.09 s then; it is Heat's list of the stacks that takes the
rest (docs/measurements.md)."""
TEXTS = Latency(0.11, 0.0006)
"""Measured: a list of 31 texts takes 0.13 s; one of 700 was there within the 0.51 s above."""
WRITTEN = Latency(0.1)
"""Measured: a text is written in 0.02 to 0.6 s."""
LOCK = Latency(0.3)
"""Measured: a port with an agreed address, the second time."""
MOVED = Latency(1.04)
"""Measured: the PUT that moves a floating IP, the median."""
READ = Latency(0.06, 0.001)
"""Nearest: with one site each of the seven lists of above was there within 0.09 s; how they grow,
Octavia's and Neutron's, was hidden behind Heat's."""

LATENCIES: Mapping[str, Latency] = {
    "stacks.all": STACKS,
    "stacks.tagged": STACKS,
    "stacks": STACKS,  # nearest, reads and orders: a resource is told as a stack is
    "software_configs.all": TEXTS,
    "software_configs.listing": TEXTS,
    "software_configs.since": TEXTS,
    "software_configs.add": WRITTEN,
    "software_configs.remove": WRITTEN,  # nearest
    "locks.take": LOCK,
    "locks.renew": LOCK,  # nearest: Neutron writes the same port
    "locks.remove": LOCK,  # nearest
    "floating_ips.point": MOVED,
    "load_balancers.set_default_pool": LOCK,  # nearest: no PUT of Octavia's was measured alone
    "load_balancers.reload": LOCK,  # nearest
}
"""Latencies by call, or by service; of all others READ, the nearest."""


def latency(call: str) -> Latency:
    """Return the latency of a call, such as `stacks.all`."""
    return LATENCIES.get(call) or LATENCIES.get(call.split(".")[0]) or READ
