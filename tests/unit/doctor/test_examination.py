from collections.abc import Iterator
from dataclasses import replace

import pytest

from ao import fake
from ao.colour import Colour
from ao.doctor import examination, kept_findings
from ao.doctor.findings import Fate
from ao.errors import BuildFailed, NotFound, QuotaExceeded
from ao.operations import reconcile
from ao.probe.probe_load import ProbeLoad
from ao.probe.recording import Recording
from ao.site import Method
from ao.work import Work
from tests.unit.operations.sites import SITES, built, start, state, writes
from tests.unit.probes import FakeProbe, kept_client, recording


def seen() -> Iterator[Recording]:
    """A reload that closes, a change of the pool that resets, a move that hangs."""
    load = ProbeLoad(url="", identify=SITES[Method.POOL].identify)
    yield recording(load, kept_client("blue", connections=2))
    yield recording(load, kept_client("green", connections=2))
    yield recording(load, kept_client("blue", hung=1), lost=1)


@pytest.fixture
def probe() -> FakeProbe:
    recordings = seen()
    return FakeProbe(see=lambda _load: next(recordings))


@pytest.fixture
def work() -> Work:
    return start(SITES[Method.POOL])


def things(work: Work) -> list[str]:
    return work.cloud.other_user.things_named("doctor")


def test_it_tells_what_a_reload_a_change_of_the_pool_and_a_move_did(
    work: Work, probe: FakeProbe
) -> None:
    found = examination.examine(work, probe)
    assert (found.reload.fate, found.pool.fate, found.address.fate) == (
        Fate.RESET,
        Fate.RESET,
        Fate.HANG,
    )
    assert found.provider == "amphora"
    assert found.pool.gap == pytest.approx(0.5)


def test_connections_are_held_through_the_trial_sites_address_and_nobody_elses(
    probe: FakeProbe,
) -> None:
    work = built(SITES[Method.POOL])
    production = work.observe().production
    assert production is not None
    examination.examine(work, probe)
    assert len({load.url for load in probe.loads}) == 1
    assert production.address not in probe.loads[0].url


def test_it_leaves_nothing_behind(work: Work, probe: FakeProbe) -> None:
    examination.examine(work, probe)
    assert things(work) == []
    assert work.cloud.floating_ips.all() == ()
    assert probe.events == ["begun", "running", "stopped", "ended"] * 3


def test_a_site_beside_it_is_not_touched(probe: FakeProbe) -> None:
    work = built(SITES[Method.ADDRESS])
    before = state(work.observe())
    examination.examine(work, probe)
    assert state(work.observe()) == before


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_it_leaves_nothing_behind_when_it_is_interrupted(
    work: Work, error: type[BaseException]
) -> None:
    def see(_load: ProbeLoad) -> Recording:
        raise error

    with pytest.raises(error):
        examination.examine(work, FakeProbe(see=see))
    assert things(work) == []


def test_it_leaves_nothing_behind_when_it_is_interrupted_while_heat_builds(
    work: Work, probe: FakeProbe
) -> None:
    work.cloud.faults.fail("stacks.get", KeyboardInterrupt(), skip=2)  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        examination.examine(work, probe)
    assert things(work) == []


def test_a_trial_site_that_cannot_be_built_is_deleted(work: Work, probe: FakeProbe) -> None:
    work.cloud.faults.break_next("OS::Nova::Server", "No valid host was found.")
    with pytest.raises(BuildFailed, match="No valid host"):
        examination.examine(work, probe)
    assert things(work) == []


@pytest.mark.parametrize("skip", range(0, 60, 4))
def test_what_a_killed_run_has_left_the_next_one_deletes_first(
    work: Work, probe: FakeProbe, skip: int
) -> None:
    work.cloud.faults.kill("*", skip=skip)
    with pytest.raises(fake.Killed):
        examination.examine(work, FakeProbe(see=lambda load: recording(load)))
    work.cloud.process.restart()
    examination.examine(work, probe)
    assert things(work) == []


def test_a_quota_that_is_too_small_is_told_before_anything_is_built(probe: FakeProbe) -> None:
    work = start(SITES[Method.POOL], limits={"load balancers": 1})
    with pytest.raises(QuotaExceeded, match="load balancers: 2 more needed"):
        examination.examine(work, probe)
    assert writes(work.cloud) == []


def test_what_the_cloud_lacks_is_told_before_anything_is_built(
    work: Work, probe: FakeProbe
) -> None:
    group = replace(work.site.group, image="no-such-image")
    with pytest.raises(NotFound, match="no-such-image"):
        examination.examine(replace(work, site=replace(work.site, group=group)), probe)
    assert writes(work.cloud) == []


def test_findings_are_kept_with_the_site_until_it_is_torn_down(probe: FakeProbe) -> None:
    work = built(SITES[Method.POOL])
    found = examination.examine(work, probe)
    assert kept_findings.recall(work) is None
    kept_findings.keep(work.cloud, work.site, found)
    kept_findings.keep(work.cloud, work.site, found)
    assert kept_findings.recall(work) == found
    assert kept_findings.recall(replace(work, site=replace(work.site, name="other"))) is None
    reconcile.down(work, frozenset(Colour))
    assert kept_findings.recall(work) is None


def test_tearing_a_site_down_deletes_a_trial_site_that_was_left(work: Work) -> None:
    work.cloud.faults.kill("floating_ips.point")
    with pytest.raises(fake.Killed):
        examination.examine(work, FakeProbe(see=lambda load: recording(load)))
    assert things(work)
    work.cloud.process.restart()
    reconcile.down(work, frozenset(Colour))
    assert things(work) == []
