"""HTTP/2 connections of the probe."""

from __future__ import annotations

import asyncio
import re
import ssl
from typing import Self

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings
from h2.settings import SettingCodes
from hyperframe.frame import Frame, GoAwayFrame

from ao.http import limits, trust
from ao.probe import connection
from ao.probe.answer import Broken
from ao.probe.probe_load import Protocol
from ao.probe.recording import Outcome
from ao.probe.target import Target

_NO_PROTOCOL = "no application protocol"
"""A part of OpenSSL's reason where a server speaks nothing of what it was offered."""
PIECE = 4_096
"""Bytes that are taken at a time: each frame takes its time, and nine bytes may be one."""


class NoHttp2(Broken):
    """The server speaks no HTTP/2."""

    def __init__(self) -> None:
        super().__init__(Outcome.WRONG, "the server speaks no HTTP/2")


class _State(h2.connection.H2Connection):
    """HTTP/2's state, in which the answer under way still comes after GOAWAY.

    RFC 9113, section 6.8, has it so; h2 itself takes nothing more then
    (https://github.com/python-hyper/h2/issues/1181).
    """

    def __init__(self) -> None:
        super().__init__(h2.config.H2Configuration(client_side=True, header_encoding=None))
        settings = {SettingCodes.ENABLE_PUSH: 0, SettingCodes.MAX_HEADER_LIST_SIZE: limits.HEAD}
        self.local_settings = h2.settings.Settings(client=True, initial_values=settings)
        self.decoder.max_header_list_size = limits.HEAD

    def _receive_goaway_frame(
        self, frame: GoAwayFrame
    ) -> tuple[list[Frame], list[h2.events.Event]]:
        before = self.state_machine.state
        taken = super()._receive_goaway_frame(frame)
        self.state_machine.state = before
        return taken


class Connection(connection.Connection):
    """One HTTP/2 connection, by TLS or by prior knowledge; one stream at a time."""

    protocol = Protocol.HTTP2

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self._h2 = _State()
        self._agreed = False
        """Whether the server speaks HTTP/2, as far as TLS tells."""
        self._stream = 0
        self._status = 0
        """Status of the answer under way."""
        self._frames = 0
        """Frames that came since the last request was sent, but for those of the body."""
        self._finishing = False
        """Whether the server went away while an answer was under way that still comes."""
        self._settings = 0
        """Settings that the server has changed; HTTP/2's state remembers each kind."""

    @classmethod
    async def open(cls, target: Target) -> Self:
        """Open a connection; raises NoHttp2 also, when TLS agrees on another protocol."""
        try:
            opened = await super().open(target)
        except Broken as error:
            # A server may refuse what it does not speak, or say nothing of it (RFC 7301,
            # section 3.2).
            cause = error.__cause__
            if isinstance(cause, ssl.SSLError) and _NO_PROTOCOL in trust.words(cause):
                raise NoHttp2 from error
            raise
        if not opened._agreed:
            opened.close()
            raise NoHttp2
        return opened

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to speak HTTP/2, unless TLS has agreed on another protocol."""
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        self._agreed = tls is None or tls.selected_alpn_protocol() == self.protocol
        if self._agreed:
            self._h2.initiate_connection()
            self._flush()

    def data_received(self, data: bytes) -> None:
        """Read on in the answer."""
        for at in range(0, len(data), PIECE):
            self._read_on(data[at : at + PIECE])
            if self.closed:
                return

    def _read_on(self, data: bytes) -> None:
        self._received += len(data)
        try:
            events = self._h2.receive_data(data)
        except h2.exceptions.NoSuchStreamError as error:
            self._refuse(f"not HTTP/2: a frame of stream {error.stream_id}, which is not open")
            return
        except h2.exceptions.ProtocolError as error:
            self._refuse(f"not HTTP/2: {error}")
            return
        self._frames += len(events)
        for event in events:
            self._take(event)
        self._flush()
        self._bound()

    def _send(self, transport: asyncio.Transport, path: str) -> None:
        head = [
            (":method", "GET"),
            (":scheme", self._target.scheme),
            (":authority", self._target.authority),
            (":path", path),
            ("user-agent", "ao-probe"),
            *self._target.passes,
        ]
        self._frames = 0
        try:
            self._stream = self._h2.get_next_available_stream_id()
            self._h2.send_headers(self._stream, head, end_stream=True)
        except h2.exceptions.ProtocolError as error:
            why = f"the connection takes no request: {error}"
            raise Broken(Outcome.CLOSED, why, untouched=True) from error
        self._flush()

    def _take(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.InformationalResponseReceived(stream_id=self._stream):
                self._interim += 1
                if self._head(event) == limits.SWITCHING_PROTOCOLS:
                    self._refuse(limits.SWITCHED)
            case h2.events.ResponseReceived(stream_id=self._stream):
                self._status = self._head(event)
                if not self._status:
                    self._refuse("not HTTP/2: the answer has no status")
            case h2.events.TrailersReceived(stream_id=self._stream):
                self._fields += len(event.headers)
            case h2.events.DataReceived():
                self._keep(event.data, event.flow_controlled_length)
                self._frames -= bool(event.data)
                if event.flow_controlled_length:
                    self._h2.acknowledge_received_data(
                        event.flow_controlled_length, event.stream_id
                    )
            case h2.events.StreamEnded(stream_id=self._stream):
                self.finished = self._finishing
                self._finish(self._status)
            case h2.events.StreamReset(stream_id=self._stream):
                # Only a refused stream was never begun (RFC 9113, section 8.7).
                refused = event.error_code == h2.errors.ErrorCodes.REFUSED_STREAM
                self._fail(Outcome.RESET, "the stream was reset", untouched=refused)
            case h2.events.RemoteSettingsChanged():
                self._settings += len(event.changed_settings)
            case h2.events.ConnectionTerminated():
                self._leave(event.last_stream_id or 0)

    def _head(
        self, event: h2.events.ResponseReceived | h2.events.InformationalResponseReceived
    ) -> int:
        """Take the head of an answer; its status, 0 for none that could be one."""
        self._touched = True
        self._fields += len(event.headers)
        self._headers = [(bytes(name), bytes(value)) for name, value in event.headers]
        status = next((value for name, value in self._headers if name == b":status"), b"")
        return int(status) if re.fullmatch(rb"[1-9][0-9]{2}", status) else 0

    def _excess(self) -> str:
        """Say which limit is exceeded; empty for none."""
        if self._frames > limits.FRAMES:
            return f"more than {limits.FRAMES} frames beside the body"
        if self._settings > limits.FIELDS:
            return f"more than {limits.FIELDS} settings"
        return super()._excess()

    def _leave(self, last_stream: int) -> None:
        """Take the server's GOAWAY: streams up to the last one are still answered."""
        self.leaving = True
        self._finishing = self._waited_for and self._stream <= last_stream
        if not self._waited_for or self._stream > last_stream:
            self._fail(Outcome.CLOSED, "the server went away", untouched=True)
            self.close()

    def _flush(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(self._h2.data_to_send())
