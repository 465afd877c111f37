"""CONTRIBUTING.md and what it names."""

import re
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

import ao

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def hooks() -> list[dict[str, Any]]:
    repositories = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [it["repo"] for it in repositories] == ["local"]
    listed: list[dict[str, Any]] = repositories[0]["hooks"]
    return listed


def test_files_that_it_names_are_there() -> None:
    named = re.findall(r"(?:`|^)((?:scripts|tests|docs|src|\.ci)/[\w/.]+)", PAGE, re.MULTILINE)
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_hooks_before_a_commit_fetch_nothing_and_run_what_is_installed() -> None:
    assert {hook["language"] for hook in hooks()} == {"system"}
    programs = [hook["entry"].split()[0] for hook in hooks()]
    assert {Path(it).name for it in programs} == {"ruff", "mypy", "shellcheck"}
    assert all(it.startswith(".venv/bin/") for it in programs)
    assert all(Path(sys.executable).with_name(Path(it).name).exists() for it in programs)


def test_the_version_is_one_everywhere_and_the_changelog_has_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == ao.__version__
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(ao.__version__)}\] - \d{{4}}-\d\d-\d\d$", changelog, re.M)


def test_the_changelog_is_newest_first() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    dates = re.findall(r"^## \[[\d.]+\] - (.+)$", changelog, re.MULTILINE)
    assert all(later >= earlier for later, earlier in pairwise(dates))
