"""What the site file as a whole says of hooks."""

from pathlib import Path

import pytest

from ao import config
from ao.errors import ConfigError
from ao.site.hooks import Point
from tests.unit.config.test_config import GOOD


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "user-data.sh").write_text("#!/bin/sh\necho $AO_VERSION\n")
    (tmp_path / "ready.sh").write_text("#!/bin/sh\n")
    (tmp_path / "ready.sh").chmod(0o755)
    return tmp_path


def load(folder: Path, text: str):
    (folder / "ao.yaml").write_text(GOOD + text)
    return config.load(folder / "ao.yaml")


def test_the_site_has_what_the_file_says(folder: Path) -> None:
    site = load(
        folder,
        """\
hooks:
  before_switch:
  - command: ./ready.sh
logout: {command: ./ready.sh, notice: 10m}
notify:
- {webhook: "https://chat.example", events: [failure]}
migration: {one_way: ["3.0"]}
""",
    )
    assert [hook.call for hook in site.hooks[Point.BEFORE_SWITCH]] == ["./ready.sh"]
    assert site.logout is not None
    assert site.logout.notice == 600
    assert [it.webhook.url for it in site.notify] == ["https://chat.example"]
    assert site.migration.one_way == {"3.0"}


def test_a_site_needs_none_of_it(folder: Path) -> None:
    site = load(folder, "")
    assert (dict(site.hooks), site.logout, site.notify) == ({}, None, ())
    assert (site.migration.one_way, site.migration.check) == (frozenset(), None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "hooks:\n  before_swich:\n  - command: x\n",
            "ao.yaml:13: hooks.before_swich: unknown key; did you mean `before_switch`?",
        ),
        (
            "hooks:\n  after_switch:\n  - command: ./missing.sh\n",
            "ao.yaml:14: hooks.after_switch.0.command: ./missing.sh is no file in the site file's "
            "folder; write that file there",
        ),
        (
            "hooks:\n  after_switch:\n  - deadline: 1m\n",
            "ao.yaml:14: hooks.after_switch.0: give command or webhook, one of the two",
        ),
        (
            "hooks:\n  after_switch:\n  - {command: x, dedline: 1m}\n",
            "ao.yaml:14: hooks.after_switch.0.dedline: unknown key; did you mean `deadline`?",
        ),
        (
            "logout:\n  command: ./user-data.sh\n",
            "ao.yaml:13: logout.command: ./user-data.sh is not executable",
        ),
        (
            "notify:\n- webhook: https://ops:hunter2@\n",
            "ao.yaml:13: notify.0.webhook: the webhook is not an http or https URL",
        ),
        ("notify:\n- webhook: http://a\n  events: [begin]\n", "ao.yaml:14: notify.0.events.0:"),
        ("migration: {one_way: [3.0]}\n", "ao.yaml:12: migration.one_way.0: should be text, in"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(folder: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as told:
        load(folder, text)
    assert said in str(told.value)
    assert "hunter2" not in str(told.value)
