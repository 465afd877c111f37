"""What an administrator is told of all projects, as Heat answers it."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from ao.cloud.ownership import of_project
from ao.cloud.software_configs import SoftwareConfigs
from ao.cloud.stacks import Stacks

OURS, THEIRS = "2ddaba5f", "f702efaa"


class Connection:
    """A connection to the project OURS, whose Heat answers with these lists."""

    current_project_id = OURS

    def __init__(self, **told: list[dict[str, Any]]) -> None:
        self.orchestration = self
        self._told = told

    def request(self, path: str, method: str, **_: object) -> requests.Response:
        answer = requests.Response()
        answer.status_code = 200
        answer._content = json.dumps(self._told).encode()
        return answer


def config(id_: str, name: str | None = "ao.site/shop/x", **more: str) -> dict[str, Any]:
    time = "2026-11-23T08:15:02Z"
    return {"id": id_, "name": name, "group": "ao", "creation_time": time, **more}


def stack(id_: str, **more: str) -> dict[str, Any]:
    return {
        "id": id_,
        "stack_name": "ao-shop",
        "stack_status": "UPDATE_IN_PROGRESS",
        "stack_status_reason": None,
        "creation_time": "2026-11-23T08:15:02Z",
        "updated_time": None,
        "tags": ["ao:site=shop"],
        **more,
    }


@dataclass(frozen=True)
class Thing:
    project: str | None


@pytest.mark.parametrize("ours", [Thing(OURS), Thing(None)])
def test_what_is_told_without_a_project_is_ours_too(ours: Thing) -> None:
    assert of_project(OURS, [ours, Thing(THEIRS)]) == (ours,)


def test_an_administrator_finds_the_records_of_no_other_project() -> None:
    cloud = Connection(
        software_configs=[config("1", project=THEIRS), config("2", project=OURS)],
    )
    records = SoftwareConfigs(cloud)  # type: ignore[arg-type]
    assert [record.id for record in records.all("ao.site/shop/")] == ["2"]


def test_an_administrator_finds_the_stacks_of_no_other_project() -> None:
    cloud = Connection(stacks=[stack("1", project=THEIRS), stack("2", project=OURS)])
    stacks = Stacks(cloud)  # type: ignore[arg-type]
    found = stacks.get("ao-shop")
    assert found is not None
    assert (found.id, found.action, found.status) == ("2", "UPDATE", "IN_PROGRESS")
    assert found.tags == {"ao:site=shop"}
    assert stacks.all() == stacks.tagged("ao:site=shop") == (found,)


def test_a_text_that_somebody_keeps_without_a_name_is_passed_over() -> None:
    records = SoftwareConfigs(Connection(software_configs=[config("1", None)]))  # type: ignore[arg-type]
    assert records.all("ao.site/") == ()
