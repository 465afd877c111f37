"""A site's life: built, released to, switched, deleted."""

from dataclasses import replace

from ao import fake
from ao.colour import Colour
from ao.operations import reconcile
from ao.site import Site
from ao.work import Work
from tests.unit.operations.sites import Visitor, start, state, told, writes

BLUE, GREEN = Colour


def test_one_action_builds_both_systems_and_makes_blue_live(site: Site) -> None:
    work = start(site)
    facts = reconcile.up(work)
    whole = ("1.0", 2, 2, None)
    assert state(facts) == (BLUE, GREEN, None, {BLUE: whole, GREEN: whole})
    assert told(work, "production") == ("blue", "1.0")
    assert told(work, "preview") == ("green", "1.0")


def test_building_a_whole_site_again_writes_nothing(work: Work) -> None:
    before = len(writes(work.cloud))
    reconcile.up(work)
    assert len(writes(work.cloud)) == before


def test_a_version_goes_to_the_standby_and_production_serves_meanwhile(work: Work) -> None:
    visitor = Visitor(work)
    facts = reconcile.deploy(visitor.watch(), "2.0")
    assert facts.live is BLUE
    assert told(work, "preview") == ("green", "2.0")
    assert set(visitor.seen) == {"blue"}


def test_a_deploy_replaces_every_server_of_the_standby_and_none_of_the_live(work: Work) -> None:
    before = work.observe().systems
    after = reconcile.deploy(work, "2.0").systems
    assert after[BLUE].servers == before[BLUE].servers
    assert not {s.id for s in before[GREEN].servers} & {s.id for s in after[GREEN].servers}


def test_production_moves_to_the_new_version_and_back(work: Work) -> None:
    reconcile.deploy(work, "2.0")
    assert state(reconcile.switch(work))[:3] == (GREEN, BLUE, None)
    assert told(work, "production") == ("green", "2.0")
    assert told(work, "preview") == ("blue", "1.0")
    assert state(reconcile.switch(work))[:3] == (BLUE, GREEN, None)
    assert told(work, "production") == ("blue", "1.0")


def test_production_answers_at_every_moment_of_a_switch(work: Work) -> None:
    visitor = Visitor(work)
    watched = visitor.watch()
    reconcile.switch(watched)
    watched.clock.sleep(1)
    assert set(visitor.seen) <= {"blue", "green"}
    assert visitor.seen[-1] == "green"


def test_a_switch_to_a_named_system_may_be_said_twice(work: Work) -> None:
    first = reconcile.switch(work, GREEN)
    before = len(writes(work.cloud))
    assert state(reconcile.switch(work, GREEN)) == state(first)
    assert len(writes(work.cloud)) == before


def test_tearing_down_leaves_nothing_and_may_be_said_twice(work: Work) -> None:
    reconcile.down(work, frozenset(Colour))
    assert work.cloud.stacks.tagged(work.site.tag) == ()
    assert work.cloud.floating_ips.all() == ()
    assert work.cloud.load_balancers.all() == ()
    reconcile.down(work, frozenset(Colour))


def test_the_standby_may_be_deleted_and_is_built_again(work: Work) -> None:
    visitor = Visitor(work)
    facts = reconcile.down(visitor.watch(), frozenset([GREEN]))
    assert (facts.live, facts.has(GREEN)) == (BLUE, False)
    assert set(visitor.seen) == {"blue"}
    assert state(reconcile.up(work))[:3] == (BLUE, GREEN, None)


def test_the_size_that_a_group_was_scaled_to_survives_a_deploy(work: Work) -> None:
    work.cloud.other_user.signal(work.site.system_stack(GREEN), "scale_out")
    work.clock.sleep(60)
    assert work.observe().systems[GREEN].size == 3
    assert reconcile.deploy(work, "2.0").systems[GREEN].size == 3


def test_two_sites_of_a_project_do_not_touch_each_other(work: Work) -> None:
    second = replace(work, site=replace(work.site, name="shop-2"))
    before = state(work.observe())
    reconcile.up(second)
    reconcile.deploy(second, "9.0")
    reconcile.switch(second)
    reconcile.down(second, frozenset(Colour))
    assert state(work.observe()) == before


def test_the_same_site_in_another_project_is_another_site(work: Work) -> None:
    annex = replace(work, cloud=fake.Cloud("annex", openstack=work.cloud.openstack))
    before = state(work.observe())
    assert annex.observe().stack is None
    reconcile.up(annex)
    reconcile.down(annex, frozenset(Colour))
    assert state(work.observe()) == before
