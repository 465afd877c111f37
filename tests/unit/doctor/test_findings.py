from dataclasses import replace

import pytest

from ao.doctor.findings import Effect, Fate, Findings, advise, drain, effect, warnings
from ao.probe.probe_load import ProbeLoad
from ao.site import DrainWay, Method
from tests.unit.probes import kept_client, recording
from tests.unit.samples import POOL_SITE, SITE

KEEP, RESET, HANG = Fate
LOAD = ProbeLoad(url="http://192.0.2.1", identify=SITE.identify)


def of(fate: Fate) -> Effect:
    return Effect(fate=fate, fates={**dict.fromkeys(Fate, 0), fate: 10}, lost=0, sent=1, gap=0.1)


def findings(reload: Fate, pool: Fate, address: Fate, provider: str = "amphora") -> Findings:
    return Findings(
        at=0.0, provider=provider, reload=of(reload), pool=of(pool), address=of(address)
    )


def test_a_connection_that_stays_with_its_colour_is_kept() -> None:
    assert effect(recording(LOAD, kept_client("blue")), "blue", 0.5).fate is KEEP


def test_a_connection_whose_client_comes_back_on_the_other_colour_was_reset() -> None:
    assert effect(recording(LOAD, kept_client("green", connections=2)), "blue", 0.5).fate is RESET


def test_a_connection_on_which_nothing_answers_hangs_even_if_its_client_comes_back() -> None:
    client = kept_client("green", connections=2, hung=1)
    assert effect(recording(LOAD, client), "blue", 0.5).fate is HANG


def test_a_connection_that_a_reload_closed_was_reset_though_its_colour_stayed() -> None:
    closed = recording(LOAD, kept_client("blue", connections=2))
    assert effect(closed, "blue", None, closing=True).fate is RESET
    assert effect(closed, "blue", None).fate is KEEP


def test_what_became_of_most_connections_is_told_and_each_is_counted() -> None:
    seen = effect(
        recording(
            LOAD, kept_client("green"), kept_client("green"), kept_client("blue", hung=1), lost=1
        ),
        "blue",
        0.5,
    )
    assert seen.fate is RESET
    assert seen.fates == {KEEP: 0, RESET: 2, HANG: 1}
    assert (seen.lost, seen.sent, seen.gap) == (1, 100, 0.5)


def test_of_two_fates_alike_the_worse_is_told() -> None:
    half = recording(LOAD, kept_client("blue"), kept_client("green", hung=1))
    assert effect(half, "blue", None).fate is HANG


@pytest.mark.parametrize(
    ("reload", "pool", "address", "method", "way"),
    [
        (RESET, RESET, HANG, Method.POOL, None),
        (RESET, RESET, KEEP, Method.POOL, None),
        (RESET, RESET, RESET, Method.POOL, None),
        (KEEP, HANG, KEEP, Method.ADDRESS, DrainWay.HOOK),
        (RESET, HANG, KEEP, Method.ADDRESS, DrainWay.AFTER),
        (KEEP, HANG, HANG, Method.POOL, None),
    ],
)
def test_the_method_is_advised_under_which_connections_fare_best(
    reload: Fate, pool: Fate, address: Fate, method: Method, way: DrainWay | None
) -> None:
    advice = advise(findings(reload, pool, address))
    assert (advice.method, advice.drain) == (method, way)
    assert advice.why


def test_where_connections_hang_the_old_load_balancer_is_reloaded_around_the_move() -> None:
    assert drain(findings(RESET, RESET, HANG)) is DrainWay.AROUND


def test_a_site_of_the_other_method_is_warned() -> None:
    (warning,) = warnings(SITE, findings(RESET, RESET, HANG, provider="ovn"))
    assert "advises `method: pool`" in warning
    assert "hang until the client gives up" in warning
    assert not list(warnings(POOL_SITE, findings(RESET, RESET, HANG)))


def test_findings_of_another_provider_warn_nobody() -> None:
    assert not list(warnings(SITE, findings(RESET, RESET, HANG, provider="amphora")))


def test_a_way_to_drain_that_does_nothing_here_is_warned_of() -> None:
    after = replace(SITE, drain=replace(SITE.drain, way=DrainWay.AFTER))
    (warning,) = warnings(after, findings(KEEP, HANG, KEEP, provider="ovn"))
    assert "advises `way: hook`" in warning
