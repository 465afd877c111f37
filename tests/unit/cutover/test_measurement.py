"""Switches with a probe beside them."""

from dataclasses import replace

import pytest

from ao.colour import Colour
from ao.cutover.cutover import CutOver
from ao.cutover.measurement import Measurement
from ao.errors import DeadlinePassed, Refused, SwitchFailed
from ao.http.request_options import RequestOptions
from ao.operations import reconcile
from ao.operations.switch_options import SwitchOptions
from ao.site import Method, Site
from ao.visit import AS_URL, Answer, NoAnswer
from ao.work import Work
from tests.unit.operations.sites import SITES, built, deployed, url
from tests.unit.probes import FakeProbe, kept_client, recording

BLUE, GREEN = Colour


@pytest.fixture(params=list(Method))
def site(request: pytest.FixtureRequest) -> Site:
    """A site, once of each method, that measures its switches."""
    method: Method = request.param
    site = SITES[method]
    return replace(site, switch=replace(site.switch, new_per_second=20.0, kept=10))


@pytest.fixture
def probe() -> FakeProbe:
    return FakeProbe(see=lambda load: recording(load, kept_client("green")))


def switched(work: Work, probe: FakeProbe) -> CutOver:
    measurement = Measurement(probe=probe)
    reconcile.switch(work, options=SwitchOptions(measurement=measurement))
    assert measurement.cutover is not None
    return measurement.cutover


def test_a_probe_asks_production_for_the_colour_through_a_switch(
    site: Site, probe: FakeProbe
) -> None:
    work = deployed(site)
    switched(work, probe)
    (load,) = probe.loads
    assert load.url == url(work, "production")
    assert load.identify == site.identify
    assert (load.new_per_second, load.kept) == (20.0, 10)
    assert probe.events == ["begun", "running", "stopped"]


def test_a_cut_over_tells_from_where_to_where_production_moved(
    site: Site, probe: FakeProbe
) -> None:
    cutover = switched(deployed(site), probe)
    assert (cutover.old, cutover.old_version) == (BLUE, "1.0")
    assert (cutover.new, cutover.new_version) == (GREEN, "2.0")
    assert (cutover.method, cutover.provider) == (site.switch.method, site.load_balancer.provider)
    assert cutover.recording is not None
    assert cutover.failure is None


def test_a_cut_over_marks_every_step_in_the_order_in_which_they_began(
    site: Site, probe: FakeProbe
) -> None:
    cutover = switched(deployed(site), probe)
    texts = [mark.text for mark in cutover.marks]
    moved = texts.index("point production to green")
    seen = texts.index("see production answer from green")
    assert moved < seen < texts.index("drain blue")
    assert [mark.at for mark in cutover.marks] == sorted(mark.at for mark in cutover.marks)
    assert cutover.asked_at is not None
    assert cutover.drain is not None


def test_requests_to_the_clouds_apis_are_told(site: Site, probe: FakeProbe) -> None:
    calls = [call.path for call in switched(deployed(site), probe).calls]
    move = {Method.ADDRESS: "/floating_ips.point", Method.POOL: "/load_balancers.set_default_pool"}
    assert move[site.switch.method] in calls


def test_the_users_changes_of_the_load_go_before_the_site_files(
    site: Site, probe: FakeProbe
) -> None:
    measurement = Measurement(probe=probe, load=lambda load: replace(load, kept=3))
    reconcile.switch(built(site), options=SwitchOptions(measurement=measurement))
    assert probe.loads[0].kept == 3


def test_a_switch_is_not_measured_where_production_does_not_answer_from_here(
    site: Site, probe: FakeProbe
) -> None:
    work = deployed(site)
    production = url(work, "production") + "/"
    first = True

    def visit(visited: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        nonlocal first
        if visited.startswith(production) and first:
            first = False
            raise NoAnswer("timed out")
        return work.visit(visited, timeout, options)

    cutover = switched(replace(work, visit=visit), probe)
    assert cutover.recording is None
    assert cutover.unmeasured == "production does not answer from here (timed out)"
    assert work.observe().live is GREEN
    assert probe.loads == []


def test_a_switch_with_a_probe_that_is_off_is_still_timed(site: Site, probe: FakeProbe) -> None:
    site = replace(site, switch=replace(site.switch, new_per_second=0.0, kept=0))
    cutover = switched(deployed(site), probe)
    assert (cutover.recording, cutover.unmeasured) == (None, "the probe is switched off")
    assert cutover.asked_at is not None
    assert probe.loads == []


def test_nothing_is_measured_when_there_is_nothing_to_switch(site: Site, probe: FakeProbe) -> None:
    measurement = Measurement(probe=probe)
    reconcile.switch(built(site), BLUE, SwitchOptions(measurement=measurement))
    assert measurement.cutover is None
    assert probe.loads == []


def test_a_switch_that_is_refused_begins_no_probe(site: Site, probe: FakeProbe) -> None:
    work = built(site)
    work.cloud.other_user.delete_server(work.observe().systems[GREEN].servers[0].id)
    work.clock.sleep(30)
    with pytest.raises(Refused):
        reconcile.switch(work, options=SwitchOptions(measurement=Measurement(probe=probe)))
    assert probe.loads == []


def test_a_switch_that_failed_is_measured_and_says_why(site: Site, probe: FakeProbe) -> None:
    work = deployed(site)
    production = url(work, "production") + "/"

    def visit(visited: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        answer = work.visit(visited, timeout, options)
        colour = "blue" if visited.startswith(production) else answer.headers["x-ao-colour"]
        return replace(answer, headers={**answer.headers, "x-ao-colour": colour})

    measurement = Measurement(probe=probe)
    with pytest.raises(SwitchFailed):
        reconcile.switch(replace(work, visit=visit), options=SwitchOptions(measurement=measurement))
    assert measurement.cutover is not None
    assert "Production is back on blue" in str(measurement.cutover.failure)
    assert measurement.cutover.recording is not None
    assert probe.events[-1] == "stopped"


def test_clients_of_the_probe_that_are_left_on_the_old_system_are_told(
    site: Site, probe: FakeProbe
) -> None:
    site = replace(
        site,
        load_balancer=replace(site.load_balancer, provider="amphora", algorithm="SOURCE_IP"),
        drain=replace(site.drain, deadline=5.0),
    )
    probe.left = 4
    drain = switched(deployed(site), probe).drain
    assert drain is not None
    assert drain.left == 4
    assert "4 clients were still on blue at the deadline" in drain.text
    assert drain.seconds >= 5.0


def test_a_deadline_of_a_load_balancer_that_does_not_answer_is_a_failure_of_the_cut_over(
    probe: FakeProbe,
) -> None:
    site = SITES[Method.POOL]
    site = replace(site, switch=replace(site.switch, kept=1))
    work = deployed(site)
    preview = url(work, "preview")

    def visit(visited: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        if visited.startswith(preview):
            raise NoAnswer("timed out")
        return work.visit(visited, timeout, options)

    measurement = Measurement(probe=probe)
    with pytest.raises(DeadlinePassed):
        reconcile.switch(replace(work, visit=visit), options=SwitchOptions(measurement=measurement))
    assert measurement.cutover is not None
    assert measurement.cutover.asked_at is None
    assert work.observe().live is BLUE


def answering(work: Work, status: int) -> Work:
    """The work, whose visitors of the page that tells the colour are answered with a status."""

    def visit(url: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        answer = work.visit(url, timeout, options)
        return replace(answer, status=status) if url.endswith("/version") else answer

    return replace(work, visit=visit)


@pytest.mark.parametrize(("status", "expect"), [(200, None), (401, 401), (429, None)])
def test_a_page_that_asks_for_a_log_in_is_well_and_a_rate_limit_is_no_answer_to_expect(
    site: Site, probe: FakeProbe, status: int, expect: int | None
) -> None:
    switched(answering(deployed(site), status), probe)
    assert [load.expect for load in probe.loads] == [expect]


def test_a_colour_that_cannot_be_searched_for_in_time_is_no_reason_not_to_switch(
    site: Site, probe: FakeProbe
) -> None:
    slow = replace(site.identify, header=None, body="(a+)+(blue|green)$")
    work = answering(deployed(site), 401)

    def visit(url: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        return replace(work.visit(url, timeout, options), body="a" * 4000)

    forgetful = replace(work, visit=visit, sees=False, site=replace(site, identify=slow))
    cutover = switched(forgetful, probe)
    assert "backtracks" in cutover.unmeasured
