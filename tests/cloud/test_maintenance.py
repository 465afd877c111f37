"""A site in maintenance under load: its users get the page or the site, and nothing else."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from ao import config
from ao.apply import maintenance
from ao.cutover.measurement import Measurement
from ao.operations import operations
from ao.operations.switch_options import SwitchOptions
from ao.plan.maintenance import Note
from ao.probe.probe_load import ProbeLoad
from ao.probe.process import ProbeProcess
from ao.work import Work
from tests.cloud.kill import Killed, killed_after
from tests.cloud.operator import Operator

PAGE = "https://status.example/shop"


def test_users_get_the_page_or_the_site_and_a_switch_passes_it(
    work: Work, site_file: Path, cloud_name: str, tmp_path: Path
) -> None:
    operator = Operator(site_file, cloud_name).changed(tmp_path, maintenance={"redirect": PAGE})
    paused = replace(work, site=config.load(operator.file), looks={}, found={}, passes={})
    facts = paused.observe()
    assert facts.production is not None
    assert facts.live is not None
    load = ProbeLoad.of(paused.site, facts.production.address, new_per_second=20, kept=4)
    with ProbeProcess() as users, ProbeProcess() as own:
        users.begin(load)
        users.wait_until_running(60)
        paused.clock.sleep(2)
        # The policy is there then, and its first rule: users are not led away by half of it.
        killed = replace(paused, cloud=killed_after(paused.cloud, 2), looks={}, found={})
        with pytest.raises(Killed):
            maintenance.begin(killed, facts, Note(since=time.time()))
        assert PAGE in operator.run("maintenance", "on", "--reason", "a test", "-f", "json")
        assert "a test" in operator.run("status")
        measurement = Measurement(probe=own)
        operations.switch(paused, facts.live.other, SwitchOptions(measurement=measurement))
        paused.clock.sleep(2)
        operator.run("maintenance", "off")
        paused.clock.sleep(2)
        recording = users.stop()
    assert measurement.cutover is not None
    assert measurement.cutover.recording is not None
    assert measurement.cutover.recording.lost == 0
    assert recording.lost == 0
    assert {int(it) for it in recording.statuses} == {200, 302}
    assert paused.observe().live is facts.live.other
