"""How users reach a system: the protocol that it was deployed with, its port, and the redirect."""

from dataclasses import replace

import pytest

from ao.cloud import Listener
from ao.colour import Colour
from ao.plan.access import access
from ao.plan.facts import SECURE, SECURE_PRODUCTION, Facts
from ao.plan.listeners import redirect
from ao.site import Method, Site
from ao.site.tls import Redirect
from tests.unit.samples import EMPTY, POOL_SITE, SITE, resource, whole, with_system

BLUE, GREEN = Colour


def secure(site: Site) -> Site:
    balancer = replace(site.load_balancer, protocol="TERMINATED_HTTPS", port=443)
    led = Redirect(port=80, acme_challenge=False)
    return replace(site, host="shop.example", load_balancer=balancer, redirect=led)


def listener(port: int, protocol: str) -> Listener:
    return Listener(
        id=f"at-{port}", name="ao-shop", default_pool_id=None, protocol=protocol, port=port
    )


HTTP, HTTPS = listener(80, "HTTP"), listener(443, "TERMINATED_HTTPS")


def deployed_by_https(facts: Facts, colour: Colour) -> Facts:
    """The same by the address method, with a system whose load balancer terminates TLS."""
    system = facts.systems[colour]
    built = resource(SECURE, "OS::Octavia::Listener", HTTPS.id)
    return with_system(
        facts,
        replace(
            system,
            resources=(*system.resources, built),
            listener=HTTPS,
            redirect_listener=HTTP,
        ),
    )


def leading(facts: Facts, site: Site) -> Facts:
    """The same where port 80 leads users to HTTPS."""
    policy = redirect(site)
    assert policy is not None
    return replace(facts, policies={HTTP.id: (policy,)})


@pytest.mark.parametrize("protocol", ["HTTP", "TCP", "HTTPS"])
def test_what_decrypts_nothing_speaks_what_the_site_file_says(protocol: str) -> None:
    site = replace(SITE, load_balancer=replace(SITE.load_balancer, protocol=protocol))
    found = access(site, whole(), BLUE)
    assert (found.protocol, found.redirect_port) == (protocol, None)
    assert found.url("172.31.1.20") == site.url("172.31.1.20", "/")


def test_by_the_address_method_each_system_has_the_protocol_that_it_was_deployed_with() -> None:
    site = secure(SITE)
    facts = with_system(whole(), replace(whole().systems[BLUE], listener=listener(8080, "HTTP")))
    facts = deployed_by_https(facts, GREEN)
    blue, green = (access(site, facts, it) for it in Colour)
    assert (blue.protocol, blue.url("192.0.2.1")) == ("HTTP", "http://192.0.2.1:8080/")
    assert (green.protocol, green.url("192.0.2.1")) == ("TERMINATED_HTTPS", "https://192.0.2.1/")


def test_a_site_file_that_takes_https_back_changes_no_system_and_no_port_is_known() -> None:
    facts = with_system(
        deployed_by_https(whole(), BLUE),
        replace(deployed_by_https(whole(), BLUE).systems[BLUE], listener=None),
    )
    found = access(SITE, facts, BLUE)
    assert found.protocol == "TERMINATED_HTTPS"
    assert (found.is_known, found.url("192.0.2.1"), found.preview_url("192.0.2.1")) == (
        False,
        "",
        "",
    )


def test_a_system_that_is_not_built_is_to_speak_what_the_site_file_says() -> None:
    site = secure(SITE)
    assert access(site, EMPTY, BLUE).url("shop.example") == "https://shop.example/"


def test_by_the_pool_method_both_systems_have_the_listener_for_users() -> None:
    site = secure(POOL_SITE)
    facts = replace(whole(), method=Method.POOL, production_listener=HTTP)
    before = access(site, facts, GREEN)
    assert (before.protocol, before.url("shop.example")) == ("HTTP", "http://shop.example/")
    built = resource(SECURE_PRODUCTION, "OS::Octavia::Listener", HTTPS.id)
    facts = replace(
        facts,
        resources=(*facts.resources, built),
        production_listener=HTTPS,
        redirect_listener=HTTP,
    )
    after = access(site, leading(facts, site), GREEN)
    assert (after.protocol, after.redirect_port) == ("TERMINATED_HTTPS", 80)
    assert after.preview_url("shop.example") == "https://shop.example:8080/"


def test_a_redirect_is_one_that_leads_to_https() -> None:
    site = secure(SITE)
    facts = deployed_by_https(whole(), BLUE)
    assert access(site, facts, BLUE).redirect_port is None
    assert access(site, leading(facts, site), BLUE).redirect_port == 80
    assert access(site, leading(facts, site), GREEN).redirect_port is None
