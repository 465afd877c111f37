import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ao import fake
from ao.colour import Colour
from ao.errors import ConfigError
from ao.hooks import hooks
from ao.hooks.hooks import Context, HookFailed, Point
from ao.site.hooks import Hook, Webhook
from ao.site.logout import Logout
from ao.site.notify import Event, Notification
from ao.work import Work
from tests.unit import samples
from tests.unit.listeners import Notes
from tests.unit.receiver import Receiver, receiver

CONTEXT = Context(
    release="r1",
    site="shop",
    old=Colour.BLUE,
    new=Colour.GREEN,
    version="2.0",
    url="http://172.31.1.20",
    preview_url="http://172.31.1.20:8080",
    reason="1% of requests lost",
)


@dataclass
class Stage:
    """A site whose hooks run in a folder of their own."""

    folder: Path
    notes: Notes = field(default_factory=Notes)

    def run(self, *given: Hook) -> None:
        """Run these hooks before a switch."""
        hooks.run(self.work(given), Point.BEFORE_SWITCH, CONTEXT)

    def work(self, given: tuple[Hook, ...]) -> Work:
        site = replace(samples.SITE, folder=self.folder, hooks={Point.BEFORE_SWITCH: given})
        return Work(cloud=fake.Cloud(), site=site, progress=self.notes)

    def said(self) -> list[str]:
        """Lines that commands have added to the file `said`."""
        file = self.folder / "said"
        return file.read_text().splitlines() if file.exists() else []


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(folder=tmp_path)


@pytest.fixture
def service() -> Iterator[Receiver]:
    with receiver() as taken:
        yield taken


def command(line: str, *, deadline: float = 10, stops: bool = True) -> Hook:
    return Hook(call=line, deadline=deadline, stops=stops)


def webhook(url: str, *, env: str | None = None, deadline: float = 10, stops: bool = True) -> Hook:
    call = Webhook(url=url, secret_env=env, secret_file=None)
    return Hook(call=call, deadline=deadline, stops=stops)


def test_hooks_run_in_their_order_in_the_folder_of_the_site(stage: Stage) -> None:
    stage.run(command("echo one >> said"), command("echo two >> said"))
    assert stage.said() == ["one", "two"]


def test_a_point_without_hooks_does_nothing(stage: Stage) -> None:
    hooks.run(stage.work((command("echo one >> said"),)), Point.AFTER_SWITCH, CONTEXT)
    assert stage.said() == []


def test_a_command_is_told_the_release_in_its_environment(stage: Stage) -> None:
    stage.run(command("env | grep ^AO_ | sort > said"))
    assert stage.said() == [
        "AO_COLOUR=green",
        "AO_OLD_COLOUR=blue",
        "AO_POINT=before_switch",
        "AO_PREVIEW_URL=http://172.31.1.20:8080",
        "AO_REASON=1% of requests lost",
        "AO_RELEASE=r1",
        "AO_SITE=shop",
        "AO_URL=http://172.31.1.20",
        "AO_VERSION=2.0",
        "AO_WITHIN=shop",
    ]


def test_a_command_and_a_webhook_are_told_the_host_where_there_is_one(
    stage: Stage, service: Receiver
) -> None:
    told = replace(CONTEXT, host="shop.example")
    given = (command("echo $AO_HOST > said"), webhook(service.url))
    hooks.run(stage.work(given), Point.BEFORE_SWITCH, told)
    assert stage.said() == ["shop.example"]
    assert json.loads(service.deliveries[0].text)["host"] == "shop.example"
    assert "host" not in CONTEXT.body()


def test_a_webhook_is_told_the_same(stage: Stage, service: Receiver) -> None:
    stage.run(webhook(service.url))
    (delivery,) = service.deliveries
    body = delivery.body
    del body["at"]
    assert body == {
        "point": "before_switch",
        "release": "r1",
        "site": "shop",
        "colour": "green",
        "old_colour": "blue",
        "version": "2.0",
        "url": "http://172.31.1.20",
        "preview_url": "http://172.31.1.20:8080",
        "reason": "1% of requests lost",
    }


def test_no_secret_in_a_reason_is_passed_on() -> None:
    told = replace(CONTEXT, reason="https://ops:hunter2@db.example/ did not answer")
    assert told.body()["reason"] == "https://***@db.example/ did not answer"
    assert told.environment()["AO_REASON"] == "https://***@db.example/ did not answer"


def test_a_failed_hook_stops_those_after_it_and_says_why(stage: Stage) -> None:
    failing = command("echo so; echo 'no licence' >&2; exit 3")
    with pytest.raises(HookFailed) as told:
        stage.run(failing, command("echo two >> said"))
    assert told.value.exit_code == 12
    assert told.value.message == (
        "the before_switch hook failed: echo so; echo 'no licence' >&2; exit 3 "
        "ended with exit code 3: no licence"
    )
    assert stage.said() == []


def test_a_failed_hook_that_does_not_stop_is_told(stage: Stage) -> None:
    stage.run(command("exit 3", stops=False), command("echo two >> said"))
    assert stage.said() == ["two"]
    assert stage.notes.notes == [
        "The before_switch hook failed: exit 3 ended with exit code 3. The release goes on."
    ]


def test_a_long_command_is_told_in_one_line(stage: Stage) -> None:
    with pytest.raises(HookFailed) as told:
        stage.run(command("true\n" * 50 + "exit 3"))
    assert told.value.message.startswith("the before_switch hook failed: true true")
    assert told.value.message.endswith("[...] ended with exit code 3")


def test_a_hook_that_takes_too_long_has_failed(stage: Stage) -> None:
    with pytest.raises(HookFailed, match=r"hook failed: sleep 60 ran longer than 0\.2s\n"):
        stage.run(command("sleep 60", deadline=0.2))


def test_a_webhook_that_is_refused_has_failed(stage: Stage, service: Receiver) -> None:
    service.statuses = [403]
    with pytest.raises(HookFailed, match=f"switch hook failed: {service.url}: HTTP 403\n"):
        stage.run(webhook(service.url.replace("//", "//ops:hunter2@") + "/T0KEN"))


def test_a_webhook_whose_secret_is_gone_is_not_sent(
    stage: Stage, service: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    with pytest.raises(HookFailed, match=r"is to be in \$HOOK_SECRET, which is empty\n"):
        stage.run(webhook(service.url, env="HOOK_SECRET"))
    assert service.deliveries == []


def test_no_secret_of_the_environment_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", "s1gner")
    with pytest.raises(HookFailed) as told:
        stage.run(command("echo with s1gner; exit 1"))
    assert "s1gner" not in str(told.value)
    assert "with ***" in str(told.value)


ELSEWHERE = webhook("http://hooks.example", env="HOOK_SECRET")


@pytest.mark.parametrize(
    "site",
    [
        replace(samples.SITE, hooks={Point.AFTER_SWITCH: (ELSEWHERE,)}),
        replace(samples.SITE, logout=Logout(notice=0, announce=None, hook=ELSEWHERE)),
        replace(samples.SITE, logout=Logout(notice=0, announce=ELSEWHERE, hook=command("true"))),
        replace(
            samples.SITE,
            notify=(Notification(webhook=ELSEWHERE.call, events=frozenset(Event)),),
        ),
    ],
    ids=["hook", "logout", "announcement", "notification"],
)
def test_a_missing_secret_is_told_before_anything_is_done(
    site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    with pytest.raises(ConfigError, match=r"\$HOOK_SECRET"):
        hooks.check(site)
    monkeypatch.setenv("HOOK_SECRET", "s1gner")
    hooks.check(site)


VERIFICATION = Path(__file__).parents[3] / "docs" / "hooks.md"


def test_the_receiver_in_the_documentation_knows_the_sender(
    service: Receiver, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", "s1gner")
    stage.run(webhook(service.url, env="HOOK_SECRET"))
    (delivery,) = service.deliveries
    code = VERIFICATION.read_text().partition("```python\n")[2].partition("```")[0]
    documented: dict = {}
    exec(compile(code, str(VERIFICATION), "exec"), documented)
    genuine, headers = documented["genuine"], dict(delivery.headers)
    seen: set[str] = set()
    assert not genuine(delivery.text + b" ", headers, "s1gner", seen)
    assert not genuine(delivery.text, headers, "another", seen)
    assert not genuine(delivery.text, headers | {"webhook-id": "another"}, "s1gner", seen)
    assert not genuine(delivery.text, headers | {"webhook-signature": ""}, "s1gner", seen)
    assert not genuine(delivery.text, headers | {"webhook-timestamp": "1"}, "s1gner", seen)
    assert genuine(delivery.text, headers, "s1gner", seen)
    assert not genuine(delivery.text, headers, "s1gner", seen)
