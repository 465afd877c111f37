"""Templates of the operator's own: read from the site file's folder, and checked.

They are HOT, of which Heat has the last word: it validates them before anything is built. What is
refused here is what Heat would take, and what then would not work in a group of alike servers, or
would reach out of the site file's folder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ao.config import bounded_yaml
from ao.files.input_file import Unreadable, read_text
from ao.message import Message, message
from ao.site.own_template import (
    RESOURCES_FILE,
    RESOURCES_GIVES,
    SERVER_FILE,
    SERVER_GIVES,
    OwnTemplate,
)
from ao.untrusted.printable import printable

LONGEST = 256 * 1024
"""Bytes of one file; Heat takes requests of 1 MiB (heat.conf: max_json_body_size)."""
MOST = 500_000
"""Characters of all files."""
MOST_RESOURCES = 10_000
"""Resources that are looked at; Heat lets a stack with all nested in it have 1,000
(heat.conf: max_resources_per_stack)."""
DEEPEST = 5
"""Levels of nested stacks that Heat lets there be (heat.conf: max_nested_stack_depth)."""
ABOVE = 2
"""Levels above a server template: the group, and Ao's template of one of its members."""
TAKEN = frozenset({"server.yaml", SERVER_FILE, RESOURCES_FILE})
"""Names of files that Ao gives Heat itself."""
_FITS: Mapping[str, frozenset[str]] = {
    "string": frozenset({"string"}),
    "number": frozenset({"number", "string"}),
    "boolean": frozenset({"boolean", "string"}),
    "comma_delimited_list": frozenset({"comma_delimited_list"}),
    "json": frozenset({"json"}),
}
"""Types of parameters that take a value of a type (heat/engine/properties.py)."""
_SERVER = "OS::Nova::Server"
_GROUPS: Mapping[str, tuple[str, str]] = {
    "OS::Heat::ResourceGroup": ("resource_def", "count"),
    "OS::Heat::AutoScalingGroup": ("resource", "desired_capacity"),
    "OS::Heat::InstanceGroup": ("", ""),
}
"""Resource types that are stacks themselves: their properties of a member, and of their number."""
_ELSEWHERE = frozenset(
    {
        "AWS::CloudFormation::Stack",
        "OS::Heat::ResourceChain",
        "OS::Heat::Stack",
    }
)
"""Resource types that take templates by a URL, by lists of types, or as texts: of these nobody
looks at what is in them, and Heat itself would fetch what they name
(heat/engine/resources/aws/cfn/stack.py, openstack/heat/resource_chain.py, remote_stack.py)."""
_DEMAND: Mapping[str, Mapping[str, int]] = {
    "OS::Cinder::Volume": {"volumes": 1},
    "OS::Neutron::FloatingIP": {"floating ips": 1},
    "OS::Neutron::Net": {"networks": 1},
    "OS::Neutron::Port": {"ports": 1},
    "OS::Neutron::Router": {"routers": 1},
    "OS::Neutron::RouterInterface": {"ports": 1},
    "OS::Neutron::SecurityGroup": {"security groups": 1, "security group rules": 2},
    "OS::Neutron::SecurityGroupRule": {"security group rules": 1},
    "OS::Neutron::Subnet": {"subnets": 1, "ports": 1},
    "OS::Nova::ServerGroup": {"server groups": 1},
    "OS::Octavia::HealthMonitor": {"health monitors": 1},
    "OS::Octavia::Listener": {"listeners": 1},
    "OS::Octavia::LoadBalancer": {"load balancers": 1, "ports": 2},
    "OS::Octavia::Pool": {"pools": 1},
}
"""What a resource of a type takes of a quota."""


class Unfit(Exception):
    """A template that cannot be taken: what is wrong, and what to do."""

    def __init__(self, what: Message, cure: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.cure = cure


@dataclass(kw_only=True)
class _Tree:
    """A template with those nested in it, as it is read."""

    folder: Path
    """Folder of the site file; nothing outside is read."""
    serves: bool
    """Whether it is of a server, of which a group has several."""
    files: dict[str, str] = field(default_factory=dict)
    places: dict[str, Path] = field(default_factory=dict)
    """Where each of the files is."""
    demand: Counter[str] = field(default_factory=Counter)
    doubts: list[Message] = field(default_factory=list)
    servers: int = 0
    grouped: bool = False
    """Whether one of its servers is in a group."""
    name: str = ""
    """What the site file calls it."""
    size: int = 0
    """Characters of all that has been read of it."""
    looked: int = 0
    """Resources that have been looked at, those of a nested template each time that it is named."""
    contents: dict[Path, dict[str, Any]] = field(default_factory=dict)
    """What the nested templates say."""


def read_server(folder: Path, name: str) -> OwnTemplate:
    """Return the template of one server that a file of a folder holds. Raises Unfit."""
    tree = _Tree(folder=folder, serves=True)
    template = _read(tree, name, DEEPEST - ABOVE)
    shown = printable(name, 80)
    if "address" not in template.outputs:
        raise Unfit(
            message("%(file)s has no output `address`", file=shown),
            message(
                "Give it one: the address at which the load balancer reaches the server, for "
                "example `address: {value: {get_attr: [server, networks, {get_param: network}, "
                "0]}}`."
            ),
        )
    if tree.servers != 1 or tree.grouped:
        raise Unfit(
            message(
                "%(file)s is the template of one server, and defines %(count)s",
                file=shown,
                count=tree.servers,
            ),
            message(
                "Leave one `OS::Nova::Server` in it, in no group; what a colour has once is for "
                "`system_resources`."
            ),
        )
    if template.parameters.keys().isdisjoint({"version", "user_data", "image"}):
        raise Unfit(
            message(
                "%(file)s declares none of the parameters `version`, `user_data` and `image`, so "
                "that a deploy would replace no server",
                file=shown,
            ),
            message("Declare one of them, and have the server depend on it."),
        )
    return template


def read_resources(folder: Path, name: str) -> OwnTemplate:
    """Return the template of a system's further resources. Raises Unfit."""
    return _read(_Tree(folder=folder, serves=False), name, DEEPEST)


def check_together(server: OwnTemplate | None, resources: OwnTemplate | None) -> None:
    """Raise Unfit for parameters that nobody gives, and for those that two would give.

    `resources` are those whose outputs the server template may take.
    """
    outputs = resources.outputs if resources else ()
    for template, gives in ((server, SERVER_GIVES), (resources, RESOURCES_GIVES)):
        given = {*gives, *(outputs if template is server else ())}
        for name in template.required if template else ():
            if name not in given:
                raise Unfit(
                    message(
                        "nobody gives the parameter %(name)s, and it has no default",
                        name=printable(name, 60),
                    ),
                    message(
                        "Give it a default. Ao gives these: %(names)s.",
                        names=", ".join(sorted(given)),
                    ),
                )
    for name in outputs if server else ():
        if name in SERVER_GIVES and server is not None and name in server.parameters:
            raise Unfit(
                message(
                    "both Ao and an output of system_resources give the server template's "
                    "parameter %(name)s",
                    name=printable(name, 60),
                ),
                message("Call the output something else."),
            )
    both = (server.files if server else {}), (resources.files if resources else {})
    for name in both[0].keys() & both[1].keys():
        if both[0][name] != both[1][name]:
            raise _ambiguous(name)


def _read(tree: _Tree, name: str, levels: int) -> OwnTemplate:
    path = _inside(tree, tree.folder, name)
    text = _text(path, name)
    content = _content(text, name)
    gives = SERVER_GIVES if tree.serves else RESOURCES_GIVES
    parameters = _section(content, "parameters", name)
    for parameter, schema in parameters.items():
        kind = _kind(schema)
        given = gives.get(parameter)
        if given is not None and kind not in _FITS[given]:
            raise Unfit(
                message(
                    "%(file)s declares parameter %(name)s as %(kind)s, and Ao gives a %(given)s",
                    file=printable(name, 80),
                    name=printable(parameter, 60),
                    kind=printable(kind, 40),
                    given=given,
                ),
                message("Write `type: %(given)s` there.", given=given),
            )
    tree.name, tree.size = name, len(text)
    _take_files(tree, content, path.parent)
    _walk(tree, content, path.parent, name, levels, 1)
    return OwnTemplate(
        body=text,
        files=tree.files,
        parameters={parameter: _kind(schema) for parameter, schema in parameters.items()},
        required=tuple(
            parameter
            for parameter, schema in parameters.items()
            if not (isinstance(schema, dict) and "default" in schema)
        ),
        outputs=tuple(_section(content, "outputs", name)),
        demand=dict(tree.demand),
        doubts=tuple(tree.doubts),
    )


def _kind(schema: object) -> str:
    """Return the type of a parameter; empty where none is told."""
    kind = schema.get("type") if isinstance(schema, dict) else None
    return kind if isinstance(kind, str) else ""


def _inside(tree: _Tree, folder: Path, name: str) -> Path:
    """Return the path of a file that is named in a folder. Raises Unfit if it is outside."""
    shown = printable(name, 80)
    if "://" in name:
        raise Unfit(
            message("%(file)s is a URL; only files beside the site file are taken", file=shown),
            message("Put it into the site file's folder, and name it there."),
        )
    try:
        path = (folder / name).resolve()
    except (OSError, RuntimeError, ValueError) as error:
        # A link that leads to itself, or a NUL.
        raise Unfit(
            message("%(file)s cannot be the name of a file", file=shown),
            message("Write the path of a file in the site file's folder."),
        ) from error
    if Path(name).is_absolute() or not path.is_relative_to(tree.folder.resolve()):
        raise Unfit(
            message("%(file)s is not inside the site file's folder", file=shown),
            message("Put it there; no link leads out of it either."),
        )
    return path


def _text(path: Path, name: str) -> str:
    try:
        return read_text(path, LONGEST)
    except Unreadable as error:
        raise Unfit(
            message("cannot read %(path)s: %(why)s", path=printable(name, 80), why=error.why),
            message("Write the file, or name another one; the path is relative to the site file."),
        ) from error


def _content(text: str, name: str) -> dict[str, Any]:
    shown = printable(name, 80)
    try:
        _, content = bounded_yaml.read(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Unfit(
            message(
                "%(file)s, line %(line)s: not YAML: %(problem)s",
                file=shown,
                line=line,
                problem=printable(error.problem or "", 200),
            )
        ) from error
    except yaml.YAMLError as error:
        raise Unfit(message("%(file)s is not YAML", file=shown)) from error
    if not isinstance(content, dict) or "heat_template_version" not in content:
        raise Unfit(
            message("%(file)s is no HOT template", file=shown),
            message("Begin it with `heat_template_version: 2021-04-16`."),
        )
    for parameter, schema in _section(content, "parameters", name).items():
        if not _kind(schema):
            raise Unfit(
                message(
                    "%(file)s: parameter %(parameter)s has no type",
                    file=shown,
                    parameter=printable(parameter, 60),
                )
            )
    resources = _section(content, "resources", name)
    for resource, definition in resources.items():
        if not isinstance(definition, dict) or not isinstance(definition.get("type"), str):
            raise Unfit(
                message(
                    "%(file)s: resource %(resource)s has no type",
                    file=shown,
                    resource=printable(resource, 60),
                )
            )
    return content


def _section(content: Mapping[str, Any], key: str, name: str) -> dict[str, Any]:
    section = content.get(key) or {}
    if not isinstance(section, dict) or not all(isinstance(it, str) for it in section):
        raise Unfit(
            message("%(file)s: %(key)s is no mapping of names", file=printable(name, 80), key=key)
        )
    return section


def _walk(
    tree: _Tree, content: Mapping[str, Any], folder: Path, name: str, levels: int, times: int
) -> None:
    """Look at a template, which may have so many levels with itself, and is there so often."""
    if levels < 1:
        raise Unfit(
            message(
                "%(file)s is nested too deep: Heat lets stacks be nested %(most)s levels deep, of "
                "which Ao's group and member are two for servers",
                file=printable(name, 80),
                most=DEEPEST,
            )
        )
    for resource, definition in (content.get("resources") or {}).items():
        _look(tree, definition, folder, f"{name}: {resource}", levels, times)


def _look(
    tree: _Tree, definition: Mapping[str, Any], folder: Path, where: str, levels: int, times: int
) -> None:
    """Look at a resource, and at what is nested in it."""
    tree.looked += 1
    if tree.looked > MOST_RESOURCES:
        raise Unfit(
            message(
                "%(file)s has more than %(most)s resources with those of the templates in it",
                file=printable(tree.name, 80),
                most=f"{MOST_RESOURCES:,}",
            ),
            message("Leave some out: Heat lets a stack have 1,000."),
        )
    kind, properties = definition["type"], definition.get("properties") or {}
    _check_type(kind, where)
    if not isinstance(properties, dict):
        return
    outer = levels == (DEEPEST - ABOVE if tree.serves else DEEPEST)
    _check_sharing(tree, definition, properties, where, outer=outer)
    tree.demand["resources"] += times
    for resource, count in _DEMAND.get(kind, {}).items():
        tree.demand[resource] += count * times
    if kind == "OS::Cinder::Volume":
        tree.demand["gigabytes"] += _number(properties.get("size")) * times
    if kind == "OS::Neutron::SecurityGroup":
        tree.demand["security group rules"] += len(_list(properties, "rules")) * times
    if kind == _SERVER:
        _look_at_server(tree, properties, where, times)
    if kind in _GROUPS:
        member_key, count_key = _GROUPS[kind]
        member = properties.get(member_key)
        count = max(1, _number(properties.get(count_key, properties.get("min_size", 1))))
        if levels < 2:
            _walk(tree, {}, folder, where, levels - 1, times)
        if member_key and not (isinstance(member, dict) and isinstance(member.get("type"), str)):
            raise Unfit(
                message(
                    "%(where)s does not tell the type of its members as text",
                    where=printable(where, 160),
                ),
                message("Write it, for example `type: disk.yaml`: what it names is looked at."),
            )
        if isinstance(member, dict):
            before = tree.servers
            _look(tree, member, folder, where, levels - 1, times * count)
            tree.grouped = tree.grouped or tree.servers != before
    if _is_template(kind):
        path = _inside(tree, folder, kind)
        if path not in tree.contents:
            tree.contents[path] = _content(_text(path, kind), kind)
            _take_files(tree, tree.contents[path], path.parent)
        _walk(tree, tree.contents[path], path.parent, kind, levels - 1, times)


def _check_type(kind: str, where: str) -> None:
    """Raise Unfit for a resource type by which a template of elsewhere would be nested."""
    if kind in _ELSEWHERE:
        raise Unfit(
            message(
                "%(where)s is of type %(kind)s, which nests templates that are not looked at",
                where=printable(where, 160),
                kind=kind,
            ),
            message("Name the template as the type of a resource: `type: disk.yaml`."),
        )


def _look_at_server(tree: _Tree, properties: Mapping[str, Any], where: str, times: int) -> None:
    tree.servers += 1
    own = properties.get("flavor") == {"get_param": "flavor"}
    tree.demand["servers" if own else "instances"] += times
    networks = _list(properties, "networks")
    ports = sum(isinstance(it, dict) and "port" not in it for it in networks)
    tree.demand["ports"] += (ports if networks else 1) * times
    for device in _devices(properties):
        if not {"image", "image_id", "snapshot_id"} & device.keys():
            continue
        tree.demand["volumes"] += times
        tree.demand["gigabytes"] += _number(device.get("volume_size")) * times
        if device.get("delete_on_termination") is not True:
            tree.doubts.append(
                message(
                    "%(where)s leaves its volume behind when the server goes, at each deploy and "
                    "each time the group shrinks. Write `delete_on_termination: true` beside it.",
                    where=printable(where, 160),
                )
            )


def _devices(properties: Mapping[str, Any]) -> list[dict[str, Any]]:
    both = _list(properties, "block_device_mapping_v2") + _list(properties, "block_device_mapping")
    return [it for it in both if isinstance(it, dict)]


def _check_sharing(
    tree: _Tree,
    definition: Mapping[str, Any],
    properties: Mapping[str, Any],
    where: str,
    *,
    outer: bool,
) -> None:
    """Raise Unfit for what only one can have of the several that are made of a template.

    A template that is nested may be given by its parameters what the outer one makes.
    """
    kind = definition["type"]
    fixed = [it for it in _list(properties, "fixed_ips") if isinstance(it, dict)]
    networks = [it for it in _list(properties, "networks") if isinstance(it, dict)]
    addressed = any("ip_address" in it for it in fixed) or any("fixed_ip" in it for it in networks)
    if tree.serves and addressed:
        raise Unfit(
            message("%(where)s has a fixed address", where=printable(where, 160)),
            message(
                "Leave it out: a group makes several of this template, and each needs its own."
            ),
        )
    volumes = [it["volume_id"] for it in _devices(properties) if "volume_id" in it]
    if kind == "OS::Cinder::VolumeAttachment" and "volume_id" in properties:
        volumes.append(properties["volume_id"])
    for volume in volumes:
        if not _is_made_here(volume, outer=outer):
            raise Unfit(
                message(
                    "%(where)s names a volume that is there already", where=printable(where, 160)
                ),
                message(
                    "Have the template make it (OS::Cinder::Volume): one volume serves one "
                    "server, and several are made of this template."
                ),
            )
    if tree.serves and any(isinstance(it.get("port"), str) for it in networks):
        raise Unfit(
            message("%(where)s names a port that is there already", where=printable(where, 160)),
            message(
                "Have the template make it (OS::Neutron::Port): one port serves one server, and "
                "several are made of this template."
            ),
        )
    if "external_id" in definition:
        raise Unfit(
            message(
                "%(where)s names by external_id what is there already",
                where=printable(where, 160),
            ),
            message("Have the template make it: several are made of it."),
        )
    policy = str(definition.get("deletion_policy", "")).lower()
    if policy in {"retain", "snapshot"}:
        tree.doubts.append(
            message(
                "%(where)s stays when its server or system goes (deletion_policy), at each deploy "
                "and each time the group shrinks.",
                where=printable(where, 160),
            )
        )


def _is_made_here(value: object, *, outer: bool) -> bool:
    if not isinstance(value, dict) or len(value) != 1:
        return False
    (function,) = value
    return function in {"get_resource", "get_attr"} or (not outer and function == "get_param")


def _take_files(tree: _Tree, value: object, folder: Path) -> None:
    """Read the files that a template names: nested templates, and those of get_file."""
    if isinstance(value, list):
        for item in value:
            _take_files(tree, item, folder)
    if not isinstance(value, dict):
        return
    if "get_file" in value:
        named = value["get_file"]
        if not isinstance(named, str):
            raise Unfit(message("get_file names no file"), message("Write the name as text."))
        _take(tree, folder, named)
    kind = value.get("type")
    if isinstance(kind, str) and (_is_template(kind) or "://" in kind):
        _take(tree, folder, kind)
    for item in value.values():
        _take_files(tree, item, folder)


def _take(tree: _Tree, folder: Path, name: str) -> None:
    if name in TAKEN:
        raise Unfit(
            message("Ao itself gives Heat a file %(file)s", file=name),
            message("Call yours something else."),
        )
    path = _inside(tree, folder, name)
    if tree.places.setdefault(name, path) != path:
        raise _ambiguous(name)
    if name in tree.files:
        return
    tree.files[name] = _text(path, name)
    tree.size += len(tree.files[name])
    if tree.size > MOST:
        raise Unfit(
            message(
                "%(file)s has more than %(most)s characters with all files that it names, and "
                "Heat is given no more",
                file=printable(tree.name, 80),
                most=f"{MOST:,}",
            ),
            message("Have the servers fetch what is long."),
        )


def _ambiguous(name: str) -> Unfit:
    return Unfit(
        message("two different files are called %(file)s", file=printable(name, 80)),
        message("Call one of them something else: Heat knows files by what templates call them."),
    )


def _is_template(kind: str) -> bool:
    """Return whether a resource type is a file (heat/engine/environment.py)."""
    return kind.endswith((".yaml", ".template"))


def _list(properties: Mapping[str, Any], key: str) -> list[Any]:
    value = properties.get(key)
    return value if isinstance(value, list) else []


def _number(value: object) -> int:
    """Return a number that a template tells as such; 0 for one that a function gives."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if text.isdecimal() and len(text) < 10 else 0
