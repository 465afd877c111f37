import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from urllib.parse import SplitResult, parse_qs, urlsplit

import pytest

from ao.watch import prometheus
from ao.watch.prometheus import BadQuery, NoFigure
from tests.unit.hostile import HTTP1, serving

DEADLINE = 30.0


@dataclass
class Service:
    """What answers in Prometheus' place."""

    url: str
    """With credentials."""
    shown: str
    """Its address as messages tell it."""
    text: str = ""
    status: int = 200
    requests: list[tuple[SplitResult, str]] = field(default_factory=list)
    """What was asked for, and by whom."""

    def says(self, body: object, status: int = 200) -> None:
        self.text, self.status = json.dumps(body), status


@pytest.fixture
def service() -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answering.requests.append((urlsplit(self.path), self.headers["Authorization"]))
            self.send_response(answering.status)
            self.end_headers()
            self.wfile.write(answering.text.encode())

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        place = f"127.0.0.1:{server.server_port}/"
        answering = Service(url=f"http://ops:hunter2@{place}", shown=f"http://***@{place}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield answering
        server.shutdown()
        thread.join()


def vector(*values: str) -> dict[str, object]:
    result = [{"metric": {}, "value": [1.0, value]} for value in values]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


def scalar(value: str) -> dict[str, object]:
    return {"status": "success", "data": {"resultType": "scalar", "result": [1.0, value]}}


@pytest.mark.parametrize(
    ("body", "value"),
    [(vector("0.25"), 0.25), (scalar("7"), 7.0), (vector("+Inf"), float("inf"))],
)
def test_a_query_with_one_value_gives_it(service: Service, body: object, value: float) -> None:
    service.says(body)
    assert prometheus.ask(service.url, "errors").value == value


def test_the_query_and_the_credentials_are_sent_as_prometheus_takes_them(service: Service) -> None:
    service.says(scalar("1"))
    prometheus.ask(service.url, 'up{job="shop"}')
    ((asked, who),) = service.requests
    assert asked.path == "/api/v1/query"
    assert parse_qs(asked.query)["query"] == ['up{job="shop"}']
    assert who == "Basic b3BzOmh1bnRlcjI="


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        (
            {"status": "error", "errorType": "bad_data", "error": 'parse error: unexpected "("'},
            400,
            'bad_data: parse error: unexpected "("',
        ),
        (vector(), 200, "the query gives no value; where none is 0, write `… or vector(0)`"),
        (vector("1", "2"), 200, "the query gives 2 values, not one"),
        (vector("NaN"), 200, "gives NaN"),
        (
            {"status": "success", "data": {"resultType": "matrix", "result": []}},
            200,
            "the query gives a matrix, not a value",
        ),
        ({"message": "no"}, 503, "HTTP 503, and not as Prometheus answers"),
        (["no"], 200, "not as Prometheus answers"),
        (vector("many"), 200, "not as Prometheus answers"),
    ],
)
def test_what_is_no_figure_is_told_with_the_address_and_the_reason(
    service: Service, body: object, status: int, why: str
) -> None:
    service.says(body, status)
    with pytest.raises(NoFigure) as told:
        prometheus.ask(service.url, "errors")
    assert str(told.value).startswith(f"{service.shown}: ")
    assert why in str(told.value)


def test_warnings_come_with_the_value(service: Service) -> None:
    service.says({**vector("1"), "warnings": ["no answer of store-2", "\x1b[2J"]})
    told = prometheus.ask(service.url, "errors")
    assert told.value == 1.0
    assert told.warnings.startswith("no answer of store-2; ")
    assert told.warnings.isprintable()
    service.says({**vector("1"), "warnings": "none of a list"})
    assert prometheus.ask(service.url, "errors").warnings == ""


def test_a_query_that_cannot_be_read_is_told_from_one_without_a_figure(service: Service) -> None:
    service.says({"status": "error", "errorType": "bad_data", "error": "parse error"}, 400)
    with pytest.raises(BadQuery, match="parse error"):
        prometheus.ask(service.url, "sum(")
    service.says({"status": "error", "errorType": "execution", "error": "many to many"}, 422)
    with pytest.raises(NoFigure) as told:
        prometheus.ask(service.url, "a * b")
    assert not isinstance(told.value, BadQuery)


def test_a_page_that_is_no_json_is_no_figure(service: Service) -> None:
    service.text, service.status = "<html>", 404
    with pytest.raises(NoFigure, match="HTTP 404, and not as Prometheus answers"):
        prometheus.ask(service.url, "errors")


@pytest.mark.parametrize("text", ["[" * 100_000, json.dumps(scalar("")).replace('""', "9" * 400)])
def test_json_that_python_cannot_hold_is_no_figure(service: Service, text: str) -> None:
    service.text = text
    with pytest.raises(NoFigure, match="not as Prometheus answers"):
        prometheus.ask(service.url, "errors")


def test_what_prometheus_says_is_short_and_safe_to_print(service: Service) -> None:
    service.says({"status": "error", "errorType": "\x1b[2J", "error": ["x" * 10_000]}, 400)
    with pytest.raises(NoFigure) as told:
        prometheus.ask(service.url, "errors")
    assert str(told.value).isprintable()
    assert len(str(told.value)) < 300


def test_a_prometheus_that_does_not_answer_is_no_figure_and_no_password_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prometheus, "TIMEOUT", 0.2)
    with serving(HTTP1["silence"]) as place, pytest.raises(NoFigure) as told:
        prometheus.ask(f"http://ops:hunter2@{place}/", "errors")
    assert str(told.value) == f"http://***@{place}/: no whole answer within 0.2 s"


def test_a_proxy_of_the_environment_is_asked_unless_it_is_told_not_to(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.says(scalar("7"))
    monkeypatch.setenv("http_proxy", service.url.replace("ops:hunter2@", ""))
    monkeypatch.delenv("no_proxy", raising=False)
    assert prometheus.ask("http://prometheus.example:9090", "up").value == 7.0
    ((asked, _),) = service.requests
    assert asked.netloc == "prometheus.example:9090"
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert prometheus.ask(service.url, "up").value == 7.0


@pytest.mark.parametrize(
    "proxy", ["gopher://proxy.example", "http://[::bad", "socks5://127.0.0.1:1"]
)
def test_a_proxy_that_cannot_be_used_is_told(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(NoFigure, match="the proxy that the environment names cannot be used"):
        prometheus.ask("http://prometheus.example:9090", "up")


def test_a_closed_port_is_no_figure() -> None:
    with pytest.raises(NoFigure, match=r"http://127\.0\.0\.1:1: .*refused"):
        prometheus.ask("http://127.0.0.1:1", "up")


class Exporter(BaseHTTPRequestHandler):
    """A shop that tells Prometheus of its errors."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(b'shop_errors{colour="blue"} 0\nshop_errors{colour="green"} 7\n')

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def exporter() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Exporter) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def real(
    prometheus_server: None, exporter: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Debian's Prometheus, which has looked at the exporter."""
    folder = tmp_path_factory.mktemp("prometheus")
    jobs = [{"job_name": "shop", "static_configs": [{"targets": [exporter]}]}]
    settings = {"global": {"scrape_interval": "1s"}, "scrape_configs": jobs}
    (folder / "prometheus.json").write_text(json.dumps(settings))
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder / 'prometheus.json'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={address}",
            ],
            stderr=log,
        )
    try:
        until(lambda: scraped(f"http://{address}"), folder / "log")
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(DEADLINE)


def scraped(url: str) -> bool:
    try:
        return prometheus.ask(url, "count(shop_errors)").value == 2
    except NoFigure:
        return False


def until(seen: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + DEADLINE
    while not seen():
        assert time.monotonic() < end, f"Prometheus took too long:\n{log.read_text()}"
        time.sleep(0.2)


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ('shop_errors{colour="green"}', 7.0),
        ("sum(shop_errors)", 7.0),
        ("scalar(max(shop_errors)) / 2", 3.5),
        ("vector(1) / 0", float("inf")),
        ("sum(shop_orders) or vector(0)", 0.0),
    ],
)
def test_the_real_prometheus_gives_the_value_of_a_query(
    real: str, query: str, value: float
) -> None:
    assert prometheus.ask(real, query).value == value


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("sum(", "bad_data: .*parse error"),
        ("shop_errors", "gives 2 values"),
        ("shop_orders", "gives no value"),
        ("shop_errors[1m]", "gives a matrix"),
        ("vector(0) / 0", "gives NaN"),
    ],
)
def test_the_real_prometheus_says_why_it_gives_no_figure(real: str, query: str, why: str) -> None:
    with pytest.raises(NoFigure, match=f"^{real}: .*{why}"):
        prometheus.ask(real, query)
