"""The panel in the real Horizon of the box, in headless Chromium."""

from playwright.sync_api import Browser, expect

from ao import operate
from ao.colour import Colour
from ao.journal import Journal
from ao.work import Work
from tests.browser.conftest import HORIZON, PATIENCE, Screen, aside, log_in
from tests.cloud.conftest import Visited, told


def production(work: Work) -> tuple[str, str]:
    """Colour and version that users see."""
    return aside(told, work, "production")


def test_the_site_is_listed_with_its_live_colour_in_a_word(work: Work, member: Screen) -> None:
    row = member.open().locator("[data-site=screen]")
    expect(row.locator(".ao-chip")).to_have_text("blue")
    expect(row).to_contain_text("1.0")
    expect(row).to_contain_text("1 of 1 up")


def test_a_version_is_deployed_and_the_page_follows_it(work: Work, member: Screen) -> None:
    member.act("screen", "deploy", version="2.0", reason="autumn sale")
    assert "Heat has begun to deploy 2.0." in member.told()
    green = member.page.locator("[data-system=green]")
    expect(green).to_contain_text("ready", timeout=PATIENCE)
    expect(green).to_contain_text("2.0")
    assert production(work) == ("blue", "1.0")


def test_a_switch_loses_nothing_and_is_seen_at_once(
    work: Work, member: Screen, visited: Visited
) -> None:
    with visited(work) as tally:
        member.act("screen", "switch", reason="2.0 is good")
    assert not tally.lost
    assert "green is live." in member.told()
    assert production(work) == ("green", "2.0")
    expect(member.page.locator("[data-system=green] h2")).to_contain_text("live")
    first = member.page.locator("#ao-history tbody tr").first
    expect(first).to_contain_text("switch")
    expect(first).to_contain_text("done")
    expect(first).to_contain_text("2.0 is good")
    assert Journal(work).releases()[-1].act == "switch"


def test_a_switch_while_somebody_holds_the_lock_is_refused_and_says_who(
    work: Work, member: Screen
) -> None:
    member.act("screen", "lock", reason="an audit", hours="1")
    member.act("screen", "switch", reason="in a hurry")
    assert "an audit" in member.told()
    assert production(work)[0] == "green"
    member.act("screen", "unlock", reason="the audit is over")


def test_of_two_who_press_at_once_one_wins_and_the_other_is_told(
    work: Work, member: Screen, browser: Browser, cloud_name: str
) -> None:
    both = member, log_in(browser, cloud_name)
    for screen in both:
        screen.open("screen/switch/")
        screen.page.fill("#id_reason", "me first")
    for screen in both:
        screen.page.click(".ao-form button[type=submit]", no_wait_after=True)
    for screen in both:
        expect(screen.page.locator(".alert")).not_to_have_count(0, timeout=60_000)
    won, lost = sorted((screen.told() for screen in both), key=lambda text: "is live" not in text)
    assert "blue is live." in won
    assert "shop" in lost or "not what this form showed" in lost
    assert production(work) == ("blue", "1.0")


def test_production_is_switched_back(work: Work, member: Screen) -> None:
    member.act("screen", "back", reason="2.0 was good after all")
    assert "Production is switched back." in member.told()
    assert production(work) == ("green", "2.0")


def test_a_system_that_is_switched_to_while_nobody_presses_is_shown_by_itself(
    work: Work, member: Screen
) -> None:
    page = member.open("screen/")
    expect(page.locator("[data-system=green] h2")).to_contain_text("live")
    aside(operate.switch, work, Colour.BLUE)
    expect(page.locator("[data-system=blue] h2")).to_contain_text("live", timeout=15_000)
    assert production(work) == ("blue", "1.0")


def test_a_reader_sees_all_and_is_offered_nothing(work: Work, reader: Screen) -> None:
    page = reader.open("screen/")
    expect(page.locator("[data-system=blue] h2")).to_contain_text("live")
    assert page.locator("[data-act]").count() == 0


def test_a_hand_made_post_of_a_readers_is_refused_by_the_cloud(work: Work, reader: Screen) -> None:
    before = production(work)
    reader.act("screen", "switch", reason="I may not")
    assert "role" in reader.told()
    assert production(work) == before


def test_a_post_without_a_token_of_the_form_is_refused(work: Work, member: Screen) -> None:
    before = production(work)
    url = f"{HORIZON}/project/bluegreen/screen/switch/"
    form = {"live": before[0], "reason": "forged"}
    answer = member.page.request.post(url, form=form, max_redirects=0)
    assert (answer.status, "csrf_failure" in answer.headers["location"]) == (302, True)
    assert production(work) == before
    assert not any(it.reason == "forged" for it in Journal(work).releases())


def test_another_projects_sites_are_not_seen(work: Work, browser: Browser) -> None:
    page = log_in(browser, "annex").open()
    assert page.locator("[data-site=screen]").count() == 0


def test_it_speaks_japanese(work: Work, browser: Browser, cloud_name: str) -> None:
    page = log_in(browser, cloud_name, "ja").open("screen/")
    expect(page.locator("[data-system=blue] h2")).to_contain_text("本番")
