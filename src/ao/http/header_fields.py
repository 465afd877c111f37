"""Header fields that an operator adds to requests: which, and what they may hold. Pure.

A value with a line break would be a field, or a request, of its own.
"""

from __future__ import annotations

import re

from ao.redaction import is_secret_name

TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""A bearer token (RFC 6750, section 2.1)."""
LONGEST = 8192
"""Characters that a value may have; servers take no more of it."""
OF_HTTP = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)
"""Names, in small letters, of fields that say how a request is made or what for."""
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[!-~](?:[ -~]*[!-~])?")


def is_addable(name: str) -> bool:
    """Return whether a field can be called so and is neither HTTP's own nor a proxy's."""
    small = name.lower()
    return (
        _NAME.fullmatch(name) is not None
        and small not in OF_HTTP
        and not small.startswith("proxy-")
    )


def is_credential(name: str) -> bool:
    """Return whether what a field of that name holds tells who asks, as a password does."""
    return name.lower() in {"authorization", "cookie"} or is_secret_name(name)


def is_value(text: str) -> bool:
    """Return whether a text can be the value of a field: ASCII in one line, no blanks around it."""
    return len(text) <= LONGEST and _VALUE.fullmatch(text) is not None


def is_token(text: str) -> bool:
    """Return whether a text can be a bearer token."""
    return len(text) <= LONGEST and TOKEN.fullmatch(text) is not None
