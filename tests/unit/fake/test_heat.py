"""Heat's ways that the contract suite cannot ask a real cloud for in reasonable time."""

from dataclasses import replace

import pytest

from ao import fake, templates
from ao.apply import stack_parameters
from ao.cloud import Resource, Stack, Template
from ao.colour import Colour
from ao.errors import BuildFailed, CloudError, QuotaExceeded
from ao.operations import reconcile
from ao.site.autoscale import Engine
from ao.templates import SERVER_TEMPLATE
from ao.work import Work
from tests.unit.fake.conftest import SHOP, Looking, work_on

BLUE, GREEN = Colour


def stack(work: Work, colour: Colour = GREEN) -> Stack:
    found = work.cloud.stacks.get(SHOP.system_stack(colour))
    assert found is not None
    return found


def of_type(work: Work, kind: str, colour: Colour = GREEN) -> list[Resource]:
    return [r for r in work.cloud.stacks.resources(stack(work, colour)) if r.type == kind]


def at_rest(work: Work) -> Stack:
    while stack(work).busy:
        work.clock.sleep(1)
    return stack(work)


def template(resources: str) -> Template:
    return Template(body=f"heat_template_version: 2021-04-16\nresources: {resources}")


@pytest.mark.parametrize(
    ("resources", "reason"),
    [
        ("{x: {type: OS::Trove::Instance}}", "OS::Trove::Instance"),
        ("{x: {type: OS::Neutron::Net, properties: {nonsense: 1}}}", "Unknown Property nonsense"),
        ("{x: {type: OS::Neutron::Subnet, properties: {cidr: x}}}", "network not assigned"),
    ],
)
def test_what_the_fake_does_not_know_is_refused(
    cloud: fake.Cloud, resources: str, reason: str
) -> None:
    with pytest.raises(CloudError, match=reason):
        cloud.stacks.create("x", template(resources), {}, frozenset(), 60)
    assert cloud.stacks.get("x") is None


def test_a_scaled_group_keeps_its_size_while_the_policy_says_so(work: Work) -> None:
    assert isinstance(work.cloud, fake.Cloud)
    work.cloud.other_user.signal(SHOP.system_stack(GREEN), "scale_out")
    work.clock.sleep(30)
    assert len(of_type(work, "OS::Nova::Server")) == 3
    for _ in range(5):
        work.cloud.other_user.signal(SHOP.system_stack(GREEN), "scale_in")
        work.clock.sleep(30)
    assert len(of_type(work, "OS::Nova::Server")) == SHOP.group.minimum


def test_the_oldest_server_goes_first_when_a_group_shrinks(work: Work) -> None:
    assert isinstance(work.cloud, fake.Cloud)
    first = {server.physical_id for server in of_type(work, "OS::Nova::Server")}
    work.cloud.other_user.signal(SHOP.system_stack(GREEN), "scale_out")
    work.clock.sleep(30)
    newest = {server.physical_id for server in of_type(work, "OS::Nova::Server")} - first
    for _ in range(2):
        work.cloud.other_user.signal(SHOP.system_stack(GREEN), "scale_in")
        work.clock.sleep(30)
    assert {server.physical_id for server in of_type(work, "OS::Nova::Server")} == newest


def test_a_server_stops_only_when_it_has_been_out_of_the_pool_for_the_delay(work: Work) -> None:
    assert isinstance(work.cloud, fake.Cloud)
    system = work.observe().systems[GREEN]
    assert system.load_balancer is not None
    (pool,) = system.load_balancer.pool_ids
    work.cloud.other_user.signal(SHOP.system_stack(GREEN), "scale_in")
    left = stopped = None
    while stopped is None:
        work.clock.sleep(0.25)
        if left is None and len(work.cloud.load_balancers.members(pool)) == 1:
            left = work.clock.now()
        servers = set(work.cloud.servers.active())
        if not set(system.servers) <= servers:
            stopped = work.clock.now()
    assert left is not None
    assert stopped - left >= SHOP.group.delete_delay


def test_new_servers_are_in_the_pool_before_the_old_ones_go(work: Work) -> None:
    looking = Looking(lambda: len(work.observe().systems[GREEN].members))
    reconcile.deploy(replace(work, progress=looking), "2.0")
    counts = [count for count in looking.seen if isinstance(count, int)]
    assert min(counts) == SHOP.group.size
    assert max(counts) > SHOP.group.size


def test_a_new_image_takes_new_servers() -> None:
    cloud = fake.Cloud(openstack=fake.OpenStack(images=("ao-demo", "other")))
    work = work_on(cloud)
    reconcile.up(work)
    before = {r.physical_id for r in of_type(work, "OS::Nova::Server")}
    other = replace(SHOP, group=replace(SHOP.group, image="other"))
    reconcile.deploy(replace(work, site=other), "1.0")
    assert not before & {r.physical_id for r in of_type(work, "OS::Nova::Server")}


def test_a_failure_is_told_on_the_way_up_to_the_stack(cloud: fake.Cloud) -> None:
    cloud.faults.break_next("OS::Nova::Server", "No valid host was found.")
    work = work_on(cloud)
    with pytest.raises(BuildFailed, match=r"server \(OS::Nova::Server\): .*No valid host"):
        reconcile.up(work)
    (failed,) = (s for s in cloud.stacks.tagged(SHOP.tag) if s.failed)
    (server,) = (
        r
        for r in cloud.stacks.resources(failed)
        if (r.type, r.status) == ("OS::Nova::Server", "CREATE_FAILED")
    )
    assert server.reason == "ResourceInError: resources.server: No valid host was found."
    assert failed.reason == (
        "Resource CREATE failed: ResourceInError: "
        f"resources.group.resources.{server.parent}.resources.server: No valid host was found."
    )


def test_a_quota_that_is_too_small_fails_the_server() -> None:
    cloud = fake.Cloud(openstack=fake.OpenStack(limits={"instances": 6}))
    work = work_on(cloud)
    reconcile.up(work)
    # Ao's own preflight sees room; then the quota is cut.
    limits = cloud.openstack.project("shop").quotas.by_resource
    cloud.faults.meanwhile("stacks.update", lambda: limits.update(instances=4))
    with pytest.raises(BuildFailed, match="Quota exceeded for instances: Requested 1, but already"):
        reconcile.deploy(work, "2.0")


def test_a_stack_that_takes_too_long_fails(cloud: fake.Cloud) -> None:
    cloud.stacks.create(
        "slow",
        template("{x: {type: OS::Heat::Delay, properties: {min_wait: 100}}}"),
        {},
        frozenset(),
        deadline=60,
    )
    cloud.clock.sleep(61)
    slow = cloud.stacks.get("slow")
    assert slow is not None
    assert (slow.status, slow.reason) == ("FAILED", "Timed out")


def test_a_deletion_that_stays_a_conflict_fails_and_says_why(work: Work) -> None:
    """Heat asks for a minute; the systems' subnets keep the router."""
    site = work.cloud.stacks.get(SHOP.stack)
    assert site is not None
    work.cloud.stacks.delete(site)
    work.clock.sleep(50)
    (router,) = (r for r in work.cloud.stacks.resources(site) if r.name == "router")
    assert router.status == "DELETE_IN_PROGRESS"
    work.clock.sleep(30)
    (router,) = (r for r in work.cloud.stacks.resources(site) if r.name == "router")
    assert router.status == "DELETE_FAILED"
    assert router.reason.startswith("Conflict: resources.router: ")
    failed = work.cloud.stacks.get(SHOP.stack)
    assert failed is not None
    assert (failed.action, failed.status) == ("DELETE", "FAILED")


def test_ovn_leaves_a_port_in_the_subnet_of_a_server_that_went_before_its_member(
    work: Work,
) -> None:
    assert isinstance(work.cloud, fake.Cloud)
    (lost, _) = work.observe().systems[GREEN].servers
    work.cloud.other_user.delete_server(lost.id)
    reconcile.up(work)
    preview = work.observe().preview
    assert preview is not None
    work.cloud.floating_ips.point(preview, None)
    (subnet,) = of_type(work, "OS::Neutron::Subnet")
    work.cloud.stacks.delete(stack(work))
    work.clock.sleep(40)
    assert of_type(work, "OS::Octavia::LoadBalancer") == []
    (kept,) = of_type(work, "OS::Neutron::Subnet")
    assert kept.status == "DELETE_IN_PROGRESS"
    work.cloud.ports.sweep(subnet.physical_id)
    work.clock.sleep(40)
    assert work.cloud.stacks.get(SHOP.system_stack(GREEN)) is None


def test_members_that_failed_do_not_count_in_a_size_that_nobody_gives(work: Work) -> None:
    """heat/common/grouputils.py: get_size; which is why Ao always gives the size."""
    member = of_type(work, SERVER_TEMPLATE)[0]
    work.cloud.stacks.mark_unhealthy(member, "broken")
    group = of_type(work, "OS::Heat::AutoScalingGroup")[0]
    body = _without_size(work)
    work.cloud.stacks.update(
        stack(work), body, _arguments(work), stack(work).tags, SHOP.deadlines.build
    )
    assert at_rest(work).status == "COMPLETE"
    assert group.physical_id == of_type(work, "OS::Heat::AutoScalingGroup")[0].physical_id
    assert len(of_type(work, SERVER_TEMPLATE)) == 1


def _without_size(work: Work) -> Template:
    whole = templates.system()
    line = "      desired_capacity: {get_param: size}\n"
    assert line in whole.body
    return Template(body=whole.body.replace(line, ""), files=whole.files)


def _arguments(work: Work) -> dict[str, object]:
    found = stack_parameters.resolve(work.cloud, SHOP)
    site = work.cloud.stacks.get(SHOP.stack)
    assert site is not None
    router = work.cloud.stacks.output(site, "router")
    return stack_parameters.system_parameters(
        SHOP,
        found,
        GREEN,
        engine=Engine.NONE,
        version="1.0",
        router=router,
        pool="",
        size=2,
    )


def test_a_project_has_no_more_software_configs_than_heat_lets_it() -> None:
    cloud = fake.Cloud(openstack=fake.OpenStack(limits={"software configs": 2}))
    cloud.software_configs.add("one", "x")
    cloud.software_configs.add("two", "x")
    with pytest.raises(QuotaExceeded, match="maximum software configs per tenant, 2"):
        cloud.software_configs.add("three", "x")
    assert cloud.software_configs.listing().count == 2
    assert "software configs" not in {it.resource for it in cloud.quotas()}, "Heat tells nobody"
