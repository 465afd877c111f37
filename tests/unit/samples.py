"""Sample values for unit tests: a whole site, to be changed with dataclasses.replace."""

from dataclasses import replace
from pathlib import Path

from ao import site as sites
from ao.cloud import FloatingIP, LoadBalancer, Member, Resource, Server, Stack
from ao.colour import Colour
from ao.config.checks import ChecksSection
from ao.config.migration import MigrationSection
from ao.config.watch import WatchSection
from ao.config.window import WindowSection
from ao.plan.facts import Facts, System
from ao.site.autoscale import Autoscale, Engine, Limit, Rule
from ao.site.rules import After, Approve, Rules, Standby
from ao.site.status_codes import StatusCodes

SITE = sites.Site(
    name="shop",
    folder=Path(),
    source='{"site_file": {}, "user_data": ""}',
    left_out=(),
    cloud="shop",
    external_network="public",
    host=None,
    production_address=None,
    version="1.0",
    cidrs={Colour.BLUE: "10.42.1.0/24", Colour.GREEN: "10.42.2.0/24"},
    balancer_cidr="10.42.0.0/24",
    dns_nameservers=(),
    group=sites.Group(
        image="ao-demo",
        flavor="web.small",
        keypair=None,
        user_data="#!/bin/sh\necho $AO_VERSION\n",
        size=2,
        minimum=1,
        maximum=4,
        delete_delay=2.0,
    ),
    autoscale=None,
    tls=None,
    redirect=None,
    load_balancer=sites.LoadBalancer(
        provider="ovn", protocol="TCP", algorithm="SOURCE_IP_PORT", port=80, server_port=80
    ),
    switch=sites.Switch(
        method=sites.Method.ADDRESS,
        preview_port=8080,
        preview_sources=(),
        new_per_second=0,
        kept=0,
    ),
    drain=sites.Drain(way=None, hook=None, quiet=2.0, deadline=60.0),
    health_check=sites.HealthCheck(
        type="TCP",
        path="/health",
        method="GET",
        expect=StatusCodes.of({200}),
        interval=2,
        timeout=2,
        retries=2,
    ),
    identify=sites.Identify(path="/version", header="X-Ao-Colour", body=None),
    deadlines=sites.Deadlines(build=900.0, serve=300.0, switch=60.0),
    window=WindowSection().value(),
    watch=WatchSection().value(),
    checks=ChecksSection().value(),
    hooks={},
    logout=None,
    notify=(),
    migration=MigrationSection().value(),
    rules=Rules(
        approve=Approve.AUTO, standby=Standby(after=After.KEEP, size=1), keep=50, texts=4096
    ),
)

POOL_SITE = replace(
    SITE,
    load_balancer=replace(
        SITE.load_balancer, provider="amphora", protocol="HTTP", algorithm="ROUND_ROBIN"
    ),
    switch=replace(SITE.switch, method=sites.Method.POOL),
)
"""The same site with one load balancer for both systems."""


def stack(name: str, state: str = "CREATE_COMPLETE", *tags: str) -> Stack:
    action, _, status = state.partition("_")
    return Stack(
        id=f"{name}-id",
        name=name,
        action=action,
        status=status,
        reason="",
        tags=frozenset(tags),
        updated_at="2026-11-23T00:00:00Z",
    )


def resource(name: str, kind: str, physical_id: str, parent: str = "") -> Resource:
    return Resource(
        name=name,
        type=kind,
        status="CREATE_COMPLETE",
        reason="",
        physical_id=physical_id,
        stack_name="",
        stack_id="",
        parent=parent,
    )


def _resources(colour: Colour, size: int) -> tuple[Resource, ...]:
    built = [resource("load_balancer", "OS::Octavia::LoadBalancer", f"{colour}-lb")]
    for n in range(size):
        built.append(resource(f"m{n}", "server.yaml", f"{colour}-m{n}", "group"))
        built.append(resource("server", "OS::Nova::Server", f"{colour}-server-{n}", f"m{n}"))
    return tuple(built)


def system(
    colour: Colour,
    *,
    state: str = "CREATE_COMPLETE",
    version: str = "1.0",
    size: int = 2,
    online: int = 2,
    active: int = 2,
) -> System:
    tags = (SITE.tag, sites.colour_tag(colour), sites.version_tag(version))
    return System(
        colour=colour,
        stack=stack(SITE.system_stack(colour), state, *tags),
        resources=_resources(colour, size),
        load_balancer=LoadBalancer(
            id=f"{colour}-lb",
            name=f"ao-shop-{colour}",
            description=f"{SITE.tag} {sites.colour_tag(colour)}",
            provider="ovn",
            vip_address="10.42.1.9",
            vip_port_id=f"{colour}-vip",
            provisioning_status="ACTIVE",
            operating_status="ONLINE",
            pool_ids=(f"{colour}-pool",),
        ),
        pool_id=f"{colour}-pool",
        members=tuple(
            Member(
                id=f"{colour}-member-{n}",
                address=f"10.42.1.{n + 20}",
                operating_status="ONLINE" if n < online else "ERROR",
                provisioning_status="ACTIVE",
            )
            for n in range(size)
        ),
        servers=tuple(
            Server(id=f"{colour}-server-{n}", name=f"shop-{colour}-{n}") for n in range(active)
        ),
    )


def unbuilt(colour: Colour) -> System:
    return System(
        colour=colour,
        stack=None,
        resources=(),
        load_balancer=None,
        pool_id=None,
        members=(),
        servers=(),
    )


def address(role: str, port_id: str | None, *words: str) -> FloatingIP:
    return FloatingIP(
        id=f"{role}-id",
        address="172.31.1.20" if role == "production" else "172.31.1.21",
        network_id="public-id",
        port_id=port_id,
        status="ACTIVE",
        description=" ".join((SITE.tag, f"ao:address={role}", *words)),
        revision=1,
    )


def whole(live: Colour = Colour.BLUE) -> Facts:
    """Facts of a site that lacks nothing."""
    return Facts(
        method=sites.Method.ADDRESS,
        stack=stack(SITE.stack, "CREATE_COMPLETE", SITE.tag),
        resources=(
            resource("production_address", "OS::Neutron::FloatingIP", "production-id"),
            resource("preview_address", "OS::Neutron::FloatingIP", "preview-id"),
        ),
        production=address("production", f"{live}-vip"),
        preview=address("preview", f"{live.other}-vip"),
        systems={colour: system(colour) for colour in Colour},
    )


EMPTY = Facts(
    method=sites.Method.ADDRESS,
    stack=None,
    resources=(),
    production=None,
    preview=None,
    systems={colour: unbuilt(colour) for colour in Colour},
)
"""Facts of a project where nothing of the site is built."""


def with_system(facts: Facts, changed: System) -> Facts:
    return replace(facts, systems={**facts.systems, changed.colour: changed})


AUTOSCALE = Autoscale(
    out=Rule(query=None, limit=Limit.ABOVE, threshold=0.7, lasting=60.0, by=1),
    inward=Rule(query=None, limit=Limit.BELOW, threshold=0.2, lasting=300.0, by=1),
    cooldown=0.0,
    engine=Engine.AUTO,
    granularity=300.0,
)
"""Autoscaling by CPU load."""
