"""The services' databases: MariaDB's data folder and the tables in it."""

import os
import shutil
from collections.abc import Callable, Mapping
from string import Template

from box import marks
from box.home import Home
from box.steps import Step

TABLES = {
    "keystone": (
        "$venv/bin/keystone-manage --config-file $etc/keystone/keystone.conf db_sync",
        "$venv/bin/keystone-manage --config-file $etc/keystone/keystone.conf"
        " fernet_setup --keystone-user root --keystone-group root",
        "$venv/bin/keystone-manage --config-file $etc/keystone/keystone.conf"
        " credential_setup --keystone-user root --keystone-group root",
        "$venv/bin/keystone-manage --config-file $etc/keystone/keystone.conf bootstrap"
        " --bootstrap-region-id RegionOne --bootstrap-public-url http://$address:5000/v3"
        " --bootstrap-internal-url http://$address:5000/v3",
    ),
    "glance": ("$venv/bin/glance-manage --config-file $etc/glance/glance-api.conf db_sync",),
    "placement": (
        "$venv/bin/placement-manage --config-file $etc/placement/placement.conf db sync",
    ),
    "nova": (
        "$venv/bin/nova-manage --config-file $etc/nova/nova.conf api_db sync",
        "$venv/bin/nova-manage --config-file $etc/nova/nova.conf cell_v2 map_cell0",
        "$venv/bin/nova-manage --config-file $etc/nova/nova.conf db sync",
        "$venv/bin/nova-manage --config-file $etc/nova/nova.conf cell_v2 list_cells"
        " | grep --quiet ' cell1 '"
        " || $venv/bin/nova-manage --config-file $etc/nova/nova.conf"
        " cell_v2 create_cell --name cell1",
    ),
    "neutron": (
        "$venv/bin/neutron-db-manage --config-file $etc/neutron/neutron.conf"
        " --config-file $etc/neutron/ml2_conf.ini upgrade heads",
    ),
    "heat": ("$venv/bin/heat-manage --config-file $etc/heat/heat.conf db_sync",),
    "barbican": ("HOME=$etc/barbican $venv/bin/barbican-manage db upgrade",),
    "aodh": ("$venv/bin/aodh-dbsync --config-file $etc/aodh/aodh.conf",),
    "octavia": (
        "$venv/bin/octavia-db-manage --config-file $etc/octavia/octavia.conf upgrade head",
    ),
}
"""The shell commands that bring each service's tables to its release, all safe to repeat."""


def make_server(step: Step, home: Home) -> None:
    """Create MariaDB's data folder unless it is there."""
    folder = home.data / "mariadb"
    if (folder / "mysql").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    step.run(
        "/usr/bin/mariadb-install-db",
        f"--defaults-file={home.etc}/mariadb/my.cnf",
        "--auth-root-authentication-method=socket",
        "--skip-test-db",
    )


def tables(home: Home, known: Mapping[str, str]) -> dict[str, Callable[[Step], None]]:
    """Return a step for each service whose tables are not of today's environment."""
    return {
        f"database {service}": _upgrade(home, known, service)
        for service in TABLES
        if not marks.is_done(home, f"database-{service}", known["venv"])
    }


def _upgrade(home: Home, known: Mapping[str, str], service: str) -> Callable[[Step], None]:
    environment = {**os.environ, "OS_BOOTSTRAP_PASSWORD": known["admin"]}

    def action(step: Step) -> None:
        for command in TABLES[service]:
            step.run("/bin/sh", "-c", Template(command).substitute(known), environment=environment)
        marks.set_done(home, f"database-{service}", known["venv"])

    return action
