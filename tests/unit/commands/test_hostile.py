"""What a member of the project writes into the cloud acts on nobody's terminal."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest
from rich.console import Console

from ao import config, fake, progress
from ao.colour import Colour
from ao.commands import systems_table
from ao.commands.app import Ao
from ao.commands.deploy import Deploy
from ao.commands.doctor import Doctor
from ao.commands.history import History
from ao.commands.lock import Lock
from ao.commands.progress_lines import LineProgress, NoteProgress
from ao.commands.progress_tree import TreeProgress
from ao.commands.release import Abort, Back, Continue, Release
from ao.commands.show import Show
from ao.commands.sites import Sites
from ao.commands.status import Status
from ao.commands.switch import Switch
from ao.commands.timetable import Fit
from ao.commands.unlock import Unlock
from ao.errors import AoError
from ao.operations import reconcile
from ao.plan.plan import FollowStack
from ao.progress import Note, StackRead, StepFinished, StepStarted
from ao.work import Work
from tests.unit.operations.sites import start
from tests.unit.samples import resource, stack

SHOP = Path(__file__).parents[3] / "examples" / "shop" / "ao.yaml"
COMMANDS = {
    "abort": Abort,
    "back": Back,
    "deploy": Deploy,
    "doctor": Doctor,
    "history": History,
    "lock": Lock,
    "release": Release,
    "release continue": Continue,
    "show": Show,
    "sites": Sites,
    "status": Status,
    "switch": Switch,
    "timetable fit": Fit,
    "unlock": Unlock,
}
ESCAPE = "\x1b[2J\x1b[31mPWNED\x1b]0;title\x07\x9b2J\u202e\r"
FAKED = f"{ESCAPE}\nao: production is fine"
ID = "20261123-0815-fff"
TIME = "2026-11-23T08:15:02.000Z"
Run = Callable[..., str]


def mallory(work: Work) -> fake.Cloud:
    return fake.Cloud(openstack=work.cloud.openstack, user=f"mallory{ESCAPE}")


def forge(work: Work, kind: str, *words: str, release: str = ID, **told: object) -> None:
    """Keep an entry by hand."""
    name = "/".join(quote(it, safe=" ") for it in (kind, f"mal{ESCAPE}", *words))
    text = json.dumps({"host": f"h{ESCAPE}", "event": {"kind": kind, **told}})
    mallory(work).software_configs.add(f"ao.journal/shop/{TIME}/{release}/{name}", text)


def sound(work: Work) -> None:
    """Entries that only tell too much."""
    words = ("release", "9.9", "blue", "green", f"why{FAKED}")
    begun = {"act": "release", "version": "9.9", "old": "blue", "new": "green"}
    forge(work, "begun", *words, **begun, reason=FAKED, plan=[FAKED], url=FAKED)
    forge(work, "step begun", FAKED, step=FAKED)
    forge(work, "step ended", FAKED, "done", step=FAKED, seconds=3e7, why=FAKED)
    forge(work, "checks", "0", "1", results=[check()])
    forge(work, "verdict", "keep", verdict="keep", why=FAKED)
    forge(work, "override", FAKED, what=FAKED, reason=FAKED)
    forge(work, "take-over", FAKED, holder=FAKED, why=FAKED)
    forge(work, "asked", "abort", ask="abort", reason=FAKED)
    forge(work, "note", FAKED, text=FAKED)
    forge(work, "moved", FAKED, where=FAKED)
    forge(work, f"{ESCAPE}", FAKED)


def check() -> dict[str, object]:
    return {"name": FAKED, "passed": False, "seconds": 1, "why": FAKED}


def broken(work: Work) -> None:
    """Entries that break the rules."""
    forge(work, "begun", f"release{ESCAPE}", FAKED, FAKED, FAKED, act=FAKED)
    forge(work, "begun", "release", "9.9", "blue", "green", act=FAKED, version=FAKED)
    forge(work, "step ended", "deploy", "done", step="deploy", seconds=1e300)
    forge(work, "end", FAKED, outcome=FAKED)
    forge(work, "note", "x", release=FAKED.replace("/", ""), text="x")
    mallory(work).software_configs.add(f"ao.journal/shop/{ESCAPE}", FAKED)
    mallory(work).software_configs.add("ao.journal/shop/" + "x" * 5000, "x")


def locked(work: Work, **told: object) -> None:
    """Take the lock by hand, with a description by hand."""
    found = work.cloud.stacks.resources(work.cloud.stacks.get("ao-shop"))
    network = next(it.physical_id for it in found if it.name == "lock_network")
    claim = dict.fromkeys(("who", "host", "purpose", "process", "url"), f"x{ESCAPE}")
    description = json.dumps(claim | {"lease": 3600} | told, ensure_ascii=False)[:255]
    mallory(work).locks.take(network, f"ao-shop-lock{ESCAPE}", description)


def tagged(work: Work) -> None:
    """Give all stacks of the site words by hand."""
    for it in work.cloud.openstack.project("shop").heat.tops():
        it.tags = frozenset(
            f"ao:version={FAKED}" if tag.startswith("ao:version=") else tag for tag in it.tags
        ) | {f"ao:site={ESCAPE}", f"ao:colour={ESCAPE}"}


def examined(work: Work) -> None:
    """Findings by hand."""
    effect = {"fate": "keep", "fates": {"keep": 1}, "lost": 10**12, "sent": 0, "gap": 3e7}
    told = {"at": 1e9, "provider": f"haproxy{FAKED}"}
    findings = told | dict.fromkeys(("reload", "pool", "address"), effect)
    mallory(work).software_configs.add("ao-shop-doctor", json.dumps(findings))


HOSTILE: dict[str, Callable[[Work], None]] = {
    "journal": sound,
    "broken journal": broken,
    "lock": locked,
    "lock for ever": lambda work: locked(work, lease=9e9),
    "lock that cannot be read": lambda work: locked(work, lease=ESCAPE),
    "tags": tagged,
    "findings": examined,
}
LINES = (
    ("sites",),
    ("status",),
    ("history",),
    ("history", "-f", "value"),
    ("history", "-f", "csv"),
    ("history", "-f", "json"),
    ("show",),
    ("show", ID),
    ("show", ID, "-f", "value"),
    ("show", ID, "-f", "csv"),
    ("show", ID, "-f", "json"),
    ("doctor", "--last"),
    ("timetable", "fit", "--from-history", "shop"),
    ("deploy", "2.0"),
    ("switch", "--no-probe"),
    ("release", "2.0", "--no-probe", "--until", "deploy"),
    ("release", "continue", "--no-probe"),
    ("abort", "--no-probe"),
    ("back", "--no-probe"),
    ("lock", "--reason", "an audit"),
    ("unlock", "--force", "--reason", "they left"),
)


@pytest.fixture
def work() -> Work:
    """Work on the demo shop, which is built."""
    work = start(config.load(SHOP), providers=("haproxy",))
    reconcile.up(work)
    return work


@pytest.fixture
def run(work: Work, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command to its end; what it wrote."""
    monkeypatch.setattr("ao.cloud.connect", lambda name: work.cloud)
    monkeypatch.setattr("ao.work.Work", partial(Work, clock=work.clock, visit=work.visit))

    def run(*arguments: str) -> str:
        app = Ao()
        for name, command in COMMANDS.items():
            app.command_manager.add_command(name, command)
        try:
            app.run(["--config", str(SHOP), *arguments])
        except AoError as error:
            return str(error)
        written = capsys.readouterr()
        return written.out + written.err

    return run


def acting(text: str) -> list[str]:
    """What of a text acts on a terminal, or looks like a line of Ao's own."""
    return [
        *re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text),
        *re.findall(r"^ao: production is fine", text, re.MULTILINE),
        *re.findall(r"Traceback", text),
    ]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_no_command_writes_what_acts(
    run: Run, work: Work, hostile: str, line: tuple[str, ...]
) -> None:
    HOSTILE[hostile](work)
    assert acting(run(*line)) == []


def test_what_is_left_out_is_told_where_the_journal_is_read(run: Run, work: Work) -> None:
    broken(work)
    for line in (("history",), ("show",), ("sites",), ("release", "continue")):
        told = run(*line)
        assert "breaks its rules and is left out" in told
        assert "`openstack software config delete" in told


def test_a_version_that_is_not_known_is_told(run: Run, work: Work) -> None:
    assert "is not known" not in run("status")
    tagged(work)
    assert "The version of blue is not known: its stack has no tag that tells one." in run("status")


def test_a_lock_by_hand_lasts_a_year_at_most(run: Run) -> None:
    assert "a lock lasts 8784h 0m at most" in run("lock", "--reason", "x", "--for", "9000h")
    assert "Locked site shop" in run("lock", "--reason", "x", "--for", "8784h")


STEP = FollowStack(FAKED, FAKED)
MARKUP = "[/nothing] [bold]x[/bold] :smile:"


@pytest.mark.parametrize("listener", [NoteProgress, LineProgress, TreeProgress])
def test_no_progress_shows_what_acts(
    listener: type[NoteProgress], capsys: pytest.CaptureFixture[str]
) -> None:
    told = listener()
    told.emit(StepStarted(STEP))
    built = (replace(resource(FAKED, "any", "id"), status="CREATE_FAILED"),)
    told.emit(StackRead(stack(f"ao-shop{ESCAPE}", "UPDATE_IN_PROGRESS"), built))
    told.emit(progress.Status(FAKED))
    told.emit(Note(ESCAPE))
    told.emit(Note(MARKUP))
    told.emit(StepFinished(STEP, 1.0))
    if isinstance(told, TreeProgress):
        told.close()
    written = capsys.readouterr().err
    assert acting(written) == []
    assert MARKUP in written


def test_the_tree_shows_nothing_that_acts() -> None:
    tree = TreeProgress()
    screen = Console(width=100, record=True, markup=False)
    tree.emit(StepStarted(STEP))
    tree.emit(StackRead(stack(f"ao-shop{ESCAPE}", "UPDATE_IN_PROGRESS"), ()))
    tree.emit(progress.Status(ESCAPE))
    with screen.capture() as shown:
        screen.print(tree._tree())
    tree.close()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown.get())


def test_an_error_quotes_nothing_that_acts() -> None:
    error = AoError(f"stack x is CREATE_FAILED:\n  {ESCAPE}", cure=ESCAPE)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", f"{error}{error.message}")
    assert error.message.splitlines()[0] == "stack x is CREATE_FAILED:"


def test_four_thousand_hostile_entries_are_listed_in_no_time(run: Run, work: Work) -> None:
    for n in range(2000):
        forge(work, "step begun", f"{n}{ESCAPE}", step="x")
        mallory(work).software_configs.add(f"ao.journal/shop/{n}{ESCAPE}", "")
    begin = time.process_time()
    told = run("history")
    assert time.process_time() - begin < 20
    assert "1997 more of the journal's entries break its rules" in told


def test_the_systems_of_a_site_are_listed_whatever_their_tags_say(work: Work) -> None:
    tagged(work)
    facts = work.observe()
    assert [row[2] for row in systems_table.rows(work.site, facts)] == ["-", "-"]
    assert facts.live is Colour.BLUE
