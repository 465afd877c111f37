"""Durations as people write them: `10s`, `5m`, `1h`, `1m30s`."""

from __future__ import annotations

import re

PATTERN = r"^(?=.)(\d+h)?(\d+m)?(\d+(\.\d+)?s)?$"
"""Regular expression of a written duration."""


def parse(text: str) -> float:
    """Seconds of a written duration; raises ValueError when it is none."""
    found = re.match(PATTERN, text)
    if not found:
        raise ValueError(f"{text!r} is not a duration such as 30s, 5m or 1h")
    hours, minutes, seconds = (float((part or "0")[:-1] or 0) for part in found.group(1, 2, 3))
    return hours * 3600 + minutes * 60 + seconds


def show(seconds: float) -> str:
    """A duration in words short enough for a table: `0.8s`, `42s`, `3m 5s`, `2h 10m`."""
    if seconds < 10:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes}m" if hours else f"{minutes}m {rest}s"
