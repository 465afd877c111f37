"""A load balancer that both systems share, and the changes that switching makes of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from ao.clock import Ready, Waiting
from ao.cloud import Listener, LoadBalancer, Monitor, Pool, Stack
from ao.errors import CloudError, Conflict, Forbidden, NotFound
from ao.visit import NoAnswer
from tests.contract.environment import DEADLINE, Bench

NO_ID = "00000000-0000-4000-8000-000000000000"


def balancer(shared: Bench) -> LoadBalancer:
    return shared.balancer(shared.stack(shared.site.stack))


def built(shared: Bench, name: str) -> str:
    """ID of what a resource of the site's stack has built."""
    resources = shared.cloud.stacks.resources(shared.stack(shared.site.stack))
    return next(resource.physical_id for resource in resources if resource.name == name)


def listener(shared: Bench, role: str) -> Listener:
    listener_id = built(shared, f"{role}_listener")
    return next(it for it in shared.cloud.load_balancers.listeners() if it.id == listener_id)


def await_active(shared: Bench) -> None:
    def look() -> Ready[None] | Waiting:
        status = balancer(shared).provisioning_status
        return Ready(None) if status == "ACTIVE" else Waiting(f"it is {status}")

    what = "the load balancer to be ACTIVE"
    shared.clock.until(look, what=what, deadline=DEADLINE, interval=0.1)


def change(shared: Bench, put: Callable[[], None]) -> None:
    """Ask for a change as soon as the load balancer takes one, and see it done."""
    await_active(shared)
    put()
    await_active(shared)


@pytest.fixture(autouse=True)
def _as_built(shared: Bench) -> None:
    """Users are led to blue, the preview to green."""
    for role, colour in (("production", "blue"), ("preview", "green")):
        pool_id = built(shared, f"{colour}_pool")
        led = listener(shared, role)
        if led.default_pool_id != pool_id:
            change(
                shared,
                lambda led=led, to=pool_id: shared.cloud.load_balancers.set_default_pool(led, to),
            )  # type: ignore[misc]
    await_active(shared)


def test_one_load_balancer_has_a_pool_for_each_system(shared: Bench) -> None:
    pools = {built(shared, "blue_pool"), built(shared, "green_pool")}
    assert len(pools) == 2
    assert set(balancer(shared).pool_ids) == pools


def test_a_pool_tells_whose_it_is(shared: Bench) -> None:
    pools = {pool.id: pool for pool in shared.cloud.load_balancers.pools()}
    for colour in ("blue", "green"):
        pool = pools[built(shared, f"{colour}_pool")]
        assert pool.name == f"{shared.site.stack}-{colour}"
        assert pool.description == f"{shared.site.tag} ao:colour={colour}"


def test_users_are_led_to_blue_first_and_the_preview_to_green(shared: Bench) -> None:
    assert listener(shared, "production").default_pool_id == built(shared, "blue_pool")
    assert listener(shared, "preview").default_pool_id == built(shared, "green_pool")
    assert listener(shared, "preview").name == f"{shared.site.stack}-preview"


def test_a_listener_is_led_to_another_pool_and_nothing_else_changes(shared: Bench) -> None:
    before = listener(shared, "production")
    green = built(shared, "green_pool")
    shared.cloud.load_balancers.set_default_pool(before, green)
    assert listener(shared, "production").default_pool_id == green
    assert listener(shared, "production").name == before.name
    assert listener(shared, "preview").default_pool_id == green
    await_active(shared)


def test_a_load_balancer_takes_one_change_at_a_time(shared: Bench) -> None:
    """A change may be over before the next request comes, so it is tried again."""
    led, there = listener(shared, "production"), balancer(shared)
    seen = []
    for _ in range(20):
        await_active(shared)
        shared.cloud.load_balancers.reload(there)
        try:
            shared.cloud.load_balancers.set_default_pool(led, led.default_pool_id)
        except Conflict as error:
            seen.append(error)
            break
    assert "immutable" in seen[0].message
    await_active(shared)


def test_a_reload_leaves_everything_as_it_is(shared: Bench) -> None:
    before = balancer(shared), shared.cloud.load_balancers.listeners()
    change(shared, lambda: shared.cloud.load_balancers.reload(balancer(shared)))
    assert (balancer(shared), shared.cloud.load_balancers.listeners()) == before


def test_a_listener_that_is_not_there_is_told(shared: Bench) -> None:
    gone = Listener(id="00000000-0000-4000-8000-000000000000", name="gone", default_pool_id=None)
    with pytest.raises(NotFound, match="gone"):
        shared.cloud.load_balancers.set_default_pool(gone, built(shared, "blue_pool"))


def test_a_pool_that_is_not_there_is_told(shared: Bench) -> None:
    with pytest.raises(NotFound):
        shared.cloud.load_balancers.set_default_pool(
            listener(shared, "production"), "00000000-0000-4000-8000-000000000000"
        )
    assert listener(shared, "production").default_pool_id == built(shared, "blue_pool")


def test_a_proxy_without_servers_says_so_and_counts_who_asked(shared: Bench) -> None:
    """Users see 503 from production, which the load balancer counts."""
    address = shared.address("production")
    shared.cloud.floating_ips.point(address, balancer(shared).vip_port_id)
    before = shared.cloud.load_balancers.statistics(balancer(shared)).total_connections

    def look() -> Ready[None] | Waiting:
        try:
            answer = shared.visit(shared.site.url(address.address, "/version"), 3.0)
        except NoAnswer as error:
            return Waiting(str(error))
        assert answer.status == 503
        now = shared.cloud.load_balancers.statistics(balancer(shared)).total_connections
        return Ready(None) if now > before else Waiting(f"{now} are counted")

    try:
        shared.clock.until(look, what="connections to be counted", deadline=60)
    finally:
        shared.cloud.floating_ips.point(shared.address("production"), None)


def test_a_load_balancer_tells_when_it_was_last_changed(shared: Bench) -> None:
    there, pool_id = listener(shared, "production"), built(shared, "green_pool")
    before = datetime.fromisoformat(balancer(shared).updated_at)
    change(shared, lambda: shared.cloud.load_balancers.set_default_pool(there, pool_id))
    assert datetime.fromisoformat(balancer(shared).updated_at) >= before


def monitor(shared: Bench, colour: str = "green") -> Monitor:
    found = shared.cloud.load_balancers.monitor(built(shared, f"{colour}_monitor"))
    assert found is not None
    return found


@pytest.fixture
def plain(shared: Bench) -> Iterator[Monitor]:
    """A health monitor that names no host, before the test and after it."""
    before = monitor(shared)
    assert (before.domain_name, before.http_version, before.tags) == (None, None, frozenset())
    yield before
    change(shared, lambda: shared.cloud.load_balancers.write_monitor(before))
    assert monitor(shared) == before


def test_a_health_monitor_names_a_host_and_carries_a_mark(shared: Bench, plain: Monitor) -> None:
    named = replace(
        plain, domain_name="shop.example", http_version=1.1, tags=frozenset({"ao:host"})
    )
    change(shared, lambda: shared.cloud.load_balancers.write_monitor(named))
    assert monitor(shared) == named
    assert monitor(shared, "blue").domain_name is None


def test_a_host_needs_http_1_1(shared: Bench, plain: Monitor) -> None:
    for version in (None, 1.0):
        wrong = replace(plain, domain_name="shop.example", http_version=version)
        with pytest.raises(CloudError, match="http_version"):
            shared.cloud.load_balancers.write_monitor(wrong)
    named = replace(plain, domain_name="shop.example", http_version=1.1)
    change(shared, lambda: shared.cloud.load_balancers.write_monitor(named))
    with pytest.raises(CloudError, match="http_version"):
        shared.cloud.load_balancers.write_monitor(replace(plain, http_version=1.0))


def test_heat_leaves_the_host_of_a_health_monitor(shared: Bench, plain: Monitor) -> None:
    named = replace(plain, domain_name="shop.example", http_version=1.1)
    change(shared, lambda: shared.cloud.load_balancers.write_monitor(named))
    stack = shared.stack(shared.site.stack)
    shared.cloud.stacks.repair(stack, {"check_interval": 7}, DEADLINE)
    assert shared.at_rest(stack.name).status == "COMPLETE"
    await_active(shared)
    assert monitor(shared) == named


def test_heat_gives_a_health_monitor_its_method_and_statuses(shared: Bench, plain: Monitor) -> None:
    stack = shared.stack(shared.site.stack)
    for method, expect in (("HEAD", "200,204,301"), ("GET", "200-204"), ("GET", "200")):
        asked = {"check_method": method, "check_expect": expect}
        shared.cloud.stacks.repair(stack, asked, DEADLINE)
        assert shared.at_rest(stack.name).status == "COMPLETE"
    await_active(shared)


def test_a_health_monitor_takes_one_change_at_a_time(shared: Bench, plain: Monitor) -> None:
    """A change may be over before the next request comes, so it is tried again."""
    seen = []
    for _ in range(20):
        await_active(shared)
        shared.cloud.load_balancers.write_monitor(plain)
        try:
            shared.cloud.load_balancers.write_monitor(plain)
        except Conflict as error:
            seen.append(error)
            break
    assert "immutable" in seen[0].message
    await_active(shared)


def test_a_health_monitor_that_is_gone_is_told(shared: Bench) -> None:
    gone = replace(monitor(shared), id=NO_ID)
    assert shared.cloud.load_balancers.monitor(NO_ID) is None
    with pytest.raises(NotFound):
        shared.cloud.load_balancers.write_monitor(gone)


def test_who_only_reads_changes_no_health_monitor(shared: Bench) -> None:
    there = monitor(shared)
    assert shared.reader.load_balancers.monitor(there.id) == there
    with pytest.raises(Forbidden):
        shared.reader.load_balancers.write_monitor(there)


def test_octavia_tells_the_version_of_its_api(shared: Bench) -> None:
    version = shared.cloud.load_balancers.api_version()
    assert version is not None
    assert version >= (2, 10)


def test_who_is_no_administrator_fails_nothing_over(shared: Bench) -> None:
    with pytest.raises(Forbidden):
        shared.cloud.load_balancers.failover(balancer(shared))
    assert balancer(shared).provisioning_status == "ACTIVE"


def test_an_administrator_has_a_load_balancer_built_anew_which_stays_where_it_is(
    shared: Bench,
) -> None:
    before = balancer(shared)
    shared.operator.load_balancers.failover(before)
    await_active(shared)
    assert (balancer(shared).id, balancer(shared).vip_port_id) == (before.id, before.vip_port_id)


def test_ovn_has_no_failover(bench: Bench, blue: Stack) -> None:
    with pytest.raises(CloudError, match="failover"):
        bench.operator.load_balancers.failover(bench.balancer(blue))
    assert bench.balancer(blue).provisioning_status == "ACTIVE"


def test_a_load_balancer_is_found_by_its_id_alone(shared: Bench) -> None:
    there = balancer(shared)
    assert shared.cloud.load_balancers.get(there.id) == there
    assert shared.cloud.load_balancers.get(NO_ID) is None
    assert shared.annex.load_balancers.status(NO_ID) is None


def test_the_statuses_of_a_load_balancer_tell_where_its_listeners_lead(shared: Bench) -> None:
    there, led = balancer(shared), listener(shared, "production")
    preview, green = listener(shared, "preview"), built(shared, "green_pool")
    status = shared.cloud.load_balancers.status(there.id)
    assert status is not None
    assert status.provisioning_status == there.provisioning_status
    blue = led.default_pool_id
    assert status.listeners == {led.id: (blue,), preview.id: (green,)}
    assert status.members == {blue: (), green: ()}
    change(shared, lambda: shared.cloud.load_balancers.set_default_pool(led, green))
    status = shared.cloud.load_balancers.status(there.id)
    assert status is not None
    assert status.listeners == {led.id: (green,), preview.id: (green,)}
    assert set(status.members) == {green}, "a pool that no listener leads to is not told"


def test_the_statuses_tell_of_a_listener_that_leads_nowhere(shared: Bench) -> None:
    led = listener(shared, "preview")
    change(shared, lambda: shared.cloud.load_balancers.set_default_pool(led, None))
    status = shared.cloud.load_balancers.status(balancer(shared).id)
    assert status is not None
    assert status.listeners[led.id] == ()


def test_the_statuses_tell_of_a_pools_members_what_their_list_tells(
    bench: Bench, blue: Stack
) -> None:
    there = bench.balancer(blue)
    status = bench.cloud.load_balancers.status(there.id)
    assert status is not None
    (pool_id,) = there.pool_ids
    told = {(it.id, it.address) for it in status.members[pool_id]}
    listed = bench.cloud.load_balancers.members(pool_id)
    assert told == {(it.id, it.address) for it in listed}
    assert told


def test_listeners_are_listed_by_their_load_balancer(shared: Bench) -> None:
    own = {listener(shared, role) for role in ("production", "preview")}
    assert {*shared.cloud.load_balancers.listeners(balancer(shared).id)} == own
    assert not shared.cloud.load_balancers.listeners(NO_ID)


def test_a_load_balancer_tells_where_its_address_is_and_that_nobody_has_switched_it_off(
    shared: Bench,
) -> None:
    there = balancer(shared)
    assert there.enabled
    assert there.tags == frozenset()
    assert there.more_vips == ()
    port = shared.cloud.ports.get(there.vip_port_id)
    assert port is not None
    assert port.addresses == ((there.vip_subnet_id, there.vip_address),)
    assert port.network_id == there.vip_network_id


def test_a_listener_tells_whose_it_is_and_that_nobody_has_switched_it_off(shared: Bench) -> None:
    there = listener(shared, "production")
    assert there.balancer_id == balancer(shared).id
    assert there.enabled
    assert there.tags == frozenset()
    assert there.connection_limit == -1


def test_a_pool_tells_how_its_members_are_spoken_to_and_checked(shared: Bench) -> None:
    there = pool(shared)
    assert (there.protocol, there.algorithm) == ("HTTP", "ROUND_ROBIN")
    assert there.provisioning_status == "ACTIVE"
    assert there.enabled
    assert there.monitor_id == built(shared, "green_monitor")


def test_a_health_monitor_tells_how_it_checks(shared: Bench) -> None:
    check, there = shared.site.health_check, monitor(shared)
    # Another test may have had Heat change them.
    said = shared.cloud.stacks.parameters(shared.stack(shared.site.stack))
    assert [there.interval, there.timeout, there.rise] == [
        int(said[it]) for it in ("check_interval", "check_timeout", "check_retries")
    ]
    assert there.fall == 3
    assert (there.method, there.path) == (check.method, check.path)
    assert there.expected == check.expect.octavia
    assert there.enabled


def test_a_member_tells_its_port_and_its_share(bench: Bench, blue: Stack) -> None:
    (there,) = bench.members(blue)
    assert there.port == bench.site.load_balancer.server_port
    assert there.subnet_id == bench.physical_id(blue, "OS::Neutron::Subnet")
    assert there.weight == 1
    assert there.enabled
    assert not there.backup


@pytest.fixture
def served(shared: Bench) -> Iterator[Listener]:
    """The listener for users, whose settings are those of before at the end."""
    before = listener(shared, "production")
    yield before
    now = listener(shared, "production")
    if now.settings != before.settings:
        change(shared, lambda: shared.cloud.load_balancers.configure(now, before.settings))


def test_a_listener_gets_time_outs_headers_and_networks(shared: Bench, served: Listener) -> None:
    wanted = replace(
        served.settings,
        client_timeout=120_000,
        member_timeout=90_500,
        headers=frozenset({"X-Forwarded-For", "X-Forwarded-Port"}),
        allowed_cidrs=frozenset({"198.51.100.0/24", "192.0.2.7/32"}),
    )
    change(shared, lambda: shared.cloud.load_balancers.configure(served, wanted))
    assert listener(shared, "production").settings == wanted
    assert listener(shared, "preview").settings.client_timeout != 120_000


def test_a_listener_gives_them_back(shared: Bench, served: Listener) -> None:
    set_once = replace(
        served.settings,
        connect_timeout=1_000,
        headers=frozenset({"X-Forwarded-For"}),
        allowed_cidrs=frozenset({"198.51.100.0/24"}),
    )
    change(shared, lambda: shared.cloud.load_balancers.configure(served, set_once))
    there = listener(shared, "production")
    default = replace(
        there.settings, connect_timeout=None, headers=frozenset(), allowed_cidrs=frozenset()
    )
    change(shared, lambda: shared.cloud.load_balancers.configure(there, default))
    assert listener(shared, "production").settings == replace(default, connect_timeout=5_000)


def test_headers_of_a_clients_certificate_need_https(shared: Bench, served: Listener) -> None:
    wanted = replace(served.settings, headers=frozenset({"X-SSL-Client-CN"}))
    with pytest.raises(CloudError) as told:
        shared.cloud.load_balancers.configure(served, wanted)
    assert not isinstance(told.value, Conflict)
    assert listener(shared, "production").settings == served.settings


def pool(shared: Bench, colour: str = "green") -> Pool:
    there = {it.id: it for it in shared.cloud.load_balancers.pools(balancer(shared).id)}
    return there[built(shared, f"{colour}_pool")]


@pytest.fixture
def forgetful(shared: Bench) -> Iterator[Pool]:
    """Green's pool, which knows no user again, nor does it at the end."""
    yield pool(shared)
    now = pool(shared)
    if now.settings.persistence is not None:
        none = replace(now.settings, persistence=None, cookie=None)
        change(shared, lambda: shared.cloud.load_balancers.configure_pool(now, none))


def test_pools_are_listed_by_their_load_balancer(shared: Bench) -> None:
    there = {it.id for it in shared.cloud.load_balancers.pools(balancer(shared).id)}
    assert there == {built(shared, "blue_pool"), built(shared, "green_pool")}
    assert not shared.cloud.load_balancers.pools(NO_ID)


def test_a_pool_knows_users_by_each_kind_in_turn(shared: Bench, forgetful: Pool) -> None:
    assert forgetful.settings.persistence is None
    kinds = (("APP_COOKIE", "JSESSIONID"), ("SOURCE_IP", None), ("HTTP_COOKIE", None), (None, None))
    for kind, cookie in kinds:
        there = pool(shared)
        wanted = replace(there.settings, persistence=kind, cookie=cookie)
        change(
            shared,
            lambda there=there, wanted=wanted: shared.cloud.load_balancers.configure_pool(
                there, wanted
            ),
        )  # type: ignore[misc]
        assert pool(shared).settings == wanted
    assert pool(shared, "blue").settings == forgetful.settings


def test_a_cookie_of_the_application_needs_its_name(shared: Bench, forgetful: Pool) -> None:
    wanted = replace(forgetful.settings, persistence="APP_COOKIE")
    with pytest.raises(CloudError) as told:
        shared.cloud.load_balancers.configure_pool(forgetful, wanted)
    assert not isinstance(told.value, Conflict)
    assert pool(shared).settings == forgetful.settings


@pytest.fixture
def unencrypted(shared: Bench) -> Iterator[Pool]:
    """Green's pool, which speaks no TLS to its servers, nor does it at the end."""
    yield pool(shared)
    now = pool(shared)
    if now.settings.encrypts:
        none = replace(now.settings, encrypts=False)
        change(shared, lambda: shared.cloud.load_balancers.configure_pool(now, none))


def test_a_pool_speaks_tls_to_its_servers_and_ends_that(shared: Bench, unencrypted: Pool) -> None:
    assert not unencrypted.settings.encrypts
    wanted = replace(unencrypted.settings, encrypts=True, versions=frozenset({"TLSv1.3"}))
    change(shared, lambda: shared.cloud.load_balancers.configure_pool(unencrypted, wanted))
    there = pool(shared)
    assert there.settings.encrypts
    assert there.settings.versions == {"TLSv1.3"}
    assert not pool(shared, "blue").settings.encrypts
    plain = replace(there.settings, encrypts=False)
    change(shared, lambda: shared.cloud.load_balancers.configure_pool(there, plain))
    assert not pool(shared).settings.encrypts


def test_a_revocation_list_of_a_pool_needs_an_authority(shared: Bench, unencrypted: Pool) -> None:
    wanted = replace(unencrypted.settings, encrypts=True, crl_ref=f"https://b/v1/secrets/{NO_ID}")
    with pytest.raises(CloudError) as told:
        shared.cloud.load_balancers.configure_pool(unencrypted, wanted)
    assert not isinstance(told.value, Conflict)
    assert pool(shared).settings == unencrypted.settings


def test_ovn_knows_users_by_no_cookie_and_keeps_nobody_away(bench: Bench, blue: Stack) -> None:
    there = bench.balancer(blue)
    if there.provider != "ovn":
        pytest.skip("the site is not of provider ovn")
    (pool,) = bench.cloud.load_balancers.pools(there.id)
    cookies = replace(pool.settings, persistence="HTTP_COOKIE")
    with pytest.raises(CloudError):
        bench.cloud.load_balancers.configure_pool(pool, cookies)
    (listener,) = bench.cloud.load_balancers.listeners(there.id)
    office = replace(listener.settings, allowed_cidrs=frozenset({"198.51.100.0/24"}))
    with pytest.raises(CloudError):
        bench.cloud.load_balancers.configure(listener, office)
