from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ao import fake
from ao.clock import Clock
from ao.hooks import logout
from ao.hooks.hooks import HookFailed
from ao.site.hooks import Hook
from ao.site.logout import Logout
from ao.work import Work
from tests.unit import samples
from tests.unit.hooks.test_hooks import CONTEXT, Notes


def command(line: str, *, stops: bool = True) -> Hook:
    return Hook(call=line, deadline=10, stops=stops)


LOGS = command('echo "$AO_POINT $AO_NOTICE $AO_LOGOUT_AT" >> said')


@dataclass
class Stage:
    """A site with a forced logout, in a time that passes at once."""

    folder: Path
    notes: Notes = field(default_factory=Notes)
    second: float = 0
    left: list[float] = field(default_factory=list)
    at_logout: list[str] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.second += seconds

    def run(self, rules: Logout | None) -> None:
        site = replace(samples.SITE, folder=self.folder, logout=rules)
        clock = Clock(now=lambda: self.second, sleep=self.sleep)
        work = Work(cloud=fake.Cloud(), site=site, clock=clock, progress=self.notes)
        logout.run(work, CONTEXT, self.left.append)

    def said(self) -> list[list[str]]:
        file = self.folder / "said"
        return [line.split() for line in file.read_text().splitlines()] if file.exists() else []


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(folder=tmp_path)


def test_users_are_told_and_logged_out_when_they_were_told(stage: Stage) -> None:
    begin = datetime.now(UTC)
    stage.run(Logout(notice=600, announce=LOGS, hook=LOGS))
    announced, done = stage.said()
    assert announced[:2] == ["announce", "600"]
    assert done == ["logout", "600", announced[2]]
    at = datetime.fromisoformat(announced[2])
    assert timedelta(seconds=-1) <= at - begin - timedelta(seconds=600) < timedelta(seconds=10)
    assert stage.second == 600


def test_the_notice_is_counted_down_once_a_second(stage: Stage) -> None:
    stage.run(Logout(notice=3, announce=None, hook=LOGS))
    assert stage.left == [3, 2, 1]


def test_without_notice_users_are_logged_out_at_once(stage: Stage) -> None:
    stage.run(Logout(notice=0, announce=None, hook=LOGS))
    assert [line[0] for line in stage.said()] == ["logout"]
    assert (stage.left, stage.second) == ([], 0)


def test_time_that_the_announcement_takes_is_part_of_the_notice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(work: Work, hook: Hook, context: object, **more: str) -> None:
        stage.second += 4

    monkeypatch.setattr(logout.hooks, "call", call)
    stage.run(Logout(notice=10, announce=LOGS, hook=LOGS))
    assert stage.left == [6, 5, 4, 3, 2, 1]


def test_nobody_is_logged_out_whom_the_announcement_did_not_reach(stage: Stage) -> None:
    with pytest.raises(HookFailed, match="the announce hook failed: exit 4 ended with"):
        stage.run(Logout(notice=600, announce=command("exit 4"), hook=LOGS))
    assert (stage.said(), stage.left) == ([], [])


def test_an_announcement_may_fail_where_the_site_says_so(stage: Stage) -> None:
    stage.run(Logout(notice=0, announce=command("exit 4", stops=False), hook=LOGS))
    assert [line[0] for line in stage.said()] == ["logout"]
    assert "the release goes on" in stage.notes.notes[0].lower()


def test_a_logout_that_fails_stops_the_release(stage: Stage) -> None:
    with pytest.raises(HookFailed, match="the logout hook failed: exit 5"):
        stage.run(Logout(notice=0, announce=None, hook=command("exit 5")))


def test_a_site_without_forced_logout_goes_on(stage: Stage) -> None:
    stage.run(None)
    assert (stage.left, stage.second) == ([], 0)
