"""Production and previews that are asked by https, and certificates that are not trusted."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ao.colour import Colour
from ao.cutover.measurement import Measurement
from ao.errors import DeadlinePassed, NotSeen, SwitchFailed
from ao.http.request_options import RequestOptions
from ao.operations import reconcile
from ao.operations.switch_options import SwitchOptions
from ao.site import Method, Site
from ao.visit import AS_URL, Answer, NoAnswer, Untrusted
from ao.work import Work
from tests.unit.certificates import issue
from tests.unit.operations.sites import SITES, deployed, start, url
from tests.unit.operations.test_https import secure
from tests.unit.probes import FakeProbe, kept_client, recording

BLUE, GREEN = Colour
HOST = "shop.example"
CURE = "`tls.ca` names the authority."


@pytest.fixture(params=list(Method), ids=str)
def site(request: pytest.FixtureRequest) -> Site:
    """A site with proxies that pass TLS on to its servers."""
    balancer = replace(SITES[Method.POOL].load_balancer, protocol="HTTPS", port=443)
    return replace(SITES[request.param], host=HOST, load_balancer=balancer)


def distrusting(work: Work, role: str, when: Callable[[], bool] = lambda: True) -> Work:
    """The work, to which the certificate of production or of the preview is not trusted."""
    place = url(work, role) + "/"

    def visit(visited: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        if visited.startswith(place) and when():
            raise Untrusted(f"{visited}: its certificate does not name {HOST}", cure=CURE)
        return work.visit(visited, timeout, options)

    return replace(work, visit=visit)


def test_whatever_asks_does_so_by_https_and_names_the_host(site: Site) -> None:
    asked: set[tuple[str, str | None]] = set()
    work = deployed(site)

    def visit(visited: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        asked.add((visited.partition("://")[0], options.host))
        return work.visit(visited, timeout, options)

    assert reconcile.switch(replace(work, visit=visit)).live is GREEN
    assert asked == {("https", HOST)}


def test_a_preview_whose_certificate_is_not_trusted_stops_a_switch_soon_with_the_cure(
    site: Site,
) -> None:
    work = deployed(site)
    begin = work.clock.now()
    with pytest.raises(DeadlinePassed, match=r"preview cannot be asked: .*does not name") as told:
        reconcile.switch(distrusting(work, "preview"))
    assert told.value.cure == CURE
    assert work.clock.now() - begin < 20
    assert work.observe().live is BLUE


def test_production_whose_certificate_is_not_trusted_goes_back_soon(site: Site) -> None:
    work = deployed(site)
    begin = work.clock.now()
    moved = distrusting(work, "production", lambda: work.observe().live is GREEN)
    with pytest.raises(SwitchFailed, match=r"production cannot be asked: .*does not name"):
        reconcile.switch(moved)
    assert work.clock.now() - begin < 30
    assert work.observe().live is BLUE


def test_a_certificate_that_is_trusted_again_a_moment_later_stops_nothing(site: Site) -> None:
    work = deployed(site)
    begin = work.clock.now()
    moved = distrusting(work, "preview", lambda: work.clock.now() < begin + 5)
    assert reconcile.switch(moved).live is GREEN


def test_how_to_see_what_an_address_answers_is_told_for_the_hosts_name(site: Site) -> None:
    work = deployed(site)
    preview = url(work, "preview")

    def visit(visited: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        if visited.startswith(preview):
            raise NoAnswer("timed out")
        return work.visit(visited, timeout, options)

    with pytest.raises(DeadlinePassed) as told:
        reconcile.switch(replace(work, visit=visit))
    address, _, port = preview.removeprefix("https://").partition(":")
    place = HOST + (f":{port}" if port else "")
    asked = f"curl -i -H 'Host: {HOST}' --connect-to ::{address}: https://{place}/version"
    assert f"`{asked}`" in told.value.cure


def test_a_probe_speaks_both_versions_of_http_through_a_switch(site: Site) -> None:
    probe = FakeProbe(see=lambda load: recording(load, kept_client("green")))
    measured = replace(site, switch=replace(site.switch, new_per_second=20.0, kept=10))
    work = deployed(measured)
    reconcile.switch(work, options=SwitchOptions(measurement=Measurement(probe=probe)))
    (load,) = probe.loads
    assert load.url == url(work, "production")
    assert load.url.startswith("https://")
    assert (load.host, load.mixed) == (HOST, True)
    assert "443" not in load.url


def test_a_private_authority_that_is_not_named_ends_the_first_look_soon(tmp_path: Path) -> None:
    files = issue(HOST, trusted=False).write(tmp_path)
    site = secure(SITES[Method.POOL], files)
    work = start(site)
    with pytest.raises(NotSeen, match="of an authority that is not trusted here") as told:
        reconcile.up(work)
    assert "`tls.ca` in the site file" in told.value.cure
    assert site.tls is not None
    named = replace(site.tls, ca=files.certificate.read_text(encoding="ascii"))
    assert reconcile.up(replace(work, site=replace(site, tls=named), looks={})).live is BLUE
