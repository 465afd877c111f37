"""ao.yaml: the file that describes a site."""

from __future__ import annotations

import ipaddress
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from ao import site
from ao.config.adopt import AdoptSection
from ao.config.autoscale import Autoscaling
from ao.config.checks import ChecksSection
from ao.config.heat_sections import GroupSection, LoadBalancerSection
from ao.config.hooks import HooksSection
from ao.config.listeners import ListenerSection, pool_protocol
from ao.config.logout import LogoutSection
from ao.config.maintenance import MaintenanceSection
from ao.config.migration import MigrationSection
from ao.config.network import NetworkSection
from ao.config.notify import NotifySection
from ao.config.rules import JournalSection, StandbySection
from ao.config.secrets import SecretsSection, plain_variables
from ao.config.section import Duration, HostName, Section, Variable
from ao.config.servers import ServersSection
from ao.config.switching import DrainSection, HealthCheckSection, IdentifySection, SwitchSection
from ao.config.tls import RedirectSection, TlsSection
from ao.config.watch import WatchSection
from ao.config.window import WindowSection
from ao.site import VERSION

NO_NETWORK = "none"
"""Word for the external network of a site without floating IPs; one that is called so is named by
its ID."""


class DeadlinesSection(Section):
    """The longest that Ao waits."""

    build: Duration = Field(default=900, gt=0, examples=["15m"])
    """For Heat to build, update or delete a system."""
    serve: Duration = Field(default=300, gt=0, examples=["5m"])
    """For a built system's servers to pass their health checks."""
    switch: Duration = Field(default=60, gt=0, examples=["60s"])
    """For production to answer from the new system after a switch."""


class SiteFile(Section):
    """A site: one application's production, as two systems behind one address."""

    site: str = Field(pattern=site.NAME, examples=["shop"])
    """Name of the site, unique in its project."""
    cloud: str | None = Field(default=None, min_length=1, examples=["mycloud"])
    """Cloud of clouds.yaml; --os-cloud goes before it, OS_* variables stand in for it."""
    external_network: str = Field(min_length=1, examples=["public", "none"])
    """Network that the production and the preview address come from. `none`: the site has no
    floating IP; users reach the address of its load balancer, which is in a subnet that is there
    (pool method)."""
    host: HostName | None = Field(default=None, examples=["shop.example"])
    """Host name by which users reach production: requests of Ao and of the load balancer's health
    checks name it, and go to the addresses all the same."""
    production_address: str = Field(default="allocate", examples=["allocate", "203.0.113.10"])
    """`allocate`, or a floating IP that the project already has; without floating IPs an address of
    the load balancer's subnet that nothing has yet."""
    adopt: AdoptSection | None = None
    version: str = Field(pattern=VERSION, examples=["1.0"])
    """Version of the application that a new system begins with."""
    image: str = Field(min_length=1, examples=["debian-12"])
    """Image of the servers, by name or ID."""
    flavor: str = Field(min_length=1, examples=["m1.small"])
    """Flavor of the servers, by name or ID."""
    keypair: str | None = Field(default=None, min_length=1, examples=["ops"])
    """Key pair put on the servers."""
    user_data: str | None = Field(default=None, min_length=1, examples=["user-data.sh"])
    """File, beside this one, that sets a server up: a script, cloud-config, MIME or Ignition, also
    compressed by gzip; $AO_SITE, $AO_COLOUR and $AO_VERSION in it are replaced. Without it the
    image alone is the version."""
    environment: dict[Variable, str] = Field(default={}, examples=[{"LOG_LEVEL": "info"}])
    """Variables of the application, in place of $AO_ENVIRONMENT in user data. All members of the
    project read them; no secret is among them."""
    secrets: SecretsSection | None = None
    servers: ServersSection = ServersSection()
    server_template: str | None = Field(default=None, min_length=1, examples=["my-server.yaml"])
    """File, beside this one, with a HOT template of one server, for what no key says.
    [More](server-template.md)."""
    system_resources: str | None = Field(default=None, min_length=1, examples=["tier.yaml"])
    """File, beside this one, with a HOT template of further resources of each system, such as a
    cache. [More](server-template.md#further-resources-of-a-system)."""
    group: GroupSection = GroupSection()
    autoscale: Autoscaling = None
    load_balancer: LoadBalancerSection
    tls: TlsSection | None = None
    redirect: RedirectSection | None = None
    listeners: tuple[ListenerSection, ...] = Field(default=(), strict=False, max_length=20)
    """Ports that users reach beside that of `load_balancer`; a switch moves all."""
    maintenance: MaintenanceSection | None = None
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

    @field_validator("environment")
    @classmethod
    def _plain(cls, values: dict[str, str]) -> dict[str, str]:
        return plain_variables(values)

    @field_validator("production_address")
    @classmethod
    def _address(cls, text: str) -> str:
        return text if text == "allocate" else str(ipaddress.ip_address(text))

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

    @property
    def floats(self) -> bool:
        """Whether users reach the site by a floating IP."""
        return self.external_network != NO_NETWORK

    @property
    def on_ovn(self) -> bool:
        """Whether the load balancers are of OVN's provider, on which defaults depend."""
        return self.load_balancer.provider == "ovn"

    @property
    def method(self) -> str:
        """Method by which production is switched, given or by default."""
        return self.switch.method or ("address" if self.on_ovn else "pool")

    @property
    def check_type(self) -> str:
        """Type of the health check, given or by default."""
        if self.health_check.type:
            return self.health_check.type
        if self.on_ovn:
            return "TCP"
        return "HTTPS" if self.protocol == "HTTPS" else "HTTP"

    @property
    def protocol(self) -> str:
        """Protocol by which users reach the site, given or by default."""
        return self.load_balancer.protocol or ("TCP" if self.on_ovn else "HTTP")

    @property
    def is_secure(self) -> bool:
        """Whether users speak HTTPS, wherever TLS ends."""
        return self.protocol in {"HTTPS", "TERMINATED_HTTPS"}

    @property
    def port(self) -> int:
        """Port that users reach, given or by default."""
        return self.load_balancer.port or (443 if self.is_secure else 80)

    @property
    def server_port(self) -> int:
        """Port that the servers listen on, given or by default."""
        balancer = self.load_balancer
        encrypted = balancer.server_tls is not None and balancer.server_tls.enabled
        return balancer.server_port or (443 if encrypted or self.protocol == "HTTPS" else 80)

    def shares_protocol(self, listener: ListenerSection) -> bool:
        """Whether servers are spoken to for a listener as they are for the main one."""
        ovn = self.on_ovn
        return pool_protocol(listener.protocol, ovn=ovn) == pool_protocol(self.protocol, ovn=ovn)

    def server_port_of(self, listener: ListenerSection) -> int:
        """Port that the servers listen on for a listener, given or by default."""
        shared = self.server_port if self.shares_protocol(listener) else listener.port
        return listener.server_port or shared

    def check_type_of(self, listener: ListenerSection) -> str:
        """Type of the health check of a listener's pool, given or by default."""
        check = listener.health_check
        if check is not None and check.type is not None:
            return check.type
        if check is not None and check.path is not None:
            return "HTTPS" if listener.protocol == "HTTPS" else "HTTP"
        return self.check_type if self.shares_protocol(listener) else "TCP"


def schema() -> dict[str, Any]:
    """JSON Schema of ao.yaml."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **SiteFile.model_json_schema(),
    }


def sizes(group: GroupSection, autoscale: Autoscaling) -> tuple[int, int, int]:
    """Least, first and greatest number of servers.

    The bounds are said once, of the group or of autoscaling; a size that is not said keeps them.
    """
    low = (autoscale and autoscale.min) or group.min
    high = (autoscale and autoscale.max) or group.max
    said = "size" in group.model_fields_set
    return low, group.size if said else max(low, min(group.size, high)), high
