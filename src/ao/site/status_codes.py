"""Sets of HTTP statuses, as people write them: 200, or 200-204, 301. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

LOWEST, HIGHEST = 200, 599
"""Statuses that a final answer may have."""
LONGEST_LIST = 16
"""Codes of a list that Octavia keeps, in 64 characters (octavia/db/models.py: HealthMonitor)."""
PATTERN = r"^\s*[2-5]\d\d(\s*-\s*[2-5]\d\d)?(\s*,\s*[2-5]\d\d(\s*-\s*[2-5]\d\d)?)*\s*$"
"""Codes and ranges of codes, with commas between them."""


@dataclass(frozen=True)
class StatusCodes:
    """A set of HTTP statuses."""

    ranges: tuple[tuple[int, int], ...]
    """First and last status of each range, lowest first; two ranges neither overlap nor touch."""

    @classmethod
    def of(cls, codes: Iterable[int]) -> Self:
        """Return the set of these statuses."""
        ranges: list[tuple[int, int]] = []
        for code in sorted(set(codes)):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1] = (ranges[-1][0], code)
            else:
                ranges.append((code, code))
        return cls(tuple(ranges))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the set that a text tells. Raises ValueError."""
        if not re.fullmatch(PATTERN, text):
            raise ValueError(
                "it is a status from 200 to 599, or several: `200`, `[200, 204]`, `200-204, 301`"
            )
        codes: set[int] = set()
        for part in text.split(","):
            low, _, high = part.partition("-")
            first, last = int(low), int(high or low)
            if first > last:
                raise ValueError(f"the range {first}-{last} ends before it begins")
            codes.update(range(first, last + 1))
        return cls.of(codes)

    def __contains__(self, code: int) -> bool:
        return any(first <= code <= last for first, last in self.ranges)

    def __str__(self) -> str:
        return ", ".join(
            f"{first}" if first == last else f"{first}-{last}" for first, last in self.ranges
        )

    @property
    def plain(self) -> int | str:
        """The set as JSON has it: a number where it has one status, else a text to be parsed."""
        ((first, last), *others) = self.ranges
        return first if first == last and not others else str(self)

    @property
    def octavia(self) -> str | None:
        """The set as Octavia takes it: one code, one range, or a list without spaces.

        None where the list is longer than Octavia keeps.
        """
        if len(self.ranges) == 1:
            return str(self)
        codes = [code for first, last in self.ranges for code in range(first, last + 1)]
        return ",".join(map(str, codes)) if len(codes) <= LONGEST_LIST else None
