from pathlib import Path

import pytest

from ao.errors import Unavailable
from ao.site import Method
from benchmarks.switch import run
from benchmarks.switch.run import Visitors, trials
from benchmarks.switch.ways import WAYS, Stage
from benchmarks.trial import Trial
from tests.unit.benchmarks.samples import recording, trial
from tests.unit.operations.sites import SITES, built


def test_a_round_without_a_connection_is_told_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The probe finds no connection in the first of three rounds."""
    whole = trial(recording(first_green=2.0))
    rounds: list[Trial | None] = [None, whole, whole]

    def undergo(*_given: object) -> Trial:
        told = rounds.pop(0)
        if told is None:
            raise Unavailable("production takes no connection")
        return told

    monkeypatch.setattr(run, "undergo", undergo)
    monkeypatch.setattr(run, "SETTLE", 0.0)
    way = next(way for way in WAYS.values() if way.method is Method.POOL)
    stage = Stage(work=built(SITES[Method.POOL]), sdk=None, openstack=Path("openstack"))
    told: list[str] = []
    seen = [it for _, it in trials({Method.POOL: stage}, [way], 3, Visitors(), told.append)]
    assert seen == [None, whole, whole]
    assert "takes no connection" in told[0]
