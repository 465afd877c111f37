"""The templates that Ao gives to Heat."""

from collections import Counter
from collections.abc import Iterator

import pytest
import yaml

from ao import templates
from ao.site import Method
from tests.unit.operations.sites import SITES
from tests.unit.operations.test_listeners import several

TEXTS = {
    "site": templates.site().body,
    "system": templates.system().body,
    "trial site": templates.trial_site().body,
    **templates.system().files,
    "site of several listeners": templates.site(several(Method.POOL)).body,
    "system of several listeners": templates.system(several(Method.ADDRESS)).body,
}


def mappings(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from mappings(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from mappings(item)


@pytest.mark.parametrize("name", TEXTS)
def test_no_key_stands_twice_for_the_last_would_hide_the_others(name: str) -> None:
    twice = [
        key
        for node in mappings(yaml.compose(TEXTS[name]))
        for key, count in Counter(key.value for key, _ in node.value).items()
        if count > 1
    ]
    assert twice == []


def test_a_site_of_one_listener_has_them_as_they_are_written() -> None:
    for site in SITES.values():
        assert templates.site(site) == templates.site()
        assert templates.system(site) == templates.system()


def test_more_listeners_change_nothing_of_what_there_is_without_them() -> None:
    whole, plain = (
        yaml.safe_load(it.body) for it in (templates.site(several(Method.POOL)), templates.site())
    )
    for section in plain:
        if isinstance(plain[section], dict):
            assert plain[section].items() <= whole[section].items()
    more = whole["resources"].keys() - plain["resources"].keys()
    assert more == {
        "listener_partners",
        "listener_queue",
        "preview_queue",
        "blue_pool_tcp_5671",
        "green_pool_tcp_5671",
        "blue_monitor_tcp_5671",
        "green_monitor_tcp_5671",
    }


def test_the_servers_of_a_system_are_in_each_of_its_pools() -> None:
    template = templates.system(several(Method.ADDRESS))
    server = yaml.safe_load(template.files[templates.SERVER_TEMPLATE])
    members = yaml.safe_load(template.body)["resources"]["group"]["properties"]["resource"]
    assert server["resources"]["member_tcp_5671"]["properties"]["protocol_port"] == 5671
    assert server["parameters"].keys() == members["properties"].keys()


def test_a_pool_that_is_kept_without_a_listener_is_not_checked() -> None:
    kept = yaml.safe_load(templates.site(SITES[Method.POOL], {"http_81"}).body)["resources"]
    assert {"blue_pool_http_81", "green_pool_http_81"} <= kept.keys()
    assert not [name for name in kept if name.endswith("monitor_http_81")]
