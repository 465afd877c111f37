"""What Heat does alone is begun, and not waited for."""

import pytest

from ao import lock
from ao.colour import Colour
from ao.errors import Refused
from ao.journal import Journal
from ao.lock import Locked
from ao.operations import operations, reconcile
from ao.work import Work

BLUE, GREEN = Colour


def test_a_version_is_on_the_standby_once_heat_has_finished(work: Work) -> None:
    operations.start_deploy(work, "2.0", reason="tuesday")
    stack = work.observe().systems[GREEN].stack
    assert stack is not None
    assert stack.busy
    work.clock.sleep(120)
    green = work.observe().systems[GREEN]
    assert (green.version, green.obstacle()) == ("2.0", None)


def test_the_standby_has_its_new_size_once_heat_has_finished(work: Work) -> None:
    operations.start_scale(work, GREEN, 3)
    work.clock.sleep(120)
    assert work.observe().systems[GREEN].online == 3


def test_the_journal_tells_that_heat_has_it_and_the_lock_is_free(work: Work) -> None:
    operations.start_deploy(work, "2.0")
    (act,) = Journal(work).operations()
    assert (act.act, act.version, act.outcome) == ("deploy", "2.0", "left to Heat")
    assert lock.holder(work) is None


def test_a_second_one_is_refused_while_heat_is_at_work(work: Work) -> None:
    operations.start_deploy(work, "2.0")
    for again in (
        lambda: reconcile.start_deploy(work, "2.0"),
        lambda: reconcile.start_scale(work, GREEN, 1),
    ):
        with pytest.raises(Refused, match="Heat is at work on ao-shop-green"):
            again()


def test_it_is_refused_while_another_holds_the_lock(work: Work) -> None:
    lock.acquire_by_hand(work, "an audit", 600)
    with pytest.raises(Locked):
        operations.start_deploy(work, "2.0")


def test_the_live_system_too_has_its_new_size_once_heat_has_finished(work: Work) -> None:
    operations.start_scale(work, BLUE, 3)
    work.clock.sleep(120)
    assert work.observe().systems[BLUE].online == 3


def test_a_standby_whose_deletion_failed_is_deleted_first(work: Work) -> None:
    for _ in range(3):
        work.cloud.faults.break_next("OS::Heat::AutoScalingGroup", "stuck", action="DELETE")
    with pytest.raises(Exception, match="stuck"):
        reconcile.down(work, frozenset({GREEN}))
    operations.start_deploy(work, "2.0")
    work.clock.sleep(120)
    assert work.observe().systems[GREEN].stack is None
