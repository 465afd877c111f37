"""Commands in the reader's language: what people read differs, what programs read does not."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from ao import config
from ao.commands.app import Ao
from ao.message import translation
from ao.work import Work
from tests.unit.operations.sites import start

SHOP = Path(__file__).parents[3] / "examples" / "shop" / "ao.yaml"
TIMETABLES = SHOP.parents[1] / "timetable"
BLUEGREEN, CONVENTIONAL = (str(TIMETABLES / f"{it}.yaml") for it in ("bluegreen", "conventional"))
STORY = (
    ("up",),
    ("up",),
    ("status",),
    ("sites",),
    ("adopt", "ao-shop"),
    ("adopt", "nothing"),
    ("deploy", "2.0"),
    ("deploy", "no version"),
    ("plan", "release", "3.0"),
    ("plan", "up"),
    ("preview",),
    ("maintenance", "on"),
    ("maintenance", "off"),
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
    ("back", "--no-probe"),
    ("release", "continue"),
    ("release", "5.0", "--until", "deploy", "--no-probe", "-f", "json"),
    ("abort", "-f", "json"),
    ("watch", "-f", "json"),
    ("history",),
    ("history", "--invalid"),
    ("show",),
    ("init",),
    ("schema",),
    ("certificate", "show"),
    ("certificate", "renew"),
    ("doctor", "--last"),
    ("doctor", "--clean"),
    ("probe", "nowhere"),
    ("report", "nothing.json"),
    ("timetable", CONVENTIONAL),
    ("timetable", "compare", CONVENTIONAL, BLUEGREEN),
    ("timetable", "fit", CONVENTIONAL, "--runs", "100"),
    ("disown", "--yes"),
    ("down", "--yes"),
    ("status",),
    ("sites",),
)
"""Commands of a site's life, with some that are refused."""
FORMATS = [("-f", it) for it in ("json", "yaml", "csv", "value")]
LISTING = frozenset(
    {
        *("deploy", "doctor", "history", "maintenance", "plan", "preview", "probe", "scale"),
        *("show", "sites", "status", "switch", "timetable", "up"),
    }
)
"""Commands that end with a table."""
VARIES = re.compile(
    r"\d{8}-\d{4}-[0-9a-f]{16}"
    r"|\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?"
    r"|[0-9a-f]{16}\.\d+\.\d+\.[0-9a-f]{16}|(?:\d+m )?\d+(?:\.\d+)?s\b|\d+\.\d+"
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


def _format(line: tuple[str, ...], output: tuple[str, ...]) -> tuple[str, ...]:
    """The format of a command's table; cliff writes no CSV of one thing."""
    if line[0] not in LISTING and line != ("certificate", "show"):
        return ()
    return ("-f", "value") if output[-1:] == ("csv",) and {"fit", "probe"} & {*line} else output


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
            codes.append(Ao().run(["--config", str(SHOP), *line, *_format(line, output)]))
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
    assert "cannot represent" not in english.errors
    assert japanese.output == english.output
    assert japanese.names == english.names
    assert not [text for text in japanese.texts if JAPANESE.search(text)]


def test_every_command_has_its_part_in_the_story() -> None:
    commands = {tuple(it.name.split("_")) for it in entry_points(group="ao.commands")}
    assert not [it for it in commands if it not in {line[: len(it)] for line in STORY}]


def headers(told: Told) -> Iterator[str]:
    """Names of the columns of each table."""
    for output in told.output:
        lines = output.splitlines()
        if lines and lines[0].startswith("+-"):
            yield from (name.strip() for name in lines[1].strip("|").split("|"))


def test_people_read_tables_in_their_language(tell: Tell) -> None:
    english, japanese = tell("C", ()), tell("ja", ())
    assert {"System", "Role", "Last act", "Outcome", "Stage", "Field"} <= {*headers(english)}
    assert not JAPANESE.search("".join(english.output))
    assert {it for it in headers(japanese) if not JAPANESE.search(it)} <= {"", "ID", "URL"}
    cells = {cell.strip() for it in japanese.output for cell in re.split(r"[|\n]", it)}
    assert {"待機系", "準備完了", "青 (blue)", "青の稼働"} <= cells


def test_the_first_files_are_told_in_the_language_of_the_user(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("LANGUAGE", "ja")
    translation.of_environment.cache_clear()
    assert Ao().run(["--config", str(tmp_path / "ao.yaml"), "init"]) == 0
    translation.of_environment.cache_clear()
    *written, last = capsys.readouterr().out.splitlines()
    assert len(written) == 2
    assert all(line.endswith(" に書き出しました") for line in written)
    assert last.endswith("`ao up` を実行してください。")


def test_people_are_told_in_their_language(tell: Tell) -> None:
    english, japanese = tell("C", ()).errors, tell("ja", ()).errors
    assert "cannot be a version" in english
    assert "バージョンにできません" in japanese
    assert not JAPANESE.search(english)
    left = re.sub(r"`[^`]*`", "", japanese)
    assert not re.findall(r"^ao: [ -~]*$", left, re.MULTILINE)
