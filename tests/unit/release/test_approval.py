"""The approval of a release's switch: who gives it, to what, and what is none."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao import fake, lock, release
from ao.colour import Colour
from ao.errors import Forbidden, Refused
from ao.journal import (
    Approval,
    Ask,
    Asked,
    Begun,
    Entry,
    Event,
    Heading,
    StepBegun,
    StepEnded,
    Unreadable,
)
from ao.operations import operations, reconcile
from ao.operations.switch_options import SwitchOptions
from ao.progress import ProgressEvent
from ao.release import Stage, WaitingForApproval, approval, open_releases
from ao.release.person import Person
from ao.release.state import ReleaseState, read_state
from ao.site import VERSION, Method
from ao.site.rules import Approve
from ao.work import Work
from tests.unit import samples
from tests.unit.listeners import begins
from tests.unit.operations.sites import told
from tests.unit.release.releases import (
    Listener,
    entries,
    http_check,
    journal,
    options,
    released,
    ruled,
)
from tests.unit.release.test_ways_out import once

BLUE, GREEN = Colour


@pytest.fixture
def manual(work: Work) -> Work:
    """A site whose releases wait for approval."""
    return ruled(work, approve=Approve.MANUAL)


@pytest.fixture
def waiting(manual: Work) -> Work:
    """One with a release of 2.0 that waits."""
    waits(manual)
    return manual


def waits(work: Work, version: str = "2.0", **given: object) -> None:
    with pytest.raises(WaitingForApproval, match="production is on blue"):
        released(work, version, **given)
    assert told(work, "production")[0] == "blue"


def goes_on(work: Work, **given: object) -> None:
    release.resume(work, options(work, **given))


def still_waits(work: Work) -> None:
    """Nothing that goes on with it takes production anywhere."""
    with pytest.raises(WaitingForApproval):
        goes_on(work)
    with pytest.raises(WaitingForApproval):
        released(work)
    assert told(work, "production")[0] == "blue"


def by(work: Work, user: str, user_id: str | None = None) -> Work:
    """The same site in the hands of another user."""
    cloud = fake.Cloud(openstack=work.cloud.openstack, user=user, user_id=user_id)
    return replace(work, cloud=cloud)


def open_one(work: Work) -> ReleaseState:
    found = open_releases.open_release(journal(work))
    assert found is not None
    return found


def approvals(work: Work) -> list[Approval | None]:
    """Those in the journal of the latest release."""
    return [
        it.event.approval
        for it in entries(work)
        if isinstance(it.event, Asked) and it.event.ask is Ask.APPROVE
    ]


def right(work: Work) -> Approval:
    """The approval that somebody may give now."""
    somebody = Person(user="bob", user_id="id-of-bob")
    return approval.wanted(open_one(work), work.observe(), somebody)


def forge(work: Work, approved: Approval | None) -> None:
    """Have the journal hold an approval as anybody may write one."""
    journal(work).write(Asked(ask=Ask.APPROVE, approval=approved), open_one(work).id)


def test_a_release_that_is_paused_and_gone_on_with_waits_all_the_same(manual: Work) -> None:
    bob, begin = by(manual, "bob"), manual.clock.now()
    paused = once(manual, lambda: True, lambda: release.pause(bob, "a moment"))
    gone_on = once(paused, lambda: manual.clock.now() > begin + 500, lambda: release.go_on(bob))
    waits(gone_on)
    assert manual.clock.now() > begin + 500
    assert not approvals(manual)


def test_going_on_with_a_release_that_has_stopped_approves_of_nothing(waiting: Work) -> None:
    still_waits(waiting)
    assert not approvals(waiting)


def test_the_cure_of_one_that_waits_says_what_approves_and_what_goes_on(manual: Work) -> None:
    with pytest.raises(WaitingForApproval) as stopped:
        released(manual)
    found = open_one(manual).id
    assert f"`ao approve {found}`" in stopped.value.cure
    assert f"`ao release continue {found}`" in stopped.value.cure


def test_an_approval_names_the_release_and_what_is_approved(waiting: Work) -> None:
    release.approve(by(waiting, "bob"), "the tests are good")
    (given,) = approvals(waiting)
    standby, found = waiting.observe().systems[GREEN], open_one(waiting)
    assert standby.stack is not None
    assert given == Approval(
        release=found.id,
        version="2.0",
        stage="approve",
        old="blue",
        new="green",
        stack=standby.stack.id,
        deploy=standby.deploy,
        user_id="id-of-bob",
    )
    assert standby.deploy
    goes_on(waiting)
    assert told(waiting, "production") == ("green", "2.0")


@dataclass
class At(Listener):
    """Has something happen once, as a step of a release begins."""

    word: str = ""
    act: Callable[[], object] | None = None

    def emit(self, event: ProgressEvent) -> None:
        act, due = self.act, begins(event, self.word)
        if act is not None and due:
            self.act = None
            act()


def test_a_running_release_hears_its_approval(manual: Work) -> None:
    checked, bob = ruled(manual, checks=http_check()), by(manual, "bob")
    heard = At(word="check", act=lambda: release.approve(bob))
    released(replace(checked, progress=heard))
    assert told(manual, "production") == ("green", "2.0")


def test_an_approval_that_comes_before_the_deploy_has_ended_is_none(manual: Work) -> None:
    bob = by(manual, "bob")

    def approve() -> None:
        release.approve(bob)
        # Heat tells seconds, and within one the order is that of the writers' clocks.
        manual.clock.sleep(1.0)

    waits(replace(manual, progress=At(word="see preview", act=approve)))
    assert len(approvals(manual)) == 1
    still_waits(manual)


def test_an_approval_ends_no_pause(manual: Work) -> None:
    checked, bob, begin = ruled(manual, checks=http_check()), by(manual, "bob"), manual.clock.now()

    def both() -> None:
        release.pause(bob)
        release.approve(bob)

    held = replace(checked, progress=At(word="check", act=both))
    released(once(held, lambda: manual.clock.now() > begin + 900, lambda: release.go_on(bob)))
    assert manual.clock.now() > begin + 900
    assert told(manual, "production") == ("green", "2.0")


def test_approving_twice_is_approving_once(waiting: Work) -> None:
    first = release.approve(waiting)
    assert release.approve(by(waiting, "bob")).id == first.id
    assert len(approvals(waiting)) == 1


def test_approving_again_once_production_has_moved_is_no_fault(waiting: Work) -> None:
    release.approve(waiting)
    goes_on(waiting, detach=True)
    release.approve(waiting)
    assert len(approvals(waiting)) == 1


def test_an_approval_that_an_older_ao_has_left_counts_no_more_which_is_told(waiting: Work) -> None:
    forge(by(waiting, "bob"), None)
    listener = Listener()
    with pytest.raises(WaitingForApproval):
        released(replace(waiting, progress=listener))
    assert any("An approval by bob names no release" in note for note in listener.notes)
    still_waits(waiting)


def test_an_older_ao_that_goes_on_with_a_paused_release_ends_its_pause_alone(manual: Work) -> None:
    begin = manual.clock.now()
    paused = once(manual, lambda: True, lambda: release.pause(by(manual, "bob")))
    older = once(paused, lambda: manual.clock.now() > begin + 500, lambda: forge(manual, None))
    waits(older)
    assert manual.clock.now() > begin + 500


@pytest.mark.parametrize(
    "wrong",
    [
        {"release": ""},
        {"version": ""},
        {"stage": ""},
        {"release": "20261123-0815-a3f"},
        {"version": "2.1"},
        {"stage": "deploy"},
        {"old": "green", "new": "blue"},
        {"stack": "another"},
        {"deploy": "another"},
    ],
    ids=str,
)
def test_an_approval_of_anything_else_is_none_which_is_told(
    waiting: Work, wrong: dict[str, str]
) -> None:
    forge(waiting, replace(right(waiting), **wrong))
    listener = Listener()
    with pytest.raises(WaitingForApproval):
        released(replace(waiting, progress=listener))
    assert any("lets nothing through" in note for note in listener.notes)
    still_waits(waiting)
    forge(waiting, right(waiting))
    released(waiting)
    assert told(waiting, "production")[0] == "green"


def test_an_approval_of_one_release_is_none_of_the_next_of_the_same_version(waiting: Work) -> None:
    release.approve(waiting)
    given = approvals(waiting)[0]
    with pytest.raises(release.Aborted):
        release.abort(waiting, options(waiting))
    waits(waiting)
    forge(waiting, given)
    still_waits(waiting)


DEPLOYS: dict[str, Callable[[Work], object]] = {
    "of another version and back": lambda work: [
        operations.deploy(work, "3.0"),
        operations.deploy(work, "2.0"),
    ],
    "of the same version": lambda work: operations.deploy(work, "2.0"),
    "that nobody waited for": lambda work: [
        operations.start_deploy(work, "2.0"),
        work.clock.sleep(900.0),
    ],
    "that begins with nothing": lambda work: [
        operations.down(work, frozenset({GREEN})),
        operations.deploy(work, "2.0"),
    ],
}


@pytest.mark.parametrize("deploy", DEPLOYS.values(), ids=DEPLOYS)
def test_a_deploy_after_an_approval_voids_it(
    waiting: Work, deploy: Callable[[Work], object]
) -> None:
    release.approve(waiting)
    deploy(waiting)
    listener = Listener()
    with pytest.raises(WaitingForApproval):
        released(replace(waiting, progress=listener))
    assert any("before green was deployed as it is" in note for note in listener.notes)
    still_waits(waiting)
    release.approve(waiting)
    goes_on(waiting)
    assert told(waiting, "production") == ("green", "2.0")


def test_the_release_s_own_deploy_voids_an_approval_too(waiting: Work) -> None:
    release.approve(waiting)
    operations.deploy(waiting, "3.0")
    still_waits(waiting)
    assert told(waiting, "preview") == ("green", "2.0")


def test_scaling_and_repairing_void_no_approval(waiting: Work) -> None:
    release.approve(waiting)
    reconcile.scale(waiting, GREEN, 3)
    waiting.cloud.other_user.delete_server(waiting.observe().systems[GREEN].servers[0].id)
    operations.up(waiting)
    reconcile.scale(waiting, BLUE, 4)
    goes_on(waiting)
    assert told(waiting, "production") == ("green", "2.0")


def test_nothing_is_approved_before_the_version_is_there(manual: Work) -> None:
    refusals: list[str] = []

    def early() -> None:
        with pytest.raises(Refused, match=r"green has not got 2\.0") as refused:
            release.approve(manual)
        refusals.append(refused.value.message)

    def is_building() -> bool:
        stack = manual.observe().systems[GREEN].stack
        return stack is not None and stack.busy

    waits(once(manual, is_building, early))
    assert refusals
    assert not approvals(manual)


def test_while_the_standby_scales_that_is_told_and_a_deploy_is_not_done_again(
    waiting: Work,
) -> None:
    operations.start_scale(waiting, GREEN, 3)
    with pytest.raises(Refused, match="Heat is at work on green"):
        release.approve(waiting)
    assert plan_states(waiting)[Stage.DEPLOY] is release.State.DONE


def test_who_may_only_read_is_told_that_the_role_may_not_approve(waiting: Work) -> None:
    reader = fake.Cloud(openstack=waiting.cloud.openstack, user="rita", reader=True)
    with pytest.raises(Forbidden, match="your roles do not let you approve"):
        release.approve(replace(waiting, cloud=reader))


def test_nothing_is_approved_once_production_has_moved(work: Work) -> None:
    released(work, detach=True)
    with pytest.raises(Refused, match="production has moved to green already"):
        release.approve(work)
    assert not approvals(work)


def test_nothing_is_approved_without_an_open_release(manual: Work) -> None:
    with pytest.raises(Refused, match="no release is open"):
        release.approve(manual)


@pytest.mark.parametrize("held", [False, True], ids=["stopped", "running"])
def test_an_approval_or_going_on_that_names_another_release_is_refused(
    waiting: Work, held: bool
) -> None:
    before = len(entries(waiting))
    for name in ("2.1", "2", "3.0", "20200101-0815-a3f", open_one(waiting).id[:8]):
        told_of = f"no release of {name} is open: release {open_one(waiting).id} of 2.0 is"
        asks: list[Callable[[str], object]] = [
            lambda name: release.approve(waiting, named=name),
            lambda name: release.go_on(waiting, named=name),
        ]
        if not held:
            asks.append(lambda name: release.resume(waiting, options(waiting), named=name))
        for ask in asks:
            with (
                lock.acquire(waiting, "release 2.0") if held else nullcontext(),
                pytest.raises(Refused, match=told_of),
            ):
                ask(name)
    assert len(entries(waiting)) == before
    assert told(waiting, "production")[0] == "blue"


@pytest.mark.parametrize("cut", [None, -4, -2])
def test_a_release_is_named_by_its_id_how_that_begins_or_its_version(
    waiting: Work, cut: int | None
) -> None:
    name = open_one(waiting).id[:cut]
    release.approve(waiting, named=name)
    release.resume(waiting, options(waiting, until=Stage.APPROVE), named="2.0")
    release.resume(waiting, options(waiting), named=name)
    assert told(waiting, "production")[0] == "green"


def test_who_is_asked_at_the_terminal_approves_and_is_not_asked_again(manual: Work) -> None:
    asked: list[str] = []

    def ask(question: str) -> bool:
        asked.append(question)
        return True

    released(manual, ask=ask, until=Stage.APPROVE)
    assert asked == ["Switch production from blue to green with version 2.0?"]
    assert [it and it.user_id for it in approvals(manual)] == ["id-of-operator"]
    released(manual, ask=ask)
    assert len(asked) == 1
    assert told(manual, "production")[0] == "green"


def test_who_says_no_at_the_terminal_has_it_wait(manual: Work) -> None:
    waits(manual, ask=lambda question: False)
    assert not approvals(manual)


@pytest.fixture
def pair(work: Work) -> Work:
    """A site whose releases take two people."""
    return ruled(work, approve=Approve.TWO_PEOPLE)


def test_with_two_people_nobody_approves_of_their_own_release(pair: Work) -> None:
    waits(pair)
    with pytest.raises(Refused, match="asks for another person to approve") as refused:
        release.approve(pair)
    assert "`ao approve --approver NAME`" in refused.value.cure
    forge(pair, replace(right(pair), user_id=pair.cloud.user_id))
    still_waits(pair)


def test_with_two_people_another_user_approves(pair: Work) -> None:
    waits(pair)
    release.approve(by(pair, "bob"))
    goes_on(pair)
    assert told(pair, "production")[0] == "green"


def test_with_two_people_it_may_be_the_approver_who_goes_on(pair: Work) -> None:
    waits(pair)
    release.approve(by(pair, "bob"))
    goes_on(by(pair, "bob"))
    assert told(pair, "production")[0] == "green"


def test_with_two_people_users_are_told_apart_by_their_ids(pair: Work) -> None:
    waits(pair)
    same = pair.cloud.user
    with pytest.raises(Refused):
        release.approve(by(pair, "renamed", pair.cloud.user_id))
    release.approve(by(pair, same, "of-another-domain"))
    goes_on(pair)
    assert told(pair, "production")[0] == "green"


def test_with_two_people_one_user_acts_for_two_that_are_named(pair: Work) -> None:
    waits(pair, releaser="kim")
    for approver in ("", "kim", "Kim"):
        with pytest.raises(Refused, match=r"kim \(operator\) has begun"):
            release.approve(pair, approver=approver)
    release.approve(pair, approver="lee")
    goes_on(pair)
    assert told(pair, "production")[0] == "green"


def test_with_two_people_a_user_is_not_the_person_that_another_user_acted_for(pair: Work) -> None:
    waits(pair, releaser="kim")
    with pytest.raises(Refused):
        release.approve(by(pair, "kim"))
    release.approve(by(pair, "lee"))
    goes_on(pair)
    assert told(pair, "production")[0] == "green"


def test_with_two_people_nobody_is_asked_at_the_terminal(pair: Work) -> None:
    def ask(question: str) -> bool:
        raise AssertionError(question)

    waits(pair, ask=ask)


def test_an_approval_that_was_enough_before_the_site_asked_for_two_people_is_not_now(
    waiting: Work,
) -> None:
    release.approve(waiting)
    pair = ruled(waiting, approve=Approve.TWO_PEOPLE)
    listener = Listener()
    with pytest.raises(WaitingForApproval):
        released(replace(pair, progress=listener))
    assert any("not known to be of another person" in note for note in listener.notes)


def test_who_is_told_that_it_waits_is_told_which_release_and_what_approves(
    manual: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ao.hooks import notification
    from ao.hooks.hooks import Context
    from ao.site.hooks import Webhook
    from ao.site.notify import Notification

    told_of: list[tuple[str, object]] = []

    def tell(work: Work, event: notification.Event, context: Context, **more: object) -> None:
        if event is notification.Event.WAITING:
            told_of.append((context.release, more["approve"]))

    monkeypatch.setattr(notification, "tell", tell)
    webhook = Webhook(url="http://127.0.0.1:9/", secret_env=None, secret_file=None)
    everybody = Notification(webhook=webhook, events=frozenset(notification.Event))
    waits(ruled(manual, notify=(everybody,)))
    found = open_one(manual).id
    assert told_of == [(found, f"ao approve {found}")]


BEGIN = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)
ID = "20261123-0815-a3f"


def recorded(*events: Event | Unreadable) -> tuple[Entry, ...]:
    """Entries of a release of 2.0, one a second."""
    begun = Begun(act="release", version="2.0", old=BLUE, new=GREEN, user_id="id-of-kim")
    return tuple(
        Entry(
            id=str(n),
            heading=Heading(
                site="shop",
                at=BEGIN + timedelta(seconds=n),
                release=ID,
                kind="asked" if isinstance(event, Unreadable) else event.kind,
                who="bob",
                words=("approve",) if isinstance(event, Unreadable) else event.words,
            ),
            host="a",
            event=event,
        )
        for n, event in enumerate((begun, *events))
    )


FACTS = samples.with_system(samples.whole(), samples.system(GREEN, version="2.0"))
GOOD = approval.wanted(
    ReleaseState(id=ID, version="2.0", old=BLUE, new=GREEN, releaser=Person()),
    FACTS,
    Person(user="bob", user_id="id-of-bob"),
)
WORDS = st.sampled_from(["", ID, "20261123-0815-a3e", "2.0", "2.1", "approve", "deploy", "green"])
ANY = st.builds(Approval, release=WORDS, version=WORDS, stage=WORDS)
NEARLY = st.builds(
    lambda approval, key, word: replace(approval, **{key: word}),
    st.just(GOOD),
    st.sampled_from(["release", "version", "stage"]),
    WORDS,
)
ASKS = st.builds(
    Asked,
    ask=st.sampled_from(Ask),
    approval=st.none() | ANY | NEARLY,
)
EVENTS = st.lists(
    ASKS
    | st.just(Unreadable(why="forged"))
    | st.sampled_from(
        [
            StepBegun(step="deploy"),
            StepEnded(step="deploy", seconds=1.0),
            StepEnded(step="approve", seconds=1.0),
            StepEnded(step="approve", seconds=1.0, outcome="waiting"),
        ]
    )
)


def counts(*events: Event | Unreadable, rule: Approve = Approve.MANUAL) -> bool:
    found = read_state(recorded(*events))
    assert found is not None
    return approval.counting(found, FACTS, rule) is not None


@given(EVENTS)
def test_nothing_that_is_asked_lets_a_release_pass_but_an_approval_of_it_since_its_deploy(
    events: list[Event | Unreadable],
) -> None:
    deploys = [n for n, it in enumerate(events) if getattr(it, "step", "") == "deploy"]
    since = events[deploys[-1] + 1 :] if deploys else events
    assert counts(*events) is (Asked(ask=Ask.APPROVE, approval=GOOD) in since)


@given(EVENTS)
def test_with_two_people_no_approval_of_who_began_it_counts(
    events: list[Event | Unreadable],
) -> None:
    own = [
        replace(it, approval=replace(it.approval, user_id="id-of-kim"))
        if isinstance(it, Asked) and it.approval
        else it
        for it in events
    ]
    assert not counts(*own, rule=Approve.TWO_PEOPLE)


def test_the_right_approval_lets_it_pass() -> None:
    good = Asked(ask=Ask.APPROVE, approval=GOOD)
    assert counts(good)
    assert counts(StepBegun(step="deploy"), StepEnded(step="deploy", seconds=1.0), good)
    assert counts(good, rule=Approve.TWO_PEOPLE)


VERSIONS = st.from_regex(VERSION, fullmatch=True)


@given(VERSIONS, VERSIONS)
def test_a_version_never_names_the_release_of_another(version: str, other: str) -> None:
    release_of = ReleaseState(id=ID, version=version, old=BLUE, new=GREEN, releaser=Person())
    assert release_of.is_called(version)
    if other != version and not other.startswith(ID[:10]):
        assert not release_of.is_called(other)


def test_a_switch_by_hand_is_no_way_around_an_approval(waiting: Work) -> None:
    with pytest.raises(Refused, match="and that needs an approval") as refused:
        operations.switch(by(waiting, "bob"), Colour.GREEN)
    assert f"`ao approve {open_one(waiting).id}`" in refused.value.cure
    assert told(waiting, "production") == ("blue", "1.0")
    still_waits(waiting)


def test_in_an_emergency_production_is_switched_all_the_same(waiting: Work) -> None:
    operations.switch(waiting, Colour.GREEN, SwitchOptions(force=True))
    assert told(waiting, "production") == ("green", "2.0")


def test_a_release_that_was_killed_in_its_switch_may_be_finished_by_hand(waiting: Work) -> None:
    release.approve(waiting)
    move = {Method.ADDRESS: "floating_ips.point", Method.POOL: "load_balancers.set_default_pool"}
    waiting.cloud.faults.kill(move[waiting.site.switch.method])
    with pytest.raises(fake.Killed):
        release.resume(waiting, options(waiting))
    waiting.cloud.process.restart()
    waiting.clock.sleep(lock.LEASE + 1)
    operations.switch(waiting, Colour.GREEN)
    assert told(waiting, "production") == ("green", "2.0")


def test_a_switch_that_somebody_else_has_begun_passes_no_stage(manual: Work) -> None:
    bob = by(manual, "bob")
    move = {Method.ADDRESS: "floating_ips.point", Method.POOL: "load_balancers.set_default_pool"}
    bob.cloud.faults.kill(move[manual.site.switch.method], after=True)
    with pytest.raises(fake.Killed):
        operations.switch(bob, Colour.GREEN)
    manual.clock.sleep(lock.LEASE + 1)
    with pytest.raises(Refused, match="is not finished"):
        release.release(manual, "2.0", options(manual))


@pytest.mark.parametrize("laxer", [Approve.AUTO, Approve.MANUAL])
def test_a_file_that_asks_for_less_loosens_nothing_of_a_release_that_was_begun(
    pair: Work, laxer: Approve
) -> None:
    waits(pair)
    loose = ruled(pair, approve=laxer)
    still_waits(loose)
    with pytest.raises(Refused, match="asks for another person"):
        release.approve(loose)
    with pytest.raises(Refused, match="needs an approval"):
        operations.switch(loose, GREEN)
    assert plan_states(loose)[Stage.APPROVE] is release.State.TODO
    release.approve(by(loose, "bob"))
    goes_on(loose)
    assert told(loose, "production")[0] == "green"


def plan_states(work: Work) -> dict[Stage, release.State]:
    return {it.stage: it.state for it in release.plan(work, "2.0")}


def begun_under(word: str) -> ReleaseState:
    first = recorded()[0]
    assert isinstance(first.event, Begun)
    found = read_state([replace(first, event=replace(first.event, approve=word))])
    assert found is not None
    return found


def test_a_rule_that_is_not_known_is_the_strictest_and_none_is_the_file_s_alone() -> None:
    assert begun_under("two-people").approve is Approve.TWO_PEOPLE
    assert begun_under("three-people").approve is Approve.TWO_PEOPLE
    assert begun_under("manual").approve is Approve.MANUAL
    assert begun_under("").approve is Approve.AUTO
    for file in Approve:
        assert file.stricter(begun_under("").approve) is file
