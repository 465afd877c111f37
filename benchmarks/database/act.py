"""Acts: what was done to the site under load, and what its users had of it, as figures. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from benchmarks.setting import Setting


@dataclass(frozen=True, kw_only=True)
class Act:
    """One command under load; the fields are keys of the JSON file."""

    name: str
    requests: int
    """Of the probe, each of which reads the database."""
    lost: int
    outcomes: Mapping[str, int]
    """Requests by what became of them, those that were answered by their status too."""
    taken: Mapping[str, int]
    """Orders that were taken, by the version that answered."""
    refused: Mapping[str, int]
    """Orders that were not, by what became of them."""
    missing: int
    """Orders that were taken and are not in the database."""
    longest_s: float
    """Longest good answer to a request of the probe."""
    command_s: float
    """How long the command took."""
    failure: str | None = None
    """Why the command failed."""

    def __str__(self) -> str:
        taken = ", ".join(f"{count} by {version}" for version, count in self.taken.items())
        return (
            f"{self.name}: {self.lost} of {self.requests} requests lost; orders taken: "
            f"{taken or 'none'}, refused: {sum(self.refused.values())}, missing: {self.missing}; "
            f"{self.command_s:.0f} s" + (f"; FAILED: {self.failure}" if self.failure else "")
        )


def broken(acts: Sequence[Act]) -> Iterable[str]:
    """Tell what of the promise was not kept, in sentences."""
    for act in acts:
        if act.failure:
            yield f"BROKEN: {act.name} failed: {act.failure}"
        if act.lost:
            yield f"BROKEN: {act.name}: {act.lost} requests lost"
        if act.refused or act.missing:
            yield (
                f"BROKEN: {act.name}: orders refused: {dict(act.refused)}, missing: {act.missing}"
            )
        if not act.taken:
            yield f"BROKEN: {act.name}: no order was taken, so that nothing is proven"


def markdown(setting: Setting, acts: Sequence[Act]) -> str:
    """Return a row for each command, however often it was run."""
    columns = (
        "command",
        "runs",
        "requests",
        "lost",
        "orders taken",
        "refused",
        "missing",
        "longest answer",
        "command took",
    )
    lines: list[tuple[str, ...]] = [columns, ("---", *("---:" for _ in columns[1:]))]
    for name in dict.fromkeys(act.name for act in acts):
        of = [act for act in acts if act.name == name]
        taken: Counter[str] = Counter()
        for act in of:
            taken.update(act.taken)
        lines.append(
            (
                name,
                f"{len(of)}",
                f"{sum(act.requests for act in of):,}",
                f"{sum(act.lost for act in of):,}",
                ", ".join(f"{count:,} by {version}" for version, count in sorted(taken.items())),
                f"{sum(sum(act.refused.values()) for act in of):,}",
                f"{sum(act.missing for act in of):,}",
                f"{max(act.longest_s for act in of):.2f} s",
                f"{max(act.command_s for act in of):.0f} s",
            )
        )
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    return f"{setting}\n\n{table}"


def document(setting: Setting, acts: Sequence[Act]) -> str:
    """Return all as JSON."""
    return json.dumps(asdict(setting) | {"acts": [asdict(act) for act in acts]}, indent=2) + "\n"
