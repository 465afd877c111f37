"""What the cloud answered at one look, and the facts that follow from it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao import fake
from ao.cloud import Alarm, Listener, LoadBalancer, Member, Resource, Server
from ao.colour import Colour
from ao.errors import NotAuthenticated, NotFound, QuotaExceeded, Refused
from ao.operations import reconcile
from ao.plan.observation import Observation, assemble, read, with_members
from ao.site import Method, Site
from ao.work import Work
from tests.unit.operations.sites import SITES, built, start
from tests.unit.samples import AUTOSCALE, POOL_SITE, SITE, address, resource, stack
from tests.unit.untrusted.test_printable import FOREIGN, harmless

BLUE, GREEN = Colour
OUT = "OS::Aodh::PrometheusAlarm"
EMPTY = Observation(
    stacks={},
    resources={},
    floating_ips=(),
    load_balancers=(),
    listeners=(),
    servers=(),
    members={},
    alarms=(),
)
"""A look at a project where nothing of the site is."""


def balancer(id: str, *pools: str) -> LoadBalancer:  # noqa: A002
    return LoadBalancer(
        id=id,
        name="whatever it is called",
        description="",
        provider="ovn",
        vip_address="10.42.1.9",
        vip_port_id=f"{id}-vip",
        provisioning_status="ACTIVE",
        operating_status="ONLINE",
        pool_ids=pools,
    )


def member(id: str) -> Member:  # noqa: A002
    return Member(
        id=id, address="10.42.1.20", operating_status="ONLINE", provisioning_status="ACTIVE"
    )


def alarm(id: str) -> Alarm:  # noqa: A002
    return Alarm(id=id, name="", enabled=True, state="ok", reason="")


def of_system(colour: Colour) -> tuple[Resource, ...]:
    """What Heat has built of a system that has a load balancer of its own."""
    return (
        resource("load_balancer", "OS::Octavia::LoadBalancer", f"{colour}-lb"),
        resource("pool", "OS::Octavia::Pool", f"{colour}-pool"),
        resource("server", "OS::Nova::Server", f"{colour}-server"),
        resource("alarm_out", OUT, f"{colour}-alarm"),
    )


TWO = Observation(
    stacks={
        name: stack(name, "CREATE_COMPLETE", SITE.tag)
        for name in (SITE.stack, *(SITE.system_stack(colour) for colour in Colour))
    },
    resources={
        SITE.stack: (
            resource("production_address", "OS::Neutron::FloatingIP", "production-id"),
            resource("preview_address", "OS::Neutron::FloatingIP", "preview-id"),
        ),
        **{SITE.system_stack(colour): of_system(colour) for colour in Colour},
    },
    floating_ips=(address("preview", "blue-lb-vip"), address("production", "green-lb-vip")),
    load_balancers=tuple(balancer(f"{colour}-lb", f"{colour}-pool") for colour in Colour),
    listeners=(),
    servers=(
        *(Server(id=f"{colour}-server", name="") for colour in Colour),
        Server(id="of another site", name=f"{SITE.name}-blue-1"),
    ),
    members={f"{colour}-pool": (member(f"{colour}-member"),) for colour in Colour},
    alarms=(alarm("blue-alarm"), alarm("green-alarm"), alarm("of another site")),
)
"""A look at a site of two load balancers, of which green is live."""

SHARED = replace(
    TWO,
    stacks={
        **TWO.stacks,
        SITE.stack: stack(SITE.stack, "CREATE_COMPLETE", SITE.tag, "ao:method=pool"),
    },
    resources={
        **TWO.resources,
        SITE.stack: (
            *TWO.resources[SITE.stack],
            resource("load_balancer", "OS::Octavia::LoadBalancer", "shared-lb"),
            resource("blue_pool", "OS::Octavia::Pool", "blue-pool"),
            resource("green_pool", "OS::Octavia::Pool", "green-pool"),
            resource("production_listener", "OS::Octavia::Listener", "users"),
            resource("preview_listener", "OS::Octavia::Listener", "preview"),
        ),
    },
    floating_ips=(address("production", "shared-lb-vip"),),
    load_balancers=(balancer("shared-lb", "blue-pool", "green-pool"),),
    listeners=(
        Listener(id="preview", name="", default_pool_id="green-pool"),
        Listener(id="users", name="", default_pool_id="blue-pool"),
    ),
)
"""A look at a site whose systems share a load balancer, of which blue is live."""


def test_of_a_project_where_nothing_is_there_is_nothing() -> None:
    facts = assemble(SITE, EMPTY)
    assert (facts.stack, facts.production, facts.preview, facts.live) == (None,) * 4
    assert not any(facts.has(colour) for colour in Colour)


def test_by_the_address_method_the_production_address_tells_the_live_system() -> None:
    facts = assemble(SITE, TWO)
    assert (facts.live, facts.previewed, facts.shared) == (GREEN, BLUE, None)


def test_by_the_pool_method_the_listener_tells_the_live_system() -> None:
    facts = assemble(POOL_SITE, SHARED)
    assert (facts.live, facts.previewed) == (BLUE, GREEN)
    assert facts.preview == facts.production
    assert {system.load_balancer for system in facts.systems.values()} == {facts.shared}


@pytest.mark.parametrize(("site", "seen"), [(SITE, TWO), (POOL_SITE, SHARED)])
def test_each_system_has_what_heat_keeps_the_ids_of_and_no_more(
    site: Site, seen: Observation
) -> None:
    for colour, system in assemble(site, seen).systems.items():
        assert system.pool_id == f"{colour}-pool"
        assert [it.id for it in system.members] == [f"{colour}-member"]
        assert [it.id for it in system.servers] == [f"{colour}-server"]
        assert [it.id for it in system.alarms] == [f"{colour}-alarm"]
        assert system.lost == ()


def test_a_pool_that_is_gone_has_no_members() -> None:
    gone = replace(TWO, load_balancers=(balancer("blue-lb"), TWO.load_balancers[1]))
    systems = assemble(SITE, gone).systems
    assert (systems[BLUE].members, len(systems[GREEN].members)) == ((), 1)


def test_a_pool_of_another_load_balancer_is_none_of_the_system() -> None:
    swapped = replace(
        TWO, load_balancers=(balancer("blue-lb", "green-pool"), balancer("green-lb", "blue-pool"))
    )
    assert all(system.members == () for system in assemble(SITE, swapped).systems.values())


def test_an_alarm_that_aodh_has_no_more_is_lost() -> None:
    facts = assemble(SITE, replace(TWO, alarms=(alarm("green-alarm"),)))
    assert [it.physical_id for it in facts.systems[BLUE].lost] == ["blue-alarm"]
    assert facts.systems[GREEN].lost == ()


def test_alarms_that_are_not_known_are_not_lost() -> None:
    facts = assemble(SITE, replace(TWO, alarms=(), unknown="Aodh does not answer"))
    assert facts.unknown == "Aodh does not answer"
    assert all(system.lost == () for system in facts.systems.values())


def test_a_production_address_that_the_site_names_is_found_by_its_address() -> None:
    named = replace(SITE, production_address="172.31.1.20")
    assert assemble(named, TWO).production == address("production", "green-lb-vip")


def test_a_production_address_that_the_project_lacks_is_told() -> None:
    named = replace(SITE, production_address="203.0.113.9")
    with pytest.raises(NotFound, match=r"no floating IP 203\.0\.113\.9"):
        assemble(named, TWO)


@given(st.permutations(TWO.floating_ips), st.permutations(TWO.load_balancers))
def test_the_order_of_answers_says_nothing(addresses: list, balancers: list) -> None:  # type: ignore[type-arg]
    mixed = replace(TWO, floating_ips=tuple(addresses), load_balancers=tuple(balancers))
    assert assemble(SITE, mixed) == assemble(SITE, TWO)


@given(FOREIGN)
def test_tags_that_tell_no_method_that_ao_knows_are_told_safely(word: str) -> None:
    tagged = stack(SITE.stack, "CREATE_COMPLETE", SITE.tag, f"ao:method=x{word}")
    with pytest.raises(Refused, match="no method that Ao knows") as caught:
        assemble(SITE, replace(EMPTY, stacks={SITE.stack: tagged}))
    assert harmless(caught.value.message)


@pytest.mark.parametrize(
    ("site", "seen", "method"), [(POOL_SITE, TWO, "address"), (SITE, SHARED, "pool")]
)
def test_a_site_that_was_built_for_the_other_method_is_told_which(
    site: Site, seen: Observation, method: str
) -> None:
    with pytest.raises(Refused, match=f"was built for the {method} method"):
        assemble(site, seen)


@pytest.mark.parametrize("method", list(Method))
def test_a_look_reads_what_a_site_is_made_of_and_changes_nothing(method: Method) -> None:
    work = built(SITES[method])
    work.cloud.calls.clear()
    seen = read(work.cloud, work.site)
    assert not any(call.writes for call in work.cloud.calls)
    assert {*seen.stacks} == {*seen.resources}
    assert len(seen.stacks) == 3
    assert len(seen.members) == 2
    assert bool(seen.listeners) is (method is Method.POOL)
    assert assemble(work.site, seen).live is BLUE


def test_a_look_at_a_project_where_nothing_is_built_asks_for_no_alarms() -> None:
    work = start(SITE)
    assert read(work.cloud, SITE) == EMPTY
    assert "alarms.get" not in {call.name for call in work.cloud.calls}


def test_alarms_that_may_not_be_read_leave_the_rest_known() -> None:
    work = built(replace(SITES[Method.POOL], autoscale=AUTOSCALE))
    work.cloud.faults.fail("alarms.get", QuotaExceeded("no more of that"))
    facts = work.observe()
    assert (facts.unknown, facts.live) == ("no more of that", BLUE)


def test_a_login_that_is_over_is_no_silence_of_aodh() -> None:
    work = built(replace(SITES[Method.POOL], autoscale=AUTOSCALE))
    work.cloud.faults.fail("alarms.get", NotAuthenticated("the token has expired"))
    with pytest.raises(NotAuthenticated):
        work.observe()


def test_another_projects_site_of_the_same_name_is_not_seen() -> None:
    work = built(SITE)
    annex = fake.Cloud("annex", openstack=work.cloud.openstack)
    assert read(annex, SITE) == EMPTY


def calls(work: Work, name: str) -> int:
    """How often a call was made since the work's calls were cleared."""
    return sum(call.name == name for call in work.cloud.calls)


def crowd(work: Work) -> None:
    """Build another site, and give the project floating IPs."""
    reconcile.up(replace(work, site=replace(work.site, name="crowd"), looks={}))
    for _ in range(5):
        work.cloud.other_user.allocate_address()


@pytest.mark.parametrize("method", list(Method))
def test_a_look_is_of_the_same_size_whatever_else_the_project_holds(method: Method) -> None:
    work = built(SITES[method])
    alone = read(work.cloud, work.site)
    crowd(work)
    work.cloud.calls.clear()
    seen = read(work.cloud, work.site)
    assert seen == alone
    assert not {call.name for call in work.cloud.calls} & {
        "floating_ips.all",
        "load_balancers.all",
        "servers.active",
        "alarms.all",
    }


@pytest.mark.parametrize("method", list(Method))
def test_a_second_look_asks_for_what_may_have_changed_and_tells_the_same(method: Method) -> None:
    work = built(SITES[method])
    first = read(work.cloud, work.site)
    work.cloud.calls.clear()
    assert read(work.cloud, work.site, first) == first
    assert calls(work, "stacks.resources") == 0
    assert calls(work, "load_balancers.listeners") == 0
    assert len(work.cloud.calls) == {Method.POOL: 3, Method.ADDRESS: 4}[method]


@pytest.mark.parametrize("method", list(Method))
def test_members_of_one_system_are_read_anew_in_one_request(method: Method) -> None:
    work = built(SITES[method])
    before = work.observe()
    by_hand(work, "a server stops")
    work.cloud.calls.clear()
    facts = with_members(work.cloud, before, BLUE)
    assert len(work.cloud.calls) == 1
    assert facts.systems[BLUE].online == before.systems[BLUE].online - 1
    assert replace(facts, systems=before.systems) == before


def test_members_of_a_pool_that_no_listener_leads_to_are_read_all_the_same() -> None:
    work = built(SITES[Method.POOL])
    facts = work.observe()
    assert facts.preview_listener is not None
    work.cloud.load_balancers.set_default_pool(facts.preview_listener, None)
    assert len(with_members(work.cloud, facts, GREEN).systems[GREEN].members) == 2


def test_a_load_balancer_that_is_gone_has_no_members() -> None:
    work = built(SITES[Method.ADDRESS])
    facts = work.observe()
    by_hand(work, "the live load balancer goes")
    assert with_members(work.cloud, facts, BLUE).systems[BLUE].members == ()


def test_listeners_that_were_read_after_a_move_are_not_asked_for_again() -> None:
    work = built(SITES[Method.POOL])
    listener = work.observe().production_listener
    assert listener is not None
    work.cloud.load_balancers.set_default_pool(listener, work.observe().systems[GREEN].pool_id)
    work.note_listeners(work.cloud.load_balancers.listeners())
    work.cloud.calls.clear()
    assert work.observe().live is GREEN
    assert calls(work, "load_balancers.listeners") == 0


def by_hand(work: Work, change: str) -> None:
    """Change something of a site without Ao."""
    facts, other = work.observe(), work.cloud.other_user
    blue = facts.systems[BLUE]
    assert blue.load_balancer is not None
    match change:
        case "a server stops":
            other.break_server(blue.servers[0].id)
            work.clock.sleep(60.0)
        case "a server goes":
            other.delete_server(blue.servers[0].id)
        case "the live load balancer goes":
            other.delete_load_balancer(blue.load_balancer.id)
        case "a load balancer fails":
            other.mark_load_balancer(blue.load_balancer.id, "ERROR")
        case "the address goes":
            assert facts.production is not None
            other.delete_address(facts.production.id)
        case "the address is pointed nowhere":
            assert facts.production is not None
            other.point(facts.production.id, None)
        case "a group grows":
            other.signal(work.site.system_stack(BLUE), "scale_out")
            work.clock.sleep(60.0)
        case "a listener goes":
            assert facts.preview_listener is not None
            other.delete_listener(facts.preview_listener.id)
        case "a listener leads elsewhere":
            assert facts.production_listener is not None
            pool_id = facts.systems[GREEN].pool_id
            work.cloud.load_balancers.set_default_pool(facts.production_listener, pool_id)
        case "a version is deployed":
            reconcile.deploy(replace(work, looks={}), "2.0")


CHANGES = (
    "a server stops",
    "a server goes",
    "the live load balancer goes",
    "a load balancer fails",
    "the address goes",
    "the address is pointed nowhere",
    "a group grows",
    "a version is deployed",
)


@pytest.mark.parametrize(
    ("method", "change"),
    [
        *((method, change) for method in Method for change in CHANGES),
        (Method.POOL, "a listener goes"),
        (Method.POOL, "a listener leads elsewhere"),
    ],
)
def test_what_changes_between_two_looks_is_seen_by_the_second(method: Method, change: str) -> None:
    work = built(replace(SITES[method], autoscale=AUTOSCALE if change == "a group grows" else None))
    first = read(work.cloud, work.site)
    by_hand(work, change)
    again = assemble(work.site, read(work.cloud, work.site, first))
    assert again == assemble(work.site, read(work.cloud, work.site))
    assert again != assemble(work.site, first)


def test_a_group_that_grows_without_alarms_is_seen_by_its_pools_members() -> None:
    work = built(replace(SITES[Method.POOL], autoscale=AUTOSCALE))
    first = read(work.cloud, work.site)
    quiet = {
        name: tuple(it for it in resources if it.type != OUT)
        for name, resources in first.resources.items()
    }
    by_hand(work, "a group grows")
    second = read(work.cloud, work.site, replace(first, resources=quiet))
    assert assemble(work.site, second).systems[BLUE].size == 3


def test_a_server_that_somebody_renamed_is_known_by_its_id() -> None:
    work = built(SITE)
    server = work.observe().systems[BLUE].servers[0]
    work.cloud.other_user.rename_server(server.id, "mine")
    servers = work.observe().systems[BLUE].servers
    assert server.id in {it.id for it in servers}
    assert not work.observe().systems[BLUE].broken
