"""Deletes what tests that were killed have left: `python -m tests.leftovers CLOUD…`.

It takes up quotas that the next run needs. No other run may be at work on the cloud.
"""

import re
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import openstack
from openstack.connection import Connection

from ao import config, lock
from ao.apply import certificate, stack_wait
from ao.cloud import connect
from ao.colour import Colour
from ao.config import stored
from ao.doctor import trial_site
from ao.errors import NotFound
from ao.journal import Journal
from ao.work import Work
from benchmarks.adoption import owner
from tests.cloud.sites import SHOP

SITE = r"(?P<site>(?:contract|moving|old|placed|test)-[0-9a-f]{6}(?:-(?!blue$|green$)[a-z]+)?)"
"""Name of a site that tests make."""
STACK = re.compile(rf"ao-{SITE}(?:-[a-z]+|\.doctor)?")
"""Name of a stack of such a site: its own, a system's, or its doctor's trial site."""
TEXT = re.compile(rf"ao\.(?:journal|archive|site)/{SITE}(?:/.*)?", re.DOTALL)
"""Name of a text that the project keeps of such a site."""
PART = re.compile(r"contract-[0-9a-f]{6}-[a-z]+")
"""Name of a stack of the contract's that is no site's."""
THERE = re.compile(r"edge-[0-9a-f]{6}|contract-[0-9a-f]{6}-there(?:-twice)?")
"""Name of a network, and of a router, that is there before a site of tests is."""
PROVIDER = "test-provider"
"""How the names of all begin that the tests of the load-balancer provider make."""


def main(*cloud_names: str) -> None:
    """Delete them in clouds of clouds.yaml."""
    for name in cloud_names:
        # A pool of Ao's is not deleted while a policy on its owner's listener leads to it.
        _delete_owned(name, owner.remove_load_balancer)
        _delete_sites(name)
        _delete_parts(name)
        _delete_provided(name)
        _delete_owned(name, owner.remove)
        _delete_networks(name)


def _delete_owned(cloud_name: str, remove: Callable[[Connection, str], None]) -> None:
    """Delete what tests of adoption have made by hand."""
    cloud = openstack.connect(cloud=cloud_name)
    there = (
        cloud.load_balancer.load_balancers(),
        cloud.network.networks(),
        cloud.compute.servers(),
    )
    names = {str(it.name) for things in there for it in things}
    for name in sorted(filter(owner.NAMES.fullmatch, names)):
        print(f"deleting {name}, which an earlier run has left")
        remove(cloud, name)


def _delete_sites(cloud_name: str) -> None:
    """Delete the stacks of each such site, what hangs on its own stack first, and its texts."""
    cloud = connect(cloud_name)
    stacks = {stack.name: stack for stack in cloud.stacks.all()}
    texts = {record.name for record in cloud.software_configs.all("ao.")}
    named = [*map(STACK.fullmatch, stacks), *map(TEXT.fullmatch, texts)]
    for site in sorted({found["site"] for found in named if found}):
        work = Work(cloud=cloud, site=replace(config.load(SHOP / "ao.yaml"), name=site))
        # A run that was killed has left its lock, in a network that Heat is to delete.
        lock.release(work, force=True)
        systems = [work.site.system_stack(colour) for colour in Colour]
        for names in ([*systems, trial_site.stack_name(work.site)], [work.site.stack]):
            there = [stacks[name] for name in names if name in stacks]
            for stack in there:
                print(f"deleting {stack.name}, which an earlier run has left")
                cloud.stacks.delete(stack)
            stack_wait.wait_until_deleted(work, there)
        with suppress(NotFound):  # a cloud without Barbican
            for kept in cloud.certificates.beginning(certificate.stored_prefix(work.site)):
                cloud.certificates.remove(kept.ref)
        Journal(work).forget()
        stored.forget(cloud, work.site)


def _delete_parts(cloud_name: str) -> None:
    """Delete the stacks of the contract's that are no site's."""
    cloud = connect(cloud_name)
    left = [stack for stack in cloud.stacks.all() if PART.fullmatch(stack.name)]
    for stack in left:
        print(f"deleting {stack.name}, which an earlier run has left")
        cloud.stacks.delete(stack)
    work = Work(cloud=cloud, site=config.load(SHOP / "ao.yaml"))
    stack_wait.wait_until_deleted(work, left)


def _delete_provided(cloud_name: str) -> None:
    """Delete the load balancers and the network that tests of the provider have left."""
    cloud = openstack.connect(cloud=cloud_name)
    api, project = cloud.network, cloud.current_project_id
    routers = list(api.routers(name=PROVIDER, project_id=project))
    for router in routers:
        for address in api.ips(router_id=router.id):
            api.delete_ip(address)
    for balancer in cloud.load_balancer.load_balancers():
        if balancer.name.startswith(PROVIDER):
            print(f"deleting {balancer.name}, which an earlier run has left")
            if balancer.provisioning_status.startswith("PENDING"):
                cloud.load_balancer.wait_for_load_balancer(balancer.id)
            cloud.load_balancer.delete_load_balancer(balancer, cascade=True)
            cloud.load_balancer.wait_for_delete(balancer)
    for router in routers:
        print(f"deleting router {router.name}, which an earlier run has left")
        for port in api.ports(device_owner="network:router_interface", device_id=router.id):
            api.remove_interface_from_router(router, port=port.id)
        api.delete_router(router)
    for network in api.networks(name=PROVIDER, project_id=project):
        print(f"deleting network {network.name}, which an earlier run has left")
        for port in api.ports(network_id=network.id, project_id=project):
            api.delete_port(port)
        api.delete_network(network)


def _delete_networks(cloud_name: str) -> None:
    """Delete the networks and routers that sites of tests were in."""
    cloud = openstack.connect(cloud=cloud_name)
    api, project = cloud.network, cloud.current_project_id
    for router in api.routers(project_id=project):
        if THERE.fullmatch(router.name):
            print(f"deleting router {router.name}, which an earlier run has left")
            for port in api.ports(device_owner="network:router_interface", device_id=router.id):
                api.remove_interface_from_router(router, port=port.id)
            api.delete_router(router)
    for network in api.networks(project_id=project):
        if THERE.fullmatch(network.name):
            print(f"deleting network {network.name}, which an earlier run has left")
            for port in api.ports(network_id=network.id, project_id=project):
                api.delete_port(port)
            api.delete_network(network)


if __name__ == "__main__":
    main(*sys.argv[1:])
