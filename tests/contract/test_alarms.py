"""Alarms of Aodh, which signal a system's scaling policies: how Ao reads and switches them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ao.clock import Ready, Waiting
from ao.cloud import Alarm, Cloud, Resource, Signal, Stack
from ao.colour import Colour
from ao.errors import Forbidden, NotFound
from ao.plan import alarms
from tests.contract.environment import Bench
from tests.unit.samples import AUTOSCALE

GREEN = Colour.GREEN
NOT_EVALUATED = "insufficient data"
"""State of an alarm that has not been evaluated yet."""
NO_ID = "00000000-0000-0000-0000-000000000000"
MOMENT = 1_795_459_000
"""A moment in seconds since 1970."""


@pytest.fixture(scope="module")
def scaled(bench: Bench) -> Iterator[Bench]:
    """The same project, for a site with autoscaling: its green system has one server."""
    if not {"alarming", "metric-storage"} <= bench.cloud.lookup.services():
        pytest.skip("the cloud has no Aodh with Prometheus")
    scaled = replace(bench, site=replace(bench.site, autoscale=AUTOSCALE))
    name = scaled.site.system_stack(GREEN)
    try:
        stack = scaled.create_system(GREEN)
        assert not stack.failed, stack.reason
        yield scaled
    finally:
        scaled.delete(name)


@pytest.fixture
def green(scaled: Bench) -> Stack:
    """The stack of the green system."""
    return scaled.stack(scaled.site.system_stack(GREEN))


@pytest.fixture
def out(scaled: Bench, green: Stack) -> Iterator[Alarm]:
    """The alarm on which servers come. Both alarms are off before and after a test."""
    yield alarm_called(scaled, green, alarms.OUT)
    for alarm in alarms_of(scaled, green):
        scaled.cloud.alarms.enable(alarm, enabled=False)


def resources_of(bench: Bench, stack: Stack) -> tuple[Resource, ...]:
    """The resources of a stack that are alarms."""
    return tuple(it for it in bench.cloud.stacks.resources(stack) if it.type in alarms.TYPES)


def alarms_of(bench: Bench, stack: Stack) -> tuple[Alarm, ...]:
    """The alarms of a stack that Aodh has."""
    ids = {resource.physical_id for resource in resources_of(bench, stack)}
    return tuple(alarm for alarm in bench.cloud.alarms.all() if alarm.id in ids)


def alarm_called(bench: Bench, stack: Stack, names: frozenset[str]) -> Alarm:
    """The alarm of a stack whose resource has one of these names, as Aodh has it now."""
    (id_,) = (it.physical_id for it in resources_of(bench, stack) if it.name in names)
    return now(bench, id_)


def now(bench: Bench, id_: str) -> Alarm:
    """An alarm as Aodh has it now."""
    (alarm,) = (alarm for alarm in bench.cloud.alarms.all() if alarm.id == id_)
    return alarm


def await_signal(bench: Bench, stack: Stack) -> Signal:
    """Wait until a signal has changed the size of a stack's group."""

    def look() -> Ready[Signal] | Waiting:
        signal = bench.cloud.stacks.last_signal(stack)
        return Ready(signal) if signal else Waiting("no signal did")

    return bench.clock.until(look, what="a signal to change the group's size", deadline=90)


def await_value(bench: Bench, promql: str, deadline: float) -> float:
    """Wait until a query has a value."""

    def look() -> Ready[float] | Waiting:
        value = bench.cloud.metrics.query(promql)
        return Waiting("it has none") if value is None else Ready(value)

    return bench.clock.until(look, what="a value of the query", deadline=deadline)


def test_an_alarm_is_found_by_its_id_alone(scaled: Bench, out: Alarm) -> None:
    found = scaled.cloud.alarms.get(out.id)
    assert found is not None
    assert (found.id, found.name, found.query) == (out.id, out.name, out.query)
    assert scaled.cloud.alarms.get(NO_ID) is None


def test_a_system_is_built_with_two_alarms_that_are_off(scaled: Bench, green: Stack) -> None:
    there = alarms_of(scaled, green)
    assert len(there) == 2
    assert not any(alarm.enabled for alarm in there)
    assert {alarm.state for alarm in there} == {NOT_EVALUATED}


def test_the_query_of_an_alarm_asks_for_the_servers_of_its_stack(
    scaled: Bench, green: Stack
) -> None:
    assert all(f'server_group="{green.id}"' in it.query for it in alarms_of(scaled, green))


def test_an_alarm_is_switched_on_and_off_alone(scaled: Bench, green: Stack, out: Alarm) -> None:
    scaled.cloud.alarms.enable(out, enabled=True)
    assert [it.id for it in alarms_of(scaled, green) if it.enabled] == [out.id]
    scaled.cloud.alarms.enable(out, enabled=False)
    assert not any(it.enabled for it in alarms_of(scaled, green))


def test_an_alarm_that_is_switched_on_keeps_its_name_and_its_query(
    scaled: Bench, out: Alarm
) -> None:
    scaled.cloud.alarms.enable(out, enabled=True)
    assert (now(scaled, out.id).name, now(scaled, out.id).query) == (out.name, out.query)


def test_an_alarm_may_get_another_query_as_it_is_switched(scaled: Bench, out: Alarm) -> None:
    later = alarms.counting_from(out.query, MOMENT)
    scaled.cloud.alarms.enable(out, enabled=True, query=later)
    assert now(scaled, out.id).query == later
    scaled.cloud.alarms.enable(out, enabled=False, query=out.query)
    assert now(scaled, out.id).query == out.query


def test_an_alarm_that_is_on_already_is_left_as_it_is(scaled: Bench, out: Alarm) -> None:
    scaled.cloud.alarms.enable(out, enabled=True)
    later = alarms.counting_from(out.query, MOMENT)
    scaled.cloud.alarms.enable(out, enabled=True, query=later)
    assert now(scaled, out.id).query == out.query


def test_an_update_of_the_stack_leaves_an_alarm_on(scaled: Bench, green: Stack, out: Alarm) -> None:
    scaled.cloud.alarms.enable(out, enabled=True)
    scaled.repair(green)
    assert now(scaled, out.id).enabled


def test_the_load_of_a_systems_servers_is_measured(scaled: Bench, green: Stack) -> None:
    rule = AUTOSCALE.out
    promql = alarms.promql(rule, scaled.site, GREEN, vcpus=1).replace("$AO_GROUP", green.id)
    assert 0 <= await_value(scaled, promql, deadline=rule.lasting + 60) <= 1.1


def test_a_signal_that_changes_no_size_is_not_told(scaled: Bench, green: Stack) -> None:
    scaled.other_user.signal(green.name, "scale_in")
    assert scaled.cloud.stacks.last_signal(green) is None


def test_the_last_signal_that_changed_a_size_is_told_to_everybody(
    scaled: Bench, green: Stack
) -> None:
    scaled.other_user.signal(green.name, "scale_out")
    signal = await_signal(scaled, green)
    assert signal.resource == "scale_out"
    assert signal.at > green.updated_at
    assert scaled.reader.stacks.last_signal(green) == signal
    scaled.repair(green)


def test_a_reader_sees_alarms_and_switches_none(scaled: Bench, green: Stack, out: Alarm) -> None:
    assert set(alarms_of(scaled, green)) <= set(scaled.reader.alarms.all())
    with pytest.raises(Forbidden):
        scaled.reader.alarms.enable(out, enabled=True)


def test_another_project_sees_none_of_them(scaled: Bench, out: Alarm) -> None:
    assert out.id not in ids(scaled.annex)


def test_an_alarm_that_is_gone_is_not_found(scaled: Bench, out: Alarm) -> None:
    with pytest.raises(NotFound):
        scaled.cloud.alarms.enable(replace(out, id=NO_ID), enabled=True)


def test_an_alarm_that_somebody_deleted_is_made_anew_and_off(scaled: Bench, green: Stack) -> None:
    gone = alarm_called(scaled, green, alarms.OUT)
    scaled.other_user.delete_alarm(gone.id)
    assert gone.id not in ids(scaled.cloud)
    (lost,) = (it for it in resources_of(scaled, green) if it.physical_id == gone.id)
    scaled.cloud.stacks.mark_unhealthy(lost, "Aodh has lost it")
    scaled.repair(green)
    new = alarm_called(scaled, green, alarms.OUT)
    assert new.id != gone.id
    assert not new.enabled


def test_alarms_go_with_their_stack(scaled: Bench, green: Stack) -> None:
    before = {alarm.id for alarm in alarms_of(scaled, green)}
    assert before
    scaled.delete(green.name)
    assert not before & ids(scaled.cloud)


def ids(cloud: Cloud) -> set[str]:
    """IDs of the alarms that a user of the cloud sees."""
    return {alarm.id for alarm in cloud.alarms.all()}
