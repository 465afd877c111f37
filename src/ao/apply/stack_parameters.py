"""Parameters of the Heat stacks, looked up in the cloud before anything is changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from ao.apply import sealed_secrets
from ao.apply.place import told_at
from ao.cloud import Cloud, Image, Named
from ao.colour import Colour
from ao.errors import NotFound, Refused
from ao.message import message
from ao.plan import alarms
from ao.plan.plan import BuildSystem
from ao.plan.renewal import NO_REFERENCES, References
from ao.plan.requirements import Offers
from ao.site import Site, user_data
from ao.site.autoscale import Engine
from ao.site.servers import IngressRule
from ao.untrusted.printable import printable
from ao.work import Work


@dataclass(frozen=True, kw_only=True)
class BuildInputs(Offers):
    """Things that the site file names, as the cloud knows them."""

    keypair: Named | None
    balancer_flavor: Named | None = None
    """Octavia's flavor of the load balancers."""
    balancer_zone: Named | None = None
    """Octavia's availability zone of the load balancers."""


def resolve(cloud: Cloud, site: Site) -> BuildInputs:
    """Find all that the site file names.

    Raises NotFound for what is not there, and Conflict for a name of several things, both with the
    place in the site file.
    """
    with ThreadPoolExecutor(max_workers=5, thread_name_prefix="find") as pool:
        network = pool.submit(cloud.lookup.external_network, site.external_network)
        image = pool.submit(cloud.lookup.image, site.group.image)
        flavor = pool.submit(cloud.lookup.flavor, site.group.flavor)
        groups = [
            pool.submit(cloud.lookup.security_group, it) for it in site.servers.security_groups
        ]
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
            found_network = network.result()
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
        if zones:
            _check_zones(site, zones.result())
        with told_at(site, "load_balancer.flavor"):
            found_size = sized.result() if sized else None
        with told_at(site, "load_balancer.availability_zone"):
            found_zone = zone.result() if zone else None
        return BuildInputs(
            external_network=found_network,
            image=found_image,
            flavor=found_flavor,
            keypair=found_keypair,
            # Neutron takes none twice, and one may be written by name and by ID.
            security_groups=tuple(dict.fromkeys(found_groups)),
            balancer_flavor=found_size,
            balancer_zone=found_zone,
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


def build_inputs(work: Work, *, anew: bool = False) -> BuildInputs:
    """Return what `resolve` finds for the work's site: as it was found last, but for `anew`."""
    site = work.site
    named = (
        site.external_network,
        site.group.image,
        site.group.flavor,
        site.group.keypair,
        site.load_balancer.provider,
        site.servers.security_groups,
        tuple(site.servers.availability_zones.values()),
        site.load_balancer.flavor,
        site.load_balancer.availability_zone,
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
        "certificate": references.certificate,
        "sni_certificates": ",".join(references.sni),
        "redirect_port": site.redirect.port if site.redirect else 0,
    }


def _pool_protocol(site: Site) -> str:
    """Return Octavia's word for the protocol that pools speak; empty for that of the users."""
    if site.load_balancer.proxy_protocol is not None:
        return "PROXY"
    return "HTTP" if site.load_balancer.terminates else ""


def _protocol(site: Site) -> str:
    """Return Octavia's word for the protocol that users speak.

    With provider ovn, which passes on whatever comes, it is always TCP.
    """
    passes = site.load_balancer.provider == "ovn" and site.load_balancer.protocol == "HTTPS"
    return "TCP" if passes else site.load_balancer.protocol


def site_parameters(
    site: Site, ingredients: BuildInputs, references: References = NO_REFERENCES
) -> dict[str, object]:
    """Return the parameters of the site template."""
    return {
        "site": site.name,
        "external_network": ingredients.external_network.id,
        "allocate_production_address": site.production_address is None,
        "method": str(site.switch.method),
        "cidr": site.balancer_cidr,
        "preview_port": site.switch.preview_port,
        "preview_sources": ",".join(site.switch.preview_sources),
        **_balancer_parameters(site, ingredients),
        **tls_parameters(site, references),
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
) -> dict[str, object]:
    """Return the parameters of the system template; `pool` is empty for a load balancer of its own.

    OVN's load balancer shows the servers the client's own address. A proxy shows one of
    its own, in the network of its VIP or in the members' (amphorae are plugged into it).
    """
    group, servers, provider = site.group, site.servers, site.load_balancer.provider
    return {
        "site": site.name,
        "colour": str(colour),
        "version": version,
        "router": router,
        "cidr": site.cidrs[colour],
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
        "server_port": site.load_balancer.server_port,
        "allowed_sources": "0.0.0.0/0" if provider == "ovn" else site.cidrs[colour],
        "balancer_sources": site.balancer_cidr,
        **_balancer_parameters(site, ingredients),
        **tls_parameters(site, references),
        **alarms.parameters(site, colour, engine, ingredients.flavor.vcpus),
    }


def _rule(rule: IngressRule) -> dict[str, object]:
    """Return a rule as Heat's security groups have them."""
    told: dict[str, object] = {
        "direction": "ingress",
        "protocol": rule.protocol,
        "remote_ip_prefix": rule.source,
    }
    if rule.ports is not None:
        told["port_range_min"], told["port_range_max"] = rule.ports
    return told


def trial_site_parameters(site: Site, ingredients: BuildInputs, name: str) -> dict[str, object]:
    """Return the parameters of the doctor's trial site, whose things are named by `name`."""
    balancer = site.load_balancer
    return {
        "site": site.name,
        "name": name,
        "external_network": ingredients.external_network.id,
        "cidr": site.balancer_cidr,
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
        "allowed_sources": "0.0.0.0/0" if balancer.provider == "ovn" else site.balancer_cidr,
    }
