import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.cloud import Lock
from ao.lock.holder import LEASE, LIMIT, LONGEST, Claim, Holder
from ao.site.names import VERSION
from tests.unit.untrusted.test_printable import FOREIGN, harmless

CLAIM = Claim(
    who="shop",
    host="build7",
    purpose="release 2.0",
    process="ffffff.1.1.abcd",
    url="https://ci.example/job/7",
)


def lock(description: str, *, created: float = 0.0, written: float = 0.0, read: float) -> Lock:
    return Lock(
        id="port-id",
        name="ao-shop-lock",
        network_id="network-id",
        description=description,
        revision=1,
        created=created,
        written=written,
        read=read,
    )


def test_a_holder_is_told_with_who_where_what_when_and_the_build() -> None:
    holder = Holder.of(lock(CLAIM.text(0.0), created=60.0, written=90.0, read=100.0))
    assert str(holder) == (
        "shop on build7 (release 2.0), since 1970-01-01T00:01:00Z until 1970-01-01T00:03:30Z, "
        "https://ci.example/job/7"
    )


def test_the_description_tells_people_until_when() -> None:
    assert json.loads(CLAIM.text(60.0))["until"] == "1970-01-01T00:03:00Z"


def test_a_lock_ends_a_lease_after_it_was_last_written() -> None:
    text = CLAIM.text(0.0)
    assert not Holder.of(lock(text, written=1000.0, read=1000.0 + LEASE - 1)).over
    assert "ended at" in Holder.of(lock(text, written=1000.0, read=1000.0 + LEASE)).over


@pytest.mark.parametrize("text", ["", "somebody's port", "{}", '{"who": "shop"}', "[]"])
def test_a_lock_that_cannot_be_read_counts_a_lease_from_its_creation(text: str) -> None:
    assert not Holder.of(lock(text, written=50.0, read=LEASE - 1)).over
    assert Holder.of(lock(text, written=50.0, read=LEASE)).over
    assert "port-id" in str(Holder.of(lock(text, read=0.0)))


def test_what_a_later_version_adds_is_passed_over() -> None:
    text = json.dumps(json.loads(CLAIM.text(0.0)) | {"later": 1})
    assert Holder.of(lock(text, read=0.0)).claim == CLAIM


def test_a_claim_tells_which_release_it_is_for_or_the_open_one_or_none() -> None:
    for version in ("2.0", "", None):
        claim = replace(CLAIM, release=version)
        assert Holder.of(lock(claim.text(0.0), read=0.0)).claim == claim


def test_a_claim_leaves_room_for_the_url_of_a_build() -> None:
    url = "https://github.com/an-organisation/shop/actions/runs/12345678901"
    process = "0123456789abcdef.4194303.9999999.0123456789abcdef"
    claim = replace(CLAIM, who="deployer", process=process, url=url, release="2.0")
    assert Holder.of(lock(claim.text(0.0), read=0.0)).claim == claim


def test_only_the_claim_that_made_a_lock_is_its_own() -> None:
    holder = Holder.of(lock(CLAIM.text(0.0), read=0.0))
    other = Claim(who="shop", host="build7", purpose="release 2.0", process="ffffff.1.1.abce")
    by_hand = Claim(who="shop", host="build7", purpose="a freeze")
    assert holder.is_claim(CLAIM)
    assert not holder.is_claim(other)
    assert not Holder.of(lock(by_hand.text(0.0), read=0.0)).is_claim(by_hand)


@given(lease=st.floats() | st.integers(), process=st.text() | st.from_regex(r"\d+\.\d+\.\d+"))
def test_whatever_somebody_writes_as_a_lease_is_told_and_ends_or_counts(
    lease: float, process: str
) -> None:
    told = {"who": "shop", "host": "build7", "purpose": "x", "lease": lease, "process": process}
    holder = Holder.of(lock(json.dumps(told), read=LEASE - 1))
    assert " until " in str(holder)
    assert bool(holder.over) is (holder.lock.read >= holder.until)


def test_a_lock_by_hand_may_last_a_year_and_no_lock_longer() -> None:
    by_hand = replace(CLAIM, process="")
    year = Holder.of(lock(replace(by_hand, lease=LONGEST).text(0.0), read=LONGEST - 1))
    assert not year.over
    for lease in (LONGEST + 1, 9e9, 1e15, -1.0):
        forged = Holder.of(lock(replace(by_hand, lease=lease).text(0.0), read=LEASE + 1))
        assert forged.claim is None
        assert forged.over


RECORDED = (
    '{"who":"operator","host":"build7","purpose":"release 2.0","url":"https://ci.example/job/7/",'
    '"until":"2026-01-01T00:02:37Z","lease":120,"process":"5ade15.13903.111774.f3be"}',
    '{"who":"operator","host":"build7","purpose":"year end","url":"",'
    '"until":"2026-11-29T06:27:04Z","lease":7200,"process":""}',
)
"""Descriptions as Ao 0.1.0 wrote them."""


def test_what_earlier_versions_wrote_is_read_as_it_was() -> None:
    release, by_hand = (Holder.of(lock(text, read=100.0)) for text in RECORDED)
    assert str(release) == (
        "operator on build7 (release 2.0), since 1970-01-01T00:00:00Z until 1970-01-01T00:02:00Z, "
        "https://ci.example/job/7/"
    )
    assert release.claim is not None
    assert release.claim.process == "5ade15.13903.111774.f3be"
    assert release.claim.release is None
    assert str(by_hand) == (
        "operator on build7 (year end, by hand), since 1970-01-01T00:00:00Z until "
        "1970-01-01T02:00:00Z"
    )


CLAIMS = st.fixed_dictionaries(
    dict.fromkeys(("who", "host", "purpose"), FOREIGN),
    optional={
        "lease": st.floats() | st.integers() | FOREIGN,
        "process": FOREIGN,
        "url": FOREIGN,
        "until": FOREIGN,
        "release": FOREIGN | st.none() | st.integers(),
    },
)


@given(CLAIMS.map(json.dumps) | FOREIGN, FOREIGN)
def test_whatever_somebody_writes_a_holder_is_safe_to_print(text: str, name: str) -> None:
    holder = Holder.of(replace(lock(text, read=10.0), name=name))
    assert harmless(str(holder))
    assert harmless(holder.over)


TEXT = st.text(max_size=300)


@given(who=TEXT, host=TEXT, purpose=TEXT, url=TEXT, release=st.from_regex(VERSION, fullmatch=True))
def test_a_description_always_fits_and_can_always_be_read(
    who: str, host: str, purpose: str, url: str, release: str
) -> None:
    claim = Claim(
        who=who,
        host=host,
        purpose=purpose,
        url=url,
        process="0123456789abcdef.4194303.9999999.0123456789abcdef",
        release=release,
    )
    text = claim.text(0.0)
    assert len(text) <= LIMIT
    read = Holder.of(lock(text, read=0.0)).claim
    assert read is not None
    assert (read.process, read.lease, read.release) == (claim.process, claim.lease, release)


def test_of_a_description_that_is_too_long_the_url_is_cut_first() -> None:
    claim = Claim(who="shop", host="build7", purpose="release 2.0", url="https://ci/" + "x" * 300)
    read = Holder.of(lock(claim.text(0.0), read=0.0)).claim
    assert read is not None
    assert (read.who, read.host, read.purpose) == ("shop", "build7", "release 2.0")
    assert read.url.startswith("https://ci/xxx")
    assert read.url.endswith("…")


def test_no_secret_stands_in_a_description() -> None:
    claim = replace(CLAIM, purpose="password=hush", url="https://ci:hush@ci.example/job/7")
    assert "hush" not in claim.text(0.0)


def test_the_lock_of_a_process_ends_a_lease_after_it_was_written_whatever_it_says() -> None:
    claim = Claim(who="m", host="h", purpose="p", process="x.1.1", lease=1e6)
    by_hand = replace(claim, process="")
    for said, lease in ((claim, LEASE), (by_hand, 1e6)):
        port = lock(said.text(0.0), read=1.0)
        assert Holder.of(port).until == pytest.approx(port.written + lease)


NEWER = {"format": 99, "needs": "0.4.0"}


def test_a_description_says_its_format() -> None:
    assert json.loads(CLAIM.text(0.0))["format"] == 1


def test_a_claim_of_a_newer_format_is_shown_with_the_version_that_is_needed() -> None:
    text = json.dumps(json.loads(CLAIM.text(0.0)) | NEWER)
    holder = Holder.of(lock(text, created=60.0, written=90.0, read=100.0))
    assert str(holder) == (
        "shop on build7 (release 2.0), since 1970-01-01T00:01:00Z until 1970-01-01T00:03:30Z, "
        "https://ci.example/job/7; the lock was written by a newer ao (format 99); "
        "this version reads up to 1: upgrade to ao 0.4.0"
    )
    assert holder.claim is not None
    assert not holder.is_claim(holder.claim)


def test_a_claim_of_a_newer_format_ends_as_any_other() -> None:
    text = json.dumps(json.loads(CLAIM.text(0.0)) | NEWER)
    assert not Holder.of(lock(text, written=1000.0, read=1000.0 + LEASE - 1)).over
    assert Holder.of(lock(text, written=1000.0, read=1000.0 + LEASE)).over


def test_a_claim_of_a_newer_format_that_cannot_be_read_locks_as_long_as_any_may() -> None:
    text = json.dumps(NEWER | {"claims": []})
    assert not Holder.of(lock(text, written=1000.0, read=1000.0 + LONGEST - 1)).over
    assert Holder.of(lock(text, written=1000.0, read=1000.0 + LONGEST)).over
    assert "upgrade to ao 0.4.0" in str(Holder.of(lock(text, read=0.0)))
