"""Systems of the operator's own templates: of a server, and of further resources."""

from dataclasses import replace
from pathlib import Path

import pytest

from ao import config, fake
from ao.colour import Colour
from ao.config import own_template
from ao.errors import ConfigError, QuotaExceeded, Refused
from ao.operations import previews, reconcile
from ao.plan import own_templates
from ao.site import Site
from ao.work import Work
from tests.unit.samples import SITE

BLUE, GREEN = Colour
SERVER = """heat_template_version: 2021-04-16
parameters:
  name: {type: string}
  version: {type: string}
  image: {type: string}
  flavor: {type: string}
  network: {type: string}
  security_group: {type: string}
  user_data: {type: string}
  metadata: {type: json}
  cache_group: {type: string}
resources:
  pool: {type: 'OS::Heat::RandomString', properties: {length: 4, character_classes: [{class: x}]}}
  web:
    type: OS::Nova::Server
    properties:
      name: {get_param: name}
      image: {get_param: image}
      flavor: {get_param: flavor}
      networks: [{network: {get_param: network}}]
      security_groups: [{get_param: security_group}, {get_param: cache_group}]
      user_data: {get_param: user_data}
      metadata: {get_param: metadata}
outputs:
  address: {value: {get_attr: [web, networks, {get_param: network}, 0]}}
"""
TIER = """heat_template_version: 2021-04-16
parameters:
  network: {type: string}
  flavor: {type: string}
resources:
  listener:
    type: OS::Neutron::SecurityGroup
    properties: {name: cache, rules: []}
  cache:
    type: OS::Nova::Server
    properties:
      name: cache
      image: ao-demo
      flavor: {get_param: flavor}
      networks: [{network: {get_param: network}}]
outputs:
  cache_group: {value: {get_resource: listener}}
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "web.yaml").write_text(SERVER)
    (tmp_path / "tier.yaml").write_text(TIER)
    return replace(
        SITE,
        server_template=own_template.read_server(tmp_path, "web.yaml"),
        system_resources=own_template.read_resources(tmp_path, "tier.yaml"),
    )


def start(site: Site, **limits: int) -> Work:
    cloud = fake.Cloud(openstack=fake.OpenStack(limits=limits))
    return Work(cloud=cloud, site=site, clock=cloud.clock, visit=cloud.visit)


@pytest.fixture
def work(site: Site) -> Work:
    work = start(site)
    reconcile.up(work)
    reconcile.switch(work, BLUE)
    return work


def without_file(work: Work) -> Work:
    """The same as somebody works who has not the site file."""
    left = ("server_template", "system_resources")
    site = replace(
        work.site, folder=None, left_out=left, server_template=None, system_resources=None
    )
    return replace(work, site=site)


def groups(work: Work, colour: Colour) -> set[str]:
    """Names of the security groups of a system's servers."""
    project = work.cloud._project  # type: ignore[attr-defined]
    servers = [project.nova.servers[it.id] for it in work.observe().systems[colour].servers]
    ids = {group for server in servers for group in server.port.security_group_ids}
    return {project.neutron.security_groups[it].name for it in ids}


def test_servers_are_of_the_template_and_serve_and_take_what_the_tier_gives(work: Work) -> None:
    system = work.observe().systems[BLUE]
    assert (system.size, len(system.servers), system.online) == (2, 2, 2)
    assert system.obstacle() is None
    assert groups(work, BLUE) == {"ao-shop-blue", "cache"}


def test_names_in_the_operators_templates_are_nothing_of_aos(work: Work) -> None:
    """They have a `pool` and a `listener`, and the tier a server that is in no group."""
    system = work.observe().systems[BLUE]
    assert system.pool_id == system.load_balancer.pool_ids[0]  # type: ignore[union-attr]
    assert not system.broken
    assert len([it for it in system.resources if it.type == "OS::Nova::Server"]) == 2


def test_a_release_goes_there_and_back(work: Work) -> None:
    reconcile.deploy(work, "2.0")
    assert reconcile.switch(work, GREEN).live is GREEN
    assert work.observe().systems[GREEN].version == "2.0"
    assert groups(work, GREEN) == {"ao-shop-green", "cache"}
    assert reconcile.switch(work, BLUE).live is BLUE


def test_a_server_that_is_gone_is_repaired_by_its_template(work: Work) -> None:
    lost = work.observe().systems[BLUE].servers[0]
    work.cloud.other_user.delete_server(lost.id)  # type: ignore[attr-defined]
    assert len(work.observe().systems[BLUE].broken) == 1
    reconcile.up(work)
    assert work.observe().systems[BLUE].obstacle() is None
    assert groups(work, BLUE) == {"ao-shop-blue", "cache"}


def test_without_the_file_a_deploy_has_what_the_stack_has(work: Work) -> None:
    """The templates are in no text that the project keeps."""
    reconcile.deploy(without_file(work), "2.0")
    system = work.observe().systems[GREEN]
    assert (system.version, system.online) == ("2.0", 2)
    assert groups(work, GREEN) == {"ao-shop-green", "cache"}
    stack = system.stack
    assert stack is not None
    assert {"ao:template=server_template", "ao:format=3"} <= stack.tags
    reconcile.deploy(without_file(work), "3.0")
    assert work.observe().systems[GREEN].version == "3.0"


def test_without_the_file_a_system_of_aos_own_servers_is_not_deployed_to() -> None:
    """The site file has had a template since, which would be left out unseen."""
    work = start(SITE)
    reconcile.up(work)
    reconcile.switch(work, BLUE)
    before = work.observe().systems[GREEN].stack
    with pytest.raises(Refused, match="of which the project keeps no text, and green was not"):
        reconcile.deploy(without_file(work), "2.0")
    assert work.observe().systems[GREEN].stack == before


def test_without_the_file_nothing_is_built_anew(site: Site) -> None:
    work = without_file(start(site))
    with pytest.raises(Refused, match="of which the project keeps no text"):
        reconcile.up(work)
    assert not work.cloud.stacks.all()


def test_what_heat_does_not_take_is_told_with_the_place_before_anything_is_built(
    site: Site, tmp_path: Path
) -> None:
    (tmp_path / "web.yaml").write_text(SERVER.replace("user_data: {get_param", "usr: {get_param"))
    wrong = replace(
        site,
        server_template=own_template.read_server(tmp_path, "web.yaml"),
        places={"server_template": "ao.yaml:9"},
    )
    work = start(wrong)
    with pytest.raises(ConfigError, match=r"ao.yaml:9: server_template: .*Unknown Property usr"):
        reconcile.up(work)
    assert not work.cloud.stacks.all()


def test_the_quota_is_asked_for_all_that_the_templates_make(site: Site) -> None:
    with pytest.raises(QuotaExceeded, match="instances: 6 more needed, 5 free"):
        reconcile.up(start(site, instances=5))


def test_a_deploy_needs_the_tier_no_second_time(site: Site) -> None:
    work = start(site, instances=8)
    reconcile.up(work)
    reconcile.switch(work, BLUE)
    reconcile.deploy(work, "2.0")
    assert work.observe().systems[GREEN].version == "2.0"


def test_a_site_of_before_has_resources_as_heat_tells_them(work: Work) -> None:
    plain = start(SITE)
    reconcile.up(plain)
    stack = plain.cloud.stacks.get("ao-shop-blue")
    assert stack is not None
    told = plain.cloud.stacks.resources(stack)
    assert own_templates.of_system(told) == told


def test_the_example_of_the_docs_is_taken(tmp_path: Path) -> None:
    """docs/server-template.md shows a server template, and a tier."""
    page = (Path(__file__).parents[3] / "docs" / "server-template.md").read_text()
    blocks = [it.split("```")[0] for it in page.split("```yaml\n")[1:]]
    names = dict(zip(("part", "my-server.yaml", "my-tier.yaml"), blocks, strict=True))
    for name, text in names.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "user-data.sh").write_text("echo $AO_VERSION\n")
    (tmp_path / "ao.yaml").write_text(
        "site: shop\nexternal_network: public\nversion: '1.0'\nimage: ao-demo\n"
        "flavor: web.small\nuser_data: user-data.sh\nload_balancer: {provider: amphora}\n"
        "identify: {header: X-Ao-Colour}\n" + names["part"]
    )
    site = config.load(tmp_path / "ao.yaml")
    assert site.server_template is not None
    assert site.system_resources is not None
    assert set(site.system_resources.outputs) & site.server_template.parameters.keys()


def test_a_preview_of_a_whole_site_changes_nothing_with_the_file_or_without(work: Work) -> None:
    assert previews.changes(work)[1] == ()
    assert previews.changes(without_file(work))[1] == ()


def test_a_preview_without_the_file_of_what_was_never_built_is_refused(site: Site) -> None:
    with pytest.raises(Refused, match="of which the project keeps no text"):
        previews.changes(without_file(start(site)))
