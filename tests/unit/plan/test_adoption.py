"""What the site file may say of listeners that are somebody else's. Pure."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ao.cloud import Listener, ListenerSettings, LoadBalancer
from ao.colour import Colour
from ao.plan import adoption
from ao.plan.facts import Facts, System
from ao.site import Method, Site
from ao.site.adopt import Adoption
from ao.site.timeouts import Timeouts
from tests.unit.samples import POOL_SITE

BLUE, GREEN = Colour
ADOPT = Adoption(load_balancer="lb", listeners=("web",), pool="old", floating_ip=None, colour=BLUE)
SITE = replace(POOL_SITE, adopt=ADOPT)
BALANCER = LoadBalancer(
    id="lb",
    name="the shop's",
    description="",
    provider="amphora",
    vip_address="192.0.2.1",
    vip_port_id="vip",
    provisioning_status="ACTIVE",
    operating_status="ONLINE",
    pool_ids=("old",),
)
SECONDS = st.one_of(st.none(), st.integers(min_value=0, max_value=86_400).map(float))
HEADERS = st.lists(st.sampled_from(["X-Forwarded-For", "X-Forwarded-Proto"]), unique=True)


def facts(settings: ListenerSettings) -> Facts:
    """Facts of a site whose adopted listener has these settings."""
    return Facts(
        method=Method.POOL,
        stack=None,
        resources=(),
        production=None,
        preview=None,
        systems={
            colour: System(
                colour=colour,
                stack=None,
                resources=(),
                load_balancer=BALANCER,
                pool_id="old" if colour is BLUE else None,
                members=(),
                servers=(),
                is_adopted=colour is BLUE,
            )
            for colour in Colour
        },
        shared=BALANCER,
        production_listener=Listener(
            id="web", name="web", default_pool_id="old", protocol="HTTP", port=80, settings=settings
        ),
        adoption=ADOPT,
    )


def asking(**said: object) -> Site:
    return replace(SITE, load_balancer=replace(SITE.load_balancer, **said))  # type: ignore[arg-type]


def keys(site: Site, settings: ListenerSettings) -> list[str]:
    return [key for key, _ in adoption.differing(site, facts(settings))]


@given(SECONDS, SECONDS, SECONDS, HEADERS)
def test_what_the_file_leaves_out_differs_from_nothing(
    client: float | None, server: float | None, connect: float | None, headers: list[str]
) -> None:
    settings = ListenerSettings(
        client_timeout=None if client is None else round(client * 1000),
        member_timeout=None if server is None else round(server * 1000),
        connect_timeout=None if connect is None else round(connect * 1000),
        headers=frozenset(headers),
    )
    assert keys(SITE, settings) == []
    there = Timeouts(client=client, server=server, connect=connect)
    assert keys(asking(timeouts=there, insert_headers=tuple(headers)), settings) == []


@given(st.integers(min_value=1, max_value=86_400), st.integers(min_value=1, max_value=86_400))
def test_a_time_that_is_another_one_differs(wanted: int, there: int) -> None:
    said = asking(timeouts=Timeouts(client=float(wanted), server=None, connect=None))
    differs = keys(said, ListenerSettings(client_timeout=there * 1000))
    assert differs == ([] if wanted == there else ["load_balancer.timeouts.client"])


def test_the_adopted_system_is_live_and_lacks_no_stack() -> None:
    now = facts(ListenerSettings())
    assert now.adopted is now.systems[BLUE]
    assert not now.has(BLUE)
    assert now.has_servers(BLUE)
    assert now.is_told(BLUE, None)
    assert not now.is_told(GREEN, None)
    assert not now.is_told(BLUE, GREEN)


def test_the_tags_tell_what_is_adopted() -> None:
    assert set(ADOPT.marks) == set(Adoption.KEYS)
    assert ADOPT.marks["adopted-colour"] == "blue"
