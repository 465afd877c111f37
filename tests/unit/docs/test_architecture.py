"""docs/architecture.md says of the code what the code says."""

import pkgutil
import re
from pathlib import Path

import pytest

from tests.unit.test_layers import LAYERS, PURE

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
NAMES = sorted(set(re.findall(r"`(ao\.(?!yaml\b)[\w.]+)`", PAGE)))
ROWS = re.findall(r"^\| `(\w+)` \| (.+) \| `(tests/[\w/.]+)` \|$", PAGE, re.MULTILINE)


def test_it_names_much_of_the_code() -> None:
    assert len(NAMES) > 40


@pytest.mark.parametrize("name", NAMES)
def test_what_it_names_is_there(name: str) -> None:
    assert pkgutil.resolve_name(name) is not None


def test_its_packages_are_the_layers_in_their_order() -> None:
    assert tuple(package for package, _, _ in ROWS) == LAYERS


def test_the_tests_of_a_package_are_where_it_says() -> None:
    assert [tests for _, _, tests in ROWS if not (ROOT / tests).exists()] == []


@pytest.mark.parametrize(
    ("package", "module"),
    [
        (package, module)
        for package, words, _ in ROWS
        if (ROOT / "src/ao" / package).is_dir()
        for module in re.findall(r"`(\w[\w.]*)`", words)
        if module != "ao.yaml"
    ],
)
def test_a_module_that_it_names_in_a_package_is_there(package: str, module: str) -> None:
    assert pkgutil.resolve_name(f"ao.{package}.{module}") is not None


def test_what_it_calls_pure_is_what_may_ask_nothing() -> None:
    told = {package for package, words, _ in ROWS if re.search(r"\bpure\b", words)}
    assert told == {name.split(".")[1] for name in PURE}
