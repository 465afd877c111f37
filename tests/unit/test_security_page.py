"""SECURITY.md says nothing that no test shows."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_every_file_of_tests_that_it_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", PAGE)
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_every_test_that_it_names_is_one_of_the_roles() -> None:
    roles = (ROOT / "tests/contract/test_roles.py").read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+)`", PAGE)
    assert len(named) > 5
    assert [name for name in named if f"def {name}(" not in roles] == []
