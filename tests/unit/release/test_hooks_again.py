"""Hooks that failed, and what the same command does about them."""

from dataclasses import replace
from pathlib import Path

import pytest

from ao.hooks.hooks import HookFailed
from ao.site import Method
from ao.site.hooks import Hook, Point
from ao.site.rules import After, Standby
from tests.unit.operations.sites import SITES, built
from tests.unit.release.releases import http_check, outcome, released, ruled


@pytest.mark.parametrize("point", [point for point in Point if "back" not in point])
def test_what_is_told_of_a_failed_hook_is_what_the_same_command_does(
    point: Point, tmp_path: Path
) -> None:
    work = built(replace(SITES[Method.POOL], folder=tmp_path))
    hook = Hook(call="test -e mended && touch ran", deadline=10.0, stops=True)
    work = ruled(
        work,
        hooks={point: (hook,)},
        checks=http_check(),
        watch=replace(work.site.watch, length=5.0),
        standby=Standby(after=After.SHRINK, size=1),
    )
    with pytest.raises(HookFailed) as failed:
        released(work)
    (tmp_path / "mended").touch()
    released(work)
    assert outcome(work) == "released"
    assert (tmp_path / "ran").exists() is ("it runs this hook again" in failed.value.cure)
