import json

import pytest

from ao import fake
from ao.colour import Colour
from ao.errors import Changed, Forbidden, Unavailable
from ao.operations import reconcile
from ao.work import Work
from tests.unit.fake.conftest import SHOP, work_on

BLUE, GREEN = Colour


def live(work: Work) -> Colour | None:
    return work.observe().live


def test_every_call_is_kept_with_its_arguments(cloud: fake.Cloud) -> None:
    cloud.calls.clear()
    cloud.lookup.image("ao-demo")
    cloud.stacks.get("x")
    assert [(call.name, call.arguments, call.writes) for call in cloud.calls] == [
        ("lookup.image", ("ao-demo",), False),
        ("stacks.get", ("x",), False),
    ]


def test_a_call_that_fails_before_it_takes_effect_changes_nothing(
    work: Work, cloud: fake.Cloud
) -> None:
    production = work.observe().production
    assert production is not None
    cloud.faults.fail("floating_ips.point", Unavailable("no answer"))
    with pytest.raises(Unavailable, match="no answer"):
        cloud.floating_ips.point(production, None)
    assert live(work) is BLUE
    cloud.floating_ips.point(production, None)
    assert live(work) is None


def test_a_call_whose_answer_is_lost_has_taken_effect(work: Work, cloud: fake.Cloud) -> None:
    production = work.observe().production
    assert production is not None
    cloud.faults.fail("floating_ips.point", Unavailable("no answer"), after=True)
    with pytest.raises(Unavailable, match="no answer"):
        cloud.floating_ips.point(production, None)
    assert live(work) is None


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_answer_that_is_none_is_told_as_on_a_real_cloud(
    work: Work, cloud: fake.Cloud, after: bool
) -> None:
    production = work.observe().production
    assert production is not None
    cloud.faults.garble("floating_ips.point", "<html>\x1b[2J", after=after)
    with pytest.raises(Unavailable, match=r"answers to floating_ips.point .*: <html>\\x1b\[2J"):
        cloud.floating_ips.point(production, None)
    assert live(work) is (None if after else BLUE)


@pytest.mark.parametrize("error", [json.JSONDecodeError("", "<", 0), KeyError("stacks")])
def test_what_a_library_raises_at_an_answer_that_is_none_is_told_too(
    cloud: fake.Cloud, error: Exception
) -> None:
    cloud.faults.fail("stacks.get", error)
    with pytest.raises(Unavailable, match=r"cannot call stacks\.get"):
        cloud.stacks.get("x")


def test_what_somebody_else_does_wrong_meanwhile_is_no_answer(cloud: fake.Cloud) -> None:
    cloud.faults.meanwhile("stacks.get", lambda: dict[str, str]()["wrong"])
    with pytest.raises(KeyError):
        cloud.stacks.get("x")


def test_a_fault_lets_calls_pass_before_it(cloud: fake.Cloud) -> None:
    cloud.faults.fail("stacks.get", Unavailable("no answer"), skip=1)
    cloud.stacks.get("x")
    with pytest.raises(Unavailable):
        cloud.stacks.get("x")
    cloud.stacks.get("x")


def test_a_program_may_be_killed_at_its_next_write(work: Work, cloud: fake.Cloud) -> None:
    cloud.faults.kill()
    with pytest.raises(fake.Killed):
        reconcile.switch(work)
    assert cloud.calls[-1].writes
    assert live(work) is BLUE
    cloud.process.restart()
    reconcile.switch(work)
    assert live(work) is GREEN


def test_a_program_that_was_killed_changes_nothing_on_its_way_out(
    work: Work, cloud: fake.Cloud
) -> None:
    production = work.observe().production
    assert production is not None

    def cleaned_up() -> None:
        try:
            cloud.floating_ips.point(production, production.port_id, "begun")
        finally:
            cloud.floating_ips.point(production, None)

    cloud.calls.clear()
    cloud.faults.kill(after=True)
    with pytest.raises(fake.Killed):
        cleaned_up()
    assert [call.name for call in cloud.calls] == ["floating_ips.point"]
    now = work.observe().production
    assert now is not None
    assert (now.port_id, now.description) == (production.port_id, "begun")


def test_a_program_that_was_killed_at_a_look_changes_nothing_either(
    work: Work, cloud: fake.Cloud
) -> None:
    cloud.faults.kill("stacks.get")
    with pytest.raises(fake.Killed):
        cloud.stacks.get("x")
    with pytest.raises(fake.Killed):
        reconcile.switch(work)
    assert live(work) is BLUE


def test_one_that_was_killed_ends_no_other_one(work: Work, cloud: fake.Cloud) -> None:
    with pytest.raises(fake.Killed):
        cloud.process.kill()
    reconcile.switch(work_on(fake.Cloud(openstack=cloud.openstack)))
    assert live(work) is GREEN


def test_a_program_may_be_killed_at_any_call(cloud: fake.Cloud) -> None:
    cloud.faults.kill("*", skip=1)
    cloud.stacks.get("x")
    with pytest.raises(fake.Killed):
        cloud.quotas()


def test_somebody_may_act_between_a_look_and_a_write(work: Work, cloud: fake.Cloud) -> None:
    facts = work.observe()
    production = facts.production
    assert production is not None
    others = cloud.other_user
    cloud.faults.meanwhile("floating_ips.point", lambda: others.point(production.id, None))
    with pytest.raises(Changed):
        cloud.floating_ips.point(production, facts.systems[GREEN].vip_port_id)
    assert live(work) is None


def test_a_reader_is_refused_writes_and_may_look(work: Work, cloud: fake.Cloud) -> None:
    reader = fake.Cloud(openstack=cloud.openstack, reader=True)
    production = work.observe().production
    assert production is not None
    with pytest.raises(Forbidden):
        reader.floating_ips.point(production, None)
    assert live(work_on(reader)) is BLUE


def test_another_project_sees_nothing_of_the_site(work: Work, cloud: fake.Cloud) -> None:
    annex = fake.Cloud("annex", openstack=cloud.openstack)
    facts = work_on(annex).observe()
    assert (facts.stack, facts.production, facts.preview) == (None, None, None)
    assert reconcile.up(work_on(annex)).live is BLUE
    assert len(cloud.stacks.tagged(SHOP.tag)) == len(annex.stacks.tagged(SHOP.tag)) == 3


def test_the_same_seed_gives_the_same_cloud() -> None:
    clouds = [fake.Cloud(openstack=fake.OpenStack(seed=seed)) for seed in (7, 7, 8)]
    first, same, other = (reconcile.up(work_on(cloud)) for cloud in clouds)
    assert first == same
    assert first != other
