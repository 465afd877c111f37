"""Parameters of the Heat stacks, looked up in the cloud before anything is changed."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import MappingProxyType

from ao.apply import certificate, sealed_secrets
from ao.apply.place import told_at
from ao.cloud import Cloud, Image, Named, Network
from ao.colour import Colour
from ao.errors import NotFound, Refused
from ao.message import message
from ao.plan import alarms
from ao.plan.observation import adopted_id
from ao.plan.offers import Offers
from ao.plan.plan import BuildSystem
from ao.plan.renewal import NO_REFERENCES, References
from ao.site import Adoption, Site, user_data
from ao.site.autoscale import Engine
from ao.site.network import BALANCER
from ao.site.servers import IngressRule
from ao.untrusted.printable import printable
from ao.work import Work

CINDER = frozenset({"block-storage", "block-store", "volume", "volumev3"})
"""Types that Keystone's catalogue knows Cinder by (service-types-authority)."""
NO_POOLS: Mapping[str, str] = MappingProxyType({})
"""The pools of a site without listeners beside the main one."""
EVERYBODY = {"IPv4": "0.0.0.0/0", "IPv6": "::/0"}
"""All addresses, by the version of IP."""
TRIAL_CIDR = "10.42.0.0/24"
"""Addresses of the doctor's trial site where the site has no network for its load balancer: it
hangs on a router of its own."""


@dataclass(frozen=True, kw_only=True)
class BuildInputs(Offers):
    """Things that the site file names, as the cloud knows them."""

    keypair: Named | None
    balancer_flavor: Named | None = None
    """Octavia's flavor of the load balancers."""
    balancer_zone: Named | None = None
    """Octavia's availability zone of the load balancers."""
    balancer_id: str = ""
    """ID of somebody else's load balancer that the site is built around; empty for none."""

    @property
    def network_ids(self) -> tuple[str, ...]:
        """IDs of the networks that the servers have further ports in."""
        return tuple(it.id for it in self.networks)


def resolve(cloud: Cloud, site: Site) -> BuildInputs:
    """Find all that the site file names.

    Raises NotFound for what is not there, and Conflict for a name of several things, both with the
    place in the site file.
    """
    with ThreadPoolExecutor(max_workers=5, thread_name_prefix="find") as pool:
        network = site.external_network and pool.submit(
            cloud.lookup.external_network, site.external_network
        )
        router = site.networks.router and pool.submit(cloud.lookup.router, site.networks.router)
        subnets = {
            key: pool.submit(cloud.lookup.subnet, it.network, it.subnet)
            for key, it in site.networks.subnets.items()
        }
        lock = site.networks.lock and pool.submit(
            cloud.lookup.subnet, site.networks.lock.network, site.networks.lock.subnet
        )
        image = pool.submit(cloud.lookup.image, site.group.image)
        flavor = pool.submit(cloud.lookup.flavor, site.group.flavor)
        groups = [
            pool.submit(cloud.lookup.security_group, it) for it in site.servers.security_groups
        ]
        networks = [pool.submit(cloud.lookup.network, it) for it in site.servers.networks]
        volumes = site.servers.all_volumes
        services = pool.submit(cloud.lookup.services) if volumes else None
        keypair = site.group.keypair and pool.submit(cloud.lookup.keypair, site.group.keypair)
        providers = pool.submit(cloud.lookup.providers)
        zones = site.servers.availability_zones and pool.submit(cloud.lookup.availability_zones)
        balancer = site.load_balancer
        sized = balancer.flavor and pool.submit(cloud.lookup.balancer_flavor, balancer.flavor)
        zone = balancer.availability_zone and pool.submit(
            cloud.lookup.balancer_zone, balancer.availability_zone
        )
        if site.load_balancer.provider not in providers.result():
            raise NotFound(
                message(
                    "%(where)s: the cloud has no load-balancer provider %(name)s",
                    where=site.place("load_balancer.provider"),
                    name=f"{site.load_balancer.provider!r}",
                ),
                cure=message(
                    "Write one of these in load_balancer.provider: %(names)s.",
                    names=", ".join(providers.result()),
                ),
            )
        with told_at(site, "external_network"):
            found_network = network.result() if network else None
        with told_at(site, "network.router"):
            found_router = router.result() if router else None
        found_subnets = {}
        for key, subnet in subnets.items():
            with told_at(site, f"network.{key}"):
                found_subnets[key] = subnet.result()
        with told_at(site, "network.lock"):
            found_lock = lock.result() if lock else None
        with told_at(site, "image"):
            found_image = image.result()
        with told_at(site, "flavor"):
            found_flavor = flavor.result()
        with told_at(site, "keypair"):
            found_keypair = keypair.result() if keypair else None
        found_groups = []
        for number, group in enumerate(groups):
            with told_at(site, f"servers.security_groups.{number}"):
                found_groups.append(group.result())
        found_networks: list[Network] = []
        for number, asked in enumerate(networks):
            with told_at(site, f"servers.networks.{number}"):
                found_networks.append(asked.result())
        if zones:
            _check_zones(site, zones.result())
        if services is not None:
            _check_volumes(cloud, site, services.result())
        with told_at(site, "load_balancer.flavor"):
            found_size = sized.result() if sized else None
        with told_at(site, "load_balancer.availability_zone"):
            found_zone = zone.result() if zone else None
        return BuildInputs(
            external_network=found_network,
            router=found_router,
            subnets=found_subnets,
            lock=found_lock,
            image=found_image,
            flavor=found_flavor,
            keypair=found_keypair,
            # Neutron takes none twice, and one may be written by name and by ID.
            security_groups=tuple(dict.fromkeys(found_groups)),
            networks=tuple(found_networks),
            balancer_flavor=found_size,
            balancer_zone=found_zone,
            balancer_id=adopted_id(cloud, site) or "",
        )


def _check_zones(site: Site, known: tuple[str, ...]) -> None:
    """Raise NotFound for an availability zone that the cloud does not have."""
    for colour, zone in site.servers.availability_zones.items():
        if zone not in known:
            raise NotFound(
                message(
                    "%(where)s: the cloud has no availability zone %(name)s",
                    where=site.place(f"servers.availability_zone.{colour}"),
                    name=printable(repr(zone), 60),
                ),
                cure=message(
                    "Write one of these in servers.availability_zone: %(names)s.",
                    names=printable(", ".join(known), 400),
                ),
            )


def _check_volumes(cloud: Cloud, site: Site, services: frozenset[str]) -> None:
    """Raise NotFound for a cloud without Cinder, and for a volume type that it does not have."""
    servers = site.servers
    keys = (*(["boot_volume"] if servers.boot_volume else []), "volumes")
    if services.isdisjoint(CINDER):
        raise NotFound(
            message(
                "%(where)s: the cloud has no Cinder, which makes volumes",
                where=site.place(f"servers.{keys[0]}"),
            ),
            cure=message(
                "Leave it out: the servers have the disk of their flavor. `openstack catalog list` "
                "shows what the cloud has."
            ),
        )
    named = [("boot_volume", servers.boot_volume)] if servers.boot_volume else []
    named += [(f"volumes.{number}", it) for number, it in enumerate(servers.volumes)]
    for key, volume in named:
        if volume.type is not None:
            with told_at(site, f"servers.{key}.type"):
                cloud.lookup.volume_type(volume.type)


def build_inputs(work: Work, *, anew: bool = False) -> BuildInputs:
    """Return what `resolve` finds for the work's site: as it was found last, but for `anew`."""
    site = work.site
    named = (
        site.external_network,
        site.networks.router,
        tuple(site.networks.subnets.items()),
        site.networks.lock,
        site.group.image,
        site.group.flavor,
        site.group.keypair,
        site.load_balancer.provider,
        site.servers.security_groups,
        tuple(site.servers.availability_zones.values()),
        site.servers.networks,
        site.servers.all_volumes,
        site.load_balancer.flavor,
        site.load_balancer.availability_zone,
        site.adopt,
    )
    known = work.found.get(named)
    if isinstance(known, BuildInputs) and not anew:
        return known
    found = work.found[named] = resolve(work.cloud, site)
    return found


def inputs_of(work: Work, step: BuildSystem) -> BuildInputs:
    """Return what a system is built with: the image of the step where that names one.

    Where Glance has lost that, and user data sets up the version, it is the site file's. Raises
    Refused where the image alone is the version.
    """
    found = replace(build_inputs(work), sealed=sealed_secrets.sealed(work))
    if step.image in ("", found.image.id):
        return found
    known = work.found.get(step.image)
    if isinstance(known, Image):
        return replace(found, image=known)
    try:
        image = work.found[step.image] = work.cloud.lookup.image(step.image)
    except NotFound as error:
        if work.site.group.user_data:
            return found
        raise Refused(
            message(
                "%(colour)s was deployed with image %(image)s, which Glance has lost",
                colour=step.colour,
                image=step.image,
            ),
            cure=message("`ao deploy VERSION --image IMAGE` brings another one to it."),
        ) from error
    return replace(found, image=image)


def engine(cloud: Cloud, site: Site) -> Engine:
    """Return the engine that evaluates the load of a site's systems. Raises NotFound."""
    if site.autoscale is None:
        return Engine.NONE
    with told_at(site, "autoscale"):
        return alarms.engine(site.autoscale, cloud.lookup.services())


def tls_parameters(site: Site, references: References) -> dict[str, object]:
    """Return the parameters of the listeners' protocol, which both templates have."""
    balancer = site.load_balancer
    return {
        "protocol": _protocol(site),
        "pool_protocol": _pool_protocol(site),
        "port": balancer.port,
        "redirect_port": site.redirect.port if site.redirect else 0,
        **certificate.site_parameters(site, references),
    }


def _pool_protocol(site: Site) -> str:
    """Return Octavia's word for the protocol that pools speak; empty for that of the users."""
    spoken = site.load_balancer.pool_protocol(site.load_balancer.protocol)
    return "" if spoken == _protocol(site) else spoken


def _protocol(site: Site) -> str:
    """Return Octavia's word for the protocol that users speak."""
    return site.load_balancer.octavia_protocol(site.load_balancer.protocol)


def site_parameters(
    site: Site, ingredients: BuildInputs, references: References = NO_REFERENCES
) -> dict[str, object]:
    """Return the parameters of the site template."""
    if site.adopt is not None:
        return _around(site, site.adopt, ingredients)
    network, balancer = ingredients.external_network, ingredients.subnets.get(BALANCER)
    return {
        "site": site.name,
        "external_network": network.id if network else "",
        "allocate_production_address": network is not None and site.production_address is None,
        "own_router": site.makes_router,
        "connecting_router": ingredients.router.id if ingredients.router else "",
        "balancer_subnet": balancer.id if balancer else "",
        "vip_address": "" if network else site.production_address or "",
        "own_lock": site.networks.lock is None,
        "method": str(site.switch.method),
        "cidr": _cidr(site, ingredients, BALANCER),
        **preview_parameters(site),
        **_balancer_parameters(site, ingredients),
        **tls_parameters(site, references),
    }


def _around(site: Site, adoption: Adoption, ingredients: BuildInputs) -> dict[str, object]:
    """Return the parameters of the template of a site around somebody else's load balancer."""
    of_balancer = _balancer_parameters(site, ingredients)
    built = ("provider", "balancer_flavor", "availability_zone")
    return {
        "site": site.name,
        "load_balancer": ingredients.balancer_id,
        "adopted": str(adoption.colour),
        "adopted_pool": adoption.pool,
        "own_lock": site.networks.lock is None,
        "protocol": _protocol(site),
        "pool_protocol": _pool_protocol(site),
        **preview_parameters(site),
        **{key: value for key, value in of_balancer.items() if key not in built},
    }


def preview_parameters(site: Site) -> dict[str, object]:
    """Return the parameters of the site template that tell how the preview is asked."""
    return {
        "preview": "request" if site.switch.previews_by_request else "port",
        "preview_port": site.switch.preview_port,
        "preview_sources": ",".join(site.switch.preview_sources),
    }


def _balancer_parameters(site: Site, ingredients: BuildInputs) -> dict[str, object]:
    """Return the parameters of the load balancer, which both templates have."""
    balancer, check = site.load_balancer, site.health_check
    return {
        "provider": balancer.provider,
        "balancer_flavor": ingredients.balancer_flavor.id if ingredients.balancer_flavor else "",
        "availability_zone": ingredients.balancer_zone.name if ingredients.balancer_zone else "",
        "algorithm": balancer.algorithm,
        "server_tls": balancer.reencrypts,
        "check_type": check.type,
        "check_path": check.path,
        "check_method": check.method,
        "check_expect": check.expect.octavia or str(check.expect),
        "check_interval": check.interval,
        "check_timeout": check.timeout,
        "check_retries": check.retries,
    }


def system_parameters(
    site: Site,
    ingredients: BuildInputs,
    colour: Colour,
    *,
    engine: Engine,
    version: str,
    router: str,
    pool: str,
    size: int,
    references: References = NO_REFERENCES,
    further_pools: Mapping[str, str] = NO_POOLS,
) -> dict[str, object]:
    """Return the parameters of the system template; `pool` is empty for a load balancer of its own.

    `further_pools` are the shared load balancer's pools of the system beside that, by their keys.
    OVN's load balancer shows the servers the client's own address. A proxy shows one of
    its own, in the network of its VIP or in the members' (amphorae are plugged into it).
    """
    group, servers, provider = site.group, site.servers, site.load_balancer.provider
    balancer = _cidr(site, ingredients, BALANCER)
    cidr, subnet = _cidr(site, ingredients, str(colour)), ingredients.subnets.get(str(colour))
    return {
        "site": site.name,
        "colour": str(colour),
        "version": version,
        "router": router,
        "existing_network": subnet.network_id if subnet else "",
        "existing_subnet": subnet.id if subnet else "",
        "cidr": cidr,
        "ipv6_mode": site.networks.ipv6_modes.get(str(colour), ""),
        "balancer_ethertype": _ethertype(balancer),
        "ethertype": _ethertype(cidr),
        "dns_nameservers": ",".join(site.dns_nameservers),
        "image": ingredients.image.id,
        "flavor": ingredients.flavor.id,
        "keypair": ingredients.keypair.name if ingredients.keypair else "",
        "security_groups": ",".join(it.id for it in ingredients.security_groups),
        "rules": [_rule(rule) for rule in servers.rules],
        "server_zone": servers.availability_zones.get(colour, ""),
        "anti_affinity": servers.anti_affinity.policy if servers.anti_affinity else "",
        "config_drive": servers.config_drive,
        "metadata": dict(servers.metadata),
        "user_data": user_data.given(site, colour, version, sealed=ingredients.sealed),
        "min_size": group.minimum,
        "max_size": group.maximum,
        "size": size,
        "delete_delay": group.delete_delay,
        "shared_pool": pool,
        **shared_pools(further_pools),
        "server_port": site.load_balancer.server_port,
        "allowed_sources": EVERYBODY[_ethertype(cidr)] if provider == "ovn" else cidr,
        "balancer_sources": balancer,
        **_balancer_parameters(site, ingredients),
        **tls_parameters(site, references),
        **alarms.parameters(site, colour, engine, ingredients.flavor.vcpus),
    }


def shared_pools(pools: Mapping[str, str]) -> dict[str, object]:
    """Return the parameters of the shared load balancer's pools of a system beside its main one."""
    return {f"shared_pool_{key}": pool_id for key, pool_id in pools.items()}


def _cidr(site: Site, ingredients: BuildInputs, key: str) -> str:
    """Return the addresses of a subnet that Ao makes, or that is there, by its key."""
    there = ingredients.subnets.get(key)
    if there is not None:
        return there.cidr
    own = site.balancer_cidr if key == BALANCER else site.cidrs.get(Colour(key))
    # A site of the address method needs none for a shared load balancer.
    return own or next(iter(site.cidrs.values()))


def _ethertype(cidr: str) -> str:
    """Return the version of IP of addresses, as rules of Neutron's tell it."""
    return f"IPv{ipaddress.ip_network(cidr).version}"


def _rule(rule: IngressRule) -> dict[str, object]:
    """Return a rule as Heat's security groups have them."""
    told: dict[str, object] = {
        "direction": "ingress",
        "protocol": rule.protocol,
        "remote_ip_prefix": rule.source,
    }
    if _ethertype(rule.source) == "IPv6":
        told["ethertype"] = "IPv6"
        if rule.protocol == "icmp":
            told["protocol"] = "ipv6-icmp"
    if rule.ports is not None:
        told["port_range_min"], told["port_range_max"] = rule.ports
    return told


def trial_site_parameters(site: Site, ingredients: BuildInputs, name: str) -> dict[str, object]:
    """Return the parameters of the doctor's trial site, whose things are named by `name`."""
    balancer = site.load_balancer
    network, cidr = ingredients.external_network, site.balancer_cidr or TRIAL_CIDR
    return {
        "site": site.name,
        "name": name,
        "external_network": network.id if network else "",
        "cidr": cidr,
        "dns_nameservers": ",".join(site.dns_nameservers),
        "image": ingredients.image.id,
        "flavor": ingredients.flavor.id,
        "keypair": ingredients.keypair.name if ingredients.keypair else "",
        **{
            key: user_data.given(site, colour, site.version, name, ingredients.sealed)
            for key, colour in (("user_data", Colour.BLUE), ("green_user_data", Colour.GREEN))
        },
        "version": site.version,
        "provider": balancer.provider,
        "protocol": _protocol(site),
        "pool_protocol": _pool_protocol(site) or _protocol(site),
        "server_tls": balancer.reencrypts,
        "algorithm": balancer.algorithm,
        "port": balancer.port,
        "preview_port": site.switch.preview_port,
        "server_port": balancer.server_port,
        "allowed_sources": "0.0.0.0/0" if balancer.provider == "ovn" else cidr,
    }
