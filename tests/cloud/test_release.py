"""Releases on a real cloud, by the command as an operator runs it."""

import json
import os
import re
import signal
import time
from pathlib import Path

import pytest
import yaml

from ao import lock
from ao.errors import SwitchFailed
from ao.journal import Journal, Operation, Outcome
from ao.release import RolledBack
from ao.work import Work
from tests.cloud.operator import PATIENCE, Operator
from tests.cloud.sites import Visited, told


@pytest.fixture
def spare(work: Work) -> str:
    """The version of the standby: to release it builds nothing."""
    return told(work, "preview")[1]


def last(work: Work) -> Operation:
    return [it for it in Journal(work).operations() if it.act == "release"][-1]


def test_a_release_takes_a_version_all_the_way_and_nothing_is_lost(
    work: Work, operator: Operator, visited: Visited
) -> None:
    before, standby = told(work, "production"), work.observe().standby
    with visited(work) as tally:
        said = operator.run("release", "2.3", "--reason", "autumn sale")
    assert told(work, "production") == (standby, "2.3")
    assert told(work, "preview") == before
    assert not tally.lost
    assert "Decision: keep" in said
    release = last(work)
    assert (release.version, release.outcome, release.lost) == ("2.3", "released", 0)
    assert {step.text: step.outcome for step in release.steps} == dict.fromkeys(
        ["deploy", "check", "switch", "watch"], "done"
    )
    assert lock.holder(work) is None


def test_the_journal_is_there_for_programs(work: Work, operator: Operator) -> None:
    listed = json.loads(operator.run("history", "-f", "json"))
    assert any(row["Version"] == "2.3" for row in listed)


def test_no_secret_is_in_anything_that_a_release_says_or_writes(
    work: Work, operator: Operator, spare: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", "hush-signing-key")
    notify = {"webhook": "http://127.0.0.1:9/hush-token", "secret_env": "HOOK_SECRET"}
    wrong = {"name": "leak", "command": "echo $HOOK_SECRET; env; false", "retries": 0}
    chatty = operator.changed(tmp_path, notify=[notify], checks={"all": [wrong]})
    junit = tmp_path / "checks.xml"
    release = ("release", spare, "-f", "json", "--junit", str(junit))
    said = chatty.run("--debug", *release, exits=11)
    said += "".join(chatty.run("--debug", *words) for words in (["show"], ["status"], ["history"]))
    kept = [work.cloud.software_configs.read(it) for it in work.cloud.software_configs.all("ao")]
    everything = "".join([said, junit.read_text(), *map(str, Journal(work).entries()), *kept])
    clouds = yaml.safe_load(Path(os.environ["OS_CLIENT_CONFIG_FILE"]).read_text())["clouds"]
    passwords = {it["auth"]["password"] for it in clouds.values() if "password" in it["auth"]}
    assert passwords
    for secret in ("hush-", *passwords):
        assert secret not in everything
    assert not re.search(r"gAAAA[\w-]{20}", everything), "a token of Keystone's is told"
    assert "req-" in said, "--debug tells the requests"


def test_a_release_asks_little_of_the_cloud_and_for_no_list_of_all_that_the_project_has(
    work: Work, operator: Operator, spare: str, tmp_path: Path
) -> None:
    """It was three hundred before.

    Logins, looks at a load balancer while Octavia changes it, and the folding of what others have
    done before are counted too; the fake cloud tells the exact number (`scripts/bench calls`).
    """
    watched = operator.changed(tmp_path, watch={"for": "30s"})
    said = watched.run("--debug", "release", spare)
    asked = re.findall(r"(GET|PUT|POST|PATCH|DELETE) (http\S+) \d{3} in ", said)
    assert 20 < len(asked) <= 150
    lists = r"/(lbaas/loadbalancers|floatingips|servers|alarms)(\?(project_id=\w+|status=ACTIVE))?$"
    assert not [url for _, url in asked if re.search(lists, url)]


def test_a_check_that_fails_stops_a_release_with_production_untouched(
    work: Work, operator: Operator, spare: str, tmp_path: Path
) -> None:
    before = told(work, "production")
    junit = tmp_path / "checks.xml"
    wrong = {"name": "basket", "http": {"path": "/basket"}, "retries": 0}
    failing = operator.changed(tmp_path, checks={"all": [wrong]})
    said = failing.run("release", spare, "--junit", str(junit), exits=11)
    assert "basket: /basket answered HTTP 404, not 200" in said
    assert told(work, "production") == before
    assert last(work).outcome == "check failed"
    assert 'failures="1"' in junit.read_text()


def test_a_release_that_waits_for_approval_is_aborted(
    work: Work, operator: Operator, spare: str, tmp_path: Path
) -> None:
    before = told(work, "production")
    manual = operator.changed(tmp_path, approve="manual")
    assert "`ao approve " in manual.run("release", spare, exits=13)
    manual.run("abort", "--reason", "not today", exits=15)
    assert last(work).outcome == "aborted"
    assert told(work, "production") == before


def test_a_release_goes_on_only_once_it_is_approved_and_a_deploy_voids_that(
    work: Work, operator: Operator, spare: str, tmp_path: Path
) -> None:
    before = told(work, "production")
    manual = operator.changed(tmp_path, approve="manual")
    id_file = tmp_path / "id"
    manual.run("release", spare, "--id-file", str(id_file), exits=13)
    manual.run("release", "continue", exits=13)
    assert "no release of 9.9 is open" in manual.run("approve", "9.9", exits=4)
    manual.run("approve", id_file.read_text().strip())
    manual.run("release", "continue", spare, "--until", "approve")
    manual.run("deploy", spare)
    said = manual.run("release", "continue", "--until", "approve", exits=13)
    assert "deployed as it is" in said
    manual.run("abort", exits=15)
    assert told(work, "production") == before


def test_with_two_people_nobody_approves_of_their_own_release(
    work: Work, operator: Operator, spare: str, tmp_path: Path
) -> None:
    before = told(work, "production")
    pair = operator.changed(tmp_path, approve="two-people")
    pair.run("release", spare, "--releaser", "kim", exits=13)
    pair.run("approve", exits=4)
    pair.run("approve", "--approver", "kim", exits=4)
    pair.run("approve", "--approver", "lee")
    pair.run("release", "continue", "--until", "approve")
    pair.run("abort", exits=15)
    assert told(work, "production") == before


def test_of_two_releases_at_once_one_is_refused_and_told_who_holds_the_site(
    work: Work, operator: Operator, spare: str, tmp_path: Path
) -> None:
    manual = operator.changed(tmp_path, approve="manual")
    with lock.acquire(work, "release 9.0"):
        said = manual.run("release", spare, exits=10)
    assert "release 9.0" in said
    assert work.cloud.user in said


def test_a_reader_is_refused_with_a_clear_line(work: Work, operator: Operator, spare: str) -> None:
    before = told(work, "production")
    reader = Operator(operator.file, f"{operator.cloud}-reader")
    said = reader.run("release", spare, exits=3)
    assert "Traceback" not in said
    assert "Ask the project's administrator for the role" in said
    assert told(work, "production") == before


def test_a_release_that_is_killed_in_its_switch_goes_on_with_the_same_command(
    work: Work, operator: Operator, visited: Visited
) -> None:
    """On the fake cloud one is killed at every moment (tests/unit/release/test_kills.py)."""
    before = work.observe()
    assert before.live is not None
    assert before.standby is not None
    version, earlier = before.systems[before.standby].version or "", last(work).id
    with visited(work) as tally:
        process = operator.start("release", version)
        end = time.monotonic() + PATIENCE
        while last(work).id == earlier or "switch" not in {it.text for it in last(work).steps}:
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < end
        process.send_signal(signal.SIGKILL)
        process.communicate()
        operator.run("release", version)
    assert told(work, "production") == (str(before.standby), version)
    assert not tally.lost
    assert last(work).outcome == "released"
    assert lock.holder(work) is None


def test_a_version_that_answers_errors_under_load_is_switched_back_by_itself(
    work: Work, operator: Operator, tmp_path: Path
) -> None:
    before = told(work, "production")
    # The box's servers have little power: more load than this, and they answer nobody at all.
    gentle = operator.changed(
        tmp_path,
        switch={"method": "pool", "probe_new": 6, "probe_kept": 0},
        watch={"for": "30s", "interval": "2s", "forgive": "4s", "requests": 10},
    )
    process = gentle.start("release", "3.0")
    said, _ = process.communicate(timeout=PATIENCE)
    # The switch itself leaves it when all answers are errors, the decision window when some are.
    assert process.returncode in (SwitchFailed.exit_code, RolledBack.exit_code), said
    assert "error rate" in said or "nothing but errors" in said
    assert told(work, "production") == before
    assert last(work).outcome in (Outcome.FAILED, Outcome.ROLLED_BACK)
