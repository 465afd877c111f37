"""Checks of a system before production is switched to it."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from ao import fake
from ao.checks import checks, junit
from ao.checks.checks import CheckFailed, Results
from ao.clock import Clock
from ao.colour import Colour
from ao.errors import ConfigError
from ao.http.request_options import RequestOptions
from ao.site import Identify, Site
from ao.site.checks import Check, Checks, Http
from ao.visit import AS_URL, Answer, NoAnswer
from ao.work import Work
from tests.unit.samples import SITE

URL = "http://203.0.113.9"
VERSION = {"X-Ao-Version": "^$AO_VERSION$"}


class Preview:
    """Visits of a preview that answers what a test wants, in virtual time."""

    def __init__(self, *answers: Answer | None, seconds: float = 0.1) -> None:
        self.answers = list(answers)
        self.seconds = seconds
        self.visited: list[str] = []
        self.now = 0.0

    def __call__(self, url: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        self.visited.append(url)
        self.now += min(self.seconds, timeout)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            raise NoAnswer(f"{url}: timed out")
        return answer

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def answer(status: int = 200, headers: Mapping[str, str] | None = None, body: str = "ok") -> Answer:
    told = {"x-ao-colour": "green", "x-ao-version": "2.0"}
    return Answer(status=status, headers={**told, **(headers or {})}, body=body)


def http(**wanted: object) -> Check:
    what = replace(Http(path="/", status=200, header={}, body=None, within=None), **wanted)
    return Check(name="home page", what=what, timeout=3.0, retries=2, pause=1.0)


def run(
    preview: Preview, *all_of_them: Check, deadline: float = 60.0, site: Site = SITE
) -> Results:
    work = Work(
        cloud=fake.Cloud(),
        site=replace(site, checks=Checks(all=all_of_them, deadline=deadline)),
        clock=Clock(now=lambda: preview.now, sleep=preview.sleep),
        visit=preview,
    )
    return checks.run(work, URL, Colour.GREEN, "2.0")


def why(preview: Preview, check: Check, site: Site = SITE) -> str:
    (result,) = run(preview, check, site=site).results
    assert result.passed is (not result.why)
    return result.why


def test_a_good_answer_passes_at_once() -> None:
    preview = Preview(answer())
    (result,) = run(preview, http(path="/basket")).results
    assert (result.passed, result.attempts) == (True, 1)
    assert preview.visited == [f"{URL}/basket"]


@pytest.mark.parametrize(
    ("given", "wanted", "reason"),
    [
        (answer(status=500), http(), "/ answered HTTP 500, not 200"),
        (answer(), http(status=302), "/ answered HTTP 200, not 302"),
        (answer(), http(header={"X-Ao-Version": "^3"}), "header X-Ao-Version is '2.0'"),
        (answer(), http(header={"X-Gone": "."}), "header X-Gone is None"),
        (answer(), http(body="sale"), "'sale' is not found in the body"),
        (answer(headers={"x-ao-colour": "blue"}), http(), "answered by blue, not by green"),
        (None, http(), "no answer: "),
    ],
)
def test_an_answer_that_is_not_good_fails_and_says_why(
    given: Answer | None, wanted: Check, reason: str
) -> None:
    assert reason in why(Preview(given), wanted)


def test_a_header_that_is_told_is_short_and_safe_to_print() -> None:
    told = why(Preview(answer(headers={"x-ao-version": "\x1b[2J" * 1_000})), http(header=VERSION))
    assert told.isprintable()
    assert len(told) < 300


def test_the_version_stands_for_itself_in_what_is_wanted() -> None:
    assert not why(Preview(answer()), http(header=VERSION))
    assert why(Preview(answer(body="2x0")), http(body="^$AO_VERSION$"))


def test_an_answer_that_takes_too_long_fails() -> None:
    slow = http(within=0.5)
    assert "took 0.80 s, more than 0.5 s" in why(Preview(answer(), seconds=0.8), slow)
    assert not why(Preview(answer(), seconds=0.4), slow)


def test_a_check_is_tried_again_and_passes_if_it_passes_once() -> None:
    preview = Preview(None, answer(status=503), answer())
    (result,) = run(preview, http()).results
    assert (result.passed, result.attempts) == (True, 3)
    assert result.seconds >= 2.0


def test_a_check_that_fails_does_not_hide_those_after_it() -> None:
    second = replace(http(), name="second")
    results = run(Preview(answer(status=500)), http(), second)
    assert [it.name for it in results.failed] == ["home page", "second"]
    with pytest.raises(CheckFailed) as told:
        checks.raise_failed(results)
    assert "2 of 2 checks failed; production is untouched" in told.value.message
    assert "second: / answered HTTP 500, not 200" in told.value.message


def test_what_the_time_for_all_of_them_does_not_reach_fails_untried() -> None:
    many = [replace(http(), name=str(number), retries=0) for number in range(3)]
    results = run(Preview(answer(), seconds=2.0), *many, deadline=3.5)
    assert [it.attempts for it in results.results] == [1, 1, 0]
    assert "no time was left" in results.results[2].why


def test_neither_a_pause_nor_an_attempt_outlasts_the_time_for_all_of_them() -> None:
    preview = Preview(None, seconds=60.0)
    patient = replace(http(), timeout=3.0, retries=9, pause=2.0)
    results = run(preview, patient, deadline=6.0)
    assert preview.now == 6.0
    assert results.results[0].attempts == 2


def test_only_the_page_that_identifies_tells_a_colour_by_its_body() -> None:
    by_body = replace(SITE, identify=Identify(path="/version", header=None, body="(blue|green)"))
    shirts = answer(body="blue shirts")
    assert not why(Preview(shirts), http(path="/basket"), by_body)
    assert "answered by blue" in why(Preview(shirts), http(path="/version"), by_body)


def test_a_command_is_told_what_it_checks_and_fails_with_what_it_said_last() -> None:
    line = 'echo "no basket on $AO_URL for $AO_COLOUR $AO_VERSION of $AO_SITE"; exit 1'
    check = Check(name="smoke", what=line, timeout=10.0, retries=0, pause=0.0)
    assert why(Preview(answer()), check).endswith(f"no basket on {URL} for green 2.0 of shop")


def test_nothing_is_raised_when_all_passed() -> None:
    checks.raise_failed(run(Preview(answer()), http()))


def test_the_results_are_junit_xml_with_the_failure_and_the_time(tmp_path: Path) -> None:
    results = run(Preview(answer(status=500)), http())
    junit.write(results, tmp_path / "checks.xml", SITE, "2.0")
    suite = ET.parse(tmp_path / "checks.xml").getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    case = suite.find("testcase")
    assert case is not None
    assert (case.get("classname"), case.get("name")) == ("ao.shop", "home page")
    assert float(case.get("time") or 0) > 2
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("message") == "/ answered HTTP 500, not 200"


def test_what_a_command_says_in_colours_can_be_written_as_junit_xml(tmp_path: Path) -> None:
    line = r"printf '\033[31mno basket\033[0m'; exit 1"
    check = Check(name="smoke", what=line, timeout=10.0, retries=0, pause=0.0)
    junit.write(run(Preview(answer()), check), tmp_path / "checks.xml", SITE, "2.0")
    failure = ET.parse(tmp_path / "checks.xml").getroot().find(".//failure")
    assert failure is not None
    assert (failure.get("message") or "").endswith(": no basket")


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    results = run(Preview(answer()), http())
    with pytest.raises(ConfigError, match="cannot write"):
        junit.write(results, tmp_path / "missing" / "checks.xml", SITE, "2.0")


SLOW = "(a|a)*$"
"""An expression that backtracks without end in ENDLESS."""
ENDLESS = "a" * 60_000 + "!"


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (SLOW, f"'{SLOW}' was searched for 0.5 s without an end: it backtracks"),
        ("[a-$AO_VERSION]", "'[a-$AO_VERSION]' is no regular expression with version 2.0: bad"),
    ],
)
def test_an_expression_that_cannot_be_searched_for_fails_and_says_why(
    expression: str, reason: str
) -> None:
    wanted = replace(http(body=expression), retries=0)
    assert why(Preview(answer(body=ENDLESS)), wanted).startswith(reason)


def test_a_page_that_need_not_tell_its_colour_is_not_searched_for_it() -> None:
    site = replace(SITE, identify=Identify(path="/version", header=None, body=f"(blue){SLOW}"))
    assert not why(Preview(answer(body=f"blue{ENDLESS}")), http(path="/basket"), site)
    assert "backtracks" in why(
        Preview(answer(body=f"blue{ENDLESS}")), replace(http(path="/version"), retries=0), site
    )


def test_a_command_is_told_the_host_where_there_is_one(tmp_path: Path) -> None:
    line = 'test "${AO_HOST-none}" = shop.example'
    check = Check(name="smoke", what=line, timeout=5.0, retries=0, pause=0.0)
    site = replace(SITE, folder=tmp_path)
    assert why(Preview(answer()), check, site)
    assert not why(Preview(answer()), check, replace(site, host="shop.example"))
