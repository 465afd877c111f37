"""Measures as Prometheus answers them, and what else may answer in its place."""

import gzip
import json
import time
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from keystoneauth1.session import Session
from keystoneauth1.token_endpoint import Token

from ao.cloud import Sample, metrics
from ao.cloud.metrics import Metrics
from ao.cloud.requests import Requests
from ao.errors import CloudError, Unavailable
from tests.unit.hostile import HTTP1, OK, Kind, once, serving, whole


def answering(body: Any, status: int = 200) -> Metrics:
    """Measures of a cloud whose Prometheus says this."""
    answer = requests.Response()
    answer.status_code = status
    answer.url = "http://prometheus.example/api/v1/query"
    answer._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer._content_consumed = True
    config = SimpleNamespace(get_interface=lambda _: None, get_region_name=lambda _: None)
    http = requests.Session()
    http.request = lambda *_, **__: answer  # type: ignore[assignment,method-assign]
    session = Session(auth=Token("http://prometheus.example", "token"), session=http)
    return Metrics(SimpleNamespace(session=session, config=config))  # type: ignore[arg-type]


def at(url: str) -> Metrics:
    """Measures of a cloud whose Prometheus is at a URL."""
    config = SimpleNamespace(get_interface=lambda _: None, get_region_name=lambda _: None)
    session = Session(auth=Token(url, "token"))
    Requests(session)
    return Metrics(SimpleNamespace(session=session, config=config))  # type: ignore[arg-type]


def result(*series: Any) -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": "vector", "result": list(series)}}


def test_a_value_is_that_of_the_first_series() -> None:
    assert answering(result({"value": [0, "0.25"]}, {"value": [0, "1"]})).query("up") == 0.25


@pytest.mark.parametrize("body", [result(), result({"value": [0, "NaN"]})])
def test_nothing_and_what_is_no_number_is_no_value(body: object) -> None:
    assert answering(body).query("up") is None


def test_values_over_time_leave_out_what_is_no_number() -> None:
    there = answering(result({"values": [[0, "1"], [15, "+Inf"], [30.5, "2"]]}))
    assert there.range("up", 0, 60, 15) == (Sample(at=0, value=1), Sample(at=30.5, value=2))


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Gateway</html>",
        {"status": "success"},
        {"data": {"result": 3}},
        [1],
        result({"value": []}),
        result({"value": [0, "much"]}),
    ],
)
def test_what_is_not_prometheus_is_told(body: object) -> None:
    for ask in (lambda: answering(body).query("up"), lambda: answering(body).range("up", 0, 1, 1)):
        with pytest.raises(Unavailable, match=r"what Prometheus answers to GET .* cannot be read"):
            ask()


def test_a_query_that_is_none_is_told_in_prometheus_words() -> None:
    with pytest.raises(CloudError, match="parse error"):
        answering({"status": "error", "error": "parse error: 1:3"}, status=400).query("avg(up")
    with pytest.raises(Unavailable, match=r"what Prometheus answers .*HTTP 400.*Bad Request"):
        answering(b"Bad Request", status=400).query("avg(up")


def test_an_answer_without_end_is_told_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """requests bounds neither an answer's length nor its time as a whole."""
    monkeypatch.setattr(metrics, "PATIENCE", 0.3)
    for name, why in {
        "a body that trickles": "has not ended after 0.3 s",
        "a body without end": "has (more than 64 MiB|not ended after 0.3 s)",
        "a body of a terabyte": "has (more than 64 MiB|not ended after 0.3 s)",
        "half a body": "the connection broke off",
    }.items():
        begin = time.monotonic()
        with serving(HTTP1[name]) as place, pytest.raises(Unavailable, match=why):
            at(f"http://{place}").query("up")
        assert time.monotonic() - begin < 3


def test_an_answer_that_is_a_bomb_is_read_no_further_than_to_the_limit() -> None:
    body = gzip.compress(bytes(65 * 1024**2))
    head = OK + b"Content-Encoding: gzip\r\n"
    with (
        serving(Kind(once(whole(body, head)), "")) as place,
        pytest.raises(Unavailable, match="has more than 64 MiB"),
    ):
        at(f"http://{place}").query("up")


@pytest.mark.parametrize("body", [b"[" * 500_000, json.dumps([{"value": [0, 10**400]}]).encode()])
def test_json_that_python_cannot_hold_is_told(body: bytes) -> None:
    text = b'{"data": {"result": ' + body + b"}}"
    with (
        serving(Kind(once(whole(text)), "")) as place,
        pytest.raises(Unavailable, match="cannot be read"),
    ):
        at(f"http://{place}").query("up")


def test_a_whole_answer_is_read() -> None:
    text = json.dumps(result({"value": [0, "0.25"]})).encode()
    with serving(Kind(once(whole(text)), "")) as place:
        assert at(f"http://{place}").query("up") == 0.25
