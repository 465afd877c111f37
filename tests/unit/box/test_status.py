import json

from box.status import Row, as_json, healthy, table

KEYSTONE = Row(service="keystone", state="running", pid=41, memory=200 * 1024**2, port=5000)
HEAT = Row(service="heat-engine", state="backoff", pid=None, memory=0, port=None)
SWITCH = Row(service="ovs-vswitchd", state="running", pid=7, memory=16 * 1024**2, port=None)


def test_the_table_has_a_line_a_service_and_the_sum_of_their_memory() -> None:
    lines = table([KEYSTONE, HEAT, SWITCH]).splitlines()

    assert lines[0].split() == ["service", "state", "pid", "memory", "port"]
    assert lines[1].split() == ["keystone", "running", "41", "200", "MiB", "5000"]
    assert lines[2].split() == ["heat-engine", "backoff", "-", "0", "MiB", "-"]
    assert lines[-1].split() == ["total", "216", "MiB"]


def test_one_service_that_does_not_run_makes_the_box_unhealthy() -> None:
    assert healthy([KEYSTONE, SWITCH])
    assert not healthy([KEYSTONE, HEAT, SWITCH])


def test_json_says_memory_in_bytes_and_nothing_as_null() -> None:
    [row] = json.loads(as_json([HEAT]))

    assert row == {
        "service": "heat-engine",
        "state": "backoff",
        "pid": None,
        "memory": 0,
        "port": None,
    }
