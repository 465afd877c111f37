import asyncio
import csv
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from ao.colour import Colour
from ao.errors import AoError, ConfigError, Unavailable
from ao.http.request_options import OwnCertificate
from ao.probe import wire
from ao.probe.probe_load import ProbeLoad
from ao.probe.process import ProbeProcess
from ao.probe.recording import KeptClient, Kind, Loss, Outcome, Recording, Sighting, Slice
from ao.probe.request_counter import RequestCounter
from ao.probe.run import Lately, Run
from tests.unit import hostile
from tests.unit.authority import Authority
from tests.unit.hostile import once, serving, whole
from tests.unit.probe.server import HEADER, Streams, answers, listening, port

DEADLINE = 20.0


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server in a thread, which answers from blue."""
    loop = asyncio.new_event_loop()
    serving, done = threading.Event(), asyncio.Event()
    ports: list[int] = []

    async def serve() -> None:
        async with listening(Streams(answers)) as server:
            ports.append(port(server))
            serving.set()
            await done.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert serving.wait(DEADLINE)
    yield f"http://127.0.0.1:{ports[0]}"
    loop.call_soon_threadsafe(done.set)
    thread.join()
    loop.close()


def load(url: str) -> ProbeLoad:
    return ProbeLoad(url=url, identify=HEADER, new_per_second=20, kept=2, kept_interval=0.05)


def until(seen: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE
    while not seen():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def test_a_probe_in_a_process_tells_what_it_sees_and_what_it_saw(url: str, tmp_path: Path) -> None:
    path = tmp_path / "seen.csv"
    with ProbeProcess() as probe:
        probe.begin(load(url), records=path)
        probe.wait_until_running(DEADLINE)
        until(lambda: probe.on(Colour.BLUE) == 3)
        assert probe.on(Colour.GREEN) == 0
        recording = probe.stop()
    assert set(recording.outcomes) == {Outcome.ANSWERED}
    assert recording.load == load(url)
    assert [client.colour for client in recording.kept] == ["blue", "blue"]
    with path.open() as file:
        assert len(list(csv.DictReader(file))) == recording.sent


def test_a_probe_in_a_process_trusts_the_authority_and_shows_the_certificate_that_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    authority = Authority()
    own = OwnCertificate(certificate=Path("ao.crt"), key=Path("ao.key"))
    for path, text in zip((own.certificate, own.key), authority.issued("a client"), strict=True):
        path.write_bytes(text)
    answer = hostile.Kind(once(whole(b"ok")), "")
    tls = authority.context("shop.example", clients=True)
    with serving(answer, tls=tls) as place, ProbeProcess() as probe:
        probe.begin(
            ProbeLoad(
                url=f"https://{place}",
                host="shop.example",
                identify=HEADER,
                new_per_second=10,
                kept=0,
                ca=authority.pem,
                own=own,
            )
        )
        probe.wait_until_running(DEADLINE)
        until(lambda: bool((seen := probe.sample()) and seen.sent))
        recording = probe.stop()
    assert set(recording.outcomes) == {Outcome.ANSWERED}
    assert recording.load.ca is None
    assert recording.load.own is None


def test_a_running_probe_tells_what_it_has_counted_so_far(url: str) -> None:
    with ProbeProcess() as probe:
        assert probe.sample() is None
        probe.begin(load(url))
        probe.wait_until_running(DEADLINE)
        until(lambda: (tally := probe.sample()) is not None and tally.sent > 10)
        before = probe.sample()
        recording = probe.stop()
    assert before is not None
    assert (before.lost, before.outcomes.keys()) == (0, {Outcome.ANSWERED})
    assert before.sent <= recording.sent
    assert before.latency_p95 is not None


def test_a_probe_says_at_once_that_it_sends(url: str) -> None:
    said: list[float] = []

    def lately(state: Lately, _: RequestCounter) -> None:
        said.append(state.seconds)
        run.stop()

    run = Run(load=load(url), lately=lately, interval=DEADLINE)
    asyncio.run(run.go(seconds=2))
    assert said


def test_a_probe_that_has_ended_tells_no_tally_that_is_old(url: str) -> None:
    with ProbeProcess() as probe:
        probe.begin(load(url))
        probe.wait_until_running(DEADLINE)
        assert probe._process is not None
        probe._process.kill()
        until(lambda: probe.sample() is None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_probe_that_is_interrupted_with_its_parent_goes_on_until_that_ends_it(
    url: str, number: signal.Signals
) -> None:
    with ProbeProcess() as probe:
        probe.begin(load(url))
        probe.wait_until_running(DEADLINE)
        assert probe._process is not None
        probe._process.send_signal(number)
        before = probe.sample()
        assert before is not None
        until(lambda: (now := probe.sample()) is not None and now.sent > before.sent)
        assert probe.stop().sent > before.sent


@pytest.mark.parametrize(
    ("url", "error"), [("http://127.0.0.1:1", Unavailable), ("gopher://shop", ConfigError)]
)
def test_what_a_probe_fails_with_is_told_as_it_is(
    url: str, error: type[AoError], capfd: pytest.CaptureFixture[str]
) -> None:
    with ProbeProcess() as probe:
        probe.begin(load(url))
        with pytest.raises(error) as told:
            probe.wait_until_running(DEADLINE)
    assert told.type is error
    assert told.value.cure
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "line",
    ["a library that prints", "[]", '{"lately": {"tally": null}}', '{"recording": 3}', "\xff"],
)
def test_a_child_that_says_what_is_none_of_its_words_is_told_at_once(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "line").write_bytes(line.encode("latin-1") + b"\n")
    child = tmp_path / "child"
    child.write_text(f"#!/bin/sh\ncat {tmp_path}/line\nexec sleep 60\n")
    child.chmod(0o755)
    monkeypatch.setattr("ao.probe.process._python", lambda: str(child))
    with ProbeProcess() as probe:
        probe.begin(load("http://shop.example"))
        with pytest.raises(AoError, match="the probe said what cannot be read"):
            probe.wait_until_running(DEADLINE)
        assert (probe.sample(), probe.on(Colour.BLUE)) == (None, 0)


def test_a_probe_that_is_left_without_stopping_it_is_gone(url: str) -> None:
    with ProbeProcess() as probe:
        probe.begin(load(url))
        probe.wait_until_running(DEADLINE)
    assert probe._process is not None
    assert probe._process.returncode is not None


@pytest.mark.parametrize("moment", ["at once", "while it runs"])
def test_a_probe_ends_with_its_parent(url: str, moment: str) -> None:
    parent = textwrap.dedent(f"""
        import os, signal
        from ao.probe.probe_load import ProbeLoad
        from ao.probe.process import ProbeProcess
        from ao.site import Identify
        load = ProbeLoad(url={url!r}, identify=Identify(path="/", header="X-Colour", body=None))
        with ProbeProcess() as probe:
            print(probe._process.pid, flush=True)
            if {moment == "while it runs"}:
                probe.begin(load)
                probe.wait_until_running({DEADLINE})
            os.kill(os.getpid(), signal.SIGKILL)
    """)
    run = subprocess.run([sys.executable, "-c", parent], capture_output=True, text=True)
    assert run.returncode == -signal.SIGKILL
    until(lambda: not runs(int(run.stdout)))
    assert "Traceback" not in run.stderr


def runs(pid: int) -> bool:
    """Whether a process runs; one that waits only for its parent to notice does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_the_process_needs_neither_openstacksdk_nor_pydantic_nor_rich() -> None:
    code = (
        "import sys, ao.probe.__main__, ao.probe.http1, ao.probe.http2, ao.probe.request_log\n"
        "print(*(m for m in ('openstack', 'pydantic', 'rich', 'cliff') if m in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def test_a_recording_is_the_same_after_its_way_as_json() -> None:
    recording = Recording(
        started=1.0,
        seconds=2.0,
        load=replace(load("http://shop.example"), slow_path="/slow", expect=200),
        width=0.1,
        slices=(
            Slice(
                at=0.0,
                colours={"blue": 3},
                retried=1,
                lost=0,
                latency_p50=0.1,
                latency_p95=None,
                latency_max=0.3,
            ),
        ),
        sent=4,
        outcomes={Outcome.ANSWERED: 3, Outcome.TIMED_OUT: 1},
        latency_p50=None,
        latency_p95=0.2,
        latency_max=0.3,
        sightings=(Sighting(colour="blue", kind=Kind.NEW, answers=3, first=0.1, last=0.2),),
        losses=(Loss(at=1.0, kind=Kind.KEPT, outcome=Outcome.RESET, seconds=0.1, reason="x"),),
        kept=(
            KeptClient(
                colour=None,
                since=None,
                slow=True,
                answers=0,
                connections=1,
                told_to_close=0,
                retried=0,
                lost=1,
                hung=1,
            ),
        ),
        skipped=7,
    )
    assert TypeAdapter(Recording).validate_json(wire.dumps(recording)) == recording
