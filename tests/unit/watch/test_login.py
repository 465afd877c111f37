"""Logins of the watch, and a Prometheus behind TLS that asks for one."""

import json
import ssl
import string
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket

import h11
import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ao.errors import ConfigError
from ao.http import header_fields
from ao.redaction import redact_log
from ao.site import Site
from ao.site.watch import Access, Query
from ao.watch import login, prometheus
from ao.watch.login import Login
from ao.watch.prometheus import NoFigure
from tests.unit.probe import certificate
from tests.unit.samples import SITE
from tests.unit.watch.samples import WATCH

SECRET = "glsa_Sixteen-Tons.of~secret"


def watched(*accesses: Access, folder: Path | None = None) -> Site:
    """A site with a query for each access."""
    queries = tuple(
        Query(
            name=f"figure {number}",
            url="https://prom.example",
            query="up",
            above=1.0,
            below=None,
            lasting=5.0,
            access=access,
        )
        for number, access in enumerate(accesses)
    )
    places = {f"watch.prometheus.{n}": f"ao.yaml:{40 + n}" for n in range(len(queries))}
    watch = replace(WATCH, queries=queries)
    return replace(SITE, folder=folder, places=places, watch=watch)


def headers(access: Access, folder: Path | None = None) -> Mapping[str, str]:
    site = watched(access, folder=folder)
    return login.read(site, site.watch.queries[0]).headers


def complaint(*accesses: Access, folder: Path | None = None) -> str:
    with pytest.raises(ConfigError) as told:
        login.check(watched(*accesses, folder=folder))
    return str(told.value)


def test_a_token_and_header_fields_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PROM_TOKEN", SECRET)
    monkeypatch.setenv("TENANT", "shop | ops")
    access = Access(token_env="PROM_TOKEN", headers_env={"X-Scope-OrgID": "TENANT"})
    assert headers(access) == {"Authorization": f"Bearer {SECRET}", "X-Scope-OrgID": "shop | ops"}


def test_a_token_comes_from_a_file_beside_the_site_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{SECRET}\n")
    assert headers(Access(token_file="token"), tmp_path) == {"Authorization": f"Bearer {SECRET}"}


def test_a_query_without_a_login_says_nothing() -> None:
    assert headers(Access()) == {}


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_not_set_is_told_with_its_line(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TENANT", raising=False)
    if value is not None:
        monkeypatch.setenv("PROM_TOKEN", value)
    else:
        monkeypatch.delenv("PROM_TOKEN", raising=False)
    told = complaint(Access(token_env="PROM_TOKEN"), Access(headers_env={"X-Tenant": "TENANT"}))
    assert told.startswith("ao.yaml:40: watch.prometheus.0.token_env: ")
    assert "\nao.yaml:41: watch.prometheus.1.headers_env.X-Tenant: " in told
    assert "is not set, or is empty" in told


def test_a_token_that_was_written_in_place_of_the_variable_is_not_repeated() -> None:
    assert "glsa_secret" not in complaint(Access(token_env="glsa_secret"))


def test_a_window_that_is_not_watched_needs_no_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROM_TOKEN", raising=False)
    site = watched(Access(token_env="PROM_TOKEN"))
    login.check(replace(site, watch=replace(site.watch, length=0)))


@pytest.mark.parametrize(
    ("text", "why"), [(None, "cannot be read: No such file"), (" \n", "is empty")]
)
def test_a_file_without_a_token_is_told(text: str | None, why: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "token").write_text(text)
    told = complaint(Access(token_file="token"), folder=tmp_path)
    assert "ao.yaml:40: watch.prometheus.0.token_file: the file that it names" in told
    assert why in told


BROKEN = [
    f"{SECRET}\r\nX-Admin: yes",
    f"{SECRET}\nX-Admin: yes",
    f"{SECRET}\r",
    f"{SECRET}\x7f",
    f"\t{SECRET}",
    f"{SECRET} ",
    f"{SECRET}青",
    f"{SECRET}\udce9",
    SECRET * 400,
]


@pytest.mark.parametrize("value", BROKEN)
def test_a_value_that_would_be_more_than_one_is_refused_and_not_repeated(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENANT", value)
    told = complaint(Access(headers_env={"X-Tenant": "TENANT"}))
    assert "cannot be sent as a header field" in told
    assert SECRET not in told


@pytest.mark.parametrize("value", [*BROKEN, f"Bearer {SECRET}", '"quoted"', "="])
def test_what_is_no_bearer_token_is_refused_and_not_repeated(
    value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PROM_TOKEN", value)
    told = complaint(Access(token_env="PROM_TOKEN"))
    assert "is no bearer token" in told
    assert SECRET not in told
    assert value not in told


@given(st.text(string.printable + "青é\x00\x7f\x85\u2028"))
@example("")
@example("a" * header_fields.LONGEST)
def test_what_counts_as_a_value_is_sent_as_it_is_in_one_field(text: str) -> None:
    if not header_fields.is_value(text):
        return
    request = httpx.Request("GET", "http://prom.example", headers={"X-Tenant": text})
    client = h11.Connection(h11.CLIENT)
    sent = client.send(h11.Request(method="GET", target="/", headers=[*request.headers.raw]))
    assert sent is not None
    assert sent.count(b"\r\n") == 2 + len(request.headers)
    assert b"\r\nX-Tenant: " + text.encode() + b"\r\n" in sent


@given(st.text(string.printable))
@example(SECRET)
def test_what_counts_as_a_token_can_be_a_value(text: str) -> None:
    assert not header_fields.is_token(text) or header_fields.is_value(f"Bearer {text}"[:8192])


@pytest.mark.parametrize(
    "name", ["X-Scope-OrgID", "Authorization", "THANOS-TENANT", "CF-Access-Client-Secret"]
)
def test_fields_of_those_who_guard_prometheus_can_be_added(name: str) -> None:
    assert header_fields.is_addable(name)


@pytest.mark.parametrize(
    "name",
    [
        *("Host", "content-length", "Transfer-Encoding", "Connection", "Proxy-Authorization"),
        *("", "a b", "a:b", "a\nb", "a\r\nb", "é", "x" * 101),
    ],
)
def test_a_field_that_http_needs_itself_or_that_is_none_cannot_be_added(name: str) -> None:
    assert not header_fields.is_addable(name)


def test_a_login_shows_no_value_of_it() -> None:
    there = Login(headers={"Authorization": f"Bearer {SECRET}"})
    assert SECRET not in repr(there)


def test_a_token_that_was_read_is_masked_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMETHING", SECRET)
    headers(Access(token_env="SOMETHING"))
    assert SECRET not in redact_log(f"said {SECRET} aloud")


@dataclass
class Guarded:
    """A Prometheus that answers those who say the right things."""

    url: str
    wants: Mapping[str, str] = field(default_factory=dict)
    refusal: str = "no"
    """What it says to others."""
    elsewhere: str = ""
    """Where it sends those who ask, if anywhere."""
    said: list[Mapping[str, str]] = field(default_factory=list)


@contextmanager
def guarded(tls: ssl.SSLContext | None = None) -> Iterator[Guarded]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = dict(self.headers.items())
            server.said.append(given)
            right = all(given.get(name) == value for name, value in server.wants.items())
            self.send_response(302 if server.elsewhere else 200 if right else 401)
            if server.elsewhere:
                self.send_header("Location", server.elsewhere)
            self.end_headers()
            body: object = {"status": "error", "errorType": "denied", "error": server.refusal}
            if right:
                body = {"status": "success", "data": {"resultType": "scalar", "result": [1, "7"]}}
                body["warnings"] = [server.refusal]
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *args: object) -> None:
            """Say nothing of clients that trust nobody."""

    with Server(("127.0.0.1", 0), Handler) as listening:
        if tls is not None:
            listening.socket = tls.wrap_socket(listening.socket, server_side=True)
        scheme = "http" if tls is None else "https"
        server = Guarded(url=f"{scheme}://localhost:{listening.server_port}")
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()


@pytest.fixture
def behind_tls() -> Iterator[Guarded]:
    with guarded(certificate.context("http/1.1")) as server:
        server.wants = {"Authorization": f"Bearer {SECRET}", "X-Scope-OrgID": "shop"}
        yield server


LOGIN = Login(
    ca=certificate.public(),
    headers={"Authorization": f"Bearer {SECRET}", "X-Scope-OrgID": "shop"},
)


def test_a_prometheus_behind_tls_answers_who_trusts_it_and_says_what_it_wants(
    behind_tls: Guarded,
) -> None:
    assert prometheus.ask(behind_tls.url, "up", LOGIN).value == 7.0


def test_a_server_of_an_authority_that_is_not_trusted_is_told_nothing(behind_tls: Guarded) -> None:
    with pytest.raises(NoFigure, match="an authority that is not trusted here"):
        prometheus.ask(behind_tls.url, "up", replace(LOGIN, ca=None))
    assert behind_tls.said == []


def test_a_certificate_of_another_host_is_not_trusted(behind_tls: Guarded) -> None:
    with pytest.raises(NoFigure, match="does not name"):
        prometheus.ask(behind_tls.url.replace("localhost", "127.0.0.1"), "up", LOGIN)
    assert behind_tls.said == []


def test_a_server_that_repeats_what_it_was_told_does_not_make_ao_tell_it(
    behind_tls: Guarded,
) -> None:
    behind_tls.refusal = f"{'x' * 190} {SECRET} is not of shop"
    wrong = {**LOGIN.headers, "X-Scope-OrgID": "other"}
    with pytest.raises(NoFigure) as told:
        prometheus.ask(behind_tls.url, "up", replace(LOGIN, headers=wrong))
    assert "denied" in str(told.value)
    assert SECRET[:8] not in str(told.value)
    value = prometheus.ask(behind_tls.url, "up", LOGIN)
    assert SECRET[:8] not in value.warnings


def test_a_redirect_takes_credentials_nowhere(behind_tls: Guarded) -> None:
    with guarded() as other:
        behind_tls.elsewhere = other.url
        with pytest.raises(NoFigure, match="HTTP 302, a redirect, which is not followed"):
            prometheus.ask(behind_tls.url, "up", LOGIN)
    assert (len(behind_tls.said), other.said) == (1, [])


def test_a_token_for_this_machine_goes_to_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with guarded() as proxy, guarded() as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        prometheus.ask(server.url, "up", replace(LOGIN, ca=None))
        assert (len(proxy.said), len(server.said)) == (0, 1)
        prometheus.ask(server.url, "up", Login(headers={"X-Scope-OrgID": "shop"}))
        assert (len(proxy.said), len(server.said)) == (1, 1)


@pytest.fixture
def real(prometheus_server: None, tmp_path: Path) -> Iterator[str]:
    """Debian's Prometheus behind TLS, which answers ops with the password hunter22."""
    certificate.write(tmp_path / "server.pem")
    tls = {"cert_file": str(tmp_path / "server.pem"), "key_file": str(tmp_path / "server.pem")}
    hashed = "$2b$05$abcdefghijklmnopqrstuuZ6QNu0NKXZkZHC5hsQUItfxcGamvB8i"
    guard = {"tls_server_config": tls, "basic_auth_users": {"ops": hashed}}
    (tmp_path / "guard.json").write_text(json.dumps(guard))
    (tmp_path / "prometheus.json").write_text("{}")
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={tmp_path / 'prometheus.json'}",
                f"--web.config.file={tmp_path / 'guard.json'}",
                f"--storage.tsdb.path={tmp_path / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stderr=log,
        )
    url = f"https://localhost:{port}"
    try:
        end = time.monotonic() + 30
        while "refused" in (why := refusal(url, PASSWORD)) or "503" in why:
            assert time.monotonic() < end, (tmp_path / "log").read_text()
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(30)


PASSWORD = "Basic b3BzOmh1bnRlcjIy"


def refusal(url: str, authorization: str) -> str:
    """Why there is no figure for those who say so; nothing when there is one."""
    there = Login(ca=certificate.public(), headers={"Authorization": authorization})
    try:
        prometheus.ask(url, "vector(7)", there)
    except NoFigure as error:
        return str(error)
    return ""


def test_the_real_prometheus_answers_those_whom_it_knows(real: str) -> None:
    assert refusal(real, PASSWORD) == ""
    assert "HTTP 401" in refusal(real, "Bearer hunter22")
    with pytest.raises(NoFigure, match="an authority that is not trusted here"):
        prometheus.ask(real, "vector(7)")
    in_url = real.replace("https://", "https://ops:hunter22@")
    assert prometheus.ask(in_url, "vector(7)", Login(ca=certificate.public())).value == 7.0
