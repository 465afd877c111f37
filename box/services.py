"""The table of what runs in every box, whatever network it has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from box.plugin import DASHBOARD, PROVIDER, Plugin


class Wave(IntEnum):
    """Services start wave by wave; a wave starts when the one before it answers."""

    STORES = 1
    """What needs nothing else."""

    SWITCH = 2
    """The message queue and the virtual switch."""

    IDENTITY = 3
    """Keystone, which the catalogue is written through."""

    APIS = 4
    """What answers users, and what those APIs cannot start without."""

    WORKERS = 5
    """What does the work behind the APIs."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """One supervised process and how to tell that it works.

    `$words` in texts are those of `box.config.values`.
    """

    name: str
    """Its name in the supervisor, in `box status` and in the log folder."""

    wave: Wave
    """When it starts."""

    command: str
    """What runs, in the foreground."""

    config: tuple[str, ...] = ()
    """The files below `etc` that it reads: it is restarted when one of them changes."""

    code: tuple[Plugin, ...] = ()
    """The box's own plug-ins that it runs: it is restarted when one of them changes."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """What its environment holds besides the supervisor's."""

    user: str = "root"
    """Who runs it."""

    port: int | None = None
    """The TCP port it listens on."""

    path: str | None = None
    """An HTTP path on `port` that answers when it works."""

    unguarded: str | None = None
    """Why anyone on this machine may ask on `port`; None when it wants a password or a token."""

    socket: str | None = None
    """A Unix socket that is there when it works. It is not connected to: Octavia's agent never
    lets go of a caller that asks nothing, and takes a whole core for each."""


def _api(
    name: str,
    module: str,
    *,
    port: int,
    path: str = "/",
    wave: Wave = Wave.APIS,
    processes: int = 1,
    threads: int = 4,
    config: tuple[str, ...],
    code: tuple[Plugin, ...] = (),
    environment: Mapping[str, str] | None = None,
    arguments: str = "",
    options: str = "",
) -> Service:
    """Return an API under uWSGI; `arguments` are its own command line, `options` uWSGI's."""
    return Service(
        name=name,
        wave=wave,
        command=(
            f"$venv/bin/uwsgi --ini $etc/uwsgi.ini --http-socket $address:{port}"
            f" --module {module} --processes {processes} --threads {threads}"
            + (f' --pyargv "{arguments}"' if arguments else "")
            + (f" {options}" if options else "")
        ),
        config=("uwsgi.ini", *config),
        code=code,
        environment=environment or {},
        port=port,
        path=path,
    )


_KEYSTONE = ("keystone/keystone.conf",)
_GLANCE = ("glance/glance-api.conf",)
_PLACEMENT = ("placement/placement.conf",)
_NOVA = ("nova/nova.conf",)
NEUTRON = ("neutron/neutron.conf", "neutron/ml2_conf.ini")
"""What Neutron's API and the servers beside it read."""
_HEAT = ("heat/heat.conf",)
_OCTAVIA = ("octavia/octavia.conf",)
_NOVA_FILES = {
    "OS_NOVA_CONFIG_DIR": "$etc/nova",
    "OS_NOVA_CONFIG_FILES": "$venv/etc/nova/api-paste.ini;nova.conf",
}
_NOVA_THREADS = {"OS_NOVA_DISABLE_EVENTLET_PATCHING": "true"}

SERVICES = (
    Service(
        name="mariadb",
        wave=Wave.STORES,
        command="/usr/sbin/mariadbd --defaults-file=$etc/mariadb/my.cnf",
        config=("mariadb/my.cnf", "mariadb/init.sql"),
        user="mysql",
        socket="$run/mariadb/mariadb.sock",
    ),
    Service(
        name="memcached",
        wave=Wave.STORES,
        command="/usr/bin/memcached -s $run/memcached/memcached.sock -a 0700 -m 64 -c 4096",
        user="memcache",
        socket="$run/memcached/memcached.sock",
    ),
    Service(
        name="libvirtd",
        wave=Wave.STORES,
        command="/usr/bin/unshare --mount --uts /bin/sh $etc/libvirt/libvirtd.sh",
        config=("libvirt/libvirtd.sh", "libvirt/libvirtd.conf", "libvirt/qemu.conf"),
        socket="$run/libvirt/libvirt-sock",
    ),
    Service(
        name="ovsdb",
        wave=Wave.STORES,
        command=(
            "$bin/ovsdb-server $data/ovn/switch.db --remote=punix:$run/openvswitch/db.sock"
            " -vconsole:info -vsyslog:off --unixctl=$run/openvswitch/ovsdb.ctl"
        ),
        socket="$run/openvswitch/db.sock",
    ),
    Service(
        name="rabbitmq",
        wave=Wave.SWITCH,
        command="/usr/lib/rabbitmq/bin/rabbitmq-server",
        config=("rabbitmq/rabbitmq.conf",),
        environment={
            # One node needs no other: its distribution does not listen, and no epmd names a port.
            # The flags also reach the Erlang that RabbitMQ starts each minute to keep an epmd.
            "ERL_FLAGS": "-dist_listen false -start_epmd false -erl_epmd_port 1",
            "HOME": "$data/rabbitmq",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": "$etc/rabbitmq/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": "$data/rabbitmq/enabled_plugins",
            "RABBITMQ_LOG_BASE": "$data/rabbitmq",
            "RABBITMQ_MNESIA_BASE": "$data/rabbitmq/mnesia",
            "RABBITMQ_NODENAME": "box@localhost",
            # Named here, the node is not named by RabbitMQ, which asks epmd first.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-sname box@localhost +S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none"
            ),
        },
        user="rabbitmq",
        port=5672,
    ),
    Service(
        name="ovs-vswitchd",
        wave=Wave.SWITCH,
        command="/bin/sh $etc/openvswitch/vswitchd.sh",
        config=("openvswitch/vswitchd.sh",),
    ),
    Service(
        name="guest-links",
        wave=Wave.SWITCH,
        command="/bin/sh $etc/openvswitch/guest-links.sh",
        config=("openvswitch/guest-links.sh",),
    ),
    _api(
        "keystone",
        "keystone.wsgi.api:application",
        wave=Wave.IDENTITY,
        port=5000,
        path="/v3",
        processes=2,
        config=_KEYSTONE,
        environment={"OS_KEYSTONE_CONFIG_DIR": "$etc/keystone"},
    ),
    _api(
        "placement",
        "placement.wsgi.api:application",
        port=8778,
        config=_PLACEMENT,
        environment={"OS_PLACEMENT_CONFIG_DIR": "$etc/placement"},
    ),
    _api(
        "glance",
        "glance.wsgi.api:application",
        port=9292,
        config=_GLANCE,
        environment={"OS_GLANCE_CONFIG_DIR": "$etc/glance"},
    ),
    _api(
        "nova-api",
        "nova.wsgi.osapi_compute:application",
        port=8774,
        threads=6,
        config=_NOVA,
        environment={**_NOVA_FILES, **_NOVA_THREADS},
    ),
    _api(
        "nova-metadata",
        "nova.wsgi.metadata:application",
        port=8775,
        config=_NOVA,
        environment={**_NOVA_FILES, **_NOVA_THREADS},
    ),
    _api(
        "neutron-api",
        "neutron.wsgi.api:application",
        port=9696,
        threads=8,
        config=NEUTRON,
        environment={
            "OS_NEUTRON_CONFIG_DIR": "$etc/neutron",
            "OS_NEUTRON_CONFIG_FILES": "neutron.conf;ml2_conf.ini",
        },
    ),
    _api(
        "heat-api",
        "heat.wsgi.api:application",
        port=8004,
        config=_HEAT,
        arguments="--config-file $etc/heat/heat.conf",
    ),
    Service(
        name="octavia-driver-agent",
        wave=Wave.APIS,
        command="$venv/bin/octavia-driver-agent --config-file $etc/octavia/octavia.conf",
        config=_OCTAVIA,
        code=(PROVIDER,),
        socket="/run/octavia/get.sock",
    ),
    _api(
        "octavia-api",
        "octavia.wsgi.api:application",
        wave=Wave.WORKERS,
        port=9876,
        config=_OCTAVIA,
        code=(PROVIDER,),
        arguments="--config-file $etc/octavia/octavia.conf",
    ),
    _api(
        "horizon",
        "openstack_dashboard.wsgi:application",
        wave=Wave.WORKERS,
        port=8080,
        path="/auth/login/",
        config=("horizon/local_settings.py",),
        code=(DASHBOARD,),
        environment={"DJANGO_SETTINGS_MODULE": "openstack_dashboard.settings"},
        options="--static-map /static=$venv/horizon-static",
    ),
    Service(
        name="nova-conductor",
        wave=Wave.APIS,
        command="$venv/bin/nova-conductor --config-file $etc/nova/nova.conf",
        config=_NOVA,
        environment=_NOVA_THREADS,
    ),
    Service(
        name="nova-scheduler",
        wave=Wave.WORKERS,
        command="$venv/bin/nova-scheduler --config-file $etc/nova/nova.conf",
        config=_NOVA,
        environment=_NOVA_THREADS,
    ),
    Service(
        name="nova-compute",
        wave=Wave.WORKERS,
        command="$venv/bin/nova-compute --config-file $etc/nova/nova.conf",
        config=_NOVA,
        environment=_NOVA_THREADS,
    ),
    Service(
        name="heat-engine",
        wave=Wave.WORKERS,
        command="$venv/bin/heat-engine --config-file $etc/heat/heat.conf",
        config=_HEAT,
    ),
)
