from pathlib import Path

from box.provider.counters import Counters, added, load, save
from box.provider.report import Traffic


def traffic(connections: int, *, active: int = 0) -> Traffic:
    return Traffic(
        active_connections=active,
        bytes_in=connections * 10,
        bytes_out=connections * 100,
        total_connections=connections,
        request_errors=0,
    )


def worker(pid: int, connections: int, *, active: int = 0) -> Counters:
    return Counters(worker=pid, listeners={"l1": traffic(connections, active=active)})


def test_only_what_has_been_added_is_told() -> None:
    assert added(worker(7, 30), worker(7, 50))["l1"] == traffic(20)


def test_a_new_worker_counts_from_zero() -> None:
    assert added(worker(7, 30), worker(8, 50))["l1"] == traffic(50)


def test_nothing_new_is_not_told() -> None:
    assert added(worker(7, 30), worker(7, 30)) == {}


def test_a_closed_connection_is_news() -> None:
    assert added(worker(7, 30, active=2), worker(7, 30, active=1))["l1"] == traffic(0, active=1)


def test_a_new_listener_is_told_even_before_its_first_connection() -> None:
    assert added(Counters(), worker(7, 0))["l1"] == traffic(0)


def test_counters_are_kept_over_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "counters.json"
    save(path, worker(7, 30))

    assert load(path) == worker(7, 30)
    assert load(tmp_path / "none.json") == Counters()
