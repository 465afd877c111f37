import json

from ao.message.translation import spoken
from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import Kind, Outcome, Recording
from ao.probe.request_counter import Request, RequestCounter
from ao.probe.summary import Figure, figures, milliseconds
from ao.site import Identify

LOAD = ProbeLoad(
    url="http://192.0.2.1",
    identify=Identify(path="/", header="X-Colour", body=None),
    kept=2,
)


def answered(at: float, colour: str | None, client: int | None = None) -> Request:
    return Request(
        at=at,
        kind=Kind.NEW if client is None else Kind.KEPT,
        client=client,
        outcome=Outcome.ANSWERED,
        seconds=0.004,
        colour=colour,
    )


def lost(at: float, outcome: Outcome, reason: str) -> Request:
    return Request(at=at, kind=Kind.NEW, client=None, outcome=outcome, seconds=5.0, reason=reason)


def recording(*requests: Request, seconds: float = 10.0) -> Recording:
    recorder = RequestCounter(LOAD)
    recorder.opened(0)
    for request in requests:
        recorder.add(request)
    return recorder.recording(0.0, seconds)


def figure(name: str, *requests: Request) -> Figure:
    return next(found for found in figures(recording(*requests)) if found.name == name)


def test_losses_are_told_by_cause_the_most_frequent_first() -> None:
    given = (
        lost(1.0, Outcome.TIMED_OUT, "no answer within 5 s"),
        lost(2.0, Outcome.REFUSED, "Connection refused"),
        lost(3.0, Outcome.REFUSED, "Connection refused"),
    )
    assert figure("losses", *given).text.splitlines() == [
        "2 new, refused: Connection refused",
        "1 new, timed out: no answer within 5 s",
    ]
    assert figure("lost", *given).value == 3


def test_colours_stand_in_columns_with_new_and_kept_connections_apart() -> None:
    given = (answered(0.5, "green"), answered(1.0, "blue", 0), answered(2.0, "blue", 1))
    assert figure("colours", *given).text.splitlines() == [
        "blue   kept  2 answers, 1.00 s to 2.00 s",
        "green  new   1 answers, 0.50 s to 0.50 s",
    ]


def test_kept_clients_are_told_by_the_colour_that_they_saw_last() -> None:
    given = (answered(0.5, "blue", 0), answered(1.0, "green", 0))
    assert figure("kept", *given).value == {
        "clients": 2,
        "last_colour": {"green": 1, "none": 1},
        "connections": 1,
        "told_to_close": 0,
        "protocols": {
            "http/1.1": {
                "clients": 2,
                "told_to_close": 0,
                "finished": 0,
                "retried": 0,
                "lost": 0,
            }
        },
    }


def test_every_value_is_json_and_every_text_says_something() -> None:
    for requests in ((), (answered(1.0, None, 0), lost(2.0, Outcome.WRONG, "HTTP 503"))):
        for found in figures(recording(*requests)):
            json.dumps(found.value)
            assert found.text


def test_short_times_are_told_to_a_tenth_of_a_millisecond() -> None:
    assert [milliseconds(value) for value in (None, 0.00123, 0.14, 2.5)] == [
        "-",
        "1.2 ms",
        "140 ms",
        "2,500 ms",
    ]


def test_lost_requests_are_not_lost_as_an_alarm_is() -> None:
    assert spoken(figure("lost").name, "ja") == "損失"
