"""The example of docs/testing-your-hooks.md, as somebody who copies it runs it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "testing-your-hooks.md"
FILE = re.compile(r"^`([\w.-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of the example."""
    for name, text in FILE.findall(PAGE.read_text(encoding="utf-8")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    for script in tmp_path.glob("*.sh"):
        script.chmod(0o755)
    return tmp_path


def run(folder: Path, *options: str) -> str:
    """What pytest says, without this project's settings."""
    command = [sys.executable, "-m", "pytest", "-q", "--rootdir=.", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300).stdout


def test_the_example_passes(folder: Path) -> None:
    said = run(folder)
    assert re.search(r"^3 passed", said, re.MULTILINE), said


def test_the_example_finds_a_hook_that_does_not_work(folder: Path) -> None:
    (folder / "warm-caches.sh").write_text("#!/bin/sh\necho what are pages\n", encoding="utf-8")
    assert re.search(r"^1 failed", run(folder, "-k", "before_users_come"), re.MULTILINE)
