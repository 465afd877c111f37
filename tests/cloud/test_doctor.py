"""The doctor on a real cloud."""

from dataclasses import replace

import pytest
from openstack.connection import Connection

from ao.cloud import Cloud
from ao.doctor import examination
from ao.doctor.findings import Fate, advise
from ao.probe.process import ProbeProcess
from ao.site import Method, Site
from ao.work import Work
from tests.contract.other_user import RealOtherUser


@pytest.fixture
def work(cloud: Cloud, site: Site) -> Work:
    """Nothing is built: a site is not needed."""
    return Work(cloud=cloud, site=replace(site, name=f"{site.name}-dr"))


def test_a_proxy_on_ovn_is_advised_the_pool_method(work: Work, other_user: Connection) -> None:
    found = examination.examine(work, ProbeProcess)
    assert (found.reload.fate, found.pool.fate) == (Fate.RESET, Fate.RESET)
    assert found.address.fate is Fate.HANG
    assert found.pool.lost == 0
    assert advise(found).method is Method.POOL
    assert RealOtherUser(other_user).things_named(work.site.name) == []
