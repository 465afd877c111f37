"""A cloud that only the holder of a lock writes to."""

from typing import Any

import pytest

from ao import fake
from ao.cloud.protocols import UNLOCKED, WRITES
from ao.errors import Forbidden
from ao.lock import LockLost
from ao.lock.guarded_cloud import guarded
from tests.unit.cloud.cloud_calls import methods

READS = {
    "name",
    "known_as",
    "user",
    "user_id",
    "quotas",
    "check_trusts",
    "requests",
    "stacks.all",
    "stacks.tagged",
    "stacks.get",
    "stacks.resources",
    "stacks.last_signal",
    "stacks.output",
    "stacks.parameters",
    "stacks.preview",
    "stacks.validate",
    "stacks.preview_new",
    "floating_ips.all",
    "floating_ips.find",
    "load_balancers.all",
    "load_balancers.get",
    "load_balancers.status",
    "load_balancers.listeners",
    "load_balancers.pools",
    "load_balancers.members",
    "load_balancers.statistics",
    "load_balancers.monitor",
    "load_balancers.api_version",
    "load_balancers.l7_policies",
    "load_balancers.l7_policies_named",
    "servers.active",
    "servers.named",
    "servers.get",
    "servers.is_active",
    "servers.console",
    "alarms.all",
    "alarms.get",
    "metrics.query",
    "metrics.range",
    "ports.of_subnet",
    "locks.all",
    "locks.find",
    "locks.get",
    "software_configs.all",
    "software_configs.listing",
    "software_configs.since",
    "software_configs.read",
    "certificates.find",
    "certificates.get",
    "certificates.stored",
    "certificates.beginning",
    "certificates.payload",
    "certificates.readers",
    "lookup.external_network",
    "lookup.image",
    "lookup.flavor",
    "lookup.keypair",
    "certificates.public",
    "ports.get",
    "ports.of_device",
    "servers.details",
    "servers.volume",
    "lookup.router",
    "lookup.subnet",
    "lookup.network",
    "lookup.volume_type",
    "lookup.security_group",
    "lookup.availability_zones",
    "lookup.providers",
    "lookup.balancer_flavor",
    "lookup.balancer_zone",
    "lookup.services",
}
LOST = LockLost("the lock is lost")


def method(cloud: Any, name: str) -> Any:
    """A method of a cloud by its service and name."""
    for part in name.split("."):
        cloud = getattr(cloud, part)
    return cloud


def lost(call: str) -> None:
    raise LOST


def test_a_method_that_is_new_reads_or_writes_by_decision() -> None:
    assert set(methods()) == READS | WRITES | UNLOCKED
    assert not READS & WRITES
    assert not READS & UNLOCKED
    assert not WRITES & UNLOCKED


@pytest.mark.parametrize("name", sorted(WRITES | UNLOCKED))
def test_what_writes_is_refused_to_a_reader(name: str) -> None:
    with pytest.raises(Forbidden):
        method(fake.Cloud(reader=True), name)()


@pytest.mark.parametrize("name", sorted(WRITES))
def test_no_write_goes_out_once_the_lock_is_lost(name: str) -> None:
    cloud = fake.Cloud()
    with pytest.raises(LockLost):
        method(guarded(cloud, lost), name)()
    assert cloud.calls == []


def test_a_write_goes_out_while_the_lock_is_held() -> None:
    asked: list[str] = []
    cloud = guarded(fake.Cloud(), asked.append)
    cloud.ports.sweep(subnet_id="s")
    assert asked == ["ports.sweep"]


def test_reads_and_the_journal_s_records_go_out_without_the_lock() -> None:
    cloud = guarded(fake.Cloud(), lost)
    cloud.software_configs.add("ao.journal/shop/x", "the end")
    assert [record.name for record in cloud.software_configs.all("ao.journal/")] == [
        "ao.journal/shop/x"
    ]
    assert cloud.stacks.all() == ()
    assert cloud.locks.all() == ()
    assert cloud.user == "operator"
    assert cloud.quotas()
