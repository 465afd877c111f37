"""Servers on this machine that answer in the worst ways, for the tests of all that read."""

import gzip
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle

from hpack import Encoder
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    ExtensionFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    PushPromiseFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

LONGEST = 5.0
"""Seconds that an answer without end is sent at most."""
MOST = 256 * 1024**2
"""Bytes that it has at most."""
PREFACE = len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

Answer = Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class Kind:
    """A way to answer."""

    answer: Answer
    """What is sent, in pieces."""
    told: str
    """Regular expression of what is told by those who read as far as to what is wrong.

    `answered` stands for an answer that was taken for one, whatever its status.
    """
    in_body: bool = False
    """Whether what is wrong is in the body, which not everybody reads."""

    @property
    def hangs(self) -> bool:
        """Whether it may last until the time is over, be it that it is tried again."""
        return TIME in self.told


def endless(piece: bytes, first: bytes = b"", pause: float = 0.0) -> Answer:
    """The same again and again."""

    def answer() -> Iterator[bytes]:
        yield first
        while True:
            yield piece if pause else piece * max(1, 65_536 // len(piece))
            time.sleep(pause)

    return answer


def once(*parts: bytes) -> Answer:
    """A few pieces, and the end."""
    return lambda: iter(parts)


def silent() -> Iterator[bytes]:
    """Nothing, and no end."""
    time.sleep(LONGEST)
    yield b""


def bomb(size: int) -> bytes:
    return gzip.compress(bytes(size))


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
TIME = "no (whole )?answer within|no answer, for"
HEAD = "more than 64 KiB beside the body"
FIELDS = f"more than 512 header fields|{HEAD}"
GZIP = OK + b"Content-Encoding: gzip\r\n"


def whole(body: bytes, head: bytes = OK) -> bytes:
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


HTTP1 = {
    "silence": Kind(silent, TIME),
    "an end at once": Kind(once(b""), f"{TIME}|closed|disconnected"),
    "another protocol": Kind(once(b"220 mail.example ESMTP\r\n\r\n"), f"{TIME}|HTTP|status line"),
    "a status line without end": Kind(endless(b"x", OK[:-2]), HEAD),
    "line breaks without end": Kind(endless(b"\r\n"), f"{TIME}|{HEAD}|response line"),
    "a header's name without end": Kind(endless(b"x", OK), HEAD),
    "a header without end": Kind(endless(b"x", OK + b"X-Colour: "), HEAD),
    "headers without end": Kind(endless(b"X-Colour: blue\r\n", OK), FIELDS),
    "too many headers": Kind(once(whole(b"ok", OK + b"A: b\r\n" * 600)), FIELDS),
    "a head that trickles": Kind(endless(b"X-Colour: blue\r\n", OK, pause=0.05), TIME),
    "interim answers without end": Kind(
        endless(b"HTTP/1.1 100 Continue\r\n\r\n"), f"more than 16 interim answers|{HEAD}"
    ),
    "other protocols offered": Kind(
        once(whole(b"ok", OK + b"Connection: Upgrade\r\nUpgrade: h2c\r\n")), "answered"
    ),
    "a switch of protocols": Kind(
        once(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nx"),
        "HTTP 101: the server switches protocols, which was not asked for",
    ),
    "a switch to no protocol, and an answer": Kind(
        once(b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + whole(b"ok")),
        "HTTP 101: the server switches protocols, which was not asked for",
    ),
    "a redirect to nowhere": Kind(
        once(whole(b"", b"HTTP/1.1 302 Found\r\nLocation: http://[::bad/\x80\r\n")), "answered"
    ),
    "a body without end": Kind(endless(b"x", OK + b"\r\n"), "a body of more than", True),
    "a body of a terabyte": Kind(
        endless(b"x", OK + b"Content-Length: 1000000000000\r\n\r\n"), "a body of more than", True
    ),
    "a body that trickles": Kind(endless(b"x", OK + b"\r\n", pause=0.05), TIME, True),
    "half a body": Kind(
        once(OK + b"Content-Length: 9\r\n\r\nhalf"), "closed|peer|not as Prometheus", True
    ),
    "chunks of a byte without end": Kind(
        endless(b"1\r\nx\r\n", CHUNKED), f"{TIME}|a body of more than", True
    ),
    "a chunk's length without end": Kind(endless(b"0", CHUNKED), f"{HEAD}|chunk", True),
    "a chunk's extension without end": Kind(endless(b"x", CHUNKED + b"1;"), HEAD, True),
    "long extensions of chunks": Kind(
        endless(b"1;%s\r\nx\r\n" % (b"x" * 999), CHUNKED), HEAD, True
    ),
    "a trailer without end": Kind(endless(b"x", CHUNKED + b"0\r\nX-Colour: "), HEAD, True),
    "trailers without end": Kind(endless(b"X-Colour: blue\r\n", CHUNKED + b"0\r\n"), FIELDS, True),
    "a bomb": Kind(once(whole(bomb(64 * 1024**2), GZIP)), "answered", True),
    "a body that is not compressed as it says": Kind(
        once(whole(b"ok", GZIP)), "answered|the body is not gzip", True
    ),
    "a charset that decompresses": Kind(
        once(whole(b"ok", OK + b"Content-Type: text/html; charset=zlib\r\n")), "answered", True
    ),
    "lists in lists": Kind(once(whole(b"[" * 500_000)), "answered", True),
    "a number beyond all": Kind(
        once(
            whole(
                json.dumps(
                    {
                        "status": "success",
                        "data": {"resultType": "scalar", "result": [1, 10**400]},
                    }
                ).encode()
            )
        ),
        "answered",
        True,
    ),
}
"""Answers in HTTP/1.1, by their names."""

HTTP1_PIECES = [
    *(b"HTTP/1.1 %s\r\n" % status for status in (b"200 OK", b"304 N", b"204", b"103 E", b"0 x")),
    *(b"HTTP/1.1 101 S\r\n", b"HTTP/1.0 200 OK\r\n", b"HTTP/2.0 200 OK\r\n", b"\r\n", b"\n"),
    *(b"Content-Length: %s\r\n" % length for length in (b"3", b"-1", b"9" * 30)),
    *(b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n"),
    *(b"Connection: close\r\n", b"Connection: upgrade\r\n", b"Upgrade: x\r\n"),
    *(b"X-Colour: blue\r\n", b"X:\r\n", b" folded\r\n", b": none\r\n", b"\x80: \xff\r\n"),
    *(b"3\r\nabc\r\n", b"3;a=b\r\n", b"0\r\n", b'0;x="\r\n', b"\0", b"abc"),
]
"""Pieces of answers in HTTP/1.1, right and wrong, of which others are made at random."""

STREAM = 1


def frames(*parts: Frame) -> bytes:
    return b"".join(part.serialize() for part in parts)


def head(*headers: tuple[str, str], flags: tuple[str, ...] = ("END_HEADERS",)) -> Frame:
    return HeadersFrame(STREAM, data=Encoder().encode(headers), flags=flags)


def new_settings(codes: range) -> bytes:
    """A frame of settings that nobody knows (hyperframe sends those of one byte only)."""
    return struct.pack("!BHBBL", 0, 6 * len(codes), SettingsFrame.type, 0, 0) + b"".join(
        struct.pack("!HL", code, 1) for code in codes
    )


def expanding() -> bytes:
    """A head of a few KiB that is one of megabytes when its references are followed."""
    encoder = Encoder()
    first = encoder.encode([(":status", "200"), ("x", "y" * 3_000)])
    again = encoder.encode([("x", "y" * 3_000)])
    return first + again * 10_000


START = frames(SettingsFrame(0))
FOUND = frames(head((":status", "200")))
END = ("END_HEADERS", "END_STREAM")
FLOOD = f"more than 512 frames beside the body|{HEAD}"
NO_STATUS = "not HTTP/2"

HTTP2 = {
    "silence": Kind(silent, TIME),
    "another protocol": Kind(once(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "not HTTP/2|closed"),
    "settings without end": Kind(endless(START), FLOOD),
    "new settings without end": Kind(
        lambda: (new_settings(range(at, at + 600)) for at in cycle(range(10, 64_000, 600))),
        f"more than 512 settings|{FLOOD}",
    ),
    "pings without end": Kind(endless(frames(PingFrame(0, opaque_data=bytes(8))), START), FLOOD),
    "unknown frames without end": Kind(
        endless(frames(ExtensionFrame(0xEE, 0, body=b"x" * 99)), START), FLOOD
    ),
    "priorities without end": Kind(
        endless(frames(PriorityFrame(STREAM, depends_on=0, stream_weight=9)), START), FLOOD
    ),
    "windows without end": Kind(
        endless(frames(WindowUpdateFrame(0, window_increment=1)), START), FLOOD
    ),
    "goodbyes without end": Kind(
        endless(frames(GoAwayFrame(0, last_stream_id=STREAM, additional_data=b"x" * 99)), START),
        FLOOD,
    ),
    "continuations without end": Kind(
        endless(
            frames(ContinuationFrame(STREAM, data=b"x" * 16_384)),
            START + frames(head((":status", "200"), flags=())),
        ),
        f"continuation|{HEAD}",
    ),
    "empty continuations without end": Kind(
        endless(
            frames(ContinuationFrame(STREAM)),
            START + frames(head((":status", "200"), flags=())),
        ),
        "continuation",
    ),
    "a head that expands": Kind(
        once(START, frames(HeadersFrame(STREAM, data=expanding(), flags=("END_HEADERS",)))),
        "not HTTP/2: .*header list",
    ),
    "too many headers": Kind(
        once(START, frames(head((":status", "200"), *[("a", "b")] * 600, flags=END))), FIELDS
    ),
    "interim answers without end": Kind(
        endless(frames(head((":status", "103"))), START), "more than 16 interim answers"
    ),
    "a switch of protocols": Kind(
        once(START, frames(head((":status", "101")))),
        "HTTP 101: the server switches protocols, which was not asked for",
    ),
    "no status": Kind(once(START, frames(head(("x-colour", "blue"), flags=END))), NO_STATUS),
    "a status that is no number": Kind(
        once(START, frames(head((":status", "fine"), flags=END))), NO_STATUS
    ),
    "a status of too many digits": Kind(
        once(START, frames(head((":status", "20000"), flags=END))), NO_STATUS
    ),
    "a redirect to nowhere": Kind(
        once(START, frames(head((":status", "302"), ("location", "http://["), flags=END))),
        "answered",
    ),
    "a frame of 16 MiB": Kind(endless(b"x", START + b"\xff\xff\xff\0\0\0\0\0\1"), HEAD),
    "empty data without end": Kind(endless(frames(DataFrame(STREAM)), START + FOUND), FLOOD),
    "more data than asked for": Kind(
        endless(frames(DataFrame(STREAM, data=b"x" * 9_999)), START + FOUND),
        "not HTTP/2|a body of more than",
    ),
    "a trailer too long": Kind(
        endless(
            frames(ContinuationFrame(STREAM, data=b"x" * 16_384)),
            START + FOUND + frames(HeadersFrame(STREAM, data=b"x", flags=("END_STREAM",))),
        ),
        f"continuation|{HEAD}",
    ),
    "pushed answers": Kind(
        endless(
            frames(PushPromiseFrame(STREAM, promised_stream_id=2, flags=("END_HEADERS",))), START
        ),
        "not HTTP/2",
    ),
    "resets without end": Kind(endless(frames(RstStreamFrame(STREAM)), START), "reset"),
}
"""Answers in HTTP/2, by their names."""


def _request(connection: socket.socket) -> bool:
    """Take a request in HTTP/1.1, or in HTTP/2 by prior knowledge; whether one came."""
    taken = b""
    while piece := connection.recv(65_536):
        taken += piece
        if taken.startswith(b"PRI "):
            if _asked(taken[PREFACE:]):
                return True
        elif b"\r\n\r\n" in taken:
            return True
    return False


def _asked(frames: bytes) -> bool:
    """Whether headers are among whole frames."""
    while len(frames) >= 9:
        length = int.from_bytes(frames[:3], "big") + 9
        if frames[3] == HeadersFrame.type and len(frames) >= length:
            return True
        frames = frames[length:]
    return False


@contextmanager
def serving(kind: Kind, *, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that answers each first request in this way; its place as `HOST:PORT`."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)

        def serve(plain: socket.socket) -> None:
            with plain, suppress(OSError):
                plain.settimeout(LONGEST)
                answer(tls.wrap_socket(plain, server_side=True) if tls else plain)

        def answer(connection: socket.socket) -> None:
            with connection:
                if not _request(connection):
                    return
                end, sent = time.monotonic() + LONGEST, 0
                for piece in kind.answer():
                    if over.is_set() or time.monotonic() > end or sent > MOST:
                        return
                    connection.sendall(piece)
                    sent += len(piece)
                # A close would reset what has not been read yet.
                connection.shutdown(socket.SHUT_WR)
                connection.recv(65_536)

        def accept() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    connection, _ = listener.accept()
                    threading.Thread(target=serve, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            thread.join()
