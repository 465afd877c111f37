"""What a site and a version may be called, also where tags of the cloud tell it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.errors import ConfigError
from ao.site import checked_version, is_name, is_version, version_of, version_tag

EVIL = "2.0'; touch /tmp/pwned; : '"


@pytest.mark.parametrize("version", ["2.0", "2026-11-23", "v1.2.3+build.5", "a" * 40])
def test_versions_that_fit_a_tag_are_taken(version: str) -> None:
    assert checked_version(version) == version


@pytest.mark.parametrize("version", ["", "a b", "1,2", "a/b", "-x", "a" * 41, "1.0\n", EVIL])
def test_versions_that_fit_no_tag_are_refused(version: str) -> None:
    with pytest.raises(ConfigError):
        checked_version(version)


@given(st.text())
def test_a_version_holds_nothing_that_a_shell_minds(text: str) -> None:
    assert not is_version(text) or re.fullmatch(r"[A-Za-z0-9._+-]+", text)


def refusal(text: str) -> str:
    """Why a text is no version; empty of one that is."""
    try:
        checked_version(text)
    except ConfigError as error:
        return error.message
    return ""


@given(st.text())
def test_a_refusal_is_safe_to_print(text: str) -> None:
    assert refusal(text).isprintable()


@given(st.text())
def test_tags_tell_a_version_or_none(text: str) -> None:
    assert version_of(frozenset({"ao:site=shop", version_tag(text)})) in (text, None)
    assert version_of(frozenset({version_tag("2.0")})) == "2.0"


@pytest.mark.parametrize("tags", [frozenset(), frozenset({version_tag(EVIL)})])
def test_tags_without_a_version_tell_none(tags: frozenset[str]) -> None:
    assert version_of(tags) is None


@given(st.text())
def test_the_name_of_a_site_is_a_part_of_a_url(text: str) -> None:
    assert not is_name(text) or re.fullmatch(r"[a-z0-9-]+", text)
