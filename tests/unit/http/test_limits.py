"""Whatever a server sends, all who read from one end in time, and tell it as what it is."""

import ast
import asyncio
import logging
import re
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

import ao
import ao_dashboard
from ao.hooks import webhook
from ao.hooks.webhook import Undelivered
from ao.http import limits
from ao.probe.probe_load import ProbeLoad, Protocol
from ao.probe.run import Run
from ao.site import Identify
from ao.visit import NoAnswer, visit
from ao.watch import prometheus
from ao.watch.prometheus import NoFigure
from tests.unit.hostile import HTTP1, HTTP2, Kind, once, serving, whole

TIMEOUT = 0.3
"""Seconds that a whole answer may take which has no end."""
PATIENCE = 10.0
"""Seconds that one may take which is to end by another limit."""
SLACK = 10.0
"""Seconds that it may take longer on a busy machine."""
GROWTH = 50.0
"""MiB of memory that readers may need more than for a good answer."""
IDENTIFY = Identify(path="/version", header="X-Colour", body=None)


def probed(place: str, seconds: float, protocol: Protocol) -> str:
    """What the probe tells of one request."""
    load = ProbeLoad(
        url=f"http://{place}",
        identify=IDENTIFY,
        new_per_second=0,
        kept=1,
        timeout=seconds,
        protocol=protocol,
    )
    seen = asyncio.run(Run(load=load).go(0.01))
    assert seen.sent == 1
    return seen.losses[0].reason if seen.losses else "answered"


def visited(place: str, seconds: float) -> str:
    try:
        answer = visit(f"http://{place}/version", seconds)
    except NoAnswer as error:
        return str(error)
    assert len(answer.body) <= limits.VISITED
    return "answered"


def queried(place: str, seconds: float) -> str:
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(prometheus, "TIMEOUT", seconds)
            prometheus.ask(f"http://{place}", "up")
    except NoFigure as error:
        return (
            "answered"
            if re.search(r"HTTP \d+, (and not as|a redirect)", str(error))
            else str(error)
        )
    return "answered"


def posted(place: str, seconds: float) -> str:
    try:
        webhook.post(f"http://{place}", {}, None, seconds)
    except Undelivered as error:
        return "answered" if re.search(r": HTTP \d+$", str(error)) else str(error)
    return "answered"


@dataclass(frozen=True)
class Reader:
    """Somebody who reads from a server."""

    read: Callable[[str, float], str]
    """Ask the server at a place once, within so many seconds, and tell what is told of it."""
    kinds: dict[str, Kind]
    modules: frozenset[str]
    """Modules by which it is connected with the server."""
    body: bool = True
    """Whether it reads bodies."""


OWN = frozenset({"ao.probe.connection", "ao.probe.target"})
READERS = {
    "probe by HTTP/1.1": Reader(
        partial(probed, protocol=Protocol.HTTP1), HTTP1, frozenset({"ao.probe.http1"}) | OWN
    ),
    "probe by HTTP/2": Reader(
        partial(probed, protocol=Protocol.HTTP2), HTTP2, frozenset({"ao.probe.http2"}) | OWN
    ),
    "visit": Reader(visited, HTTP1, frozenset({"ao.visit", "ao.http.exchange"})),
    "Prometheus": Reader(queried, HTTP1, frozenset({"ao.watch.prometheus", "ao.http.exchange"})),
    "webhook": Reader(
        posted, HTTP1, frozenset({"ao.hooks.webhook", "ao.http.exchange"}), body=False
    ),
}
CASES = [
    pytest.param(reader, kind, id=f"{name}, {what}")
    for name, reader in READERS.items()
    for what, kind in reader.kinds.items()
]


@pytest.mark.parametrize(("reader", "kind"), CASES)
def test_every_reader_ends_in_time_and_tells_what_a_server_did(
    reader: Reader,
    kind: Kind,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(limits, "BODY", 4 * 1024**2)
    seconds = TIMEOUT if kind.hangs else PATIENCE
    with serving(kind) as place:
        begin = time.monotonic()
        told = reader.read(place, seconds)
        assert time.monotonic() - begin < seconds + SLACK
    expected = kind.told if reader.body or not kind.in_body else "answered"
    assert re.search(expected, told)
    assert told.isprintable()
    assert len(told) < 300
    # asyncio tells an error in a connection's callbacks there, and nowhere else.
    errors = [it for it in caplog.records if it.name == "asyncio" and it.levelno >= logging.ERROR]
    assert errors == []


MEMORY = """
    import asyncio, sys
    from ao import visit
    from ao.hooks import webhook
    from ao.http import exchange
    from ao.watch import prometheus
    from ao.probe import http1, http2
    from ao.probe.probe_load import ProbeLoad, Protocol
    from ao.probe.run import Run
    from ao.site import Identify


    def most():
        status = open("/proc/self/status").read()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024


    def probe(place, protocol):
        load = ProbeLoad(
            url=f"http://{place}", identify=Identify(path="/", header="X-Colour", body=None),
            new_per_second=50, kept=5, kept_interval=0.01, timeout=0.1,
            protocol=Protocol(protocol),
        )
        asyncio.run(Run(load=load).go(0.1))


    def attempt(act, *arguments):
        try:
            act(*arguments)
        except (visit.NoAnswer, prometheus.NoFigure, webhook.Undelivered):
            pass


    prometheus.TIMEOUT = 0.1
    base = None
    for place, protocol in (line.split() for line in sys.argv[1:]):
        probe(place, protocol)
        if protocol != "h2":
            attempt(visit.visit, f"http://{place}", 0.1)
            attempt(prometheus.ask, f"http://{place}", "up")
            attempt(webhook.post, f"http://{place}", {}, None, 0.1)
        base = base or most()
        print(place, most() - base)
"""


def test_a_server_that_sends_without_end_fills_no_memory() -> None:
    """The first server answers well: what readers need in any case is in the base."""
    good = Kind(once(whole(b"ok")), "answered")
    kinds = [(good, Protocol.HTTP1)]
    kinds += [(kind, Protocol.HTTP1) for name, kind in HTTP1.items() if "without end" in name]
    kinds += [(HTTP1["a bomb"], Protocol.HTTP1), (HTTP1["lists in lists"], Protocol.HTTP1)]
    kinds += [(kind, Protocol.HTTP2) for name, kind in HTTP2.items() if "without end" in name]
    with ExitStack() as servers:
        places = [f"{servers.enter_context(serving(kind))} {way}" for kind, way in kinds]
        command = [sys.executable, "-c", textwrap.dedent(MEMORY), *places]
        told = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert told.stderr == ""
    grown = [float(line.split()[1]) for line in told.stdout.splitlines()]
    assert len(grown) == len(kinds)
    assert max(grown) < GROWTH


def test_name_servers_that_do_not_answer_hang_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def look_up(*args: object, **options: object) -> object:
        answered.wait(30)
        raise socket.gaierror(socket.EAI_AGAIN, "no name server")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    try:
        for name in ("visit", "Prometheus", "webhook"):
            begin = time.monotonic()
            assert re.search("no (whole )?answer", READERS[name].read("shop.example", TIMEOUT))
            assert time.monotonic() - begin < TIMEOUT + SLACK
    finally:
        answered.set()


def test_the_docs_tell_the_limits() -> None:
    page = (Path(__file__).parents[3] / "docs" / "probe.md").read_text(encoding="utf-8")
    _, _, told = page.partition("## What is read of an answer")
    rows = told.partition("## Limits")[0]
    for row in (
        f"beyond {limits.FRAMING} bytes | {limits.HEAD // 1024} KiB |",
        f"| header fields and trailers, those of interim answers included | {limits.FIELDS} |",
        f"| interim answers (1xx) | {limits.INTERIM} |",
        "| frames of HTTP/2 beside the body; settings that a connection changes "
        f"| {limits.FRAMES} |",
        f"| body | {limits.BODY // 1024**2} MiB, of which the probe keeps "
        f"{limits.PROBED // 1024} KiB and a check {limits.VISITED // 1024**2} MiB; "
        f"of Prometheus {limits.FIGURES // 1024**2} MiB;",
    ):
        assert row in rows
    assert f"a server's own words is cut to {limits.TEXT} characters" in rows


NETWORK = {"asyncio", "h2", "http", "httpcore", "httptools", "httpx", "requests", "urllib3"}
NETWORK |= {"socket", "ssl", "urllib.request", "websockets", "aiohttp", "ftplib", "smtplib"}
"""Packages by which a module can be connected with a server."""
OTHERS = {
    "ao.http.handshake": "reads a handshake and nothing after it, with cases of its own",
    "ao.http.trust": "makes TLS for those that read",
    "ao.config.authority": "looks whether a file holds certificates",
    "ao.config.tls": "looks whether OpenSSL knows ciphers",
    "ao.probe.clients": "asks by the probe's connections",
    "ao.probe.run": "opens the probe's connections",
    "ao.probe.__main__": "runs the probe",
    "ao.commands.probe": "runs the probe",
    "ao.apply.maintenance": "knows this machine's name",
    "ao.journal.journal": "knows this machine's name",
    "ao.lock.lock": "knows this machine's name",
    "ao.lock.process_mark": "knows this machine's name",
}
"""Modules that import one of them and read from nobody, and what they do with it."""


def test_whatever_module_can_read_from_a_server_belongs_to_a_reader_with_its_cases() -> None:
    """The cloud's are not looked at: openstacksdk asks for them."""
    readers = set().union(*(reader.modules for reader in READERS.values()))
    found = set()
    for package in (ao, ao_dashboard):
        (folder,) = package.__path__
        for path in Path(folder).rglob("*.py"):
            parts = path.relative_to(Path(folder).parent).with_suffix("").parts
            if parts[:2] not in {("ao", "cloud"), ("ao", "fake")} and imported(path) & NETWORK:
                found.add(".".join(parts))
    assert readers <= found
    assert found - readers - OTHERS.keys() == set()


def imported(path: Path) -> set[str]:
    """Packages that a module imports, and the modules that it names within them."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module or "")
    return names | {name.partition(".")[0] for name in names}
