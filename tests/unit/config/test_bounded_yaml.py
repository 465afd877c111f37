"""YAML in which anything may stand: it is read in bounded time and memory, or refused by line."""

import re
from pathlib import Path

import pytest

from ao.config import bounded_yaml
from ao.config.yaml_file import YamlFile
from ao.errors import ConfigError

LAUGHS = "a0: &a0 [ha, ha]\n" + "".join(
    f"a{it}: &a{it} [{', '.join([f'*a{it - 1}'] * 10)}]\n" for it in range(1, 12)
)
"""Twelve lines that stand for 2·10¹¹ words."""


def refusal(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        YamlFile.parse(Path("ao.yaml"), text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LAUGHS, "ao.yaml:5: not YAML: more than 20,000 keys and values"),
        ("a: " + "[" * 5_000, "ao.yaml:1: not YAML: nested deeper than 20 levels"),
        ("a: 1\nb: &b [*b]\n", "ao.yaml:2: not YAML: an alias stands for what it is part of"),
        ("a: 1\n\nb: \x1b\n", r"ao.yaml:3: not YAML: it has the character \\x1b"),
        ("a: 1\nb: \0\n", r"ao.yaml:2: not YAML: it has the character \\x00"),
        ('a: 1\nb: "\\ud800"\n', "ao.yaml:2: not YAML: half a character of UTF-16"),
        ("a: 1\nb: " + "9" * 19, "ao.yaml:2: not YAML: a number of more than 18 digits"),
        ("a: 1\nb: " + "9" * 9_999, "ao.yaml:2: not YAML: a value that is no int"),
        ("a: 1\nb: 0x" + "f" * 9_999, "ao.yaml:2: not YAML: a number of more than 18 digits"),
        ("a: 1\nb: 2026-02-30\n", "ao.yaml:2: not YAML: no moment of the calendar; a text that"),
        ("a: 1\nb: !!timestamp x\n", "ao.yaml:2: not YAML: no moment of the calendar; a text that"),
        ("a: 1\nb: !!bool x\n", "ao.yaml:2: not YAML: a value that is no bool"),
        ("a: 1\n? [b]\n: 1\n", "ao.yaml:2: not YAML: "),
        ("a: !" + "x" * 9_999 + " y", "ao.yaml:1: not YAML: could not determine a constructor"),
    ],
)
def test_what_exceeds_a_bound_is_refused_by_line(text: str, told: str) -> None:
    found = refusal(text)
    assert re.match(told, found)
    assert len(found) < 600


def test_aliases_may_be_used_as_people_use_them() -> None:
    _, data = bounded_yaml.read("a: &a {b: 1}\nc: *a\nd: {<<: *a, e: 2}\n")
    assert data == {"a": {"b": 1}, "c": {"b": 1}, "d": {"b": 1, "e": 2}}
