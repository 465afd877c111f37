"""The benchmark of the lock's window: what it counts."""

import pytest

from ao.cloud import Request
from benchmarks.lock_window.windows import sentence, windows


def request(at: float, method: str, path: str, seconds: float = 0.1) -> Request:
    return Request(at=at, method=method, host="h", path=path, seconds=seconds, status=200)


def test_it_lasts_from_the_look_at_the_lock_until_the_move_was_answered() -> None:
    requests = [
        request(1.0, "POST", "/v2.0/ports"),
        request(5.0, "PUT", "/v2.0/ports/lock"),
        request(5.2, "GET", "/v2/lbaas/listeners"),
        request(5.3, "PUT", "/v2/lbaas/listeners/users", seconds=0.2),
        request(5.6, "PUT", "/v2.0/floatingips/production"),
    ]
    assert list(windows(requests, "pool")) == [pytest.approx(0.5)]
    assert list(windows(requests, "address")) == [pytest.approx(0.7)]


def test_the_figures_are_told_in_a_line() -> None:
    assert sentence("pool", [0.1, 0.3, 0.2]) == (
        "pool: 3 requests, window median 0.200 s, longest 0.300 s"
    )
    assert "no request" in sentence("address", [])
