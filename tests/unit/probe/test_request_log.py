import asyncio
import csv
import gzip
from pathlib import Path

import pytest

from ao.errors import ConfigError
from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import Kind, Outcome, Recording
from ao.probe.request_counter import Request
from ao.probe.request_log import BATCH, Records
from ao.probe.run import Run
from tests.unit.probe.server import HEADER, Peer, Streams, listening, port


def request(at: float, **changes: object) -> Request:
    chosen = {"kind": Kind.KEPT, "client": 3, "outcome": Outcome.ANSWERED, "seconds": 0.0125}
    return Request(at=at, **{**chosen, **changes})


@pytest.mark.parametrize("name", ["seen.csv", "seen.csv.gz"])
def test_every_request_is_a_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with Records(path) as records:
        for number in range(2 * BATCH):
            records.add(request(number, colour="blue"))
        records.add(
            request(9, kind=Kind.NEW, client=None, outcome=Outcome.WRONG, reason='a "b", c')
        )
    text = gzip.decompress(path.read_bytes()) if name.endswith("gz") else path.read_bytes()
    rows = list(csv.DictReader(text.decode().splitlines()))
    assert len(rows) == 2 * BATCH + 1
    assert rows[1] == {
        "at": "1.000000",
        "kind": "kept",
        "client": "3",
        "colour": "blue",
        "seconds": "0.012500",
        "outcome": "answered",
        "reason": "",
    }
    assert (rows[-1]["client"], rows[-1]["colour"], rows[-1]["reason"]) == ("", "", 'a "b", c')


def test_the_records_of_a_run_are_as_many_as_its_requests(tmp_path: Path) -> None:
    async def serve(peer: Peer) -> None:
        await peer.request()
        peer.answer("blue", "503 Busy" if peer.path == "/slow" else "200 OK")

    async def go() -> Recording:
        async with listening(Streams(serve)) as server:
            load = ProbeLoad(
                url=f"http://127.0.0.1:{port(server)}",
                identify=HEADER,
                kept=2,
                kept_interval=0.02,
                slow_path="/slow",
                slow_kept=1,
            )
            return await Run(load=load, records=tmp_path / "seen.csv").go(0.2)

    seen = asyncio.run(go())
    rows = list(csv.DictReader((tmp_path / "seen.csv").read_text().splitlines()))
    for outcome in Outcome:
        told = [row for row in rows if row["outcome"] == outcome]
        assert len(told) == seen.outcomes.get(outcome, 0)
    assert seen.lost > 0


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot write .*nowhere"):
        Records(tmp_path / "nowhere" / "seen.csv")


def test_a_disk_that_is_full_ends_the_records_and_not_the_probe(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with Records(Path("/dev/full")) as records:
        for number in range(20 * BATCH):
            records.add(request(number))
    assert "/dev/full ends too early: No space left on device" in caplog.text


@pytest.mark.parametrize("name", ["seen.csv", "seen.csv.gz"])
def test_a_colour_that_cannot_be_written_is_written_as_python_shows_it(
    tmp_path: Path, name: str
) -> None:
    with Records(tmp_path / name) as records:
        records.add(request(1, colour="\ud83d"))
    text = (tmp_path / name).read_bytes()
    assert rb"\ud83d" in (gzip.decompress(text) if name.endswith(".gz") else text)
