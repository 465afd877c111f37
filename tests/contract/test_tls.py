"""Listeners that decrypt, and those that lead users to them: what Octavia makes of it."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import pytest

from ao.clock import Ready, Waiting
from ao.cloud import (
    L7Policy,
    Listener,
    ListenerSettings,
    Stack,
    StoredCertificate,
    Template,
)
from ao.errors import CloudError, Forbidden, NotFound
from ao.http.handshake import NoHandshake, Served
from ao.visit import Answer, NoAnswer
from ao.x509.bundle import Bundle
from tests.contract.certificates import HOST, make
from tests.contract.environment import DEADLINE, Bench
from tests.contract.test_load_balancers import await_active, balancer, built

NO_ID = "00000000-0000-4000-8000-000000000000"
SECURE, PLAIN = 8443, 8081
"""Ports of the listener that decrypts and of the one that leads to it."""
ACME = "/.well-known/acme-challenge/"
TEMPLATE = Template(
    body="""
heat_template_version: 2021-04-16
parameters:
  balancer: {type: string}
  pool: {type: string}
  certificate: {type: string}
resources:
  plain:
    type: OS::Octavia::Listener
    properties:
      name: plain
      loadbalancer: {get_param: balancer}
      protocol: HTTP
      protocol_port: 8081
      default_pool: {get_param: pool}
  secure:
    type: OS::Octavia::Listener
    properties:
      name: secure
      loadbalancer: {get_param: balancer}
      protocol: TERMINATED_HTTPS
      protocol_port: 8443
      default_tls_container_ref: {get_param: certificate}
      default_pool: {get_param: pool}
"""
)
BARE = Template(
    body="""
heat_template_version: 2021-04-16
parameters:
  balancer: {type: string}
resources:
  bare:
    type: OS::Octavia::Listener
    properties:
      name: bare
      loadbalancer: {get_param: balancer}
      protocol: TERMINATED_HTTPS
      protocol_port: 8444
"""
)


@dataclass(frozen=True)
class Tls:
    """A load balancer with both listeners, and a certificate that the one serves."""

    bench: Bench
    stack: str
    name: str
    """Name of the certificates that are stored."""
    bundle: Bundle
    certificate: StoredCertificate

    def listener(self, name: str = "secure") -> Listener:
        """A listener, as it is now."""
        resources = self.bench.cloud.stacks.resources(self.bench.stack(self.stack))
        id_ = next(it.physical_id for it in resources if it.name == name)
        listeners = self.bench.cloud.load_balancers.listeners(balancer(self.bench).id)
        return next(it for it in listeners if it.id == id_)

    def change(self, ask: Callable[[], object]) -> None:
        """Ask for a change as soon as the load balancer takes one, and see it done."""
        await_active(self.bench)
        ask()
        await_active(self.bench)

    def configure(self, **settings: object) -> None:
        """Change settings of the listener that decrypts, and see it done."""
        there = self.listener()
        wanted = replace(there.settings, **settings)  # type: ignore[arg-type]
        self.change(lambda: self.bench.cloud.load_balancers.configure(there, wanted))

    def store(self) -> tuple[Bundle, StoredCertificate]:
        """Store another certificate."""
        bundle = make()
        return bundle, self.bench.cloud.certificates.store(self.name, bundle.pkcs12())

    def await_served(self, bundle: Bundle, ca: Bundle | None = None) -> Served:
        """See a certificate served, which may take its time after Octavia says that it is done."""
        address = self.bench.address("production").address
        pem = ca.certificate.pem if ca else None

        def look() -> Ready[Served] | Waiting:
            try:
                told = self.bench.served(address, SECURE, HOST, 3.0, ca=pem)
            except NoHandshake as error:
                return Waiting(str(error))
            if told.certificate == bundle.certificate:
                return Ready(told)
            return Waiting("it serves another")

        return self.bench.clock.until(look, what="the certificate to be served", deadline=60)

    def await_refused(self) -> None:
        """See nobody listen any more."""
        address = self.bench.address("production").address

        def look() -> Ready[None] | Waiting:
            try:
                self.bench.served(address, SECURE, HOST, 3.0)
            except NoHandshake:
                return Ready(None)
            return Waiting("a certificate is served")

        self.bench.clock.until(look, what="no certificate to be served", deadline=60)

    def await_answer(self, path: str, status: int) -> Answer:
        """See the listener of plain HTTP answer with a status."""
        url = f"http://{self.bench.address('production').address}:{PLAIN}{path}"

        def look() -> Ready[Answer] | Waiting:
            try:
                answer = self.bench.visit(url, 3.0)
            except NoAnswer as error:
                return Waiting(str(error))
            return Ready(answer) if answer.status == status else Waiting(f"{answer.status}")

        return self.bench.clock.until(look, what=f"HTTP {status} of {url}", deadline=60)


def parameters(bench: Bench, ref: str) -> dict[str, object]:
    return {
        "balancer": balancer(bench).id,
        "pool": built(bench, "blue_pool"),
        "certificate": ref,
    }


@pytest.fixture(scope="module")
def _tls(shared: Bench) -> Iterator[Tls]:
    if "key-manager" not in shared.cloud.lookup.services():
        pytest.skip("the cloud has no Barbican")
    stack, bundle = f"{shared.site.name}-tls", make()
    name = f"{stack}-{secrets.token_hex(3)}"
    stored = shared.cloud.certificates.store(name, bundle.pkcs12())
    try:
        asked = parameters(shared, stored.ref)
        shared.cloud.stacks.create(stack, TEMPLATE, asked, frozenset(), DEADLINE)
        there = shared.at_rest(stack)
        assert there.status == "COMPLETE", there.reason
        shared.cloud.floating_ips.point(shared.address("production"), balancer(shared).vip_port_id)
        yield Tls(shared, stack, name, bundle, stored)
    finally:
        shared.cloud.floating_ips.point(shared.address("production"), None)
        # Octavia needs the secrets to delete a listener.
        shared.delete(stack)
        for it in shared.cloud.certificates.stored(name):
            shared.cloud.certificates.remove(it.ref)


@pytest.fixture
def tls(_tls: Tls) -> Iterator[Tls]:
    """The listeners, which are as they were made before the test and after it."""
    before = _tls.listener().settings
    yield _tls
    _tls.configure(**{name: getattr(before, name) for name in vars(before)})
    for policy in _tls.bench.cloud.load_balancers.l7_policies(_tls.listener("plain").id):
        _tls.change(lambda it=policy: _tls.bench.cloud.load_balancers.remove_l7_policy(it))  # type: ignore[misc]


def test_a_listener_that_decrypts_tells_how(tls: Tls) -> None:
    secure, plain = tls.listener(), tls.listener("plain")
    assert (secure.protocol, secure.port) == ("TERMINATED_HTTPS", SECURE)
    assert secure.provisioning_status == "ACTIVE"
    assert secure.settings.tls_ref == tls.certificate.ref
    assert secure.settings.versions == {"TLSv1.2", "TLSv1.3"}
    assert {"h2", "http/1.1"} <= {*secure.settings.alpn}
    assert secure.settings.hsts_max_age is None
    assert secure.settings.client_authentication == "NONE"
    assert (plain.protocol, plain.port) == ("HTTP", PLAIN)
    assert plain.settings.tls_ref is None
    assert plain.settings.alpn == ()


def test_its_certificate_is_served_and_trusted_by_who_trusts_it(tls: Tls) -> None:
    told = tls.await_served(tls.bundle, tls.bundle)
    assert told.distrust is None
    assert told.version == "TLSv1.3"
    assert told.alpn == "h2"
    distrust = tls.await_served(tls.bundle).distrust
    assert distrust is not None
    assert "not trusted" in distrust.why


def test_octavia_lets_its_own_user_read_the_certificate(tls: Tls) -> None:
    readers = tls.bench.cloud.certificates.readers(tls.certificate.ref)
    assert readers is not None
    assert len(readers) == 1


def test_a_certificate_is_renewed_by_another_reference(tls: Tls) -> None:
    tls.await_served(tls.bundle)
    bundle, stored = tls.store()
    tls.configure(tls_ref=stored.ref)
    tls.await_served(bundle)
    assert tls.listener().settings.tls_ref == stored.ref


def test_other_settings_are_changed_and_the_rest_stays(tls: Tls) -> None:
    before = tls.listener().settings
    changed: dict[str, object] = {
        "versions": frozenset({"TLSv1.2"}),
        "alpn": ("http/1.1",),
        "hsts_max_age": 60,
        "hsts_subdomains": True,
    }
    tls.configure(**changed)
    assert tls.listener().settings == replace(before, **changed)  # type: ignore[arg-type]
    told = tls.await_served(tls.bundle)
    assert (told.version, told.alpn) == ("TLSv1.2", "http/1.1")


def test_what_is_none_becomes_the_default_again(tls: Tls) -> None:
    before = tls.listener().settings
    tls.configure(alpn=("http/1.1",), ciphers="ECDHE-ECDSA-AES256-GCM-SHA384", hsts_max_age=60)
    tls.configure(alpn=(), ciphers=None, hsts_max_age=None)
    assert tls.listener().settings == before


def test_heat_leaves_what_it_does_not_know_and_serves_another_certificate(tls: Tls) -> None:
    tls.configure(alpn=("http/1.1",))
    bundle, stored = tls.store()
    stack = tls.bench.stack(tls.stack)
    try:
        tls.bench.cloud.stacks.repair(stack, {"certificate": stored.ref}, DEADLINE)
        assert tls.bench.at_rest(tls.stack).status == "COMPLETE"
        await_active(tls.bench)
        assert tls.listener().settings.alpn == ("http/1.1",)
        tls.await_served(bundle)
    finally:
        tls.bench.cloud.stacks.repair(stack, {"certificate": tls.certificate.ref}, DEADLINE)
        assert tls.bench.at_rest(tls.stack).status == "COMPLETE"
        await_active(tls.bench)


def test_several_certificates_are_served_by_the_names_that_are_asked_for(tls: Tls) -> None:
    bundle, stored = tls.store()
    tls.configure(sni_refs=(stored.ref,))
    assert tls.listener().settings.sni_refs == (stored.ref,)
    tls.configure(tls_ref=stored.ref, sni_refs=())
    tls.await_served(bundle)


def test_a_certificate_that_goes_takes_its_listener_with_it_at_the_next_change(tls: Tls) -> None:
    """Barbican lets anybody in the project delete what is in use."""
    bundle, stored = tls.store()
    tls.configure(tls_ref=stored.ref)
    tls.await_served(bundle)
    tls.bench.cloud.certificates.remove(stored.ref)
    assert tls.await_served(bundle)
    tls.change(lambda: tls.bench.cloud.load_balancers.reload(balancer(tls.bench)))
    assert tls.listener().provisioning_status == "ERROR"
    tls.await_refused()
    tls.await_answer("/", 503)
    tls.configure(tls_ref=tls.certificate.ref)
    assert tls.listener().provisioning_status == "ACTIVE"
    tls.await_served(tls.bundle)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"tls_ref": f"https://elsewhere.invalid/v1/secrets/{NO_ID}"}, "retrieve"),
        ({"sni_refs": (f"https://elsewhere.invalid/v1/secrets/{NO_ID}",)}, "retrieve"),
        ({"versions": frozenset({"TLSv9"})}, "Invalid TLS version"),
        ({"alpn": ("spdy",)}, "(?i)alpn"),
        ({"hsts_subdomains": True}, "hsts_max_age"),
        ({"client_authentication": "MANDATORY"}, "requires a client CA"),
        ({"client_crl_ref": f"https://elsewhere.invalid/v1/secrets/{NO_ID}"}, "requi"),
    ],
)
def test_settings_that_octavia_refuses_are_told_in_its_words(
    tls: Tls, wrong: dict[str, object], words: str
) -> None:
    before = tls.listener()
    wanted = replace(before.settings, **wrong)  # type: ignore[arg-type]
    with pytest.raises(CloudError, match=words):
        tls.bench.cloud.load_balancers.configure(before, wanted)
    assert tls.listener() == before


@pytest.mark.parametrize(
    ("wrong", "words"), [({"hsts_max_age": 60}, "HSTS"), ({"tls_ref": ""}, "not allowed")]
)
def test_a_listener_of_plain_http_has_no_tls(
    tls: Tls, wrong: dict[str, object], words: str
) -> None:
    plain = tls.listener("plain")
    wrong = {name: value or tls.certificate.ref for name, value in wrong.items()}
    wanted = replace(plain.settings, **wrong)  # type: ignore[arg-type]
    with pytest.raises(CloudError, match=words):
        tls.bench.cloud.load_balancers.configure(plain, wanted)


def test_who_only_reads_configures_nothing(tls: Tls) -> None:
    there = tls.listener()
    assert there in tls.bench.reader.load_balancers.listeners()
    with pytest.raises(Forbidden):
        tls.bench.reader.load_balancers.configure(there, replace(there.settings, alpn=("h2",)))


def test_a_listener_that_is_not_there_is_told(tls: Tls) -> None:
    gone = replace(tls.listener(), id=NO_ID)
    with pytest.raises(NotFound):
        tls.bench.cloud.load_balancers.configure(gone, replace(gone.settings, alpn=("h2",)))
    with pytest.raises(NotFound):
        tls.bench.cloud.load_balancers.create_l7_policy(
            gone, L7Policy.redirect("https", f"https://{HOST}")
        )
    assert tls.bench.cloud.load_balancers.l7_policies(NO_ID) == ()


def redirect(tls: Tls, wanted: L7Policy) -> L7Policy:
    """Give the listener of plain HTTP a policy with its rules."""
    cloud, plain = tls.bench.cloud, tls.listener("plain")
    made: list[L7Policy] = []
    tls.change(lambda: made.append(cloud.load_balancers.create_l7_policy(plain, wanted)))
    for rule in wanted.rules:
        tls.change(lambda it=rule: cloud.load_balancers.create_l7_rule(made[0], it))  # type: ignore[misc]
    return made[0]


def test_users_are_led_to_https(tls: Tls) -> None:
    wanted = L7Policy.redirect("https", f"https://{HOST}")
    tls.await_answer("/cart", 503)
    made = redirect(tls, wanted)
    (found,) = tls.bench.cloud.load_balancers.l7_policies(tls.listener("plain").id)
    assert found == replace(wanted, id=made.id, position=1)
    answer = tls.await_answer("/cart", 301)
    assert answer.headers["location"] == f"https://{HOST}/cart"
    tls.change(lambda: tls.bench.cloud.load_balancers.remove_l7_policy(found))
    tls.await_answer("/cart", 503)
    tls.bench.cloud.load_balancers.remove_l7_policy(found)


def test_a_certificate_authority_s_question_is_let_through(tls: Tls) -> None:
    redirect(tls, L7Policy.redirect("https", f"https://{HOST}", ACME))
    tls.await_answer("/cart", 301)
    tls.await_answer(f"{ACME}token", 503)


def test_a_policy_without_rules_does_nothing(tls: Tls) -> None:
    redirect(tls, replace(L7Policy.redirect("https", f"https://{HOST}"), rules=()))
    tls.await_answer("/cart", 503)


def test_a_prefix_that_is_no_url_is_refused(tls: Tls) -> None:
    await_active(tls.bench)
    with pytest.raises(CloudError):
        tls.bench.cloud.load_balancers.create_l7_policy(
            tls.listener("plain"), L7Policy.redirect("https", HOST)
        )


def test_a_listener_that_decrypts_needs_a_certificate(shared: Bench) -> None:
    name = f"{shared.site.name}-bare"
    try:
        asked: dict[str, object] = {"balancer": balancer(shared).id}
        with pytest.raises(CloudError, match="default_tls_container_ref required"):
            shared.cloud.stacks.create(name, BARE, asked, frozenset(), DEADLINE)
    finally:
        shared.delete(name)


def test_ovn_neither_decrypts_nor_redirects(bench: Bench, blue: Stack) -> None:
    there = bench.balancer(blue)
    listeners = bench.cloud.load_balancers.listeners(there.id)
    assert listeners
    timeouts = ListenerSettings(client_timeout=50_000, member_timeout=50_000, connect_timeout=5_000)
    assert {it.settings for it in listeners} == {timeouts}
    with pytest.raises(CloudError, match="does not support"):
        bench.cloud.load_balancers.create_l7_policy(
            listeners[0], L7Policy.redirect("https", f"https://{HOST}")
        )
    with suppress(NotFound):
        assert bench.cloud.load_balancers.l7_policies(listeners[0].id) == ()
