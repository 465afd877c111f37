"""The main job, on a whole site."""

from dataclasses import replace

import pytest
from openstack.connection import Connection

from ao.clock import Ready, Waiting
from ao.cloud import connect
from ao.colour import Colour
from ao.cutover.measurement import Measurement
from ao.errors import BuildFailed, ConfigError, Forbidden, NotFound, QuotaExceeded, Refused
from ao.operations import reconcile
from ao.operations.switch_options import SwitchOptions
from ao.probe.process import ProbeProcess
from ao.work import Work
from tests.cloud.kill import Killed, killed_after
from tests.cloud.sites import Visited, told
from tests.contract.other_user import RealOtherUser


def standby(work: Work) -> Colour:
    colour = work.observe().standby
    assert colour is not None
    return colour


def test_a_version_goes_to_the_standby_while_production_serves(
    work: Work, visited: Visited
) -> None:
    live, version = told(work, "production")
    with visited(work) as tally:
        facts = reconcile.deploy(work, "2.4")
    assert facts.live == live
    assert told(work, "preview") == (facts.standby, "2.4")
    assert not tally.lost
    assert list(tally.answers) == [f"{version} on {live}"]


def test_building_again_changes_nothing(work: Work) -> None:
    before = work.observe()
    reconcile.up(work)
    assert work.observe() == before


def test_production_moves_to_the_new_version_and_back_under_visitors(
    work: Work, visited: Visited
) -> None:
    old, new = told(work, "production"), told(work, "preview")
    with visited(work) as tally:
        reconcile.switch(work)
        assert (told(work, "production"), told(work, "preview")) == (new, old)
        reconcile.switch(work)
        assert (told(work, "production"), told(work, "preview")) == (old, new)
    assert not tally.lost
    assert set(tally.answers) == {f"{version} on {colour}" for colour, version in (old, new)}


def test_the_live_system_is_neither_deleted_nor_emptied_nor_redeployed(work: Work) -> None:
    before = work.observe()
    assert before.live is not None
    with pytest.raises(Refused, match="does not delete the live system"):
        reconcile.down(work, frozenset([before.live]))
    assert work.observe() == before


def test_a_server_deleted_by_somebody_is_replaced_while_production_serves(
    work: Work, other_user: Connection, visited: Visited
) -> None:
    before = work.observe()
    assert before.live is not None
    facts = reconcile.scale(work, before.live, 2)
    live = before.live
    lost = facts.systems[live].servers[0]
    RealOtherUser(other_user).delete_server(lost.id)

    def look() -> Ready[None] | Waiting:
        system = work.observe().systems[live]
        return Ready(None) if system.broken else Waiting()

    work.clock.until(look, what="the loss of a server to be seen", deadline=30)
    facts = reconcile.up(work)
    assert facts.systems[live].obstacle() is None
    assert len(facts.systems[live].servers) == 2
    assert lost.id not in {server.id for server in facts.systems[live].servers}
    with visited(work) as tally:
        work.clock.sleep(3)
    assert not tally.lost

    def healthy() -> Ready[None] | Waiting:
        system = work.observe().systems[live]
        return Ready(None) if system.online == system.size else Waiting()

    # A server of a busy machine may miss a health check, and none is taken from an ill system.
    work.clock.until(healthy, what="all servers to pass the health check", deadline=60)
    reconcile.scale(work, live, 1)


def test_a_measured_switch_loses_nothing_and_every_keep_alive_client_follows(
    work: Work,
) -> None:
    target = standby(work)
    with ProbeProcess() as probe:
        measurement = Measurement(probe=probe)
        reconcile.switch(work, options=SwitchOptions(measurement=measurement))
    cutover = measurement.cutover
    assert cutover is not None
    assert cutover.recording is not None
    assert cutover.recording.sent > 100
    assert cutover.recording.lost == 0
    following = cutover.following
    assert following is not None
    assert following.followed == following.clients == work.site.switch.kept
    assert cutover.asked_at is not None
    assert any(call.method == "PUT" and "listeners" in call.path for call in cutover.calls)
    assert (cutover.new, cutover.old) == (target, target.other)
    reconcile.switch(work)


def test_a_production_address_deleted_by_somebody_comes_back(
    work: Work, other_user: Connection
) -> None:
    before = work.observe()
    assert before.production is not None
    RealOtherUser(other_user).delete_address(before.production.id)
    facts = reconcile.up(work)
    assert (facts.live, facts.previewed) == (before.live, before.previewed)
    assert told(work, "production")[0] == str(before.live)


def test_a_failed_deploy_names_the_resource_and_the_next_one_repairs_it(
    work: Work, other_user: Connection
) -> None:
    image = other_user.image.create_image(
        name=f"odd-{work.site.name}",
        disk_format="raw",
        container_format="bare",
        hw_machine_type="no-such-machine",
        data=b"nothing",
    )
    before = work.observe()
    assert before.live is not None
    assert before.standby is not None
    try:
        odd = replace(work.site, group=replace(work.site.group, image=image.name))
        with pytest.raises(BuildFailed, match=r"server \(OS::Nova::Server\): .*ERROR"):
            reconcile.deploy(replace(work, site=odd), "2.5")
        failed = work.observe()
        assert failed.live is before.live
        assert failed.systems[before.standby].obstacle() is not None
        with pytest.raises(Refused, match=f"{before.standby} cannot go live"):
            reconcile.switch(work)
    finally:
        other_user.image.delete_image(image.id)
    reconcile.deploy(work, "2.5")
    assert told(work, "preview") == (before.standby, "2.5")


def test_an_image_that_needs_more_memory_than_the_flavor_has_is_refused_and_nothing_changed(
    work: Work, other_user: Connection
) -> None:
    image = other_user.image.create_image(
        name=f"greedy-{work.site.name}",
        disk_format="raw",
        container_format="bare",
        min_ram=100_000,
        data=b"nothing",
    )
    before = work.observe()
    try:
        greedy = replace(work.site, group=replace(work.site.group, image=image.name))
        with pytest.raises(ConfigError, match=r"yaml:\d+: flavor: .* needs 100000"):
            reconcile.deploy(replace(work, site=greedy), "4.0")
    finally:
        other_user.image.delete_image(image.id)
    assert work.observe() == before


def test_a_site_too_large_for_the_quota_is_refused_before_anything_is_built(work: Work) -> None:
    group = replace(work.site.group, size=200, maximum=200)
    large = replace(work.site, name=f"{work.site.name}-xl", group=group)
    with pytest.raises(QuotaExceeded, match=r"instances: 400 more needed"):
        reconcile.up(replace(work, site=large))
    assert work.cloud.stacks.tagged(large.tag) == ()


def test_an_image_that_is_not_there_is_told_before_anything_is_built(work: Work) -> None:
    group = replace(work.site.group, image="no-such-image")
    other = replace(work.site, name=f"{work.site.name}-x", group=group)
    with pytest.raises(NotFound, match="no image 'no-such-image'"):
        reconcile.up(replace(work, site=other))
    assert work.cloud.stacks.tagged(other.tag) == ()


def test_a_reader_sees_all_and_may_change_nothing(work: Work, cloud_name: str) -> None:
    reader = replace(work, cloud=connect(f"{cloud_name}-reader"))
    assert reader.observe() == work.observe()
    before = work.observe()
    with pytest.raises(Forbidden):
        reconcile.switch(reader)
    with pytest.raises(Forbidden):
        reconcile.deploy(reader, "9.0")
    assert work.observe() == before


def test_another_project_sees_nothing_of_the_site(work: Work) -> None:
    facts = replace(work, cloud=connect("annex")).observe()
    assert (facts.stack, facts.production, facts.preview) == (None, None, None)


def test_another_site_of_the_project_is_not_seen(work: Work) -> None:
    facts = replace(work, site=replace(work.site, name=f"{work.site.name}-2")).observe()
    assert (facts.stack, facts.production, facts.preview) == (None, None, None)


@pytest.mark.parametrize("writes", [1, 2])
def test_a_switch_killed_after_a_write_goes_on_to_the_same_system(work: Work, writes: int) -> None:
    target = standby(work)
    with pytest.raises(Killed):
        reconcile.switch(replace(work, cloud=killed_after(work.cloud, writes)))
    assert work.observe().live is target
    assert told(work, "production")[0] in list(Colour)
    facts = reconcile.switch(work, target)
    assert facts.live is target
    assert facts.previewed is facts.standby
    assert facts.switching_to is None


def test_a_switch_to_a_named_system_may_be_said_twice(work: Work) -> None:
    target = standby(work)
    first = reconcile.switch(work, target)
    assert reconcile.switch(work, target) == first
