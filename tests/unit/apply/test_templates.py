"""The templates that Ao gives to Heat."""

from collections import Counter
from collections.abc import Iterator

import pytest
import yaml

from ao import templates

TEXTS = {
    "site": templates.site().body,
    "system": templates.system().body,
    "trial site": templates.trial_site().body,
    **templates.system().files,
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
