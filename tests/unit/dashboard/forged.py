"""Pages of a project to whose journal somebody writes by hand."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from django.core.cache import cache

from tests.unit.dashboard.visitor import VisitorTest

ID = "20991123-0815-fff"
TIME = "2099-11-23T08:15:02.000Z"
ESCAPE = "\x1b[2J\x07\u202e"
SCRIPT = "<script>alert(1)</script>"
BEGUN = {"act": "release", "version": "2.0", "old": "blue", "new": "green"}
PATIENCE = 10.0
"""Seconds of processor time that a page may take on a busy machine."""


def name(kind: str, *words: str, at: str = TIME, release: str = ID, site: str = "shop") -> str:
    """The name of an entry, as somebody may write it."""
    return "/".join(("ao.journal", site, at, release, kind, *(quote(it, safe=" ") for it in words)))


def text(kind: str, **told: object) -> str:
    return json.dumps({"host": f"h{ESCAPE}", "event": {"kind": kind, **told}})


def begun(*words: str, **told: object) -> tuple[str, str]:
    return name("begun", "m", *words), text("begun", **{**BEGUN, **told})


class ForgedTest(VisitorTest):
    """Pages that are looked at while records that somebody wrote are kept."""

    @contextmanager
    def kept(self, *records: tuple[str, str]) -> Iterator[None]:
        """While somebody keeps these records."""
        # A chart that was drawn of another one would be shown again.
        cache.clear()
        before = {it.id for it in self.cloud.software_configs.all("")}
        for record in records:
            self.cloud.software_configs.add(*record)
        yield
        for it in self.cloud.software_configs.all(""):
            if it.id not in before:
                self.cloud.software_configs.remove(it)

    def stands(self, view: str, *args: str, language: str = "en") -> str:
        """A page that answers well, and quickly, with nothing that acts in it; its text."""
        begin = time.process_time()
        text = self.text(view, *args, language=language)
        assert time.process_time() - begin < PATIENCE
        assert SCRIPT not in text
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)
        return text
