"""What the box itself sees to, beneath OpenStack."""

import subprocess
from pathlib import Path

import pytest
from openstack.connection import Connection

from ao.colour import Colour
from ao.work import Work
from box.home import Home
from tests.cloud.conftest import soon

UP = 1


@pytest.mark.skipif(
    not Home.from_environment().clouds.exists(), reason="the box is not on this machine"
)
def test_a_guests_device_that_was_left_down_is_set_up(work: Work, others: Connection) -> None:
    """As when libvirt and Open vSwitch both write the flags of a new one."""
    server = work.observe().systems[Colour.BLUE].servers[0]
    (port,) = others.network.ports(device_id=server.id)
    device = f"tap{port.id[:11]}"
    flags = Path("/sys/class/net") / device / "flags"
    subprocess.run(["ip", "link", "set", "dev", device, "down"], check=True)
    assert soon(lambda: bool(int(flags.read_text(), 16) & UP), 10)
