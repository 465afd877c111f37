"""What breaks, and how it is told and repaired."""

from dataclasses import replace

import pytest

from ao import release
from ao.colour import Colour
from ao.errors import BuildFailed, DeadlinePassed, Refused, SwitchFailed
from ao.visit import Answer, NoAnswer
from ao.work import Work
from tests.unit.release.stage import Visitor, built, deployed, start, state, told

BLUE, GREEN = Colour


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


def test_a_repair_of_the_live_system_that_failed_goes_on_and_production_serves(work: Work) -> None:
    work.cloud.others.delete_server(work.observe().systems[BLUE].servers[0].id)
    work.clock.sleep(30)
    work.cloud.faults.break_next("OS::Nova::Server", "No valid host was found.")
    visitor = Visitor(work)
    with pytest.raises(BuildFailed, match="stack ao-shop-blue is UPDATE_FAILED"):
        release.up(visitor.watch())
    assert state(release.up(visitor.watch())) == state(built().observe())
    assert set(visitor.seen) == {"blue"}


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
