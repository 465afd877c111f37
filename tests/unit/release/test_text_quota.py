"""A release looks whether its texts fit into the project before it begins."""

from dataclasses import replace

import pytest

from ao import release
from ao.errors import QuotaExceeded
from ao.release import text_quota
from ao.site import Site
from ao.work import Work
from tests.unit.operations.sites import built
from tests.unit.release.releases import Listener, journal, outcome, released, ruled


def filled(site: Site, limit: int, free: int) -> Work:
    """A site in a project that may have so many texts, and has room for so many more."""
    work = built(site)
    work = replace(ruled(work, texts=limit), progress=Listener())
    configs = work.cloud.software_configs
    for number in range(limit - free - configs.listing().count):
        configs.add(f"another program's {number}", "x")
    work.cloud.openstack.project(work.cloud.name).quotas.software_configs = limit
    return work


def notes(work: Work) -> str:
    assert isinstance(work.progress, Listener)
    return "\n".join(work.progress.notes)


def test_a_release_that_does_not_fit_is_refused_before_it_begins(site: Site) -> None:
    work = filled(site, 100, 5)
    before = journal(work).operations()
    with pytest.raises(QuotaExceeded) as refused:
        released(work)
    assert "Heat keeps 100 texts of a project" in refused.value.message
    assert "`openstack software config delete ID`" in str(refused.value.cure)
    assert journal(work).operations() == before
    assert refused.value.exit_code == 5


def test_a_release_writes_no_more_texts_than_it_was_counted_for(site: Site) -> None:
    work = built(site)
    stages = release.plan(work, "2.0")
    before = work.cloud.software_configs.listing().count
    project = work.cloud.openstack.project(work.cloud.name)
    most = 0

    def count() -> None:
        nonlocal most
        most = max(most, len(project.heat.software_configs))

    for skip in range(60):
        work.cloud.faults.meanwhile("software_configs.add", count, skip=skip, after=True)
    released(work)
    assert 0 < most - before <= text_quota.needed(stages)


def test_one_that_just_fits_is_released(site: Site) -> None:
    work = filled(site, 200, text_quota.needed(release.plan(built(site), "2.0")))
    released(work)
    assert outcome(work) == "released"


@pytest.mark.parametrize(("free", "says"), [(110, False), (40 + text_quota.BESIDES, True)])
def test_from_three_quarters_of_the_limit_on_it_says_what_to_do(
    site: Site, free: int, says: bool
) -> None:
    work = filled(site, 200, free)
    released(work)
    assert ("of the 200 texts that Heat keeps of it" in notes(work)) is says


def test_where_there_is_no_limit_none_is_minded(site: Site) -> None:
    work = filled(site, 100, 5)
    work.cloud.openstack.project(work.cloud.name).quotas.software_configs = -1
    work = ruled(work, texts=-1)
    released(work)
    assert outcome(work) == "released"
    assert "that Heat keeps of it" not in notes(work)
