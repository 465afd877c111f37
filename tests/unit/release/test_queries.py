"""Queries of the watch, which are asked before production moves."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from ao import release
from ao.colour import Colour
from ao.errors import ConfigError
from ao.journal import Stage
from ao.site.watch import Access, Query
from ao.work import Work
from tests.unit.operations.sites import writes
from tests.unit.release.releases import Listener, journal, options, outcome, released, ruled

BLUE, GREEN = Colour
PLAIN = Access()


@contextmanager
def prometheus() -> Iterator[tuple[str, list[str], list[str]]]:
    """Where one is, what it was asked, and the queries that it cannot read."""
    asked: list[str] = []
    wrong: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)["query"][0]
            asked.append(query)
            bad = query in wrong
            self.send_response(400 if bad else 200)
            self.end_headers()
            answer: dict[str, object] = {
                "status": "success",
                "data": {"resultType": "vector", "result": []},
            }
            if bad:
                answer = {"status": "error", "errorType": "bad_data", "error": "parse error"}
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked, wrong
        server.shutdown()
        thread.join()


def watched(
    work: Work,
    url: str,
    query: str = 'sum(errors{colour="$AO_COLOUR"})',
    access: Access = PLAIN,
) -> Work:
    figure = Query(
        name="errors", url=url, query=query, above=1.0, below=None, lasting=5.0, access=access
    )
    keys = ("query", "token_env")
    site = replace(work.site, places={f"watch.prometheus.0.{key}": "ao.yaml:40" for key in keys})
    watch = replace(site.watch, length=10.0, queries=(figure,))
    return ruled(replace(work, site=site), watch=watch)


def test_a_query_that_cannot_be_read_stops_a_release_before_anything_is_built(work: Work) -> None:
    with prometheus() as (url, _, wrong):
        wrong.append("sum(errors{")
        before = len(writes(work.cloud))
        with pytest.raises(ConfigError, match=r"ao\.yaml:40: watch\.prometheus\.0\.query: .*parse"):
            released(watched(work, url, "sum(errors{"))
        stacks = [name for name in writes(work.cloud)[before:] if name.startswith("stacks.")]
    assert stacks == []
    assert work.observe().live is BLUE
    assert not [it for it in journal(work).operations() if it.act == "release"]


def test_a_token_that_is_not_set_stops_a_release_before_anything_is_built(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROM_TOKEN", raising=False)
    with prometheus() as (url, asked, _):
        there = watched(work, url, access=Access(token_env="PROM_TOKEN"))
        before = len(writes(work.cloud))
        with pytest.raises(ConfigError, match=r"ao\.yaml:40: watch\.prometheus\.0\.token_env: "):
            released(there)
        assert (len(writes(work.cloud)), asked) == (before, [])
        monkeypatch.setenv("PROM_TOKEN", "hunter22")
        there = released(there, until=Stage.CHECK)
        monkeypatch.delenv("PROM_TOKEN")
        with pytest.raises(ConfigError, match="is not set"):
            release.resume(there, options(there))
    assert work.observe().live is BLUE


def test_a_token_is_said_to_prometheus_and_to_nobody_else(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROM_TOKEN", "hunter22")
    listener = Listener()
    with prometheus() as (url, asked, _):
        there = watched(work, url, access=Access(token_env="PROM_TOKEN"))
        released(replace(there, progress=listener))
    assert asked
    kept = [work.cloud.software_configs.read(it) for it in work.cloud.software_configs.all("")]
    assert kept
    assert "hunter22" not in "".join([*kept, *map(str, listener.notes)])


def test_each_query_is_asked_for_the_system_that_is_to_become_live(work: Work) -> None:
    with prometheus() as (url, asked, _):
        listener = Listener()
        released(replace(watched(work, url), progress=listener), until=Stage.DEPLOY)
    assert asked == ['sum(errors{colour="green"})']
    assert [note for note in listener.notes if "errors (Prometheus) has no figure before" in note]


def test_a_release_that_goes_on_does_not_move_production_with_a_query_that_became_wrong(
    work: Work,
) -> None:
    with prometheus() as (url, _, wrong):
        work = released(watched(work, url), until=Stage.CHECK)
        wrong.append('sum(errors{colour="green"})')
        with pytest.raises(ConfigError, match="Production was not moved"):
            release.resume(work, options(work))
        assert work.observe().live is BLUE
        wrong.clear()
        release.resume(work, options(work))
    assert work.observe().live is GREEN
    assert outcome(work) == "released"


def test_a_prometheus_that_does_not_answer_stops_no_release(work: Work) -> None:
    released(watched(work, "http://127.0.0.1:1"))
    assert work.observe().live is GREEN
