import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_server

import pytest

from ao.errors import ConfigError
from ao.hooks import webhook
from ao.hooks.webhook import Undelivered
from ao.site.hooks import Webhook
from tests.unit import samples
from tests.unit.hostile import HTTP1, serving
from tests.unit.receiver import Receiver, receiver


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setattr(webhook, "PAUSE", 0.01)
    with receiver() as taken:
        yield taken


def test_a_body_is_posted_as_json_with_the_time(service: Receiver) -> None:
    webhook.post(service.url, {"site": "shop", "lost": 0}, None, 5)
    (delivery,) = service.deliveries
    assert delivery.headers["content-type"] == "application/json"
    at = datetime.fromisoformat(delivery.body.pop("at"))
    assert delivery.body | {"at": ""} == {"site": "shop", "lost": 0, "at": ""}
    assert abs(datetime.now(UTC) - at) < timedelta(seconds=5)


def test_the_signature_is_the_hmac_of_the_very_text(service: Receiver) -> None:
    webhook.post(service.url, {"site": "青"}, "hunter2", 5)
    (delivery,) = service.deliveries
    assert (
        delivery.headers["x-ao-signature-256"] == f"sha256={webhook.sign(delivery.text, 'hunter2')}"
    )


def test_a_signature_is_as_others_calculate_it() -> None:
    # printf 'what do ya want for nothing?' | openssl dgst -sha256 -hmac Jefe (RFC 4231, case 2)
    assert (
        webhook.sign(b"what do ya want for nothing?", "Jefe")
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


def test_a_second_signature_covers_id_and_time_too(service: Receiver) -> None:
    webhook.post(service.url, {"site": "青"}, "hunter2", 5)
    (delivery,) = service.deliveries
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    id_, timestamp, signature = (delivery.headers[name] for name in names)
    assert id_ == delivery.headers["x-ao-delivery"]
    assert abs(int(timestamp) - time.time()) < 5
    assert signature == webhook.sign_delivery(id_, timestamp, delivery.text, "hunter2")
    others = [
        ("another", timestamp, delivery.text, "hunter2"),
        (id_, str(int(timestamp) + 1), delivery.text, "hunter2"),
        (id_, timestamp, delivery.text + b" ", "hunter2"),
        (id_, timestamp, delivery.text, "hunter3"),
    ]
    assert signature not in {webhook.sign_delivery(*it) for it in others}


def test_a_signature_is_as_standard_webhooks_calculate_it() -> None:
    # The example of the reference libraries' tests.
    assert (
        webhook.sign_delivery(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            b'{"test": 2432232314}',
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        )
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_secret_that_says_it_is_base64_and_is_not_is_told_before_anything_is_posted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHOP_SECRET", "whsec_hunter2!")
    target = Webhook(url="https://shop.example", secret_env="SHOP_SECRET", secret_file=None)
    with pytest.raises(ConfigError, match="is not base64"):
        webhook.secret_of(samples.SITE, target)


def test_without_a_secret_nothing_is_signed(service: Receiver) -> None:
    webhook.post(service.url, {}, None, 5)
    assert "x-ao-signature-256" not in service.deliveries[0].headers
    assert "webhook-signature" not in service.deliveries[0].headers


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_cannot_at_the_moment_is_tried_again_with_the_same_delivery(
    service: Receiver, status: int
) -> None:
    service.statuses = [status, status]
    webhook.post(service.url, {}, "hunter2", 5)
    first, *others = service.deliveries
    assert len(others) == 2
    for again in others:
        assert again.text == first.text
        for name in ("x-ao-delivery", "webhook-id", "webhook-timestamp", "webhook-signature"):
            assert again.headers[name] == first.headers[name]


def test_each_delivery_has_an_id_of_its_own(service: Receiver) -> None:
    webhook.post(service.url, {}, None, 5)
    webhook.post(service.url, {}, None, 5)
    first, second = (delivery.headers["x-ao-delivery"] for delivery in service.deliveries)
    assert first != second


@pytest.mark.parametrize("status", [302, 400, 401, 404])
def test_a_refused_delivery_is_not_tried_again(service: Receiver, status: int) -> None:
    service.statuses = [status]
    with pytest.raises(Undelivered, match=f"{service.url}: HTTP {status}$"):
        webhook.post(service.url, {}, None, 5)
    assert len(service.deliveries) == 1


def test_a_lost_connection_is_tried_again(service: Receiver) -> None:
    service.statuses = [0, 0, 204]
    webhook.post(service.url, {}, None, 5)
    assert len(service.deliveries) == 3


def test_the_deadline_ends_the_tries_and_the_last_reason_is_told(service: Receiver) -> None:
    service.statuses = [503] * 1_000
    with pytest.raises(Undelivered, match=rf"^{service.url}: HTTP 503, for 0\.4 s$"):
        webhook.post(service.url, {}, None, 0.4)
    assert len(service.deliveries) > 1


def test_an_answer_beyond_all_limits_is_a_failure_at_once() -> None:
    with (
        serving(HTTP1["headers without end"]) as place,
        pytest.raises(Undelivered, match=r"more than 64 KiB beside the body$"),
    ):
        webhook.post(f"http://{place}", {}, None, 60)


def test_a_service_that_never_answers_costs_no_more_than_the_deadline() -> None:
    with create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        begin = time.monotonic()
        with pytest.raises(Undelivered, match=r": no answer, for 0\.3 s$"):
            webhook.post(url, {}, None, 0.3)
    assert time.monotonic() - begin < 2


SECRET_URL = "/services/T0KEN?key=k3y"


def test_neither_messages_nor_logs_tell_where_exactly_nor_what_signs(
    service: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url = service.url.replace("//", "//ops:hunter2@") + SECRET_URL
    webhook.post(url, {}, "s1gner", 5)
    service.statuses = [404]
    with pytest.raises(Undelivered) as told:
        webhook.post(url, {}, "s1gner", 5)
    assert service.deliveries[0].path == SECRET_URL
    assert service.deliveries[0].headers["authorization"] == "Basic b3BzOmh1bnRlcjI="
    assert str(told.value) == f"{service.url}: HTTP 404"
    for secret in ("hunter2", "T0KEN", "k3y", "s1gner", "b3BzOmh1bnRlcjI="):
        assert secret not in caplog.text


def signed(*, env: str | None = None, file: str | None = None) -> Webhook:
    return Webhook(url="http://ops:hunter2@hooks.example/T0KEN", secret_env=env, secret_file=file)


def test_a_secret_comes_from_a_variable_or_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", "one")
    (tmp_path / "secret").write_text("two\n")
    site = replace(samples.SITE, folder=tmp_path)
    assert webhook.secret_of(site, signed(env="HOOK_SECRET")) == "one"
    assert webhook.secret_of(site, signed(file="secret")) == "two"
    assert webhook.secret_of(site, signed()) is None


@pytest.mark.parametrize(
    ("which", "said"),
    [
        (signed(env="HOOK_SECRET"), "is to be in $HOOK_SECRET, which is empty"),
        (signed(file="missing"), "missing: No such file or directory"),
        (signed(file="empty"), "empty, which is empty"),
        (signed(file="binary"), "it is not UTF-8 text"),
    ],
)
def test_a_secret_that_is_not_there_is_told_without_the_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: Webhook, said: str
) -> None:
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError) as told:
        webhook.secret_of(replace(samples.SITE, folder=tmp_path), which)
    assert said in told.value.message
    assert "the webhook http://hooks.example" in told.value.message
    assert "hunter2" not in str(told.value)
    assert "T0KEN" not in str(told.value)
