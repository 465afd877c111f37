"""What a member of the project writes by hand into the cloud opens no release, and no version
that nobody could have given reaches Heat, a server or a command."""

import json
import re
from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ao import fake, release
from ao.colour import Colour
from ao.errors import AoError, ConfigError, NotFound, Refused
from ao.hooks.hooks import HookFailed
from ao.journal import Journal
from ao.operations import operations, reconcile
from ao.plan.plan import BuildSystem
from ao.release.open_releases import open_release
from ao.site import Method, Site
from ao.site.hooks import Hook, Point
from ao.site.migration import Migration
from ao.work import Work
from tests.unit.operations.sites import SITES, built, told, writes
from tests.unit.release.releases import Listener, moment, options, outcome, released, ruled
from tests.unit.untrusted.test_printable import FOREIGN

EVIL = "2.0'; touch /tmp/pwned; : '"
HOSTILE = (EVIL, "$(reboot)", "`reboot`", "2.0\nexport PATH=.", "\x1b[2J", "é", "-rf", "", "x" * 41)
ID = "20991123-0815-fff"
TIME = "2099-11-23T08:15:02.000Z"


def forge(work: Work, *words: str, release: str = ID, **told: object) -> str:
    """A beginning that mallory keeps by hand; the ID of its record."""
    mallory = fake.Cloud(openstack=work.cloud.openstack, user="mallory")
    name = "/".join(quote(word, safe=" ") for word in ("begun", "alice", *words))
    event = {"kind": "begun", "act": "release", "old": "blue", "new": "green", **told}
    text = json.dumps({"host": "build7", "event": event})
    mallory.software_configs.add(f"ao.journal/shop/{TIME}/{release}/{name}", text)
    return mallory.software_configs.all(f"ao.journal/shop/{TIME}")[-1].id


def heats(work: Work) -> set[str]:
    """Versions that Heat was given, and that stacks carry."""
    given = {
        str(call.arguments[2].get("version", "1.0"))
        for call in work.cloud.calls
        if call.name in {"stacks.create", "stacks.update"}
    }
    tags = {tag for stack in work.cloud.stacks.all() for tag in stack.tags}
    return given | {tag.partition("=")[2] for tag in tags if tag.startswith("ao:version=")}


@pytest.mark.parametrize("version", HOSTILE[:-2])
def test_a_forged_beginning_opens_no_release_and_is_told(work: Work, version: str) -> None:
    listener = Listener()
    work = replace(work, progress=listener)
    in_name = forge(work, "release", version, "blue", "green", version=version)
    in_text = forge(work, "release", "2.0", "blue", "green", version=version, release=ID[:-1])
    before = writes(work.cloud)
    for act in (
        lambda: release.approve(work),
        lambda: release.resume(work, options(work)),
        lambda: release.abort(work, options(work)),
        lambda: release.pause(work),
        lambda: release.go_on(work),
    ):
        with pytest.raises(Refused, match="no release is open"):
            act()
    assert [name for name in writes(work.cloud)[len(before) :] if "locks" not in name] == []
    assert heats(work) == {"1.0"}
    for record in (in_name, in_text):
        (note,) = (it for it in listener.notes if record in it)
        assert f"`openstack software config delete {record}`" in note


@pytest.mark.parametrize("colours", [("red", "green"), ("blue", "blue\x1b"), ("", "green")])
def test_forged_colours_open_no_release(work: Work, colours: tuple[str, str]) -> None:
    old, new = colours
    forge(work, "release", "2.0", old, new, version="2.0", old=old, new=new)
    assert open_release(Journal(work)) is None


def test_a_forged_beginning_of_later_hides_no_open_release(work: Work) -> None:
    released(work, until=release.Stage.DEPLOY)
    forge(work, "release", "3.0", "blue", "green", version=EVIL)
    found = open_release(Journal(work))
    assert found is not None
    assert found.version == "2.0"
    release.resume(work, options(work))
    assert told(work, "production") == ("green", "2.0")


def test_a_release_goes_its_way_beside_forged_entries(work: Work) -> None:
    forge(work, "release", EVIL, "blue", "green", version=EVIL)
    forge(work, "release", "2.0", "blue", "green", version="2.0", plan=[1e308])
    released(work)
    assert told(work, "production") == ("green", "2.0")
    assert "released" in {it.outcome for it in Journal(work).operations()}


def test_a_switch_back_goes_by_no_forged_entry(work: Work) -> None:
    released(work)
    forge(work, "release", EVIL, "green", "blue", version=EVIL)
    release.back(work, options(work))
    assert told(work, "production") == ("blue", "1.0")
    assert outcome(work) == "released"


def test_a_switch_that_is_dated_ahead_keeps_no_watch_for_years(work: Work) -> None:
    work = ruled(work, watch=replace(work.site.watch, length=60.0))
    released(work, detach=True)
    mallory = fake.Cloud(openstack=work.cloud.openstack, user="mallory")
    (own,) = Journal(work).operations()
    event = {"kind": "step ended", "step": "switch", "seconds": 1.0, "outcome": "done"}
    name = f"ao.journal/shop/2199-01-01T00:00:00Z/{own.id}/step ended/mallory/switch/done"
    mallory.software_configs.add(name, json.dumps({"host": "h", "event": event}))
    begin = moment(work)
    release.resume(work, options(work))
    assert moment(work) - begin < 3600
    assert outcome(work) == "released"


@pytest.mark.parametrize("version", [*HOSTILE, "1.0\n"])
def test_heat_is_asked_to_build_no_version_that_nobody_could_give(work: Work, version: str) -> None:
    before = writes(work.cloud)
    for act in (reconcile.deploy, reconcile.start_deploy):
        with pytest.raises(ConfigError, match="cannot be a version"):
            act(work, version)
    with pytest.raises(ConfigError):
        BuildSystem(Colour.GREEN, version, 1)
    assert writes(work.cloud) == before


def tagged(work: Work, colour: Colour, version: str) -> None:
    """Somebody gives a system's stack another version among its tags."""
    heat = work.cloud.openstack.project("shop").heat
    name = work.site.system_stack(colour)
    stack = next(it for it in heat.tops() if it.name == name)
    stack.tags = frozenset(it for it in stack.tags if not it.startswith("ao:version=")) | {
        f"ao:version={version}"
    }


@pytest.mark.parametrize("version", HOSTILE)
def test_a_version_among_tags_that_nobody_could_give_is_not_known(work: Work, version: str) -> None:
    tagged(work, Colour.GREEN, version)
    assert work.observe().systems[Colour.GREEN].version is None
    reconcile.up(work)
    assert heats(work) <= {"1.0", version}
    released(work)
    assert told(work, "production") == ("green", "2.0")
    assert heats(work) == {"1.0", "2.0"}


SAFE = re.compile(r"[A-Za-z0-9._:/+-]*( [A-Za-z0-9._:/+-]+)*")
"""What a shell takes as it is, quoted or not: words without a character of its own."""


@given(
    st.sampled_from(HOSTILE) | FOREIGN, st.sampled_from(HOSTILE) | FOREIGN, st.sampled_from(Method)
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_journal_and_tags_hold_commands_are_told_what_a_shell_takes_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, word: str, other: str, method: Method
) -> None:
    folder = tmp_path_factory.mktemp("site")
    hook = Hook(call=f"env | grep ^AO_ >> {folder}/told", deadline=10.0, stops=False)
    site: Site = replace(
        SITES[method],
        folder=folder,
        hooks=dict.fromkeys(Point, (hook,)),
        migration=replace(
            SITES[method].migration, check=f"env | grep ^AO_ >> {folder}/told; false"
        ),
        drain=replace(SITES[method].drain, hook=f"env | grep ^AO_ >> {folder}/told"),
        watch=replace(SITES[method].watch, length=0.0),
    )
    work = built(site)
    tagged(work, Colour.GREEN, word)
    tagged(work, Colour.BLUE, other)
    forge(work, "release", word, "blue", "green", version=other)
    forge(work, "release", other, "blue", "green", version=other, release=ID[:-1])
    forge(work, "release", "2.0", "blue", "green", version="2.0", release=quote(word, safe=""))
    for act in (
        lambda: release.approve(work, other.replace("\0", "")),
        lambda: release.resume(work, options(work, reason=other.replace("\0", ""))),
        lambda: release.release(work, "2.0", options(work, reason=word.replace("\0", ""))),
        lambda: release.back(work, options(work)),
    ):
        with suppress(AoError):
            act()
    lines = (folder / "told").read_text(errors="replace").splitlines()
    assert lines
    said = [line.partition("=") for line in lines if re.match("AO_[A-Z_]+=", line)]
    assert [
        value for name, _, value in said if name != "AO_REASON" and not SAFE.fullmatch(value)
    ] == []


def test_a_forged_release_moves_no_production_as_it_is_ended(work: Work) -> None:
    gate = Migration(one_way=frozenset({"2.0"}), check=None, deadline=10.0)
    gated = replace(work, site=replace(work.site, migration=gate))
    released(gated)
    forge(gated, "release", "1.5", "blue", "green", version="1.5")
    with suppress(AoError):
        release.abort(gated, options(gated))
    assert gated.observe().live is Colour.GREEN


def test_a_deploy_that_brought_nothing_opens_no_way_back_past_a_one_way_change(work: Work) -> None:
    gate = Migration(one_way=frozenset({"2.0"}), check=None, deadline=10.0)
    gated = replace(work, site=replace(work.site, migration=gate))
    released(gated)
    group = replace(gated.site.group, image="no-such-image")
    with pytest.raises(NotFound):
        operations.deploy(replace(gated, site=replace(gated.site, group=group)), "3.0")
    broken = Hook(call="exit 1", deadline=10.0, stops=True)
    hooked = replace(gated, site=replace(gated.site, hooks={Point.BEFORE_DEPLOY: (broken,)}))
    with pytest.raises(HookFailed):
        released(hooked, "3.0")
    for act in (lambda: operations.switch(gated), lambda: release.back(gated, options(gated))):
        with pytest.raises(Refused, match="past the point of no return"):
            act()
    operations.deploy(gated, "3.0")
    operations.switch(gated)
    assert gated.observe().live is Colour.BLUE


def test_a_forged_release_from_a_system_to_itself_is_none(work: Work) -> None:
    forge(work, "release", "2.0", "blue", "blue", version="2.0")
    with pytest.raises(Refused, match="no release is open"):
        release.resume(work, options(work))
