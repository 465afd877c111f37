import io
import json
import xml.etree.ElementTree as ET
from datetime import date

from matplotlib.text import Text
from rich.console import Console

from benchmarks.switch import chart, table
from benchmarks.switch.page import Setting, page
from benchmarks.switch.rows import row
from benchmarks.switch.run import Visitors
from tests.unit.benchmarks.samples import client, loss, recording, trial

ROWS = [
    row("ao switch", [trial(recording(client(), client()), requested_after=1.0)]),
    row("detach, then attach", [trial(recording(client("blue"), losses=(loss(2.0),) * 12))]),
    row("never seen", [trial(recording(first_green=None), failure="exit code 1: no")]),
]

KEYS = [
    "way",
    "switches",
    "requests",
    "lost",
    "retried",
    "first_new_median_s",
    "first_new_p95_s",
    "keepalive_followed",
    "keepalive_total",
]


def test_the_json_file_is_a_list_of_rows_with_the_promised_keys_first() -> None:
    rows = json.loads(table.document(ROWS))
    assert [list(row)[: len(KEYS)] for row in rows] == [KEYS] * 3
    assert rows[0]["way"] == "ao switch"
    assert rows[0]["first_new_median_s"] == 0.5
    assert rows[2]["first_new_median_s"] is None


def test_the_tables_have_a_line_a_way_with_what_it_lost() -> None:
    lines = table.markdown(ROWS).splitlines()
    assert len(lines) == 2 + len(ROWS)
    assert len({line.count("|") for line in lines}) == 1
    assert "| detach, then attach | 1 | 100 | 12 | 0 | 1.50 s |" in lines[3]
    assert "1 (1 failed)" in lines[4]

    console = Console(width=200, file=io.StringIO(), record=True)
    console.print(table.table(ROWS))
    assert "detach, then attach" in console.export_text()


def test_the_chart_names_each_way_and_what_was_lost() -> None:
    words = [text.get_text() for text in chart.draw(ROWS).findobj(Text)]
    for word in ("ao switch", "detach, then attach", "never seen", "12 of 100", "0 of 1"):
        assert word in words


def test_the_same_rows_make_the_same_picture() -> None:
    text = chart.svg(ROWS)
    assert ET.fromstring(text).tag.endswith("svg")
    assert text == chart.svg(ROWS)


def test_the_page_shows_table_and_chart_and_says_how_and_when_it_was_measured() -> None:
    setting = Setting(
        visitors=Visitors(new=40, kept=7),
        pool_provider="haproxy",
        address_provider="ovn",
        day=date(2026, 11, 23),
        cores=2,
        machine="Linux x86_64",
    )
    text = page(ROWS, setting)
    assert table.markdown(ROWS) in text
    assert "(switch.svg)" in text
    for word in ("2026-11-23", "2 cores", "40 requests a second", "7 Keep-Alive clients"):
        assert word in text.replace("\n", " ")
