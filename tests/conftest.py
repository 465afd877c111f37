import pytest
from hypothesis import settings

# A test is no benchmark: the machine may be busy with something else. The same examples come
# each time, so that CI does not hang on chance; `--hypothesis-profile=search` looks for others.
settings.register_profile("untimed", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--cloud",
        metavar="NAME",
        help="run on this cloud of clouds.yaml; without it the contract runs on the fake cloud",
    )
