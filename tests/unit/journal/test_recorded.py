"""What earlier versions of Ao wrote is read as they read it.

`recorded/` has the names and texts of a journal as a version wrote them, and what that version
read in them.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from ao import fake
from ao.commands import journal_table
from ao.journal import ALONE, Entry, Heading, Journal, Switched, entry
from ao.journal.operation import operations
from ao.report import cutover_chart
from ao.work import Work
from tests.unit.samples import SITE

VERSIONS = sorted((Path(__file__).parent / "recorded").glob("*.json"))


@pytest.fixture(params=VERSIONS, ids=lambda path: path.stem)
def recorded(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What a version wrote, and read."""
    found: dict[str, Any] = json.loads(request.param.read_text())
    return found


def heading(name: str) -> Heading:
    found = Heading.read(name)
    assert found is not None
    return found


def read(recorded: dict[str, Any]) -> list[Entry]:
    return [entry.read(it["id"], heading(it["name"]), it["text"]) for it in recorded["records"]]


def test_every_kind_of_entry_is_read_as_it_was(recorded: dict[str, Any]) -> None:
    rows: dict[str, list[list[str]]] = {ALONE: []}
    for it in read(recorded):
        own = rows.setdefault(it.heading.release, [])
        own.extend([str(cell) for cell in row] for row in journal_table.rows(it))
    assert rows.pop(ALONE) == recorded["alone"]
    assert rows == recorded["rows"]


def test_the_releases_of_the_names_are_what_they_were(recorded: dict[str, Any]) -> None:
    found = operations(heading(it["name"]) for it in recorded["records"])
    assert [
        {
            "id": it.id,
            "site": it.site,
            "act": it.act,
            "version": it.version,
            "old": it.old,
            "new": it.new,
            "who": it.who,
            "reason": it.reason,
            "begun": it.begun.isoformat(),
            "steps": [
                {"text": step.text, "outcome": step.outcome, "seconds": step.seconds}
                for step in it.steps
            ],
            "outcome": it.outcome,
            "last": it.last.isoformat(),
            "lost": it.lost,
            "paused": it.paused,
            "left": it.left,
        }
        for it in found
    ] == recorded["releases"]


def test_every_switch_can_be_drawn_again(recorded: dict[str, Any]) -> None:
    switches = [it.event for it in read(recorded) if isinstance(it.event, Switched)]
    assert switches
    for event in switches[-2:]:
        assert "<svg" in cutover_chart.svg(event.cutover)


def test_nothing_of_it_is_left_out(recorded: dict[str, Any]) -> None:
    cloud = fake.Cloud()
    for it in recorded["records"]:
        cloud.software_configs.add(it["name"], it["text"])
    journal = Journal(Work(cloud=cloud, site=SITE))
    assert len(journal.entries()) == len(recorded["records"])
    assert journal.invalid == ()
