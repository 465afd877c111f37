"""A site of each method on the fake cloud."""

import pytest

from ao.site import Method, Site
from ao.work import Work
from tests.unit.operations.sites import SITES, built


@pytest.fixture(params=list(Method))
def site(request: pytest.FixtureRequest) -> Site:
    """A site, once of each method."""
    method: Method = request.param
    return SITES[method]


@pytest.fixture
def work(site: Site) -> Work:
    """A whole site: blue is live."""
    return built(site)
