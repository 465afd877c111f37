import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--cloud",
        metavar="NAME",
        help="run on this cloud of clouds.yaml; without it the contract runs on the fake cloud",
    )
