"""Heat, as Ao knows it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from ao import templates
from ao.cloud import Resource, Stack
from ao.colour import Colour
from ao.errors import CloudError, Conflict, NotFound
from ao.site import tag_value
from ao.templates import SERVER_TEMPLATE
from tests.contract.environment import DEADLINE, Bench

BLUE, GREEN = Colour
SMALL = {"router", "preview_address", "lock_network", "lock_subnet"}
"""Resources of the small stack."""


def create_site(bench: Bench, name: str, **changes: object) -> None:
    """Begin to create a small stack: a router, one address and the lock's network."""
    parameters = bench.site_parameters() | {"site": name, "allocate_production_address": False}
    tags = frozenset({f"ao:site={name}"})
    bench.cloud.stacks.create(name, templates.site(), parameters | changes, tags, DEADLINE)


def servers(bench: Bench, stack: Stack) -> set[str]:
    return {server.physical_id for server in bench.resources(stack, "OS::Nova::Server")}


def member(bench: Bench, stack: Stack) -> Resource:
    (member,) = bench.resources(stack, SERVER_TEMPLATE)
    return member


@pytest.fixture
def small(bench: Bench):
    """Name of a stack that is not there yet and is deleted after the test."""
    name = f"{bench.site.name}-small"
    yield name
    bench.delete(name)


@dataclass(frozen=True, kw_only=True)
class Creation:
    """A small stack, as it looked when Heat began it and when it had."""

    begun: Stack
    begun_resources: tuple[Resource, ...]
    done: Stack
    """As it was at rest; tests change what there is of it now."""
    done_resources: tuple[Resource, ...]


@pytest.fixture(scope="module")
def creation(bench: Bench):
    """The creation of a small stack, which is deleted after all tests."""
    name = f"{bench.site.name}-created"
    create_site(bench, name)
    begun = bench.stack(name)
    early = bench.cloud.stacks.resources(begun)
    done = bench.at_rest(name)
    yield Creation(
        begun=begun,
        begun_resources=tuple(early),
        done=done,
        done_resources=tuple(bench.cloud.stacks.resources(done)),
    )
    bench.delete(name)


def test_a_name_that_no_stack_has_finds_none(bench: Bench) -> None:
    assert bench.cloud.stacks.get(f"{bench.site.name}-no") is None


def test_a_stack_is_in_progress_until_it_is_complete(creation: Creation) -> None:
    begun, done = creation.begun, creation.done
    assert (begun.action, begun.busy, begun.failed) == ("CREATE", True, False)
    assert (done.id, done.action, done.status) == (begun.id, "CREATE", "COMPLETE")
    assert done.tags == {f"ao:site={done.name}"}


def test_a_stack_of_the_same_name_is_refused(bench: Bench) -> None:
    with pytest.raises(Conflict, match="already exists"):
        create_site(bench, bench.site.stack)


def test_another_project_may_have_a_stack_of_the_same_name(bench: Bench) -> None:
    annex = replace(bench, cloud=bench.annex)
    create_site(annex, bench.site.stack)
    try:
        assert annex.at_rest(bench.site.stack).id != bench.stack(bench.site.stack).id
    finally:
        annex.delete(bench.site.stack)


def test_a_tag_finds_its_own_stacks_and_no_nested_ones(bench: Bench, blue: Stack) -> None:
    found = bench.cloud.stacks.tagged(bench.site.tag)
    assert {stack.name for stack in found} == {bench.site.stack, blue.name}
    assert blue in found
    names = [stack.name for stack in bench.cloud.stacks.all()]
    assert {stack.name for stack in found} <= set(names)
    assert not [name for name in names if name.startswith(f"{blue.name}-")]


def test_a_tag_that_another_begins_with_finds_nothing(bench: Bench, blue: Stack) -> None:
    assert bench.cloud.stacks.tagged(bench.site.tag[:-1]) == ()
    assert bench.cloud.stacks.tagged(f"{bench.site.tag}-2") == ()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"colour": "red"}, "red"),
        ({"nonsense": "1"}, "nonsense"),
        ({"cidr": "10.300.0.0/24"}, "10.300.0.0/24"),
        ({"image": "no-such-image"}, "no-such-image"),
        ({"size": "many"}, "many"),
    ],
)
def test_parameters_that_the_template_does_not_allow_are_refused_and_nothing_is_built(
    bench: Bench, changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(CloudError, match=reason):
        bench.create_system(GREEN, changes)
    assert bench.cloud.stacks.get(bench.site.system_stack(GREEN)) is None


def test_a_parameter_that_is_missing_is_refused(bench: Bench, small: str) -> None:
    parameters = bench.site_parameters()
    del parameters["provider"]
    with pytest.raises(CloudError, match="provider"):
        bench.cloud.stacks.create(small, templates.site(), parameters, frozenset(), DEADLINE)
    assert bench.cloud.stacks.get(small) is None


def test_an_output_tells_the_id_of_what_was_built(bench: Bench) -> None:
    stack = bench.stack(bench.site.stack)
    router = bench.physical_id(stack, "OS::Neutron::Router")
    assert bench.cloud.stacks.output(stack, "router") == router


def test_an_output_that_the_template_lacks_is_not_found(bench: Bench) -> None:
    with pytest.raises(NotFound):
        bench.cloud.stacks.output(bench.stack(bench.site.stack), "nonsense")


def test_a_resource_that_the_template_leaves_out_is_not_built(creation: Creation) -> None:
    assert {resource.name for resource in creation.done_resources} == SMALL


def test_resources_below_a_stack_name_the_resource_that_they_are_in(
    bench: Bench, blue: Stack
) -> None:
    resources = bench.cloud.stacks.resources(blue)
    parents = {resource.type: resource.parent for resource in resources}
    assert parents["OS::Octavia::LoadBalancer"] == ""
    assert parents[SERVER_TEMPLATE] == "group"
    assert parents["OS::Nova::Server"] == member(bench, blue).name
    assert parents["OS::Octavia::PoolMember"] == member(bench, blue).name


def test_resources_tell_the_ids_of_what_they_have_built(bench: Bench, blue: Stack) -> None:
    active = {server.id for server in bench.active(bench.cloud)}
    assert servers(bench, blue) == active
    site = bench.stack(bench.site.stack)
    allocated = {address.id for address in bench.cloud.floating_ips.all()}
    assert {r.physical_id for r in bench.resources(site, "OS::Neutron::FloatingIP")} <= allocated


def test_all_resources_of_a_whole_stack_are_complete(bench: Bench, blue: Stack) -> None:
    states = {r.status.partition("_")[2] for r in bench.cloud.stacks.resources(blue)}
    assert states == {"COMPLETE"}


def test_resources_appear_while_the_stack_is_busy(creation: Creation) -> None:
    assert {resource.name for resource in creation.begun_resources} <= SMALL
    assert "" not in {resource.physical_id for resource in creation.done_resources}


def test_an_update_gives_new_tags(bench: Bench, creation: Creation) -> None:
    stack = bench.stack(creation.done.name)
    parameters = bench.site_parameters() | {
        "site": stack.name,
        "allocate_production_address": False,
    }
    tags = frozenset({f"ao:site={stack.name}", "ao:version=2"})
    bench.cloud.stacks.update(stack, templates.site(), parameters, tags, DEADLINE)
    begun = bench.stack(stack.name)
    assert (begun.action, begun.tags) == ("UPDATE", tags)
    assert bench.at_rest(stack.name).status == "COMPLETE"
    assert not bench.cloud.stacks.tagged("ao:version=1")


def test_a_repair_gives_a_template_and_tags_where_they_are_said(
    bench: Bench, creation: Creation
) -> None:
    stack = bench.stack(creation.done.name)
    tags = stack.tags | {"ao:said=1"}
    bench.cloud.stacks.repair(stack, {}, DEADLINE, templates.site(), tags)
    assert bench.at_rest(stack.name).tags == tags
    bench.cloud.stacks.repair(stack, {}, DEADLINE)
    repaired = bench.at_rest(stack.name)
    assert (repaired.status, repaired.tags) == ("COMPLETE", tags)


def test_a_stack_in_progress_that_is_cancelled_fails_and_an_update_makes_it_whole(
    bench: Bench, small: str
) -> None:
    create_site(bench, small)
    bench.cloud.stacks.cancel(bench.stack(small))
    ended = bench.at_rest(small)
    assert (ended.action, ended.status) == ("CREATE", "FAILED")
    assert "cancelled" in ended.reason
    bench.cloud.stacks.repair(ended, {}, DEADLINE)
    bench.cloud.stacks.cancel(bench.stack(small))
    again = bench.at_rest(small)
    assert (again.action, again.status) == ("UPDATE", "FAILED")
    bench.cloud.stacks.repair(again, {}, DEADLINE)
    whole = bench.at_rest(small)
    assert (whole.id, whole.action, whole.status) == (ended.id, "UPDATE", "COMPLETE"), whole.reason
    names = {resource.name for resource in bench.cloud.stacks.resources(whole)}
    assert names == SMALL


def test_a_stack_at_rest_is_not_cancelled(bench: Bench) -> None:
    before = bench.stack(bench.site.stack)
    with pytest.raises(CloudError, match="Cancelling update when stack is"):
        bench.cloud.stacks.cancel(before)
    assert bench.stack(bench.site.stack) == before


def test_a_stack_and_its_resources_tell_when_they_changed(bench: Bench, blue: Stack) -> None:
    """By Heat's clock, by which the present is told too."""
    read = datetime.fromtimestamp(blue.read, UTC)
    moments = [it.updated_at for it in (blue, *bench.cloud.stacks.resources(blue))]
    assert all(datetime.fromisoformat(it) <= read + timedelta(seconds=2) for it in moments)


def test_an_update_of_a_busy_stack_takes_over(bench: Bench, small: str) -> None:
    create_site(bench, small)
    begun = bench.stack(small)
    assert begun.busy
    parameters = bench.site_parameters() | {"site": small}
    bench.cloud.stacks.update(begun, templates.site(), parameters, begun.tags, DEADLINE)
    done = bench.at_rest(small)
    assert (done.action, done.status) == ("UPDATE", "COMPLETE"), done.reason
    names = {resource.name for resource in bench.cloud.stacks.resources(done)}
    assert names == SMALL | {"production_address"}


def test_an_address_that_was_deleted_is_allocated_anew(bench: Bench, creation: Creation) -> None:
    stack = bench.stack(creation.done.name)
    (address,) = bench.resources(stack, "OS::Neutron::FloatingIP")
    bench.other_user.delete_address(address.physical_id)
    bench.cloud.stacks.mark_unhealthy(address, "it is gone")
    marked = bench.resources(stack, "OS::Neutron::FloatingIP")
    assert [(r.status, r.reason) for r in marked] == [("CHECK_FAILED", "it is gone")]
    bench.cloud.stacks.repair(stack, {}, DEADLINE)
    repaired = bench.at_rest(stack.name)
    assert (repaired.action, repaired.status, repaired.tags) == ("UPDATE", "COMPLETE", stack.tags)
    assert bench.physical_id(repaired, "OS::Neutron::FloatingIP") in {
        address.id for address in bench.cloud.floating_ips.all()
    }


def test_a_stack_may_be_deleted_while_it_is_built_and_when_it_is_gone(
    bench: Bench, small: str
) -> None:
    create_site(bench, small)
    stack = bench.stack(small)
    bench.delete(small)
    assert bench.cloud.stacks.get(small) is None
    assert bench.other_user.things_named(small) == []
    bench.cloud.stacks.delete(stack)
    assert bench.cloud.stacks.get(small) is None


def test_a_new_version_replaces_the_servers(bench: Bench, blue: Stack) -> None:
    before = servers(bench, blue)
    after = bench.update_system(BLUE, "2.0")
    assert (after.id, after.action, after.status) == (blue.id, "UPDATE", "COMPLETE")
    assert len(servers(bench, after)) == 1
    assert not before & servers(bench, after)
    bench.await_online(after)


def test_an_update_to_the_same_definition_keeps_the_servers(bench: Bench, blue: Stack) -> None:
    version = tag_value(blue.tags, "version")
    before = servers(bench, blue)
    again = bench.update_system(BLUE, version)
    assert again.status == "COMPLETE"
    assert servers(bench, again) == before


def test_a_group_gets_the_size_that_an_update_says_and_keeps_its_first_server(
    bench: Bench, blue: Stack
) -> None:
    version = tag_value(blue.tags, "version")
    before = servers(bench, blue)
    grown = bench.update_system(BLUE, version, size=2)
    assert len(bench.resources(grown, SERVER_TEMPLATE)) == 2
    assert before < servers(bench, grown)
    bench.await_online(grown, 2)
    shrunk = bench.update_system(BLUE, version, size=1)
    assert len(servers(bench, shrunk)) == 1
    bench.await_online(shrunk)


def test_repair_replaces_a_server_that_somebody_deleted_and_keeps_the_rest(
    bench: Bench, blue: Stack
) -> None:
    lost = servers(bench, blue)
    load_balancer = bench.balancer(blue).id
    bench.other_user.delete_server(*lost)
    assert bench.active(bench.cloud) == ()
    bench.cloud.stacks.mark_unhealthy(member(bench, blue), "its server is gone")
    repaired = bench.repair(blue)
    assert (repaired.action, repaired.status, repaired.tags) == ("UPDATE", "COMPLETE", blue.tags)
    assert len(servers(bench, repaired)) == 1
    assert not lost & servers(bench, repaired)
    assert bench.balancer(repaired).id == load_balancer
    bench.await_online(repaired)


def test_repair_of_a_whole_stack_changes_nothing(bench: Bench, blue: Stack) -> None:
    def built() -> set[tuple[str, str]]:
        return {(r.name, r.physical_id) for r in bench.cloud.stacks.resources(blue)}

    before = built()
    assert bench.repair(blue).status == "COMPLETE"
    assert built() == before
