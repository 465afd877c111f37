"""A running probe's line on a terminal."""

from __future__ import annotations

from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from ao import duration
from ao.colour import Colour
from ao.message import message
from ao.message.translation import spoken
from ao.probe.request_counter import RequestCounter
from ao.probe.run import Lately
from ao.probe.summary import milliseconds

STYLES = {str(Colour.BLUE): "bold blue", str(Colour.GREEN): "bold green"}
"""Styles in which Rich shows colours."""


class LiveLine:
    """A line that tells what the probe sees, until it ends."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, transient=True, auto_refresh=False)

    def show(self, lately: Lately, recorder: RequestCounter) -> None:
        """Show the answers of the last second, and the rest since the beginning."""
        self._live.update(_line(lately.seconds, recorder), refresh=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()


def _line(now: float, recorder: RequestCounter) -> Text:
    seen = recorder.recording(0.0, now)
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"{duration.show(now):>7}", "dim")
    for colour, rate in recorder.tally(now).rates.items():
        line.append(f"   {colour} {rate:,.0f}/s", STYLES.get(colour, "bold"))
    lost = message("lost %(count)s", count=f"{seen.lost:,}")
    line.append(f"   {spoken(lost)}", "bold red" if seen.lost else "")
    retried = message("retried %(count)s", count=f"{seen.retried:,}")
    line.append(f"   {spoken(retried)}", "yellow" if seen.retried else "")
    times = message(
        "median %(median)s   p95 %(p95)s   Ctrl-C ends",
        median=milliseconds(seen.latency_p50),
        p95=milliseconds(seen.latency_p95),
    )
    line.append(f"   {spoken(times)}", "dim")
    return line
