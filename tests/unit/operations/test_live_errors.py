"""A version that answers nothing but errors once it is live, and production that leaves it."""

from dataclasses import replace

import pytest

from ao.colour import Colour
from ao.cutover.measurement import Measurement
from ao.errors import SwitchFailed, Unavailable
from ao.http.request_options import RequestOptions
from ao.operations import operations, reconcile
from ao.operations.switch_options import SwitchOptions
from ao.site import Site
from ao.visit import AS_URL, Answer, NoAnswer
from ao.work import Work
from tests.unit.operations.sites import deployed
from tests.unit.probes import RATE, Users
from tests.unit.release.releases import Listener


def switched(work: Work, users: Users, **said: bool) -> None:
    measurement = Measurement(
        probe=users, load=lambda load: replace(load, new_per_second=RATE, expect=200)
    )
    reconcile.switch(work, Colour.GREEN, SwitchOptions(measurement=measurement, **said))


def always(_seconds: float) -> bool:
    return True


def test_production_leaves_a_system_that_gives_nothing_but_errors_within_seconds(
    site: Site,
) -> None:
    work = deployed(site)
    users = Users(work=work, bad=always)
    with pytest.raises(SwitchFailed, match="nothing but errors from green"):
        switched(work, users)
    assert work.observe().live is Colour.BLUE
    assert users.on_green[-1] - users.on_green[0] <= 5.0


def test_the_same_is_true_of_errors_without_a_colour_while_the_old_system_answers(
    site: Site,
) -> None:
    work = deployed(site)
    users = Users(work=work, bad=always, coloured=False)
    with pytest.raises(SwitchFailed):
        switched(work, users)
    facts = work.observe()
    assert (facts.live, facts.previewed) == (Colour.BLUE, Colour.GREEN)
    assert users.on_green[-1] - users.on_green[0] <= 5.0


def test_errors_without_a_colour_that_the_old_system_gives_too_are_not_the_new_ones(
    site: Site,
) -> None:
    work = deployed(site)
    users = Users(work=work, bad=always, coloured=False)

    def nobody_else_answers(url: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        preview = work.observe().preview
        assert preview is not None
        if url.startswith(work.site.preview_url(preview.address)) and users.on_green:
            raise NoAnswer("the network is broken")
        return work.visit(url, timeout, options)

    switched(replace(work, visit=nobody_else_answers), users)
    assert work.observe().live is Colour.GREEN


def test_errors_without_a_colour_that_end_leave_no_part_of_the_switch_undone(site: Site) -> None:
    work = deployed(site)
    users = Users(work=work, bad=lambda seconds: seconds < 3.0, coloured=False)
    listener = Listener()

    def nobody_answers_at_first(
        url: str, timeout: float, options: RequestOptions = AS_URL
    ) -> Answer:
        facts = work.observe()
        assert facts.preview is not None
        on_preview = url.startswith(work.site.preview_url(facts.preview.address))
        begun = users.on_green[0] if users.on_green else work.clock.now()
        if users.on_green and (on_preview or users.bad(work.clock.now() - begun)):
            raise NoAnswer("nothing answers for three seconds")
        return work.visit(url, timeout, options)

    switched(replace(work, visit=nobody_answers_at_first, progress=listener), users)
    facts = work.observe()
    assert (facts.live, facts.previewed, facts.switching_to) == (Colour.GREEN, Colour.BLUE, None)
    assert "drain blue" in [step.split(",")[0] for step in listener.steps]


def test_a_version_that_stumbles_for_its_first_second_stays(site: Site) -> None:
    work = deployed(site)
    switched(work, Users(work=work, bad=lambda seconds: seconds < 1.0))
    assert work.observe().live is Colour.GREEN


def test_a_probe_that_has_lost_its_network_moves_nothing(site: Site) -> None:
    work = deployed(site)
    switched(work, Users(work=work, bad=always, reaches=False))
    assert work.observe().live is Colour.GREEN


def test_nothing_goes_back_past_a_one_way_change(site: Site) -> None:
    work = deployed(site)
    switched(work, Users(work=work, bad=always), may_return=False)
    assert work.observe().live is Colour.GREEN


def test_nothing_goes_back_to_a_system_without_a_healthy_server(site: Site) -> None:
    work = deployed(site)
    for server in work.observe().systems[Colour.BLUE].servers:
        work.cloud.other_user.break_server(server.id)
    work.clock.sleep(60.0)
    assert not work.observe().systems[Colour.BLUE].online
    switched(work, Users(work=work, bad=lambda seconds: seconds < 4.0))
    assert work.observe().live is Colour.GREEN


@pytest.mark.parametrize("call", ["stacks.tagged", "servers.named", "load_balancers.status"])
def test_a_look_that_fails_does_not_leave_production_on_errors(
    site: Site, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = deployed(site)
    rescue = reconcile.rescue

    def failing(work: Work, to: Colour) -> None:
        work.cloud.faults.fail(call, Unavailable("the service did not answer"))
        rescue(work, to)

    monkeypatch.setattr(reconcile, "rescue", failing)
    with pytest.raises(SwitchFailed, match="is back on blue"):
        switched(work, Users(work=work, bad=always))
    assert work.observe().live is Colour.BLUE


def test_an_old_system_whose_colour_cannot_be_searched_for_in_time_does_not_answer_well(
    site: Site,
) -> None:
    work = deployed(site)
    slow = replace(site, identify=replace(site.identify, header=None, body="(a+)+(blue|green)$"))

    def visit(url: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        return replace(work.visit(url, timeout, options), body="a" * 4000)

    blind = replace(work, visit=visit, sees=False, site=slow)
    switched(blind, Users(work=work, bad=always, coloured=False))
    assert work.observe().live is Colour.GREEN


@pytest.mark.parametrize("folder", [True, False], ids=["site file", "stored"])
def test_an_ordered_switch_does_not_go_back_past_a_one_way_change_either(
    site: Site, folder: bool
) -> None:
    gate = replace(site.migration, one_way=frozenset({"2.0"}))
    built = deployed(site)
    work = replace(built, site=replace(site, migration=gate))
    work = work if folder else replace(work, site=replace(work.site, folder=None))
    measurement = Measurement(
        probe=Users(work=work, bad=always),
        load=lambda load: replace(load, new_per_second=RATE, expect=200),
    )
    operations.switch(work, Colour.GREEN, SwitchOptions(measurement=measurement))
    assert work.observe().live is Colour.GREEN
