import re
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from ao import config
from ao.config.watch import WatchSection
from ao.errors import ConfigError
from ao.site.watch import Access, LatencyLimit, Query, Watch
from tests.unit.probe import certificate


def section(text: str) -> WatchSection:
    return WatchSection.model_validate(yaml.safe_load(text))


def test_a_watch_is_read_with_its_queries() -> None:
    text = """
    for: 20m
    interval: 10s
    forgive: 20s
    requests: 100
    error_rate: 0.5%
    latency_p95: 2x
    members: false
    checks: true
    prometheus:
    - {name: errors, url: "http://prom:9090", query: errors, above: 0.05, for: 30s}
    - {name: orders, url: "http://prom:9090", query: orders, below: 1}
    missing: breach
    """
    errors = Query(
        name="errors", url="http://prom:9090", query="errors", above=0.05, below=None, lasting=30
    )
    orders = Query(
        name="orders", url="http://prom:9090", query="orders", above=None, below=1, lasting=20
    )
    assert section(text).value() == Watch(
        length=1200,
        interval=10,
        lasting=20,
        requests=100,
        error_rate=0.005,
        latency_p95=LatencyLimit(factor=2),
        members=False,
        checks=True,
        queries=(errors, orders),
        missing_breaches=True,
    )


def test_without_a_word_losses_and_servers_are_watched_for_ten_minutes() -> None:
    watch = WatchSection().value()
    assert (watch.length, watch.error_rate, watch.members) == (600, 0.01, True)
    assert (watch.latency_p95, watch.checks, watch.queries) == (None, False, ())


def test_a_watch_of_the_error_rate_may_be_left_out() -> None:
    assert section("{error_rate: null}").value().error_rate is None


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("2x", LatencyLimit(factor=2)),
        ("1.5x", LatencyLimit(factor=1.5)),
        ("500ms", LatencyLimit(seconds=0.5)),
        ("2s", LatencyLimit(seconds=2)),
    ],
)
def test_latency_is_limited_by_a_multiple_or_a_time(text: str, limit: LatencyLimit) -> None:
    assert WatchSection.model_validate({"latency_p95": text}).value().latency_p95 == limit


QUERY = "name: a, url: 'http://ops:hunter2@prom', query: up"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{error_rate: 1}", "1 is not a percentage such as 1% or 0.5%; write 1%"),
        ("{error_rate: 0.01}", "0.01 is not a percentage such as 1% or 0.5%; write 1%"),
        ("{error_rate: 101%}", "less than or equal to 1"),
        ("{latency_p95: 2}", "neither a multiple such as 2x nor a time"),
        ("{latency_p95: twice}", "neither a multiple such as 2x nor a time"),
        ("{interval: 0s}", "greater than 0"),
        ("{requests: 0}", "greater than or equal to 1"),
        (f"{{prometheus: [{{{QUERY}}}]}}", "give `above` or `below`"),
        (f"{{prometheus: [{{{QUERY}, above: 1}}, {{{QUERY}, below: 1}}]}}", "two queries are"),
        ("{prometheus: [{name: a, url: prom:9090, query: up, above: 1}]}", "not an http"),
        ("{missing: ignore}", "'tell' or 'breach'"),
        ("{length: 10m}", "Extra inputs"),
    ],
)
def test_what_is_no_watch_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        section(text)


def asking(**keys: object) -> WatchSection:
    query = {"name": "a", "url": "https://prom", "query": "up", "above": 1, **keys}
    return WatchSection.model_validate({"prometheus": [query]})


def test_a_query_tells_how_its_prometheus_lets_itself_be_asked(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(certificate.public())
    query = {"name": "a", "url": "https://prom", "query": "up", "above": 1}
    keys = {"ca": "ca.pem", "token_env": "PROM_TOKEN", "headers_env": {"X-Scope-OrgID": "TENANT"}}
    read = WatchSection.model_validate(
        {"prometheus": [{**query, **keys}]}, context={"folder": tmp_path}
    )
    (found,) = read.value().queries
    assert found.access == Access(
        ca=certificate.public(), token_env="PROM_TOKEN", headers_env={"X-Scope-OrgID": "TENANT"}
    )


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"token_env": "A", "token_file": "a"}, "give token_env or token_file, not both"),
        ({"token_env": "A", "url": "https://ops:hunter2@prom"}, "a request has one Authorization"),
        ({"token_env": "A", "headers_env": {"authorization": "B"}}, "has one Authorization"),
        ({"headers_env": {"Authorization": "A"}, "url": "https://a:b@prom"}, "one Authorization"),
        ({"headers_env": {"Host": "A"}}, "'Host' is no header field that a request can be given"),
        ({"headers_env": {"X-A\r\nX-B": "A"}}, "is no header field"),
        ({"headers_env": {"X-A": "A", "x-a": "B"}}, "two header fields are called 'x-a'"),
        ({"token_env": "A", "url": "http://prom"}, "token_env names would go over the network in"),
        ({"token_file": "a", "url": "http://192.0.2.1:9090"}, "in the clear; write a URL that"),
        ({"headers_env": {"X-Api-Key": "A"}, "url": "http://prom"}, "what X-Api-Key names would"),
        ({"headers_env": {"Authorization": "A"}, "url": "http://localhost.example"}, "the clear"),
        ({"ca": "none.pem"}, "cannot read none.pem: No such file"),
    ],
)
def test_a_login_that_cannot_be_is_refused(keys: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        asking(**keys)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9090", "http://[::1]:9090", "http://localhost"])
def test_a_token_may_go_in_the_clear_within_this_machine(url: str) -> None:
    assert asking(url=url, token_env="PROM_TOKEN").value().queries[0].access.token_env


def test_a_tenant_may_go_in_the_clear() -> None:
    assert asking(url="http://mimir", headers_env={"X-Scope-OrgID": "TENANT"}).value().queries


@pytest.mark.parametrize("text", ["", "no certificate", "-----BEGIN PRIVATE KEY-----\nAAAA", "青"])
def test_an_authority_without_a_certificate_is_refused_and_not_repeated(
    text: str, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text(text)
    query = {"name": "a", "url": "https://prom", "query": "up", "above": 1, "ca": "ca.pem"}
    with pytest.raises(ValidationError, match=r"ca\.pem holds no certificates in PEM form"):
        WatchSection.model_validate({"prometheus": [query]}, context={"folder": tmp_path})


def test_an_authority_needs_https(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(certificate.public())
    query = {"name": "a", "url": "http://prom", "query": "up", "above": 1, "ca": "ca.pem"}
    with pytest.raises(ValidationError, match="`ca` needs a URL that begins with https://"):
        WatchSection.model_validate({"prometheus": [query]}, context={"folder": tmp_path})


@pytest.mark.parametrize(
    "more",
    [
        'token_env: "Bearer hunter22"',
        "token_env: 123456",
        'headers_env: {X-Scope: "hunter22 hunter22"}',
        "headers_env: {X-Scope: 123456}",
        "headers_env: {Authorization: Bearer hunter22}",
    ],
)
def test_a_value_in_place_of_its_variable_is_refused_with_its_line_and_not_repeated(
    more: str, tmp_path: Path
) -> None:
    shop = Path(__file__).parents[3] / "examples" / "shop"
    (tmp_path / "user-data.sh").write_text("VERSION='$AO_VERSION'\n")
    (tmp_path / "ao.yaml").write_text(
        (shop / "ao.yaml").read_text()
        + "watch:\n  prometheus:\n"
        + f"  - {{name: a, url: 'https://prom', query: up, above: 1, {more}}}\n"
    )
    with pytest.raises(ConfigError) as told:
        config.load(tmp_path / "ao.yaml")
    assert "the name of a variable of the environment, never its value" in str(told.value)
    assert re.search(r"ao\.yaml:\d+: watch\.prometheus\.0\.", str(told.value))
    assert "hunter" not in str(told.value)
    assert "123456" not in str(told.value)
