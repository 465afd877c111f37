"""Versions that are refused because they are words of Ao's commands."""

import pytest

from ao.commands.version_argument import version_argument
from ao.errors import ConfigError

WORDS = ("approve", "pause", "abort", "back", "watch", "plan", "continue", "release", "Approve")


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_a_command_is_no_version(word: str) -> None:
    with pytest.raises(ConfigError, match="Did you mean `ao "):
        version_argument(word)


def test_the_command_that_may_be_meant_is_told_whole() -> None:
    for word, command in {"approve": "ao approve", "continue": "ao release continue"}.items():
        with pytest.raises(ConfigError) as refused:
            version_argument(word)
        assert refused.value.cure == f"Did you mean `{command}`?"


@pytest.mark.parametrize("version", ["2.0", "back-1", "release-7", "approved"])
def test_any_other_version_is_one(version: str) -> None:
    assert version_argument(version) == version
