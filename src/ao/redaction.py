"""Secrets masked in texts that others will read."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

MASK = "***"
SHORTEST = 4
"""Characters of a value of the environment that is masked; shorter ones are in every text."""

# Every repetition has a bound or one place to begin: these texts may be long.
_NAME = r"(?:passw(?:or)?d|passphrase|token|secret|credential|api[_-]?key|private[_-]?key)"
_SECRET_NAME = re.compile(_NAME, re.IGNORECASE)
_IN_TEXT = re.compile(
    rf"""(?P<name>(?<![\w-])[\w-]{{0,40}}{_NAME}[\w-]{{0,40}}["']?\s?[=:]\s?["']?)"""
    r"""[^\s"'&;,]+""",
    re.IGNORECASE,
)
_IN_URL = re.compile(r"(?P<scheme>\b[a-z][a-z0-9+.-]{0,30}://)[^\s/?#]*@", re.IGNORECASE)
_IN_HEADER = re.compile(r"(?P<scheme>\b(?:bearer|basic)\s+)[\w.~+/=-]+", re.IGNORECASE)


def redact(text: str, environ: Mapping[str, str] | None = None) -> str:
    """A text without secrets that can be known for such.

    These are the values of environment variables whose names say password, token, secret and
    the like; user and password of URLs; what follows such a name and = or a colon; what
    follows `Bearer` or `Basic`. Characters that UTF-8 cannot write become question marks.
    """
    for value in _values(os.environ if environ is None else environ):
        text = text.replace(value, MASK)
    text = _IN_URL.sub(rf"\g<scheme>{MASK}@", text)
    text = _IN_HEADER.sub(rf"\g<scheme>{MASK}", text)
    text = _IN_TEXT.sub(rf"\g<name>{MASK}", text)
    return text.encode("utf-8", "replace").decode()


def _values(environ: Mapping[str, str]) -> list[str]:
    """Secret values of the environment, longest first: one may be part of another."""
    secrets = [
        value
        for name, value in environ.items()
        if _SECRET_NAME.search(name) and len(value) >= SHORTEST
    ]
    return sorted(secrets, key=len, reverse=True)
