"""Which listener of a site gets another certificate next."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ao.cloud import Listener, ListenerSettings
from ao.colour import Colour
from ao.plan import renewal
from ao.plan.facts import SECURE, SECURE_PRODUCTION, Facts
from ao.plan.plan import FollowStack, Step
from ao.plan.renewal import (
    Expected,
    References,
    RemoveCertificates,
    SeeCertificate,
    ServeCertificate,
)
from ao.site import Method
from tests.unit import samples

BLUE, GREEN = Colour
NEW = "https://barbican.example/v1/secrets/new"
WANTED = References(certificate=NEW)
EXPECTED = {"": Expected(fingerprint="ab")}
NAMES = st.sampled_from(["old", "new", "other"])


def listener(name: str, certificate: str, *sni: str) -> Listener:
    settings = ListenerSettings(
        tls_ref=f"https://barbican.example/v1/secrets/{certificate}", sni_refs=sni
    )
    return Listener(id=name, name=name, default_pool_id=None, settings=settings)


def addressed(live: Colour | None, certificates: dict[Colour, str]) -> Facts:
    """A site by the address method whose systems serve these."""
    facts = samples.whole(live or BLUE)
    if live is None:
        facts = replace(facts, production=samples.address("production", None))
    for colour in Colour:
        system = facts.systems[colour]
        built = samples.resource(SECURE, "OS::Octavia::Listener", f"{colour}-secure")
        serving = listener(f"{colour}-secure", certificates[colour])
        changed = replace(system, resources=(*system.resources, built), listener=serving)
        facts = samples.with_system(facts, changed)
    return facts


def pooled(users: str, preview: str) -> Facts:
    """A site by the pool method whose listeners serve these."""
    whole = samples.whole()
    built = samples.resource(SECURE_PRODUCTION, "OS::Octavia::Listener", "users")
    return replace(
        whole,
        method=Method.POOL,
        resources=(*whole.resources, built),
        shared=whole.systems[BLUE].load_balancer,
        production_listener=listener("users", users),
        preview_listener=listener("preview", preview),
    )


SITES = st.one_of(
    st.builds(pooled, NAMES, NAMES),
    st.builds(
        addressed,
        st.sampled_from([BLUE, GREEN, None]),
        st.fixed_dictionaries({BLUE: NAMES, GREEN: NAMES}),
    ),
)


def steps(facts: Facts) -> Iterator[Step]:
    """All steps of a renewal, each carried out."""
    done: frozenset[Step] = frozenset()
    for _ in range(20):
        planned = renewal.renew(facts, WANTED, EXPECTED, done)
        if not planned:
            return
        for step in planned:
            yield step
            if isinstance(step, ServeCertificate):
                facts = serving(facts, step)
        done |= frozenset(planned)
    raise AssertionError("it does not end")


def serving(facts: Facts, step: ServeCertificate) -> Facts:
    def now(it: Listener | None) -> Listener | None:
        if it is None or it.id != step.listener_id:
            return it
        return replace(it, settings=replace(it.settings, tls_ref=step.references.certificate))

    systems = {
        colour: replace(system, listener=now(system.listener))
        for colour, system in facts.systems.items()
    }
    return replace(
        facts,
        systems=systems,
        production_listener=now(facts.production_listener),
        preview_listener=now(facts.preview_listener),
    )


@given(SITES)
def test_it_ends_with_all_listeners_serving_it_each_asked_once_at_most(facts: Facts) -> None:
    found = list(steps(facts))
    served = [it.listener_id for it in found if isinstance(it, ServeCertificate)]
    assert len(served) == len(set(served))
    for step in found:
        if isinstance(step, ServeCertificate):
            facts = serving(facts, step)
    assert renewal.serve_all(facts, WANTED) == ()
    assert found[-1] == RemoveCertificates()


@given(SITES)
def test_users_get_nothing_that_the_preview_has_not_shown(facts: Facts) -> None:
    users = {it.id for it in renewal.of_role(facts, "production")}
    shown = not renewal.is_shown(facts, "preview")
    for step in steps(facts):
        shown = shown or step == SeeCertificate("preview", EXPECTED[""])
        assert not (isinstance(step, ServeCertificate) and step.listener_id in users and not shown)


@given(SITES)
def test_nothing_is_deleted_before_production_has_shown_it(facts: Facts) -> None:
    *before, last = steps(facts)
    assert last == RemoveCertificates()
    assert RemoveCertificates() not in before
    if renewal.is_shown(facts, "production"):
        assert before[-1] == SeeCertificate("production", EXPECTED[""])


def test_what_heat_is_at_work_on_comes_first() -> None:
    facts = addressed(BLUE, {BLUE: "old", GREEN: "old"})
    green = facts.systems[GREEN]
    assert green.stack is not None
    busy = replace(green, stack=replace(green.stack, status="IN_PROGRESS", action="UPDATE"))
    planned = renewal.renew(samples.with_system(facts, busy), WANTED, EXPECTED, frozenset())
    assert planned == (FollowStack(green.stack.name, "UPDATE"),)


def test_a_reference_of_another_host_is_of_the_same_thing() -> None:
    wanted = References(
        certificate="https://elsewhere.example:9311/secrets/new", sni=("a/1", "b/2")
    )
    assert wanted.are_of(listener("users", "new", "https://x/2", "https://x/1"))
    assert not wanted.are_of(listener("users", "new", "https://x/1"))
    assert not wanted.are_of(listener("users", "old", "https://x/2", "https://x/1"))
