"""A site that somebody made without Ao is adopted, released and given back.

What its users see of that is measured by `scripts/bench adoption`.
"""

import secrets
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from openstack.connection import Connection

from ao import config
from ao.cloud import Cloud
from ao.colour import Colour
from ao.operations import reconcile
from ao.work import Work
from benchmarks.adoption.owner import owned
from tests.cloud.kill import Killed, killed_after
from tests.cloud.operator import Operator
from tests.cloud.sites import told
from tests.contract.other_user import RealOtherUser
from tests.visitors import SHOP

BLUE, GREEN = Colour
ANSWERS = {
    "user_data": "user-data.sh",
    "identify": {"path": "/version", "header": "X-Ao-Colour"},
    "group": {"size": 1, "min": 1, "max": 2, "delete_delay": "1s"},
    "watch": {"for": "10s", "interval": "2s", "forgive": "4s"},
}
"""What nobody but the owner can know, and how much of it a test bears."""


def adopted(file: Path, cloud_name: str, balancer: str) -> Operator:
    """Have `ao adopt` write the site file of a load balancer, and answer what it asks."""
    file.unlink(missing_ok=True)
    operator = Operator(file, cloud_name)
    said = operator.run("adopt", balancer, "--write", str(file))
    assert "Questions" in said
    described = yaml.safe_load(file.read_text())
    described["switch"] |= {"probe_new": 20, "probe_kept": 4}
    file.write_text(yaml.safe_dump({**described, **ANSWERS}))
    (file.parent / "user-data.sh").write_text((SHOP / "user-data.sh").read_text())
    return operator


def test_a_site_made_without_ao_is_adopted_released_switched_back_and_given_back(
    cloud: Cloud, cloud_name: str, other_user: Connection, tmp_path: Path
) -> None:
    name = f"old-{secrets.token_hex(3)}"
    with owned(other_user, name, "terraform") as owner:
        before = owner.objects()
        operator = adopted(tmp_path / "ao.yaml", cloud_name, owner.balancer)
        work = Work(cloud=cloud, site=config.load(operator.file))
        assert work.site.name == name
        assert owner.objects() == before
        assert f"ao-{name}-green" in operator.run("plan", "up")
        try:
            with pytest.raises(Killed):
                reconcile.up(replace(work, cloud=killed_after(cloud, 2)))
            operator.run("up")
            facts = work.observe()
            assert (facts.live, facts.systems[BLUE].is_adopted) == (BLUE, True)
            assert "adopted" in operator.run("status")
            operator.run("release", "2.0")
            assert told(work, "production") == ("green", "2.0")
            operator.run("back")
            assert work.observe().live is BLUE
            assert "ao disown" in operator.run("down", "--yes", exits=4)
            with pytest.raises(Killed):
                reconcile.switch(replace(work, cloud=killed_after(cloud, 1)))
            operator.run("switch", "green")
            assert work.observe().live is GREEN
        finally:
            operator.run("disown", "--yes")
        assert owner.objects() == before
        assert RealOtherUser(other_user).things_named(f"ao-{name}") == []
