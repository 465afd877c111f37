"""A look at a cloud: nothing is asked twice, and nobody is waited for longer than it may take."""

import threading
import time
from collections.abc import Callable, Iterator
from unittest import mock

import pytest
from django.test import override_settings

from ao import fake
from ao.errors import NotFound, Unavailable
from ao_dashboard.look import Look, looking

SECONDS = 0.4
"""Seconds that the services have in these tests."""


@pytest.fixture
def cloud() -> fake.Cloud:
    shop = fake.Cloud()
    for name in ("ao.site/shop/1", "ao.journal/shop/1"):
        shop.software_configs.add(name, "text")
    shop.calls.clear()
    return shop


@pytest.fixture
def look(cloud: fake.Cloud) -> Iterator[Look]:
    with override_settings(AO_PAGE_SECONDS=SECONDS), looking(cloud) as found:
        yield found


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """What ends a call that hangs."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def hang(over: threading.Event) -> Callable[[], None]:
    """A call that nobody answers."""

    def wait() -> None:
        over.wait(30.0)

    return wait


def asked(cloud: fake.Cloud) -> list[str]:
    return [call.name for call in cloud.calls]


def test_what_was_answered_is_not_asked_again_and_other_words_are_another_question(
    cloud: fake.Cloud, look: Look
) -> None:
    for tag in ("ao:site=shop", "ao:site=shop", "ao:site=other"):
        look.cloud.stacks.tagged(tag)
    for ids in ({"a", "b"}, {"b", "a"}):
        look.cloud.floating_ips.find("id", ids)
    assert asked(cloud) == ["stacks.tagged", "stacks.tagged", "floating_ips.find"]


def test_texts_of_all_names_are_one_list(cloud: fake.Cloud, look: Look) -> None:
    (file,) = look.cloud.software_configs.all("ao.site/")
    (entry,) = look.cloud.software_configs.all("ao.journal/")
    assert (file.name, entry.name) == ("ao.site/shop/1", "ao.journal/shop/1")
    assert asked(cloud) == ["software_configs.listing"]


def test_texts_are_listed_anew_when_one_of_them_is_gone(cloud: fake.Cloud, look: Look) -> None:
    (file,) = look.cloud.software_configs.all("ao.site/")
    cloud.software_configs.remove(file)
    with pytest.raises(NotFound):
        look.cloud.software_configs.read(file)
    assert not look.cloud.software_configs.all("ao.site/")


def test_a_service_that_was_silent_is_not_asked_again_and_others_are(
    cloud: fake.Cloud, look: Look, hang: Callable[[], None]
) -> None:
    with mock.patch.object(cloud.load_balancers, "all", side_effect=hang):
        with pytest.raises(Unavailable, match=r"Octavia has not answered within 0\.[1-4] s"):
            look.cloud.load_balancers.all()
        look.more()
        begin = time.monotonic()
        with pytest.raises(Unavailable, match="Octavia has not answered"):
            look.cloud.load_balancers.pools()
        assert time.monotonic() - begin < SECONDS
    assert look.cloud.stacks.all() == ()


def test_one_that_was_asked_late_is_asked_again_with_more_time(
    cloud: fake.Cloud, look: Look, hang: Callable[[], None]
) -> None:
    with mock.patch.object(cloud.load_balancers, "all", side_effect=hang):
        with pytest.raises(Unavailable):
            look.cloud.load_balancers.all()
        with pytest.raises(Unavailable, match="no time was left to ask Heat"):
            look.cloud.stacks.all()
    look.more()
    assert look.cloud.stacks.all() == ()


def test_the_cloud_itself_is_at_hand_for_those_who_change_something(
    cloud: fake.Cloud, look: Look
) -> None:
    assert look.origin is cloud
    assert look.cloud.user == cloud.user
