"""Listeners of the fake cloud that decrypt, and what they serve."""

from dataclasses import replace

import pytest

from ao import fake
from ao.clock import Ready, Waiting
from ao.cloud import L7Policy, L7Rule, Listener, StoredCertificate, Template
from ao.errors import CloudError, Conflict, NotFound
from ao.fake import octavia
from ao.http.handshake import NoHandshake
from ao.http.request_options import RequestOptions
from ao.visit import NoAnswer
from tests.contract.certificates import HOST, make
from tests.unit.x509.issuing import authority, self_signed

TEMPLATE = """
heat_template_version: 2021-04-16
parameters:
  certificate: {type: string, default: ''}
  protocol: {type: string, default: TERMINATED_HTTPS}
  pool_protocol: {type: string, default: HTTP}
  provider: {type: string, default: amphora}
conditions:
  named: {not: {equals: [{get_param: certificate}, '']}}
resources:
  network:
    type: OS::Neutron::Net
    properties: {name: net, tags: []}
  subnet:
    type: OS::Neutron::Subnet
    properties: {name: sub, network: {get_resource: network}, cidr: 10.0.0.0/24, tags: []}
  router:
    type: OS::Neutron::Router
    properties:
      name: router
      external_gateway_info: {network: public}
      tags: []
  interface:
    type: OS::Neutron::RouterInterface
    properties: {router: {get_resource: router}, subnet: {get_resource: subnet}}
  balancer:
    type: OS::Octavia::LoadBalancer
    properties:
      name: lb
      description: ''
      provider: {get_param: provider}
      vip_subnet: {get_resource: subnet}
  pool:
    type: OS::Octavia::Pool
    properties:
      name: pool
      loadbalancer: {get_resource: balancer}
      protocol: {get_param: pool_protocol}
      lb_algorithm: {if: [on_ovn, SOURCE_IP_PORT, ROUND_ROBIN]}
  secure:
    type: OS::Octavia::Listener
    properties:
      name: secure
      loadbalancer: {get_resource: balancer}
      protocol: {get_param: protocol}
      protocol_port: 443
      default_tls_container_ref: {if: [named, {get_param: certificate}]}
      default_pool: {get_resource: pool}
  plain:
    type: OS::Octavia::Listener
    properties:
      name: plain
      loadbalancer: {get_resource: balancer}
      protocol: HTTP
      protocol_port: 80
"""
TEMPLATE = TEMPLATE.replace(
    "  named:", "  on_ovn: {equals: [{get_param: provider}, ovn]}\n  named:"
)
SECURE_ONLY = TEMPLATE[: TEMPLATE.index("  plain:\n")]
SITE = make()


def built(cloud: fake.Cloud, ref: str = "", body: str = TEMPLATE, **given: str) -> str:
    """Build the stack; words on how that went."""
    cloud.stacks.create(
        "tls", Template(body=body), {"certificate": ref, **given}, frozenset(), 600.0
    )
    cloud.clock.sleep(60)
    stack = cloud.stacks.get("tls")
    assert stack is not None
    return f"{stack.status}: {stack.reason}"


def update(cloud: fake.Cloud, **changes: str) -> str:
    stack = cloud.stacks.get("tls")
    assert stack is not None
    cloud.stacks.repair(stack, changes, 600.0)
    cloud.clock.sleep(60)
    stack = cloud.stacks.get("tls")
    assert stack is not None
    return stack.status


def listener(cloud: fake.Cloud, name: str = "secure") -> Listener:
    return next(it for it in cloud.load_balancers.listeners() if it.name == name)


def configure(cloud: fake.Cloud, name: str = "secure", **settings: object) -> None:
    """Change settings, and let the load balancer carry it out."""
    there = listener(cloud, name)
    wanted = replace(there.settings, **settings)  # type: ignore[arg-type]
    cloud.load_balancers.configure(there, wanted)
    cloud.clock.sleep(2)


def lead(cloud: fake.Cloud) -> str:
    """Lead a floating IP to the load balancer; its address."""
    found = cloud.floating_ips.all() or (cloud.other_user.allocate_address(),)
    (balancer,) = cloud.load_balancers.all()
    return cloud.floating_ips.point(found[0], balancer.vip_port_id).address


@pytest.fixture
def cloud() -> fake.Cloud:
    return fake.Cloud()


@pytest.fixture
def stored(cloud: fake.Cloud) -> StoredCertificate:
    return cloud.certificates.store("shop", SITE.pkcs12())


@pytest.fixture
def serving(cloud: fake.Cloud, stored: StoredCertificate) -> str:
    """The address of a load balancer whose listener serves the certificate."""
    assert built(cloud, stored.ref).startswith("COMPLETE")
    return lead(cloud)


TRUST = RequestOptions(host=HOST, ca=SITE.certificate.pem)


def test_a_page_is_asked_for_by_https(cloud: fake.Cloud, serving: str) -> None:
    assert cloud.visit(f"https://{serving}/", 1, TRUST).status == 503
    with pytest.raises(NoAnswer):
        cloud.visit(f"http://{serving}:443/", 1)
    with pytest.raises(NoAnswer, match="no TLS"):
        cloud.visit(f"https://{serving}:80/", 1, TRUST)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (replace(TRUST, ca=None), "not trusted"),
        (replace(TRUST, ca=make().certificate.pem), "not trusted"),
        (replace(TRUST, host="other.example"), "does not name other.example"),
        (replace(TRUST, host=None), "does not name"),
    ],
)
def test_a_certificate_that_is_not_trusted_gives_no_answer(
    cloud: fake.Cloud, serving: str, options: RequestOptions, why: str
) -> None:
    with pytest.raises(NoAnswer, match=why):
        cloud.visit(f"https://{serving}/", 1, options)


def test_one_of_an_authority_is_trusted_by_the_system(cloud: fake.Cloud) -> None:
    issued = authority().sign(HOST)
    ref = cloud.other_user.store_container("shop", issued.pem, issued.key_pem)
    assert built(cloud, ref).startswith("COMPLETE")
    assert cloud.visit(f"https://{lead(cloud)}/", 1, RequestOptions(host=HOST)).status == 503


def test_a_certificate_expires_in_the_cloud_s_time(cloud: fake.Cloud, serving: str) -> None:
    left = SITE.certificate.not_after.timestamp() - cloud.moment()
    cloud.clock.sleep(left + 1)
    with pytest.raises(NoAnswer, match="expired"):
        cloud.visit(f"https://{serving}/", 1, TRUST)


def test_a_handshake_tells_what_is_served(cloud: fake.Cloud, serving: str) -> None:
    told = cloud.served(serving, 443, HOST, 1.0, ca=SITE.certificate.pem)
    assert told.certificate == SITE.certificate
    assert (told.alpn, told.version, told.distrust) == ("h2", "TLSv1.3", None)
    with pytest.raises(NoHandshake):
        cloud.served(serving, 80, HOST, 1.0)
    with pytest.raises(NoHandshake):
        cloud.served(serving, 81, HOST, 1.0)


def test_the_certificate_of_the_name_that_is_asked_for_is_served(
    cloud: fake.Cloud, serving: str
) -> None:
    other = self_signed("other.example")
    ref = cloud.other_user.store_container("other", other.pem, other.key_pem)
    configure(cloud, sni_refs=(ref,))
    for name, subject in (("other.example", ("other.example",)), (HOST, (HOST,))):
        assert cloud.served(serving, 443, name, 1.0).certificate.names == subject
    assert cloud.served(serving, 443, "third.example", 1.0).certificate.names == (HOST,)


def test_browsers_are_told_to_ask_by_https_only(cloud: fake.Cloud, serving: str) -> None:
    configure(cloud, hsts_max_age=60, hsts_subdomains=True, hsts_preload=True)
    answer = cloud.visit(f"https://{serving}/", 1, TRUST)
    assert answer.headers["strict-transport-security"] == "max-age=60; includeSubDomains; preload"
    configure(cloud, hsts_max_age=0, hsts_subdomains=False, hsts_preload=False)
    answer = cloud.visit(f"https://{serving}/", 1, TRUST)
    assert answer.headers["strict-transport-security"] == "max-age=0"


@pytest.mark.parametrize("how", ["delete_certificate", "hide_certificate"])
def test_a_certificate_that_cannot_be_read_leaves_its_listener_out_until_it_can(
    cloud: fake.Cloud, serving: str, stored: StoredCertificate, how: str
) -> None:
    getattr(cloud.other_user, how)(stored.ref)
    assert cloud.visit(f"https://{serving}/", 1, TRUST).status == 503
    (balancer,) = cloud.load_balancers.all()
    cloud.load_balancers.reload(balancer)
    cloud.clock.sleep(2)
    assert listener(cloud).provisioning_status == "ERROR"
    assert listener(cloud, "plain").provisioning_status == "ACTIVE"
    with pytest.raises(NoAnswer, match="refused"):
        cloud.visit(f"https://{serving}/", 1, TRUST)
    assert cloud.visit(f"http://{serving}/", 1).status == 503
    configure(cloud, tls_ref=cloud.certificates.store("shop", SITE.pkcs12()).ref)
    assert listener(cloud).provisioning_status == "ACTIVE"
    assert cloud.visit(f"https://{serving}/", 1, TRUST).status == 503


def test_a_change_is_carried_out_some_time_after_it_is_told(
    cloud: fake.Cloud, serving: str
) -> None:
    other = make()
    ref = cloud.certificates.store("other", other.pkcs12()).ref
    there = listener(cloud)
    cloud.load_balancers.configure(there, replace(there.settings, tls_ref=ref))
    assert listener(cloud).settings.tls_ref == ref
    assert cloud.served(serving, 443, HOST, 1.0).certificate == SITE.certificate
    with pytest.raises(Conflict, match="immutable"):
        cloud.load_balancers.configure(there, replace(there.settings, alpn=("h2",)))
    cloud.clock.sleep(2)
    assert cloud.served(serving, 443, HOST, 1.0).certificate == other.certificate


def test_what_stands_already_is_no_change(cloud: fake.Cloud, serving: str) -> None:
    there = listener(cloud)
    cloud.load_balancers.configure(there, there.settings)
    (balancer,) = cloud.load_balancers.all()
    assert balancer.provisioning_status == "ACTIVE"


@pytest.mark.parametrize("payload", [b"", b"no PKCS12"])
def test_what_octavia_cannot_read_is_no_certificate(
    cloud: fake.Cloud, serving: str, payload: bytes
) -> None:
    ref = cloud.certificates.store("odd", payload or b"x").ref
    with pytest.raises(CloudError, match="retrieve"):
        configure(cloud, tls_ref=ref)


def test_another_s_private_certificate_cannot_be_given_to_octavia(
    cloud: fake.Cloud, serving: str
) -> None:
    colleague = fake.Cloud(openstack=cloud.openstack, user="colleague")
    ref = colleague.certificates.store("theirs", SITE.pkcs12()).ref
    cloud.other_user.hide_certificate(ref)
    with pytest.raises(CloudError, match="retrieve"):
        configure(cloud, tls_ref=ref)
    configure(colleague, tls_ref=ref)
    assert listener(cloud).settings.tls_ref == ref


def test_octavia_s_user_reads_what_a_listener_names(
    cloud: fake.Cloud, stored: StoredCertificate
) -> None:
    assert cloud.certificates.readers(stored.ref) == frozenset()
    built(cloud, stored.ref)
    assert cloud.certificates.readers(stored.ref) == {"id-of-octavia"}


def test_clients_need_certificates_of_an_authority_that_can_be_read(
    cloud: fake.Cloud, serving: str
) -> None:
    ca = cloud.certificates.store("ca", authority().pem).ref
    configure(cloud, client_ca_ref=ca, client_authentication="MANDATORY")
    assert listener(cloud).settings.client_authentication == "MANDATORY"
    assert listener(cloud).provisioning_status == "ACTIVE"
    cloud.other_user.delete_certificate(ca)
    with pytest.raises(CloudError, match="retrieve"):
        # Octavia looks at it with every change of the listener.
        configure(cloud, alpn=("http/1.1",))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "certificate container reference must be provided"),
        ({"protocol": "HTTP", "certificate": "stored"}, "not allowed on HTTP"),
        ({"certificate": "secrets/00000000-0000-4000-8000-000000000000"}, "retrieve"),
        ({"certificate": "stored", "pool_protocol": "TCP"}, "pool protocol 'TCP' is invalid"),
        ({"certificate": "stored", "provider": "ovn", "pool_protocol": "TCP"}, "TERMINATED_HTTPS"),
    ],
)
def test_heat_tells_what_octavia_refuses(
    cloud: fake.Cloud, stored: StoredCertificate, given: dict[str, str], why: str
) -> None:
    given = {name: stored.ref if it == "stored" else it for name, it in given.items()}
    told = built(cloud, given.pop("certificate", ""), SECURE_ONLY, **given)
    assert told.startswith("FAILED")
    assert why in told


def test_a_port_is_listened_on_once(cloud: fake.Cloud, stored: StoredCertificate) -> None:
    told = built(cloud, stored.ref, TEMPLATE.replace("protocol_port: 80\n", "protocol_port: 443\n"))
    assert told.startswith("FAILED")
    assert "already using" in told


def test_heat_changes_the_certificate_and_leaves_what_it_does_not_know(
    cloud: fake.Cloud, serving: str
) -> None:
    configure(cloud, alpn=("http/1.1",))
    other = make()
    assert update(cloud, certificate=cloud.certificates.store("new", other.pkcs12()).ref)
    assert cloud.served(serving, 443, HOST, 1.0).certificate == other.certificate
    assert listener(cloud).settings.alpn == ("http/1.1",)
    assert update(cloud, certificate="secrets/00000000-0000-4000-8000-000000000000") == "FAILED"
    assert cloud.served(serving, 443, HOST, 1.0).certificate == other.certificate


def test_an_old_api_neither_tells_nor_takes_newer_settings() -> None:
    cloud = fake.Cloud(openstack=fake.OpenStack(octavia_api=(2, 13)))
    ref = cloud.certificates.store("shop", SITE.pkcs12()).ref
    built(cloud, ref)
    assert listener(cloud).settings == replace(octavia.PLAIN, tls_ref=ref)
    for newer in ({"hsts_max_age": 60}, {"alpn": ("h2",)}, {"versions": frozenset({"TLSv1.3"})}):
        with pytest.raises(CloudError, match="Unknown attribute"):
            configure(cloud, **newer)


def test_a_cloud_without_a_key_manager_keeps_no_certificates() -> None:
    cloud = fake.Cloud(openstack=fake.OpenStack(services=[]))
    for ask in (cloud.certificates.find, cloud.certificates.get, cloud.certificates.stored):
        with pytest.raises(NotFound, match="no key manager"):
            ask("shop")
    with pytest.raises(NotFound, match="no key manager"):
        cloud.certificates.store("shop", SITE.pkcs12())
    assert built(cloud, "secrets/00000000-0000-4000-8000-000000000000").startswith("FAILED")


def policy(cloud: fake.Cloud, wanted: L7Policy) -> L7Policy:
    """Give the listener of plain HTTP a policy with its rules."""
    made = cloud.load_balancers.create_l7_policy(listener(cloud, "plain"), wanted)
    for rule in wanted.rules:
        cloud.clock.sleep(2)
        cloud.load_balancers.create_l7_rule(made, rule)
    cloud.clock.sleep(2)
    return made


def test_a_redirect_acts_when_the_load_balancer_has_carried_it_out(
    cloud: fake.Cloud, serving: str
) -> None:
    wanted = L7Policy.redirect("https", f"https://{HOST}")
    made = policy(cloud, replace(wanted, rules=()))
    assert cloud.visit(f"http://{serving}/cart", 1).status == 503
    cloud.load_balancers.create_l7_rule(made, wanted.rules[0])
    assert cloud.visit(f"http://{serving}/cart", 1).status == 503
    cloud.clock.sleep(2)
    answer = cloud.visit(f"http://{serving}/cart", 1)
    assert (answer.status, answer.headers["location"]) == (301, f"https://{HOST}/cart")
    assert cloud.visit(f"https://{serving}/cart", 1, TRUST).status == 503


def test_policies_act_in_their_order_and_close_up(cloud: fake.Cloud, serving: str) -> None:
    there = [
        policy(cloud, L7Policy.redirect(name, f"https://{name}.example", "/no/"))
        for name in ("first", "second")
    ]
    told = cloud.load_balancers.l7_policies(listener(cloud, "plain").id)
    assert [(it.name, it.position) for it in told] == [("first", 1), ("second", 2)]
    assert "first" in cloud.visit(f"http://{serving}/", 1).headers["location"]
    cloud.load_balancers.remove_l7_policy(there[0])
    cloud.load_balancers.remove_l7_policy(there[0])
    cloud.clock.sleep(2)
    (left,) = cloud.load_balancers.l7_policies(listener(cloud, "plain").id)
    assert (left.name, left.position) == ("second", 1)
    assert "second" in cloud.visit(f"http://{serving}/", 1).headers["location"]
    assert cloud.visit(f"http://{serving}/no/", 1).status == 503


def test_a_policy_is_refused_while_the_load_balancer_cannot_take_it(
    cloud: fake.Cloud, serving: str
) -> None:
    wanted = L7Policy.redirect("https", f"https://{HOST}")
    plain = listener(cloud, "plain")
    cloud.load_balancers.create_l7_policy(plain, wanted)
    with pytest.raises(Conflict):
        cloud.load_balancers.create_l7_policy(plain, wanted)
    cloud.clock.sleep(2)
    (balancer,) = cloud.load_balancers.all()
    cloud.other_user.mark_load_balancer(balancer.id, "ERROR")
    with pytest.raises(Conflict):
        cloud.load_balancers.create_l7_policy(plain, wanted)


@pytest.mark.parametrize(
    "wrong",
    [
        {"redirect_prefix": "shop.example"},
        {"redirect_prefix": None},
        {"redirect_code": 404},
        {"action": "REDIRECT_TO_MOON"},
    ],
)
def test_a_policy_that_octavia_does_not_take_is_refused(
    cloud: fake.Cloud, serving: str, wrong: dict[str, object]
) -> None:
    wanted = replace(L7Policy.redirect("https", f"https://{HOST}"), **wrong)  # type: ignore[arg-type]
    with pytest.raises(CloudError, match="HTTP 400"):
        cloud.load_balancers.create_l7_policy(listener(cloud, "plain"), wanted)


@pytest.mark.parametrize(
    "rule",
    [
        L7Rule(type="PATH", compare="STARTS_WITH", value=""),
        L7Rule(type="MOON", compare="STARTS_WITH", value="/"),
        L7Rule(type="PATH", compare="RHYMES_WITH", value="/"),
        L7Rule(type="HEADER", compare="EQUAL_TO", value="x"),
    ],
)
def test_a_rule_that_octavia_does_not_take_is_refused(
    cloud: fake.Cloud, serving: str, rule: L7Rule
) -> None:
    made = policy(cloud, replace(L7Policy.redirect("https", f"https://{HOST}"), rules=()))
    with pytest.raises(CloudError, match=r"400|requires a key"):
        cloud.load_balancers.create_l7_rule(made, rule)
    with pytest.raises(NotFound):
        cloud.load_balancers.create_l7_rule(replace(made, id="gone"), rule)


def test_a_failover_reads_the_certificates_again(
    cloud: fake.Cloud, serving: str, stored: StoredCertificate
) -> None:
    operator = fake.Cloud(openstack=cloud.openstack, admin=True)
    cloud.other_user.delete_certificate(stored.ref)
    (balancer,) = cloud.load_balancers.all()
    operator.load_balancers.failover(balancer)

    def look() -> Ready[None] | Waiting:
        status = listener(cloud).provisioning_status
        return Ready(None) if status == "ERROR" else Waiting(status)

    cloud.clock.until(look, what="the listener to be left out", deadline=10)
