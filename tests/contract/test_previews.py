"""Heat's previews: what they tell of the site's own stack, and whom."""

import pytest

from ao import templates
from ao.cloud import ResourceChanges
from ao.errors import Forbidden
from ao.plan import stack_changes
from tests.contract.environment import Bench

NOTHING = ResourceChanges()


def preview(bench: Bench, *, pinned: bool = True, keeps: bool = True, **more: object):
    stack, template = bench.stack(bench.site.stack), templates.site()
    if pinned:
        template = stack_changes.pinned(template, bench.cloud.stacks.resources(stack), stack)
    parameters = more if keeps else {**bench.site_parameters(), **more}
    return bench.cloud.stacks.preview(stack, template, parameters, keeps=keeps)


@pytest.mark.parametrize("keeps", [True, False])
def test_the_same_definition_changes_nothing(bench: Bench, keeps: bool) -> None:
    assert preview(bench, keeps=keeps) == NOTHING


def test_what_refers_to_others_by_name_counts_as_replaced_though_it_is_not(bench: Bench) -> None:
    """That is why what is built stands by its ID in a template that is previewed."""
    replaced = preview(bench, pinned=False).replaced
    assert ("lock_subnet", "OS::Neutron::Subnet") in replaced


def test_what_cannot_change_in_place_is_replaced_and_more_is_made(bench: Bench) -> None:
    allocating = not bench.site_parameters()["allocate_production_address"]
    told = preview(bench, allocate_production_address=allocating)
    moved = told.made if allocating else told.deleted
    assert moved == (("production_address", "OS::Neutron::FloatingIP"),)


def test_a_preview_changes_nothing_and_a_stack_tells_its_parameters(bench: Bench) -> None:
    before = bench.stack(bench.site.stack)
    preview(bench, cidr="10.99.0.0/24")
    after = bench.stack(bench.site.stack)
    assert (after.updated_at, after.status) == (before.updated_at, before.status)
    told = bench.cloud.stacks.parameters(after)
    assert told["site"] == bench.site.name
    assert stack_changes.differing(told, told, bench.site_parameters()) == ()


def test_a_new_stack_is_previewed_without_being_made(bench: Bench) -> None:
    name = f"{bench.site.stack}-preview"
    told = bench.cloud.stacks.preview_new(name, templates.site(), bench.site_parameters())
    assert ("router", "OS::Neutron::Router") in told.made
    assert bench.cloud.stacks.get(name) is None


def test_a_reader_previews_nothing(bench: Bench) -> None:
    stack = bench.stack(bench.site.stack)
    with pytest.raises(Forbidden):
        bench.reader.stacks.preview(stack, templates.site(), {}, keeps=True)
