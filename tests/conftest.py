import os
import shutil
import sys
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from ao import redaction

pytest_plugins = ["tests.cloud.sites"]

# A test is no benchmark: the machine may be busy with something else. The same examples come
# each time, so that CI does not hang on chance; `--hypothesis-profile=search` looks for others.
settings.register_profile("untimed", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)
settings.load_profile("untimed")

# Texts are compared in English, whatever language the machine speaks.
os.environ["LANGUAGE"] = "C"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--cloud",
        metavar="NAME",
        help="run on this cloud of clouds.yaml; without it the contract runs on the fake cloud",
    )
    parser.addoption(
        "--fuzz",
        type=int,
        default=40,
        metavar="N",
        help="files of each kind that the fuzz tests try (default: 40)",
    )
    parser.addoption(
        "--storms", type=int, default=15, metavar="N", help="storms of commands at once; default 15"
    )
    parser.addoption(
        "--leave-out-missing",
        action="store_true",
        help="leave out tests whose programs are not installed, and say so; else they fail",
    )
    parser.addoption(
        "--faults",
        metavar="N|all",
        default="8",
        help="faults that each command of the fault matrix suffers; default 8",
    )


LEFT_OUT = "left out for want of "
"""How the reason of a test that is left out begins."""


@pytest.fixture(scope="session")
def java(pytestconfig: pytest.Config) -> None:
    """Java, and the Groovy that npm-groovy-lint brings along."""
    there = (Path(sys.prefix) / "node_modules" / "npm-groovy-lint").is_dir()
    _need(pytestconfig, "Java and npm-groovy-lint", shutil.which("java") and there)


@pytest.fixture(scope="session")
def prometheus_server(pytestconfig: pytest.Config) -> None:
    """Debian's Prometheus."""
    _need(pytestconfig, "Prometheus", shutil.which("prometheus"))


def _need(config: pytest.Config, program: str, there: object) -> None:
    if not there and config.getoption("--leave-out-missing"):
        pytest.skip(f"{LEFT_OUT}{program}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """Name at the end the files of tests that were left out, a line for each program."""
    yield
    left_out: dict[str, Counter[str]] = {}
    for report in terminalreporter.getreports("skipped"):
        _, reason = str(report.longrepr[2]).split(": ", 1)
        if reason.startswith(LEFT_OUT):
            left_out.setdefault(reason, Counter())[report.nodeid.partition("::")[0]] += 1
    for reason, files in sorted(left_out.items()):
        named = ", ".join(f"{file} ({count})" for file, count in sorted(files.items()))
        terminalreporter.write_line(
            f"{reason}, which `scripts/test --unit` installs: {named}", yellow=True
        )


@pytest.fixture(autouse=True)
def _forget_secrets() -> Iterator[None]:
    """No test's log is without the words that another test had as secrets."""
    yield
    redaction.forget()


@pytest.fixture
def fuzz(pytestconfig: pytest.Config) -> int:
    """How many spoilt files of a kind are tried."""
    return int(pytestconfig.getoption("--fuzz"))
