"""Files that are spoilt by mistake or to do harm, for the tests of what reads them."""

import re
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
    *(
        "Asia/../../etc/passwd",
        "/etc/passwd",
        "x" * 9_000 + "/y",
        "../../../dev/zero",
        "x/y",
        "daily 25:00",
    ),
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


def fuzzed(check: Callable[[bytes], None], files: st.SearchStrategy[bytes], count: int) -> None:
    """Have so many files checked."""
    profile = settings(
        max_examples=count,
        suppress_health_check=list(HealthCheck),
        phases=settings.default.phases,
    )
    profile(given(files)(check))()


KINDS = {"bytes": spoilt_bytes, "values": spoilt_values}
"""Ways to spoil a file, by their names."""
