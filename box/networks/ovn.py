"""OVN, the default: routers, DHCP and floating IPs are flows of the virtual switch."""

from box.networks.network import Network
from box.services import NEUTRON, Service, Wave

SERVICES = (
    Service(
        name="ovn-northbound",
        wave=Wave.STORES,
        command=(
            "$bin/ovsdb-server $data/ovn/northbound.db --remote=punix:$run/ovn/ovnnb_db.sock"
            " -vconsole:info -vsyslog:off --unixctl=$run/ovn/northbound.ctl"
        ),
        socket="$run/ovn/ovnnb_db.sock",
    ),
    Service(
        name="ovn-southbound",
        wave=Wave.STORES,
        command=(
            "$bin/ovsdb-server $data/ovn/southbound.db --remote=punix:$run/ovn/ovnsb_db.sock"
            " -vconsole:info -vsyslog:off --unixctl=$run/ovn/southbound.ctl"
        ),
        socket="$run/ovn/ovnsb_db.sock",
    ),
    Service(
        name="ovn-northd",
        wave=Wave.SWITCH,
        command=(
            "$bin/ovn-northd --ovnnb-db=unix:$run/ovn/ovnnb_db.sock"
            " --ovnsb-db=unix:$run/ovn/ovnsb_db.sock -vconsole:info -vsyslog:off"
        ),
    ),
    Service(
        name="ovn-controller",
        wave=Wave.SWITCH,
        command="$bin/ovn-controller unix:$run/openvswitch/db.sock -vconsole:info -vsyslog:off",
    ),
    Service(
        name="neutron-ovn-maintenance",
        wave=Wave.WORKERS,
        command=(
            "$venv/bin/neutron-ovn-maintenance-worker --config-file $etc/neutron/neutron.conf"
            " --config-file $etc/neutron/ml2_conf.ini"
        ),
        config=NEUTRON,
    ),
    Service(
        name="neutron-ovn-agent",
        wave=Wave.WORKERS,
        command=(
            "$venv/bin/neutron-ovn-agent --config-file $etc/neutron/neutron.conf"
            " --config-file $etc/neutron/ovn_agent.ini"
        ),
        config=("neutron/neutron.conf", "neutron/ovn_agent.ini"),
    ),
)

OVN = Network(
    name="ovn",
    services=SERVICES,
    words={
        "mechanism": "ovn",
        "tunnel": "geneve",
        "router_plugin": "ovn-router",
        "balancing_drivers": (
            "ovn:Layer 4 load balancing by OVN,haproxy:HTTP and TCP load balancing by HAProxy"
        ),
        "balancing_default": "ovn",
        "balancing_agents": "ovn,haproxy",
        # OVN's controller says of a device when its flows are there.
        "wired": "Interface external_ids:ovn-installed=true",
    },
    agents={
        "ovn-controller": "OVN Controller Gateway agent",
        "neutron-ovn-agent": "OVN Neutron agent",
    },
    namespaces={"ovnmeta-": "ovn-metadata-proxy/*.conf"},
    schemas={
        "northbound.db": "usr/share/ovn/ovn-nb.ovsschema",
        "southbound.db": "usr/share/ovn/ovn-sb.ovsschema",
    },
    switch={
        "hostname": "$host",
        "system-id": "$host",
        "ovn-remote": "unix:$run/ovn/ovnsb_db.sock",
        "ovn-encap-type": "geneve",
        "ovn-encap-ip": "$address",
        "ovn-bridge": "br-int",
        "ovn-bridge-datapath-type": "netdev",
        "ovn-bridge-mappings": "physnet1:br-ex",
        "ovn-cms-options": "enable-chassis-as-gw",
        "ovn-monitor-all": "true",
    },
)
