"""Maintenance of a site: users are led elsewhere, Ao's requests pass, and it ends."""

from dataclasses import replace

import pytest

from ao.cloud import L7Policy, L7Rule
from ao.colour import Colour
from ao.errors import ConfigError, NotFound, Refused, SwitchFailed
from ao.journal import Act, Journal
from ao.operations import maintenance, operations, reconcile
from ao.operations.switch_options import SwitchOptions
from ao.plan import maintenance as plan
from ao.plan.maintenance import Maintenance, Note
from ao.plan.maintenance_policy import HEADER, NAME, PASS
from ao.site import Method, Site
from ao.site import maintenance as wishes
from ao.work import Work
from tests.unit.operations.sites import SITES, start
from tests.unit.release.releases import Listener

BLUE, GREEN = Colour
PAGE = "https://status.example/shop"
WISH = wishes.Maintenance(redirect=PAGE, pool=None, during_switch=False)


@pytest.fixture(params=list(Method), ids=str)
def site(request: pytest.FixtureRequest) -> Site:
    proxies = SITES[Method.POOL].load_balancer
    return replace(SITES[request.param], load_balancer=proxies, maintenance=WISH)


@pytest.fixture
def work(site: Site) -> Work:
    work = start(site)
    reconcile.up(work)
    return anew(work)


def anew(work: Work, site: Site | None = None) -> Work:
    """Another command on the cloud of that work."""
    return replace(
        work,
        site=site or work.site,
        looks={},
        found={},
        passes={},
        told={},
        progress=Listener(),
    )


def users_get(work: Work, path: str = "/version") -> str:
    """What a user gets: a colour, a place that he is sent to, or a status."""
    production = work.observe().production
    answer = work.visit(work.site.url(production.address, path), 3.0)
    place = answer.headers.get("location")
    if place is not None:
        assert answer.status == 302
    return place or answer.headers.get("x-ao-colour") or str(answer.status)


def seen(work: Work) -> Maintenance:
    return plan.read(work.cloud, anew(work).observe())


def policies(work: Work) -> list[L7Policy]:
    listeners = work.cloud.openstack.project("shop").octavia.listeners.values()
    return [policy for it in listeners for policy in it.policies]


def balancer_names(work: Work) -> set[str]:
    return {it.name for it in work.cloud.load_balancers.all()}


def own_pool(work: Work, name: str = "pause") -> None:
    """Give each load balancer a pool of the operator's, without members."""
    for balancer in work.cloud.load_balancers.all():
        work.cloud.other_user.add_pool(balancer.id, name)


def test_users_are_led_to_the_page_and_reach_the_site_again(work: Work) -> None:
    assert users_get(work) == "blue"
    maintenance.on(work, "the database moves")
    assert users_get(work) == PAGE
    assert users_get(work, "/deep/path?x=1") == PAGE
    maintenance.off(anew(work))
    assert users_get(work) == "blue"
    assert policies(work) == []


def test_all_listeners_that_users_may_reach_have_it(work: Work) -> None:
    maintenance.on(work)
    assert len(policies(work)) == (1 if work.site.switch.method is Method.POOL else 2)
    now = seen(work)
    assert (now.is_on, now.is_whole, now.target) == (True, True, PAGE)


def test_it_tells_since_when_by_whom_until_when_and_why(work: Work) -> None:
    maintenance.on(work, "the database moves", 1800)
    note = seen(work).note
    assert note is not None
    assert (note.who, note.reason) == (work.cloud.user, "the database moves")
    assert note.until == pytest.approx(note.since + 1800, abs=1)


def test_a_second_one_goes_on_and_tells_what_is_new(work: Work) -> None:
    maintenance.on(work, "first")
    before = seen(work).note
    maintenance.on(anew(work), "second", 600)
    after = seen(work).note
    assert before is not None
    assert after is not None
    assert (after.since, after.who, after.reason) == (before.since, before.who, "second")
    assert after.until is not None
    maintenance.on(anew(work))
    assert seen(work).note == after


def test_requests_with_the_header_pass(work: Work) -> None:
    maintenance.on(work)
    command = anew(work)
    assert command.learn_pass(command.observe())
    url = work.site.url(command.observe().production.address, "/version")
    assert work.visit(url, 3.0, command.request_options).headers["x-ao-colour"] == "blue"


def test_the_secret_is_in_the_rules_only(work: Work) -> None:
    maintenance.on(work, "why")
    (secret,) = {it.value for policy in policies(work) for it in policy.rules if it.key == HEADER}
    assert len(secret.removeprefix(PASS)) == 32
    project = work.cloud.openstack.project("shop")
    texts = [work.cloud.software_configs.read(it) for it in work.cloud.software_configs.all("ao.")]
    texts += [it.description for it in policies(work)]
    texts += [repr(policies(work)), repr(work), repr(anew(work).request_options)]
    texts += [repr(vars(stack)) for stack in project.heat.tops()]
    assert texts
    assert not [it for it in texts if secret in it]


def test_it_is_journalled_as_an_act_of_its_own(work: Work) -> None:
    maintenance.on(work, "the database moves")
    maintenance.off(anew(work), "it has moved")
    acts = [(it.act, it.outcome) for it in Journal(anew(work)).operations()[-2:]]
    assert acts == [(Act.MAINTENANCE_ON, "done"), (Act.MAINTENANCE_OFF, "done")]


def test_a_pool_of_the_operators_answers(work: Work) -> None:
    own_pool(work)
    site = replace(work.site, maintenance=replace(WISH, redirect=None, pool="pause"))
    maintenance.on(anew(work, site))
    assert users_get(work) == "503"
    maintenance.off(anew(work, site))
    assert users_get(work) == "blue"


def test_another_page_takes_the_place_of_the_first(work: Work) -> None:
    maintenance.on(work)
    other = "https://status.example/other"
    site = replace(work.site, maintenance=replace(WISH, redirect=other))
    maintenance.on(anew(work, site))
    assert users_get(work) == other
    assert len({it.listener_id for it in policies(work)}) == len(policies(work))


def test_a_pool_that_is_not_there_is_refused(work: Work) -> None:
    site = replace(work.site, maintenance=replace(WISH, redirect=None, pool="pause"))
    with pytest.raises(NotFound, match="has no pool pause"):
        maintenance.on(anew(work, site))
    assert policies(work) == []


def test_a_pool_of_the_sites_is_refused(work: Work) -> None:
    name = work.observe().systems[BLUE].pool_id
    site = replace(work.site, maintenance=replace(WISH, redirect=None, pool=name))
    with pytest.raises((Refused, NotFound), match="pool"):
        maintenance.on(anew(work, site))
    assert policies(work) == []


def test_a_site_file_without_a_page_is_refused(work: Work) -> None:
    with pytest.raises(ConfigError, match="nothing says what users get"):
        maintenance.on(anew(work, replace(work.site, maintenance=None)))


def test_what_reads_no_requests_is_refused() -> None:
    work = start(SITES[Method.ADDRESS])
    reconcile.up(work)
    with pytest.raises(Refused, match="reads requests"):
        maintenance.on(anew(work, replace(work.site, maintenance=WISH)))


def test_a_site_whose_load_balancer_has_a_pool_of_the_operators_is_not_deleted(work: Work) -> None:
    own_pool(work)
    site = replace(work.site, maintenance=replace(WISH, redirect=None, pool="pause"))
    with pytest.raises(Refused, match="has pool pause of yours"):
        reconcile.down(anew(work, site), frozenset(Colour))
    assert users_get(work) == "blue"


def test_policies_of_others_stay(work: Work) -> None:
    listener = next(iter(work.cloud.load_balancers.listeners()))
    theirs = L7Policy(name="theirs", action="REJECT", enabled=False)
    work.cloud.load_balancers.create_l7_policy(listener, theirs)
    maintenance.on(anew(work))
    maintenance.off(anew(work))
    assert [it.name for it in policies(work)] == ["theirs"]


def test_previews_by_header_pass_it(work: Work) -> None:
    rule = L7Rule(type="HEADER", compare="EQUAL_TO", key=HEADER, value="ao-preview-1")
    preview = L7Policy(name="ao-preview-green", action="REDIRECT_TO_POOL", rules=(rule,))
    note = Note(since=0)
    made = plan.policy(passing="p", page=PAGE, pool_id=None, previews=[preview], note=note)
    assert replace(rule, invert=True) in made.rules


@pytest.mark.parametrize("text", ["", "{", "[]", '{"since": -1}', '{"since": 1e99}', "x" * 5000])
def test_a_description_that_cannot_be_read_is_told_so(text: str) -> None:
    assert Note.of(text) is None


def test_a_description_of_others_is_made_safe_to_print() -> None:
    note = Note.of('{"since": 1, "who": "a\\u001b[31m", "reason": "b\\nc"}')
    assert note is not None
    assert "\x1b" not in note.who
    assert "\n" not in note.reason


def test_a_description_fits() -> None:
    note = Note(since=1.0, until=2.0, who="w" * 200, host="h" * 200, reason="新" * 300 + "😀")
    assert len(note.text()) <= plan.LIMIT
    assert Note.of(note.text()) is not None


def test_production_is_seen_through_it(work: Work) -> None:
    reconcile.deploy(anew(work), "2.0")
    maintenance.on(anew(work))
    facts = operations.switch(anew(work), GREEN)
    assert facts.live is GREEN
    assert users_get(work) == PAGE
    maintenance.off(anew(work))
    assert users_get(work) == "green"


def test_production_is_seen_through_it_without_a_word_in_the_site_file(work: Work) -> None:
    reconcile.deploy(anew(work), "2.0")
    maintenance.on(anew(work))
    plain = replace(work.site, maintenance=None)
    assert operations.switch(anew(work, plain), GREEN).live is GREEN
    assert users_get(work) == PAGE


def test_a_switch_has_its_pause_where_the_site_file_says_it(work: Work) -> None:
    site = replace(work.site, maintenance=replace(WISH, during_switch=True))
    reconcile.deploy(anew(work, site), "2.0")
    command = anew(work, site)
    facts = operations.switch(command, GREEN)
    assert facts.live is GREEN
    steps = command.progress.steps
    begin, moved, end = (
        steps.index(next(it for it in steps if word in it))
        for word in ("maintenance page", "production to green", "reach the site again")
    )
    assert begin < moved < end
    assert users_get(work) == "green"
    assert policies(work) == []


def test_a_switch_has_its_pause_where_it_is_asked_for(work: Work) -> None:
    reconcile.deploy(anew(work), "2.0")
    command = anew(work)
    operations.switch(command, GREEN, SwitchOptions(maintenance=True))
    assert any("maintenance page" in it for it in command.progress.steps)
    assert users_get(work) == "green"


def test_the_pause_ends_when_production_goes_back(work: Work) -> None:
    reconcile.deploy(anew(work), "2.0")
    command = anew(work)

    def broken(url: str, timeout: float, *options: object) -> object:
        answer = work.visit(url, timeout, *options)
        if answer.headers.get("x-ao-colour") == "green" and ":8080" not in url:
            production = work.observe().production
            if production is not None and production.address in url:
                return replace(answer, status=500, headers={})
        return answer

    with pytest.raises(SwitchFailed):
        operations.switch(replace(command, visit=broken), GREEN, SwitchOptions(maintenance=True))
    assert users_get(work) == "blue"
    assert policies(work) == []


def test_nothing_is_asked_of_a_site_without_it(work: Work) -> None:
    plain = anew(work, replace(work.site, maintenance=None))
    reconcile.deploy(plain, "2.0")
    before = len(work.cloud.calls)
    operations.switch(anew(plain), GREEN)
    assert not [it for it in work.cloud.calls[before:] if "l7" in it.name]


def test_policies_named_so_of_another_site_are_not_this_ones(work: Work) -> None:
    stranger = L7Policy(name=NAME, action="REJECT", listener_id="of another site")
    assert plan.among([stranger], work.observe()).policies == ()
