"""A service of the box is away within a command: nothing is lost, and the same command goes on."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ao.errors import CloudError
from ao.operations import operations
from ao.plan import standstill
from ao.work import Work
from box.home import Home
from box.outage import outage
from tests.cloud.operator import PATIENCE, Operator
from tests.cloud.sites import Visited, soon, told

pytestmark = pytest.mark.skipif(
    not Home.from_environment().clouds.exists(), reason="the box is not on this machine"
)


def test_a_switch_without_keystone_is_told_in_a_line_and_goes_on_with_it(
    work: Work, operator: Operator, visited: Visited
) -> None:
    live = work.observe().live
    assert live is not None
    with visited(work) as tally:
        with outage("keystone"):
            said = operator.run("switch", live.other.value, exits=CloudError.exit_code)
        assert "no answer from http" in said
        assert "HTTPConnectionPool" not in said
        assert "Traceback" not in said

        def switched() -> bool:
            # Services do not trust Keystone at once when it is back.
            process = operator.start("switch", live.other.value)
            process.communicate(timeout=PATIENCE)
            return process.returncode == 0

        assert soon(switched, 60)
        assert told(work, "production")[0] == live.other
    assert not tally.lost


def test_a_deploy_goes_on_after_neutron_was_away_within_it(
    work: Work, operator: Operator, visited: Visited
) -> None:
    version = new_version()
    with visited(work) as tally:
        process = operator.start("deploy", version)
        time.sleep(8)
        with outage("neutron-api"):
            time.sleep(3)
        said, _ = process.communicate(timeout=PATIENCE)
        if process.returncode:
            said += operator.run("deploy", version)
    # What failed in Heat is told in Heat's words.
    assert "Traceback" not in said
    assert_deployed(work, version)
    assert not tally.lost


def test_what_heats_engine_has_left_stands_still_and_is_cancelled(
    work: Work, visited: Visited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standstill, "STANDSTILL", 25.0)
    version, deploying = new_version(), replace(work, cancel_stuck=True)
    with visited(work) as tally, ThreadPoolExecutor(max_workers=1) as aside:
        first = aside.submit(operations.deploy, deploying, version)
        time.sleep(6)
        with outage("heat-engine"):
            time.sleep(3)
        if first.exception() is not None:
            operations.deploy(deploying, version)
    assert_deployed(work, version)
    assert not tally.lost


def new_version() -> str:
    return f"9.{secrets.randbelow(10**6)}"


def assert_deployed(work: Work, version: str) -> None:
    facts = work.observe()
    assert facts.standby is not None
    assert facts.systems[facts.standby].version == version
    assert facts.systems[facts.standby].obstacle() is None
