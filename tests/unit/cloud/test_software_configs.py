"""The newest records, of a Heat that tells the newest first, and of one that does not."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from ao.cloud import SoftwareConfig, SoftwareConfigList
from ao.cloud.software_configs import MOST, PAGE, SoftwareConfigs

BEGIN = datetime(2026, 11, 23, 8, tzinfo=UTC)
Configs = list[dict[str, Any]]


def configs(count: int) -> Configs:
    """So many records, a second from one to the next, oldest first."""
    return [
        {
            "id": f"c-{number:04}",
            "name": f"ao.journal/shop/{number}",
            "group": "ao",
            "creation_time": f"{BEGIN + timedelta(seconds=number):%Y-%m-%dT%H:%M:%SZ}",
        }
        for number in range(count)
    ]


class Connection:
    """A connection to a project whose Heat has records, and tells them in its order."""

    current_project_id = "2ddaba5f"

    def __init__(self, ordered: Configs, *, pages: bool = True) -> None:
        self.orchestration = self
        self.told: list[int] = []
        """Records in each answer."""
        self._ordered = ordered
        self._pages = pages

    def request(
        self, path: str, method: str, *, params: dict[str, Any], **_: object
    ) -> requests.Response:
        found = self._ordered
        if self._pages and "marker" in params:
            ids = [it["id"] for it in found]
            found = found[ids.index(params["marker"]) + 1 :]
        if self._pages and "limit" in params:
            found = found[: params["limit"]]
        self.told.append(len(found))
        answer = requests.Response()
        answer.status_code = 200
        answer._content = json.dumps({"software_configs": found}).encode()
        return answer


def since(cloud: Connection, seconds: int) -> list[str]:
    moment = BEGIN + timedelta(seconds=seconds)
    return [it.id for it in SoftwareConfigs(cloud).since(moment)]  # type: ignore[arg-type]


def ids(first: int, end: int) -> list[str]:
    return [f"c-{number:04}" for number in range(first, end)]


def test_of_many_records_a_page_is_asked_for_where_few_are_new() -> None:
    cloud = Connection(configs(3000)[::-1])
    assert since(cloud, 2990) == ids(2990, 3000)
    assert cloud.told == [PAGE]


def test_pages_are_asked_for_until_one_has_an_older_record() -> None:
    cloud = Connection(configs(3000)[::-1])
    assert since(cloud, 2750) == ids(2750, 3000)
    assert cloud.told == [PAGE] * 3


def test_after_very_many_new_ones_all_are_asked_for_at_once() -> None:
    cloud = Connection(configs(3000)[::-1])
    assert since(cloud, 1000) == ids(1000, 3000)
    assert cloud.told == [*[PAGE] * (MOST // PAGE + 1), 3000]


@pytest.mark.parametrize("count", [0, 7, PAGE, PAGE + 1])
def test_the_last_page_ends_the_list(count: int) -> None:
    assert since(Connection(configs(count)[::-1]), 0) == ids(0, count)


@pytest.mark.parametrize("pages", [True, False])
@pytest.mark.parametrize(
    "order", [lambda all_: all_, lambda all_: [*all_[150:], *all_[:150][::-1]]], ids=["up", "odd"]
)
def test_a_heat_that_tells_them_in_another_order_is_asked_for_all(
    order: Callable[[Configs], Configs], pages: bool
) -> None:
    cloud = Connection(order(configs(300)), pages=pages)
    assert since(cloud, 290) == ids(290, 300)


def test_a_list_takes_newer_records_once_each_and_counts_them() -> None:
    known = SoftwareConfigList(records=(record(1), record(3)), count=7)
    more = known.with_newer([record(3), record(2), record(4)])
    assert [it.id for it in more.records] == ids(1, 5)
    assert more.count == 9
    assert more.latest == BEGIN + timedelta(seconds=4)


def record(number: int) -> SoftwareConfig:
    told = configs(number + 1)[-1]
    return SoftwareConfig(id=told["id"], name=told["name"], created_at=told["creation_time"])
