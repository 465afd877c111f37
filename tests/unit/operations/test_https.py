"""A site that serves HTTPS: `load_balancer.protocol: TERMINATED_HTTPS` of the site file."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ao.apply import certificate
from ao.cloud import L7Policy, ListenerSettings
from ao.colour import Colour
from ao.cutover.measurement import Measurement
from ao.errors import CloudError, ConfigError, DeadlinePassed, NotFound, Refused
from ao.fake import octavia
from ao.http.request_options import OwnCertificate
from ao.operations import reconcile
from ao.operations.overview import overview
from ao.operations.switch_options import SwitchOptions
from ao.plan.facts import Facts
from ao.site import Method, Site
from ao.site.tls import CertificateFiles, ClientCertificates, Hsts, Redirect, Tls
from ao.text_format import newer_tags
from ao.work import Work
from ao.x509.certificate import Certificate
from tests.unit.certificates import HOST, issue
from tests.unit.operations.sites import SITES, Visitor, start, writes
from tests.unit.probes import FakeProbe, kept_client, recording
from tests.unit.release.releases import Listener, released

BLUE, GREEN = Colour
TLS = Tls(
    certificate="shop",
    sni=(),
    versions=("TLSv1.3",),
    ciphers=None,
    alpn=("h2", "http/1.1"),
    hsts=Hsts(max_age=86_400, subdomains=True, preload=False),
    clients=None,
    ca=None,
    warn=0.0,
)
CONFIGURE = "load_balancers.configure"
OTHER = issue("other.example")
OFFICE = ("198.51.100.0/24",)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> CertificateFiles:
    return issue(HOST).write(tmp_path_factory.mktemp("certificate"))


def secure(site: Site, files: CertificateFiles, *, port: int = 443) -> Site:
    """The site with proxies that terminate TLS, and a redirect from port 80."""
    balancer = SITES[Method.POOL].load_balancer
    balancer = replace(balancer, protocol="TERMINATED_HTTPS", port=port)
    return replace(
        site,
        host=HOST,
        health_check=replace(site.health_check, type="HTTP"),
        load_balancer=balancer,
        tls=replace(TLS, certificate=files),
        redirect=Redirect(port=80, acme_challenge=False),
    )


def plain(site: Site) -> Site:
    """The site by HTTP on port 80, as it may have been before."""
    balancer = replace(site.load_balancer, protocol="HTTP", port=80)
    return replace(site, load_balancer=balancer, tls=None, redirect=None, host=None)


@pytest.fixture(params=list(Method), ids=str)
def site(request: pytest.FixtureRequest, files: CertificateFiles) -> Site:
    return secure(SITES[request.param], files)


@pytest.fixture
def pooled(files: CertificateFiles) -> Site:
    return secure(SITES[Method.POOL], files)


def listeners(work: Work) -> dict[int, octavia.Listener]:
    """The listeners of the cloud by their ports; by the address method the last one's of each."""
    return {it.port: it for it in balancing(work).listeners.values()}


def balancing(work: Work) -> octavia.Octavia:
    return work.cloud.openstack.project("shop").octavia


def secrets(work: Work) -> list[str]:
    return [it.name for it in work.cloud.openstack.project("shop").barbican.secrets.values()]


def settings(work: Work) -> list[ListenerSettings]:
    """What those listeners say which terminate TLS."""
    return [
        it.settings
        for it in balancing(work).listeners.values()
        if it.protocol == "TERMINATED_HTTPS"
    ]


def redirecting(work: Work) -> list[L7Policy]:
    return [it for of in balancing(work).listeners.values() for it in of.policies]


def anew(work: Work, site: Site) -> Work:
    """Another command on the cloud of that work."""
    return replace(work, site=site, looks={}, progress=Listener())


def test_it_is_built_serves_https_and_is_switched(site: Site) -> None:
    work = start(site)
    facts = reconcile.up(work)
    assert facts.live is BLUE
    assert all(facts.terminates(it) for it in Colour)
    assert len(secrets(work)) == 1
    reconcile.deploy(work, "2.0")
    facts = reconcile.switch(work)
    assert facts.live is GREEN
    assert facts.systems[GREEN].version == "2.0"
    assert len(secrets(work)) == 1


def test_its_listeners_speak_tls_as_the_file_says(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    assert len(settings(work)) == 2
    for it in settings(work):
        assert it.versions == {"TLSv1.3"}
        assert it.alpn == ("h2", "http/1.1")
        assert (it.hsts_max_age, it.hsts_subdomains, it.hsts_preload) == (86_400, True, False)
        assert it.client_authentication == "NONE"


def test_their_servers_learn_who_asked(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    usual = {"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port"}
    assert [it.headers for it in settings(work)] == [usual, usual]


def test_those_of_plain_http_are_open_to_the_same_networks(site: Site) -> None:
    work = start(replace(site, load_balancer=replace(site.load_balancer, allowed_from=OFFICE)))
    reconcile.up(work)
    led = [it for it in balancing(work).listeners.values() if it.protocol == "HTTP"]
    assert led
    assert all(it.settings.allowed_cidrs == set(OFFICE) for it in led)
    assert redirecting(work)


def test_headers_of_a_clients_certificate_are_those_of_https_alone(site: Site) -> None:
    headers = ("X-SSL-Client-CN", "X-Forwarded-For")
    work = start(replace(site, load_balancer=replace(site.load_balancer, insert_headers=headers)))
    reconcile.up(work)
    assert {it.headers for it in settings(work)} == {frozenset(headers)}


@pytest.mark.parametrize("redirects", [True, False])
def test_the_overview_knows_what_is_live(site: Site, redirects: bool) -> None:
    work = start(site if redirects else replace(site, redirect=None))
    reconcile.up(work)
    assert overview(work.cloud).sites[0].live is BLUE
    reconcile.switch(work)
    assert overview(work.cloud).sites[0].live is GREEN


def test_they_do_before_production_reaches_them(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    names = writes(work.cloud)
    moves = [n for n, it in enumerate(names) if it == "floating_ips.point"]
    assert names.index(CONFIGURE) < moves[0]


def test_users_of_plain_http_are_led_to_https(site: Site) -> None:
    work = start(site)
    facts = reconcile.up(work)
    assert facts.production is not None
    answer = work.cloud.visit(f"http://{facts.production.address}/basket", 3.0)
    assert answer.status == 301
    assert answer.headers["location"] == "https://shop.example/basket"


def test_a_second_up_changes_nothing(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    before = writes(work.cloud)
    reconcile.up(anew(work, site))
    assert writes(work.cloud) == before


def test_what_somebody_has_changed_is_set_again(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    for listener in balancing(work).listeners.values():
        if listener.protocol == "TERMINATED_HTTPS":
            listener.settings = replace(listener.settings, hsts_max_age=None, alpn=("http/1.1",))
        listener.policies.clear()
    reconcile.up(anew(work, site))
    assert {it.hsts_max_age for it in settings(work)} == {86_400}
    assert {it.alpn for it in settings(work)} == {("h2", "http/1.1")}
    assert redirecting(work)


def test_a_switch_sets_it_before_users_reach_it(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    for listener in balancing(work).listeners.values():
        if listener.protocol == "TERMINATED_HTTPS":
            listener.settings = replace(listener.settings, hsts_max_age=None)
    before = len(writes(work.cloud))
    assert reconcile.switch(anew(work, site)).live is GREEN
    done = writes(work.cloud)[before:]
    move = "floating_ips.point" if site.switch.method is Method.ADDRESS else "load_balancers.set"
    moves = [n for n, it in enumerate(done) if it.startswith(move)]
    assert done.index(CONFIGURE) < moves[-1]


def test_a_switch_that_is_forced_leaves_it_alone(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    for listener in balancing(work).listeners.values():
        listener.settings = replace(listener.settings, hsts_max_age=None)
    before = writes(work.cloud).count(CONFIGURE)
    reconcile.switch(anew(work, site), options=SwitchOptions(force=True))
    assert writes(work.cloud).count(CONFIGURE) == before


def test_a_release_serves_https_all_along(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    released(work)
    facts = work.observe()
    assert facts.live is GREEN
    assert len(settings(work)) == 2


def test_a_policy_without_its_rules_of_a_command_that_was_killed_is_replaced(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    for listener in balancing(work).listeners.values():
        listener.policies = [replace(it, rules=()) for it in listener.policies]
    reconcile.up(anew(work, site))
    assert all(len(it.rules) == 1 for it in redirecting(work))
    assert len(redirecting(work)) == (1 if site.switch.method is Method.POOL else 2)


def test_what_another_has_on_the_listener_stays(pooled: Site) -> None:
    work = start(pooled)
    reconcile.up(work)
    (policy,) = redirecting(work)
    listeners(work)[80].policies = [replace(policy, id="theirs", name="theirs")]
    reconcile.up(anew(work, pooled))
    assert {it.name for it in redirecting(work)} == {"theirs", "ao-redirect"}


def test_acme_challenges_reach_the_live_system(site: Site) -> None:
    lets = replace(site, redirect=Redirect(port=80, acme_challenge=True))
    work = start(lets)
    for live in (BLUE, GREEN):
        facts = reconcile.up(work) if live is BLUE else reconcile.switch(work)
        assert facts.live is live
        assert facts.production is not None
        base = f"http://{facts.production.address}"
        told = work.cloud.visit(f"{base}/.well-known/acme-challenge/version", 3.0)
        assert told.status != 301
        assert told.headers.get("x-ao-colour") == str(live)
        assert work.cloud.visit(f"{base}/", 3.0).status == 301


@pytest.mark.parametrize("acme", [True, False])
def test_a_switch_moves_the_listener_of_http_only_for_acme_challenges(
    pooled: Site, acme: bool
) -> None:
    work = start(replace(pooled, redirect=Redirect(port=80, acme_challenge=acme)))
    reconcile.up(work)
    told = Listener()
    reconcile.switch(replace(work, progress=told))
    assert ("point ACME challenges to green" in told.steps) is acme


def test_a_site_of_http_gets_https_and_no_request_is_lost(pooled: Site) -> None:
    work = start(plain(pooled))
    reconcile.up(work)
    reconcile.switch(work)
    visitor = Visitor(work)
    facts = reconcile.up(replace(visitor.watch(), site=pooled, looks={}))
    assert facts.live is GREEN
    assert facts.terminates(GREEN)
    assert set(visitor.seen) <= {"green", "301"}
    assert visitor.seen[0] == "green"
    assert visitor.look() == "301"
    assert {it.port for it in balancing(work).listeners.values()} == {80, 443, 8080}
    assert listeners(work)[443].pool_id == facts.systems[GREEN].pool_id
    assert reconcile.switch(anew(work, pooled)).live is BLUE


def test_a_site_of_http_without_a_redirect_has_no_listener_of_http_any_more(pooled: Site) -> None:
    work = start(plain(pooled))
    reconcile.up(work)
    reconcile.up(anew(work, replace(pooled, redirect=None)))
    assert {it.port for it in balancing(work).listeners.values()} == {443, 8080}


def test_a_redirect_comes_goes_and_moves(pooled: Site) -> None:
    work = start(pooled)
    reconcile.up(work)
    reconcile.up(anew(work, replace(pooled, redirect=None)))
    assert {it.port for it in balancing(work).listeners.values()} == {443, 8080}
    reconcile.up(anew(work, replace(pooled, redirect=Redirect(port=8000, acme_challenge=False))))
    assert {it.port for it in balancing(work).listeners.values()} == {443, 8000, 8080}
    reconcile.up(anew(work, pooled))
    assert {it.port for it in balancing(work).listeners.values()} == {80, 443, 8080}
    assert len(redirecting(work)) == 1


@pytest.mark.parametrize("secured", [True, False], ids=["HTTPS", "HTTP"])
def test_a_listener_keeps_its_port(pooled: Site, secured: bool) -> None:
    wanted = pooled if secured else plain(pooled)
    work = start(wanted)
    reconcile.up(work)
    before = writes(work.cloud)
    other = replace(wanted, load_balancer=replace(wanted.load_balancer, port=8443))
    with pytest.raises(
        Refused, match=r"load_balancer\.port: .*which Octavia does not change"
    ) as no:
        reconcile.up(anew(work, other))
    assert f"`port: {wanted.load_balancer.port}`" in no.value.cure
    assert writes(work.cloud) == before


def test_the_same_port_cannot_change_its_protocol(files: CertificateFiles) -> None:
    site = secure(SITES[Method.POOL], files, port=8443)
    site = replace(site, redirect=None)
    before = replace(plain(site), load_balancer=replace(site.load_balancer, protocol="HTTP"))
    work = start(before)
    reconcile.up(work)
    done = writes(work.cloud)
    with pytest.raises(Refused, match="port 8443 and speaks HTTP, which Octavia does not change"):
        reconcile.up(anew(work, site))
    assert writes(work.cloud) == done


def test_https_is_taken_from_nobody(pooled: Site) -> None:
    work = start(pooled)
    reconcile.up(work)
    with pytest.raises(Refused, match="speak HTTPS, and the site file says HTTP"):
        reconcile.up(anew(work, plain(pooled)))


@pytest.mark.parametrize("command", [lambda work: reconcile.deploy(work, "2.0"), reconcile.switch])
def test_a_site_of_http_is_not_released_as_one_of_https(
    pooled: Site, command: Callable[[Work], Facts]
) -> None:
    work = start(plain(pooled))
    reconcile.up(work)
    with pytest.raises(Refused) as caught:
        command(anew(work, pooled))
    assert "`ao up` brings the load balancer to it." in caught.value.cure


def test_by_the_address_method_https_comes_with_the_next_version(files: CertificateFiles) -> None:
    site = secure(SITES[Method.ADDRESS], files)
    work = start(plain(site))
    reconcile.up(work)
    told = anew(work, site)
    reconcile.up(told)
    assert any("blue was deployed with another protocol" in it for it in told.progress.notes)
    assert not [it for it in told.progress.steps if it.startswith("see ")]
    assert {it.domain_name for it in balancing(work).monitors.values()} == {None}
    facts = reconcile.deploy(anew(work, site), "2.0")
    assert (facts.terminates(BLUE), facts.terminates(GREEN)) == (False, True)
    probe = FakeProbe(see=lambda load: recording(load, kept_client("green")))
    probing = replace(site, switch=replace(site.switch, new_per_second=20.0, kept=10))
    measurement = Measurement(probe=probe)
    facts = reconcile.switch(anew(work, probing), options=SwitchOptions(measurement=measurement))
    assert facts.live is GREEN
    assert facts.production is not None
    assert work.cloud.visit(f"http://{facts.production.address}/", 3.0).status == 301
    assert measurement.cutover is not None
    assert "blue, which is live, was deployed with another protocol" in (
        measurement.cutover.unmeasured
    )
    assert probe.loads == []


def test_a_certificate_is_named_by_what_barbican_has(site: Site) -> None:
    made = issue(HOST)
    named = replace(site, tls=replace(TLS, certificate="shop"))
    work = start(named)
    with pytest.raises(NotFound, match=r"tls\.certificate"):
        reconcile.up(work)
    assert writes(work.cloud) == []
    barbican = work.cloud.openstack.project("shop").barbican
    barbican.add_container("shop", made.certificate, made.key, "id-of-alice")
    reconcile.up(work)
    assert len(secrets(work)) == 2


@pytest.mark.parametrize(
    ("certificate", "key", "why"),
    [
        (b"", b"", "tls.certificate"),
        (issue(HOST).certificate, issue(HOST).key, "the key is not that of the certificate"),
        (OTHER.certificate, OTHER.key, "is not of shop.example, but of other.example"),
        (None, None, "cannot read"),
    ],
)
def test_files_that_cannot_be_served_are_refused_before_anything_is_built(
    site: Site, tmp_path: Path, certificate: bytes | None, key: bytes | None, why: str
) -> None:
    files = CertificateFiles(certificate=tmp_path / "a.crt", key=tmp_path / "a.key", chain=None)
    if certificate is not None and key is not None:
        files.certificate.write_bytes(certificate)
        files.key.write_bytes(key)
    work = start(replace(site, tls=replace(TLS, certificate=files)))
    with pytest.raises(ConfigError) as caught:
        reconcile.up(work)
    assert why in caught.value.message
    assert "MII" not in caught.value.message
    assert writes(work.cloud) == []


@pytest.mark.parametrize(
    ("version", "key"), [((2, 14), "tls.versions"), ((2, 19), "tls.alpn"), ((2, 26), "tls.hsts")]
)
def test_a_cloud_whose_api_is_too_old_for_a_key_is_told_before_anything_is_built(
    site: Site, version: tuple[int, int], key: str
) -> None:
    work = start(site, octavia_api=version)
    with pytest.raises(ConfigError) as caught:
        reconcile.up(work)
    assert key in caught.value.message
    assert writes(work.cloud) == []


def test_clients_show_certificates_of_authorities_in_barbican(pooled: Site) -> None:
    own = OwnCertificate(certificate=Path("ao.crt"), key=Path("ao.key"))
    asked = ClientCertificates(ca="partners", crl=None, required=True, own=own)
    unable = replace(asked, own=None)
    work = start(replace(pooled, tls=replace(pooled.tls, clients=asked)))
    with pytest.raises(NotFound, match=r"tls\.clients.ca"):
        reconcile.up(work)
    assert writes(work.cloud) == []
    project = work.cloud.openstack.project("shop")
    secret = project.barbican.add("partners", issue("an authority").certificate, "id-of-alice")
    reconcile.up(anew(work, work.site))
    assert {it.client_ca_ref for it in settings(work)} == {secret.stored.ref}
    assert {it.client_authentication for it in settings(work)} == {"MANDATORY"}
    with pytest.raises(DeadlinePassed, match="a client's certificate") as told:
        reconcile.switch(anew(work, replace(pooled, tls=replace(pooled.tls, clients=unable))))
    assert "tls.clients" in told.value.cure
    assert reconcile.switch(anew(work, work.site)).live is GREEN
    reconcile.up(anew(work, pooled))
    assert {it.client_authentication for it in settings(work)} == {"NONE"}


def test_a_listener_that_its_load_balancer_leaves_out_after_a_change_is_told(site: Site) -> None:
    work = start(site)
    reconcile.up(work)
    for secret in work.cloud.openstack.project("shop").barbican.secrets.values():
        secret.readers.clear()
    changed = replace(site, tls=replace(site.tls, hsts=None))
    with pytest.raises(CloudError, match="is in provisioning status ERROR since") as caught:
        reconcile.up(anew(work, changed))
    assert "`ao certificate renew` cures" in caught.value.cure


def test_a_container_of_the_name_that_ao_gives_is_not_taken_for_its_own(site: Site) -> None:
    work = start(site)
    assert isinstance(site.tls.certificate, CertificateFiles)
    files = site.tls.certificate
    (first, *_) = Certificate.from_pem(files.certificate.read_bytes())
    name = certificate.stored_name(site, first.fingerprint)
    barbican = work.cloud.openstack.project("shop").barbican
    planted = barbican.add_container(name, OTHER.certificate, OTHER.key, "id-of-mallory")
    reconcile.up(work)
    assert {it.tls_ref for it in settings(work)}.isdisjoint({planted.stored.ref})


def told_of_format(work: Work) -> set[str]:
    """The stacks whose tags earlier versions of Ao do not write over."""
    return {it.name for it in work.cloud.stacks.all() if newer_tags(it.tags, 1)}


def test_an_earlier_ao_writes_over_nothing_of_a_site_that_terminates_tls(site: Site) -> None:
    """It would take the listener of plain HTTP for that of the users."""
    work = start(site)
    reconcile.up(work)
    shared = {"ao-shop"} if site.switch.method is Method.POOL else {"ao-shop-blue", "ao-shop-green"}
    assert told_of_format(work) == shared
    assert work.observe().newer == ()


def test_nor_of_one_that_has_got_https(pooled: Site) -> None:
    work = start(plain(pooled))
    reconcile.up(work)
    assert told_of_format(work) == set()
    reconcile.up(anew(work, pooled))
    assert told_of_format(work) == {"ao-shop"}
    assert "ao:method=pool" in work.cloud.stacks.get("ao-shop").tags
