"""Limits of what is read from servers that are not ours, in one place for all who read.

They hold for the probe, for visits (checks, the doctor, whether a switch is seen), for
webhooks and for Prometheus. Each of these has a limit in time as a whole besides.
"""

from __future__ import annotations

from ao.message import message

HEAD = 65_536
"""Bytes that an answer may have beside its body: status line, header fields, interim answers,
trailers, and in HTTP/2 every frame that is not of the body."""
FRAMING = 16
"""Bytes that each part of a body (a chunk, a frame) may have more than that, for its length."""
FIELDS = 512
"""Header fields and trailers that an answer may have, interim answers included."""
FRAMES = 512
"""Frames of HTTP/2 that an answer may have beside its body."""
INTERIM = 16
"""Interim answers (1xx) that may come before the answer."""
BODY = 64 * 1024**2
"""Bytes of a body that are read from a page; only the first of them are kept."""
PROBED = 65_536
"""Bytes of a body that the probe keeps."""
VISITED = 1024**2
"""Bytes of a body that a visit keeps."""
FIGURES = 1024**2
"""Bytes that an answer of Prometheus may have, when one value is asked for."""
TEXT = 200
"""Characters of a server's own words that are shown."""

SWITCHING_PROTOCOLS = 101
"""Status of an answer after which the connection is no longer one of HTTP."""

HEAD_EXCEEDED = message("more than %(size)s KiB beside the body", size=HEAD // 1024)
FIELDS_EXCEEDED = message("more than %(count)s header fields", count=FIELDS)
INTERIM_EXCEEDED = message("more than %(count)s interim answers", count=INTERIM)
SWITCHED = message("HTTP 101: the server switches protocols, which was not asked for")


def body_exceeded(limit: int) -> str:
    """Say that a body is longer than so many bytes, which is said in MiB."""
    return message("a body of more than %(size)s MiB", size=limit // 1024**2)
