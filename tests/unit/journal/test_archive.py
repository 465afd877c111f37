import base64
import json
import time
import zlib
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.journal import archive
from ao.journal.archive import Folded
from ao.journal.heading import Heading
from ao.journal.invalid import Invalid
from ao.text_format import NewerFormat

CREATED = "2026-11-23T08:15:02Z"


def folded(text: str, who: str = "shop", site: str = "shop") -> Folded:
    heading = Heading(
        site=site,
        at=datetime(2026, 11, 23, 8, 15, tzinfo=UTC),
        release="20261123-0815-fff",
        kind="note",
        who=who,
        words=("x",),
    )
    return Folded(created_at=CREATED, heading=heading, name=heading.name, text=text)


def packed(entries: object) -> str:
    plain = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return json.dumps({"format": 1, "entries": base64.b64encode(zlib.compress(plain)).decode()})


@given(st.lists(st.tuples(st.text(max_size=200), st.sampled_from(("shop", "青", "a / b")))))
def test_entries_are_read_as_they_were_written(given: list[tuple[str, str]]) -> None:
    entries = tuple(folded(text, who) for text, who in given)
    text = archive.write(entries)
    assert text is not None
    assert text.isascii()
    assert archive.read("shop", text) == entries


def test_what_is_too_large_for_an_archive_is_not_written() -> None:
    noise = "".join(chr(33 + (n * n * 7919 + n // 3) % 90) for n in range(archive.CAP))
    entries = [folded(noise[n : n + 40_000]) for n in range(0, 160_000, 10)][:800]
    assert archive.write(entries) is None
    assert archive.write([folded("x")] * (archive.MOST + 1)) is None


def test_an_archive_of_a_newer_format_is_told_as_such() -> None:
    newer = archive.read("shop", '{"format": 2, "needs": "9.0", "rest": 1}')
    assert isinstance(newer, NewerFormat)
    assert newer.needs == "9.0"


FOREIGN = [CREATED, folded("x", site="till").name, "x"]
OWN = [CREATED, folded("x").name, "x"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not JSON",
        "[]",
        '{"format": 1}',
        '{"format": 1, "entries": "***"}',
        '{"format": 1, "entries": "eA=="}',
        packed(b"[")[:-4] + '"}',
        packed({"a": 1}),
        packed([["x"]]),
        packed([["no time", OWN[1], "x"]]),
        packed([[CREATED, "ao.site/shop/x", "x"]]),
        packed([[CREATED, "ao.journal/shop/2026-11-23T08:15:02Z/../begun/m", "x"]]),
        packed([OWN, FOREIGN]),
        packed([[*OWN[:2], "x" * (archive.CAP + 1)]]),
        packed([OWN] * (archive.MOST + 1)),
        "x" * (archive.CAP + 1),
        "[" * 100_000,
    ],
)
def test_what_breaks_the_rules_is_refused_whole(text: str) -> None:
    with pytest.raises(Invalid):
        archive.read("shop", text)


def test_what_unpacks_to_gigabytes_is_refused_at_once() -> None:
    zeros = zlib.compressobj(9)
    bomb = b"".join(zeros.compress(bytes(1_000_000)) for _ in range(140)) + zeros.flush()
    text = json.dumps({"format": 1, "entries": base64.b64encode(bomb).decode()})
    assert len(text) <= archive.CAP
    begun = time.perf_counter()
    with pytest.raises(Invalid):
        archive.read("shop", text)
    assert time.perf_counter() - begun < 2


@given(st.text() | st.binary().map(lambda it: packed(it)))
def test_no_text_raises_anything_else(text: str) -> None:
    with suppress(Invalid):
        assert archive.read("shop", text) is not None
