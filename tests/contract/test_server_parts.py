"""Servers with more than every server has: ports in further networks, and templates of others."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ao import templates
from ao.apply.stack_parameters import CINDER
from ao.cloud import Resource, Stack, Template
from ao.colour import Colour
from ao.config import own_template
from ao.errors import CloudError
from ao.plan import own_templates
from ao.site import tag_value
from ao.site.servers import Servers, Volume
from tests.contract.environment import DEADLINE, Bench

GREEN = Colour.GREEN
SERVER = """heat_template_version: 2021-04-16
parameters:
  name: {type: string}
  image: {type: string}
  flavor: {type: string}
  network: {type: string}
  security_group: {type: string}
  user_data: {type: string}
  metadata: {type: json}
  token: {type: string}
resources:
  pool: {type: spare.yaml}
  server:
    type: OS::Nova::Server
    properties:
      name: {get_param: name}
      image: {get_param: image}
      flavor: {get_param: flavor}
      networks: [{network: {get_param: network}}]
      security_groups: [{get_param: security_group}]
      user_data_format: RAW
      user_data: {get_param: user_data}
      metadata: {map_merge: [{get_param: metadata}, {token: {get_param: token}}]}
outputs:
  address: {value: {get_attr: [server, networks, {get_param: network}, 0]}}
"""
SPARE = """heat_template_version: 2021-04-16
resources:
  spare: {type: 'OS::Heat::RandomString', properties: {length: 8, character_classes: [
    {class: lowercase}]}}
"""
TIER = """heat_template_version: 2021-04-16
resources:
  listener: {type: 'OS::Heat::RandomString', properties: {length: 8, character_classes: [
    {class: lowercase}]}}
outputs:
  token: {value: {get_attr: [listener, value]}}
"""
WRONG = """heat_template_version: 2021-04-16
resources:
  it: {type: 'OS::Neutron::Net', properties: {nmae: x}}
"""


def update(bench: Bench, version: str, networks: tuple[str, ...] = ()) -> Stack:
    """The green system with the site's templates, at rest."""
    name, template = bench.site.system_stack(GREEN), templates.system(bench.site, networks)
    parameters, tags = bench.system_parameters(GREEN, version), bench.tags(GREEN, version)
    stack = bench.cloud.stacks.get(name)
    if stack is None:
        bench.cloud.stacks.create(name, template, parameters, tags, DEADLINE)
    else:
        bench.cloud.stacks.update(stack, template, parameters, tags, DEADLINE)
    found = bench.at_rest(name)
    assert not found.failed, found.reason
    return found


def server(bench: Bench, stack: Stack) -> Resource:
    (found,) = bench.resources(stack, "OS::Nova::Server")
    return found


@pytest.fixture(scope="module")
def network(bench: Bench) -> Iterator[str]:
    """A network that somebody has made in the project."""
    name, pool = f"{bench.site.name}-backend", ("192.168.77.10", "192.168.77.99")
    bench.other_user.create_network(name, "192.168.77.0/24", pool)
    yield bench.cloud.lookup.network(name).id
    bench.delete(bench.site.system_stack(GREEN))
    bench.other_user.delete_network(name)


def test_a_network_is_found_by_its_name_and_tells_what_servers_need(
    bench: Bench, network: str
) -> None:
    found = bench.cloud.lookup.network(f"{bench.site.name}-backend")
    assert (found.id, found.external, found.subnets, found.secured) == (network, False, 1, True)
    assert bench.cloud.lookup.network(network) == found
    assert bench.cloud.lookup.network(bench.site.external_network).external


def test_a_server_has_a_port_in_each_network_and_the_pool_that_in_its_own(
    bench: Bench, network: str
) -> None:
    servers = Servers(networks=(network,))
    having = replace(bench, site=replace(bench.site, servers=servers))
    stack = update(having, "1.0", (network,))
    addresses = bench.other_user.networks(server(bench, stack).physical_id)
    own = bench.physical_id(stack, "OS::Neutron::Net")
    assert addresses.keys() == {own, network}
    assert [member.address for member in bench.members(stack)] == [addresses[own]]


def test_a_server_of_the_operators_template_takes_what_the_tier_gives_and_serves(
    bench: Bench, network: str, tmp_path: Path
) -> None:
    files = {"web.yaml": SERVER, "spare.yaml": SPARE, "tier.yaml": TIER}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    site = replace(
        bench.site,
        server_template=own_template.read_server(tmp_path, "web.yaml"),
        system_resources=own_template.read_resources(tmp_path, "tier.yaml"),
    )
    stack = update(replace(bench, site=site), "2.0")
    assert tag_value(stack.tags, "version") == "2.0"
    found = server(bench, stack)
    told = bench.other_user.metadata(found.physical_id)
    (tier,) = bench.resources(stack, "ao-system-resources.yaml")
    inner = bench.cloud.stacks.resources(stack)
    (token,) = (it.physical_id for it in inner if it.stack_id == tier.physical_id)
    assert token
    assert len(told["token"]) == 8
    bench.await_online(stack)
    known = own_templates.of_system(inner)
    assert "spare" not in {it.name for it in known}
    assert [it.name for it in known].count("pool") == 1, "Ao's own, and not the template's"
    (seen,) = (it for it in known if it.type == "OS::Nova::Server")
    (member,) = bench.resources(stack, templates.SERVER_TEMPLATE)
    assert (seen.parent, seen.stack_id) == (member.name, member.physical_id)


def test_heat_tells_what_it_does_not_take_and_looks_at_no_template_that_another_uses(
    bench: Bench,
) -> None:
    bench.cloud.stacks.validate(Template(body=SPARE), {})
    with pytest.raises(CloudError, match="nmae"):
        bench.cloud.stacks.validate(Template(body=WRONG), {})
    reference = WRONG.replace("properties: {nmae: x}", "depends_on: nothing")
    with pytest.raises(CloudError, match="nothing"):
        bench.cloud.stacks.validate(Template(body=reference), {})
    using = "heat_template_version: 2021-04-16\nresources:\n  a: {type: wrong.yaml}\n"
    template = Template(body=using, files={"wrong.yaml": WRONG})
    bench.cloud.stacks.validate(template, {})


def test_a_cloud_without_cinder_makes_no_volumes(bench: Bench) -> None:
    if bench.cloud.lookup.services() & CINDER:
        pytest.skip("the cloud has Cinder")
    site = replace(bench.site, servers=Servers(boot_volume=Volume(size=2)))
    member = templates.system(site).files[templates.SERVER_TEMPLATE]
    plain = templates.system().files[templates.SERVER_TEMPLATE]
    values = {
        **dict.fromkeys(("site", "colour", "group", "version", "image", "flavor", "keypair"), ""),
        **dict.fromkeys(("user_data", "network", "subnet", "security_group", "pool"), ""),
        **dict.fromkeys(("security_groups", "availability_zone", "server_group"), ""),
        "config_drive": False,
        "metadata": {},
        "server_port": 80,
        "delete_delay": 1,
    }
    bench.cloud.stacks.validate(Template(body=plain), values)
    with pytest.raises(CloudError, match="Service cinder is not available"):
        bench.cloud.stacks.validate(Template(body=member), values)
