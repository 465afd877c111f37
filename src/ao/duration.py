"""Durations as people write them: `10s`, `5m`, `1h`, `1m30s`."""

from __future__ import annotations

import re

from ao.message import message
from ao.untrusted.printable import printable

PATTERN = r"^(?=.)([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}(\.[0-9]{1,9})?s)?$"
"""Regular expression of a written duration."""

_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
"""Seconds of the units that people write, by how their names begin."""
_PART = r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(d|days?|h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?)"
_MILLISECONDS = re.compile(
    r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(?:ms|msecs?|milliseconds?)", re.IGNORECASE
)
_MEANT = re.compile(rf"{_PART}(?: ?{_PART})?(?: ?{_PART})?", re.IGNORECASE)


def parse(text: str) -> float:
    """Return the seconds of a written duration.

    Raises ValueError when it is none, with a message that tells how to write what is probably
    meant.
    """
    found = re.fullmatch(PATTERN, text)
    if not found:
        raise ValueError(
            message(
                "%(text)s is not a duration such as 30s, 5m or 1h%(hint)s",
                text=repr(printable(text, 40)),
                hint=_hint(text),
            )
        )
    hours, minutes, seconds = (float((part or "0")[:-1] or 0) for part in found.group(1, 2, 3))
    return hours * 3600 + minutes * 60 + seconds


def write(seconds: float) -> str:
    """Return a duration as it is written: `48h`, `15m`, `1h30m`, `0.5s`."""
    if seconds < 60 or seconds != round(seconds):
        return f"{seconds:g}s" if seconds < 1e9 else f"{seconds:.0f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "m"), (rest, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number)


def _hint(text: str) -> str:
    """Return how to write what a text probably means; empty when that cannot be told."""
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return message("; write %(text)ss for seconds, %(text)sm for minutes", text=text)
    found = _MILLISECONDS.fullmatch(text)
    if found:
        return message("; write %(text)s", text=f"{float(found[1]) / 1000:g}s")
    found = _MEANT.fullmatch(text)
    if not found:
        return ""
    numbers, units = found.groups()[::2], found.groups()[1::2]
    known = [(float(it), unit[0].lower()) for it, unit in zip(numbers, units, strict=True) if it]
    seconds = sum(number * _UNITS[unit] for number, unit in known)
    return message("; write %(text)s", text=write(seconds))


def show(seconds: float) -> str:
    """Return a duration in words short enough for a table: `0.8s`, `42s`, `3m 5s`, `2h 10m`."""
    if seconds < 10:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes}m" if hours else f"{minutes}m {rest}s"
