"""Certificates that are renewed, and what is told of them before they end."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ao import fake
from ao.colour import Colour
from ao.errors import (
    CloudError,
    ConfigError,
    DeadlinePassed,
    NotFound,
    NotSeen,
    Refused,
    Unavailable,
)
from ao.http.handshake import NoHandshake, Served
from ao.journal import Act, Journal, Outcome
from ao.message import message
from ao.operations import operations, reconcile
from ao.operations.switch_options import SwitchOptions
from ao.site import Method, Site
from ao.site.tls import CertificateFiles, ClientCertificates, Hsts, Tls
from ao.work import Work
from tests.unit.certificates import HOST, Issued, issue
from tests.unit.operations.sites import SITES, Visitor, start, writes
from tests.unit.release.releases import Listener

BLUE, GREEN = Colour
CONFIGURE = "load_balancers.configure"
LIVE, STANDBY = "production", "preview"
TLS = Tls(
    certificate=None,
    sni=(),
    versions=(),
    ciphers=None,
    alpn=(),
    hsts=None,
    clients=None,
    ca=None,
    warn=21 * 86_400.0,
)


@pytest.fixture
def files(tmp_path: Path) -> CertificateFiles:
    return issue().write(tmp_path)


@pytest.fixture(params=list(Method), ids=str)
def site(request: pytest.FixtureRequest, files: CertificateFiles) -> Site:
    return secure(SITES[request.param], files)


@pytest.fixture
def pooled(files: CertificateFiles) -> Site:
    return secure(SITES[Method.POOL], files)


@pytest.fixture
def addressed(files: CertificateFiles) -> Site:
    return secure(SITES[Method.ADDRESS], files)


def secure(site: Site, certificate: CertificateFiles | str) -> Site:
    """The site with proxies that terminate TLS."""
    balancer = SITES[Method.POOL].load_balancer
    balancer = replace(balancer, protocol="TERMINATED_HTTPS", port=443)
    tls = replace(TLS, certificate=certificate)
    return replace(site, host=HOST, load_balancer=balancer, tls=tls)


def working(site: Site) -> Work:
    """Work on a new cloud where nothing is built."""
    work = start(site)
    return replace(work, handshake=work.cloud.served, progress=Listener())


def built(site: Site) -> Work:
    work = working(site)
    reconcile.up(work)
    return work


def anew(work: Work, site: Site | None = None) -> Work:
    """Another command on the cloud of that work."""
    return replace(work, site=site or work.site, looks={}, found={}, progress=Listener())


def notes(work: Work) -> str:
    assert isinstance(work.progress, Listener)
    return "\n".join(work.progress.notes)


def rewritten(site: Site, issued: Issued) -> Issued:
    """Write a certificate into the files that the site file names."""
    assert site.tls is not None
    assert isinstance(site.tls.certificate, CertificateFiles)
    issued.write(site.tls.certificate.certificate.parent)
    return issued


def barbican(work: Work) -> fake.barbican.Barbican:
    return work.cloud.openstack.project("shop").barbican


def lose(work: Work) -> None:
    """Have somebody delete all secrets."""
    for id_ in list(barbican(work).secrets):
        barbican(work).remove(id_)


def secrets(work: Work) -> set[str]:
    """Fingerprints of the certificates that Barbican keeps."""
    read = fake.barbican.Bundle.read_pkcs12
    return {read(it.payload).certificate.fingerprint for it in barbican(work).secrets.values()}


def served(work: Work, role: str = LIVE) -> str:
    """Fingerprint of what an address serves."""
    facts = anew(work).observe()
    pool = work.site.switch.method is Method.POOL
    address = facts.production if role == LIVE else facts.preview
    assert address is not None
    port = work.site.switch.preview_port if pool and role == STANDBY else 443
    shown = work.cloud.served(address.address, port, HOST, 3.0)
    return str(shown.certificate.fingerprint)


def references(work: Work) -> set[str]:
    """What the listeners name."""
    listeners = work.cloud.openstack.project("shop").octavia.listeners.values()
    return {it.settings.tls_ref for it in listeners if it.settings.tls_ref}


def test_production_and_preview_serve_what_the_files_hold_by_now(site: Site) -> None:
    work = built(site)
    new = rewritten(site, issue())
    again = anew(work)
    operations.renew(again)
    assert served(work) == served(work, STANDBY) == new.fingerprint
    assert secrets(work) == {new.fingerprint}


def test_each_listener_gets_it_in_one_request_and_users_last(site: Site) -> None:
    work = built(site)
    rewritten(site, issue())
    known = len(writes(work.cloud))
    again = anew(work)
    reconcile.renew(again)
    assert writes(work.cloud)[known:] == [
        "certificates.store",
        CONFIGURE,
        CONFIGURE,
        "certificates.remove",
    ]
    assert isinstance(again.progress, Listener)
    assert list(map(str, again.progress.steps)) == [
        f"have listener {name} serve the certificate"
        if name
        else f"see {role} serve the certificate"
        for role, name in _order(site)
    ] + ["delete the certificates that Ao has stored and no listener serves"]


def _order(site: Site) -> Iterator[tuple[str, str]]:
    pool = site.switch.method is Method.POOL
    yield STANDBY, f"ao-{site.name}-preview" if pool else f"ao-{site.name}-green-secure"
    yield STANDBY, ""
    yield LIVE, f"ao-{site.name}-secure" if pool else f"ao-{site.name}-blue-secure"
    yield LIVE, ""


def test_users_are_answered_all_along(site: Site) -> None:
    work = built(site)
    rewritten(site, issue())
    visitor = Visitor(anew(work))
    reconcile.renew(visitor.watch())
    assert set(visitor.seen) == {"blue"}


def test_a_certificate_that_is_served_already_is_said_to_be_and_nothing_is_changed(
    site: Site,
) -> None:
    work = built(site)
    known = len(writes(work.cloud))
    again = anew(work)
    reconcile.renew(again)
    assert f"{site.name} serves that certificate already." in notes(again)
    assert writes(work.cloud)[known:] == []


def test_a_certificate_of_other_files_may_be_named(site: Site, tmp_path: Path) -> None:
    work = built(site)
    new = issue()
    given = new.write(tmp_path, "other")
    operations.renew(anew(work), given, "by a hook")
    assert served(work) == new.fingerprint
    (told,) = [it for it in Journal(work).operations() if it.act == Act.RENEW]
    assert told.outcome == Outcome.DONE
    assert told.reason == "by a hook"


@pytest.mark.parametrize("part", ["certificate", "key"])
def test_what_is_wrong_in_a_file_is_told_by_its_option(
    pooled: Site, tmp_path: Path, part: str
) -> None:
    work = built(pooled)
    given = issue().write(tmp_path, "other")
    files = {"certificate": given.certificate, "key": given.key}
    files[part].write_text("nothing of the kind")
    with pytest.raises(ConfigError, match=f"^--{part}: it holds no"):
        reconcile.renew(anew(work), given)


def test_a_name_of_barbican_is_looked_up_anew(site: Site) -> None:
    work = working(secure(site, "first"))
    old, new = issue(), issue()
    store = barbican(work).store
    kept = {name: store(name, it.bundle.pkcs12(), "") for name, it in (("first", old), ("b", new))}
    reconcile.up(work)
    renewed = anew(work, secure(site, "b"))
    reconcile.renew(renewed)
    assert served(work) == new.fingerprint
    # It is not Ao's to delete.
    assert set(barbican(work).secrets) == {it.id for it in kept.values()}


def test_a_certificate_for_another_name_keeps_what_it_has(site: Site, tmp_path: Path) -> None:
    other = issue("other.example").write(tmp_path, "sni")
    assert site.tls is not None
    site = replace(site, tls=replace(site.tls, sni=(other,)))
    work = built(site)
    new = issue()
    reconcile.renew(anew(work), new.write(tmp_path, "new"))
    assert served(work) == new.fingerprint
    facts = anew(work).observe()
    assert facts.production is not None
    address = facts.production.address
    shown = work.cloud.served(address, 443, "other.example", 3.0).certificate
    assert shown.covers("other.example")


@pytest.mark.parametrize(
    ("issued", "told"),
    [
        (issue("other.example"), f"is not of {HOST}, but of other.example"),
        (issue(days=-1), "has expired"),
    ],
    ids=["another host", "expired"],
)
def test_a_certificate_that_is_no_good_changes_nothing(
    site: Site, issued: Issued, told: str
) -> None:
    work = built(site)
    before = served(work)
    rewritten(site, issued)
    known = len(writes(work.cloud))
    with pytest.raises(ConfigError, match=told):
        reconcile.renew(anew(work))
    assert writes(work.cloud)[known:] == []
    assert served(work) == before


def test_a_certificate_that_nobody_trusts_is_seen_at_the_preview_and_taken_back(
    site: Site,
) -> None:
    work = built(site)
    before, known = served(work), len(work.cloud.calls)
    rewritten(site, issue(trusted=False))
    told = r"not trusted here.*The one from before is served again"
    with pytest.raises(NotSeen, match=told) as caught:
        reconcile.renew(anew(work))
    assert "by `tls.ca` in the site file" in caught.value.cure
    assert served(work) == served(work, STANDBY) == before
    assert secrets(work) == {before}
    changed = [it for it in work.cloud.calls[known:] if it.name == CONFIGURE]
    assert len(changed) == 2, "that of the preview there and back"


def test_one_that_production_does_not_serve_is_taken_back_from_both(site: Site) -> None:
    work = built(site)
    before = served(work)
    rewritten(site, issue())
    facts = work.observe()
    assert facts.production is not None
    address = facts.production.address

    def stuck(
        asked: str, port: int, name: str, deadline: float, *, ca: str | None = None
    ) -> Served:
        if (asked, port) == (address, 443):
            raise NoHandshake(message("it speaks no TLS"))
        shown: Served = work.cloud.served(asked, port, name, deadline, ca=ca)
        return shown

    with pytest.raises(NotSeen, match="it speaks no TLS"):
        reconcile.renew(replace(anew(work), handshake=stuck))
    assert served(work) == served(work, STANDBY) == before
    assert secrets(work) == {before}


def test_where_it_cannot_be_taken_back_that_is_told(pooled: Site) -> None:
    work = built(pooled)
    rewritten(pooled, issue(trusted=False))
    work.cloud.faults.fail(CONFIGURE, CloudError("no"), skip=1)
    with pytest.raises(NotSeen, match="could not be served again: no"):
        reconcile.renew(anew(work))


def test_a_renewal_that_was_killed_anywhere_goes_on(site: Site, tmp_path: Path) -> None:
    old, new = issue(), issue()

    def prepare() -> Work:
        old.write(tmp_path)
        work = built(site)
        new.write(tmp_path)
        return anew(work)

    work = prepare()
    known = len(work.cloud.calls)
    reconcile.renew(work)
    calls = work.cloud.calls[known:]
    points = [("*", skip, False) for skip in range(0, len(calls), 4)]
    writing = sum(call.writes for call in calls)
    points += [("", skip, after) for skip in range(writing) for after in (False, True)]
    for call, skip, after in points:
        work = prepare()
        work.cloud.faults.kill(call, skip=skip, after=after)
        with pytest.raises(fake.Killed):
            reconcile.renew(work)
        work.cloud.process.restart()
        assert served(work) in {old.fingerprint, new.fingerprint}
        visitor = Visitor(anew(work))
        reconcile.renew(visitor.watch())
        assert set(visitor.seen) <= {"blue"}
        assert served(work) == served(work, STANDBY) == new.fingerprint
        assert secrets(work) == {new.fingerprint}


def test_a_certificate_that_somebody_deletes_before_it_is_served_leaves_the_old_one(
    site: Site,
) -> None:
    work = built(site)
    before = served(work)
    rewritten(site, issue())
    work.cloud.faults.meanwhile(CONFIGURE, lambda: lose(work))
    with pytest.raises(CloudError, match="HTTP 400"):
        reconcile.renew(anew(work))
    listeners = work.cloud.openstack.project("shop").octavia.listeners.values()
    assert {it.certificates[0].certificate.fingerprint for it in listeners} == {before}


def test_one_whose_secret_somebody_has_deleted_is_served_anew_from_the_same_files(
    site: Site,
) -> None:
    work = built(site)
    before = served(work)
    lose(work)
    reconcile.renew(anew(work))
    assert served(work) == served(work, STANDBY) == before
    assert secrets(work) == {before}


def test_one_that_octavia_may_not_read_any_more_is_stored_anew(site: Site) -> None:
    work = built(site)
    before = served(work)
    for secret in barbican(work).secrets.values():
        secret.readers.clear()
    reconcile.renew(anew(work))
    assert served(work) == before
    assert all(it.readers for it in barbican(work).secrets.values())
    assert len(barbican(work).secrets) == 1


def test_listeners_that_octavia_has_left_out_come_back(pooled: Site) -> None:
    work = built(pooled)
    before = served(work)
    lose(work)
    shared = work.observe().shared
    assert shared is not None
    work.cloud.load_balancers.reload(shared)
    work.clock.sleep(30.0)
    with pytest.raises(NoHandshake):
        served(work)
    reconcile.renew(anew(work))
    assert served(work) == served(work, STANDBY) == before
    assert Visitor(anew(work)).look() == "blue"


def test_a_secret_that_another_listener_names_stays(pooled: Site) -> None:
    work = built(pooled)
    (old,) = references(work)
    octavia = work.cloud.openstack.project("shop").octavia
    one = next(iter(octavia.listeners.values()))
    settings = replace(one.settings, tls_ref=old)
    stranger = replace(one, id="stranger", name="stranger", port=8443, settings=settings)
    rewritten(pooled, issue())
    octavia.listeners["stranger"] = stranger
    reconcile.renew(anew(work))
    assert old.rpartition("/")[2] in barbican(work).secrets


def test_a_secret_of_a_site_whose_name_begins_alike_stays(pooled: Site) -> None:
    work = built(pooled)
    name = f"ao-{pooled.name}-certificate-two-certificate-{'0' * 32}"
    other = barbican(work).store(name, issue().bundle.pkcs12(), "")
    rewritten(pooled, issue())
    reconcile.renew(anew(work))
    assert other.id in barbican(work).secrets


def test_an_old_one_that_cannot_be_deleted_is_told_and_deleted_the_next_time(site: Site) -> None:
    work = built(site)
    new = rewritten(site, issue())
    work.cloud.faults.fail("certificates.remove", Unavailable("Barbican is down"))
    again = anew(work)
    reconcile.renew(again)
    assert "Barbican is down" in notes(again)
    assert len(secrets(work)) == 2
    reconcile.renew(anew(work))
    assert secrets(work) == {new.fingerprint}


def test_a_system_that_heat_builds_is_waited_for(addressed: Site) -> None:
    work = built(addressed)
    reconcile.start_deploy(anew(work), "2.0")
    new = rewritten(addressed, issue())
    reconcile.renew(anew(work))
    assert served(work) == served(work, STANDBY) == new.fingerprint
    facts = anew(work).observe()
    stack = facts.systems[GREEN].stack
    assert stack is not None
    assert not stack.busy


def test_a_listener_that_is_gone_is_built_with_the_certificate_that_is_served(
    pooled: Site,
) -> None:
    work = built(pooled)
    new = rewritten(pooled, issue())
    reconcile.renew(anew(work))
    octavia = work.cloud.openstack.project("shop").octavia
    name = f"ao-{pooled.name}-preview"
    lost = next(it for it in octavia.listeners.values() if it.name == name)
    del octavia.listeners[lost.id]
    reconcile.up(anew(work))
    assert served(work, STANDBY) == new.fingerprint


def test_a_load_balancer_that_is_gone_is_built_with_the_certificate_that_is_served(
    addressed: Site,
) -> None:
    work = built(addressed)
    new = rewritten(addressed, issue())
    reconcile.renew(anew(work))
    lost = anew(work).observe().systems[GREEN].load_balancer
    assert lost is not None
    work.cloud.other_user.delete_load_balancer(lost.id)
    reconcile.up(anew(work))
    assert served(work, STANDBY) == new.fingerprint


def test_a_broken_server_is_replaced_though_barbican_does_not_answer(site: Site) -> None:
    work = built(site)
    work.cloud.other_user.delete_server(work.observe().systems[BLUE].servers[0].id)
    for _ in range(9):
        work.cloud.faults.fail("certificates.get", Unavailable("Barbican is down"))
    facts = reconcile.up(anew(work))
    assert facts.systems[BLUE].obstacle() is None


@pytest.mark.parametrize("method", list(Method), ids=str)
def test_a_site_of_http_has_nothing_to_renew(method: Method) -> None:
    work = built(SITES[method])
    with pytest.raises(Refused, match="terminates TLS"):
        reconcile.renew(anew(work))


def test_a_load_balancer_in_error_takes_no_certificate(pooled: Site) -> None:
    work = built(pooled)
    rewritten(pooled, issue())
    known = len(writes(work.cloud))
    for balancer in work.cloud.openstack.project("shop").octavia.balancers.values():
        balancer.provisioning_status = "ERROR"
    with pytest.raises(Refused, match="ERROR"):
        reconcile.renew(anew(work))
    assert writes(work.cloud)[known:] == []


def test_up_tells_of_other_files_and_renews_nothing(site: Site) -> None:
    work = built(site)
    before = served(work)
    rewritten(site, issue())
    again = anew(work)
    reconcile.up(again)
    assert "`ao certificate renew` serves what the site file names" in notes(again)
    assert served(work) == before
    reconcile.renew(anew(work))
    last = anew(work)
    reconcile.up(last)
    assert "certificate" not in notes(last)


def test_up_tells_of_other_certificates_for_other_names(site: Site, tmp_path: Path) -> None:
    assert site.tls is not None
    work = built(site)
    other = issue("other.example").write(tmp_path, "sni")
    barbican(work).add("third", issue("third.example").bundle.pkcs12(), "")
    wider = replace(site, tls=replace(site.tls, sni=(other, "third")))
    again = anew(work, wider)
    reconcile.up(again)
    assert "serves to who asks for another name" in notes(again)
    reconcile.renew(anew(work, wider))
    last = anew(work, wider)
    reconcile.up(last)
    assert "certificate" not in notes(last)
    again = anew(work, site)
    reconcile.up(again)
    assert "serves to who asks for another name" in notes(again)


def test_up_does_not_read_the_key(site: Site) -> None:
    work = built(site)
    assert site.tls is not None
    assert isinstance(site.tls.certificate, CertificateFiles)
    site.tls.certificate.key.unlink()
    again = anew(work)
    reconcile.up(again)
    assert "certificate" not in notes(again)


def test_up_tells_that_the_certificate_is_gone(site: Site) -> None:
    work = built(site)
    lose(work)
    again = anew(work)
    reconcile.up(again)
    assert "Barbican has the certificate" in notes(again)


@pytest.mark.parametrize("lost", ["gone", "hidden"])
def test_a_switch_that_would_end_https_is_refused(pooled: Site, lost: str) -> None:
    work = built(pooled)
    spoil(work, lost)
    known = len(writes(work.cloud))
    with pytest.raises(Refused, match="would end HTTPS"):
        reconcile.switch(anew(work))
    assert writes(work.cloud)[known:] == []
    reconcile.renew(anew(work))
    assert reconcile.switch(anew(work)).live is GREEN


def spoil(work: Work, lost: str) -> None:
    kept = barbican(work).secrets
    if lost == "gone":
        lose(work)
    for secret in kept.values():
        secret.readers.clear()


def test_a_deploy_that_would_end_https_is_refused(pooled: Site) -> None:
    work = built(pooled)
    spoil(work, "gone")
    known = len(writes(work.cloud))
    with pytest.raises(Refused, match="would end HTTPS"):
        reconcile.deploy(anew(work), "2.0")
    with pytest.raises(Refused, match="would end HTTPS"):
        reconcile.start_deploy(anew(work), "2.0")
    assert writes(work.cloud)[known:] == []


def test_what_else_would_end_https_is_refused(site: Site) -> None:
    assert site.tls is not None
    work = built(site)
    spoil(work, "gone")
    known = len(writes(work.cloud))
    hsts = replace(site, tls=replace(site.tls, hsts=Hsts(max_age=5, subdomains=True, preload=True)))
    refused: dict[str, Callable[[], object]] = {
        "up": lambda: reconcile.up(anew(work, hsts)),
        "scale": lambda: reconcile.scale(anew(work), BLUE, 3),
        "start of scale": lambda: reconcile.start_scale(anew(work), BLUE, 3),
    }
    if site.switch.method is Method.POOL:
        refused["down"] = lambda: reconcile.down(anew(work), frozenset([GREEN]))
    for command in refused.values():
        with pytest.raises(Refused, match="would end HTTPS") as told:
            command()
        assert "`ao certificate renew`" in told.value.cure
    assert writes(work.cloud)[known:] == []
    reconcile.renew(anew(work, hsts))
    reconcile.up(anew(work, hsts))
    for command in refused.values():
        command()


def test_by_the_address_method_the_other_system_goes_on(addressed: Site) -> None:
    work = built(addressed)
    reconcile.renew(anew(work))
    (secret,) = barbican(work).secrets.values()
    other = barbican(work).add("other", secret.payload, secret.owner)
    facts = work.observe()
    listener = facts.systems[GREEN].listener
    assert listener is not None
    settings = replace(listener.settings, tls_ref=other.stored.ref)
    work.cloud.load_balancers.configure(listener, settings)
    work.clock.sleep(5)
    barbican(work).remove(other.stored.ref)
    reconcile.scale(anew(work), BLUE, 3)
    with pytest.raises(Refused, match="load balancer ao-shop-green would end HTTPS"):
        reconcile.scale(anew(work), GREEN, 3)


def test_an_authority_of_clients_that_is_gone_is_told_with_its_own_cure(pooled: Site) -> None:
    assert pooled.tls is not None
    asked = ClientCertificates(ca="partners", crl=None, required=False)
    work = working(replace(pooled, tls=replace(pooled.tls, clients=asked)))
    text = issue().certificate
    kept = barbican(work).add("partners", text, "")
    reconcile.up(work)
    barbican(work).remove(kept.stored.ref)
    with pytest.raises(Refused, match="would end HTTPS") as refused:
        reconcile.switch(anew(work))
    assert "`tls.clients` of the site file, and `ao up`" in refused.value.cure
    barbican(work).add("partners", text, "")
    reconcile.up(anew(work))
    assert reconcile.switch(anew(work)).live is GREEN


def test_what_a_listener_names_acts_on_no_terminal(pooled: Site) -> None:
    work = built(pooled)
    for listener in work.cloud.openstack.project("shop").octavia.listeners.values():
        listener.settings = replace(listener.settings, tls_ref="https://a/\x1b[31m\n" + "x" * 300)
    with pytest.raises(Refused, match="would end HTTPS") as refused:
        reconcile.switch(anew(work))
    assert str(refused.value.message).isprintable()
    assert len(refused.value.message) < 400


def test_a_barbican_that_does_not_answer_keeps_nobody_from_other_commands(site: Site) -> None:
    assert site.tls is not None
    asked = ClientCertificates(ca="partners", crl=None, required=False)
    work = working(replace(site, tls=replace(site.tls, clients=asked)))
    barbican(work).add("partners", issue().certificate, "")
    reconcile.up(work)
    commands: tuple[Callable[[Work], object], ...] = (
        reconcile.up,
        reconcile.switch,
        lambda work: reconcile.scale(work, BLUE, 3),
        lambda work: reconcile.down(work, frozenset(Colour)),
    )
    for command in commands:
        work.cloud.faults.fail("certificates.find", Unavailable("Barbican is down"))
        command(anew(work))
        work.cloud.faults.clear()


def test_a_deploy_with_a_certificate_that_may_not_be_read_tells_of_it(pooled: Site) -> None:
    work = built(pooled)
    spoil(work, "hidden")
    again = anew(work)
    # The fake's amphora does not read it, and leaves the preview's listener out.
    with pytest.raises(DeadlinePassed):
        reconcile.deploy(again, "2.0")
    assert "would end HTTPS at its next change" in notes(again)


def test_a_site_file_that_the_cloud_keeps_names_no_files_to_renew_from(site: Site) -> None:
    work = built(site)
    assert site.tls is not None
    kept = replace(site, tls=replace(site.tls, certificate=None))
    with pytest.raises(Refused, match=r"which the cloud does not keep\n") as refused:
        reconcile.renew(anew(work, kept))
    assert "--certificate" in refused.value.cure


@pytest.mark.parametrize("lost", ["gone", "hidden"])
def test_by_the_address_method_it_is_told(addressed: Site, lost: str) -> None:
    work = built(addressed)
    spoil(work, lost)
    again = anew(work)
    assert reconcile.switch(again).live is GREEN
    assert "would end HTTPS at its next change" in notes(again)


def test_force_asks_nothing_of_certificates(pooled: Site) -> None:
    work = built(pooled)
    spoil(work, "hidden")
    known = len(work.cloud.calls)
    # The load balancer has lost its listener: nobody answers by HTTPS.
    with pytest.raises(NotSeen):
        reconcile.switch(anew(work), options=SwitchOptions(force=True))
    assert not [it for it in work.cloud.calls[known:] if it.name.startswith("certificates.")]


def test_a_barbican_that_does_not_answer_keeps_a_shared_load_balancer_from_switching(
    pooled: Site,
) -> None:
    work = built(pooled)
    work.cloud.faults.fail("certificates.readers", Unavailable("Barbican is down"))
    before = writes(work.cloud)
    with pytest.raises(Refused, match="as it answers Ao \\(Barbican is down\\)") as caught:
        reconcile.switch(anew(work))
    assert "when Barbican answers. --force" in caught.value.cure
    assert writes(work.cloud) == before
    work.cloud.faults.clear()
    assert reconcile.switch(anew(work)).live is GREEN


def test_it_keeps_nobody_from_going_back(pooled: Site) -> None:
    work = built(pooled)
    work.cloud.faults.fail("certificates.readers", Unavailable("Barbican is down"))
    again = anew(work)
    assert reconcile.switch(again, options=SwitchOptions(compares_monitor=False)).live is GREEN
    assert "if Barbican answers Octavia as it answers Ao" in notes(again)


def test_it_keeps_no_address_from_moving(addressed: Site) -> None:
    work = built(addressed)
    work.cloud.faults.fail("certificates.readers", Unavailable("Barbican is down"))
    again = anew(work)
    assert reconcile.switch(again).live is GREEN
    assert "if Barbican answers Octavia as it answers Ao" in notes(again)


def test_a_certificate_that_ends_soon_is_told_before_a_switch(site: Site) -> None:
    rewritten(site, issue(days=5.5))
    work = built(site)
    again = anew(work)
    assert reconcile.switch(again).live is GREEN
    assert "in 5 days" in notes(again)


def test_a_certificate_of_servers_that_terminate_tls_is_told_before_a_switch_too(
    site: Site,
) -> None:
    balancer = replace(site.load_balancer, protocol="HTTPS", server_port=443)
    assert site.tls is not None
    passed_on = replace(site, load_balancer=balancer, tls=replace(site.tls, certificate=None))
    ending = issue(days=5.5).bundle.certificate

    def shown(*asked: object, **more: object) -> Served:
        return Served(certificate=ending, chain=(), alpn=None, version="TLSv1.3", distrust=None)

    work = built(passed_on)
    again = replace(anew(work), handshake=shown)
    assert reconcile.switch(again).live is GREEN
    assert "in 5 days. It is the servers' to serve another one." in notes(again)


def test_a_switch_with_a_certificate_that_is_well_tells_nothing_of_it(site: Site) -> None:
    work = built(site)
    again = anew(work)
    assert reconcile.switch(again).live is GREEN
    assert "ertificate" not in notes(again)


def test_down_deletes_what_ao_has_stored_after_the_load_balancers(site: Site) -> None:
    work = built(site)
    other = barbican(work).store("somebody's", issue().bundle.pkcs12(), "")
    operations.down(anew(work), frozenset(Colour))
    assert set(barbican(work).secrets) == {other.id}
    names = writes(work.cloud)
    last = max(at for at, it in enumerate(names) if it == "stacks.delete")
    assert names.index("certificates.remove") > last


def test_a_down_that_was_killed_before_deletes_them_when_said_again(site: Site) -> None:
    work = built(site)
    work.cloud.faults.kill("certificates.remove")
    with pytest.raises(fake.Killed):
        operations.down(anew(work), frozenset(Colour))
    work.cloud.process.restart()
    operations.down(anew(work), frozenset(Colour))
    assert barbican(work).secrets == {}


def test_down_of_one_system_keeps_the_certificate(site: Site) -> None:
    work = built(site)
    operations.down(anew(work), frozenset({GREEN}))
    assert len(barbican(work).secrets) == 1


def test_down_of_a_site_of_http_does_not_ask_barbican() -> None:
    work = built(SITES[Method.POOL])
    operations.down(anew(work), frozenset(Colour))
    assert not [it for it in work.cloud.calls if it.name.startswith("certificates.")]


def test_a_cloud_without_barbican_lets_a_site_go(pooled: Site) -> None:
    work = built(pooled)
    work.cloud.faults.fail("certificates.beginning", NotFound("no key manager"))
    again = anew(work)
    operations.down(again, frozenset(Colour))
    assert "no key manager" in notes(again)
