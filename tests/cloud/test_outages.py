"""A service of the box is away within a command: nothing is lost, and the same command goes on."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from ao.cloud import connect
from ao.colour import Colour
from ao.errors import AoError, CloudError
from ao.operations import operations
from ao.plan import standstill
from ao.work import Work
from box.home import Home
from box.outage import outage
from tests.cloud.sites import Visited, told

RUNS = 3
"""How often a command is run at most until it is done."""

pytestmark = pytest.mark.skipif(
    not Home.from_environment().clouds.exists(), reason="the box is not on this machine"
)


@contextmanager
def away(name: str, after: float, seconds: float) -> Iterator[None]:
    """Have a service stopped for a while within the body."""

    def stop() -> None:
        time.sleep(after)
        with outage(name):
            time.sleep(seconds)

    thread = threading.Thread(target=stop)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def run(command: Callable[[], object]) -> list[AoError]:
    """Run a command until it is done; the errors of the runs before."""
    errors: list[AoError] = []
    while len(errors) < RUNS:
        try:
            command()
        except AoError as error:
            errors.append(error)
        else:
            return errors
    raise errors[-1]


def test_a_switch_without_keystone_is_told_in_a_line_and_goes_on_with_it(
    work: Work, cloud_name: str, visited: Visited
) -> None:
    live = work.observe().live
    assert live is not None

    def switch(to: Colour) -> None:
        """As a command does, which logs in first."""
        operations.switch(replace(work, cloud=connect(cloud_name)), to)

    with visited(work) as tally:
        with outage("keystone"), pytest.raises(CloudError, match="no answer from http") as error:
            switch(live.other)
        assert "HTTPConnectionPool" not in str(error.value)
        switch(live.other)
        assert told(work, "production")[0] == live.other
        switch(live)
    assert not tally.lost


@pytest.mark.parametrize("service", ["heat-engine", "neutron-api"])
def test_a_deploy_goes_on_after_a_service_was_away_within_it(
    service: str, work: Work, visited: Visited, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of Heat's engine, what it was at work on stands still, and is cancelled."""
    monkeypatch.setattr(standstill, "STANDSTILL", 25.0)
    version = f"9.{secrets.randbelow(10**6)}"
    with visited(work) as tally, away(service, after=4.0, seconds=5.0):
        errors = run(lambda: operations.deploy(replace(work, cancel_stuck=True), version))
    facts = work.observe()
    assert facts.standby is not None
    assert facts.systems[facts.standby].version == version
    assert facts.systems[facts.standby].obstacle() is None
    assert not tally.lost
    assert all("HTTPConnectionPool" not in str(error) for error in errors)
