"""What breaks, and how it is told and repaired."""

from dataclasses import replace

import pytest

from ao import fake
from ao.apply import stack_wait
from ao.apply.steps import perform
from ao.colour import Colour
from ao.errors import (
    BuildFailed,
    CloudError,
    Conflict,
    DeadlinePassed,
    Forbidden,
    NotFound,
    Refused,
    SwitchFailed,
    Unavailable,
)
from ao.http.request_options import RequestOptions
from ao.operations import reconcile
from ao.plan import plan
from ao.site import Method, Site
from ao.visit import AS_URL, Answer, NoAnswer
from ao.work import Work
from tests.unit.operations.sites import SITES, Visitor, built, deployed, start, state, told, url

BLUE, GREEN = Colour


def test_a_server_that_somebody_deleted_is_replaced_and_production_serves(work: Work) -> None:
    lost = work.observe().systems[BLUE].servers[0].id
    work.cloud.other_user.delete_server(lost)
    work.clock.sleep(30)
    visitor = Visitor(work)
    facts = reconcile.up(visitor.watch())
    assert facts.systems[BLUE].obstacle() is None
    assert facts.systems[BLUE].size == 2
    assert lost not in {server.id for server in facts.systems[BLUE].servers}
    assert set(visitor.seen) == {"blue"}


@pytest.mark.parametrize("role", ["production", "preview"])
def test_an_address_that_somebody_deleted_comes_back(work: Work, role: str) -> None:
    address = getattr(work.observe(), role)
    work.cloud.other_user.delete_address(address.id)
    assert state(reconcile.up(work))[:3] == (BLUE, GREEN, None)
    assert told(work, "production") == ("blue", "1.0")


def test_a_load_balancer_of_the_standby_that_somebody_deleted_comes_back() -> None:
    work = built(SITES[Method.ADDRESS])
    before = state(work.observe())
    load_balancer = work.observe().systems[GREEN].load_balancer
    assert load_balancer is not None
    work.cloud.other_user.delete_load_balancer(load_balancer.id)
    visitor = Visitor(work)
    assert state(reconcile.up(visitor.watch())) == before
    assert told(work, "preview") == ("green", "1.0")
    assert set(visitor.seen) == {"blue"}


def test_a_shared_load_balancer_that_somebody_deleted_comes_back_and_leads_as_before() -> None:
    work = built(SITES[Method.POOL])
    reconcile.switch(work)
    before = state(work.observe())
    shared = work.observe().shared
    assert shared is not None
    work.cloud.other_user.delete_load_balancer(shared.id)
    assert reconcile.up(work).shared is not None
    assert state(work.observe())[3] == before[3]
    assert told(work, "production")[0] in list(Colour)


@pytest.mark.parametrize("listener", ["production_listener", "preview_listener"])
def test_a_listener_that_somebody_deleted_comes_back_and_leads_as_before(listener: str) -> None:
    work = built(SITES[Method.POOL])
    reconcile.switch(work)
    before = state(work.observe())
    work.cloud.other_user.delete_listener(getattr(work.observe(), listener).id)
    assert state(reconcile.up(work)) == before
    assert told(work, "production") == ("green", "1.0")


def test_a_failed_build_tells_the_resource_and_its_reason_and_up_repairs_it(site: Site) -> None:
    work = start(site)
    work.cloud.faults.break_next("OS::Nova::Server", "No valid host was found.")
    with pytest.raises(BuildFailed, match=r"server \(OS::Nova::Server\): .*No valid host"):
        reconcile.up(work)
    assert state(reconcile.up(work)) == state(built(site).observe())


def test_a_failed_deploy_leaves_production_alone_and_the_next_one_goes_on(
    work: Work, site: Site
) -> None:
    work.cloud.faults.break_next("OS::Nova::Server", "No valid host was found.")
    visitor = Visitor(work)
    with pytest.raises(BuildFailed, match=r"stack ao-shop-green is UPDATE_FAILED"):
        reconcile.deploy(visitor.watch(), "2.0")
    with pytest.raises(Refused, match="green cannot go live: its stack is UPDATE_FAILED"):
        reconcile.switch(work)
    assert set(visitor.seen) == {"blue"}
    assert state(reconcile.deploy(work, "2.0")) == state(deployed(site).observe())


@pytest.mark.parametrize("command", ["deploy", "up"])
def test_a_standby_that_heat_can_update_no_more_is_built_anew(
    work: Work, site: Site, command: str
) -> None:
    """A router interface that has failed, as where Neutron is away within a deploy."""
    heat = work.cloud.openstack.project("shop").heat
    stack = next(it for it in heat.tops() if it.name == "ao-shop-green")
    stack.parts["router_interface"].set_state("UPDATE", "FAILED", "Neutron does not answer")
    stack.set_state("UPDATE", "FAILED", "Resource UPDATE failed")
    visitor = Visitor(work)
    again = replace(visitor.watch(), looks={})
    if command == "deploy":
        assert state(reconcile.deploy(again, "2.0")) == state(deployed(site).observe())
    else:
        assert state(reconcile.up(again)) == state(built(site).observe())
    assert set(visitor.seen) == {"blue"}


def test_a_repair_of_the_live_system_that_failed_goes_on_and_production_serves(
    work: Work, site: Site
) -> None:
    work.cloud.other_user.delete_server(work.observe().systems[BLUE].servers[0].id)
    work.clock.sleep(30)
    work.cloud.faults.break_next("OS::Nova::Server", "No valid host was found.")
    visitor = Visitor(work)
    with pytest.raises(BuildFailed, match="stack ao-shop-blue is UPDATE_FAILED"):
        reconcile.up(visitor.watch())
    assert state(reconcile.up(visitor.watch())) == state(built(site).observe())
    assert set(visitor.seen) == {"blue"}


def test_a_deletion_that_a_service_fails_in_the_midst_of_is_asked_for_again(work: Work) -> None:
    work.cloud.faults.break_next("OS::Neutron::Subnet", "HTTP 500", action="DELETE")
    facts = reconcile.down(work, frozenset(Colour))
    assert facts.stack is None
    assert not any(facts.has(colour) for colour in Colour)


def test_a_deletion_that_fails_again_and_again_is_told(work: Work) -> None:
    for _ in range(stack_wait.DELETIONS):
        work.cloud.faults.break_next("OS::Neutron::Subnet", "HTTP 500", action="DELETE")
    with pytest.raises(BuildFailed, match=r"OS::Neutron::Subnet\): .*HTTP 500"):
        reconcile.down(work, frozenset({GREEN}))
    assert not reconcile.down(work, frozenset({GREEN})).has(GREEN)


def test_a_server_that_never_answers_is_told_when_the_time_is_up_with_its_console(
    site: Site,
) -> None:
    def silent(server: fake.Server, path: str) -> None:
        server.console = "[  3.1] booting\nshop: cannot read \x1b[31m/etc/shop\x1b[0m\n"

    work = start(site, application=silent)
    with pytest.raises(DeadlinePassed, match="servers") as told:
        reconcile.up(work)
    assert "shop: cannot read /etc/shop" in told.value.cure
    assert "console" not in told.value.message


def test_the_console_is_of_the_server_that_does_not_serve(work: Work) -> None:
    ill = work.observe().systems[GREEN].servers[-1]
    work.cloud.other_user.write_to_console(ill.id, "shop: out of memory\n")
    work.cloud.other_user.break_server(ill.id)
    short = replace(work.site, deadlines=replace(work.site.deadlines, serve=60.0))
    facts = work.observe()
    with pytest.raises(DeadlinePassed) as told:
        perform(replace(work, site=short), facts, (plan.AwaitServers(GREEN),))
    assert f"The console of server {ill.id} ends with:\n  " in told.value.cure
    assert "  shop: out of memory\n" in told.value.cure
    assert f"`openstack console log show {ill.id}`" in told.value.cure


@pytest.mark.parametrize(
    "refusal", [Forbidden("no"), NotFound("no console"), Conflict("no host"), Unavailable("away")]
)
def test_where_the_console_is_not_to_be_had_the_command_for_it_is_told(
    site: Site, refusal: CloudError
) -> None:
    work = start(site, application=lambda _server, _path: None)
    work.cloud.faults.fail("servers.console", refusal)
    with pytest.raises(DeadlinePassed, match="servers") as told:
        reconcile.up(work)
    assert "ends with" not in told.value.cure
    assert "`openstack console log show " in told.value.cure


def test_a_build_whose_server_has_started_shows_its_console(site: Site) -> None:
    work = start(site)
    work.cloud.faults.break_next("OS::Octavia::PoolMember", "HTTP 500")
    with pytest.raises(BuildFailed, match=r"OS::Octavia::PoolMember\): .*HTTP 500") as told:
        reconcile.up(work)
    assert " login:" in told.value.cure
    assert told.value.cure.endswith("`ao up` repairs what is broken.")


class Doubt:
    """Visits that see the old system behind production, whatever it points to."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.production = url(work, "production")

    def __call__(self, visited: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        answer = self._work.visit(visited, timeout, options)
        if visited.startswith(self.production + "/"):
            return replace(answer, headers={**answer.headers, "x-ao-colour": "blue"})
        return answer


def test_a_switch_that_cannot_be_seen_goes_back(work: Work) -> None:
    reconcile.deploy(work, "2.0")
    with pytest.raises(SwitchFailed, match="Production is back on blue and answers from it"):
        reconcile.switch(replace(work, visit=Doubt(work)))
    work.clock.sleep(2)
    assert state(work.observe())[:3] == (BLUE, GREEN, None)
    assert told(work, "production") == ("blue", "1.0")


def test_users_get_bad_answers_for_seconds_only_before_production_goes_back(work: Work) -> None:
    reconcile.deploy(work, "2.0")
    production = url(work, "production")

    def visit(visited: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        answer = work.visit(visited, timeout, options)
        bad = visited.startswith(production + "/") and answer.headers["x-ao-colour"] == "green"
        return replace(answer, status=503, headers={}) if bad else answer

    begin = work.clock.now()
    with pytest.raises(SwitchFailed, match=r"answered badly from green for 10 s: .* HTTP 503"):
        reconcile.switch(replace(work, visit=visit))
    assert work.clock.now() - begin < 20
    assert work.observe().live is BLUE


def test_a_standby_that_does_not_answer_on_its_preview_never_goes_live(work: Work) -> None:
    preview = url(work, "preview")

    def visit(visited: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        if visited.startswith(preview):
            raise NoAnswer(f"{visited}: timed out")
        return work.visit(visited, timeout, options)

    with pytest.raises(DeadlinePassed, match="preview"):
        reconcile.switch(replace(work, visit=visit))
    assert state(work.observe())[:3] == (BLUE, GREEN, None)
