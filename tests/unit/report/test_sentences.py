from dataclasses import replace

import pytest

from ao.message.translation import spoken
from ao.report import sentences
from tests.unit.report import samples


def test_the_verdict_names_both_systems_and_what_it_cost() -> None:
    assert sentences.verdict(samples.lossless()) == (
        "production moved from blue 1.0 to green 2.0: 0 of 9,229 requests lost, 14 sent again"
    )


def test_the_verdict_in_japanese() -> None:
    assert spoken(sentences.verdict(samples.lossless()), "ja") == (
        "本番を blue 1.0 から green 2.0 へ切り替え: 9,229 リクエスト中 失敗 0、再送 14"
    )


def test_the_verdict_says_why_nothing_was_measured() -> None:
    assert sentences.verdict(samples.unmeasured()) == (
        "production moved from blue 1.0 to green 2.0: nothing was measured: "
        "production could not be reached from here"
    )


def test_the_verdict_of_a_failure_says_what_failed() -> None:
    failed = replace(samples.unmeasured(), failure="waited 60 s for green to answer")
    assert sentences.move(failed) == (
        "the switch to green 2.0 failed: waited 60 s for green to answer"
    )


def test_a_first_system_moves_from_nowhere() -> None:
    assert sentences.move(samples.quiet(old=None)) == "production moved to green 2.0"


def test_a_switch_that_asked_for_nothing_moved_nothing() -> None:
    assert sentences.move(samples.quiet(asked_at=None)) == "production was on green 2.0 already"


def test_a_system_of_unknown_version_goes_by_its_colour() -> None:
    cutover = samples.quiet(old_version=None, new_version=None)
    assert sentences.move(cutover) == "production moved from blue to green"


def test_how_users_came_over_is_one_sentence() -> None:
    assert sentences.turnover(samples.lossless()) == (
        "first answer of green after 0.17 s, last answer of blue after 0.18 s, "
        "50 of 50 Keep-Alive clients followed, the last after 0.43 s."
    )


def test_clients_of_both_versions_of_http_are_told_apart() -> None:
    assert sentences.turnover(samples.https()) == (
        "first answer of green after 0.17 s, last answer of blue after 0.18 s, "
        "25 of 25 HTTP/2 and 25 of 25 HTTP/1.1 clients followed, the last after 0.43 s."
    )
    assert spoken(sentences.turnover(samples.https()), "ja") == (
        "最初の green の応答まで 0.17 s、最後の blue の応答まで 0.18 s、"
        "HTTP/2 クライアント 25 台中 25 台、HTTP/1.1 クライアント 25 台中 25 台が追従、"
        "最後まで 0.43 s。"
    )


def test_clients_that_all_stayed_are_told() -> None:
    stayed = samples.record([samples.answered(2.0, samples.Kind.KEPT, "blue", client=0)])
    told = sentences.turnover(samples.quiet(recording=stayed))
    assert told == "last answer of blue after 1.00 s, none of 1 Keep-Alive clients followed."


def test_how_users_came_over_in_japanese() -> None:
    assert spoken(sentences.turnover(samples.lossless()), "ja") == (
        "最初の green の応答まで 0.17 s、最後の blue の応答まで 0.18 s、"
        "Keep-Alive クライアント 50 台中 50 台が追従、最後まで 0.43 s。"
    )


def test_a_time_before_the_request_is_told_so_in_japanese() -> None:
    assert spoken(sentences.seconds(-0.25), "ja") == "0.25 s 前"


def test_nothing_is_said_of_users_when_nothing_was_measured() -> None:
    assert sentences.turnover(samples.unmeasured()) is None


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.0, "0.00 s"),
        (-0.001, "0.00 s"),
        (0.142, "0.14 s"),
        (-0.25, "0.25 s before"),
        (12.345, "12.35 s"),
        (75.0, "1m 15s"),
    ],
)
def test_short_times_are_told_to_a_hundredth(value: float, told: str) -> None:
    assert sentences.seconds(value) == told
