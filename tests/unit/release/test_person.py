"""Whether who begins a release and who approves of it are two people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.errors import ConfigError
from ao.release.person import Person, are_two, checked_name
from ao.site.names import LONGEST_PERSON


def person(user: str, name: str = "", user_id: str | None = None) -> Person:
    return Person(user=user, user_id=f"id-of-{user}" if user_id is None else user_id, name=name)


@pytest.mark.parametrize(
    ("releaser", "approver", "two"),
    [
        (person("ci", "kim"), person("ci", "lee"), True),
        (person("ci", "kim"), person("ci", "kim"), False),
        (person("ci", "kim"), person("ci", "KIM"), False),
        (person("ci", "kim"), person("other-ci", "kim"), False),
        (person("ci", "kim"), person("ci"), False),
        (person("ci"), person("ci", "lee"), False),
        (person("ci"), person("ci"), False),
        (person("kim"), person("lee"), True),
        (person("kim", user_id="1"), person("kim", user_id="2"), True),
        (person("ci", "kim"), person("lee"), True),
        (person("ci", "kim"), person("kim"), False),
        (person("kim"), person("ci", "kim"), False),
        (person("kim"), person("ci", "lee"), True),
        (person("kim", user_id=""), person("lee"), False),
        (person("kim"), person("lee", user_id=""), False),
        (person("ci", "kim", ""), person("ci", "lee", ""), True),
    ],
)
def test_names_count_where_both_are_named_and_users_where_they_are_not(
    releaser: Person, approver: Person, two: bool
) -> None:
    assert are_two(releaser, approver) is two


TEXTS = st.sampled_from(["", "kim", "Kim", "lee", "ci"])
PERSONS = st.builds(Person, user=TEXTS, user_id=TEXTS, name=TEXTS)


@given(PERSONS, PERSONS)
def test_it_does_not_matter_who_of_two_begins_and_nobody_is_two(one: Person, other: Person) -> None:
    assert are_two(one, other) is are_two(other, one)
    assert not are_two(one, one)


@given(PERSONS, PERSONS)
def test_one_user_is_two_people_only_where_each_is_named(one: Person, other: Person) -> None:
    same_user = one.user_id == other.user_id
    if same_user and are_two(one, other):
        assert one.name
        assert other.name
        assert one.name.casefold() != other.name.casefold()


def test_a_name_is_taken_without_blanks_and_an_empty_one_names_nobody() -> None:
    assert (checked_name(" kim "), checked_name(" "), checked_name("")) == ("kim", "", "")


@pytest.mark.parametrize(
    "name", ["kim\x1b[2J", "kim\nlee", "k" * (LONGEST_PERSON + 1), "kim\u202e"]
)
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be the name of a person") as refused:
        checked_name(name)
    assert refused.value.message.isprintable()


def test_a_name_that_is_masked_tells_nobody_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not are_two(person("ci", "***"), person("ci", "lee"))
    monkeypatch.setenv("GIT_CREDENTIALS_SECRET", "alice")
    with pytest.raises(ConfigError, match="cannot be the name of a person"):
        checked_name("alice")
