"""All sites of a project at a glance."""

from dataclasses import replace

import pytest

from ao import fake, lock
from ao.cloud import Template
from ao.colour import Colour
from ao.errors import Forbidden, NotAuthenticated, QuotaExceeded, Unavailable
from ao.journal import Ask, Asked, Begun, Journal, StepBegun, StepEnded
from ao.operations import operations, reconcile
from ao.operations.overview import Glance, Overview, overview
from ao.site import Method, Site
from ao.work import Work
from tests.unit.operations.sites import SITES, built, deployed, start

BLUE, GREEN = Colour


def only(found: Overview) -> Glance:
    assert not found.unknown
    (glance,) = found.sites
    return glance


def tagged(work: Work, name: str, *tags: str) -> None:
    """Somebody's stack with tags of their own."""
    work.cloud.stacks.create(name, Template(body="resources: {}"), {}, frozenset(tags), 60.0)


def beside(work: Work, number: int) -> Site:
    """Another site, whose networks are its own."""
    cidrs = {colour: f"10.{50 + number}.{n}.0/24" for n, colour in enumerate(Colour)}
    group = replace(work.site.group, size=1)
    return replace(work.site, name=f"{work.site.name}-{number}", cidrs=cidrs, group=group)


def test_a_project_without_sites_has_none(site: Site) -> None:
    assert overview(start(site).cloud) == Overview(sites=(), unknown=())


def test_a_site_tells_what_its_facts_tell(site: Site) -> None:
    work = deployed(site)
    reconcile.switch(work)
    facts, glance = work.observe(), only(overview(work.cloud))
    assert (glance.name, glance.method, glance.live) == (site.name, facts.method, facts.live)
    assert glance.live is GREEN
    assert glance.address == (facts.production and facts.production.address)
    for colour, system in facts.systems.items():
        seen = glance.systems[colour]
        assert (seen.version, seen.up, seen.wanted) == (system.version, system.online, system.size)


def test_an_address_that_the_project_had_is_known_by_where_it_points(site: Site) -> None:
    work = start(site)
    address = work.cloud.other_user.allocate_address().address
    work = replace(work, site=replace(site, production_address=address))
    reconcile.up(work)
    glance = only(overview(work.cloud))
    assert (glance.address, glance.live) == (address, BLUE)


def test_production_that_points_elsewhere_makes_nothing_live(work: Work) -> None:
    production = work.observe().production
    assert production is not None
    work.cloud.other_user.point(production.id, None)
    assert only(overview(work.cloud)).live is None


def test_a_second_address_that_claims_to_be_production_makes_live_unknown(work: Work) -> None:
    work.cloud.other_user.allocate_address(f"{work.site.tag} ao:address=production")
    glance = only(overview(work.cloud))
    assert (glance.live, glance.address) == (None, None)


def test_servers_that_fail_are_not_counted_as_up(work: Work) -> None:
    one, other = work.observe().systems[GREEN].servers
    work.cloud.other_user.break_server(one.id)
    assert only(overview(work.cloud)).systems[GREEN].up is None
    work.cloud.other_user.break_server(other.id)
    assert only(overview(work.cloud)).systems[GREEN].up == 0


def test_its_lock_and_its_last_act_are_told(work: Work) -> None:
    operations.deploy(work, "2.0")
    operations.hold(work, "an audit", 600)
    glance = only(overview(work.cloud))
    assert glance.holder is not None
    assert glance.release is not None
    assert (glance.release.act, glance.release.outcome) == ("deploy", "done")


def open_release(work: Work, *events: StepBegun | StepEnded | Asked) -> None:
    journal = Journal(work)
    release = journal.begin(Begun(act="release", version="3.0"))
    for event in events:
        journal.add(event, release)


def stands(work: Work) -> str:
    """How the act stands that the overview tells."""
    release = only(overview(work.cloud)).release
    assert release is not None
    return f"{release.act} {release.version}: {release.outcome or release.step or 'at work'}"


WAITS = (StepBegun(step="approve"), StepEnded(step="approve", seconds=1.0, outcome="waiting"))


def test_an_open_release_is_told_before_later_acts(work: Work) -> None:
    open_release(work, *WAITS)
    operations.deploy(work, "2.0")
    assert stands(work) == "release 3.0: waits for approval"


def test_a_release_that_is_paused_where_it_runs_is_told_as_paused(work: Work) -> None:
    open_release(work, StepBegun(step="deploy"), Asked(ask=Ask.PAUSE))
    with lock.acquire(work, "release 3.0"):
        assert stands(work) == "release 3.0: paused"
    assert stands(work) == "release 3.0: broken off"


def test_an_act_that_was_killed_is_told_as_broken_off_once_its_lock_counts_no_more(
    work: Work,
) -> None:
    with lock.acquire(work, "deploy 2.0"):
        Journal(work).begin(Begun(act="deploy", version="2.0"))
        assert stands(work) == "deploy 2.0: at work"
    assert stands(work) == "deploy 2.0: broken off"
    lock.acquire_by_hand(work, "an audit", 600)
    assert stands(work) == "deploy 2.0: broken off"


def test_a_deploy_that_was_left_to_heat_has_ended(work: Work) -> None:
    operations.start_deploy(work, "2.0")
    assert stands(work) == "deploy 2.0: left to Heat"


def test_nothing_is_told_as_broken_off_while_the_locks_are_not_known(work: Work) -> None:
    Journal(work).begin(Begun(act="deploy", version="2.0"))
    work.cloud.faults.fail("locks.all", Unavailable("HAProxy says 503"))
    (glance,) = overview(work.cloud).sites
    assert glance.release is not None
    assert glance.release.outcome is None


def test_what_is_asked_does_not_grow_with_the_number_of_sites(work: Work) -> None:
    def calls() -> int:
        before = len(work.cloud.calls)
        overview(work.cloud)
        return len(work.cloud.calls) - before

    alone = calls()
    reconcile.up(replace(work, site=beside(work, 1)))
    assert [glance.name for glance in overview(work.cloud).sites] == ["shop", "shop-1"]
    assert calls() == alone == 7


@pytest.mark.parametrize(
    ("silent", "live", "version"),
    [
        ("stacks.all", BLUE, None),
        ("floating_ips.all", None, "1.0"),
        ("load_balancers.all", None, "1.0"),
        ("load_balancers.pools", None, "1.0"),
        ("locks.all", BLUE, "1.0"),
        ("software_configs.all", BLUE, "1.0"),
    ],
)
def test_a_service_that_is_silent_leaves_the_rest_known(
    silent: str, live: Colour | None, version: str | None
) -> None:
    work = built(SITES[Method.POOL])
    work.cloud.faults.fail(silent, Unavailable("HAProxy says 503"))
    found = overview(work.cloud)
    assert found.unknown == ("HAProxy says 503",)
    (glance,) = found.sites
    assert (glance.live, glance.systems[BLUE].version) == (live, version)


def test_that_nothing_tells_which_sites_there_are_is_told_from_that_there_are_none(
    work: Work,
) -> None:
    assert overview(fake.Cloud()).answered
    work.cloud.faults.fail("stacks.all", Unavailable("HAProxy says 503"))
    assert overview(work.cloud).answered
    for silent in ("stacks.all", "load_balancers.all"):
        work.cloud.faults.fail(silent, Unavailable("HAProxy says 503"))
    assert not overview(work.cloud).answered


@pytest.mark.parametrize("error", [Forbidden, QuotaExceeded])
def test_whatever_a_service_refuses_leaves_the_rest_known(
    work: Work, error: type[Exception]
) -> None:
    work.cloud.faults.fail("software_configs.all", error("no more of that"))
    found = overview(work.cloud)
    assert found.unknown == ("no more of that",)
    assert found.sites[0].live is BLUE


@pytest.mark.parametrize("name", ["a.b", "", "Shop", "-", "a/b", "x" * 31, "青"])
def test_a_tag_that_names_no_site_is_passed_over(work: Work, name: str) -> None:
    tagged(work, "stranger", f"ao:site={name}")
    assert [glance.name for glance in overview(work.cloud).sites] == [work.site.name]


def test_a_method_and_a_colour_that_nobody_knows_are_not_known(work: Work) -> None:
    tagged(work, "stranger", "ao:site=other", "ao:method=magic")
    tagged(work, "stranger-red", "ao:site=other", "ao:colour=red")
    other = overview(work.cloud).sites[0]
    assert (other.name, other.method, other.live) == ("other", None, None)
    assert [system.stack for system in other.systems.values()] == [None, None]


def test_a_session_that_has_ended_is_told_as_that(work: Work) -> None:
    work.cloud.faults.fail("stacks.all", NotAuthenticated("the token has expired"))
    with pytest.raises(NotAuthenticated):
        overview(work.cloud)


def test_another_projects_sites_are_not_seen(work: Work) -> None:
    annex = fake.Cloud("annex", openstack=work.cloud.openstack)
    assert overview(annex) == Overview(sites=(), unknown=())


EVIL = "2.0'; touch /tmp/pwned; : '"


@pytest.mark.parametrize("version", [EVIL, "\x1b[2J", "2.0\n", "x" * 80])
def test_a_version_among_tags_that_nobody_could_give_is_not_known(site: Site, version: str) -> None:
    work = built(site)
    for it in work.cloud.openstack.project("shop").heat.tops():
        it.tags = frozenset(
            f"ao:version={version}" if tag.startswith("ao:version=") else tag for tag in it.tags
        )
    glance = only(overview(work.cloud))
    assert [glance.systems[colour].version for colour in Colour] == [None, None]
    assert glance.live is BLUE


def test_what_of_a_journal_breaks_the_rules_is_told_and_the_rest_stands(site: Site) -> None:
    work = built(site)
    Journal(work).begin(Begun(act="switch", version="1.0"))
    for name in ("shop/never/-/note/m/x", "SHOP/2026-11-23T08:15:02Z/-/note/m/x", "x" * 9000):
        work.cloud.software_configs.add(f"ao.journal/{name}", "")
    found = overview(work.cloud)
    assert only(found).release is not None
    assert len(found.invalid) == 3
    assert all("breaks its rules and is left out" in sentence for sentence in found.invalid)
