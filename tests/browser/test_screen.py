"""The panel in the real Horizon of the box, in headless Chromium, on a site as it was built."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from ao import lock
from ao.colour import Colour
from ao.journal import Begun, Ended, Journal, Outcome, Switched
from ao.operations import operations
from ao.work import Work
from tests.browser.conftest import HORIZON, PATIENCE, Screen, aside, log_in
from tests.cloud.sites import Visited, told
from tests.unit.report import samples

STRICT = "script-src 'self'; style-src 'self'"
VIOLATIONS = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (it) => {
      const own = it.target.closest?.(
        "[data-ao-refresh], .ao-form, .ao-effects, #ao-stale, #ao-said"
      );
      const ours = own || /bluegreen\\.(js|css)/.test(it.blockedURI + it.sourceFile);
      if (ours) window.violations.push(`${it.violatedDirective}: ${it.blockedURI}`);
    });
"""
"""Notes what the browser blocks of the panel's own; the rest of the page is Horizon's."""


def production(work: Work) -> tuple[str, str]:
    """Colour and version that users see."""
    return aside(told, work, "production")


@contextmanager
def locked(work: Work, reason: str) -> Iterator[None]:
    """While somebody holds the site's lock by hand."""
    aside(lock.acquire_by_hand, work, reason, 600.0)
    try:
        yield
    finally:
        aside(lock.release, work, force=True)


def measured(work: Work) -> str:
    """An act in the journal that was measured; its ID."""
    journal = Journal(work)
    act = journal.begin(Begun(act="rehearsal"))
    journal.write(Switched(cutover=samples.lossless()), act)
    journal.write(Ended(outcome=Outcome.DONE), act)
    return act


def strictly(route: Route) -> None:
    """The page with a strict content security policy."""
    answer = route.fetch()
    headers = {**answer.headers, "content-security-policy": STRICT}
    route.fulfill(response=answer, headers=headers)


def test_the_site_is_listed_with_its_live_colour_in_a_word(work: Work, member: Screen) -> None:
    row = member.open().locator(f"[data-site={work.site.name}]")
    expect(row.locator(".ao-chip")).to_have_text("blue")
    expect(row).to_contain_text("1.0")
    expect(row).to_contain_text("1 of 1 up")


def test_a_version_is_deployed_and_the_page_follows_it(work: Work, member: Screen) -> None:
    member.act(work.site, "deploy", version="2.0", reason="autumn sale")
    assert "Heat has begun to deploy 2.0." in member.told()
    green = member.page.locator("[data-system=green]")
    expect(green.get_by_role("progressbar")).to_be_visible()
    expect(green).to_contain_text("resources")
    expect(green).to_contain_text("ready", timeout=PATIENCE)
    expect(green).to_contain_text("2.0")
    assert production(work) == ("blue", "1.0")


def test_a_switch_loses_nothing_and_is_seen_at_once(
    work: Work, member: Screen, visited: Visited
) -> None:
    with visited(work) as tally:
        member.act(work.site, "switch", reason="2.0 is good")
    assert not tally.lost
    assert "green is live." in member.told()
    assert production(work) == ("green", "2.0")
    expect(member.page.locator("[data-system=green] h2")).to_contain_text("live")
    first = member.page.locator("#ao-history tbody tr").first
    expect(first).to_contain_text("switch")
    expect(first).to_contain_text("done")
    expect(first).to_contain_text("2.0 is good")
    assert Journal(work).operations()[-1].act == "switch"


def test_a_switch_while_somebody_holds_the_lock_is_refused_and_says_who(
    work: Work, member: Screen
) -> None:
    member.act(work.site, "lock", reason="an audit", hours="1")
    member.act(work.site, "switch", reason="in a hurry")
    assert "an audit" in member.told()
    assert production(work)[0] == "green"
    member.act(work.site, "unlock", reason="the audit is over")


def test_of_two_who_press_at_once_one_wins_and_the_other_is_told(
    work: Work, member: Screen, browser: Browser, cloud_name: str
) -> None:
    both = member, log_in(browser, cloud_name)
    for screen in both:
        screen.open(f"{work.site.name}/switch/")
        screen.page.fill("#id_reason", "me first")
    for screen in both:
        screen.page.click(".ao-form button[type=submit]", no_wait_after=True)
    for screen in both:
        expect(screen.page.locator(".alert")).not_to_have_count(0, timeout=60_000)
        screen.see_end()
    won, lost = sorted((screen.told() for screen in both), key=lambda text: "is live" not in text)
    assert "blue is live." in won
    assert "shop" in lost or "not what this form showed" in lost
    assert production(work) == ("blue", "1.0")


def test_production_is_switched_back(work: Work, member: Screen) -> None:
    member.act(work.site, "back", reason="2.0 was good after all")
    assert "Production is switched back." in member.told()
    assert production(work) == ("green", "2.0")


def test_a_system_that_is_switched_to_while_nobody_presses_is_shown_by_itself(
    work: Work, member: Screen
) -> None:
    page = member.open(f"{work.site.name}/")
    expect(page.locator("[data-system=green] h2")).to_contain_text("live")
    aside(operations.switch, work, Colour.BLUE)
    expect(page.locator("[data-system=blue] h2")).to_contain_text("live", timeout=15_000)
    assert production(work) == ("blue", "1.0")


def test_the_list_shows_by_itself_what_others_do(work: Work, member: Screen) -> None:
    row = member.open().locator(f"[data-site={work.site.name}]")
    with locked(work, "an audit"):
        expect(row).to_contain_text("an audit", timeout=15_000)
        expect(member.page.locator("#ao-said")).to_contain_text("an audit")
    expect(row).not_to_contain_text("an audit", timeout=15_000)


def test_buttons_come_and_go_by_themselves_and_keep_the_focus(work: Work, member: Screen) -> None:
    page = member.open(f"{work.site.name}/")
    expect(page.locator("[data-action=unlock]")).to_have_count(0)
    page.locator("[data-action=deploy]").focus()
    with locked(work, "an audit"):
        expect(page.locator("[data-action=unlock]")).to_be_visible(timeout=15_000)
        expect(page.locator("[data-action=deploy]")).to_be_focused()


@pytest.mark.parametrize(
    "answer",
    [{"status": 503}, {"status": 302, "headers": {"location": f"{HORIZON}/auth/login/"}}],
    ids=["failure", "log-in"],
)
def test_what_is_shown_stays_and_is_said_to_be_old_while_it_cannot_be_refreshed(
    work: Work, member: Screen, answer: dict[str, Any]
) -> None:
    name = work.site.name
    for path, shown in ((f"{name}/", "[data-system=blue]"), ("", f"[data-site={name}]")):
        page = member.open(path)
        parts = re.compile(rf"/bluegreen/(rows|{name}/now)$")
        page.route(parts, lambda route: route.fulfill(**answer))
        expect(page.locator("#ao-stale")).to_be_visible(timeout=15_000)
        expect(page.locator(shown)).to_be_visible()
        page.unroute(parts)
        expect(page.locator("#ao-stale")).to_be_hidden(timeout=15_000)
        expect(page.locator(shown)).to_be_visible()
    expect(member.open().locator(".messages .alert")).to_have_count(0)


def test_a_strict_content_security_policy_stops_nothing_of_the_panel(
    work: Work, member: Screen
) -> None:
    page = member.page.context.new_page()
    page.add_init_script(VIOLATIONS)
    page.route(re.compile(rf"/project/bluegreen/({work.site.name}/)?(switch/)?$"), strictly)
    act = aside(measured, work)
    page.goto(f"{HORIZON}/project/bluegreen/{work.site.name}/")
    chart = page.locator(".ao-chart")
    assert act in (chart.get_attribute("src") or "")
    expect(chart).to_have_js_property("complete", True, timeout=60_000)
    assert chart.evaluate("it => it.naturalWidth") > 0
    with page.expect_response(re.compile(rf"/{work.site.name}/now$"), timeout=15_000):
        pass
    assert not page.evaluate("violations")
    for path in ("", f"{work.site.name}/switch/"):
        page.goto(f"{HORIZON}/project/bluegreen/{path}")
        assert not page.evaluate("violations")
    page.close()


def test_a_reader_sees_all_and_is_offered_nothing(work: Work, reader: Screen) -> None:
    page = reader.open(f"{work.site.name}/")
    expect(page.locator("[data-system=blue] h2")).to_contain_text("live")
    assert page.locator("[data-action]").count() == 0


@pytest.mark.parametrize(
    ("act", "given"),
    [
        ("switch", {}),
        ("deploy", {"version": "3.0"}),
        ("scale", {"size": "2"}),
        ("lock", {"hours": "1"}),
    ],
)
def test_a_hand_made_post_of_a_readers_is_refused_by_the_cloud(
    work: Work, reader: Screen, act: str, given: dict[str, str]
) -> None:
    before = production(work)
    reader.act(work.site, act, reason="I may not", **given)
    assert "role" in reader.told()
    assert production(work) == before
    assert aside(lock.holder, work) is None
    assert not any(it.reason == "I may not" for it in aside(Journal(work).operations))


def test_a_post_without_a_token_of_the_form_is_refused(work: Work, member: Screen) -> None:
    before = production(work)
    url = f"{HORIZON}/project/bluegreen/{work.site.name}/switch/"
    form = {"live": before[0], "reason": "forged"}
    answer = member.page.request.post(url, form=form, max_redirects=0)
    assert (answer.status, "csrf_failure" in answer.headers["location"]) == (302, True)
    assert production(work) == before
    assert not any(it.reason == "forged" for it in Journal(work).operations())


def test_another_projects_sites_are_not_seen(work: Work, browser: Browser) -> None:
    other = log_in(browser, "annex")
    assert other.open().locator(f"[data-site={work.site.name}]").count() == 0
    for path in (f"{work.site.name}/", f"{work.site.name}/switch/"):
        page = other.open(path)
        assert page.url == f"{HORIZON}/project/bluegreen/"
        assert page.locator("[data-system], .ao-form").count() == 0
        assert f"no site file of {work.site.name}" in other.told()
    answer = other.page.request.get(f"{HORIZON}/project/bluegreen/{work.site.name}/now")
    assert answer.status == 503
    assert "data-system" not in answer.text()


def test_it_speaks_japanese_from_the_list_to_an_act(
    work: Work, browser: Browser, cloud_name: str
) -> None:
    screen = log_in(browser, cloud_name, "ja")
    page = screen.open()
    row = page.locator(f"[data-site={work.site.name}]")
    expect(row.locator(".ao-chip")).to_have_text("青 (blue)")
    row.get_by_role("link").click()
    expect(page.locator("[data-system=blue] h2")).to_contain_text("本番系")
    expect(page.locator("[data-system=green] h2")).to_contain_text("待機系")
    page.locator("[data-action=lock]").click()
    expect(page.locator(".ao-effects")).to_contain_text("ロックしている間は")
    expect(page.locator(".ao-form label").first).to_have_text("時間")
    screen.act(work.site, "lock", reason="監査", hours="1")
    assert "ロックしました" in screen.told()
    expect(page.locator("[data-action=unlock]")).to_have_text("ロック解除")
    screen.act(work.site, "unlock", reason="監査終了")
    assert "ロックを解除しました" in screen.told()
    first = page.locator("#ao-history tbody tr").first
    expect(first).to_contain_text("ロック解除")
    expect(first).to_contain_text("監査終了")
