"""The doctor's memory, in which anybody with a role in the project writes."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao import fake
from ao.doctor import kept_findings
from ao.doctor.findings import Fate, advise, warnings
from ao.errors import Refused
from ao.work import Work
from tests.unit.listeners import Notes
from tests.unit.samples import POOL_SITE
from tests.unit.untrusted.test_printable import FOREIGN, harmless

RECORDED = (
    '{"at":1795411211.25,"provider":"amphora",'
    '"reload":{"fate":"reset","fates":{"keep":0,"reset":1,"hang":0},"lost":0,"sent":100,"gap":0.5},'
    '"pool":{"fate":"reset","fates":{"keep":0,"reset":1,"hang":0},"lost":0,"sent":100,"gap":0.5},'
    '"address":{"fate":"hang","fates":{"keep":0,"reset":0,"hang":1},"lost":1,"sent":100,'
    '"gap":0.5}}'
)
"""Findings as Ao 0.1.0 wrote them."""


def work(*texts: str, name: str = "ao-shop-doctor") -> Work:
    """Work on a project that keeps these texts as findings."""
    cloud = fake.Cloud()
    for text in texts:
        cloud.software_configs.add(name, text)
    return Work(cloud=cloud, site=POOL_SITE, progress=Notes())


def notes(work: Work) -> list[str]:
    assert isinstance(work.progress, Notes)
    return work.progress.notes


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    told = json.loads(RECORDED)
    change(told)
    return json.dumps(told)


def test_what_an_earlier_version_wrote_is_read_as_it_was() -> None:
    asked = work(RECORDED)
    found = kept_findings.recall(asked)
    assert found is not None
    assert (found.at, found.provider) == (1795411211.25, "amphora")
    assert (found.reload.fate, found.pool.fate, found.address.fate) == (
        Fate.RESET,
        Fate.RESET,
        Fate.HANG,
    )
    assert (found.address.lost, found.address.sent, found.address.gap) == (1, 100, 0.5)
    assert not notes(asked)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 9_000,
        RECORDED + " " * 20_000,
        changed(lambda told: told.update(at=1e300)),
        changed(lambda told: told.update(at=-1)),
        changed(lambda told: told["pool"].update(gap=float("nan"))),
        changed(lambda told: told["pool"].update(lost=-5)),
        changed(lambda told: told["pool"].update(fate="explode")),
        changed(lambda told: told["pool"]["fates"].update(keep=10**30)),
    ],
)
def test_what_nobody_could_have_found_is_told_once_and_left_out(text: str) -> None:
    asked = work(text)
    assert kept_findings.recall(asked) is None
    assert kept_findings.recall(asked) is None
    (note,) = notes(asked)
    assert asked.cloud.software_configs.all("ao-shop-doctor")[0].id in note
    assert "`ao doctor` examines anew" in note


@given(FOREIGN, st.floats() | FOREIGN, st.integers())
def test_whatever_somebody_writes_what_is_told_of_it_is_safe_to_print(
    provider: str, gap: float | str, lost: int
) -> None:
    text = changed(
        lambda told: told.update(provider=provider) or told["pool"].update(gap=gap, lost=lost)
    )
    asked = work(text)
    found = kept_findings.recall(asked)
    told = [found.provider, advise(found).why, *warnings(POOL_SITE, found)] if found else []
    assert all(map(harmless, [*told, *notes(asked)]))


def test_the_findings_of_a_site_whose_name_begins_alike_stay() -> None:
    asked = work(RECORDED, name="ao-shop-doctor-two-doctor")
    assert kept_findings.recall(asked) is None
    found = kept_findings.recall(work(RECORDED))
    assert found is not None
    kept_findings.keep(asked.cloud, asked.site, found)
    kept_findings.forget(asked.cloud, asked.site)
    assert [it.name for it in asked.cloud.software_configs.all("ao-")] == [
        "ao-shop-doctor-two-doctor"
    ]


NEWER = '{"format": 99, "needs": "0.4.0", "found": []}'


def test_findings_say_their_format() -> None:
    asked = work()
    found = kept_findings.recall(work(RECORDED))
    assert found is not None
    kept_findings.keep(asked.cloud, asked.site, found)
    (record,) = asked.cloud.software_configs.all("ao-shop-doctor")
    assert json.loads(asked.cloud.software_configs.read(record))["format"] == kept_findings.FORMAT
    assert kept_findings.recall(asked) == found


def test_findings_that_are_kept_anew_after_texts_were_listed_are_recalled() -> None:
    asked = work(RECORDED)
    listed = replace(asked, texts=asked.cloud.software_configs.listing())
    found = kept_findings.recall(listed)
    assert found is not None
    other = replace(found, provider="another")
    kept_findings.keep(asked.cloud, asked.site, other)
    assert kept_findings.recall(listed) == other


def test_findings_of_a_newer_format_are_told_with_the_version_that_is_needed() -> None:
    asked = work(RECORDED, NEWER)
    assert kept_findings.recall(asked) is None
    (note,) = notes(asked)
    assert note.startswith("What `ao doctor` has found here")
    assert "upgrade to ao 0.4.0" in note
    assert "cannot be read" not in note


def test_findings_of_a_newer_format_are_not_written_over() -> None:
    asked = work(NEWER)
    found = kept_findings.recall(work(RECORDED))
    assert found is not None
    with pytest.raises(Refused, match=r"upgrade to ao 0\.4\.0"):
        kept_findings.keep(asked.cloud, asked.site, found)
    (record,) = asked.cloud.software_configs.all("ao-shop-doctor")
    assert asked.cloud.software_configs.read(record) == NEWER
