"""Ao's own texts in Japanese."""

import gettext
import re
import time
from collections.abc import Iterable
from dataclasses import fields, replace
from importlib import import_module
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import translation

import ao_dashboard
from ao.apply.switch import drain
from ao.cloud import Lock
from ao.cloud.answers import Heard, Unreadable, understanding
from ao.colour import Colour
from ao.doctor.findings import Fate, warnings
from ao.errors import Forbidden
from ao.journal import (
    Begun,
    Ended,
    Heading,
    Invalid,
    InvalidEntry,
    Noted,
    Outcome,
    entry,
    sentences,
)
from ao.lock.holder import Claim, Holder
from ao.plan import plan
from ao.plan.facts import System
from ao.progress import Drained
from ao.release.plan import plan_stages
from ao.release.stage import Stage
from ao.site import DrainWay
from ao.site.autoscale import Effect
from ao.untrusted.text_format import UPGRADE, newer_format
from ao_dashboard import words
from ao_dashboard.bluegreen.notes import Notes
from ao_dashboard.texts import MEMBERS, TEXTS
from tests.unit import samples
from tests.unit.dashboard import sayings
from tests.unit.dashboard.test_effects import findings
from tests.unit.journal import test_entry as tested
from tests.unit.samples import POOL_SITE, SITE

STEPS = [kind for kind in plan.Step.__subclasses__() if kind.__module__ == plan.__name__]
PARTS = {
    "action": "UPDATE",
    "effect": Effect.BOTH,
    "colour": Colour.BLUE,
    "name": "ao-" + "shop-" * 20,
    "role": "preview",
    "size": 2,
    "version": "2.0",
}
ACTS = ("release", "deploy", "switch", "scale", "up", "down", "abort", "lock", "unlock")
PURPOSES = ("release 2.0", "deploy 2.0", "switch to green", "scale green to 3", "down green")
FAILING = (
    "operations.reconcile",
    "plan.alarms",
    "clock",
    "cloud.floating_ips",
    "cloud.alarms",
    "cloud.answers",
    "cloud.load_balancers",
    "cloud.lookup",
    "cloud.locks",
    "cloud.login",
    "cloud.metrics",
    "cloud.quotas",
    "cloud.software_configs",
    "cloud.servers",
    "cloud.stacks",
    "cloud.sdk_errors",
    "hooks.shell_command",
    "config.stored",
    "plan.facts",
    "apply.stack_wait",
    "plan.guard",
    "apply.stack_parameters",
    "lock.lock",
    "lock.lease",
    "hooks.migration",
    "plan.plan",
    "plan.quota",
    "release.open_releases",
    "site.names",
    "apply.steps",
    "apply.switch",
    "apply.switch.address",
    "apply.switch.load_balancer",
    "apply.switch.pool",
)
"""Modules whose errors the screen shows."""
TELLING = (
    "operations.reconcile",
    "operations.scale_in_hold",
    "doctor.kept_findings",
    "journal.journal",
    "lock.lock",
    "lock.lease",
    "cutover.measurement",
)
"""Modules that tell things on their way which the screen shows."""


def japanese(text: str) -> str:
    with translation.override("ja"):
        return words.spoken(text)


def unsaid(texts: Iterable[str]) -> dict[str, str]:
    """Texts that are left in English, or a part of them, and what they become."""
    said = {text: japanese(text) for text in texts}
    return {text: it for text, it in said.items() if text == it or english(it)}


def english(text: str) -> bool:
    """Whether two English words in a row are left; commands are in backticks."""
    return re.search(r"[a-z]+ [a-z]+", re.sub("`[^`]*`", "", text)) is not None


def holder(purpose: str, process: str = "ffffff.1.1.abcd", url: str = "") -> str:
    claim = Claim(who="shop", host="build7", purpose=purpose, process=process, url=url)
    port = Lock(
        id="port-id",
        name="ao-shop-lock",
        network_id="network-id",
        description=claim.text(0.0),
        revision=1,
        created=60.0,
        written=90.0,
        read=100.0,
    )
    return str(Holder.of(port))


@pytest.mark.parametrize("kind", STEPS)
def test_every_step_is_said_in_japanese(kind: type[plan.Step]) -> None:
    parts = {it.name: PARTS[it.name] for it in fields(kind) if it.name in PARTS}
    assert not unsaid([str(kind(**parts))])


@pytest.mark.parametrize("effect", Effect)
def test_what_alarms_may_do_is_said_in_japanese(effect: Effect) -> None:
    assert not unsaid([str(plan.SetAlarms(Colour.BLUE, effect))])


def test_pointing_to_nothing_is_said_in_japanese() -> None:
    assert not unsaid(map(str, (plan.PointProduction(None), plan.PointPreview(None))))


def test_every_obstacle_is_said_in_japanese() -> None:
    obstacles = set(sayings.returned(System.obstacle))
    assert "its group is empty" in obstacles
    assert not unsaid(obstacles)


def test_every_outcome_is_said_in_japanese() -> None:
    states = ("broken off", "skipped", "waiting", "waits for approval", "paused", "approved")
    assert not unsaid((*Outcome, *states, "stopped"))


def test_why_there_is_no_way_back_is_said_in_japanese() -> None:
    whys = (
        "2.0 on blue was switched back",
        "the journal does not tell what was live before blue",
        "blue has 2.0, and was deployed to since it was live",
        "blue has 2.1; 2.0 was live there",
    )
    cure = (
        "`ao history` tells what was live; `ao switch blue` makes blue live as it is, if that is "
        "what you want."
    )
    assert not unsaid((cure, *(f"there is no way back: {why}" for why in whys)))


def test_every_stage_is_said_in_japanese() -> None:
    assert not unsaid((*Stage, "switch back"))


def test_what_every_stage_will_do_is_said_in_japanese() -> None:
    for site in (samples.SITE, samples.POOL_SITE):
        planned = plan_stages(site, samples.whole(), "2.0", no_return=True)
        assert not unsaid(it.text for it in planned)


def test_every_act_and_what_a_lock_is_held_for_is_said_in_japanese() -> None:
    assert not unsaid((*ACTS, *PURPOSES))


@pytest.mark.parametrize("module", FAILING)
def test_every_error_with_its_cure_is_said_in_japanese(module: str) -> None:
    errors = set(sayings.errors(import_module(f"ao.{module}")))
    assert errors
    assert not unsaid(errors)


@pytest.mark.parametrize("module", TELLING)
def test_everything_that_is_told_on_the_way_is_said_in_japanese(module: str) -> None:
    told = set(sayings.notes(import_module(f"ao.{module}")))
    assert told
    assert not unsaid(told)


KEPT = "shop/2026-11-23T08:15:02.123Z"
INVALID = (
    "shop",
    "x" * 300,
    "SHOP/2026-11-23T08:15:02.123Z/-/note/m/x",
    "shop/never/-/note/m/x",
    f"{KEPT}/x/note/m/x",
    f"{KEPT}/-/7/m/x",
    f"{KEPT}/-/begun/m/7",
    f"{KEPT}/-/begun/m/up/a;b",
    f"{KEPT}/-/begun/m/up/2.0/red",
    f"{KEPT}/-/step ended/m/x/7",
    f"{KEPT}/-/checks/m/x",
    f"{KEPT}/-/verdict/m/7",
    f"{KEPT}/-/asked/m/7",
    f"{KEPT}/-/migration/m/2.0/7",
    f"{KEPT}/-/end/m/7",
)
"""Names of entries that break each of the journal's rules."""


def why(name: str) -> str:
    """Why the name of an entry is invalid."""
    with pytest.raises(Invalid) as caught:
        Heading.read(f"ao.journal/{name}")
    return str(caught.value)


def test_why_an_entry_is_left_out_is_said_in_japanese() -> None:
    whys = [why(name) for name in INVALID]
    heading = replace(tested.HEADING, kind="end", words=("done",))
    for event in (Noted(text="x" * 9), Ended(outcome=Outcome.FAILED), Begun(act="up")):
        text = entry.write("h", event).ljust(entry.CAP + 1) if event.kind == "note" else ""
        with pytest.raises(Invalid) as caught:
            entry.read("id", heading, text or entry.write("h", event))
        whys.append(str(caught.value))
    whys.append("x;y is no ID of a user")
    left_out = [InvalidEntry(id="1f0c", why=it) for it in whys]
    sited = [replace(it, site="shop") for it in left_out]
    assert not unsaid([*map(str, sited), *sentences(sited)])
    assert not unsaid([*map(str, left_out), *sentences(left_out)])


def test_everything_that_is_told_of_a_drain_is_said_in_japanese() -> None:
    notes = Notes()
    for left in (None, 3):
        text = drain._sentence(Colour.BLUE, left)
        notes.drained(Drained(seconds=1.0, left=left, text=text))
    text = "clients stay on blue until they close by themselves"
    notes.drained(Drained(seconds=0.0, left=None, text=text))
    assert len(notes.texts) == 3
    assert not unsaid(notes.texts)


def test_the_advice_of_the_doctor_is_said_in_japanese() -> None:
    moved = replace(SITE, drain=replace(SITE.drain, way=DrainWay.HOOK))
    found = [
        *warnings(POOL_SITE, findings(Fate.HANG, Fate.RESET, "amphora")),
        *warnings(moved, findings(Fate.KEEP, Fate.HANG, "ovn")),
    ]
    assert len(found) == 3
    assert not unsaid(found)


def test_a_state_keeps_the_word_that_octavia_has_for_it() -> None:
    assert japanese("NO_MONITOR") == "監視なし (NO_MONITOR)"
    assert not [state for state in MEMBERS if state not in japanese(state)]


def test_a_colour_is_said_in_both_languages() -> None:
    assert japanese("point production to green") == "本番を 緑 (green) に向ける"


def test_a_holder_is_said_with_what_it_holds_the_lock_for() -> None:
    assert japanese(holder("release 2.0")) == (
        "build7 の shop (2.0 のリリース)、1970-01-01T00:01:00Z から 1970-01-01T00:03:30Z まで"
    )
    assert japanese(holder("release 2.0", url="https://ci/7")).endswith("まで、https://ci/7")


def test_what_a_newer_version_wrote_is_said_with_the_version_that_is_needed() -> None:
    newer = newer_format('{"format": 99, "needs": "0.4.0"}', 1)
    later = newer_format('{"format": 99}', 1)
    things = ("stack ao-shop-blue", "floating IP 203.0.113.10")
    assert not unsaid(f"{thing} {it}" for thing in things for it in (newer, later))
    assert not unsaid((str(newer), str(later), UPGRADE))
    assert japanese(f"{holder('release 2.0', url='https://ci/7')}; the lock {newer}") == (
        "build7 の shop (2.0 のリリース)、1970-01-01T00:01:00Z から 1970-01-01T00:03:30Z まで、"
        "https://ci/7。このロックは新しい ao (形式 99) が書いたものです。"
        "このバージョンが読めるのは形式 1 までです。ao 0.4.0 に更新してください"
    )


def test_the_reason_of_somebody_stays_as_it_was_written() -> None:
    assert japanese(holder("release", process="")).startswith("build7 の shop (手動、release)、")


def test_an_error_inside_an_error_is_said_too() -> None:
    text = "waited 30 s for OpenStack to answer: cannot list the stacks: Bad Gateway (HTTP 502)"
    assert japanese(text) == (
        "OpenStack の応答を 30 秒待ちましたが、終わりませんでした: "
        "スタックの一覧を取得できません: Bad Gateway (HTTP 502)"
    )


def test_an_answer_that_is_none_is_said_too() -> None:
    heard = Heard(server="Heat", request="GET /stacks", status=200, body=b"<html>a page</html>")
    assert japanese(Unreadable(str(heard)).told("list the stacks").message) == (
        "スタックの一覧を取得できません: GET /stacks への Heat の応答を読み取れません (HTTP 200): "
        "<html>a page</html>"
    )
    with pytest.raises(Unreadable) as told, understanding("Keystone"):
        raise KeyError("token")
    assert japanese(told.value.told("log in").message) == (
        "ログインできません: Keystone の応答を読み取れません: KeyError('token')"
    )


def test_each_line_of_an_error_is_said_and_stays_in_its_place() -> None:
    text = "the project's quota is too small; nothing was changed:\n  cores: 2 more needed, 1 free"
    text += " (9 of 10 used)"
    first, second = japanese(text).splitlines()
    assert first == "プロジェクトのクォータが足りません。何も変更していません:"
    assert second == "  cores: あと 2 必要、空き 1 (10 中 9 使用)"


def test_an_error_is_told_with_its_cure() -> None:
    error = Forbidden("cannot list the locks: no role (HTTP 403)", cure="Run the command again.")
    with translation.override("ja"):
        assert words.told(error) == (
            "ロックの一覧を取得できません: no role (HTTP 403)。 もう一度実行してください。"
        )


def test_english_is_left_word_for_word() -> None:
    texts = {*sayings.returned(System.obstacle), holder("release 2.0"), "broken off"}
    with translation.override("en"):
        assert {words.spoken(text) for text in texts} == texts


def test_a_text_that_is_not_known_stays() -> None:
    assert japanese("something that Ao never said") == "something that Ao never said"


def test_a_template_says_a_thing_and_nothing_of_none() -> None:
    template = Template("{% load bluegreen %}{{ step|spoken }}{{ none|spoken }}{{ text|spoken }}")
    context = Context({"step": plan.Drain(Colour.BLUE), "none": None, "text": "<b>"})
    with translation.override("ja"):
        assert template.render(context) == "青 (blue) に残るクライアントを移す&lt;b&gt;"


def test_no_text_is_said_in_the_words_of_another_panel() -> None:
    path = Path(ao_dashboard.__file__).parent / "locale/ja/LC_MESSAGES/django.mo"
    with path.open("rb") as file:
        ours = gettext.GNUTranslations(file)
    with translation.override("ja"):
        others = {text: translation.gettext(text) for text in TEXTS}
    assert {text: ours.gettext(text) for text in TEXTS} == others


def test_long_and_deep_texts_stay_as_they_are_and_are_read_in_no_time() -> None:
    begin = time.process_time()
    for part in (": ", "waited 1 s for ", "x (y, by hand), since a until b, ", ", ", "cannot "):
        for head in ("", "cannot ", "the lock of ", "Taking over the lock of "):
            for length in (words.LONGEST, 4_000, 64_000):
                text = (head + part * length)[:length]
                assert japanese(text)
    assert time.process_time() - begin < 20
    assert japanese("cannot " + ": " * 32_000) == "cannot " + ": " * 32_000
