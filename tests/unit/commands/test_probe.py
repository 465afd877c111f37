import gzip
import json
import os
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ao.commands.app import main
from tests.unit.authority import Authority

COLOURED = ("--header", "X-Colour")
SHORT = ("--seconds", "0.3", "--new", "50", "--kept", "2", "--interval", "0.02")


class Shop(BaseHTTPRequestHandler):
    """Answers green; /broken with an error; interrupts this process at the tenth visit."""

    protocol_version = "HTTP/1.1"
    visits: list[str]
    hosts: set[str]

    def do_GET(self) -> None:
        self.visits.append(self.path)
        self.hosts.add(self.headers["Host"])
        if self.path == "/interrupt" and len(self.visits) == 10:
            os.kill(os.getpid(), signal.SIGINT)
        self.send_response(503 if self.path == "/broken" else 200)
        self.send_header("X-Colour", "green")
        self.send_header("Content-Length", "12")
        self.end_headers()
        self.wfile.write(b"I am green.\n")

    def log_message(self, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 100
    daemon_threads = True

    def handle_error(self, *args: object) -> None:
        """A client that is gone is no error."""


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AO_CONFIG", raising=False)


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []
    monkeypatch.setattr(Shop, "visits", seen, raising=False)
    monkeypatch.setattr(Shop, "hosts", set(), raising=False)
    return seen


@pytest.fixture
def shop(visits: list[str]) -> Iterator[str]:
    with Server(("127.0.0.1", 0), Shop) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def figures(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def site_file(**more: str) -> None:
    """Write a site file into the folder, with more keys."""
    Path("user-data.sh").write_text("$AO_VERSION")
    lines = "".join(f"{key}: {value}\n" for key, value in more.items())
    Path("ao.yaml").write_text(
        "site: shop\nexternal_network: public\nversion: '1.0'\nimage: a\nflavor: b\n"
        "user_data: user-data.sh\nload_balancer: {provider: amphora}\n"
        "identify: {header: X-Colour}\n" + lines
    )


def test_a_server_that_answers_loses_nothing(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", shop, *COLOURED, *SHORT, "-f", "json"]) == 0
    seen = figures(capsys)
    assert (seen["lost"], seen["losses"]) == (0, [])
    assert {(found["colour"], found["kind"]) for found in seen["colours"]} == {
        ("green", "new"),
        ("green", "kept"),
    }
    assert seen["kept"]["last_colour"] == {"green": 2}


def test_lost_requests_are_counted_and_end_with_a_code_of_their_own(
    shop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["probe", f"{shop}/broken", *SHORT]) == 9
    told = capsys.readouterr()
    assert "new, wrong: HTTP 503" in told.out
    assert f"requests to {shop}/broken were lost" in told.err
    assert "Traceback" not in told.err


def test_a_status_other_than_the_expected_one_is_lost(shop: str) -> None:
    assert main(["probe", shop, *SHORT, "--expect", "204"]) == 9


def test_several_statuses_may_be_good(shop: str) -> None:
    assert main(["probe", f"{shop}/broken", *SHORT, "--expect", "200-204,503"]) == 0


def test_requests_name_the_host_of_the_option(shop: str) -> None:
    assert main(["probe", shop, *COLOURED, *SHORT, "--host", "shop.example"]) == 0
    assert Shop.hosts == {"shop.example"}


def test_at_an_address_they_name_the_host_of_the_site_file(shop: str) -> None:
    site_file(host="shop.example")
    assert main(["probe", shop, *SHORT]) == 0
    assert Shop.hosts == {"shop.example"}


HOST = "shop.example"
AUTHORITY = Authority()


@pytest.fixture
def secure(visits: list[str]) -> Iterator[str]:
    """The shop by HTTPS, for its name alone."""
    with Server(("127.0.0.1", 0), Shop) as server:
        tls = AUTHORITY.context(HOST, protocols=("http/1.1",))
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_private_authority_is_trusted_that_a_file_has(
    secure: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ca.pem").write_text(AUTHORITY.pem)
    asked = ["probe", secure, *COLOURED, *SHORT, "--host", HOST]
    assert main([*asked, "--ca", "ca.pem", "--mixed", "-f", "json"]) == 0
    seen = figures(capsys)
    assert seen["lost"] == 0
    # The server speaks no HTTP/2, so nobody does.
    assert seen["kept"]["protocols"].keys() == {"http/1.1"}
    assert main([*asked, "--insecure"]) == 0
    assert main(asked) == 3
    assert "of an authority that is not trusted here" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "no certificate", None, b"\xff"])
def test_a_file_without_an_authority_is_told(
    text: str | bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        (tmp_path / "ca.pem").write_bytes(text.encode() if isinstance(text, str) else text)
    assert main(["probe", "https://127.0.0.1:1", *SHORT, "--ca", "ca.pem"]) == 2
    told = capsys.readouterr().err
    assert "--ca ca.pem: " in told
    assert "Traceback" not in told


def test_a_url_with_a_name_is_asked_by_that(shop: str) -> None:
    site_file(host="shop.example")
    named = shop.replace("127.0.0.1", "localhost")
    assert main(["probe", named, *SHORT]) == 0
    assert Shop.hosts == {named.removeprefix("http://")}


@pytest.mark.parametrize("host", ["http://shop.example", "127.0.0.1", "shop.example:80", ""])
def test_a_host_that_is_none_is_refused(
    shop: str, host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exited:
        main(["probe", shop, *SHORT, f"--host={host}"])
    assert exited.value.code == 2
    assert "is no host name such as shop.example" in capsys.readouterr().err


@pytest.mark.parametrize("status", ["99", "600", "ok", "-1"])
def test_a_status_that_is_none_is_refused(
    shop: str, status: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exited:
        main(["probe", shop, *SHORT, f"--expect={status}"])
    assert exited.value.code == 2
    assert "no HTTP status from 200 to 599" in capsys.readouterr().err


def test_without_a_time_it_runs_until_it_is_interrupted_and_tells_what_it_saw(
    shop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["probe", f"{shop}/interrupt", *SHORT[2:], "-f", "json"]) == 0
    assert figures(capsys)["sent"] >= 10


def test_a_body_tells_the_colour_too(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", shop, "--body", r"I am (\w+)", *SHORT, "-f", "json"]) == 0
    assert figures(capsys)["kept"]["last_colour"] == {"green": 2}


def test_the_site_file_says_what_to_ask_for_and_what_tells_the_colour(
    shop: str, visits: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["init"])
    site = Path("ao.yaml")
    assert "X-Ao-Colour" in site.read_text()
    site.write_text(site.read_text().replace("X-Ao-Colour", "X-Colour"))
    capsys.readouterr()
    assert main(["probe", shop, *SHORT, "-f", "json"]) == 0
    assert figures(capsys)["kept"]["last_colour"] == {"green": 2}
    assert set(visits) == {"/version"}


@pytest.mark.parametrize(
    ("url", "options", "path"),
    [
        ("", (), "/"),
        ("/shop?page=2", (), "/shop?page=2"),
        ("/shop", ("--path", "/version"), "/version"),
    ],
)
def test_the_path_comes_from_the_url_unless_it_is_given(
    url: str, options: tuple[str, ...], path: str, shop: str, visits: list[str]
) -> None:
    assert main(["probe", shop + url, *options, *SHORT]) == 0
    assert set(visits) == {path}


def test_every_fifth_kept_client_asks_for_the_slow_path(shop: str, visits: list[str]) -> None:
    load = ("--new", "0", "--kept", "5", "--interval", "0.05", "--seconds", "0.3")
    assert main(["probe", shop, *load, "--slow-path", "/slow"]) == 0
    assert 0 < visits.count("/slow") < visits.count("/")


def test_records_hold_a_line_for_every_request(
    shop: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["probe", shop, *SHORT, "--records", "seen.csv.gz", "-f", "json"]) == 0
    lines = gzip.decompress((tmp_path / "seen.csv.gz").read_bytes()).splitlines()
    assert len(lines) == figures(capsys)["sent"] + 1


@pytest.mark.parametrize(
    "wrong",
    [
        ["ftp://192.0.2.1"],
        ["192.0.2.1"],
        ["http://192.0.2.1", "--new", "0", "--kept", "0"],
        ["http://192.0.2.1", "--kept", "2", "--slow", "3", "--slow-path", "/slow"],
        ["http://192.0.2.1", "--new", "-1"],
        ["http://192.0.2.1", "--new", "nan"],
        ["http://192.0.2.1", "--kept", "1.5"],
        ["http://192.0.2.1", "--seconds", "0"],
        ["http://192.0.2.1", "--path", "version"],
        ["http://192.0.2.1", "--body", "("],
        ["http://192.0.2.1", "--body", "blue|green"],
        ["http://192.0.2.1", "--header", "X", "--body", "(x)"],
        ["https://192.0.2.1", "--http2", "--mixed"],
        ["https://192.0.2.1", "--ca", "ca.pem", "--insecure"],
    ],
)
def test_a_wrong_argument_is_told_before_anything_is_sent(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = main(["probe", *wrong])
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_server_that_cannot_be_reached_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["probe", "http://127.0.0.1:1", "--seconds", "1"]) == 3
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert "127.0.0.1:1" in told[0]
