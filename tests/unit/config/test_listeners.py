"""Listeners beside the main one, in the site file."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from ao import config
from ao.config import loading, stored
from ao.site import Backend, Site
from tests.unit.config.test_agreement import FILE, TERMINATED, told

PARTNERS = {"name": "partners", "port": 8443, "protocol": "HTTP"}
QUEUE = {"name": "queue", "port": 5671, "protocol": "TCP", "preview_port": 5672}
OVN = {"load_balancer": {"provider": "ovn"}}


def site(*listeners: dict[str, object], **values: object) -> Site:
    """The site of a file with these listeners."""
    file = config.SiteFile.model_validate({**FILE, **values, "listeners": list(listeners)})
    return loading._site(file, Path(), "$AO_VERSION", None, "")


def said(*listeners: dict[str, object], **values: object) -> list[str]:
    """Keys that are told to contradict others in a file with these listeners."""
    return told(**values, listeners=list(listeners))


def test_a_file_without_them_has_none() -> None:
    assert site().listeners == ()
    assert site().backends == {}


def test_the_port_of_the_servers_is_that_of_the_main_listener_where_the_protocol_is() -> None:
    partners, queue = site(PARTNERS, QUEUE).listeners
    assert (partners.server_port, queue.server_port) == (80, 5671)


def test_listeners_of_one_server_port_and_protocol_share_a_pool() -> None:
    shop = site(PARTNERS, QUEUE, {**QUEUE, "name": "more", "port": 1, "preview_port": None})
    partners, queue, more = shop.listeners
    assert shop.backend(partners) is None
    assert shop.backend(queue) == Backend(5671, "TCP")
    assert shop.backend(more) == Backend(1, "TCP")
    assert list(shop.backends) == [Backend(5671, "TCP"), Backend(1, "TCP")]


def test_one_that_terminates_tls_speaks_http_to_the_servers_as_the_main_one_does() -> None:
    shop = site({**PARTNERS, "protocol": "TERMINATED_HTTPS"}, **TERMINATED)
    assert shop.backends == {}


def test_by_the_proxy_protocol_all_pools_speak_it() -> None:
    balancer = {"provider": "amphora", "proxy_protocol": 1}
    assert list(site(QUEUE, load_balancer=balancer).backends) == [Backend(5671, "PROXY")]


def test_the_check_is_the_sites_where_the_protocol_is_and_else_by_tcp() -> None:
    partners, queue = site(PARTNERS, QUEUE, health_check={"path": "/up"}).listeners
    assert (partners.health_check.type, partners.health_check.path) == ("HTTP", "/up")
    assert queue.health_check.type == "TCP"


def test_a_path_makes_it_a_question() -> None:
    other = {**PARTNERS, "server_port": 81, "preview_port": 9443}
    (it,) = site({**other, "health_check": {"path": "/partners"}}).listeners
    assert (it.health_check.type, it.health_check.path) == ("HTTP", "/partners")


def test_two_are_in_agreement() -> None:
    assert said(PARTNERS, QUEUE) == []


@pytest.mark.parametrize(
    ("listener", "values", "key"),
    [
        ({**QUEUE, "name": "main"}, {}, "listeners.0.name"),
        ({**QUEUE, "port": 80}, {}, "listeners.0.port"),
        ({**QUEUE, "port": 8080}, {}, "listeners.0.port"),
        ({**QUEUE, "preview_port": 80}, {}, "listeners.0.preview_port"),
        ({**QUEUE, "preview_port": 5671}, {}, "listeners.0.preview_port"),
        ({**QUEUE, "preview_port": None}, {}, "listeners.0"),
        (QUEUE, {"switch": {"method": "address"}}, "listeners.0.preview_port"),
        ({**QUEUE, "certificate": "other"}, {}, "listeners.0.certificate"),
        ({**QUEUE, "insert_headers": ["X-Forwarded-For"]}, {}, "listeners.0.insert_headers"),
        ({**PARTNERS, "insert_headers": ["X-SSL-Client-CN"]}, {}, "listeners.0.insert_headers"),
        ({**PARTNERS, "protocol": "TERMINATED_HTTPS"}, {}, "listeners.0.protocol"),
        ({**PARTNERS, "health_check": {"path": "/other"}}, {}, "listeners.0.health_check"),
        ({**QUEUE, "health_check": {"expect": 204}}, {}, "listeners.0.health_check.expect"),
        (
            {**QUEUE, "health_check": {"type": "TCP", "path": "/up"}},
            {},
            "listeners.0.health_check.path",
        ),
        ({**PARTNERS, "preview_port": None}, OVN, "listeners.0.protocol"),
        ({**QUEUE, "preview_port": None, "timeouts": {"client": 1}}, OVN, "listeners.0.timeouts"),
        (
            {**QUEUE, "preview_port": None, "allowed_from": ["192.0.2.0/24"]},
            OVN,
            "listeners.0.allowed_from",
        ),
    ],
    ids=str,
)
def test_what_cannot_be_is_told_by_its_key(
    listener: dict[str, object], values: dict[str, object], key: str
) -> None:
    assert key in said(listener, **values)


BY_HEADER = {"switch": {"method": "pool", "preview": "header"}}
PARTNERS_81 = {**PARTNERS, "server_port": 81}


@pytest.mark.parametrize(
    ("listener", "keys"),
    [
        (PARTNERS_81, []),
        ({**PARTNERS_81, "preview_port": 9443}, ["listeners.0.preview_port"]),
        (QUEUE, []),
        ({**QUEUE, "preview_port": None}, ["listeners.0"]),
    ],
    ids=["reads requests", "a port beside that", "reads none", "reads none, without a port"],
)
def test_by_a_header_a_listener_that_reads_requests_has_no_port_of_the_preview(
    listener: dict[str, object], keys: list[str]
) -> None:
    assert said(listener, **BY_HEADER) == keys


def test_two_of_one_name_are_told() -> None:
    assert said(QUEUE, {**QUEUE, "port": 1, "preview_port": 2}) == ["listeners.1.name"]


def test_two_that_share_a_pool_have_one_check() -> None:
    more = {"name": "more", "port": 1, "protocol": "TCP", "server_port": 5671}
    check = {"health_check": {"type": "HTTP"}}
    assert said(QUEUE, more) == []
    assert said({**QUEUE, **check}, {**more, **check}) == []
    assert said({**QUEUE, **check}, more) == ["listeners.1"]


def test_other_certificates_stand_beside_one_of_its_own() -> None:
    partners = {**PARTNERS, "protocol": "TERMINATED_HTTPS"}
    assert said({**partners, "sni": ["other"]}, **TERMINATED) == ["listeners.0.sni"]
    assert said({**partners, "certificate": "own", "sni": ["other"]}, **TERMINATED) == []


def test_a_rule_that_opens_a_port_to_the_load_balancer_again_is_told() -> None:
    rule = {"protocol": "tcp", "port": 5671, "from": "10.42.0.0/24"}
    assert said(QUEUE, servers={"rules": [rule]}) == ["servers.rules.0"]


@pytest.mark.parametrize("name", ["", "Shop", "1st", "a" * 21, "a_b", "end-"])
def test_a_name_is_a_short_label(name: str) -> None:
    with pytest.raises(ValidationError):
        site({**QUEUE, "name": name})


def test_the_project_keeps_them_without_files() -> None:
    files = {"certificate": "a.crt", "key": "a.key"}
    values = {"listeners": [{**PARTNERS, "certificate": files}, {**QUEUE, "sni": ["named"]}]}
    kept = stored.taken(values)["listeners"]
    assert kept == [PARTNERS, {**QUEUE, "sni": ["named"]}]
    assert stored.left_out(values) == ("listeners.certificate.certificate",)
