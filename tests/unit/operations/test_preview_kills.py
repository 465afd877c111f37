"""Commands killed at every write of a site whose standby is asked by what a request says."""

from dataclasses import replace

import pytest

from ao.colour import Colour
from ao.operations import reconcile
from ao.plan.preview_key import NAMES
from ao.site import Preview, Site
from ao.work import Work
from tests.unit import samples
from tests.unit.operations.sites import Case, Visitor, start, state
from tests.unit.operations.test_kills import killed, run

BLUE, GREEN = Colour
PORT = samples.POOL_SITE
HEADER = replace(PORT, switch=replace(PORT.switch, preview=Preview.HEADER))
COOKIE = replace(PORT, switch=replace(PORT.switch, preview=Preview.COOKIE))


def as_file(before: Site, after: Site) -> Work:
    """A site that was built by one file, with another one."""
    work = start(before)
    reconcile.up(work)
    return replace(work, site=after, looks={})


def deployed(site: Site) -> Work:
    work = as_file(site, site)
    reconcile.deploy(work, "2.0")
    return replace(work, looks={})


CASES = {
    "up": Case(start, reconcile.up, served=False),
    "a header in place of a port": Case(lambda site: as_file(PORT, site), reconcile.up),
    "a cookie in place of a header": Case(lambda _: as_file(HEADER, COOKIE), reconcile.up),
    "a port in place of a header": Case(lambda site: as_file(site, PORT), reconcile.up),
    "deploy": Case(lambda site: as_file(site, site), lambda work: reconcile.deploy(work, "2.0")),
    "switch": Case(deployed, lambda work: reconcile.switch(work, GREEN)),
    "new values": Case(deployed, reconcile.new_preview_key),
}


def policies(work: Work) -> list[str]:
    octavia = work.cloud.openstack.project("shop").octavia
    return sorted(it.name for at in octavia.listeners.values() for it in at.policies)


@pytest.mark.parametrize("name", CASES)
def test_a_command_that_was_killed_anywhere_is_done_when_said_again(name: str) -> None:
    case = CASES[name]
    unbroken = case.prepare(HEADER)
    case.command(unbroken)
    end = state(unbroken.observe())
    _, calls, written = run(case, HEADER)
    for work in killed(case, HEADER, calls, written):
        assert not case.served or Visitor(work).look() in ("blue", "green")
        case.command(work)
        assert state(work.observe()) == end
        wanted = sorted(NAMES.values()) if work.site.switch.previews_by_request else []
        assert policies(work) == wanted


@pytest.mark.parametrize("site", [HEADER], ids=["header"])
def test_a_site_is_deleted_that_was_killed_while_it_was(site: Site) -> None:
    case = Case(deployed, lambda work: reconcile.down(work, frozenset(Colour)), served=False)
    _, calls, written = run(case, site)
    for work in killed(case, site, calls, written):
        case.command(work)
        assert work.cloud.load_balancers.all() == ()
