import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)
# A test is no benchmark: the machine may be busy with something else.
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--cloud",
        metavar="NAME",
        help="run on this cloud of clouds.yaml; without it the contract runs on the fake cloud",
    )
