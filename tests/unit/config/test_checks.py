"""Checks in the site file."""

import pytest
from pydantic import ValidationError

from ao.config.checks import ChecksSection
from ao.site.checks import Http


def section(*checks: object) -> ChecksSection:
    return ChecksSection.model_validate({"all": list(checks)}, context=None)


def test_a_request_has_defaults_for_all_but_its_name() -> None:
    (check,) = section({"name": "home page", "http": {}}).value().all
    assert check.what == Http(path="/", status=200, header={}, body=None, within=None)
    assert (check.timeout, check.retries, check.pause) == (10, 2, 1)


def test_a_command_is_a_check_too() -> None:
    (check,) = section({"name": "smoke", "command": "./smoke.sh", "timeout": "1m"}).value().all
    assert (check.what, check.timeout) == ("./smoke.sh", 60)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"name": "x"}, "give http or command"),
        ({"name": "x", "http": {}, "command": "true"}, "give http or command"),
        ({"name": "x", "http": {"body": "("}}, "not a regular expression"),
        ({"name": "x", "http": {"header": {"X": "["}}}, "not a regular expression"),
        ({"name": "x", "http": {"status": 99}}, "greater than or equal to 200"),
        ({"name": "x", "http": {"path": "basket"}}, "should match pattern"),
        ({"name": "x", "http": {"paht": "/"}}, "Extra inputs"),
        ({"name": "x", "http": {}, "timeout": 0}, "greater than 0"),
    ],
)
def test_what_is_wrong_is_refused(wrong: object, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        section(wrong)


def test_two_checks_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="two checks are called 'x'"):
        section({"name": "x", "http": {}}, {"name": "x", "http": {}})
