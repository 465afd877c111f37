from collections.abc import Iterator
from dataclasses import replace
from socket import create_server

import pytest

from ao import fake
from ao.hooks import notification
from ao.hooks.notification import Event
from ao.site.hooks import Webhook
from ao.site.notify import Notification
from ao.work import Work
from tests.unit import samples
from tests.unit.hooks.test_hooks import CONTEXT, Notes
from tests.unit.receiver import Receiver, receiver


@pytest.fixture
def service() -> Iterator[Receiver]:
    with receiver() as taken:
        yield taken


def listener(url: str, *events: Event, env: str | None = None) -> Notification:
    webhook = Webhook(url=url, secret_env=env, secret_file=None)
    return Notification(webhook=webhook, events=frozenset(events or Event))


def work(*listeners: Notification) -> Work:
    site = replace(samples.SITE, notify=listeners)
    return Work(cloud=fake.Cloud(), site=site, progress=Notes())


def notes(work: Work) -> list[str]:
    assert isinstance(work.progress, Notes)
    return work.progress.notes


def test_an_event_is_told_with_the_release_and_more(service: Receiver) -> None:
    notification.tell(work(listener(service.url)), Event.END, CONTEXT, outcome="released", lost=0)
    (delivery,) = service.deliveries
    told = delivery.body
    assert (told["point"], told["release"], told["version"]) == ("end", "r1", "2.0")
    assert (told["outcome"], told["lost"]) == ("released", 0)


def test_everybody_is_told_what_they_want_to_know_and_no_more(service: Receiver) -> None:
    both = work(
        listener(f"{service.url}/failures", Event.FAILURE, Event.SWITCH_BACK),
        listener(f"{service.url}/all"),
    )
    for event in (Event.START, Event.FAILURE):
        notification.tell(both, event, CONTEXT)
    assert [delivery.path for delivery in service.deliveries] == ["/all", "/failures", "/all"]


def test_a_notification_is_signed(service: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", "s1gner")
    notification.tell(work(listener(service.url, env="HOOK_SECRET")), Event.START, CONTEXT)
    assert service.deliveries[0].headers["x-ao-signature-256"].startswith("sha256=")


def test_no_secret_in_an_error_is_passed_on(service: Receiver) -> None:
    error = "https://ops:hunter2@db.example/ did not answer"
    notification.tell(work(listener(service.url)), Event.FAILURE, CONTEXT, error=error)
    assert service.deliveries[0].body["error"] == "https://***@db.example/ did not answer"


def test_who_cannot_be_told_holds_nobody_up(
    service: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    with create_server(("127.0.0.1", 0)) as silent:
        deaf = f"http://127.0.0.1:{silent.getsockname()[1]}"
        three = work(
            listener(f"{deaf}/T0KEN"),
            listener(service.url, env="HOOK_SECRET"),
            listener(f"{service.url}/last"),
        )
        monkeypatch.setattr(notification, "DEADLINE", 1.0)
        notification.tell(three, Event.START, CONTEXT)
    assert [delivery.path for delivery in service.deliveries] == ["/last"]
    assert notes(three) == [
        f"The notification of start failed: {deaf}: no answer, for 1 s.",
        f"The notification of start failed: the secret of the webhook {service.url} is to be in "
        "$HOOK_SECRET, which is empty.",
    ]
