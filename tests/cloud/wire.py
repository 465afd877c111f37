"""A port of the box's cloud that this machine holds itself: servers and clients without guests."""

import ctypes
import os
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from openstack.connection import Connection

from box import networks
from box.config import HOST
from box.home import Home

CLONE_NEWNET = 0x40000000


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@dataclass(frozen=True, kw_only=True)
class Wire:
    """A network namespace with one of a network's addresses."""

    namespace: str
    """Its name."""

    address: str
    """The port's IP address."""

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Let sockets that this thread makes meanwhile belong to the namespace for ever."""
        libc = ctypes.CDLL(None, use_errno=True)
        here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.namespace}", os.O_RDONLY)
        try:
            assert libc.setns(there, CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
            yield
        finally:
            assert libc.setns(here, CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
            os.close(here)
            os.close(there)

    def connect(self, address: str, port: int, *, patience: float = 5) -> socket.socket:
        with self.inside():
            client = socket.socket()
        client.settimeout(patience)
        try:
            client.connect((address, port))
        except OSError:
            client.close()
            raise
        return client


@contextmanager
def plugged(other_user: Connection, admin: Connection, network: str) -> Iterator[Wire]:
    """A port on a network, without a firewall of its own."""
    port = other_user.network.create_port(
        network_id=network, name="test-wire", is_port_security_enabled=False
    )
    namespace, device = f"wire-{port.id[:8]}", f"wir{port.id[:11]}"
    vsctl = str(Home.from_environment().bin / "ovs-vsctl")
    inside = ("ip", "-netns", namespace)
    with ExitStack() as undo:
        undo.callback(other_user.network.delete_port, port.id)
        admin.network.update_port(port.id, binding_host_id=HOST)
        run("ip", "netns", "add", namespace)
        undo.callback(run, "ip", "netns", "delete", namespace)
        run(
            vsctl, "--timeout=20", "add-port", "br-int", device, "--", "set", "Interface", device,
            "type=internal", "mtu_request=1442", f"external_ids:iface-id={port.id}",
            f'external_ids:attached-mac="{port.mac_address}"',
        )  # fmt: skip
        undo.callback(run, vsctl, "--timeout=20", "del-port", "br-int", device)
        run("ip", "link", "set", device, "netns", namespace)
        run(*inside, "link", "set", device, "address", port.mac_address, "mtu", "1442", "up")
        run(*inside, "link", "set", "lo", "up")
        address = port.fixed_ips[0]["ip_address"]
        run(*inside, "address", "add", f"{address}/24", "dev", device)
        table, *wired = networks.of(Home.from_environment()).words["wired"].split()
        run(vsctl, "--timeout=20", "wait-until", table, device, *wired)
        yield Wire(namespace=namespace, address=address)


class _Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "WebServer"

    def do_GET(self) -> None:
        if self.path.startswith("/slow"):
            time.sleep(1)
        body = self.server.colour.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


class WebServer(ThreadingHTTPServer):
    """A web server that tells its colour, at /slow after a second."""

    def __init__(self, wire: Wire, port: int, colour: str) -> None:
        self.colour = colour
        with wire.inside():
            super().__init__((wire.address, port), _Page, bind_and_activate=False)
        self.server_bind()
        self.server_activate()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    def server_bind(self) -> None:
        """Bind without asking the resolver for the machine's name."""
        socketserver.TCPServer.server_bind(self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: HAProxy's health checks end with a reset."""

    def end(self) -> None:
        self.shutdown()
        self.server_close()


def answer(client: socket.socket, path: str = "/") -> tuple[int, dict[str, str], str]:
    """Ask once on an open connection; return the status, the headers and the body."""
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
    with client.makefile("rb") as stream:
        line = stream.readline()
        if not line:
            raise ConnectionResetError("the connection was closed before an answer")
        status = int(line.split()[1])
        headers = {}
        while line := stream.readline().strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return status, headers, stream.read(int(headers.get("content-length", 0))).decode()


def ask(wire: Wire, address: str, port: int, path: str = "/") -> tuple[int, str]:
    """Ask once on a new connection; return the status and the body."""
    with wire.connect(address, port) as client:
        status, _, body = answer(client, path)
        return status, body
