"""A running probe's line on a terminal."""

from __future__ import annotations

from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from ao.colour import Colour
from ao.probe import summary
from ao.probe.recorder import Recorder
from ao.probe.run import Lately

_STYLES = {str(Colour.BLUE): "bold blue", str(Colour.GREEN): "bold green"}


class LiveLine:
    """A line that tells what the probe sees, until it ends."""

    def __init__(self) -> None:
        self._live = Live(
            console=Console(stderr=True, highlight=False), transient=True, auto_refresh=False
        )

    def show(self, lately: Lately, recorder: Recorder) -> None:
        """Show what has been seen until now."""
        seen = summary.live(recorder.recording(0.0, lately.seconds))
        self._live.update(_line(seen), refresh=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()


def _line(seen: summary.Live) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"{seen.seconds:6.0f} s ", "dim")
    for colour, rate in seen.rates.items():
        line.append(f"  {colour} {rate:,.0f}/s", _STYLES.get(colour, "bold") if rate else "dim")
    line.append(f"   lost {seen.lost:,}", "bold red" if seen.lost else "")
    line.append(f"   retried {seen.retried:,}", "yellow" if seen.retried else "")
    line.append(
        f"   median {summary.milliseconds(seen.latency_p50)}"
        f"  p95 {summary.milliseconds(seen.latency_p95)}   Ctrl-C ends",
        "dim",
    )
    return line
