"""What Heat would do to the resources of a stack."""

import json

import pytest

from ao import templates
from ao.cloud import Resource, ResourceChanges, Stack, Template
from ao.errors import Refused
from ao.plan import stack_changes
from ao.plan.stack_changes import Change, When

STACK = Stack(
    id="site-id",
    name="ao-shop",
    action="CREATE",
    status="COMPLETE",
    reason="",
    tags=frozenset(),
    updated_at="",
    read=0.0,
)


def resource(name: str, physical_id: str = "built-id", stack_id: str = "site-id") -> Resource:
    return Resource(
        name=name,
        type="OS::Neutron::Net",
        status="CREATE_COMPLETE",
        reason="",
        physical_id=physical_id,
        stack_name="ao-shop",
        stack_id=stack_id,
        parent="",
        updated_at="",
    )


def test_what_is_built_stands_in_a_previewed_template_by_its_id() -> None:
    body = """
heat_template_version: 2021-04-16
resources:
  subnet:
    properties: {network: {get_resource: network}, other: {get_resource: new}}
    depends_on: network
"""
    built = [resource("network"), resource("new", "", "site-id"), resource("new", "x", "nested")]
    told = json.loads(stack_changes.pinned(Template(body=body), built, STACK).body)
    assert told["heat_template_version"] == "2021-04-16"
    assert told["resources"]["subnet"] == {
        "properties": {"network": "built-id", "other": {"get_resource": "new"}},
        "depends_on": "network",
    }


def test_the_parameters_of_servers_are_those_that_their_group_hands_on() -> None:
    names = stack_changes.server_parameters(templates.system())
    assert {"image", "flavor", "user_data", "version", "keypair"} <= names
    assert names.isdisjoint({"size", "check_path", "algorithm"})


def test_parameters_compare_as_heat_tells_them() -> None:
    before = {
        "port": "80",
        "delay": "2.0",
        "drive": "True",
        "groups": "a,b",
        "metadata": '{"team": "shop"}',
        "image": "old",
        "text": "{not json",
    }
    same = {
        "port": 80,
        "delay": 2.0,
        "drive": True,
        "groups": "a,b",
        "metadata": {"team": "shop"},
        "image": "old",
        "text": "{not json",
    }
    assert stack_changes.differing(before, before, same) == ()
    after = {**same, "image": "new", "port": 81, "metadata": {}}
    assert stack_changes.differing(before, before, after) == ("image", "metadata", "port")
    assert stack_changes.differing(["missing"], before, after) == ()


def test_changes_are_told_with_what_brings_them() -> None:
    told = ResourceChanges(
        made=(("new", "A"),), changed=(("old", "B"), ("group", "C")), replaced=(("net", "D"),)
    )
    found = stack_changes.read("ao-shop", told, When.DEPLOY, without=frozenset({"group"}))
    assert [(it.resource, it.change) for it in found] == [
        ("new", Change.MADE),
        ("old", Change.CHANGED),
        ("net", Change.REPLACED),
    ]
    assert "comes with its next deploy" in (stack_changes.notice(found) or "")
    assert stack_changes.notice(()) is None


@pytest.mark.parametrize("name", ["load_balancer", "router", "production_address", "blue_pool"])
@pytest.mark.parametrize("how", ["replaced", "deleted"])
def test_what_users_are_on_is_not_replaced(name: str, how: str) -> None:
    changes = ResourceChanges(**{how: ((name, "X"),)})
    with pytest.raises(Refused, match=f"`ao up` would replace {name} of stack ao-shop"):
        stack_changes.refuse_replacement(STACK, changes, ())
    stack_changes.refuse_replacement(STACK, changes, (resource(name),))


def test_what_no_user_has_may_be_replaced() -> None:
    changes = ResourceChanges(replaced=(("secure_preview_listener", "X"), ("blue_monitor", "X")))
    stack_changes.refuse_replacement(STACK, changes, ())
