"""ao.yaml: the file that describes a site."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from ao import site
from ao.cloud import Cloud
from ao.colour import Colour
from ao.config import stored
from ao.config.autoscale import Autoscaling
from ao.config.building import GroupSection, LoadBalancerSection, NetworkSection
from ao.config.checks import ChecksSection
from ao.config.hooks import HooksSection
from ao.config.logout import LogoutSection
from ao.config.migration import MigrationSection
from ao.config.notify import NotifySection
from ao.config.rules import JournalSection, StandbySection
from ao.config.section import Duration, Section
from ao.config.switching import DrainSection, HealthCheckSection, IdentifySection, SwitchSection
from ao.config.watch import WatchSection
from ao.config.window import WindowSection
from ao.errors import ConfigError
from ao.site import VERSION
from ao.site.rules import Approve, Rules
from ao.yaml_lines import YamlFile

USER_DATA_LIMIT = 49_149
"""Bytes of user data that fit Nova's 65,535 characters once base64-encoded
(nova/api/openstack/compute/schemas/servers.py)."""


class DeadlinesSection(Section):
    """The longest that Ao waits."""

    build: Duration = Field(default=900, examples=["15m"])
    """For Heat to build, update or delete a system."""
    serve: Duration = Field(default=300, examples=["5m"])
    """For a built system's servers to pass their health checks."""
    switch: Duration = Field(default=60, examples=["60s"])
    """For production to answer from the new system after a switch."""


class SiteFile(Section):
    """A site: one application's production, as two systems behind one address."""

    site: str = Field(pattern=site.NAME, examples=["shop"])
    """Name of the site, unique in its project."""
    cloud: str | None = Field(default=None, examples=["mycloud"])
    """Cloud of clouds.yaml; --os-cloud goes before it, OS_* variables stand in for it."""
    external_network: str = Field(examples=["public"])
    """Network that the production and the preview address come from."""
    production_address: str = Field(default="allocate", examples=["allocate", "203.0.113.10"])
    """`allocate`, or a floating IP that the project already has."""
    version: str = Field(pattern=VERSION, examples=["1.0"])
    """Version of the application that a new system begins with."""
    image: str = Field(examples=["debian-12"])
    """Image of the servers, by name or ID."""
    flavor: str = Field(examples=["m1.small"])
    """Flavor of the servers, by name or ID."""
    keypair: str | None = Field(default=None, examples=["ops"])
    """Key pair put on the servers."""
    user_data: str = Field(examples=["user-data.sh"])
    """File, beside this one, that sets a server up; $AO_SITE, $AO_COLOUR and
    $AO_VERSION in it are replaced."""
    group: GroupSection = GroupSection()
    autoscale: Autoscaling = None
    load_balancer: LoadBalancerSection
    switch: SwitchSection = SwitchSection()
    drain: DrainSection = DrainSection()
    health_check: HealthCheckSection = HealthCheckSection()
    identify: IdentifySection
    network: NetworkSection = NetworkSection()
    deadlines: DeadlinesSection = DeadlinesSection()
    approve: Literal["auto", "manual", "two-people"] = Field(
        default="auto", examples=["manual", "two-people"]
    )
    """manual: a release waits before its switch until somebody approves. two-people: until
    somebody else approves than who began it."""
    window: WindowSection = WindowSection()
    watch: WatchSection = WatchSection()
    checks: ChecksSection = ChecksSection()
    hooks: HooksSection = HooksSection()
    logout: LogoutSection | None = None
    migration: MigrationSection = MigrationSection()
    notify: tuple[NotifySection, ...] = Field(default=(), strict=False)
    """Who is told of a release as it goes."""
    standby: StandbySection = StandbySection()
    journal: JournalSection = JournalSection()

    @field_validator("production_address")
    @classmethod
    def _address(cls, text: str) -> str:
        if text != "allocate":
            ipaddress.IPv4Address(text)
        return text

    @field_validator("autoscale")
    @classmethod
    def _bounds_agree(cls, autoscale: Autoscaling, info: ValidationInfo) -> Autoscaling:
        group = info.data.get("group")
        if autoscale is None or group is None:
            return autoscale
        for key in ("min", "max"):
            here, there = getattr(autoscale, key), getattr(group, key)
            if here not in (None, there) and key in group.model_fields_set:
                raise ValueError(f"autoscale.{key} is {here} and group.{key} is {there}; give one")
        return autoscale

    @model_validator(mode="after")
    def _size_fits(self) -> Self:
        low, size, high = _sizes(self.group, self.autoscale)
        if not low <= size <= high:
            raise ValueError(f"min <= group.size <= max does not hold for {low}, {size}, {high}")
        return self

    @model_validator(mode="after")
    def _ports_apart(self) -> Self:
        if self.switch.preview_port == self.load_balancer.port:
            raise ValueError(
                f"switch.preview_port and load_balancer.port are both {self.switch.preview_port}"
            )
        return self


def schema() -> dict[str, Any]:
    """JSON Schema of ao.yaml."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **SiteFile.model_json_schema(),
    }


def load(path: Path) -> site.Site:
    """Read a site file.

    Raises ConfigError that names file and line of everything wrong, and what to
    write instead.
    """
    source = YamlFile.read(path)
    try:
        file = SiteFile.model_validate(source.data, context={"folder": path.parent})
    except ValidationError as error:
        raise ConfigError("\n".join(source.explain(error, SiteFile))) from error
    user_data = _user_data(source, file.user_data)
    return _site(file, path.parent, user_data, stored.written(source.data, user_data))


def kept(cloud: Cloud, name: str) -> site.Site:
    """The site of that name as the project keeps it, since `ao up` or the last deploy.

    Only what `ao.config.stored` takes is of it, and that is checked as a file is. Raises
    NotFound when none is kept, ConfigError when another version of Ao wrote it, it is one of
    another site, or nobody can read it.
    """
    text = stored.read(cloud, name)
    try:
        document = stored.Document.model_validate_json(text)
        values = {**stored.taken(document.site_file), "user_data": "user-data"}
        file = SiteFile.model_validate(values)
    except (ValidationError, OverflowError, RecursionError) as error:
        raise _unusable(name, "is not one for this version of Ao") from error
    if stored.unknown(document.site_file):
        raise _unusable(name, "is not one for this version of Ao: it has keys that are not known")
    if file.site != name:
        raise _unusable(name, f"is that of site {file.site}")
    fault = _user_data_fault(document.user_data)
    if fault:
        raise _unusable(name, f"has user data that {fault[0]}")
    left_out = stored.left_out(document.site_file, document.left_out)
    return _site(file, None, document.user_data, text, left_out)


def _unusable(name: str, why: str) -> ConfigError:
    return ConfigError(
        f"the site file that the project keeps of {name} {why}",
        cure="`ao up` with the site file keeps it anew.",
    )


def _user_data(source: YamlFile, name: str) -> str:
    path = source.path.parent / name
    where = source.where(("user_data",))
    try:
        data = path.read_bytes()
        text = data.decode("utf-8")
    except OSError as error:
        raise ConfigError(
            f"{where}: user_data: cannot read {path}: {error.strerror}",
            cure="Write the file, or name another one; the path is relative to the site file.",
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{where}: user_data: {path} is not UTF-8 text") from error
    fault = _user_data_fault(text)
    if fault:
        raise ConfigError(f"{where}: user_data: {path} {fault[0]}", cure=fault[1])
    return text


def _user_data_fault(text: str) -> tuple[str, str] | None:
    """What is wrong with user data, and the cure; None when nothing is."""
    if "$AO_VERSION" not in text:
        return (
            "does not say $AO_VERSION, so that no version would differ from another, and a "
            "deploy would replace no server",
            "Write VERSION='$AO_VERSION' in it, and set up that version of the application.",
        )
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > USER_DATA_LIMIT:
        return (
            f"has {size:,} bytes, Nova takes {USER_DATA_LIMIT:,}",
            "Have a short script fetch the rest.",
        )
    return None


def _sizes(group: GroupSection, autoscale: Autoscaling) -> tuple[int, int, int]:
    """Least, first and greatest number of servers.

    The bounds are said once, of the group or of autoscaling; a size that is not said keeps them.
    """
    low = (autoscale and autoscale.min) or group.min
    high = (autoscale and autoscale.max) or group.max
    said = "size" in group.model_fields_set
    return low, group.size if said else max(low, min(group.size, high)), high


def _site(
    file: SiteFile,
    folder: Path | None,
    user_data: str,
    source: str,
    left_out: tuple[str, ...] = (),
) -> site.Site:
    ovn = file.load_balancer.provider == "ovn"
    minimum, size, maximum = _sizes(file.group, file.autoscale)
    return site.Site(
        name=file.site,
        folder=folder,
        source=source,
        left_out=left_out,
        cloud=file.cloud,
        external_network=file.external_network,
        production_address=None
        if file.production_address == "allocate"
        else file.production_address,
        version=file.version,
        cidrs={Colour.BLUE: file.network.blue, Colour.GREEN: file.network.green},
        balancer_cidr=file.network.balancer,
        dns_nameservers=file.network.dns,
        group=site.Group(
            image=file.image,
            flavor=file.flavor,
            keypair=file.keypair,
            user_data=user_data,
            size=size,
            minimum=minimum,
            maximum=maximum,
            delete_delay=file.group.delete_delay,
        ),
        autoscale=file.autoscale.value() if file.autoscale else None,
        load_balancer=site.LoadBalancer(
            provider=file.load_balancer.provider,
            protocol=file.load_balancer.protocol or ("TCP" if ovn else "HTTP"),
            algorithm=file.load_balancer.algorithm or ("SOURCE_IP_PORT" if ovn else "ROUND_ROBIN"),
            port=file.load_balancer.port,
            server_port=file.load_balancer.server_port,
        ),
        switch=site.Switch(
            method=site.Method(file.switch.method or ("address" if ovn else "pool")),
            preview_port=file.switch.preview_port,
            preview_sources=file.switch.preview_from,
            new_per_second=file.switch.probe_new,
            kept=file.switch.probe_kept,
        ),
        drain=site.Drain(
            way=site.DrainWay(file.drain.way) if file.drain.way else None,
            hook=file.drain.hook,
            quiet=file.drain.quiet,
            deadline=file.drain.deadline,
        ),
        health_check=site.HealthCheck(
            type=file.health_check.type or ("TCP" if ovn else "HTTP"),
            path=file.health_check.path,
            expect=file.health_check.expect,
            interval=file.health_check.interval,
            timeout=file.health_check.timeout,
            retries=file.health_check.retries,
        ),
        identify=site.Identify(
            path=file.identify.path, header=file.identify.header, body=file.identify.body
        ),
        deadlines=site.Deadlines(
            build=file.deadlines.build,
            serve=file.deadlines.serve,
            switch=file.deadlines.switch,
        ),
        window=file.window.value(),
        watch=file.watch.value(),
        rules=Rules(
            approve=Approve(file.approve),
            standby=file.standby.value(),
            keep=file.journal.keep,
        ),
        checks=file.checks.value(),
        hooks=file.hooks.value(),
        logout=file.logout.value() if file.logout else None,
        notify=tuple(it.value() for it in file.notify),
        migration=file.migration.value(),
    )
