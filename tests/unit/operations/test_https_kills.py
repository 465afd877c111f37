"""Commands on a site of HTTPS killed, or left without an answer, at every point of their work."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ao import fake
from ao.colour import Colour
from ao.errors import Unavailable
from ao.operations import reconcile
from ao.site import Method, Site
from ao.site.tls import Redirect, Tls
from ao.work import Work
from tests.unit.certificates import HOST, issue
from tests.unit.operations.sites import SITES, start, state

BLUE, GREEN = Colour
LOST = Unavailable("the service did not answer")
TLS = Tls(
    certificate=None,
    sni=(),
    versions=("TLSv1.3",),
    ciphers=None,
    alpn=(),
    hsts=None,
    clients=None,
    ca=None,
    warn=0.0,
)


def anew(work: Work, site: Site) -> Work:
    """Another command on the cloud of that work."""
    return replace(work, site=site, handshake=work.cloud.served, looks={}, found={})


def nothing(site: Site) -> Work:
    return anew(start(site), site)


def plain(site: Site) -> Work:
    """The site by HTTP on port 80, as it may have been before."""
    balancer = replace(site.load_balancer, protocol="HTTP", port=80)
    work = start(replace(site, load_balancer=balancer, tls=None, redirect=None, host=None))
    reconcile.up(work)
    return anew(work, site)


def built(site: Site) -> Work:
    work = nothing(site)
    reconcile.up(work)
    return anew(work, site)


def deployed(site: Site) -> Work:
    work = built(site)
    reconcile.deploy(work, "2.0")
    return anew(work, site)


CASES: dict[str, tuple[Callable[[Site], Work], Callable[[Work], object]]] = {
    "up": (nothing, reconcile.up),
    "up of a site of HTTP": (plain, reconcile.up),
    "switch": (deployed, lambda work: reconcile.switch(work, GREEN)),
}


@pytest.fixture(params=list(Method), ids=str)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    site = SITES[request.param]
    balancer = replace(site.load_balancer, provider="amphora", protocol="TERMINATED_HTTPS")
    return replace(
        site,
        host=HOST,
        health_check=replace(site.health_check, type="HTTP"),
        load_balancer=replace(balancer, port=443, algorithm="ROUND_ROBIN"),
        tls=replace(TLS, certificate=issue().write(tmp_path)),
        redirect=Redirect(port=80, acme_challenge=True),
    )


def condition(work: Work) -> tuple[object, ...]:
    """All of a site that the operator cares for, with what its listeners do."""
    project = work.cloud.openstack.project("shop")
    listeners = [
        (
            it.name,
            it.port,
            it.provisioning_status,
            it.settings.versions,
            project.octavia.pools[it.pool_id].name if it.pool_id else None,
            len(it.certificates),
            [(policy.redirect_prefix, set(policy.rules)) for policy in it.policies],
        )
        for it in project.octavia.listeners.values()
    ]
    return state(work.observe()), len(project.barbican.secrets), sorted(listeners, key=repr)


def run(name: str, site: Site) -> tuple[object, int, int]:
    """What a command ends in, how many calls it makes, and how many that write."""
    prepare, command = CASES[name]
    work = prepare(site)
    begin = len(work.cloud.calls)
    command(work)
    calls = work.cloud.calls[begin:]
    return condition(work), len(calls), sum(call.writes for call in calls)


@pytest.mark.parametrize("name", CASES)
def test_a_command_that_was_killed_anywhere_reaches_its_end_when_said_again(
    name: str, site: Site
) -> None:
    prepare, command = CASES[name]
    end, calls, written = run(name, site)
    points = [("*", skip, False) for skip in range(0, calls, 20)]
    points += [("", skip, after) for skip in range(written) for after in (False, True)]
    for call, skip, after in points:
        work = prepare(site)
        work.cloud.faults.kill(call, skip=skip, after=after)
        try:
            command(work)
        except fake.Killed:
            work.cloud.process.restart()
            command(anew(work, site))
        else:
            # There is no point after a write that was refused.
            assert after
        assert condition(work) == end, (call, skip, after)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", CASES)
def test_a_write_that_is_not_answered_does_not_lead_astray(
    name: str, after: bool, site: Site
) -> None:
    prepare, command = CASES[name]
    end, _, written = run(name, site)
    for skip in range(written):
        work = prepare(site)
        work.cloud.faults.fail("", LOST, skip=skip, after=after)
        try:
            command(work)
        except Unavailable:
            command(anew(work, site))
        assert condition(work) == end, skip
