"""Colours that answers tell, and reasons why there is none."""

import time

from ao.probe import answer
from ao.probe.answer import Answer, Broken, Teller
from ao.probe.recording import Outcome
from ao.site import Identify

BY_HEADER = Identify(path="/", header="X-Colour", body=None)


def told(teller: Teller, word: bytes) -> str | None:
    return teller.colour(Answer(status=200, headers=[(b"x-colour", word)], body=b""))


def test_any_word_may_be_a_colour_and_none_is_none() -> None:
    teller = Teller(BY_HEADER)
    assert told(teller, b" Red ") == "red"
    assert told(teller, b"") is None
    assert teller.colour(Answer(status=200, headers=[], body=b"blue")) is None


def test_a_server_that_tells_another_word_each_time_fills_no_memory() -> None:
    teller = Teller(BY_HEADER)
    words = {told(teller, b"word-%d" % number) for number in range(1_000)}
    assert len(words) == answer.COLOURS + 1
    assert answer.OTHER in words
    assert told(teller, b"word-0") == "word-0"


def test_blue_and_green_are_known_whatever_words_came_before() -> None:
    teller = Teller(BY_HEADER)
    for number in range(1_000):
        told(teller, b"word-%d" % number)
    assert (told(teller, b"Blue"), told(teller, b"green")) == ("blue", "green")


def test_a_word_is_short_and_safe_to_print() -> None:
    word = told(Teller(BY_HEADER), b"\x1b[2J" + b"x" * 10_000)
    assert word is not None
    assert word.startswith("\\x1b[2j")
    assert len(word) == answer.WORD


def test_a_reason_is_short_and_safe_to_print() -> None:
    broken = Broken(Outcome.WRONG, "not HTTP: \x1b]0;pwned\x07\r\n" + "x" * 10_000)
    assert broken.reason.isprintable()
    assert str(broken) == broken.reason
    assert len(broken.reason) <= 200


def in_body(teller: Teller, body: bytes) -> str | None:
    return teller.colour(Answer(status=200, headers=[], body=body))


def test_a_group_of_the_body_that_matches_nothing_tells_no_colour() -> None:
    for expression in ("()", "(blue)?"):
        assert in_body(Teller(Identify(path="/", header=None, body=expression)), b"x") is None


def test_a_search_without_end_is_told_and_not_begun_for_ever() -> None:
    teller = Teller(Identify(path="/", header=None, body="(a|a)*$"))
    begin = time.monotonic()
    told = {in_body(teller, b"a" * 60_000 + b"!") for _ in range(1_000)}
    assert told == {answer.UNSEARCHED}
    assert time.monotonic() - begin < 10
