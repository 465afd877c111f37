import re
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from ao.config.hooks import HooksSection
from ao.config.logout import LogoutSection
from ao.config.migration import MigrationSection
from ao.config.notify import NotifySection
from ao.config.section import Section
from ao.site.hooks import Hook, Point, Webhook
from ao.site.logout import Logout
from ao.site.migration import Migration
from ao.site.notify import Event, Notification


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ready.sh").write_text("#!/bin/sh\n")
    (tmp_path / "ready.sh").chmod(0o755)
    (tmp_path / "notes.txt").write_text("chmod -x\n")
    return tmp_path


def test_hooks_are_read_in_their_order(folder: Path) -> None:
    text = """
    before_switch:
    - {command: ./ready.sh now, deadline: 1m, on_failure: continue}
    - {webhook: "https://hooks.example/ao", secret_env: HOOK_SECRET}
    after_retire:
    - {webhook: "https://hooks.example/ao", secret_file: ../secret}
    """
    url = "https://hooks.example/ao"
    by_env = Webhook(url=url, secret_env="HOOK_SECRET", secret_file=None)
    by_file = Webhook(url=url, secret_env=None, secret_file="../secret")
    section = HooksSection.model_validate(yaml.safe_load(text), context={"folder": folder})
    assert section.value() == {
        Point.BEFORE_SWITCH: (
            Hook(call="./ready.sh now", deadline=60, stops=False),
            Hook(call=by_env, deadline=30, stops=True),
        ),
        Point.AFTER_RETIRE: (Hook(call=by_file, deadline=30, stops=True),),
    }


def test_every_point_can_have_hooks() -> None:
    hooks = {str(point): [{"command": "true"}] for point in Point}
    assert list(HooksSection.model_validate(hooks).value()) == list(Point)


def test_a_logout_is_read_with_its_announcement() -> None:
    text = "{notice: 10m, announce: {command: wall soon}, command: log-out, deadline: 2m}"
    assert LogoutSection.model_validate(yaml.safe_load(text)).value() == Logout(
        notice=600,
        announce=Hook(call="wall soon", deadline=30, stops=True),
        hook=Hook(call="log-out", deadline=120, stops=True),
    )


def test_a_notification_is_of_all_events_unless_it_names_some() -> None:
    webhook = Webhook(url="http://chat.example", secret_env=None, secret_file=None)
    every = NotifySection.model_validate({"webhook": webhook.url})
    some = NotifySection.model_validate({"webhook": webhook.url, "events": ["switch", "failure"]})
    assert every.value() == Notification(webhook=webhook, events=frozenset(Event))
    assert some.value().events == {Event.SWITCH, Event.FAILURE}


def test_a_migration_gate_is_read() -> None:
    section = MigrationSection.model_validate({"one_way": ["3.0"], "check": "./is-one-way.sh"})
    assert section.value() == Migration(
        one_way=frozenset({"3.0"}), check="./is-one-way.sh", deadline=30
    )


URL = "webhook: 'https://ops:hunter2@hooks.example/T0KEN'"


@pytest.mark.parametrize(
    ("section", "text", "why"),
    [
        (HooksSection, "{before_swich: []}", "Extra inputs"),
        (HooksSection, "{before_switch: [{deadline: 30s}]}", "give command or webhook"),
        (HooksSection, f"{{after_check: [{{command: x, {URL}}}]}}", "one of the two"),
        (HooksSection, "{after_check: [{command: x, secret_env: S}]}", "a command has none"),
        (
            HooksSection,
            f"{{after_check: [{{{URL}, secret_env: S, secret_file: s}}]}}",
            "give secret_env or secret_file, not both",
        ),
        (HooksSection, f"{{after_check: [{{{URL}, secret_env: $S}}]}}", "pattern"),
        (HooksSection, f"{{after_check: [{{{URL}, secret: s3cret}}]}}", "Extra inputs"),
        (HooksSection, "{after_check: [{webhook: hooks.example}]}", "not an http or https URL"),
        (HooksSection, "{after_check: [{webhook: 'ftp://a'}]}", "not an http or https URL"),
        (HooksSection, "{after_check: [{webhook: 'http://'}]}", "not an http or https URL"),
        (HooksSection, "{after_check: [{webhook: 'http://a:b'}]}", "not an http or https URL"),
        (HooksSection, "{after_check: [{command: x, deadline: 0s}]}", "greater than 0"),
        (HooksSection, "{after_check: [{command: x, on_failure: ask}]}", "'stop' or 'continue'"),
        (LogoutSection, "{notice: 10m}", "give command or webhook"),
        (LogoutSection, "{command: x, announce: {}}", "give command or webhook"),
        (NotifySection, "{events: [start]}", "Field required"),
        (NotifySection, f"{{{URL}, events: []}}", "at least 1"),
        (NotifySection, f"{{{URL}, events: [begin]}}", "'start', 'waiting', 'switch'"),
        (MigrationSection, "{one_way: [3.0]}", "valid string"),
        (MigrationSection, "{one_way: '3.0'}", "valid tuple"),
    ],
)
def test_what_is_wrong_is_refused(section: type[Section], text: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        section.model_validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("./missing.sh", "./missing.sh is no file in the site file's folder"),
        ("./notes.txt --all", "./notes.txt is not executable; `chmod +x ./notes.txt`"),
        ("../ready.sh", "../ready.sh is no file"),
        ("/no/such/program", "/no/such/program is no file"),
        ("./", "./ is no file"),
        (" ", "the command is empty"),
    ],
)
def test_a_command_that_names_no_program_is_refused(folder: Path, command: str, why: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(why)):
        MigrationSection.model_validate({"check": command}, context={"folder": folder})


@pytest.mark.parametrize(
    "command",
    ["./ready.sh", "./ready.sh --all", "/bin/sh -c true", "ls | wc", "$HOME/x", "A=/b ./x", "./x;"],
)
def test_a_command_of_the_shell_or_the_path_is_taken(folder: Path, command: str) -> None:
    section = MigrationSection.model_validate({"check": command}, context={"folder": folder})
    assert section.check == command
