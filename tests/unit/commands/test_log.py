"""The log of `ao`: what it tells, and what never."""

import json
import logging
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

import ao
from ao import config
from ao.commands.app import Ao, main
from ao.operations import reconcile
from ao.work import Work
from tests.unit.cloud.openstack import Handler, Server, serving
from tests.unit.operations.sites import start

SHOP = Path(__file__).parents[3] / "examples" / "shop"
SECRET = "hush-signing-key"
PASSWORD = "correct horse battery"
TOKEN = f"gAAAAAB{'x' * 60}"
ENDS = {"level": "info", "logger": "ao.commands.site_command"}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site file with a hook that tells a secret and a webhook that is signed with another."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key").write_text(SECRET)
    hooks = {
        "after_deploy": [
            {"command": "echo the key is $(cat key); exit 1", "on_failure": "continue"},
        ],
        "before_deploy": [
            {
                "webhook": "http://127.0.0.1:9/hush-path",
                "secret_file": "key",
                "deadline": "1s",
                "on_failure": "continue",
            }
        ],
    }
    rules = {"watch": {"for": 0}, "checks": {"all": []}, "hooks": hooks}
    described = {**yaml.safe_load((SHOP / "ao.yaml").read_text()), **rules}
    (tmp_path / "ao.yaml").write_text(yaml.safe_dump(described))
    user_data = (SHOP / "user-data.sh").read_text() + "\nDATABASE=hush-user-data\n"
    (tmp_path / "user-data.sh").write_text(user_data)
    return tmp_path / "ao.yaml"


@pytest.fixture
def work(file: Path, monkeypatch: pytest.MonkeyPatch) -> Work:
    """That site, built on the fake cloud, on which commands run."""
    work = start(config.load(file), providers=("haproxy",))
    reconcile.up(work)
    monkeypatch.setattr("ao.cloud.connect", lambda name: work.cloud)
    monkeypatch.setattr("ao.work.Work", partial(Work, clock=work.clock, visit=work.visit))
    return work


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Services that a password opens, and whose answers have the ID req-7."""

    def answer(handler: Handler) -> None:
        handler.json(403, {"error": {"message": f"no {PASSWORD}, {TOKEN}"}}, **told)

    told = {"X_Openstack_Request_Id": "req-7"}
    with serving() as server:
        server.answer = answer
        auth = {
            "auth_url": f"{server.url}/identity/v3",
            "username": "ops",
            "password": PASSWORD,
            "project_name": "shop",
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        }
        clouds = {"clouds": {"shop": {"region_name": "R", "auth": auth}}}
        (tmp_path / "clouds.yaml").write_text(yaml.safe_dump(clouds))
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
        yield server


def records(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def release(log: Path, *options: str) -> int:
    return Ao().run(["--log-file", str(log), *options, "release", "2.0", "--no-probe"])


def test_the_log_tells_the_command_its_steps_its_notes_and_its_end(
    work: Work, tmp_path: Path
) -> None:
    assert release(tmp_path / "log", "--log-format", "json") == 0
    first, *between, last = records(tmp_path / "log")
    assert first["message"].startswith(f"ao {ao.__version__}: --log-file ")
    assert first["arguments"].endswith("release 2.0 --no-probe")
    assert (last["message"], last["exit_code"]) == ("exit code 0", 0)
    begun = [it["step"] for it in between if it.get("message", "").endswith(": begins")]
    ended = [it["step"] for it in between if "step" in it and "seconds" in it]
    assert set(begun) == set(ended)
    assert "point production to green" in ended
    assert any("hook failed" in it["message"] for it in between)


def test_a_log_of_lines_tells_the_same_in_text(work: Work, tmp_path: Path) -> None:
    release(tmp_path / "text")
    first, *_, last = (tmp_path / "text").read_text().splitlines()
    assert " INFO    ao ao " in first
    assert last.endswith(" INFO    ao.commands.site_command exit code 0")


def test_no_secret_of_hooks_and_nothing_of_user_data_is_in_the_log(
    work: Work, tmp_path: Path
) -> None:
    release(tmp_path / "log")
    told = (tmp_path / "log").read_text()
    assert "the key is ***" in told
    assert "hush" not in told


def test_a_request_is_logged_with_method_url_status_time_and_its_id(
    file: Path, services: Server, tmp_path: Path
) -> None:
    assert main(["--log-file", str(tmp_path / "log"), "--log-format", "json", "status"]) == 3
    requests = [it for it in records(tmp_path / "log") if it["logger"] == "ao.cloud.requests"]
    last = requests[-1]
    assert last["method"] == "GET"
    assert last["url"].startswith(services.url)
    assert (last["status"], last["request_id"]) == (403, "req-7")
    assert 0 <= last["seconds"] < 60
    assert f"{services.url}/identity/v3/auth/tokens" in [it["url"] for it in requests]


def test_the_end_of_a_command_that_failed_tells_why_and_which_request(
    file: Path, services: Server, tmp_path: Path
) -> None:
    main(["--log-file", str(tmp_path / "log"), "--log-format", "json", "status"])
    last = records(tmp_path / "log")[-1]
    assert ENDS.items() <= last.items()
    assert (last["exit_code"], last["error"], last["request_id"]) == (3, "Forbidden", "req-7")
    assert "traceback" not in last


@pytest.mark.parametrize("form", ["text", "json"])
def test_neither_password_nor_token_is_in_the_log(
    file: Path, services: Server, tmp_path: Path, form: str
) -> None:
    main(["--log-file", str(tmp_path / "log"), "--log-format", form, "--debug", "status"])
    told = (tmp_path / "log").read_text()
    assert "Traceback" in told
    assert PASSWORD not in told
    assert TOKEN not in told


def test_a_request_that_is_not_answered_is_logged_with_the_reason(
    file: Path, services: Server, tmp_path: Path
) -> None:
    services.answer = Handler.reset
    main(["--log-file", str(tmp_path / "log"), "--log-format", "json", "status"])
    unanswered = [it for it in records(tmp_path / "log") if it.get("error") == "ConnectionError"]
    assert unanswered
    assert "no answer, ConnectionError" in unanswered[0]["message"]


def test_debug_tells_the_same_on_standard_error_and_a_traceback(
    file: Path, services: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--debug", "status"])
    logged, _, error = capsys.readouterr().err.rpartition("\nao: ")
    assert "(req-7)" in logged
    assert "Traceback" in logged
    assert PASSWORD not in logged
    assert TOKEN not in logged + error


def test_without_debug_neither_screen_nor_log_has_a_traceback(
    file: Path, services: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--log-file", str(tmp_path / "log"), "-v", "status"])
    assert "Traceback" not in (tmp_path / "log").read_text() + capsys.readouterr().err


def test_a_log_says_nothing_on_standard_error(
    work: Work, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Ao().run(["--log-file", str(tmp_path / "log"), "status"])
    assert capsys.readouterr().err == ""


def test_a_new_log_is_for_its_owner_alone_and_one_that_is_there_goes_on(
    work: Work, tmp_path: Path
) -> None:
    Ao().run(["--log-file", str(tmp_path / "log"), "status"])
    once = (tmp_path / "log").read_text()
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o600
    Ao().run(["--log-file", str(tmp_path / "log"), "status"])
    assert (tmp_path / "log").read_text().startswith(once)
    assert len((tmp_path / "log").read_text()) > len(once)


def test_what_a_service_says_stays_in_its_line(
    file: Path, services: Server, tmp_path: Path
) -> None:
    services.answer = lambda handler: handler.json(403, {"error": {"message": "a\nb\x1b[2J"}})
    main(["--log-file", str(tmp_path / "log"), "status"])
    assert "\x1b" not in (tmp_path / "log").read_text()
    assert all(line[:4].isdigit() for line in (tmp_path / "log").read_text().splitlines())


def test_a_log_that_cannot_be_written_is_told_before_anything_is_done(
    work: Work, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = len(work.cloud.calls)
    with pytest.raises(SystemExit) as ended:
        Ao().run(["--log-file", str(tmp_path / "no" / "log"), "up"])
    assert ended.value.code == 2
    assert "No such file or directory" in capsys.readouterr().err
    assert len(work.cloud.calls) == asked


def test_a_full_disk_ends_the_log_and_not_the_command(
    work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Ao().run(["--log-file", "/dev/full", "status"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "ao: the log /dev/full ends here: No space left on device"
    ]


def test_a_program_that_has_ended_logs_no_more(work: Work, tmp_path: Path) -> None:
    before = list(logging.getLogger().handlers)
    Ao().run(["--log-file", str(tmp_path / "log"), "status"])
    assert logging.getLogger().handlers == before
