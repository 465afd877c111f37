"""Prometheus, as Ao knows it."""

import time

import pytest

from ao.errors import CloudError
from tests.contract.environment import Bench

NOBODY = 'avg(ceilometer_cpu{server_group="00000000-0000-0000-0000-000000000000"})'


@pytest.fixture(autouse=True)
def measured(bench: Bench) -> None:
    if "metric-storage" not in bench.cloud.lookup.services():
        pytest.skip("the cloud has no Prometheus")


def test_what_nobody_measures_has_no_value(bench: Bench) -> None:
    assert bench.cloud.metrics.query(NOBODY) is None
    now = time.time()
    assert bench.cloud.metrics.range(NOBODY, now - 60, now, 15) == ()


def test_what_is_no_query_is_told(bench: Bench) -> None:
    with pytest.raises(CloudError, match="parse error"):
        bench.cloud.metrics.query("avg(up")


def test_a_reader_may_ask(bench: Bench) -> None:
    assert bench.reader.metrics.query(NOBODY) is None
