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
_TOKEN = re.compile(
    r"(?<![\w-])(?:gAAAAA[\w-]{20,}={0,2}|eyJ[\w-]{10,4000}\.[\w-]{10,4000}\.[\w-]{10,4000})"
)
"""A token of Keystone's by itself: Fernet's version and time come first, or JWS's header."""
_IN_HEADER = re.compile(r"(?P<scheme>\b(?:bearer|basic)\s+)[\w.~+/=-]+", re.IGNORECASE)


def redact(text: str, environ: Mapping[str, str] | None = None) -> str:
    """A text without secrets that can be known for such.

    These are the values of environment variables whose names say password, token, secret and
    the like; user and password of URLs; what follows such a name and = or a colon; what
    follows `Bearer` or `Basic`; tokens of Keystone's. Characters that UTF-8 cannot write become
    question marks.
    """
    for value in _values(os.environ if environ is None else environ):
        text = text.replace(value, MASK)
    text = _IN_URL.sub(rf"\g<scheme>{MASK}@", text)
    text = _TOKEN.sub(MASK, text)
    text = _IN_HEADER.sub(rf"\g<scheme>{MASK}", text)
    text = _IN_TEXT.sub(rf"\g<name>{MASK}", text)
    return text.encode("utf-8", "replace").decode()


def remember(settings: Mapping[str, object]) -> None:
    """Have `redact_log` mask the values of settings whose names say that they are secret."""
    named = {name: value for name, value in settings.items() if isinstance(value, str)}
    _remembered.update(dict.fromkeys(_values(named)))


def redact_log(text: str) -> str:
    """A text for a log: without what `redact` masks, and without remembered secrets.

    Elsewhere these are not masked: a password may be a word, such as the name of its user.
    """
    for value in sorted(_remembered.copy(), key=len, reverse=True):
        text = text.replace(value, MASK)
    return redact(text)


_remembered: dict[str, None] = {}
"""Secrets that this process has used."""


def is_secret_name(name: str) -> bool:
    """Return whether what is called so is a secret, as a password is."""
    return _SECRET_NAME.search(name) is not None


def _values(settings: Mapping[str, str]) -> list[str]:
    """Values of settings that are secret, longest first: one may be part of another."""
    secrets = [
        value for name, value in settings.items() if is_secret_name(name) and len(value) >= SHORTEST
    ]
    return sorted(secrets, key=len, reverse=True)
