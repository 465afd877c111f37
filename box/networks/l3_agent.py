"""Neutron's own agents: a router is a network namespace, a floating IP two rules of iptables.

Open vSwitch carries the frames, on the userspace datapath as with OVN. The ports of the agents are
veth pairs (`ovs_use_veth`): a device that Open vSwitch makes itself dies with ovs-vswitchd, and the
agents, who put it into a namespace, do not notice.
"""

from box.networks.network import Network
from box.services import NEUTRON, Service, Wave

_KEEP_MARK = {"SPT_NOENV": "1"}
"""The agents write titles over their environments, which tell the box's processes, but for this."""


def _agent(
    name: str, file: str, *, port: int | None = None, unguarded: str | None = None
) -> Service:
    return Service(
        name=name,
        wave=Wave.WORKERS,
        command=(
            f"$venv/bin/{name} --config-file $etc/neutron/neutron.conf"
            f" --config-file $etc/neutron/{file}"
        ),
        config=("neutron/neutron.conf", f"neutron/{file}", "neutron/dnsmasq.options"),
        environment=_KEEP_MARK,
        port=port,
        unguarded=unguarded,
    )


SERVICES = (
    Service(
        name="neutron-rpc-server",
        wave=Wave.APIS,
        command=(
            "$venv/bin/neutron-rpc-server --config-file $etc/neutron/neutron.conf"
            " --config-file $etc/neutron/ml2_conf.ini"
        ),
        config=NEUTRON,
        environment=_KEEP_MARK,
    ),
    _agent(
        "neutron-openvswitch-agent",
        "openvswitch_agent.ini",
        port=6633,
        unguarded=(
            "Open vSwitch asks there for its flows, and knows no passwords. Whoever connects is"
            " taken for a switch of his own; nothing in the box's switch can be changed."
        ),
    ),
    _agent("neutron-l3-agent", "l3_agent.ini"),
    _agent("neutron-dhcp-agent", "dhcp_agent.ini"),
    _agent("neutron-metadata-agent", "metadata_agent.ini"),
)

L3_AGENT = Network(
    name="l3-agent",
    services=SERVICES,
    words={
        "mechanism": "openvswitch",
        "tunnel": "vxlan",
        "router_plugin": "router",
        "balancing_drivers": "haproxy:HTTP and TCP load balancing by HAProxy",
        "balancing_default": "haproxy",
        "balancing_agents": "haproxy",
        # The agent gives a port its VLAN last, when the security groups' flows are there; 4095 is
        # that of ports that lead nowhere (ovs_neutron_agent.py: _bind_devices, port_dead).
        "wired": "Port tag!=[] tag!=4095",
    },
    agents={
        "neutron-openvswitch-agent": "Open vSwitch agent",
        "neutron-l3-agent": "L3 agent",
        "neutron-dhcp-agent": "DHCP agent",
        "neutron-metadata-agent": "Metadata agent",
    },
    namespaces={"qrouter-": "ns-metadata-proxy/*.conf", "qdhcp-": "dhcp/*"},
    packages=("conntrack", "dnsmasq-base", "ethtool", "iptables", "iputils-arping"),
)
