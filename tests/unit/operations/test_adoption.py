"""A site around a load balancer that somebody else has made: taken over, released, given back."""

from dataclasses import replace
from functools import partial

import pytest

from ao.colour import Colour
from ao.commands import systems_table
from ao.cutover.measurement import Measurement
from ao.errors import NotFound, Refused
from ao.operations import operations, previews, reconcile
from ao.operations.overview import overview
from ao.operations.switch_options import DEFAULT, SwitchOptions
from ao.plan.preview_key import NAMES
from ao.site import Preview
from ao.site.tls import Tls
from tests.unit.adopted import Owned, by_hand, looked
from tests.unit.certificates import issue
from tests.unit.probes import FakeProbe, kept_client, recording

BLUE, GREEN = Colour
TLS = Tls(
    certificate=None,
    sni=(),
    ca=None,
    versions=(),
    ciphers=None,
    alpn=(),
    hsts=None,
    clients=None,
    warn=14.0,
)
WAYS = (Preview.HEADER, Preview.COOKIE, Preview.PORT)


def adopted(**how: object) -> Owned:
    owned = by_hand(**how)  # type: ignore[arg-type]
    operations.up(owned.work)
    return owned


@pytest.mark.parametrize("preview", WAYS)
def test_a_site_is_built_around_a_load_balancer_that_is_there(preview: Preview) -> None:
    owned = by_hand(preview=preview)
    before = owned.objects()
    facts = operations.up(owned.work)
    assert (facts.live, facts.standby, facts.previewed) == (BLUE, GREEN, GREEN)
    assert facts.systems[BLUE].is_adopted
    assert facts.systems[BLUE].obstacle() is facts.systems[GREEN].obstacle() is None
    assert looked(owned.work) == "hand"
    after = owned.objects()
    assert after["balancer"] == before["balancer"]
    assert after["floating IPs"] == before["floating IPs"]
    assert after["pools"][0] == before["pools"][0]  # type: ignore[index]
    assert owned.main.settings == before["listeners"][0][5]  # type: ignore[index]
    assert reconcile.up(owned.work).live is BLUE


@pytest.mark.parametrize("preview", WAYS)
def test_users_are_moved_to_the_first_release_and_back_ten_times(preview: Preview) -> None:
    owned = adopted(preview=preview)
    operations.deploy(owned.work, "2.0")
    for _ in range(10):
        assert operations.switch(owned.work, GREEN).live is GREEN
        assert looked(owned.work) == "green"
        assert operations.switch(owned.work, BLUE).live is BLUE
        assert looked(owned.work) == "hand"


@pytest.mark.parametrize("preview", WAYS)
@pytest.mark.parametrize("released", [False, True])
def test_what_is_disowned_is_as_it_was(preview: Preview, released: bool) -> None:
    owned = by_hand(preview=preview)
    before = owned.objects()
    operations.up(owned.work)
    if released:
        operations.switch(owned.work, GREEN)
    operations.disown(owned.work, to_live=False)
    assert owned.objects() == before
    assert looked(owned.work) == "hand"
    assert owned.work.cloud.stacks.all() == ()
    assert owned.work.cloud.software_configs.all("") == ()


@pytest.mark.parametrize("preview", WAYS)
def test_users_may_stay_on_the_live_system_when_it_is_disowned(preview: Preview) -> None:
    owned = adopted(preview=preview)
    before = owned.objects()
    operations.switch(owned.work, GREEN)
    operations.disown(owned.work, to_live=True)
    green = owned.work.cloud.stacks.get("ao-shop-green")
    site = owned.work.cloud.stacks.get("ao-shop")
    assert green is not None
    assert site is not None
    assert green.tags == site.tags == frozenset({"disowned"})
    production = owned.site.adopt.floating_ip  # type: ignore[union-attr]
    answer = owned.work.visit(f"http://{production}/version", 3.0)
    assert answer.headers["x-ao-colour"] == "green"
    assert owned.main.policies == []
    assert len(owned.octavia.listeners) == 1
    assert owned.objects()["pools"][0] == before["pools"][0]  # type: ignore[index]
    operations.disown(owned.work, to_live=True)
    assert owned.work.cloud.stacks.get("ao-shop-green") == green


@pytest.mark.parametrize("preview", WAYS)
def test_the_adopted_system_is_given_up_for_the_next_release(preview: Preview) -> None:
    owned = adopted(preview=preview)
    before = owned.objects()
    operations.switch(owned.work, GREEN)
    with pytest.raises(Refused, match="the way back") as refused:
        operations.deploy(owned.work, "3.0")
    assert "--give-up-adopted" in refused.value.cure
    operations.give_up(owned.work)
    facts = operations.deploy(owned.work, "3.0")
    assert not facts.systems[BLUE].is_adopted
    assert (facts.live, facts.previewed, facts.systems[BLUE].version) == (GREEN, BLUE, "3.0")
    assert operations.switch(owned.work).live is BLUE
    assert looked(owned.work) == "blue"
    after = owned.objects()
    assert after["pools"][0] == before["pools"][0]  # type: ignore[index]
    assert set(before["servers"]) <= set(after["servers"])  # type: ignore[call-overload]
    with pytest.raises(Refused, match="given up") as gone:
        operations.disown(owned.work, to_live=False)
    assert "--to live" in gone.value.cure


def test_a_live_adopted_system_is_not_given_up() -> None:
    owned = adopted()
    with pytest.raises(Refused, match="users are led to"):
        operations.give_up(owned.work)


def test_all_listeners_of_the_site_are_moved() -> None:
    owned = adopted(ports=(80, 81))
    assert operations.switch(owned.work, GREEN).live is GREEN
    assert {owned.main.pool_id, *(it.pool_id for it in owned.further)} != {owned.pool.id}
    assert len({owned.main.pool_id, *(it.pool_id for it in owned.further)}) == 1
    assert operations.switch(owned.work, BLUE).live is BLUE
    assert {owned.main.pool_id, *(it.pool_id for it in owned.further)} == {owned.pool.id}


def test_green_gets_as_many_servers_as_pass_in_the_adopted_pool() -> None:
    owned = adopted(servers=4)
    assert operations.switch(owned.work, GREEN).systems[GREEN].online == 4


def test_the_load_balancer_may_have_no_floating_ip_and_the_adopted_system_be_green() -> None:
    owned = adopted(floats=False, colour=GREEN)
    assert owned.work.observe().live is GREEN
    assert operations.switch(owned.work, BLUE).live is BLUE
    assert looked(owned.work) == "blue"
    operations.disown(owned.work, to_live=False)
    assert looked(owned.work) == "hand"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (lambda work: operations.scale(work, BLUE, 3), "adopted"),
        (lambda work: operations.down(work, frozenset([BLUE])), "adopted"),
        (lambda work: operations.down(work, frozenset(Colour)), "somebody else's"),
        (lambda work: operations.renew(work), "somebody else's"),
    ],
)
def test_what_would_change_the_owners_system_is_refused(command: object, told: str) -> None:
    owned = adopted()
    before = owned.objects()
    with pytest.raises(Refused, match=told) as refused:
        command(owned.work)  # type: ignore[operator]
    assert refused.value.cure
    assert owned.objects() == before


def test_production_that_somebody_else_has_moved_is_told_and_not_fought() -> None:
    owned = adopted()
    other = replace(owned.pool, id="0e6ea11c-6a11-4b6e-9d5b-0d8f1c3f7a10")
    owned.octavia.pools[other.id] = other
    owned.main.pool_id = owned.main.serving = other.id
    facts = reconcile.up(owned.work)
    assert facts.foreign
    assert owned.main.pool_id == other.id
    with pytest.raises(Refused, match="somebody else has led it there"):
        operations.switch(owned.work, GREEN)
    with pytest.raises(Refused):
        operations.disown(owned.work, to_live=False)
    operations.disown(owned.work, to_live=True)
    assert owned.main.pool_id == other.id
    assert len(owned.octavia.pools) == 2


def test_a_pool_that_somebody_elses_listener_leads_to_is_not_deleted() -> None:
    owned = adopted()
    green = owned.work.observe().systems[GREEN].pool_id
    assert green is not None
    other = owned.octavia.create_listener(
        owned.main.balancer, "other", "HTTP", 8088, green, owned.main.settings, None
    )
    with pytest.raises(Refused, match="503") as refused:
        operations.disown(owned.work, to_live=False)
    assert other.id in refused.value.cure
    assert green in owned.octavia.pools


@pytest.mark.parametrize("preview", WAYS)
def test_what_ao_has_made_goes_also_once_the_owner_has_deleted_the_main_listener(
    preview: Preview,
) -> None:
    owned = adopted(preview=preview, ports=(80, 81))
    owned.octavia.remove_listener(owned.main.id)
    for command in (operations.up, partial(operations.disown, to_live=False)):
        with pytest.raises((Refused, NotFound)) as refused:
            command(owned.work)
        assert "ao disown --to live" in refused.value.cure
    operations.disown(owned.work, to_live=True)
    assert owned.work.cloud.stacks.all() == ()
    assert [it.policies for it in owned.octavia.listeners.values()] == [[]]
    assert owned.further[0].pool_id == owned.pool.id


@pytest.mark.parametrize("to_live", [False, True])
def test_a_pool_that_users_are_led_to_while_a_site_is_given_back_is_not_deleted(
    to_live: bool,
) -> None:
    owned = adopted(ports=(80, 81))
    (further,) = owned.further
    green = owned.work.observe().systems[GREEN].pool_id

    def lead() -> None:
        further.pool_id = further.serving = green

    owned.work.cloud.faults.meanwhile("stacks.delete", lead, after=True)  # type: ignore[attr-defined]
    with pytest.raises(Refused, match=r"led users to green|different systems"):
        operations.disown(owned.work, to_live=to_live)
    assert green in owned.octavia.pools
    further.pool_id = further.serving = owned.pool.id
    operations.disown(owned.work, to_live=to_live)
    assert owned.work.cloud.stacks.all() == ()
    assert looked(owned.work) == "hand"


def test_a_listener_that_its_owner_has_led_away_stays_there() -> None:
    owned = adopted(ports=(80, 81))
    (further,) = owned.further
    other = replace(owned.pool, id="0e6ea11c-6a11-4b6e-9d5b-0d8f1c3f7a10")
    owned.octavia.pools[other.id] = other
    further.pool_id = further.serving = other.id
    for colour in Colour:
        with pytest.raises(Refused, match=r"web-81 leads to pool .* somebody else") as refused:
            operations.switch(owned.work, colour)
        assert "--take-over" in refused.value.cure
    operations.disown(owned.work, to_live=False)
    assert further.pool_id == other.id
    assert owned.work.cloud.stacks.all() == ()


def test_nothing_is_begun_to_be_given_back_while_the_load_balancer_takes_no_change() -> None:
    owned = adopted()
    owned.octavia.mark(owned.main.balancer, "ERROR")
    with pytest.raises(Refused, match="ERROR") as refused:
        operations.disown(owned.work, to_live=True)
    assert "failover" in refused.value.cure
    assert owned.work.cloud.stacks.get("ao-shop-green") is not None


def test_requests_reach_both_systems_by_policies_on_the_owners_listener() -> None:
    owned = adopted()
    assert sorted(it.name for it in owned.main.policies) == sorted(NAMES.values())
    assert owned.pool.id in {it.redirect_pool_id for it in owned.main.policies}


def test_a_listener_whose_load_balancer_is_gone_is_told() -> None:
    owned = adopted()
    owned.octavia.delete_balancer(owned.main.balancer.id)
    with pytest.raises((Refused, NotFound)):
        reconcile.up(owned.work)
    operations.disown(owned.work, to_live=True)
    assert owned.work.cloud.stacks.all() == ()


def test_https_that_the_owner_terminates_is_moved_with_plain_http_and_stays_his() -> None:
    owned = by_hand(protocol="TERMINATED_HTTPS", ports=(443, 80))
    before = owned.objects()
    operations.up(owned.work)
    assert operations.switch(owned.work, GREEN).live is GREEN
    assert looked(owned.work) == "green"
    pools = {owned.main.pool_id, *(it.pool_id for it in owned.further)}
    assert len(pools) == 1
    assert owned.main.settings == before["listeners"][0][5]  # type: ignore[index]
    operations.give_up(owned.work)
    assert operations.deploy(owned.work, "3.0").systems[BLUE].version == "3.0"
    assert operations.switch(owned.work).live is BLUE
    reconcile.up(owned.work)


def test_https_that_is_disowned_is_as_it_was() -> None:
    owned = by_hand(protocol="TERMINATED_HTTPS", ports=(443, 80))
    before = owned.objects()
    operations.up(owned.work)
    operations.switch(owned.work, GREEN)
    operations.disown(owned.work, to_live=False)
    assert owned.objects() == before


def test_a_certificate_in_the_file_is_the_one_that_the_owner_serves() -> None:
    owned = by_hand(protocol="TERMINATED_HTTPS", ports=(443,))
    other = owned.work.cloud.certificates.store("another", issue().bundle.pkcs12())
    ref = owned.main.settings.tls_ref
    assert ref is not None
    for named, fits in ((other.name, False), (other.ref, False), ("the shop's", True), (ref, True)):
        tls = replace(TLS, certificate=named)
        work = replace(owned.work, site=replace(owned.site, tls=tls))
        if fits:
            assert operations.up(work).live is BLUE
            continue
        with pytest.raises(Refused, match=r"tls\.certificate: .* serves another certificate"):
            operations.up(work)


def test_the_list_of_sites_shows_the_adopted_system() -> None:
    owned = adopted()
    (glance,) = overview(owned.work.cloud).sites
    assert (glance.live, glance.address) == (BLUE, owned.site.production_address)
    assert glance.systems[BLUE].is_adopted
    assert glance.systems[BLUE].up == glance.systems[BLUE].wanted == 2
    operations.switch(owned.work, GREEN)
    operations.give_up(owned.work)
    (glance,) = overview(owned.work.cloud).sites
    assert glance.live is GREEN
    assert not glance.systems[BLUE].is_adopted


def test_the_table_of_systems_shows_it_and_whose_it_is() -> None:
    owned = adopted()
    facts = owned.work.observe()
    blue, _ = systems_table.rows(owned.site, facts)
    assert "adopted" in blue
    told = [str(it) for it in systems_table.notes(owned.site, facts)]
    assert any("is its owner's" in it and owned.pool.id in it for it in told)


def test_a_load_balancer_of_the_owners_in_error_is_not_failed_over() -> None:
    owned = adopted()
    owned.octavia.mark(owned.main.balancer, "ERROR")
    with pytest.raises(Refused, match="ERROR") as refused:
        operations.up(owned.work, failover=True)
    assert owned.main.balancer.id in refused.value.cure


@pytest.mark.parametrize("given_up", [False, True])
def test_the_plan_of_a_built_site_changes_nothing(given_up: bool) -> None:
    owned = adopted()
    if given_up:
        operations.switch(owned.work, GREEN)
        operations.give_up(owned.work)
        operations.deploy(owned.work, "3.0")
    steps, changes = previews.changes(owned.work)
    assert changes == ()
    assert {type(it).__name__ for it in steps} <= {"Confirm"}


def test_an_address_that_its_owner_has_led_away_stays_there() -> None:
    owned = adopted()
    (address,) = owned.project.neutron.floating_ips.values()
    owned.project.neutron.point(address.id, address.revision, None, None)
    for take_over in (False, True):
        with pytest.raises(Refused, match="production address") as refused:
            operations.switch(owned.work, GREEN, replace(DEFAULT, take_over=take_over))
        assert "openstack floating ip set" in refused.value.cure
    (address,) = owned.project.neutron.floating_ips.values()
    assert address.port_id is None


def test_users_are_taken_from_where_somebody_else_has_led_them_when_that_is_said() -> None:
    owned = adopted()
    other = replace(owned.pool, id="0e6ea11c-6a11-4b6e-9d5b-0d8f1c3f7a10")
    owned.octavia.pools[other.id] = other
    owned.main.pool_id = owned.main.serving = other.id
    facts = operations.switch(owned.work, GREEN, replace(DEFAULT, take_over=True))
    assert facts.live is GREEN


@pytest.mark.parametrize("preview", [Preview.HEADER, Preview.PORT])
def test_a_pool_that_its_owner_deletes_after_the_release_stands_in_nobodys_way(
    preview: Preview,
) -> None:
    owned = adopted(preview=preview)
    operations.switch(owned.work, GREEN)
    for listener in owned.octavia.listeners.values():
        kept = [it for it in listener.policies if it.redirect_pool_id != owned.pool.id]
        listener.policies = kept
        if listener.pool_id == owned.pool.id:
            listener.pool_id = listener.serving = None
    owned.octavia.delete_pool(owned.pool.id)
    facts = reconcile.up(owned.work)
    assert facts.live is GREEN
    assert facts.systems[BLUE].obstacle() == "its pool is gone"
    with pytest.raises(Refused, match="its pool is gone"):
        operations.switch(owned.work, BLUE)
    operations.give_up(owned.work)
    assert operations.deploy(owned.work, "3.0").systems[BLUE].obstacle() is None
    assert operations.switch(owned.work).live is BLUE


def test_an_adopted_pool_that_its_owner_has_emptied_is_his_to_fill() -> None:
    owned = adopted()
    operations.switch(owned.work, GREEN)
    owned.pool.members.clear()
    with pytest.raises(Refused, match="its pool is empty") as refused:
        operations.switch(owned.work, BLUE)
    assert "its owner's" in refused.value.cure
    assert "ao up" not in refused.value.cure


def test_what_is_not_built_yet_is_neither_deleted_nor_led_away() -> None:
    owned = by_hand()
    before = owned.objects()
    with pytest.raises(Refused, match="somebody else's"):
        operations.down(owned.work, frozenset(Colour))
    operations.disown(owned.work, to_live=False)
    assert owned.objects() == before


@pytest.mark.parametrize("balancer", ["there", "gone"])
def test_what_is_aos_goes_also_once_the_owner_has_deleted_his_address(balancer: str) -> None:
    owned = adopted()
    owned.project.neutron.floating_ips.clear()
    if balancer == "gone":
        octavia = owned.octavia
        for listener in list(octavia.listeners):
            octavia.remove_listener(listener)
        for monitor in list(octavia.monitors):
            octavia.delete_monitor(monitor)
        for pool in list(octavia.pools):
            octavia.delete_pool(pool)
        octavia.delete_balancer(owned.main.balancer.id)
    with pytest.raises(NotFound, match="no floating IP"):
        operations.disown(owned.work, to_live=False)
    operations.disown(owned.work, to_live=True)
    assert owned.work.cloud.stacks.all() == ()


def test_a_probe_takes_answers_without_a_colour_for_the_adopted_systems() -> None:
    owned = adopted()
    site = replace(owned.site, switch=replace(owned.site.switch, new_per_second=20.0, kept=10))
    work = replace(owned.work, site=site, looks={}, found={})
    probe = FakeProbe(see=lambda load: recording(load, kept_client("blue")))
    reconcile.switch(work, options=SwitchOptions(measurement=Measurement(probe=probe)))
    assert [it.untold for it in probe.loads] == ["blue"]
