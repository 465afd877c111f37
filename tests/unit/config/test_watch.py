import pytest
import yaml
from pydantic import ValidationError

from ao.config.watch import WatchSection
from ao.site.watch import LatencyLimit, Query, Watch


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
