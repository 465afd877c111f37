"""Certificates of their own at listeners beside the main one: shown, judged, renewed and seen."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ao import fake
from ao.apply import certificate_state
from ao.colour import Colour
from ao.errors import NotSeen
from ao.operations import reconcile
from ao.site import Method, Site
from ao.site.tls import CertificateFiles
from ao.work import Work
from tests.unit.certificates import HOST, Issued, issue
from tests.unit.operations.sites import SITES
from tests.unit.operations.test_listeners import further, leading
from tests.unit.operations.test_renewal import anew, built, notes, secrets, secure, working
from tests.unit.release.releases import Listener

BLUE, GREEN = Colour
PARTNERS = "partners.example"
WILD = "*.api.example"


def with_own(method: Method, folder: Path) -> Site:
    """A site of HTTPS with a listener of another name, one of a pool of its own, and a plain one.

    The last of these serves the site's certificate.
    """
    pool = method is Method.POOL
    secured = {"protocol": "TERMINATED_HTTPS"}
    partners = issue(PARTNERS).write(folder, "partners")
    api = issue(WILD).write(folder, "api")
    listeners = (
        further("api", 9443, 8081, **secured, certificate=api, preview_port=9444 if pool else None),
        further("partners", 8443, 80, **secured, certificate=partners),
        further("same", 7443, 80, **secured),
    )
    return replace(secure(SITES[method], issue().write(folder)), listeners=listeners)


@pytest.fixture(params=list(Method), ids=str)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    return with_own(request.param, tmp_path)


@pytest.fixture
def pooled(tmp_path: Path) -> Site:
    return with_own(Method.POOL, tmp_path)


@pytest.fixture
def one(pooled: Site) -> Site:
    """A site with the first of these listeners."""
    return replace(pooled, listeners=pooled.listeners[:1])


def rewritten(site: Site, name: str, issued: Issued) -> str:
    """Write a certificate into the files of a listener; return its fingerprint."""
    listener = site.listener(name)
    files = listener.certificate if listener else site.tls and site.tls.certificate
    assert isinstance(files, CertificateFiles)
    issued.write(files.certificate.parent, files.certificate.stem)
    return issued.fingerprint


def served(work: Work) -> dict[tuple[str, str], str]:
    """What is shown, by role and listener."""
    found = certificate_state.look(anew(work), anew(work).observe())
    return {(it.role, it.listener): it.served.certificate.fingerprint for it in found if it.served}


def test_each_that_serves_a_certificate_of_its_own_is_shown(site: Site) -> None:
    work = built(site)
    states = certificate_state.look(work, anew(work).observe())
    pool = site.switch.method is Method.POOL
    previews = [("preview", "api")] if pool else [("preview", "api"), ("preview", "partners")]
    assert [(it.role, it.listener) for it in states] == [
        ("production", ""),
        ("preview", ""),
        ("production", "api"),
        ("production", "partners"),
        *previews,
    ]
    for it in states:
        assert it.served is not None
        assert it.served.distrust is None
        assert not it.is_gone
        assert not it.is_hidden
    ports = [int(it.address.rpartition(":")[2]) for it in states]
    assert ports[2:] == [9443, 8443, *([9444] if pool else [9443, 8443])]


def test_a_renewal_serves_it_and_sees_it_at_the_port_of_each(site: Site) -> None:
    work = built(site)
    wanted = {
        name: rewritten(site, name, issue(of))
        for name, of in (("", HOST), ("api", WILD), ("partners", PARTNERS))
    }
    again = anew(work)
    reconcile.renew(again)
    assert {name: it for (_, name), it in served(work).items()} == wanted
    assert secrets(work) == set(wanted.values())
    assert isinstance(again.progress, Listener)
    steps = set(again.progress.steps)
    assert {f"see listener {it} serve its certificate" for it in ("api", "partners")} <= steps


def test_one_that_is_not_changed_is_not_judged_by_a_renewal_of_others(pooled: Site) -> None:
    rewritten(pooled, "partners", issue(PARTNERS, trusted=False))
    work = built(pooled)
    new = rewritten(pooled, "", issue())
    reconcile.renew(anew(work))
    assert served(work)["production", ""] == new


def test_one_that_is_not_trusted_is_taken_back_and_users_of_no_port_have_it(site: Site) -> None:
    work = built(site)
    before = served(work)
    rewritten(site, "api", issue(WILD, trusted=False))
    rewritten(site, "", issue())
    with pytest.raises(NotSeen, match=r"port 944[34]") as caught:
        reconcile.renew(anew(work))
    assert "not trusted" in caught.value.message
    assert "The one from before is served again" in caught.value.message
    assert served(work) == before
    assert secrets(work) == set(before.values())


def test_one_that_ends_soon_is_told_before_a_switch(site: Site) -> None:
    rewritten(site, "api", issue(WILD, days=5.5))
    work = built(site)
    again = anew(work)
    assert reconcile.switch(again).live is GREEN
    assert "The certificate that listener api serves ends on" in notes(again)
    assert "not trusted" not in notes(again)


def test_one_of_an_unknown_authority_is_told_before_a_switch(pooled: Site) -> None:
    rewritten(pooled, "partners", issue(PARTNERS, trusted=False))
    work = built(pooled)
    again = anew(work)
    assert reconcile.switch(again).live is GREEN
    assert "What listener partners serves is not trusted for partners.example" in notes(again)


def condition(work: Work) -> tuple[object, ...]:
    return served(work), secrets(work), leading(work)


def test_up_tells_which_listener_serves_another_one_than_the_file_names(pooled: Site) -> None:
    work = built(pooled)
    again = anew(work)
    reconcile.up(again)
    assert "ertificate" not in notes(again)
    rewritten(pooled, "partners", issue(PARTNERS))
    again = anew(work)
    reconcile.up(again)
    assert "partners.crt, and listener partners serves ao-shop-certificate-" in notes(again)


def test_up_tells_of_one_that_has_none_of_its_own_any_more(pooled: Site) -> None:
    work = built(pooled)
    without = tuple(replace(it, certificate=None) for it in pooled.listeners)
    again = anew(work, replace(pooled, listeners=without))
    reconcile.up(again)
    assert "listener api serves another certificate than the site's" in notes(again)
    reconcile.renew(anew(again))
    assert {name for _, name in served(again)} == {""}


Prepare = Callable[[Site], Work]
Command = Callable[[Work], object]


def killed(site: Site, prepare: Prepare, command: Command) -> Iterator[tuple[Work, object]]:
    """Yield the site after a command was killed at each of its writes, and how it ends unbroken."""
    work = prepare(site)
    begin = len(work.cloud.calls)
    command(anew(work, site))
    end = condition(anew(work, site))
    written = sum(it.writes for it in work.cloud.calls[begin:])
    assert written
    # Right before a write is right after the one before.
    for skip, after in [(0, False), *((skip, True) for skip in range(written))]:
        work = prepare(site)
        work.cloud.faults.kill("", skip=skip, after=after)
        with pytest.raises(fake.Killed):
            command(anew(work, site))
        work.cloud.process.restart()
        yield anew(work, site), end


def test_a_renewal_that_was_killed_goes_on_when_said_again(one: Site, tmp_path: Path) -> None:
    old = {it: (tmp_path / it).read_bytes() for it in ("api.crt", "api.key")}
    new = issue(WILD)

    def prepare(site: Site) -> Work:
        for name, text in old.items():
            (tmp_path / name).write_bytes(text)
        work = built(site)
        new.write(tmp_path, "api")
        return work

    for work, end in killed(one, prepare, reconcile.renew):
        assert served(work)["production", ""]
        reconcile.renew(work)
        assert condition(work) == end


def test_an_up_that_brings_one_and_was_killed_goes_on_when_said_again(one: Site) -> None:
    less = replace(one, listeners=())

    def prepare(site: Site) -> Work:
        work = working(less)
        reconcile.up(work)
        return anew(work, site)

    for work, end in killed(one, prepare, reconcile.up):
        assert served(work)["production", ""]
        reconcile.up(work)
        assert condition(work) == end
