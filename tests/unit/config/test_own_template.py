"""Templates of the operator's own: what is read of them, and what is refused."""

import os
from pathlib import Path

import pytest
import yaml

from ao import config, templates
from ao.errors import ConfigError
from ao.site import Site
from ao.site.own_template import SERVER_GIVES

SITE = """site: shop
external_network: public
version: "1.0"
image: debian-12
flavor: m1.small
user_data: user-data.sh
load_balancer: {provider: amphora}
identify: {header: X-Ao-Colour}
"""
SERVER = """heat_template_version: 2021-04-16
parameters:
  version: {type: string}
  image: {type: string}
  flavor: {type: string}
  network: {type: string}
resources:
  web:
    type: OS::Nova::Server
    properties:
      image: {get_param: image}
      flavor: {get_param: flavor}
      networks: [{network: {get_param: network}}]
      metadata: {version: {get_param: version}}
outputs:
  address: {value: {get_attr: [web, networks, {get_param: network}, 0]}}
"""
TIER = """heat_template_version: 2021-04-16
parameters:
  network: {type: string}
resources:
  cache:
    type: OS::Nova::Server
    properties:
      image: cache-image
      flavor: {get_param: flavor}
      networks: [{network: {get_param: network}}]
  disk: {type: OS::Cinder::Volume, properties: {size: 10}}
outputs:
  cache_address: {value: {get_attr: [cache, first_address]}}
"""


def load(
    folder: Path, server: str | None = SERVER, tier: str | None = None, *lines: str, **files: str
) -> Site:
    """A site with these templates; `files` are of its folder, with dots for underscores."""
    text = SITE
    for key, name, content in (
        ("server_template", "web.yaml", server),
        ("system_resources", "tier.yaml", tier),
    ):
        if content is not None:
            (folder / name).write_text(content)
            text += f"{key}: {name}\n"
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content)
    (folder / "ao.yaml").write_text(text + "\n".join(lines) + "\n")
    (folder / "user-data.sh").write_text("echo $AO_VERSION\n")
    return config.load(folder / "ao.yaml")


def refusal(folder: Path, *arguments: str | None, **files: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(folder, *arguments, **files)
    return f"{caught.value.message}\n{caught.value.cure or ''}"


def changed(old: str, new: str, text: str = SERVER) -> str:
    assert old in text
    return text.replace(old, new)


def test_a_template_is_read_with_what_it_declares(tmp_path: Path) -> None:
    own = load(tmp_path).server_template
    assert own is not None
    assert own.body == SERVER, "as it is written"
    assert own.parameters == dict.fromkeys(("version", "image", "flavor", "network"), "string")
    assert own.outputs == ("address",)
    assert own.demand == {"resources": 1, "servers": 1, "ports": 1}


def test_nothing_of_it_is_kept_for_those_without_the_file_but_that_there_is_one(
    tmp_path: Path,
) -> None:
    source = load(tmp_path, SERVER, TIER).source
    assert "heat_template_version" not in source
    assert "web.yaml" not in source
    assert '"left_out":["server_template","system_resources"]' in source


def test_files_that_it_names_are_read_beside_it(tmp_path: Path) -> None:
    nested = changed("OS::Nova::Server", "disk.yaml")
    part = (
        "heat_template_version: 2021-04-16\nresources:\n  it:\n    type: OS::Nova::Server\n"
        "    properties: {user_data: {get_file: set-up.sh}}\n"
    )
    own = load(tmp_path, nested, disk_yaml=part, **{"set-up_sh": "echo hi\n"}).server_template
    assert own is not None
    assert own.files == {"disk.yaml": part, "set-up.sh": "echo hi\n"}


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("../outside.yaml", "is not inside the site file's folder"),
        ("/etc/heat.yaml", "is not inside the site file's folder"),
        ("link.yaml", "is not inside the site file's folder"),
        ("https://example.org/a.yaml", "is a URL"),
        ("nowhere.yaml", "cannot read nowhere.yaml"),
        ("server.yaml", "Ao itself gives Heat a file server.yaml"),
        ("itself.yaml", "cannot be the name of a file"),
        ("pipe.yaml", "it is not a regular file"),
    ],
)
def test_what_is_not_in_the_folder_is_not_read(tmp_path: Path, named: str, said: str) -> None:
    (tmp_path / "outside.yaml").write_text(SERVER)
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "itself.yaml").symlink_to(folder / "itself.yaml")
    os.mkfifo(folder / "pipe.yaml")
    (folder / "server.yaml").write_text(SERVER)
    assert said in refusal(folder, changed("OS::Nova::Server", named))
    script = changed("metadata:", f"user_data: {{get_file: '{named}'}}\n      metadata:")
    assert said in refusal(folder, script)


def test_a_site_file_that_names_a_template_outside_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(SERVER)
    (tmp_path / "site").mkdir()
    told = refusal(tmp_path / "site", None, None, "server_template: ../web.yaml")
    assert "ao.yaml:9: server_template: ../web.yaml is not inside" in told


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (changed("  address:", "  other:"), "has no output `address`"),
        (changed("OS::Nova::Server", "OS::Heat::None"), "defines 0"),
        (SERVER.replace("outputs:", "  b: {type: 'OS::Nova::Server'}\noutputs:"), "defines 2"),
        (changed("  network: {type", "  subnet_of_mine: {type"), "nobody gives the parameter"),
        (changed("version: {type: string}", "version: {type: number}"), "as number, and Ao gives"),
        (changed("image: {type: string}", "image: string"), "parameter image has no type"),
        ("a: [", "not YAML"),
        ("a: 1", "is no HOT template"),
        (changed("    type: OS::Nova::Server\n", ""), "resource web has no type"),
        (
            changed("networks: [{network:", "networks: [{fixed_ip: 10.0.0.9, network:"),
            "has a fixed address",
        ),
        (
            changed("metadata:", "block_device_mapping_v2: [{volume_id: a-id}]\n      metadata:"),
            "names a volume that is there already",
        ),
        (changed("    type: OS", "    external_id: an-id\n    type: OS"), "names by external_id"),
        (
            changed("networks: [{network: {get_param: network}}]", "networks: [{port: a-port}]"),
            "names a port that is there already",
        ),
        (
            SERVER.replace("  version: {type: string}\n", "").replace(
                "  image: {type: string}\n", ""
            ),
            "declares none of the parameters `version`, `user_data` and `image`",
        ),
    ],
)
def test_what_a_group_of_alike_servers_cannot_be_made_of_is_refused(
    tmp_path: Path, server: str, said: str
) -> None:
    told = refusal(tmp_path, server)
    assert told.startswith(f"{tmp_path}/ao.yaml:9: server_template: ")
    assert said in told


def test_servers_in_a_group_are_refused(tmp_path: Path) -> None:
    group = (
        "  more:\n    type: OS::Heat::ResourceGroup\n"
        "    properties: {count: 3, resource_def: {type: 'OS::Nova::Server'}}\noutputs:"
    )
    assert "is the template of one server" in refusal(tmp_path, changed("outputs:", group))


def test_what_is_nested_deeper_than_heat_nests_is_refused(tmp_path: Path) -> None:
    deeper = "heat_template_version: 2021-04-16\nresources: {a: {type: %s}}\n"
    server = changed("outputs:", "  deep: {type: a.yaml}\noutputs:")
    last = {"b_yaml": deeper % "'OS::Heat::None'"}
    assert load(tmp_path, server, None, a_yaml=deeper % "b.yaml", **last)
    told = refusal(tmp_path, server, a_yaml=deeper % "b.yaml", b_yaml=deeper % "a.yaml")
    assert "is nested too deep" in told


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        (
            "{type: 'OS::Heat::ResourceChain', properties: {resources: ['http://e.example/x']}}",
            "of type OS::Heat::ResourceChain, which nests templates that are not looked at",
        ),
        (
            "{type: 'AWS::CloudFormation::Stack', properties: {TemplateURL: 'http://e.example/x'}}",
            "of type AWS::CloudFormation::Stack",
        ),
        ("{type: 'OS::Heat::Stack', properties: {template: 'a: 1'}}", "of type OS::Heat::Stack"),
        (
            "{type: 'OS::Heat::ResourceGroup', properties: {resource_def: {get_param: image}}}",
            "does not tell the type of its members as text",
        ),
        ('{type: "a\\0b.yaml"}', "a\\x00b.yaml cannot be the name of a file"),
    ],
)
def test_templates_that_nobody_looks_at_are_not_nested(
    tmp_path: Path, resource: str, said: str
) -> None:
    assert said in refusal(tmp_path, changed("outputs:", f"  more: {resource}\noutputs:"))


def test_what_is_nested_many_times_over_is_refused_at_once(tmp_path: Path) -> None:
    many = "".join(f"  r{number}: {{type: %s}}\n" for number in range(200))
    head = "heat_template_version: 2021-04-16\nresources:\n"
    files = {"a_yaml": head + many % (("b.yaml",) * 200), "b_yaml": head + "  x: {type: 'A::B'}\n"}
    server = changed("outputs:", many % (("a.yaml",) * 200) + "outputs:")
    assert "more than 10,000 resources" in refusal(tmp_path, server, **files)


def test_more_than_heat_is_given_is_not_read(tmp_path: Path) -> None:
    named = ", ".join(f"{{get_file: f{number}.txt}}" for number in range(9))
    files = {f"f{number}_txt": "x" * 200_000 for number in range(3)}
    told = refusal(
        tmp_path, changed("outputs:", f"conditions: {{a: [{named}]}}\noutputs:"), **files
    )
    assert "web.yaml has more than 500,000 characters with all files that it names" in told


def test_volumes_that_are_left_behind_are_told_and_built(tmp_path: Path) -> None:
    mapping = "block_device_mapping_v2: [{image: x, volume_size: 20%s}]\n      metadata:"
    own = load(tmp_path, changed("metadata:", mapping % "")).server_template
    assert own is not None
    (doubt,) = own.doubts
    assert "web.yaml: web leaves its volume behind" in doubt
    assert (own.demand["volumes"], own.demand["gigabytes"]) == (1, 20)
    kept = changed("metadata:", mapping % ", delete_on_termination: true")
    own = load(tmp_path, kept).server_template
    assert own is not None
    assert own.doubts == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("keypair: ops", "keypair: it needs a parameter `keypair`"),
        ("servers: {anti_affinity: soft}", "servers.anti_affinity: it needs a parameter `server_g"),
        ("servers: {metadata: {a: b}}", "servers.metadata: it needs a parameter `metadata`"),
        ("servers: {boot_volume: {size: 9}}", "servers.boot_volume: server_template says what"),
        ("servers: {networks: [b]}", "servers.networks: server_template says what a server has"),
    ],
)
def test_keys_of_which_the_template_takes_nothing_are_refused(
    tmp_path: Path, line: str, said: str
) -> None:
    assert said in refusal(tmp_path, SERVER, None, line)


def test_a_key_that_it_declares_a_parameter_for_is_given(tmp_path: Path) -> None:
    declared = changed("parameters:", "parameters:\n  keypair: {type: string}")
    assert load(tmp_path, declared, None, "keypair: ops").group.keypair == "ops"


def test_outputs_of_further_resources_are_given_to_servers_that_declare_them(
    tmp_path: Path,
) -> None:
    server = changed("parameters:", "parameters:\n  cache_address: {type: string}")
    assert "nobody gives the parameter cache_address" in refusal(tmp_path, server)
    tier = TIER.replace("parameters:", "parameters:\n  flavor: {type: string}")
    site = load(tmp_path, server, tier)
    assert site.system_resources is not None
    assert site.system_resources.demand == {
        "resources": 2,
        "servers": 1,
        "ports": 1,
        "volumes": 1,
        "gigabytes": 10,
    }
    content = templates.system(site)
    assert "get_attr:\n" in content.body
    assert {"ao-server-template.yaml", "ao-system-resources.yaml"} <= content.files.keys()


def test_an_output_that_is_called_as_what_ao_gives_is_refused(tmp_path: Path) -> None:
    tier = TIER.replace("cache_address:", "image:").replace("{get_param: flavor}", "m1.tiny")
    assert "both Ao and an output of system_resources" in refusal(tmp_path, SERVER, tier)


def test_a_fixed_address_is_a_matter_of_one_and_stays_in_further_resources(tmp_path: Path) -> None:
    tier = TIER.replace("[{network:", "[{fixed_ip: 10.0.0.9, network:").replace(
        "{get_param: flavor}", "m1.tiny"
    )
    assert load(tmp_path, None, tier).system_resources is not None


@pytest.mark.parametrize("name", SERVER_GIVES)
def test_each_parameter_that_ao_gives_is_one_of_its_own_template(tmp_path: Path, name: str) -> None:
    declared = changed("parameters:", f"parameters:\n  {name}: {{type: {SERVER_GIVES[name]}}}")
    if name in {"version", "image", "flavor", "network"}:
        declared = SERVER
    member = yaml.safe_load(templates.system(load(tmp_path, declared)).files["server.yaml"])
    given = member["resources"]["server"]["properties"]
    assert given.keys() == {"version", "image", "flavor", "network", name}
    assert name in member["parameters"] or given[name] != {"get_param": name}
