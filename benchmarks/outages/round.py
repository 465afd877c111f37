"""A round: one command, and one service that is away for a while within it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

TRACEBACK = "Traceback (most recent call last)"
CANCEL = "--cancel-stuck-update"
"""The flag by which an update of Heat's that stands still is cancelled."""
CANCELLING = frozenset({"up", "deploy", "release"})
"""Commands that have it."""
RUNS = 3
"""How often the same command is run at most."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of the command."""

    exit_code: int
    seconds: float
    words: str
    """What it said on standard error."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """What came of it; the fields are the keys of the JSON file."""

    service: str
    """Service that was away; with `, killed` one that was killed."""
    command: str
    runs: int
    """How often the same command was run until it was done."""
    done: bool
    """Whether it was done in the end."""
    exit_codes: tuple[int, ...]
    seconds: float
    """Of all runs together."""
    traceback: bool
    """Whether one of them ended in a traceback."""
    requests: int
    """Requests that production was asked meanwhile."""
    lost: int
    said: str
    """The last line of the first run that failed."""

    @property
    def good(self) -> bool:
        """Whether it was done, nothing was lost and nothing ended in a traceback."""
        return self.done and not self.traceback and not self.lost


def round_of(service: str, command: str, runs: Sequence[Run], requests: int, lost: int) -> Round:
    """Return what came of the runs of a command."""
    failed = [run for run in runs if run.exit_code]
    lines = failed[0].words.strip().splitlines() if failed else []
    errors = [line for line in lines if line.startswith("ao: ")] or lines[-1:]
    return Round(
        service=service,
        command=command,
        runs=len(runs),
        done=runs[-1].exit_code == 0,
        exit_codes=tuple(run.exit_code for run in runs),
        seconds=round(sum(run.seconds for run in runs), 1),
        traceback=any(TRACEBACK in run.words for run in runs),
        requests=requests,
        lost=lost,
        said=errors[-1][:200] if errors else "",
    )


def words(command: str, version: str, standby: str, runs: Sequence[Run]) -> list[str]:
    """Return the arguments of `ao` for a command that was run so often before.

    The second time it has the flag for what stands still, if the command has one.
    """
    plain = {
        "up": ["up"],
        "deploy": ["deploy", version],
        "switch": ["switch", standby],
        "release": ["release", version, "--override", "an outage is tried"],
        "down": ["down", standby, "--yes"],
    }[command]
    return [*plain, CANCEL] if runs and command in CANCELLING else plain


def markdown(rounds: Sequence[Round]) -> str:
    """Return the rounds as a table."""
    head = ("Service", "Command", "Runs", "Done", "Exit codes", "Seconds", "Requests", "Lost")
    lines = [head, ("---",) * len(head), *map(_cells, rounds)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def document(rounds: Sequence[Round]) -> str:
    """Return the rounds in JSON."""
    return json.dumps([asdict(it) for it in rounds], indent=2) + "\n"


def broken(rounds: Sequence[Round]) -> Iterator[str]:
    """Yield what did not hold, in sentences."""
    for it in rounds:
        if not it.good:
            what = "a traceback" if it.traceback else f"{it.lost} requests lost"
            what = what if it.done or it.traceback else f"not done: {it.said}"
            yield f"BROKEN: {it.service} away within {it.command}: {what}"


def _cells(it: Round) -> tuple[str, ...]:
    return (
        it.service,
        it.command,
        str(it.runs),
        "yes" if it.done else "no",
        ", ".join(map(str, it.exit_codes)),
        f"{it.seconds:.0f}",
        str(it.requests),
        str(it.lost),
    )
