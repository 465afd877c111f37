import pytest

from box.provider.report import Traffic, parse

INFO = "Name: HAProxy\nPid: 4711\nStopping: 0\n"
COLUMNS = "# pxname,svname,scur,stot,bin,bout,ereq,status,weight,"


def csv(*rows: str) -> str:
    return "\n".join([INFO, COLUMNS, *rows, ""])


def test_a_front_end_is_a_listener_with_its_traffic() -> None:
    report = parse(csv("l1,FRONTEND,2,30,4000,50000,1,OPEN,,"))

    assert report.listeners["l1"].status == "OPEN"
    assert report.listeners["l1"].traffic == Traffic(
        active_connections=2,
        bytes_in=4000,
        bytes_out=50000,
        total_connections=30,
        request_errors=1,
    )


def test_a_back_end_is_a_pool_whatever_listener_it_belongs_to() -> None:
    report = parse(csv("p1:l1,m1,0,0,0,0,,UP,1,", "p1:l1,BACKEND,0,0,0,0,,UP,1,"))

    assert report.pools["p1"].status == "UP"
    assert report.pools["p1"].members == {"m1": "UP"}


def test_an_empty_pool_has_no_members() -> None:
    report = parse(csv("p1:l1,BACKEND,0,0,0,0,,UP,0,"))

    assert report.pools["p1"].members == {}


@pytest.mark.parametrize(("status", "weight", "word"), [("UP", 0, "DRAIN"), ("DOWN", 0, "DOWN")])
def test_a_living_member_of_weight_0_drains(status: str, weight: int, word: str) -> None:
    report = parse(csv(f"p1:l1,m1,0,0,0,0,,{status},{weight},", "p1:l1,BACKEND,0,0,0,0,,UP,0,"))

    assert report.pools["p1"].members == {"m1": word}


def test_a_report_names_its_worker() -> None:
    assert parse(csv()).worker == 4711
