"""Commands in the reader's language: what people read differs, what programs read does not."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from ao import config
from ao.commands.app import Ao
from ao.commands.deploy import Deploy
from ao.commands.history import History
from ao.commands.lock import Lock
from ao.commands.plan import PlanRelease
from ao.commands.release import Abort, Approve, Back, Continue, Pause, Release
from ao.commands.scale import Scale
from ao.commands.show import Show
from ao.commands.sites import Sites
from ao.commands.status import Status
from ao.commands.switch import Switch
from ao.commands.unlock import Unlock
from ao.commands.up import Up
from ao.message import translation
from ao.work import Work
from tests.unit.operations.sites import start

SHOP = Path(__file__).parents[3] / "examples" / "shop" / "ao.yaml"
COMMANDS = {
    "abort": Abort,
    "approve": Approve,
    "back": Back,
    "deploy": Deploy,
    "history": History,
    "lock": Lock,
    "pause": Pause,
    "plan release": PlanRelease,
    "release": Release,
    "release continue": Continue,
    "scale": Scale,
    "show": Show,
    "sites": Sites,
    "status": Status,
    "switch": Switch,
    "unlock": Unlock,
    "up": Up,
}
STORY = (
    ("up",),
    ("up",),
    ("status",),
    ("sites",),
    ("deploy", "2.0"),
    ("deploy", "no version"),
    ("plan", "release", "3.0"),
    ("scale", "blue", "0"),
    ("switch", "--no-probe"),
    ("switch", "green", "--no-probe"),
    ("history",),
    ("show",),
    ("lock", "--reason", "an audit"),
    ("deploy", "4.0"),
    ("status",),
    ("unlock",),
    ("approve",),
    ("abort",),
    ("pause",),
    ("back",),
    ("release", "continue"),
    ("history",),
)
"""Commands of a site's life, with some that are refused."""
FORMATS = [("-f", it) for it in ("json", "yaml", "csv", "value")]
LISTING = frozenset(
    {"deploy", "history", "plan", "scale", "show", "sites", "status", "switch", "up"}
)
"""Commands that end with a table."""
VARIES = re.compile(
    r"\d{8}-\d{4}-[0-9a-f]{16}"
    r"|\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?"
    r"|[0-9a-f]{16}\.\d+\.\d+\.[0-9a-f]{16}|\d+\.\d+"
)
"""What differs from run to run: IDs, moments, marks of processes, times."""
JAPANESE = re.compile(r"[\u3040-\u9fff]|\\u(?:3[0-9a-f]|[4-9][0-9a-f])[0-9a-f]{2}")
"""A character of Japanese, as it is or as JSON writes it."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the commands of the story came to in a language."""

    exit_codes: list[int]
    output: list[str]
    """What each wrote to standard output, for programs."""
    errors: str
    """What all wrote to standard error, for people."""
    names: list[str]
    """Names of the journal's entries."""
    texts: list[str]
    """Texts of these."""


Tell = Callable[[str, tuple[str, ...]], Told]


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Tell]:
    """Run the story in a language, with a format of the tables."""

    def tell(language: str, output: tuple[str, ...]) -> Told:
        work = start(config.load(SHOP), providers=("haproxy",))
        monkeypatch.setattr("ao.cloud.connect", lambda name: work.cloud)
        monkeypatch.setattr("ao.work.Work", partial(Work, clock=work.clock, visit=work.visit))
        monkeypatch.setenv("LANGUAGE", language)
        translation.of_environment.cache_clear()
        capsys.readouterr()
        codes, written, errors = [], [], ""
        for line in STORY:
            app = Ao()
            for name, command in COMMANDS.items():
                app.command_manager.add_command(name, command)
            codes.append(
                app.run(["--config", str(SHOP), *line, *(output if line[0] in LISTING else ())])
            )
            out, err = capsys.readouterr()
            written.append(VARIES.sub("…", out))
            errors += err
        records = work.cloud.software_configs.all("ao.journal/")
        return Told(
            exit_codes=codes,
            output=written,
            errors=errors,
            names=[VARIES.sub("…", it.name) for it in records],
            texts=[work.cloud.software_configs.read(it) for it in records],
        )

    yield tell
    translation.of_environment.cache_clear()


@pytest.mark.parametrize("output", FORMATS, ids=lambda it: it[1])
def test_what_programs_read_is_the_same_in_every_language(
    tell: Tell, output: tuple[str, ...]
) -> None:
    english, japanese = tell("C", output), tell("ja", output)
    assert any(english.output)
    assert len(set(english.exit_codes)) > 2
    assert japanese.exit_codes == english.exit_codes
    assert japanese.output == english.output
    assert japanese.names == english.names
    assert not [text for text in japanese.texts if JAPANESE.search(text)]


def test_people_are_told_in_their_language(tell: Tell) -> None:
    english, japanese = tell("C", ()).errors, tell("ja", ()).errors
    assert "cannot be a version" in english
    assert "バージョンにできません" in japanese
    assert not JAPANESE.search(english)
    left = re.sub(r"`[^`]*`", "", japanese)
    assert not re.findall(r"^ao: [ -~]*$", left, re.MULTILINE)
