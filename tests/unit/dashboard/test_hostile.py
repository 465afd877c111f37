"""What a member of the project writes into the cloud takes no page of the screen down."""

import json
import re
import time
from typing import Any

from django.template import Context, Template
from django.urls import reverse
from django.utils import timezone

from ao.report import cutover_json
from ao_dashboard.bluegreen.actions import ACTIONS
from tests.unit.dashboard.forged import (
    ESCAPE,
    ID,
    PATIENCE,
    SCRIPT,
    ForgedTest,
    begun,
    name,
    text,
)
from tests.unit.dashboard.visitor import PANEL
from tests.unit.report import samples

EVIL = "2.0'; touch /tmp/pwned; : '"
DEEP = "waited 1 s for " * 270
LONG = "cannot " + ": " * 30_000
CUTOVER: dict[str, Any] = json.loads(cutover_json.write(samples.lossless()))["cutover"]


def switch(**change: object) -> tuple[str, str]:
    """A measured switch with other values in it or in its recording, and its name."""
    recording = CUTOVER["recording"] | {
        key: it for key, it in change.items() if key in CUTOVER["recording"]
    }
    cutover = CUTOVER | {"recording": recording}
    cutover |= {key: it for key, it in change.items() if key in CUTOVER}
    return name("switch", "m", "green", "0"), text("switch", cutover=cutover)


NAMES = (
    name("begun", "m", "release", "2.0", "blue", "green", release="a b"),
    name("begun", "m", "release", "2.0", "blue", "green", release="..%2F.."),
    name("begun", "m", "release", "2.0", "blue", "green", release="é"),
    name("begun", "m", "release", "2.0", "blue", "green", release=SCRIPT),
    name("switch", "m", "green", "0", release="%2F"),
    name("switch", "m", "green", "9" * 150),
    name("switch", "m", "green", "-1"),
    name("begun", "m", "release", EVIL, "blue", "green"),
    name("begun", "m", ESCAPE, "2.0", "blue", "green"),
    name("begun", "m", "release", "2.0", "red", ESCAPE),
    name("begun", f"m{ESCAPE}{SCRIPT}", "release", "2.0", "blue", "green", SCRIPT),
    name("begun", "m", "release", "2.0", "blue", "green", at="0001-01-01T00:00:00Z"),
    name("begun", "m", "release", "2.0", "blue", "green", at="9999-12-31T23:59:59.999Z"),
    name("begun", "m", "release", "2.0", "blue", "green", at="yesterday"),
    name("step begun", "m", DEEP[:180]),
    name("step ended", "m", ": " * 90, "done"),
    name("end", "m", SCRIPT),
    name("end", "m", "aborted"),
    name("asked", "m", "pause"),
    name("asked", "m", ESCAPE),
    name("note", "m", "x", release="-"),
    name(ESCAPE, "m", "x"),
    name("override", "m", "the lock of " + SCRIPT),
    name("note", "m", "x", site="SHOP"),
    name("note", "m", "x", site="shop" * 40),
    "ao.journal/shop/" + "x" * 9000,
    "ao.journal/shop",
    "ao.journal/shop/////////",
    "ao.journal/shop/%00/%00/%00/%00/%00",
)
ENTRIES = (
    *((it, "") for it in NAMES),
    begun("release", "2.0", "blue", "green", version=EVIL),
    begun("release", "2.0", "blue", "green", plan=[LONG] * 3, reason=LONG, url=SCRIPT),
    (name("take-over", "m", "x"), text("take-over", holder=LONG, why=LONG)),
    (name("take-over", "m", "x"), text("take-over", holder=DEEP, why=DEEP)),
    (name("take-over", "m", "x"), text("take-over", holder=SCRIPT, why=ESCAPE)),
    (name("override", "m", "x"), text("override", what="the lock of " + DEEP, reason="x" * 60_000)),
    (name("override", "m", "x"), "[" * 100_000),
    (name("override", "m", "x"), "x" * 1_000_000),
    (name("end", "m", "aborted"), text("end", outcome="aborted", why="\n" * 100_000)),
    (name("end", "m", "aborted"), text("end", outcome="released")),
    (name("asked", "m", "approve"), text("asked", ask="obey", reason=SCRIPT)),
    (name("note", "m", "x", release="-"), text("note", text=("%(a)s %s {0} " * 200))),
    switch(started=1e300),
    switch(started=-1e300),
    switch(asked_at=1e308),
    switch(asked_at=None, marks=[]),
    switch(marks=[{"at": 0, "text": "\ufdfd" * 300}] * 100),
    switch(marks=[{"at": n, "text": "x"} for n in range(5000)]),
    switch(marks=[{"at": 1e308, "text": ESCAPE}, {"at": -1e308, "text": "x"}]),
    switch(width=1e-300),
    switch(width=0),
    switch(seconds=1e300),
    switch(seconds=-1),
    switch(sent=10**400),
    switch(slices=[]),
    switch(slices=[{}] * 30_000),
    switch(
        slices=[CUTOVER["recording"]["slices"][0] | {"colours": {str(n): 1 for n in range(9000)}}]
    ),
    switch(slices=[CUTOVER["recording"]["slices"][0] | {"latency_p50": 5e-324, "at": 1e7}]),
    switch(outcomes={}),
    switch(new="red"),
    switch(new_version=SCRIPT),
    switch(recording=None, unmeasured=LONG),
    switch(failure=DEEP),
    (name("switch", "m", "green", "0"), "not JSON"),
)
"""Names and texts of entries that somebody writes by hand."""
CLAIMS = (
    "",
    "x" * 255,
    json.dumps({"who": SCRIPT, "host": ESCAPE, "purpose": "x", "lease": 9e9}),
    json.dumps({"who": SCRIPT, "host": "h", "purpose": "x", "url": "javascript:alert(1)"}),
    json.dumps({"who": "m", "host": "h", "purpose": "x", "process": ESCAPE, "lease": 1e9}),
)


class HostileTest(ForgedTest):
    def chart_stands(self, text: str) -> None:
        """The chart that a page shows, if it shows one, is drawn quickly or is none."""
        found = re.search(r'<img class="ao-chart" src="([^"]+)"', text)
        if found:
            begin = time.process_time()
            assert self.client.get(found[1]).status_code in (200, 404)
            assert time.process_time() - begin < 2 * PATIENCE

    def test_no_entry_takes_a_page_down(self) -> None:
        for number, record in enumerate(ENTRIES):
            with self.subTest(number=number, name=record[0][:100]), self.kept(record):
                self.stands("rows")
                self.chart_stands(self.stands("now", "shop"))

    def test_all_of_them_at_once_take_no_page_and_no_form_down(self) -> None:
        with self.kept(*ENTRIES):
            for view, args in (
                ("index", ()),
                ("site", ("shop",)),
                ("rows", ()),
                ("now", ("shop",)),
            ):
                for language in ("en", "ja"):
                    with self.subTest(view, language=language):
                        told = self.stands(view, *args, language=language)
                        assert "openstack software config delete" in told
            for action in ACTIONS:
                with self.subTest(action):
                    self.stands("action", "shop", action)

    def test_no_act_is_done_by_a_forged_release(self) -> None:
        with self.kept(
            *(begun("release", EVIL, "blue", "green", version=it) for it in (EVIL, "2.0"))
        ):
            for action in ("approve", "pause", "abort"):
                self.post(action)
        assert self.work.observe().systems[self.work.observe().standby].version == "1.0"

    def test_what_is_sound_is_shown_beside_what_is_left_out(self) -> None:
        sound = name("begun", "alice", "switch", "1.0", "green", "blue", "it was time")
        with self.kept((sound, ""), (NAMES[0], "")):
            text = self.stands("now", "shop")
        assert "<td>alice</td>" in text
        assert "<td>it was time</td>" in text
        assert "a b is no ID of a release" in text

    def test_it_is_said_in_japanese_too(self) -> None:
        with self.kept(*((it, "") for it in NAMES)):
            text = self.stands("rows", language="ja")
        assert "ジャーナル" in text
        assert "breaks its rules" not in text
        assert "break its rules" not in text

    def test_no_lock_takes_a_page_down(self) -> None:
        network = next(
            it.physical_id
            for it in self.cloud.stacks.resources(self.cloud.stacks.get("ao-shop"))
            if it.name == "lock_network"
        )
        for claim in CLAIMS:
            taken = self.cloud.locks.take(network, f"ao-shop-lock{ESCAPE}{SCRIPT}", claim)
            for view, args in (("rows", ()), ("now", ("shop",)), ("action", ("shop", "unlock"))):
                with self.subTest(view, claim=claim):
                    self.stands(view, *args)
            self.cloud.locks.remove(taken)

    def test_no_findings_take_a_form_down(self) -> None:
        effect = {"fate": "keep", "fates": {}, "lost": 10**400, "sent": 0, "gap": None}
        sound = {**effect, "lost": 1}
        for told in (
            "",
            "[" * 9000,
            json.dumps({"at": 1e300, "provider": SCRIPT, **dict.fromkeys(EXAMINED, sound)}),
            json.dumps({"at": 0, "provider": SCRIPT, **dict.fromkeys(EXAMINED, sound)}),
            json.dumps({"at": 0, "provider": "haproxy", **dict.fromkeys(EXAMINED, effect)}),
        ):
            with self.subTest(told[:60]), self.kept(("ao-shop-doctor", told)):
                self.stands("action", "shop", "switch")

    def test_a_version_among_tags_that_nobody_could_give_is_not_known(self) -> None:
        for it in self.cloud.openstack.project("shop").heat.tops():
            it.tags = frozenset(
                f"ao:version={SCRIPT}" if tag.startswith("ao:version=") else tag for tag in it.tags
            )
        assert '<dd class="ao-version">not known</dd>' in self.stands("now", "shop")
        for view, args in (("rows", ()), ("action", ("shop", "switch"))):
            self.stands(view, *args)

    def test_no_time_that_a_service_tells_takes_a_page_down(self) -> None:
        page = Template(
            "{% load bluegreen %}{% with at=text|moment %}{{ at|date:'Y' }}{% endwith %}"
        )
        for told in ("", "never", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
            with self.subTest(told), timezone.override("Asia/Tokyo"):
                assert page.render(Context({"text": told})) == ""

    def test_a_chart_of_no_release_is_none(self) -> None:
        for release in (ID, "x" * 200, "-", "0"):
            where = reverse(f"{PANEL}:cut-over", args=["shop", release])
            assert self.client.get(where).status_code == 404


EXAMINED = ("reload", "pool", "address")
