"""Regular expressions that others wrote, searched for in texts that others wrote, in bounded time.

A site's file may hold an expression that backtracks for years, and a web server runs it for
anybody who may write that file. Python's own engine cannot be stopped, so another one searches,
which can; what an expression means stays what Python's `re` takes it for.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import AnyStr, Generic, Protocol, TypeVar, cast

LONGEST = 1000
"""Characters that an expression may have."""
SECONDS = 0.5
"""The longest that a search may take, unless whoever searches says another time."""
_DIFFERENT = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|\{(?![0-9]*,?[0-9]*\})", re.DOTALL
)
"""Parts of an expression of which `regex` may take some for what `re` does not know: braces that
repeat nothing for a fuzzy match, and `[:` within a set for a class of POSIX."""


class TooSlow(Exception):
    """A search that was given up, because it took too long."""


T_co = TypeVar("T_co", covariant=True)


class Found(Protocol[T_co]):
    """What a search has found."""

    def group(self, number: int = 0, /) -> T_co | None:
        """Return the text of a group, 0 for all of it; None for a group that took no part."""


class Pattern(Generic[AnyStr]):
    """A regular expression, of which every search ends in time."""

    def __init__(self, expression: AnyStr) -> None:
        """Read the expression. Raises ValueError, which says why, for one that cannot be read."""
        # Most sites have no expression, and it takes long to load.
        import regex

        if len(expression) > LONGEST:
            raise ValueError(f"longer than {LONGEST} characters")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)
                self.groups: int = re.compile(expression).groups
                self._engine = regex.compile(_for_engine(expression), cache_pattern=False)
        except (re.error, regex.error, OverflowError) as error:
            raise ValueError(str(error)) from error
        except RecursionError as error:
            raise ValueError("nested too deeply") from error

    def search(self, text: AnyStr, seconds: float = SECONDS) -> Found[AnyStr] | None:
        """Return the first match in a text, or None. Raises TooSlow after so many seconds."""
        try:
            return cast("Found[AnyStr] | None", self._engine.search(text, timeout=seconds))
        except (TimeoutError, MemoryError) as error:
            raise TooSlow from error


@lru_cache(maxsize=64)
def pattern(expression: str) -> Pattern[str]:
    """Return the pattern of an expression. Raises ValueError as `Pattern` does."""
    return Pattern(expression)


def _for_engine(expression: AnyStr) -> AnyStr:
    """Return an expression that means to `regex` what the given one means to `re`."""
    if isinstance(expression, bytes):
        return _for_engine(expression.decode("latin-1")).encode("latin-1")
    return _DIFFERENT.sub(_escaped, expression)


def _escaped(found: re.Match[str]) -> str:
    if found["escape"]:
        return found[0]
    if found["set"]:
        first, rest = found[0][:1], found[0][1:]
        return first + re.sub(r"(\\.)|\[", lambda it: it[1] or r"\[", rest, flags=re.DOTALL)
    return r"\{"
