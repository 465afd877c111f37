"""Files with anything in them: each is read, or refused in few words that name the line.

`--fuzz N` tries N files of each kind instead of a few, and others each time with
`--hypothesis-profile=search`.
"""

import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ao import config
from ao.colour import Colour
from ao.config.loading import _site
from ao.config.site_file import SiteFile
from ao.config.stored import Document, left_out, taken, unknown
from ao.errors import AoError, ConfigError
from ao.message.translation import Language
from ao.plan import alarms
from ao.site import Site
from ao.site.autoscale import Engine
from ao.timetable import procedure_file, tables, timetable_json
from ao.timetable.fit import fit
from ao.timetable.schedule import schedule
from ao.visit import Answer, NoAnswer, colour_of
from ao.window import window

EXAMPLES = Path(__file__).parents[3] / "examples"
SHOP = EXAMPLES / "shop"
PROCEDURES = [EXAMPLES / "timetable" / name for name in ("conventional.yaml", "bluegreen.yaml")]
LINE = 700
"""Characters of a line of a message; the path of the file is among them."""
LINES = 25

WHOLE = f"""{(SHOP / "ao.yaml").read_text()}
approve: manual
autoscale:
  min: 1
  max: 4
  out: {{cpu: 70%, for: 1m, by: 1}}
  in: {{query: "sum(x)", below: 20, for: 5m}}
  cooldown: 2m
deadlines: {{build: 15m, serve: 5m, switch: 60s}}
drain: {{way: after, quiet: 2s, deadline: 60s}}
network: {{blue: 10.42.1.0/24, green: 10.42.2.0/24, dns: [192.0.2.53]}}
window:
  every: [Sun 23:00, "RRULE:FREQ=MONTHLY;BYDAY=2SU;BYHOUR=23"]
  length: 15m
  timezone: Asia/Tokyo
  freezes:
    - {{from: 2026-12-24, to: 2026-12-26 06:00, reason: year end}}
    - {{every: Fri 18:00, length: 60h, reason: weekend}}
watch:
  for: 10m
  error_rate: 1%
  latency_p95: 2x
  prometheus:
    - {{name: errors, url: "http://p.example", query: "sum(x)", above: 0.05, for: 30s}}
checks:
  deadline: 5m
  all:
    - name: home page
      http: {{path: /, status: 200, header: {{X-Ao-Version: "^$AO_VERSION$"}}, body: "<title>"}}
    - {{name: smoke, command: "true", timeout: 10s, retries: 2, pause: 1s}}
hooks:
  before_switch: [{{webhook: "https://hooks.example", secret_env: HOOK_SECRET, deadline: 30s}}]
notify: [{{webhook: "https://chat.example", events: [end]}}]
logout: {{command: "true", notice: 10m}}
migration: {{one_way: ["3.0"], deadline: 30s}}
standby: {{after: shrink, size: 1}}
journal: {{keep: 50}}
"""
"""A site file with values in each of its parts."""

TOKENS = [
    *(b"\xff", b"\xc3", b"\0", b"\x1b", b"\x7f", b"\xc2\x85", b"\xef\xbb\xbf", b"\xe2\x80\xae"),
    *(b"[" * 5_000, b"{a: " * 3_000, b"- " * 3_000, b"? [a]\n", b"? {a: b}\n", b"a: " * 50),
    *(b"&a [*a]", b"*a", b"*nobody", b"<<: {a: b}\n", b"<<: [1]\n", b"<<: x\n"),
    *(b"9" * 5_000, b"1" + b"0" * 400, b"0x" + b"f" * 5_000, b"-1", b"0", b"1.0e-300", b"1e999"),
    *(b".inf", b"-.inf", b".nan", b"190:20:30.15", b"1_000", b"0o17", b"1.0e+308"),
    *(b"2026-02-30", b"0000-00-00", b"9999-12-31", b"0001-01-01", b"2026-01-01 00:00:00+99:99"),
    *(b"9999-12-31T23:59:59Z", b"9999-12-31 23:59", b"null", b"~", b"true", b"[]", b"{}", b'""'),
    *(b"!!int x", b"!!float x", b"!!bool x", b"!!timestamp x", b"!!binary \xc3\xa4", b"!x y"),
    *(b"!!python/object:os.system x", b"!!set {a}", b"!!omap [a: b]", b"!!pairs [a]"),
    *(b'"\\ud800"', b'"\\0"', b'"\\x1b[2J"', b"'", b'"', b"|", b">", b"%YAML 9.9\n", b"---\n"),
    *(b"x" * 70_000, b"\xe9\x9d\x92" * 5_000, b"\n" * 50, b"\t", b"#", b": ", b"\r", b"(", b"()"),
    *(b"(a|a)*$", b"999999999h", b"1e5s", b"99999d", b"365d", b"24:00", b"Mon-Sun 24:00"),
    *(b"RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", b"RRULE:FREQ=SECONDLY", b"Asia/../../etc"),
]
"""What stands in files by mistake, or to do harm."""
VALUES = [
    *(None, True, [], {}, "", "\0", "\x1b[2J", "\u202e", "x" * 70_000, "青" * 5_000, b"\xff"),
    *(-1, 0, 1, 10**18, 10**400, -(10**19), 0.5, 1e308, 5e-324, float("inf"), float("nan")),
    *(date(9999, 12, 31), date(1, 1, 1), datetime(9999, 12, 31, 23, 59, tzinfo=UTC), date.max),
    *(["x"] * 300, {"a": {"b": {"c": {}}}}, {1: 2}, {None: None}, {"x" * 5_000: 1}, [[[[]]]]),
    *(
        "(",
        "()",
        "(a|a)*(b)$",
        "(blue)?",
        "(?i)(blue|green)",
        r"(\N{DIGIT ONE})",
        "[$AO_VERSION-a]",
    ),
    *("1.0e-300", 1e-300, "999999999h", "365d", "0s", "1s", "31622400s", "100%", "999999999%"),
    *("9999-12-31", "9999-12-31 23:00", "2199-12-31 23:59", "0000-01-01 00:00", "23:59", "24:00"),
    *("Asia/../../etc/passwd", "/etc/passwd", "../../../dev/zero", "x/y", "daily 25:00"),
    *("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "http://[", "http://a:99999", "http://\0"),
    *({"from": 0, "to": "365d"}, {"median": 1e-300, "p95": "31622400s"}, {"measured": [1e-300]}),
    *("decision", ["decision"], ["a", "b"], {"en": "x"}, {"en": "\x1b" * 90, "ja": "青"}),
]
"""What a value may be replaced by."""


@st.composite
def spoilt_bytes(draw: st.DrawFn, whole: list[bytes]) -> bytes:
    """A file of which some bytes are others."""
    data = draw(st.sampled_from(whole))
    for _ in range(draw(st.integers(1, 3))):
        starts = [0, *(it.end() for it in re.finditer(rb"\n *|: |- |\[|\{|, ", data))]
        at = draw(st.sampled_from(starts) | st.integers(0, len(data)))
        rest = draw(st.sampled_from(["all", "value", "some", "none"]))
        piece = draw(st.sampled_from(TOKENS) | st.binary(max_size=4))
        ends = {
            "all": at,
            "value": next(it.start() for it in re.finditer(rb"[\n,}\]]|\Z", data[at:])) + at,
            "some": at + 3,
            "none": len(data),
        }
        data = data[:at] + piece + data[ends[rest] :]
    return data


@st.composite
def spoilt_values(draw: st.DrawFn, whole: list[bytes]) -> bytes:
    """A file of which some values and keys are others."""
    data = yaml.safe_load(draw(st.sampled_from(whole)))
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(list(_places(data))))
        if draw(st.booleans()) and isinstance(holder, dict) and draw(st.booleans()):
            holder[draw(st.sampled_from(["\x1b", "x" * 5_000, 1, None, "<<"]))] = holder.pop(key)
        elif draw(st.integers(0, 9)) == 0:
            del holder[key]
        else:
            holder[key] = deepcopy(draw(st.sampled_from(VALUES)))
    return yaml.safe_dump(data, allow_unicode=draw(st.booleans())).encode("utf-8", "surrogatepass")


def _places(data: Any) -> Any:
    inner = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in list(inner):
        yield data, key
        if isinstance(value, dict | list):
            yield from _places(value)
    if not data:
        yield {"none": None}, "none"


def told(path: Path, error: AoError) -> None:
    """See an error that helps: short, without control characters, and with the line."""
    lines = str(error.message).split("\n")
    assert len(lines) <= LINES
    assert all(len(it) <= LINE + len(str(path)) for it in lines), max(lines, key=len)[:3_000]
    assert "".join(lines).isprintable()
    assert re.match(rf"{re.escape(str(path))}:[0-9]+: |cannot read ", lines[0]), lines[0]


def fuzzed(check: Callable[[bytes], None], files: st.SearchStrategy[bytes], count: int) -> None:
    profile = settings(
        max_examples=count,
        suppress_health_check=list(HealthCheck),
        phases=settings.default.phases,
    )
    profile(given(files)(check))()


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    """How many files of a kind are tried."""
    return int(request.config.getoption("--fuzz"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(SHOP / "user-data.sh", tmp_path)
    return tmp_path


KINDS = {"bytes": spoilt_bytes, "values": spoilt_values}


def test_the_file_that_is_spoilt_is_whole(folder: Path) -> None:
    (folder / "ao.yaml").write_text(WHOLE)
    use(config.load(folder / "ao.yaml"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_site_file_is_read_or_refused_by_line(kind: str, folder: Path, count: int) -> None:
    path = folder / "ao.yaml"

    def check(data: bytes) -> None:
        path.write_bytes(data)
        try:
            site = config.load(path)
        except ConfigError as error:
            told(path, error)
        else:
            use(site)

    fuzzed(check, KINDS[kind]([WHOLE.encode(), (SHOP / "ao.yaml").read_bytes()]), count)


def use(site: Site) -> None:
    """Work out what a site's values are used for, in bounded time."""
    began = time.process_time()
    if site.autoscale:
        for engine in Engine:
            alarms.parameters(site, Colour.BLUE, engine, 2)
    moment = datetime(2026, 11, 29, tzinfo=UTC).timestamp()
    window.next_opening(site.window, moment)
    str(window.outside(site.window, moment))
    answer = Answer(status=200, headers={"x-ao-colour": "blue"}, body="aaaaaaaaaaaaaaaaaaaaaaaaa!")
    with suppress(NoAnswer):
        colour_of(answer, site.identify)
    document = Document.model_validate_json(site.source)
    assert not unknown(document.site_file)
    file = SiteFile.model_validate({**taken(document.site_file), "user_data": "user-data"})
    _site(file, None, document.user_data, site.source, left_out(document.site_file))
    assert time.process_time() - began < 5


@pytest.mark.parametrize("kind", KINDS)
def test_a_timetable_is_read_or_refused_by_line(kind: str, tmp_path: Path, count: int) -> None:
    path = tmp_path / "release.yaml"

    def check(data: bytes) -> None:
        path.write_bytes(data)
        try:
            procedure = procedure_file.load(path)
        except ConfigError as error:
            told(path, error)
            return
        for one in (procedure, procedure.trimmed):
            plan = schedule(one)
            for language in Language:
                tables.timetable(plan, language)
                list(tables.notes(plan, language))
            timetable_json.timetable(plan)
        found = fit(procedure, schedule(procedure).closes, runs=50)
        tables.fit(found, procedure, procedure.opening)
        timetable_json.fit(found, procedure.opening)

    fuzzed(check, KINDS[kind]([it.read_bytes() for it in PROCEDURES]), count)
