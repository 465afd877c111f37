"""ao.yaml: the file that describes a site."""

from __future__ import annotations

import ipaddress
import re
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from ao import duration, site
from ao.colour import Colour
from ao.errors import ConfigError
from ao.yaml_lines import YamlFile

USER_DATA_LIMIT = 49_149
"""Bytes of user data that fit Nova's 65,535 characters once base64-encoded
(nova/api/openstack/compute/schemas/servers.py)."""

VERSION = r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,39}$"
"""Versions that fit a tag of a server (60 characters, no comma, no slash)."""


def _seconds(value: object) -> float:
    if isinstance(value, str):
        return duration.parse(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    raise ValueError("a duration is text such as 30s, 5m or 1h, or a number of seconds")


def _network(value: object) -> str:
    return str(ipaddress.IPv4Network(value if isinstance(value, str) else ""))


def _wide(network: str) -> str:
    if ipaddress.IPv4Network(network).prefixlen > 28:
        raise ValueError("the network must hold 16 addresses or more: /28 or wider")
    return network


Duration = Annotated[
    float,
    BeforeValidator(_seconds),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": duration.PATTERN}, {"type": "number"}]}
    ),
]
Network = Annotated[str, BeforeValidator(_network)]
WideNetwork = Annotated[Network, AfterValidator(_wide)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Section(BaseModel):
    """A part of ao.yaml: strict, and knows no keys but its own."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True
    )


class GroupSection(Section):
    """The servers of each system."""

    size: int = Field(default=2, ge=1, examples=[2])
    """Servers that a new system begins with."""
    min: int = Field(default=1, ge=1, examples=[1])
    """Least number of servers that scaling leaves."""
    max: int = Field(default=4, ge=1, examples=[4])
    """Greatest number of servers that scaling reaches."""
    delete_delay: Duration = Field(default=10, examples=["10s"])
    """Time between a server's leaving the pool and its deletion."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.min <= self.size <= self.max:
            raise ValueError(
                f"min <= size <= max does not hold for {self.min}, {self.size}, {self.max}"
            )
        return self


class LoadBalancerSection(Section):
    """The load balancer of each system."""

    provider: str = Field(examples=["amphora", "ovn"])
    """Octavia provider; `openstack loadbalancer provider list` names the cloud's."""
    protocol: Literal["HTTP", "TCP"] | None = Field(default=None, examples=["HTTP"])
    """Protocol of listener and pool. Default: HTTP, and TCP with provider ovn."""
    algorithm: str | None = Field(default=None, examples=["ROUND_ROBIN"])
    """Algorithm of the pool. Default: ROUND_ROBIN, and SOURCE_IP_PORT with provider ovn."""
    port: Port = Field(default=80, examples=[80])
    """Port that users reach."""
    server_port: Port = Field(default=80, examples=[8080])
    """Port that the servers listen on."""

    @field_validator("protocol")
    @classmethod
    def _known_to_ovn(cls, protocol: str | None, info: Any) -> str | None:
        if info.data.get("provider") == "ovn" and protocol == "HTTP":
            raise ValueError("provider ovn balances TCP only; write TCP, or leave the key out")
        return protocol


class SwitchSection(Section):
    """How production is switched."""

    method: Literal["pool", "address"] | None = Field(default=None, examples=["pool"])
    """pool: one load balancer, whose listener changes its pool. address: two load
    balancers, and the floating IP moves. Default: pool, and address with provider ovn."""
    preview_port: Port = Field(default=8080, examples=[8080])
    """Pool method: port of the production address that reaches the standby."""
    preview_from: tuple[Network, ...] = Field(
        default=(), strict=False, examples=[["198.51.100.0/24"]]
    )
    """Pool method: networks that may reach the standby; everybody when empty."""
    probe_new: float = Field(default=20, ge=0, le=2000, strict=False, examples=[20])
    """Requests a second on new connections that measure a switch."""
    probe_kept: int = Field(default=10, ge=0, le=2000, examples=[10])
    """Keep-Alive clients that measure a switch."""


class DrainSection(Section):
    """How clients get from the old system to the new one after a switch."""

    way: Literal["after", "around", "hook", "none"] | None = Field(default=None, examples=["after"])
    """Address method. after: reload the old load balancer once production has moved.
    around: reload it right before and right after the move (OVN networks). hook: run the
    command. none: clients stay until they close. Default: after; with provider ovn, hook if
    there is one, else none."""
    hook: str | None = Field(default=None, min_length=1, examples=["./close-connections.sh"])
    """Command that has the old servers close their connections; it gets AO_SITE,
    AO_COLOUR, AO_VERSION and AO_SERVERS."""
    quiet: Duration = Field(default=2, examples=["2s"])
    """Drained once the old system has served nobody for so long; not less than the longest
    request takes."""
    deadline: Duration = Field(default=60, examples=["60s"])
    """Longest wait for that."""

    @model_validator(mode="after")
    def _hooked(self) -> Self:
        if self.way == "hook" and self.hook is None:
            raise ValueError("way: hook needs the command in hook")
        return self


class HealthCheckSection(Section):
    """What counts as healthy."""

    path: str = Field(default="/", pattern=r"^/\S*$", examples=["/health"])
    """Path that is asked for."""
    expect: int = Field(default=200, ge=100, le=599, examples=[200])
    """HTTP status of a healthy answer."""
    type: Literal["HTTP", "TCP"] | None = Field(default=None, examples=["HTTP"])
    """How the load balancer checks servers. Default: HTTP, and TCP with provider ovn."""
    interval: int = Field(default=5, ge=1, examples=[5])
    """Seconds between two checks."""
    timeout: int = Field(default=3, ge=1, examples=[3])
    """Seconds after which a check has failed."""
    retries: int = Field(default=2, ge=1, le=10, examples=[2])
    """Failed checks in a row that take a server out."""


class IdentifySection(Section):
    """How an answer tells which colour gave it."""

    path: str = Field(default="/", pattern=r"^/\S*$", examples=["/version"])
    """Path that is asked for."""
    header: str | None = Field(default=None, pattern=r"^[\w-]+$", examples=["X-Ao-Colour"])
    """Response header whose value is blue or green."""
    body: str | None = Field(default=None, examples=['"colour": "(blue|green)"'])
    """Regular expression whose first group finds blue or green in the body."""

    @field_validator("body")
    @classmethod
    def _one_group(cls, body: str | None) -> str | None:
        if body is not None:
            try:
                groups = re.compile(body).groups
            except re.error as error:
                raise ValueError(f"not a regular expression: {error}") from error
            if groups != 1:
                raise ValueError("the regular expression must have one group, (blue|green)")
        return body

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.header is None) == (self.body is None):
            raise ValueError("give header or body, one of the two")
        return self


class NetworkSection(Section):
    """The site's networks, which hang on one router."""

    blue: WideNetwork = Field(default="10.42.1.0/24", examples=["10.42.1.0/24"])
    """Addresses of the blue system."""
    green: WideNetwork = Field(default="10.42.2.0/24", examples=["10.42.2.0/24"])
    """Addresses of the green system."""
    balancer: WideNetwork = Field(default="10.42.0.0/24", examples=["10.42.0.0/24"])
    """Pool method: addresses of the load balancer that both systems share."""
    dns: tuple[str, ...] = Field(default=(), strict=False, examples=[["192.0.2.53"]])
    """Name servers that the servers ask; the cloud's own when empty."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        networks = {
            name: ipaddress.IPv4Network(getattr(self, name))
            for name in ("blue", "green", "balancer")
        }
        for (one, first), (other, second) in combinations(networks.items(), 2):
            if first.overlaps(second):
                raise ValueError(
                    f"{one} {first} and {other} {second} overlap; they hang on one router"
                )
        return self


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

    site: str = Field(pattern=r"^[a-z][a-z0-9-]{0,29}$", examples=["shop"])
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
    load_balancer: LoadBalancerSection
    switch: SwitchSection = SwitchSection()
    drain: DrainSection = DrainSection()
    health_check: HealthCheckSection = HealthCheckSection()
    identify: IdentifySection
    network: NetworkSection = NetworkSection()
    deadlines: DeadlinesSection = DeadlinesSection()

    @field_validator("production_address")
    @classmethod
    def _address(cls, text: str) -> str:
        if text != "allocate":
            ipaddress.IPv4Address(text)
        return text

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


def checked_version(version: str) -> str:
    """The version, if it may be one; raises ConfigError if not."""
    if not re.fullmatch(VERSION, version):
        raise ConfigError(
            f"{version!r} cannot be a version",
            cure="Use up to 40 letters, digits and . _ + - such as 2.0 or 2026-11-23.",
        )
    return version


def load(path: Path) -> site.Site:
    """Read a site file.

    Raises ConfigError that names file and line of everything wrong, and what to
    write instead.
    """
    source = YamlFile.read(path)
    try:
        file = SiteFile.model_validate(source.data)
    except ValidationError as error:
        raise ConfigError("\n".join(source.explain(error, SiteFile))) from error
    return _site(file, path.parent, _user_data(source, file.user_data))


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
    if "$AO_VERSION" not in text:
        raise ConfigError(
            f"{where}: user_data: {path} does not say $AO_VERSION, so that no version would "
            "differ from another, and a deploy would replace no server",
            cure="Write VERSION='$AO_VERSION' in it, and set up that version of the application.",
        )
    if len(data) > USER_DATA_LIMIT:
        raise ConfigError(
            f"{where}: user_data: {path} has {len(data):,} bytes, Nova takes {USER_DATA_LIMIT:,}",
            cure="Have a short script fetch the rest.",
        )
    return text


def _site(file: SiteFile, folder: Path, user_data: str) -> site.Site:
    ovn = file.load_balancer.provider == "ovn"
    return site.Site(
        name=file.site,
        folder=folder,
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
            size=file.group.size,
            minimum=file.group.min,
            maximum=file.group.max,
            delete_delay=file.group.delete_delay,
        ),
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
    )
