"""Aodh, as Ao knows it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ao.cloud import Alarm, Stack
from ao.colour import Colour
from ao.errors import Forbidden, NotFound
from ao.plan import alarms
from tests.contract.environment import Bench, seen
from tests.unit.samples import AUTOSCALE

GREEN = Colour.GREEN


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
    return scaled.stack(scaled.site.system_stack(GREEN))


def of(bench: Bench, stack: Stack) -> tuple[Alarm, ...]:
    """Alarms of a stack."""
    ids = {r.physical_id for r in bench.cloud.stacks.resources(stack) if r.type in alarms.TYPES}
    return tuple(alarm for alarm in bench.cloud.alarms.all() if alarm.id in ids)


def test_a_system_is_built_with_two_alarms_that_are_off(scaled: Bench, green: Stack) -> None:
    there = of(scaled, green)
    assert [(alarm.enabled, alarm.state) for alarm in there] == [(False, "insufficient data")] * 2
    assert all(f'server_group="{green.id}"' in alarm.query for alarm in there)


def test_an_alarm_is_switched_on_and_off_and_stays_what_it_is(scaled: Bench, green: Stack) -> None:
    before = of(scaled, green)
    scaled.cloud.alarms.enable(before[0], True)
    after = of(scaled, green)
    assert {it.id: it.enabled for it in after} == {before[0].id: True, before[1].id: False}
    assert {it.name for it in after} == {it.name for it in before}
    scaled.cloud.alarms.enable(before[0], False)
    assert not any(it.enabled for it in of(scaled, green))


def test_an_alarm_is_switched_on_with_another_query(scaled: Bench, green: Stack) -> None:
    there = of(scaled, green)[0]
    query = alarms.counting_from(there.query, 1_795_459_000)
    scaled.cloud.alarms.enable(there, True, query)
    assert {it.query for it in of(scaled, green) if it.enabled} == {query}
    scaled.cloud.alarms.enable(there, False, there.query)
    assert there.query in {it.query for it in of(scaled, green)}


def test_a_new_size_leaves_an_alarm_on(scaled: Bench, green: Stack) -> None:
    for alarm in of(scaled, green):
        scaled.cloud.alarms.enable(alarm, True)
    scaled.repair(green)
    assert all(it.enabled for it in of(scaled, green))
    for alarm in of(scaled, green):
        scaled.cloud.alarms.enable(alarm, False)


def test_the_load_of_its_servers_is_measured(scaled: Bench, green: Stack) -> None:
    rule, site = AUTOSCALE.out, scaled.site
    promql = alarms.promql(rule, site, GREEN, vcpus=1).replace("$AO_GROUP", green.id)
    load = scaled.clock.until(
        lambda: seen(scaled.cloud.metrics.query(promql)),
        what="a measure of its load",
        deadline=rule.lasting + 60,
    )
    assert 0 <= load <= 1.1


def test_the_last_signal_that_changed_a_size_is_told_and_none_that_did_not(
    scaled: Bench, green: Stack
) -> None:
    scaled.other_user.signal(green.name, "scale_in")
    assert scaled.cloud.stacks.last_signal(green) is None
    scaled.other_user.signal(green.name, "scale_out")
    signal = scaled.clock.until(
        lambda: seen(scaled.cloud.stacks.last_signal(green)), what="the group to grow", deadline=90
    )
    assert signal.resource == "scale_out"
    assert signal.at > green.updated_at
    assert scaled.reader.stacks.last_signal(green) == signal
    scaled.repair(green)


def test_a_reader_sees_alarms_and_switches_none(scaled: Bench, green: Stack) -> None:
    there = of(scaled, green)
    assert set(there) <= set(scaled.reader.alarms.all())
    with pytest.raises(Forbidden):
        scaled.reader.alarms.enable(there[0], True)


def test_another_project_sees_none_of_them(scaled: Bench, green: Stack) -> None:
    ids = {alarm.id for alarm in of(scaled, green)}
    assert not ids & {alarm.id for alarm in scaled.annex.alarms.all()}


def test_an_alarm_that_is_gone_is_not_found(scaled: Bench, green: Stack) -> None:
    gone = replace(of(scaled, green)[0], id="00000000-0000-0000-0000-000000000000")
    with pytest.raises(NotFound):
        scaled.cloud.alarms.enable(gone, True)


def test_an_alarm_that_somebody_deleted_is_made_anew_and_off(scaled: Bench, green: Stack) -> None:
    gone = of(scaled, green)[0]
    scaled.other_user.delete_alarm(gone.id)
    assert len(of(scaled, green)) == 1
    (lost,) = (it for it in scaled.cloud.stacks.resources(green) if it.physical_id == gone.id)
    scaled.cloud.stacks.mark_unhealthy(lost, "Aodh has lost it")
    scaled.repair(green)
    there = of(scaled, green)
    assert [it.enabled for it in there] == [False, False]
    assert gone.id not in {it.id for it in there}


def test_alarms_go_with_their_stack(scaled: Bench, green: Stack) -> None:
    ids = {alarm.id for alarm in of(scaled, green)}
    assert ids
    scaled.delete(green.name)
    assert not ids & {alarm.id for alarm in scaled.cloud.alarms.all()}
