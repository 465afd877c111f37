"""The life of a site on the fake cloud, and what may go wrong at every point of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from ao import fake, release
from ao.clock import Clock
from ao.colour import Colour
from ao.errors import (
    BuildFailed,
    Changed,
    DeadlinePassed,
    Forbidden,
    NotFound,
    QuotaExceeded,
    Refused,
    SwitchFailed,
    Unavailable,
)
from ao.facts import Facts
from ao.site import Site
from ao.visit import Answer, NoAnswer
from ao.work import Work
from tests.unit import samples

BLUE, GREEN = Colour
GROUP = replace(samples.SITE.group, user_data="#!/bin/sh\necho $AO_VERSION\n")
SITE = replace(samples.SITE, group=GROUP)
LOST = Unavailable("the service did not answer")

Command = Callable[[Work], object]


@dataclass
class Visitor:
    """Somebody who looks at production whenever time passes."""

    work: Work
    seen: list[str] = field(default_factory=list)
    """Colours that answered, or what came instead."""

    def look(self) -> str:
        production = self.work.observe().production
        if production is None:
            return "no address"
        try:
            answer = self.work.visit(self.work.site.url(production.address, "/version"), 3.0)
        except NoAnswer:
            return "no answer"
        return answer.headers["x-ao-colour"] if answer.status == 200 else str(answer.status)

    def watch(self) -> Work:
        """The same work, with looks at production before and after every wait."""

        def sleep(seconds: float) -> None:
            self.seen.append(self.look())
            self.work.clock.sleep(seconds)
            self.seen.append(self.look())

        return replace(self.work, clock=Clock(now=self.work.clock.now, sleep=sleep))


def start(site: Site = SITE, **cloud: object) -> Work:
    """Work on a new cloud where nothing is built."""
    shop = fake.Cloud(openstack=fake.OpenStack(**cloud))
    return Work(cloud=shop, site=site, clock=shop.clock, visit=shop.visit)


def built() -> Work:
    work = start()
    release.up(work)
    return work


def deployed() -> Work:
    work = built()
    release.deploy(work, "2.0")
    return work


@pytest.fixture
def work() -> Work:
    """A whole site: blue is live."""
    return built()


def state(facts: Facts) -> tuple[object, ...]:
    """All of a site that the operator cares for."""
    return (
        facts.live,
        facts.previewed,
        facts.switching_to,
        {c: (s.version, s.size, len(s.servers), s.obstacle()) for c, s in facts.systems.items()},
    )


def told(work: Work, role: str) -> tuple[str, str]:
    """Colour and version that an address answers with."""
    facts = work.observe()
    address = facts.production if role == "production" else facts.preview
    assert address is not None
    answer = work.visit(work.site.url(address.address, "/version"), 3.0)
    return answer.headers["x-ao-colour"], answer.headers["x-ao-version"]


def writes(cloud: fake.Cloud) -> list[str]:
    return [call.name for call in cloud.calls if call.writes]


# A site's life


def test_one_action_builds_both_systems_and_makes_blue_live() -> None:
    work = start()
    facts = release.up(work)
    whole = ("1.0", 2, 2, None)
    assert state(facts) == (BLUE, GREEN, None, {BLUE: whole, GREEN: whole})
    assert told(work, "production") == ("blue", "1.0")
    assert told(work, "preview") == ("green", "1.0")


def test_building_a_whole_site_again_writes_nothing(work: Work) -> None:
    before = len(writes(work.cloud))
    release.up(work)
    assert len(writes(work.cloud)) == before


def test_a_version_goes_to_the_standby_and_production_serves_meanwhile(work: Work) -> None:
    visitor = Visitor(work)
    facts = release.deploy(visitor.watch(), "2.0")
    assert facts.live is BLUE
    assert told(work, "preview") == ("green", "2.0")
    assert set(visitor.seen) == {"blue"}


def test_a_deploy_replaces_every_server_of_the_standby_and_none_of_the_live(work: Work) -> None:
    before = work.observe().systems
    after = release.deploy(work, "2.0").systems
    assert after[BLUE].servers == before[BLUE].servers
    assert not {s.id for s in before[GREEN].servers} & {s.id for s in after[GREEN].servers}


def test_production_moves_to_the_new_version_and_back(work: Work) -> None:
    release.deploy(work, "2.0")
    assert state(release.switch(work))[:3] == (GREEN, BLUE, None)
    assert told(work, "production") == ("green", "2.0")
    assert told(work, "preview") == ("blue", "1.0")
    assert state(release.switch(work))[:3] == (BLUE, GREEN, None)
    assert told(work, "production") == ("blue", "1.0")


def test_production_answers_at_every_moment_of_a_switch(work: Work) -> None:
    visitor = Visitor(work)
    watched = visitor.watch()
    release.switch(watched)
    watched.clock.sleep(1)
    assert set(visitor.seen) <= {"blue", "green"}
    assert visitor.seen[-1] == "green"


def test_a_switch_to_a_named_system_may_be_said_twice(work: Work) -> None:
    first = release.switch(work, GREEN)
    before = len(writes(work.cloud))
    assert release.switch(work, GREEN) == first
    assert len(writes(work.cloud)) == before


def test_tearing_down_leaves_nothing_and_may_be_said_twice(work: Work) -> None:
    release.down(work, frozenset(Colour))
    assert work.cloud.stacks.tagged(work.site.tag) == ()
    assert work.cloud.addresses.all() == ()
    assert work.cloud.balancers.all() == ()
    release.down(work, frozenset(Colour))


def test_the_standby_may_be_deleted_and_is_built_again(work: Work) -> None:
    visitor = Visitor(work)
    facts = release.down(visitor.watch(), frozenset([GREEN]))
    assert (facts.live, facts.has(GREEN)) == (BLUE, False)
    assert set(visitor.seen) == {"blue"}
    assert state(release.up(work))[:3] == (BLUE, GREEN, None)


def test_the_size_that_a_group_was_scaled_to_survives_a_deploy(work: Work) -> None:
    work.cloud.others.signal(work.site.system_stack(GREEN), "scale_out")
    work.clock.sleep(60)
    assert work.observe().systems[GREEN].size == 3
    assert release.deploy(work, "2.0").systems[GREEN].size == 3


def test_two_sites_of_a_project_do_not_touch_each_other(work: Work) -> None:
    second = replace(work, site=replace(SITE, name="shop-2"))
    before = state(work.observe())
    release.up(second)
    release.deploy(second, "9.0")
    release.switch(second)
    release.down(second, frozenset(Colour))
    assert state(work.observe()) == before


def test_the_same_site_in_another_project_is_another_site(work: Work) -> None:
    annex = replace(work, cloud=fake.Cloud("annex", openstack=work.cloud.openstack))
    before = state(work.observe())
    assert annex.observe().stack is None
    release.up(annex)
    release.down(annex, frozenset(Colour))
    assert state(work.observe()) == before


# What is refused


def test_a_reader_changes_nothing(work: Work) -> None:
    reader = replace(work, cloud=fake.Cloud(openstack=work.cloud.openstack, reader=True))
    before = work.observe()
    for command in (release.switch, lambda work: release.deploy(work, "2.0")):
        with pytest.raises(Forbidden):
            command(reader)
    assert work.observe() == before


def test_a_deploy_waits_for_no_other_version_but_for_the_same() -> None:
    work = built()
    work.cloud.faults.kill("stacks.update", after=True)
    with pytest.raises(fake.Killed):
        release.deploy(work, "2.0")
    assert work.observe().systems[GREEN].obstacle() == "Heat is at work on it (UPDATE_IN_PROGRESS)"
    with pytest.raises(Refused, match=r"Heat is at work on green \(UPDATE of version 2\.0\)"):
        release.deploy(work, "3.0")
    assert state(release.deploy(work, "2.0")) == state(deployed().observe())


def test_a_deploy_is_refused_while_a_switch_is_not_finished() -> None:
    work = deployed()
    work.cloud.faults.kill("addresses.point", after=True)
    with pytest.raises(fake.Killed):
        release.switch(work)
    with pytest.raises(Refused, match="a switch to green was begun and is not finished"):
        release.deploy(work, "3.0")
    assert state(release.up(work)) == state(deployed().observe())


def test_the_live_system_is_neither_deleted_nor_redeployed(work: Work) -> None:
    before = len(writes(work.cloud))
    with pytest.raises(Refused, match="blue is live"):
        release.down(work, frozenset([BLUE]))
    assert len(writes(work.cloud)) == before
    live = work.observe().systems[BLUE]
    release.deploy(work, "2.0")
    release.deploy(work, "3.0")
    assert work.observe().systems[BLUE] == live


def test_a_switch_to_a_system_that_is_not_whole_is_refused(work: Work) -> None:
    work.cloud.others.break_server(work.observe().systems[GREEN].servers[0].id)
    work.clock.sleep(30)
    before = len(writes(work.cloud))
    with pytest.raises(Refused, match="1 of 2 servers pass the health check"):
        release.switch(work)
    assert len(writes(work.cloud)) == before
    assert release.switch(work, degraded=True).live is GREEN


def test_a_site_too_large_for_the_quota_is_refused_before_anything_is_built() -> None:
    work = start(limits={"instances": 3})
    with pytest.raises(QuotaExceeded, match=r"instances: 4 more needed, 3 free \(0 of 3 used\)"):
        release.up(work)
    assert writes(work.cloud) == []


@pytest.mark.parametrize("lacking", ["image", "flavor", "keypair"])
def test_what_the_cloud_lacks_is_told_before_anything_is_built(lacking: str) -> None:
    group = replace(SITE.group, **{lacking: "no-such-thing"})
    work = start(replace(SITE, group=group))
    with pytest.raises(NotFound, match="no-such-thing"):
        release.up(work)
    assert writes(work.cloud) == []


def test_a_stack_of_somebody_else_with_the_name_of_the_site_is_left_alone() -> None:
    work = start(replace(SITE, name="shop-blue"))
    shop = replace(work, site=SITE)
    release.up(shop)
    before = state(shop.observe())
    with pytest.raises(Refused, match="there is a stack ao-shop-blue that does not carry"):
        release.up(work)
    assert state(shop.observe()) == before


def test_a_production_address_that_the_project_has_is_taken_only_when_told() -> None:
    work = start()
    neighbour = replace(work, site=replace(SITE, name="old"))
    release.up(neighbour)
    address = neighbour.observe().production
    assert address is not None
    work = replace(work, site=replace(SITE, production_address=address.address))
    assert release.up(work).foreign
    assert neighbour.observe().live is BLUE
    with pytest.raises(Refused, match="which is not of this site"):
        release.switch(work, BLUE)
    assert neighbour.observe().live is BLUE
    assert release.switch(work, BLUE, take_over=True).live is BLUE
    assert told(work, "production") == ("blue", "1.0")


# What breaks


def test_a_server_that_somebody_deleted_is_replaced_and_production_serves(work: Work) -> None:
    lost = work.observe().systems[BLUE].servers[0].id
    work.cloud.others.delete_server(lost)
    work.clock.sleep(30)
    visitor = Visitor(work)
    facts = release.up(visitor.watch())
    assert facts.systems[BLUE].obstacle() is None
    assert facts.systems[BLUE].size == 2
    assert lost not in {server.id for server in facts.systems[BLUE].servers}
    assert set(visitor.seen) == {"blue"}


@pytest.mark.parametrize("role", ["production", "preview"])
def test_an_address_that_somebody_deleted_comes_back(work: Work, role: str) -> None:
    address = getattr(work.observe(), role)
    work.cloud.others.delete_address(address.id)
    assert state(release.up(work))[:3] == (BLUE, GREEN, None)
    assert told(work, "production") == ("blue", "1.0")


def test_a_load_balancer_of_the_standby_that_somebody_deleted_comes_back(work: Work) -> None:
    before = state(work.observe())
    load_balancer = work.observe().systems[GREEN].load_balancer
    assert load_balancer is not None
    work.cloud.others.delete_load_balancer(load_balancer.id)
    visitor = Visitor(work)
    assert state(release.up(visitor.watch())) == before
    assert told(work, "preview") == ("green", "1.0")
    assert set(visitor.seen) == {"blue"}


def test_a_failed_build_tells_the_resource_and_its_reason_and_up_repairs_it() -> None:
    work = start()
    work.cloud.faults.break_next("OS::Nova::Server", "No valid host was found.")
    with pytest.raises(BuildFailed, match=r"server \(OS::Nova::Server\): .*No valid host"):
        release.up(work)
    assert state(release.up(work)) == state(built().observe())


def test_a_failed_deploy_leaves_production_alone_and_the_next_one_goes_on(work: Work) -> None:
    work.cloud.faults.break_next("OS::Nova::Server", "No valid host was found.")
    visitor = Visitor(work)
    with pytest.raises(BuildFailed, match=r"stack ao-shop-green is UPDATE_FAILED"):
        release.deploy(visitor.watch(), "2.0")
    with pytest.raises(Refused, match="green cannot go live: its stack is UPDATE_FAILED"):
        release.switch(work)
    assert set(visitor.seen) == {"blue"}
    assert state(release.deploy(work, "2.0")) == state(deployed().observe())


def test_a_server_that_never_answers_is_told_when_the_time_is_up() -> None:
    work = start(application=lambda _server, _path: None)
    with pytest.raises(DeadlinePassed, match="servers"):
        release.up(work)


class Doubt:
    """Visits that see the old system behind production, whatever it points to."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.old = work.observe().production

    def __call__(self, url: str, timeout: float) -> Answer:
        assert self.old is not None
        answer = self._work.visit(url, timeout)
        if self.old.address in url:
            return replace(answer, headers={**answer.headers, "x-ao-colour": "blue"})
        return answer


def test_a_switch_that_cannot_be_seen_goes_back(work: Work) -> None:
    release.deploy(work, "2.0")
    with pytest.raises(SwitchFailed, match="Production is back on blue and answers from it"):
        release.switch(replace(work, visit=Doubt(work)))
    assert state(work.observe())[:3] == (BLUE, GREEN, None)
    assert told(work, "production") == ("blue", "1.0")


def test_a_standby_that_does_not_answer_on_its_preview_never_goes_live(work: Work) -> None:
    preview = work.observe().preview
    assert preview is not None

    def visit(url: str, timeout: float) -> Answer:
        if preview.address in url:
            raise NoAnswer(f"{url}: timed out")
        return work.visit(url, timeout)

    with pytest.raises(DeadlinePassed, match="the preview address"):
        release.switch(replace(work, visit=visit))
    assert state(work.observe())[:3] == (BLUE, GREEN, None)


# Somebody else at the same time


def test_production_that_somebody_moved_meanwhile_is_left_to_them(work: Work) -> None:
    """They point it to another site of theirs between our look and our write."""
    theirs = release.up(replace(work, site=replace(SITE, name="theirs")))
    vip = theirs.systems[GREEN].vip_port_id
    production = work.observe().production
    assert theirs.preview is not None
    assert production is not None
    work.cloud.others.point(theirs.preview.id, None)
    work.cloud.faults.meanwhile(
        "addresses.point", lambda: work.cloud.others.point(production.id, vip), skip=1
    )
    with pytest.raises(Changed, match="somebody pointed"):
        release.switch(work)
    now = work.observe().production
    assert now is not None
    assert now.port_id == vip


def test_an_address_that_somebody_renamed_meanwhile_is_pointed_all_the_same(work: Work) -> None:
    preview = work.observe().preview
    assert preview is not None
    work.cloud.faults.meanwhile(
        "addresses.point", lambda: work.cloud.others.point(preview.id, preview.port_id)
    )
    assert state(release.switch(work))[:3] == (GREEN, BLUE, None)


def test_a_deploy_stops_when_its_standby_went_live_meanwhile(work: Work) -> None:
    """Another operator switches between our plan and our update."""
    look_of_the_guard = 2
    work.cloud.faults.meanwhile(
        "addresses.all", lambda: release.switch(work), skip=look_of_the_guard
    )
    with pytest.raises(Refused, match="green is live"):
        release.deploy(work, "2.0")
    assert "stacks.update" not in writes(work.cloud)
    assert told(work, "production") == ("green", "1.0")


# Killed at every call


@dataclass(frozen=True)
class Case:
    """A command on a site, and how it may be said again."""

    prepare: Callable[[], Work]
    command: Command
    served: bool = True
    """Whether production answers before it."""


CASES = {
    "up": Case(start, release.up, served=False),
    "deploy": Case(built, lambda work: release.deploy(work, "2.0")),
    "switch": Case(deployed, release.switch),
    "switch to a named system": Case(deployed, lambda work: release.switch(work, GREEN)),
    "down of the standby": Case(built, lambda work: release.down(work, frozenset([GREEN]))),
    "down": Case(built, lambda work: release.down(work, frozenset(Colour)), served=False),
}


def run(case: Case) -> tuple[object, int, int]:
    """What a command ends in, how many calls it makes, and how many that write."""
    work = case.prepare()
    begin = len(work.cloud.calls)
    case.command(work)
    calls = work.cloud.calls[begin:]
    return state(work.observe()), len(calls), sum(call.writes for call in calls)


def killed(case: Case, calls: int, written: int) -> Iterator[Work]:
    """The site after the command was killed at every write, before and after, and between."""
    points = [("*", skip, False) for skip in range(0, calls, 5)]
    points += [("", skip, after) for skip in range(written) for after in (False, True)]
    for call, skip, after in points:
        work = case.prepare()
        work.cloud.faults.kill(call, skip=skip, after=after)
        with pytest.raises(fake.Killed):
            case.command(work)
        yield work


def again(name: str, work: Work, end: object) -> Visitor:
    """Say a command again; an unnamed switch that was done would go back."""
    visitor = Visitor(work)
    if not (name == "switch" and state(work.observe()) == end):
        CASES[name].command(visitor.watch())
    assert state(work.observe()) == end
    return visitor


@pytest.mark.parametrize("name", CASES)
def test_a_command_that_was_killed_anywhere_reaches_its_end_when_said_again(name: str) -> None:
    case = CASES[name]
    end, calls, written = run(case)
    for work in killed(case, calls, written):
        assert not case.served or Visitor(work).look() in list(Colour)
        visitor = again(name, work, end)
        assert not case.served or set(visitor.seen) <= set(Colour)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", CASES)
def test_a_write_that_is_not_answered_does_not_lead_astray(name: str, after: bool) -> None:
    case = CASES[name]
    end, _, written = run(case)
    for skip in range(written):
        work = case.prepare()
        work.cloud.faults.fail("", LOST, skip=skip, after=after)
        try:
            case.command(work)
        except Unavailable:
            again(name, work, end)
        assert state(work.observe()) == end
