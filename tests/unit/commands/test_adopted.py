"""What the commands ask and tell of a site around somebody else's load balancer."""

import io
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import yaml

from ao import config, fake
from ao.colour import Colour
from ao.commands.app import Ao
from ao.commands.disown import Disown
from ao.operations import operations
from ao.work import Work
from tests.unit.adopted import Owned, application, by_hand, looked

SHOP = Path(__file__).parents[3] / "examples" / "shop"
BLUE, GREEN = Colour
Run = Callable[..., tuple[int, str, str]]
UNTIL = ("--no-probe", "--until", "switch")
"""How far releases are taken: a decision window has the time of this machine."""


@pytest.fixture
def owned(tmp_path: Path) -> Owned:
    """A site that was made by hand, with a site file of its own."""
    cloud = fake.Cloud(openstack=fake.OpenStack(providers=("haproxy",), application=application))
    made = by_hand(cloud=cloud, provider="haproxy")
    adopt = made.site.adopt
    assert adopt is not None
    there = {"network": "old-net", "subnet": "old-subnet"}
    described = yaml.safe_load((SHOP / "ao.yaml").read_text())
    described |= {
        "adopt": {
            "load_balancer": adopt.load_balancer,
            "listeners": list(adopt.listeners),
            "pool": adopt.pool,
            "floating_ip": adopt.floating_ip,
        },
        "network": {"blue": there, "green": there, "balancer": there},
    }
    (tmp_path / "ao.yaml").write_text(yaml.safe_dump(described))
    (tmp_path / "user-data.sh").write_text((SHOP / "user-data.sh").read_text())
    work = Work(
        cloud=cloud,
        site=config.load(tmp_path / "ao.yaml"),
        clock=cloud.clock,
        visit=cloud.visit,
    )
    return Owned(
        work=work, octavia=made.octavia, main=made.main, further=made.further, pool=made.pool
    )


@pytest.fixture
def run(
    owned: Owned,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run a command on the site; an answer is one that somebody at the terminal gives."""

    def run(*line: str, answer: str | None = None) -> tuple[int, str, str]:
        work = owned.work
        monkeypatch.setattr("ao.cloud.connect", lambda name: work.cloud)
        monkeypatch.setattr("ao.work.Work", partial(Work, clock=work.clock, visit=work.visit))
        given = io.StringIO(f"{answer}\n" if answer else "")
        monkeypatch.setattr(given, "isatty", lambda: answer is not None, raising=False)
        monkeypatch.setattr(sys, "stdin", given)
        ao = Ao()
        ao.command_manager.add_command("disown", Disown)
        capsys.readouterr()
        code = ao.run(["--config", str(tmp_path / "ao.yaml"), *line])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_the_plan_of_the_first_up_tells_what_the_owners_load_balancer_gets(run: Run) -> None:
    code, out, err = run("plan", "up", "-f", "json")
    assert code == 0
    assert {"ao-shop", "ao-shop-green"} == {it["Stack"] for it in json.loads(out)}
    assert "nothing is changed or deleted" in err
    assert "reload" in err
    assert "quota" in err


def test_the_status_shows_the_adopted_system(run: Run) -> None:
    assert run("up")[0] == 0
    code, out, err = run("status", "-f", "json")
    assert code == 0
    blue, green = json.loads(out)
    assert (blue["Role"], blue["State"], blue["Version"]) == ("live", "adopted", "-")
    assert green["State"] == "ready"
    assert "is its owner's" in err


def test_the_status_tells_of_a_tool_that_has_led_production_back(run: Run, owned: Owned) -> None:
    run("up")
    assert run("switch", "green", "--no-probe")[0] == 0
    assert "somebody else" not in run("status")[2]
    owned.main.pool_id = owned.main.serving = owned.pool.id
    assert "somebody else has done that" in run("status")[2]


def test_nobody_is_asked_before_the_first_release(run: Run) -> None:
    run("up")
    assert run("release", "2.0", *UNTIL)[0] == 0
    assert run("release", "2.0", *UNTIL)[0] == 0


@pytest.mark.parametrize("command", ["release", "deploy"])
def test_the_next_version_is_asked_for_once(run: Run, owned: Owned, command: str) -> None:
    run("up")
    run("switch", "green", "--no-probe")
    more = UNTIL if command == "release" else ()
    code, _, err = run(command, "3.0", *more)
    assert code != 0
    assert "--give-up-adopted" in err
    code, _, err = run(command, "3.0", *more, answer="no")
    assert code != 0
    assert owned.work.observe().systems[BLUE].is_adopted
    code, _, err = run(command, "3.0", "--keep-adopted", *more, answer="yes")
    assert code != 0
    assert "to be kept" in err
    code, _, err = run(command, "3.0", *more, answer="yes")
    assert code == 0
    assert "their owner's to delete" in err
    assert not owned.work.observe().systems[BLUE].is_adopted


def test_a_flag_answers_before_it_is_asked(run: Run, owned: Owned) -> None:
    run("up")
    run("switch", "green", "--no-probe")
    assert run("release", "3.0", *UNTIL, "--give-up-adopted")[0] == 0
    assert looked(owned.work) == "blue"


def test_it_is_disowned_when_somebody_says_yes(run: Run, owned: Owned) -> None:
    before = owned.objects()
    run("up")
    run("switch", "green", "--no-probe")
    assert run("down", "--yes")[0] != 0
    assert run("disown")[0] != 0
    assert run("disown", answer="no")[0] != 0
    assert looked(owned.work) == "green"
    code, _, err = run("disown", answer="yes")
    assert code == 0
    assert "leads to the adopted system" in err
    assert owned.objects() == before


def test_it_is_disowned_with_its_users_where_they_are(run: Run, owned: Owned) -> None:
    run("up")
    run("switch", "green", "--no-probe")
    code, _, err = run("disown", "--to", "live", "--yes")
    assert code == 0
    assert "--tags disowned" in err
    operations.disown(owned.work, to_live=True)
