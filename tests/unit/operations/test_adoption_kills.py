"""Commands killed at every write of a site around somebody else's load balancer."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from ao import fake
from ao.colour import Colour
from ao.operations import reconcile
from ao.site import Preview
from ao.work import Work
from tests.unit.adopted import Owned, by_hand, looked
from tests.unit.operations.sites import state

BLUE, GREEN = Colour
ANSWERS = {"hand", "blue", "green"}


def built(preview: Preview, ports: tuple[int, ...] = (80,)) -> Owned:
    owned = by_hand(preview=preview, ports=ports)
    reconcile.up(owned.work)
    return owned


def released(preview: Preview, ports: tuple[int, ...] = (80,)) -> Owned:
    owned = built(preview, ports)
    first_release(owned.work)
    return owned


def first_release(work: Work) -> None:
    if work.observe().live is BLUE:
        reconcile.deploy(work, "2.0")
    reconcile.switch(work, GREEN)


def second_release(work: Work) -> None:
    reconcile.give_up(work)
    if work.observe().live is GREEN:
        reconcile.deploy(work, "3.0")
    reconcile.switch(work, BLUE)


def disowned(work: Work) -> None:
    reconcile.disown(work, to_live=False)


def left(work: Work) -> None:
    reconcile.disown(work, to_live=True)


@dataclass(frozen=True)
class Killed:
    """A command that is killed at every write."""

    prepare: Callable[[Preview], Owned]
    command: Callable[[Work], object]
    by: tuple[str, ...]
    """Who may answer production at the end."""


CASES = {
    "up": Killed(lambda preview: by_hand(preview=preview), reconcile.up, ("hand",)),
    "first release": Killed(built, first_release, ("green",)),
    "second release": Killed(released, second_release, ("blue",)),
    "disown": Killed(released, disowned, ("hand",)),
    "disown two listeners": Killed(
        lambda preview: released(preview, (80, 81)), disowned, ("hand",)
    ),
    "disown to the live system": Killed(released, left, ("green",)),
}


@pytest.mark.parametrize("preview", [Preview.HEADER, Preview.PORT])
@pytest.mark.parametrize("name", CASES)
def test_a_command_that_was_killed_anywhere_ends_alike_when_said_again(
    name: str, preview: Preview
) -> None:
    case = CASES[name]
    whole = case.prepare(preview)
    untouched = whole.octavia.pools[whole.pool.id].members.copy()
    begin = len(whole.work.cloud.calls)
    case.command(whole.work)
    end = state(whole.work.observe())
    written = sum(call.writes for call in whole.work.cloud.calls[begin:])
    assert written >= 2
    for skip in range(written):
        for after in (False, True):
            owned = case.prepare(preview)
            cloud = owned.work.cloud
            assert isinstance(cloud, fake.Cloud)
            cloud.faults.kill("", skip=skip, after=after)
            try:
                case.command(owned.work)
            except fake.Killed:
                cloud.process.restart()
                assert answered(owned) in ANSWERS
                case.command(owned.work)
            else:
                assert after
            assert state(owned.work.observe()) == end
            # A PUT that was killed may be carried out still.
            owned.work.clock.sleep(2.0)
            assert answered(owned) in case.by
            assert len(owned.octavia.pools[owned.pool.id].members) == len(untouched)
            if name.startswith("disown"):
                assert owned.main.policies == []


def answered(owned: Owned) -> str:
    """Who answers production, whatever Ao still knows of the site."""
    if owned.work.observe().production is None:
        address = owned.site.adopt.floating_ip if owned.site.adopt else None
        answer = owned.work.visit(f"http://{address}/version", 3.0)
        return answer.headers.get("x-ao-colour") or answer.headers["x-made-by"]
    return looked(owned.work)
