"""Resource types of Heat that Ao's templates use."""

from __future__ import annotations

from collections.abc import Mapping

from ao.errors import CloudError
from ao.fake.kinds import aodh, cinder, heat, neutron, nova, octavia
from ao.fake.kinds.kind import Kind
from ao.fake.template import Blueprint

_KINDS: Mapping[str, Kind] = {
    "OS::Aodh::GnocchiAggregationByResourcesAlarm": aodh.GnocchiAlarm(),
    "OS::Aodh::PrometheusAlarm": aodh.PrometheusAlarm(),
    "OS::Cinder::Volume": cinder.Volume(),
    "OS::Heat::AutoScalingGroup": heat.AutoScalingGroup(),
    "OS::Heat::Delay": heat.Delay(),
    "OS::Heat::RandomString": heat.RandomString(),
    "OS::Heat::ScalingPolicy": heat.ScalingPolicy(),
    "OS::Neutron::FloatingIP": neutron.FloatingIP(),
    "OS::Neutron::Net": neutron.Network(),
    "OS::Neutron::Router": neutron.Router(),
    "OS::Neutron::RouterInterface": neutron.RouterInterface(),
    "OS::Neutron::SecurityGroup": neutron.SecurityGroup(),
    "OS::Neutron::Subnet": neutron.Subnet(),
    "OS::Nova::Server": nova.Server(),
    "OS::Nova::ServerGroup": nova.ServerGroup(),
    "OS::Octavia::HealthMonitor": octavia.HealthMonitor(),
    "OS::Octavia::Listener": octavia.Listener(),
    "OS::Octavia::LoadBalancer": octavia.LoadBalancer(),
    "OS::Octavia::Pool": octavia.Pool(),
    "OS::Octavia::PoolMember": octavia.PoolMember(),
}


def kind_of(name: str, blueprint: Blueprint) -> Kind:
    """Return the resource type of that name. Raises CloudError if there is none."""
    nested = blueprint.nested(name)
    if nested is not None:
        return heat.NestedTemplate(nested)
    if name not in _KINDS:
        raise CloudError(f"The Resource Type ({name}) could not be found.")
    return _KINDS[name]
