import pytest

from ao.work import Work
from tests.unit.release.stage import built


@pytest.fixture
def work() -> Work:
    """A whole site: blue is live."""
    return built()
