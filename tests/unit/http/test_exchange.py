"""Exchanges with servers that are not ours."""

from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.http import exchange
from ao.http.exchange import Unanswered
from tests.unit.hostile import HTTP1_PIECES, Kind, once, serving, whole
from tests.unit.probe import certificate

LIMIT = 1_000


def ask(place: str, *, keep: int = LIMIT) -> exchange.Answer:
    request = exchange.request("GET", f"http://{place}/")
    return exchange.exchange(request, 20, keep=keep, longest=LIMIT, proxied=False)


def test_so_much_of_a_body_is_kept_as_was_asked_for() -> None:
    with serving(Kind(once(whole(b"x" * LIMIT)), "")) as place:
        assert ask(place, keep=10).body == b"x" * 10
        assert ask(place).body == b"x" * LIMIT


def test_a_longer_body_is_no_answer() -> None:
    with (
        serving(Kind(once(whole(b"x" * (LIMIT + 1))), "")) as place,
        pytest.raises(Unanswered, match="a body of more than"),
    ):
        ask(place)


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("127.0.0.1:1", "^Connection refused$"),
        ("name.invalid", "^(Name or service not known|Temporary failure in name resolution)$"),
    ],
)
def test_why_there_is_no_connection_is_told_in_the_systems_words(place: str, why: str) -> None:
    with pytest.raises(Unanswered, match=why):
        ask(place)


@pytest.mark.parametrize("url", ["http://shop.example:99999", "http://[::bad", "http://\x00"])
def test_a_url_that_is_none_is_told_before_anybody_is_asked(url: str) -> None:
    with pytest.raises(httpx.InvalidURL):
        exchange.request("GET", url)


@pytest.mark.parametrize("proxied", [True, False])
def test_authorities_are_those_that_the_environment_names(
    proxied: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = tmp_path / "trusted.pem"
    trusted.write_text(certificate.public())
    monkeypatch.setenv("no_proxy", "*")
    with serving(Kind(once(whole(b"ok")), ""), tls=certificate.context("http/1.1")) as place:
        request = exchange.request("GET", f"https://{place.replace('127.0.0.1', 'localhost')}/")
        with pytest.raises(Unanswered, match="an authority that is not trusted here"):
            exchange.exchange(request, 20, keep=LIMIT, longest=LIMIT, proxied=proxied)
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        answer = exchange.exchange(request, 20, keep=LIMIT, longest=LIMIT, proxied=proxied)
        assert answer.body == b"ok"


def test_whatever_comes_ends_in_an_answer_or_in_the_reason_why_there_is_none() -> None:
    sent: list[bytes] = []

    @given(
        st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n"]),
        st.lists(st.sampled_from(HTTP1_PIECES) | st.binary(max_size=20), max_size=12),
    )
    def ends(begin: bytes, pieces: list[bytes]) -> None:
        sent[:] = [begin, *pieces]
        try:
            told = f"HTTP {ask(place).status}"
        except Unanswered as error:
            told = str(error)
        assert told.isprintable()
        assert told not in {"", "HTTP 101"}

    with serving(Kind(lambda: iter([*sent]), "")) as place:
        ends()
