"""However much a member of the project writes into the cloud, a page stays one that loads."""

import re
from dataclasses import replace
from unittest import mock

from ao.operations.overview import overview
from tests.unit.dashboard.forged import BEGUN, ForgedTest, begun, name, text

LONG = "x" * 65_536
THOUSANDS = 1_000
MOST = 400_000
"""Bytes that a page has at most; Horizon's own frame is some tens of thousands of them."""


def release_id(number: int) -> str:
    return f"20991123-0815-{number:05x}"


class BoundsTest(ForgedTest):
    def holds(self, view: str, *args: str) -> str:
        """A page that is not too long, and stands as others do."""
        told = self.stands(view, *args)
        assert len(told.encode()) < MOST
        return told

    def test_thousands_of_operations_fill_no_page(self) -> None:
        entries = [
            (name("begun", "m" * 200, *BEGUN.values(), "r" * 200, release=release_id(it)), "")
            for it in range(THOUSANDS)
        ]
        with self.kept(*entries):
            told = self.holds("now", "shop")
            assert len(re.findall("<tr>", told)) <= 25
            self.holds("rows")
            self.holds("action", "shop", "abort")

    def test_thousands_of_steps_fill_no_page(self) -> None:
        steps = [
            (name("step begun", "m", f"step {it}", at=f"2099-11-23T08:15:02.{it:03}Z"), "")
            for it in range(999)
        ]
        with self.kept(begun(*BEGUN.values()), *steps):
            told = self.holds("now", "shop")
        assert told.count("<li class=") <= 80
        assert "939 earlier steps are not shown." in told
        assert "step 998" in told

    def test_long_texts_fill_no_page(self) -> None:
        entries = [
            (
                name("override", "m", "x", release=release_id(it)),
                text("override", what=LONG, reason=LONG),
            )
            for it in range(50)
        ]
        notes = [(name("note", "m", "x", release="-"), text("note", text=LONG))] * 50
        with self.kept(*entries, *notes):
            assert "x" * 1_000 not in self.holds("now", "shop")

    def test_entries_of_thousands_of_sites_fill_no_page(self) -> None:
        with self.kept(*((name("", "m", site=f"site-{it}"), "") for it in range(THOUSANDS))):
            for view, args in (("rows", ()), ("now", ("shop",))):
                assert len(re.findall(r"site-[0-9]+", self.holds(view, *args))) < 20

    def test_thousands_of_sites_fill_no_page(self) -> None:
        found = overview(self.cloud)
        sites = [replace(found.sites[0], name=f"site-{it}") for it in range(THOUSANDS)]
        many = replace(found, sites=tuple(sites), unknown=(LONG,) * THOUSANDS)
        with mock.patch("ao_dashboard.bluegreen.views.overview", return_value=many):
            told = self.holds("rows")
        assert told.count("<tr data-site=") == 100
        assert told.count("and 900 more") == 2
