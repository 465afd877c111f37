"""What a site's rules are to Aodh."""

from dataclasses import replace

import pytest

from ao.cloud import Alarm
from ao.colour import Colour
from ao.errors import NotFound
from ao.message.translation import spoken
from ao.plan import alarms
from ao.site.autoscale import Engine, Limit
from tests.unit.samples import AUTOSCALE, SITE

PROMETHEUS, GNOCCHI = frozenset({"alarming", "metric-storage"}), frozenset({"alarming", "metric"})
SCALED = replace(SITE, autoscale=AUTOSCALE)
QUERY = replace(AUTOSCALE.out, query="sum(rate(hits{colour='$AO_COLOUR'}[1m]))", threshold=9.0)


@pytest.mark.parametrize(
    ("services", "found"),
    [
        (PROMETHEUS, Engine.PROMETHEUS),
        (GNOCCHI, Engine.GNOCCHI),
        (PROMETHEUS | GNOCCHI, Engine.PROMETHEUS),
    ],
)
def test_the_catalogue_tells_the_engine(services: frozenset[str], found: Engine) -> None:
    assert alarms.engine(AUTOSCALE, services) is found


@pytest.mark.parametrize("services", [frozenset(), {"alarming"}, {"metric-storage"}])
def test_half_a_chain_is_none(services: frozenset[str]) -> None:
    with pytest.raises(NotFound, match="cannot evaluate load"):
        alarms.engine(AUTOSCALE, frozenset(services))


def test_an_engine_that_is_named_must_be_there() -> None:
    with pytest.raises(NotFound, match="alarming and metric"):
        alarms.engine(replace(AUTOSCALE, engine=Engine.GNOCCHI), PROMETHEUS)


def test_a_query_needs_prometheus() -> None:
    with pytest.raises(NotFound, match="a query needs Prometheus"):
        alarms.engine(replace(AUTOSCALE, out=QUERY), GNOCCHI)


def test_cpu_load_is_the_mean_of_the_groups_servers_for_each_processor() -> None:
    text = alarms.promql(AUTOSCALE.out, SCALED, Colour.BLUE, vcpus=2)
    assert text.startswith(
        'avg(rate(ceilometer_cpu{server_group="$AO_GROUP"}[60s])) / 1000000000 / 2 and '
    )


def test_cpu_load_is_nothing_unless_measured_lately_and_before_its_time() -> None:
    text = alarms.promql(AUTOSCALE.inward, SCALED, Colour.BLUE, vcpus=1)
    measured = 'avg(last_over_time(ceilometer_cpu{server_group="$AO_GROUP"}[150s]'
    assert text.endswith(f" and {measured})) and {measured} offset 300s))")


def test_a_query_holds_for_all_of_its_time() -> None:
    text = alarms.promql(QUERY, SCALED, Colour.GREEN, vcpus=1)
    values = "(sum(rate(hits{colour='green'}[1m])))[60s:15s]"
    assert text == f"min_over_time({values}) and count_over_time({values}) >= 4"
    below = replace(QUERY, limit=Limit.BELOW)
    assert alarms.promql(below, SCALED, Colour.GREEN, vcpus=1).startswith("max_over_time(")


def test_gnocchi_compares_the_cpu_time_of_one_measure() -> None:
    told = alarms.parameters(SCALED, Colour.BLUE, Engine.GNOCCHI, vcpus=2)
    assert told["out_threshold"] == pytest.approx(0.7 * 300 * 2 * 1e9)
    assert (told["out_periods"], told["in_periods"]) == (2, 2)


def test_servers_come_and_go_as_the_rules_say() -> None:
    rules = replace(AUTOSCALE, inward=replace(AUTOSCALE.inward, by=2), cooldown=90.0)
    told = alarms.parameters(replace(SITE, autoscale=rules), Colour.BLUE, Engine.PROMETHEUS, 1)
    assert (told["out_by"], told["in_by"], told["cooldown"]) == (1, -2, 90)
    assert (told["out_limit"], told["in_limit"]) == ("gt", "lt")


def test_a_query_has_a_value_from_its_moment_on() -> None:
    once = alarms.counting_from("up", 100)
    assert [alarms.counts_at(once, moment) for moment in (99, 100, 101)] == [False, True, True]
    assert alarms.counts_at("up", 0)


def test_without_autoscaling_the_template_is_told_nothing() -> None:
    assert alarms.parameters(SITE, Colour.BLUE, Engine.NONE, 1) == {}


def test_a_query_counts_from_a_moment_and_later_from_another_one() -> None:
    once = alarms.counting_from("min(up) >= 4", 1_795_459_000.2)
    assert once == "min(up) >= 4 and on() vector(time()) > 1795459001"
    assert alarms.counting_from(once, 1_795_460_000) == (
        "min(up) >= 4 and on() vector(time()) > 1795460000"
    )


@pytest.mark.parametrize("moment", ["abc", "1e300", "nan", "-1", "9" * 5000, "٣", "²", " 1"])
def test_a_query_that_somebody_wrote_by_hand_is_read_whatever_it_says(moment: str) -> None:
    assert alarms.counts_at(f"up{alarms.SINCE}{moment}", 1e9) in (True, False)


ALARM = Alarm(id="1", name="out", enabled=True, state="alarm", reason="")


@pytest.mark.parametrize(
    ("alarm", "english", "japanese"),
    [
        (ALARM, "alarm", "しきい値超過"),
        (replace(ALARM, enabled=False), "off", "オフ"),
        (None, "lost", "消失"),
        (replace(ALARM, state="a state of tomorrow"), "a state of tomorrow", "a state of tomorrow"),
    ],
)
def test_the_state_of_an_alarm_is_told_in_a_word(
    alarm: Alarm | None, english: str, japanese: str
) -> None:
    assert alarms.state(alarm) == english
    assert spoken(alarms.state(alarm), "ja") == japanese
