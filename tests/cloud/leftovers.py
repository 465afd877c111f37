"""Everything in a project that carries a site's tag or name."""

from openstack.connection import Connection

from ao.site import Site


def tagged(cloud: Connection, site: Site) -> list[str]:
    """Type and name of each thing that a site has in the project."""
    network, balancer = cloud.network, cloud.load_balancer
    project = {"project_id": cloud.current_project_id}
    things = {
        "stack": cloud.orchestration.stacks(),
        "server": cloud.compute.servers(),
        "network": network.networks(**project),
        "subnet": network.subnets(**project),
        "router": network.routers(**project),
        "floating IP": network.ips(**project),
        "security group": network.security_groups(**project),
        "load balancer": balancer.load_balancers(**project),
        "listener": balancer.listeners(**project),
        "pool": balancer.pools(**project),
        "port": network.ports(**project),
    }
    return [
        f"{kind} {thing.name or thing.id}"
        for kind, found in things.items()
        for thing in found
        if site.name in " ".join([thing.name or "", *words(thing)])
    ]


def words(thing: object) -> list[str]:
    """Tags and description of a thing."""
    tags = getattr(thing, "tags", None) or []
    return [*tags, getattr(thing, "description", None) or ""]
