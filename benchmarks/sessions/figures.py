"""What became of sessions, counted. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from benchmarks.sessions.users import Seen
from benchmarks.setting import Setting

Looks = Sequence[Seen | None]


@dataclass
class Share:
    """Of how many users something held."""

    of: int = 0
    held: int = 0

    def count(self, held: Iterable[bool]) -> None:
        """Count users of whom it held, or not."""
        for it in held:
            self.of += 1
            self.held += it

    def __str__(self) -> str:
        return f"{self.held} of {self.of}" if self.of else "-"


@dataclass
class Kind:
    """What became of sessions by one kind of persistence."""

    name: str
    switches: int = 0
    requests: int = 0
    lost: int = 0
    steady: Share = field(default_factory=Share)
    """Users whose next request reached the same server, with nothing in between."""
    reloaded: Share = field(default_factory=Share)
    """Those whose next request did so after a reload of the load balancer without a switch."""
    moved: Share = field(default_factory=Share)
    """Those whose first request after a switch was answered by the new system."""
    settled: Share = field(default_factory=Share)
    """Those whose second request after it reached the server of the first one."""
    renewed: Share = field(default_factory=Share)
    """Those who had another SRV cookie after it."""
    returned: Share = field(default_factory=Share)
    """Those who after the way back were on the server that they had before they left."""

    def switched(self, to: str, before: Looks, first: Looks, second: Looks) -> None:
        """Count a switch by what users saw before it, and twice after it."""
        self.switches += 1
        self.moved.count(it.colour == to for it in first if it)
        self.settled.count(same(first, second))
        self.renewed.count(a.srv != b.srv for a, b in _pairs(before, first) if a.srv)

    def came_back(self, left: Looks, first: Looks) -> None:
        """Count a way back by what users saw before they left, and after it."""
        self.returned.count(same(left, first))


@dataclass
class Figures:
    """The figures of all kinds."""

    setting: Setting
    servers: int
    users: int
    kinds: list[Kind] = field(default_factory=list)


def same(before: Looks, after: Looks) -> Iterable[bool]:
    """Yield for each user who was answered twice whether it was by one server."""
    return (a.server == b.server for a, b in _pairs(before, after))


def _pairs(before: Looks, after: Looks) -> Iterable[tuple[Seen, Seen]]:
    return ((a, b) for a, b in zip(before, after, strict=True) if a and b)


COLUMNS = {
    "steady": "nothing in between",
    "reloaded": "after a reload",
    "moved": "on the new system after a switch",
    "settled": "kept there",
    "renewed": "another SRV",
    "returned": "the old server after the way back",
}


def markdown(figures: Figures) -> str:
    """Return a table for people, of Markdown."""
    head = ["`type`", "switches", "lost", *COLUMNS.values()]
    rows = [head, ["---"] * len(head)]
    for kind in figures.kinds:
        shares = [str(getattr(kind, name)) for name in COLUMNS]
        rows.append(
            [f"`{kind.name}`", str(kind.switches), f"{kind.lost} of {kind.requests}", *shares]
        )
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    about = f"{figures.users} users, {figures.servers} servers a system. {figures.setting}"
    return f"{table}\n\n{about}"


def document(figures: Figures) -> str:
    """Return the figures for programs, as JSON."""
    return json.dumps(asdict(figures), indent=1) + "\n"
