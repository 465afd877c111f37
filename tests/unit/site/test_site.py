"""What a site and a version may be called, also where tags of the cloud tell it; its URLs."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.errors import ConfigError
from ao.probe.probe_load import ProbeLoad
from ao.site import (
    Method,
    Site,
    checked_version,
    is_name,
    is_version,
    version_of,
    version_tag,
)
from tests.unit.operations.sites import SITES

EVIL = "2.0'; touch /tmp/pwned; : '"


@pytest.mark.parametrize("version", ["2.0", "2026-11-23", "v1.2.3+build.5", "a" * 40])
def test_versions_that_fit_a_tag_are_taken(version: str) -> None:
    assert checked_version(version) == version


@pytest.mark.parametrize("version", ["", "a b", "1,2", "a/b", "-x", "a" * 41, "1.0\n", EVIL])
def test_versions_that_fit_no_tag_are_refused(version: str) -> None:
    with pytest.raises(ConfigError):
        checked_version(version)


@given(st.text())
def test_a_version_holds_nothing_that_a_shell_minds(text: str) -> None:
    assert not is_version(text) or re.fullmatch(r"[A-Za-z0-9._+-]+", text)


def refusal(text: str) -> str:
    """Why a text is no version; empty of one that is."""
    try:
        checked_version(text)
    except ConfigError as error:
        return error.message
    return ""


@given(st.text())
def test_a_refusal_is_safe_to_print(text: str) -> None:
    assert refusal(text).isprintable()


@given(st.text())
def test_tags_tell_a_version_or_none(text: str) -> None:
    assert version_of(frozenset({"ao:site=shop", version_tag(text)})) in (text, None)
    assert version_of(frozenset({version_tag("2.0")})) == "2.0"


@pytest.mark.parametrize("tags", [frozenset(), frozenset({version_tag(EVIL)})])
def test_tags_without_a_version_tell_none(tags: frozenset[str]) -> None:
    assert version_of(tags) is None


@given(st.text())
def test_the_name_of_a_site_is_a_part_of_a_url(text: str) -> None:
    assert not is_name(text) or re.fullmatch(r"[a-z0-9-]+", text)


POOL = SITES[Method.POOL]
ADDRESS = "203.0.113.5"


def listening(protocol: str, port: int, site: Site = POOL) -> Site:
    return replace(site, load_balancer=replace(site.load_balancer, protocol=protocol, port=port))


@pytest.mark.parametrize(
    ("protocol", "port", "url"),
    [
        ("HTTP", 80, "http://203.0.113.5/x"),
        ("HTTP", 443, "http://203.0.113.5:443/x"),
        ("TCP", 8080, "http://203.0.113.5:8080/x"),
        ("HTTPS", 443, "https://203.0.113.5/x"),
        ("TERMINATED_HTTPS", 443, "https://203.0.113.5/x"),
        ("TERMINATED_HTTPS", 80, "https://203.0.113.5:80/x"),
        ("TERMINATED_HTTPS", 8443, "https://203.0.113.5:8443/x"),
    ],
)
def test_a_url_has_the_scheme_and_port_of_the_listener(protocol: str, port: int, url: str) -> None:
    assert listening(protocol, port).url(ADDRESS, "/x") == url


def test_the_preview_is_asked_by_the_scheme_of_production() -> None:
    pool = listening("TERMINATED_HTTPS", 443)
    pool = replace(pool, switch=replace(pool.switch, preview_port=8443))
    assert pool.preview_url(ADDRESS) == f"https://{ADDRESS}:8443"
    by_address = listening("TERMINATED_HTTPS", 443, SITES[Method.ADDRESS])
    assert by_address.preview_url(ADDRESS) == f"https://{ADDRESS}"


@pytest.mark.parametrize("protocol", ["HTTP", "TCP", "HTTPS", "TERMINATED_HTTPS"])
def test_users_may_speak_http2_where_they_speak_https(protocol: str) -> None:
    site = listening(protocol, 443)
    assert site.http2 is protocol.endswith("HTTPS")
    load = ProbeLoad.of(replace(site, host="shop.example"), ADDRESS, new_per_second=20, kept=4)
    assert (load.url, load.host) == (site.url(ADDRESS), "shop.example")
    assert load.mixed is site.http2


def test_the_health_check_asks_as_all_else_does_but_for_its_method() -> None:
    site = replace(
        POOL, host="shop.example", health_check=replace(POOL.health_check, method="HEAD")
    )
    assert site.health_request_options == replace(site.request_options, method="HEAD")
