"""How much the probe sends a second, and how much memory it needs.

Asks a minimal server in a process of its own, on this machine, so the server takes its
share of the processors too. Each row is measured in a new process.
Usage: python -m benchmarks.probe_rate [SECONDS] [LONG_SECONDS]
"""

import asyncio
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import Kind, Outcome
from ao.probe.request_counter import Request, RequestCounter
from ao.probe.run import Run
from ao.site import Identify

ANSWER = b"HTTP/1.1 200 OK\r\nX-Ao-Colour: blue\r\nContent-Length: 2\r\n\r\nok"
HEAD = ("load", "sent", "a second", "lost", "skipped", "median", "p95", "CPU", "memory")


class Server(asyncio.Protocol):
    """Answers whatever it gets, one answer for each piece."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(ANSWER)


def serve(port: Connection) -> None:
    """Serve for ever; the port is sent when it listens."""

    async def go() -> None:
        server = await asyncio.get_running_loop().create_server(
            Server, "127.0.0.1", 0, backlog=1000
        )
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(go())


def memory() -> str:
    """Most memory that this process has had."""
    status = Path("/proc/self/status").read_text()
    kilobytes = int(status.partition("VmHWM:")[2].split()[0])
    return f"{kilobytes / 1024:.0f} MiB"


def measure(load: ProbeLoad, seconds: float, records: bool) -> tuple[str, ...]:
    """Figures of one run."""
    with tempfile.TemporaryDirectory() as folder:
        run = Run(load=load, records=Path(folder) / "software_configs.csv.gz" if records else None)
        seen = asyncio.run(run.go(seconds))
    return (
        f"{seen.sent:,}",
        f"{seen.sent / seen.seconds:,.0f}",
        f"{seen.lost:,}",
        f"{seen.skipped:,}",
        f"{(seen.latency_p50 or 0) * 1000:.1f} ms",
        f"{(seen.latency_p95 or 0) * 1000:.0f} ms",
        f"{time.process_time() / seen.seconds:.0%}",
        memory(),
    )


def feed(seconds: int, rate: int) -> tuple[str, str, str]:
    """Have the recorder take requests of so many seconds; its time for each, and memory."""
    recorder = RequestCounter(ProbeLoad(url="http://192.0.2.1", identify=IDENTIFY, kept=50))
    before = memory()
    for number in range(seconds * rate):
        recorder.add(
            Request(
                at=number / rate,
                kind=Kind.KEPT,
                client=number % 50,
                outcome=Outcome.ANSWERED,
                seconds=0.001 + number % 997 / 10_000,
                colour="blue",
            )
        )
    recorder.recording(0.0, float(seconds))
    return f"{time.process_time() / (seconds * rate) * 1e6:.1f} µs each", before, memory()


IDENTIFY = Identify(path="/version", header="X-Ao-Colour", body=None)


def main() -> None:
    """Measure and print tables."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    long = float(sys.argv[2]) if len(sys.argv) > 2 else 60.0
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    server = spawn.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    mixed = ProbeLoad(
        url=f"http://127.0.0.1:{ours.recv()}",
        identify=IDENTIFY,
        new_per_second=1_000.0,
        kept=100,
        kept_interval=0.06,
    )
    kept = replace(mixed, new_per_second=0.0, kept=50, kept_interval=0.0)
    new = replace(mixed, new_per_second=2_000.0, kept=0)

    def apart(work: Callable[..., tuple[str, ...]], *given: object) -> tuple[str, ...]:
        with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
            return pool.submit(work, *given).result()

    print(f"{HEAD[0]:44}" + "".join(f"{word:>10}" for word in HEAD[1:]))
    for name, load, length, records in (
        ("2,000 new a second", new, seconds, False),
        ("50 kept clients without a pause", kept, seconds, False),
        ("1,000 new a second, 100 kept clients", mixed, seconds, False),
        ("the same with records, gzip", mixed, seconds, True),
        (f"1,000 new a second, 100 kept, for {long:.0f} s", mixed, long, False),
    ):
        figures = apart(measure, load, length, records)
        print(f"{name:44}" + "".join(f"{figure:>10}" for figure in figures), flush=True)
    for length, rate in ((600, 2_000), (3_600, 200)):
        took, before, after = apart(feed, length, rate)
        print(
            f"recorder, {length:,} s at {rate:,} a second: {took}, {before} before, {after} after"
        )


if __name__ == "__main__":
    main()
