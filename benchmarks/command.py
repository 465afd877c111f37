"""`ao switch`, run as an operator runs it."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from ao.colour import Colour
from ao.cutover.cutover import CutOver
from ao.report import report_files
from ao.work import Work
from benchmarks.sites import AO, site_file
from benchmarks.trial import Failed

PATIENCE = 180.0
"""Seconds that a command may take, unless it is told otherwise."""


def switch(work: Work, to: Colour, *options: str) -> CutOver:
    """Run the command; what it reports, also of a switch that failed.

    Raises Failed when it reports nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "switch.json"
        try:
            run(AO, "--config", site_file(work), "switch", to, "--report", report, *options)
        except Failed:
            if not report.exists():
                raise
        return report_files.read(report)


def run(*words: str | Path, patience: float = PATIENCE) -> None:
    """Run a command; raises Failed with the end of what it said."""
    try:
        result = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{words[0]} took longer than {patience:.0f} s") from error
    if result.returncode:
        said = result.stderr.strip().splitlines() or ["nothing"]
        raise Failed(f"exit code {result.returncode}: {' '.join(said[-3:])}")


def requested(cutover: CutOver) -> float | None:
    """Moment of the request that moved production, in seconds since 1970."""
    return None if cutover.asked_at is None else cutover.started + cutover.asked_at
