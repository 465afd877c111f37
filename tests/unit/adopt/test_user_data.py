"""User data of servers that exist, as a site file takes it."""

import base64
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.adopt.user_data import decoded, taken

SAID = b"#!/bin/sh\nVERSION='$AO_VERSION'\n"
OTHERS = {
    "MIME": b"Content-Type: multipart/mixed\nMIME-Version: 1.0\n\n#!/bin/sh\n",
    "gzip": gzip.compress(b"#!/bin/sh\n"),
    "Ignition": b'{"ignition": {}}',
    "no text": b"#!/bin/sh\n\xff\xfe",
    "a script in MIME": b"#cloud-config\nMIME-Version: 1.0\n",
}


@pytest.mark.parametrize("script", [b"#!/bin/sh\necho", b"#cloud-config\npackages: [nginx]\n"])
def test_a_script_and_cloud_config_get_a_comment_with_the_version(script: bytes) -> None:
    found = taken(script)
    assert found.content.startswith(script)
    *_, last = found.content.decode().strip().split("\n")
    assert last.startswith("#")
    assert "$AO_VERSION" in last
    assert found.question is not None


def test_what_says_the_version_already_stays_as_it_is() -> None:
    found = taken(SAID)
    assert (found.content, found.question) == (SAID, None)


@pytest.mark.parametrize("what", OTHERS)
def test_whatever_else_stays_as_it_is_and_is_asked_about(what: str) -> None:
    found = taken(OTHERS[what])
    assert found.content == OTHERS[what]
    assert found.question is not None
    assert "$AO_VERSION" in found.question


def test_what_it_holds_is_not_shown() -> None:
    assert "VERSION" not in repr(taken(SAID))


@given(st.binary(min_size=1, max_size=200))
def test_what_nova_tells_is_read(content: bytes) -> None:
    assert decoded(base64.b64encode(content).decode()) == content


@pytest.mark.parametrize("told", ["", "!", "a", "A" * 200_000])
def test_what_is_no_user_data_is_none(told: str) -> None:
    assert decoded(told) is None


@given(st.text(max_size=100))
def test_nothing_that_a_cloud_tells_is_an_error(told: str) -> None:
    decoded(told)
