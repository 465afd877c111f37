"""Actions that take longer than their request waits for."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

from django.test import override_settings

from ao.colour import Colour
from ao.errors import Forbidden
from ao.journal import Journal
from tests.unit.dashboard.visitor import VisitorTest

WITHIN = 10.0
"""Seconds in which a busy machine answers a form, and an action ends that nothing holds up."""
GOES_ON = "It takes longer, and goes on."


class BackgroundTest(VisitorTest):
    @contextmanager
    def slow(self, call: str) -> Iterator[Callable[[], None]]:
        """While a write of the cloud takes long; what is given has it be done."""
        over = threading.Event()
        self.cloud.faults.meanwhile(call, lambda: over.wait(60.0))
        with override_settings(AO_PAGE_SECONDS=2.0):
            try:
                yield over.set
            finally:
                over.set()
                self.until(lambda: not self.threads())

    def threads(self) -> list[str]:
        return [it.name for it in threading.enumerate() if it.name.startswith("action")]

    def until(self, done: Callable[[], object]) -> None:
        end = time.monotonic() + WITHIN
        while not done():
            assert time.monotonic() < end
            time.sleep(0.05)

    def test_the_answer_comes_while_a_slow_deploy_goes_on_and_is_told_when_it_ends(self) -> None:
        shown = self.shown("deploy")
        with self.slow("stacks.update") as end:
            begin = time.monotonic()
            answer = self.post("deploy", **shown, version="2.0")
            assert time.monotonic() - begin < WITHIN
            assert answer.status_code == 302
            assert GOES_ON in self.told(answer)
            assert "<td>at work</td>" in self.text("now", "shop")
            end()
            self.until(lambda: not self.threads())
        assert "Heat has begun to deploy 2.0." in self.text("now", "shop")
        assert Journal(self.work).operations()[-1].outcome == "left to Heat"
        assert self.work.observe().systems[Colour.GREEN].version == "2.0"

    def test_what_it_fails_at_is_told_to_its_user_in_japanese(self) -> None:
        with self.slow("locks.take") as end:
            self.cloud.faults.fail("locks.take", Forbidden("the role was taken away"))
            assert "処理は続いています" in self.told(self.post("switch", language="ja"))
            end()
            self.until(lambda: not self.threads())
        text = self.text("now", "shop")
        assert "the role was taken away。" in text
        assert self.work.observe().live is Colour.BLUE
        with mock.patch("ao_dashboard.background.Teller.recall", return_value=()):
            assert "the role was taken away。" not in self.text("now", "shop")

    def test_that_it_broke_off_is_told_and_its_error_is_in_the_log_alone(self) -> None:
        broken = AssertionError("a figure of ours")
        logged = mock.patch("ao_dashboard.background.log.error")
        with self.slow("locks.take") as end, logged as log:
            self.cloud.faults.fail("locks.take", broken)
            assert GOES_ON in self.told(self.post("switch"))
            end()
            self.until(lambda: not self.threads())
        text = self.text("now", "shop")
        assert "An action has broken off by an error of the panel" in text
        assert "a figure of ours" not in text
        assert log.call_args.kwargs == {"exc_info": broken}

    def test_another_user_is_not_told(self) -> None:
        with self.slow("locks.take") as end:
            self.post("lock")
            end()
            self.until(lambda: not self.threads())
        assert "Locked: " in self.text("now", "shop")
        self.setActiveUser(
            id="another",
            token=self.token,
            username="another",
            tenant_id=self.tenant.id,
            service_catalog=self.service_catalog,
            authorized_tenants=self.tenants.list(),
        )
        assert "Locked: " not in self.text("now", "shop")
