"""What is told of a certificate that is served: before a switch, and by `ao certificate show`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ao.apply.certificate_state import CertificateState, chain, doubts
from ao.http.handshake import Served
from ao.http.trust import UNKNOWN_AUTHORITY, Distrust, other_name
from ao.site.tls import Tls
from tests.unit import samples
from tests.unit.certificates import HOST, issue

NOW = datetime.now(UTC)
WARN = timedelta(days=21)
SITE = replace(
    samples.POOL_SITE,
    host=HOST,
    tls=Tls(
        certificate="shop",
        sni=(),
        versions=(),
        ciphers=None,
        alpn=(),
        hsts=None,
        clients=None,
        ca=None,
        warn=WARN.total_seconds(),
    ),
)
CERTIFICATE = issue(days=90).bundle.certificate


def served(distrust: Distrust | None = None, **changes: object) -> Served:
    shown = Served(
        certificate=CERTIFICATE, chain=(), alpn="h2", version="TLSv1.3", distrust=distrust
    )
    return replace(shown, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (WARN + timedelta(hours=1), []),
        (WARN - timedelta(hours=1), ["in 20 days"]),
        (timedelta(hours=1), ["in 0 days"]),
        (timedelta(hours=-1), ["has expired"]),
    ],
)
def test_its_end_is_told_from_the_day_on_that_the_site_file_names(
    before: timedelta, told: list[str]
) -> None:
    found = list(doubts(SITE, served(), "production", CERTIFICATE.not_after - before))
    assert [word in it for it, word in zip(found, told, strict=True)] == [True] * len(told)


@pytest.mark.parametrize("distrust", [UNKNOWN_AUTHORITY, other_name(HOST)])
def test_one_that_is_not_trusted_is_told_with_the_cure(distrust: Distrust) -> None:
    (told,) = doubts(SITE, served(distrust), "preview", NOW)
    assert told.startswith(f"What preview serves is not trusted for {HOST}: {distrust.why}")
    assert told.endswith(distrust.cure)


def test_of_one_that_has_expired_that_alone_is_told() -> None:
    after = CERTIFICATE.not_after + timedelta(days=1)
    (told,) = doubts(SITE, served(UNKNOWN_AUTHORITY), "production", after)
    assert "expired" in told


def test_a_site_without_a_host_is_asked_by_its_address_which_no_certificate_names() -> None:
    site = replace(SITE, host=None)
    assert list(doubts(site, served(other_name("203.0.113.10")), "production", NOW)) == []


def test_where_the_servers_serve_it_they_have_to_serve_another_one() -> None:
    passed_on = replace(SITE.load_balancer, protocol="HTTPS")
    secure = replace(SITE.load_balancer, protocol="TERMINATED_HTTPS")
    for balancer, cure in ((passed_on, "servers"), (secure, "`ao certificate renew`")):
        site = replace(SITE, load_balancer=balancer)
        (told,) = doubts(site, served(), "production", CERTIFICATE.not_after)
        assert cure in told


def test_a_chain_that_leads_to_an_authority_is_whole() -> None:
    assert chain(served()) == "whole"


def test_a_chain_out_of_order_is_told() -> None:
    other = issue("other.example").bundle.certificate
    assert chain(served(chain=(other,))) == "not in order: CN=an authority does not follow"


def test_where_a_chain_ends_that_leads_nowhere_is_told() -> None:
    assert chain(served(UNKNOWN_AUTHORITY)) == (
        "ends before CN=an authority, which is not known here"
    )


def test_its_days_are_counted_whole() -> None:
    state = CertificateState(
        role="production",
        address="203.0.113.10:443",
        served=served(),
        unseen="",
        reference="https://barbican.example/v1/secrets/1",
        stored=None,
        readers=None,
        unknown="",
    )
    end = CERTIFICATE.not_after
    moments = (timedelta(hours=25), timedelta(hours=23), timedelta(hours=-1))
    assert [state.days(end - it) for it in moments] == [1, 0, -1]
    assert state.is_gone
    assert not replace(state, unknown="Barbican is down").is_gone
