import pytest

from ao import fake
from ao.cloud import Template
from ao.errors import CloudError
from ao.fake import hot


class Names:
    """Parameters a, b and list; a condition that holds and one that does not."""

    def parameter(self, name: str) -> object:
        return {"a": "A", "b": "B", "list": ["x", "y"]}[name]

    def condition(self, name: str) -> bool:
        return {"yes": True, "no": False}[name]

    def reference(self, name: str) -> object:
        return f"{name}-id"

    def file(self, name: str) -> str:
        return f"text of {name}"

    def attribute(self, name: str, attribute: str) -> object:
        return f"{name}.{attribute}"


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("plain", "plain"),
        ({"get_param": "a"}, "A"),
        ({"get_resource": "net"}, "net-id"),
        ({"get_attr": ["server", "first_address"]}, "server.first_address"),
        ({"list_join": ["-", ["x", {"get_param": "a"}]]}, "x-A"),
        ({"list_join": [",", {"get_param": "list"}, ["z"]]}, "x,y,z"),
        ({"equals": [{"get_param": "a"}, "A"]}, True),
        ({"not": {"equals": [{"get_param": "a"}, "A"]}}, False),
        ({"or": ["no", {"not": "no"}]}, True),
        ({"or": ["no", {"and": ["yes", "no"]}]}, False),
        ({"if": ["yes", 1, 2]}, 1),
        ({"if": [{"not": "yes"}, 1, 2]}, 2),
        ([{"class": "lowercase"}], [{"class": "lowercase"}]),
    ],
)
def test_a_function_gives_its_value(value: object, result: object) -> None:
    assert hot.resolve(value, Names()) == result


def test_what_an_if_leaves_out_is_not_there() -> None:
    value = {"key_name": {"if": ["no", "key"]}, "list": [{"if": ["no", 1]}, 2]}
    assert hot.resolve(value, Names()) == {"list": [2]}


def test_longer_words_are_replaced_first_and_what_came_in_is_left_alone() -> None:
    value = {"str_replace": {"template": "$AB $A $B", "params": {"$A": "$B", "$AB": 1, "$B": 2}}}
    assert hot.resolve(value, Names()) == "1 $B 2"


def test_a_function_that_is_not_known_is_an_error() -> None:
    with pytest.raises(CloudError, match="does not know the template function yaql"):
        hot.resolve({"yaql": {}}, Names())


def test_references_are_found_wherever_they_are() -> None:
    value = {"a": [{"list_join": ["", [{"get_resource": "net"}]]}], "b": {"get_attr": ["lb", "x"]}}
    assert set(hot.references(value, Names())) == {"net", "lb"}


def test_of_an_if_only_the_part_that_holds_refers_to_something() -> None:
    value = {"if": ["no", {"get_resource": "net"}, {"get_resource": "lb"}]}
    assert set(hot.references(value, Names())) == {"lb"}
    assert set(hot.references({"if": ["no", {"get_resource": "net"}]}, Names())) == set()


def test_a_parameter_with_the_name_of_a_resource_is_refused_as_heat_does() -> None:
    """heat/engine/stack.py: validate."""
    body = """
heat_template_version: 2021-04-16
parameters: {thing: {type: string, default: x}}
resources: {thing: {type: OS::Heat::RandomString}}
"""
    with pytest.raises(CloudError, match="Duplicate names"):
        fake.Cloud().stacks.create("s", Template(body=body), {}, frozenset(), 60)
