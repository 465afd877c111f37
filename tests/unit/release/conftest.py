"""Sites of both methods, with a short decision window, on the fake cloud."""

from dataclasses import replace

import pytest

from ao.site import Method, Site
from tests.unit.operations.sites import SITES


@pytest.fixture(params=list(Method))
def site(request: pytest.FixtureRequest) -> Site:
    """A site, once of each method."""
    method: Method = request.param
    site = SITES[method]
    return replace(site, watch=replace(site.watch, length=60.0))
