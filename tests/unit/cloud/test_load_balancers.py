"""What Octavia is asked about its API, and about how its listeners and pools serve."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ao import cloud as face
from ao.cloud import Cloud, L7Policy, L7Rule, Listener, ListenerSettings, PoolSettings
from ao.errors import CloudError
from ao.redaction import redact_log
from tests.unit.cloud import openstack
from tests.unit.cloud.openstack import (
    L7_POLICY,
    LISTENER,
    SECRET,
    Handler,
    Server,
    connect,
    serving,
)

SETTINGS = ListenerSettings(
    tls_ref=str(SECRET["secret_ref"]),
    versions=frozenset({"TLSv1.2", "TLSv1.3"}),
    ciphers="TLS_AES_256_GCM_SHA384",
    alpn=("h2", "http/1.1"),
    hsts_max_age=31536000,
    hsts_subdomains=True,
    client_timeout=50_000,
    member_timeout=60_000,
    connect_timeout=5_000,
    headers=frozenset({"X-Forwarded-For"}),
    allowed_cidrs=frozenset({"198.51.100.0/24"}),
)
"""What the listener has that the server tells of."""
POOL_SETTINGS = PoolSettings(
    persistence="APP_COOKIE",
    cookie="JSESSIONID",
    encrypts=True,
    ca_ref=str(SECRET["secret_ref"]),
    versions=frozenset({"TLSv1.3"}),
    ciphers="TLS_AES_256_GCM_SHA384",
)
"""The same of its pool."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def _cloud(server: Server) -> Cloud:
    return face.of(connect(server))


@pytest.fixture
def cloud(server: Server, _cloud: Cloud) -> Iterator[Cloud]:
    yield _cloud
    server.answer = Handler.answer


@pytest.fixture
def sent(server: Server, cloud: Cloud) -> list[tuple[str, Any]]:
    """What Octavia is asked to change."""
    found: list[tuple[str, Any]] = []

    def answer(handler: Handler) -> None:
        if handler.command != "GET":
            body = json.loads(handler.body) if handler.body else None
            found.append((handler.asked.replace("/lb/v2.0/lbaas/", ""), body))
        handler.answer()

    server.answer = answer
    return found


def listener(cloud: Cloud) -> Listener:
    (found,) = cloud.load_balancers.listeners()
    return found


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ({"versions": [{"id": it} for it in ("v2.9", "v2.30", "v2.8")]}, (2, 30)),
        ("v2", None),
        ({"versions": []}, None),
        ({"versions": [{"id": "newest"}]}, None),
    ],
)
def test_the_root_tells_the_newest_version(
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    told: object,
    version: tuple[int, int] | None,
) -> None:
    before = openstack.versions
    odd = {"/lb": told, "/lb/v2.0": "v2"}
    monkeypatch.setattr(openstack, "versions", lambda url: {**before(url), **odd})
    assert cloud.load_balancers.api_version() == version


def test_a_listener_tells_how_it_serves_in_the_one_request(server: Server, cloud: Cloud) -> None:
    server.asked.clear()
    found = listener(cloud)
    assert (found.protocol, found.port) == ("TERMINATED_HTTPS", 443)
    assert found.provisioning_status == "ACTIVE"
    assert found.settings == SETTINGS
    assert server.asked == ["GET /lb/v2.0/lbaas/listeners"]


def test_what_an_old_api_does_not_tell_is_nothing(server: Server, cloud: Cloud) -> None:
    old = {it: LISTENER[it] for it in ("id", "name", "default_pool_id", "protocol")}
    server.answer = lambda it: it.json(200, {"listeners": [old]})
    assert listener(cloud).settings == ListenerSettings()


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        (
            {"tls_ref": "https://b/v1/secrets/x"},
            {"default_tls_container_ref": "https://b/v1/secrets/x"},
        ),
        ({"sni_refs": ("a", "b")}, {"sni_container_refs": ["a", "b"]}),
        ({"versions": frozenset({"TLSv1.3"})}, {"tls_versions": ["TLSv1.3"]}),
        ({"versions": None}, {"tls_versions": None}),
        ({"ciphers": "ECDHE"}, {"tls_ciphers": "ECDHE"}),
        ({"alpn": ("http/1.1",)}, {"alpn_protocols": ["http/1.1"]}),
        # An empty list is refused (octavia/common/validate.py: check_alpn_protocols).
        ({"alpn": ()}, {"alpn_protocols": None}),
        ({"hsts_max_age": 0}, {"hsts_max_age": 0}),
        (
            {"hsts_max_age": None, "hsts_subdomains": False},
            {"hsts_max_age": None, "hsts_include_subdomains": False},
        ),
        ({"hsts_preload": True}, {"hsts_preload": True}),
        ({"client_timeout": 1}, {"timeout_client_data": 1}),
        ({"member_timeout": None}, {"timeout_member_data": None}),
        ({"connect_timeout": 2}, {"timeout_member_connect": 2}),
        (
            {"headers": frozenset({"X-Forwarded-Port"})},
            {"insert_headers": {"X-Forwarded-Port": "true"}},
        ),
        ({"headers": frozenset()}, {"insert_headers": {}}),
        ({"allowed_cidrs": frozenset({"b", "a"})}, {"allowed_cidrs": ["a", "b"]}),
        ({"allowed_cidrs": frozenset()}, {"allowed_cidrs": []}),
        (
            {"client_ca_ref": "ca", "client_crl_ref": "crl", "client_authentication": "MANDATORY"},
            {
                "client_ca_tls_container_ref": "ca",
                "client_crl_container_ref": "crl",
                "client_authentication": "MANDATORY",
            },
        ),
    ],
)
def test_a_change_of_settings_says_what_differs_and_nothing_else(
    cloud: Cloud, sent: list[tuple[str, Any]], change: dict[str, Any], asked: dict[str, Any]
) -> None:
    found = listener(cloud)
    cloud.load_balancers.configure(found, replace(found.settings, **change))
    assert sent == [("PUT listeners/l-1", {"listener": asked})]


def test_settings_that_are_there_already_are_not_asked_for(
    cloud: Cloud, sent: list[tuple[str, Any]]
) -> None:
    found = listener(cloud)
    cloud.load_balancers.configure(found, found.settings)
    assert not sent


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({"persistence": None, "cookie": None}, {"session_persistence": None}),
        (
            {"persistence": "SOURCE_IP", "cookie": None},
            {"session_persistence": {"type": "SOURCE_IP", "cookie_name": None}},
        ),
        (
            {"cookie": "sid"},
            {"session_persistence": {"type": "APP_COOKIE", "cookie_name": "sid"}},
        ),
        ({"encrypts": False}, {"tls_enabled": False}),
        ({"tls_ref": "shown"}, {"tls_container_ref": "shown"}),
        ({"ca_ref": None}, {"ca_tls_container_ref": None}),
        ({"crl_ref": "revoked"}, {"crl_container_ref": "revoked"}),
        ({"versions": frozenset({"TLSv1.2"})}, {"tls_versions": ["TLSv1.2"]}),
        ({"ciphers": "ECDHE"}, {"tls_ciphers": "ECDHE"}),
    ],
)
def test_a_pool_is_told_what_it_has_not(
    cloud: Cloud, sent: list[tuple[str, Any]], change: dict[str, Any], asked: object
) -> None:
    (pool,) = cloud.load_balancers.pools("lb-1")
    assert pool.settings == POOL_SETTINGS
    cloud.load_balancers.configure_pool(pool, pool.settings)
    cloud.load_balancers.configure_pool(pool, replace(pool.settings, **change))
    assert sent == [("PUT pools/pool-1", {"pool": asked})]


def test_the_pools_of_a_load_balancer_are_asked_for_by_its_id(server: Server, cloud: Cloud) -> None:
    queries: list[str] = []

    def answer(handler: Handler) -> None:
        queries.append(handler.path)
        handler.answer()

    server.answer = answer
    cloud.load_balancers.pools("lb-1")
    assert ["loadbalancer_id=lb-1" in it for it in queries] == [True]


def test_a_policy_to_a_page_is_made_off_and_switched_on(
    cloud: Cloud, sent: list[tuple[str, Any]]
) -> None:
    wanted = L7Policy(
        name="pause",
        action="REDIRECT_TO_URL",
        redirect_url="https://status.example/",
        redirect_code=302,
        enabled=False,
        description="why",
    )
    made = cloud.load_balancers.create_l7_policy(listener(cloud), wanted)
    cloud.load_balancers.set_l7_policy(made, "why", enabled=True)
    assert sent == [
        (
            "POST l7policies",
            {
                "l7policy": {
                    "listener_id": "l-1",
                    "name": "pause",
                    "action": "REDIRECT_TO_URL",
                    "admin_state_up": False,
                    "redirect_url": "https://status.example/",
                    "redirect_http_code": 302,
                    "description": "why",
                }
            },
        ),
        ("PUT l7policies/l7-1", {"l7policy": {"admin_state_up": True, "description": "why"}}),
    ]


def test_policies_of_a_name_are_found_with_their_rules(cloud: Cloud) -> None:
    (found,) = cloud.load_balancers.l7_policies_named("https")
    assert (found.id, found.enabled, len(found.rules)) == ("l7-1", True, 1)
    assert cloud.load_balancers.l7_policies_named("other") == ()


def test_a_policy_that_redirects_is_made_without_its_rule_which_follows(
    cloud: Cloud, sent: list[tuple[str, Any]]
) -> None:
    wanted = L7Policy.redirect("https", "https://shop.example")
    made = cloud.load_balancers.create_l7_policy(listener(cloud), wanted)
    assert made.id == "l7-1"
    cloud.load_balancers.create_l7_rule(made, wanted.rules[0])
    cloud.load_balancers.remove_l7_policy(made)
    assert sent == [
        (
            "POST l7policies",
            {
                "l7policy": {
                    "listener_id": "l-1",
                    "name": "https",
                    "action": "REDIRECT_PREFIX",
                    "admin_state_up": True,
                    "redirect_prefix": "https://shop.example",
                    "redirect_http_code": 301,
                }
            },
        ),
        (
            "POST l7policies/l7-1/rules",
            {
                "rule": {
                    "type": "PATH",
                    "compare_type": "STARTS_WITH",
                    "value": "/",
                    "invert": False,
                }
            },
        ),
        ("DELETE l7policies/l7-1", None),
    ]


def test_a_rule_that_compares_a_header_says_which(
    cloud: Cloud, sent: list[tuple[str, Any]]
) -> None:
    (policy,) = cloud.load_balancers.l7_policies("l-1")
    rule = L7Rule(type="HEADER", compare="EQUAL_TO", key="X-Ao", value="green", invert=True)
    cloud.load_balancers.create_l7_rule(policy, rule)
    assert sent[0][1]["rule"]["key"] == "X-Ao"
    assert sent[0][1]["rule"]["invert"] is True


def test_the_name_of_a_colour_in_a_rule_of_whomever_is_masked_in_no_log(
    server: Server, cloud: Cloud
) -> None:
    told = {"id": "r-1", "type": "HEADER", "compare_type": "EQUAL_TO", "key": "X", "value": "green"}

    def answer(handler: Handler) -> None:
        if handler.asked.endswith("/rules"):
            handler.json(200, {"rules": [told]})
        else:
            handler.answer()

    server.answer = answer
    assert cloud.load_balancers.l7_policies("l-1")[0].rules[0].value == "green"
    assert redact_log("production leads to green") == "production leads to green"


@pytest.mark.parametrize("value", ["ao-pass-" + "5f" * 16, "91be" * 8])
@pytest.mark.parametrize("status", [200, 201, 409, 500])
def test_a_value_that_lets_requests_pass_gets_into_no_log_and_no_error(
    server: Server, cloud: Cloud, value: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    told = {"id": "r-1", "type": "HEADER", "compare_type": "EQUAL_TO", "key": "X", "value": value}

    def answer(handler: Handler) -> None:
        if not handler.asked.endswith("/rules"):
            handler.answer()
        elif handler.command == "GET":
            handler.json(200, {"rules": [told]})
        else:
            handler.json(status, {"rule": told, "faultstring": f"rule {value} is there"})

    (policy,) = cloud.load_balancers.l7_policies("l-1")
    server.answer = answer
    rule = L7Rule(type="HEADER", compare="EQUAL_TO", key="X", value=value)
    with caplog.at_level(logging.DEBUG):
        assert cloud.load_balancers.l7_policies("l-1")[0].rules[0].value == value
        assert cloud.load_balancers.l7_policies_named(policy.name)[0].rules[0].value == value
        if status < 400:
            cloud.load_balancers.create_l7_rule(policy, rule)
        else:
            with pytest.raises(CloudError) as caught:
                cloud.load_balancers.create_l7_rule(policy, rule)
            assert value not in f"{caught.value!r} {caught.value} {caught.value.cure}"
    assert "l7policies" in caplog.text
    assert value not in caplog.text
    assert value not in repr(rule)


def test_a_path_may_be_let_through_a_redirect() -> None:
    policy = L7Policy.redirect("https", "https://shop.example", "/.well-known/acme-challenge/")
    (rule,) = policy.rules
    assert rule.value == "/.well-known/acme-challenge/"
    assert rule.invert


def test_policies_are_told_with_their_rules_by_position(server: Server, cloud: Cloud) -> None:
    first = {**L7_POLICY, "id": "l7-0", "position": 1, "rules": []}
    second = {**L7_POLICY, "position": 2}

    def answer(handler: Handler) -> None:
        if handler.asked.endswith("/l7policies"):
            assert handler.query["listener_id"] == "l-1"
            handler.json(200, {"l7policies": [second, first]})
        else:
            handler.answer()

    server.answer = answer
    found = cloud.load_balancers.l7_policies("l-1")
    assert [(it.id, it.position) for it in found] == [("l7-0", 1), ("l7-1", 2)]
    assert found[0].rules == ()
    assert found[1] == replace(
        L7Policy.redirect("https", "https://shop.example"), id="l7-1", position=2
    )


def test_a_policy_that_goes_meanwhile_has_no_rules(server: Server, cloud: Cloud) -> None:
    def answer(handler: Handler) -> None:
        if handler.asked.endswith("/rules"):
            handler.json(404, {"faultstring": "L7Policy l7-1 not found."})
        else:
            handler.answer()

    server.answer = answer
    (found,) = cloud.load_balancers.l7_policies("l-1")
    assert found.rules == ()


def test_a_certificate_that_octavia_cannot_read_is_told_in_its_words(
    server: Server, cloud: Cloud
) -> None:
    words = "Could not retrieve certificate: ['https://b/v1/secrets/x']"
    found = listener(cloud)
    server.answer = lambda it: it.json(400, {"faultstring": words})
    with pytest.raises(CloudError, match="Could not retrieve certificate"):
        cloud.load_balancers.configure(found, replace(found.settings, tls_ref="x"))
