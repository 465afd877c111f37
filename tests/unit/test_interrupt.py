"""Signals are sent to this very process, as a terminal and a CI system do."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from ao.interrupt import terminable, unbroken


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """Signals must be handled afterwards as before."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    assert {number: signal.getsignal(number) for number in before} == before


def send(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


def test_sigterm_ends_a_command_as_ctrl_c_does() -> None:
    with pytest.raises(KeyboardInterrupt), terminable():
        send(signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_must_not_be_broken_ends_before_the_interrupt_counts(number: signal.Signals) -> None:
    done = []

    def body() -> None:
        send(number)
        done.append("all of it")

    with pytest.raises(KeyboardInterrupt), terminable(), unbroken():
        body()
    assert done


def test_a_second_interrupt_does_not_wait() -> None:
    done = []

    def body() -> None:
        send(signal.SIGINT)
        send(signal.SIGTERM)
        done.append("more")

    with pytest.raises(KeyboardInterrupt), unbroken():
        body()
    assert not done


def test_a_thread_takes_no_signal_from_the_main_one() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen = []

    def body() -> None:
        with terminable(), unbroken():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    assert seen == [before]
