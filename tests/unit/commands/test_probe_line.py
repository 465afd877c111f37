import io

from rich.console import Console

from ao.commands.probe_line import LiveLine
from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import Kind, Outcome
from ao.probe.request_counter import Request, RequestCounter
from ao.probe.run import Lately
from ao.site import Identify


def request(at: float, outcome: Outcome, colour: str | None = None) -> Request:
    return Request(
        at=at, kind=Kind.NEW, client=None, outcome=outcome, seconds=0.0042, colour=colour
    )


def shown(*requests: Request, now: float) -> str:
    """Text that the terminal got."""
    load = ProbeLoad(url="http://192.0.2.1", identify=Identify(path="/", header=None, body=None))
    recorder = RequestCounter(load)
    for given in requests:
        recorder.add(given)
    screen = io.StringIO()
    with LiveLine(Console(file=screen, force_terminal=True, color_system=None, width=120)) as line:
        line.show(Lately(seconds=now, clients={}, tally=recorder.tally(now)), recorder)
    return screen.getvalue()


def test_answers_are_those_of_the_last_second_and_losses_those_of_the_whole_run() -> None:
    text = shown(
        request(0.5, Outcome.ANSWERED, "blue"),
        request(0.6, Outcome.TIMED_OUT),
        *(request(4 + at / 100, Outcome.ANSWERED, "green") for at in range(100)),
        request(4.995, Outcome.RETRIED, "green"),
        now=5.0,
    )
    assert "5.0s   green 101/s   lost 1   retried 1   median 4.2 ms   p95 4.2 ms" in text
    assert "blue" not in text


def test_a_probe_that_has_just_begun_has_nothing_to_tell() -> None:
    assert "0.0s   lost 0   retried 0   median -   p95 -   Ctrl-C ends" in shown(now=0.0)
