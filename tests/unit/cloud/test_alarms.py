"""Alarms as Aodh's API answers them."""

import json
from typing import Any

import pytest
import requests
from keystoneauth1.exceptions import ConnectTimeout

from ao.cloud.alarms import Alarms
from ao.errors import Unavailable

OWN = {"and": [{"=": {"server_group": "g"}}, {"=": {"ended_at": None}}]}
SCOPE = {"=": {"created_by_project_id": "p"}}
OUTSIDE = {
    "or": [SCOPE, {"and": [{"=": {"created_by_project_id": "s"}}, {"=": {"project_id": "p"}}]}]
}
RULE = "gnocchi_aggregation_by_resources_threshold_rule"


class Cloud:
    """A connection whose Aodh has one alarm, and limits its query when it is written."""

    def __init__(self, alarm: dict[str, Any], scope: dict[str, Any] = SCOPE) -> None:
        self.alarm = self
        self.kept = alarm
        self._scope = scope

    def request(self, path: str, method: str, *, timeout: float, **body: Any) -> requests.Response:
        assert timeout > 0
        if method == "PUT":
            self.kept = body["json"]
            if RULE in self.kept:
                query = {"and": [self._scope, json.loads(self.kept[RULE]["query"])]}
                self.kept[RULE]["query"] = json.dumps(query)
        answer = requests.Response()
        answer.status_code = 200
        answer.url = "http://aodh.example" + path
        told = [self.kept] if path == "/alarms" else self.kept
        answer._content = json.dumps(told).encode()
        return answer


def alarm(**more: Any) -> dict[str, Any]:
    return {
        "alarm_id": "a",
        "name": "alarm",
        "enabled": False,
        "state": "ok",
        "state_reason": None,
        "severity": "low",
        **more,
    }


@pytest.mark.parametrize("scope", [SCOPE, OUTSIDE])
def test_a_query_of_gnocchi_is_limited_to_the_project_once_however_often_it_is_switched(
    scope: dict[str, Any],
) -> None:
    cloud = Cloud(alarm(**{RULE: {"metric": "cpu", "query": json.dumps(OWN)}}), scope)
    alarms = Alarms(cloud)  # type: ignore[arg-type]
    for enabled in (True, False, True):
        alarms.enable(alarms.all()[0], enabled)
    assert json.loads(cloud.kept[RULE]["query"]) == {"and": [scope, OWN]}
    assert cloud.kept[RULE]["metric"] == "cpu"


def test_a_query_of_prometheus_is_changed_and_the_rest_stays() -> None:
    cloud = Cloud(alarm(prometheus_rule={"query": "up", "threshold": 1}))
    alarms = Alarms(cloud)  # type: ignore[arg-type]
    alarms.enable(alarms.all()[0], True, "down")
    assert cloud.kept["prometheus_rule"] == {"query": "down", "threshold": 1}
    assert (cloud.kept["enabled"], cloud.kept["severity"]) == (True, "low")


def test_an_aodh_that_answers_nothing_in_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object, **__: object) -> None:
        raise ConnectTimeout("Request to http://aodh.example timed out")

    monkeypatch.setattr(Cloud, "request", silent)
    with pytest.raises(Unavailable, match=r"list the alarms.*silent for too long"):
        Alarms(Cloud(alarm())).all()  # type: ignore[arg-type]
