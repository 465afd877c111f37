"""Messages as WebSocket (RFC 6455, section 5.2) and gRPC frame them; short ones. Pure."""

from __future__ import annotations

TEXT, CLOSE = 1, 8
"""Kinds of a WebSocket's frames."""
LONGEST = 125
"""Bytes of a message whose length takes one byte."""
MASK = bytes(4)
"""What clients mask with. Of zeros, so that the words stay as they are."""


def message(words: bytes, *, kind: int = TEXT, masked: bool = False) -> bytes:
    """A whole WebSocket frame; those of clients are masked."""
    assert len(words) <= LONGEST
    return bytes([0x80 | kind, len(words) | (0x80 if masked else 0)]) + MASK * masked + words


def messages(data: bytearray) -> list[tuple[int, bytes]]:
    """Take the whole frames of a server off the data: kind and words of each."""
    found = []
    while len(data) >= 2 and len(data) >= 2 + data[1]:
        found.append((data[0] & 0x0F, bytes(data[2 : 2 + data[1]])))
        del data[: 2 + data[1]]
    return found


def grpc(words: bytes) -> bytes:
    """A message of gRPC that is not compressed, with its prefix."""
    return b"\0" + len(words).to_bytes(4, "big") + words
