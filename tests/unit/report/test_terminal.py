import io
import re
from collections.abc import Iterator

import pytest
from rich.console import Console

from ao.cutover.cutover import CutOver
from ao.message import translation
from ao.message.translation import Language
from ao.report import terminal
from tests.unit.report import samples


def shown(cutover: CutOver, *, width: int = 100) -> list[str]:
    """Lines on a terminal, without the space at their ends."""
    console = Console(file=io.StringIO(), width=width)
    with console.capture() as captured:
        console.print(terminal.render(cutover))
    return [line.rstrip() for line in captured.get().splitlines()]


def test_the_first_line_is_the_verdict() -> None:
    assert shown(samples.lossless())[0] == (
        "✓ production moved from blue 1.0 to green 2.0: 0 of 9,229 requests lost, 14 sent again"
    )


@pytest.mark.parametrize(
    "line", ["  clients that followed                         -           50 of 50"]
)
def test_new_and_kept_connections_stand_side_by_side(line: str) -> None:
    assert line in shown(samples.lossless())


def test_clients_stand_side_by_side_by_what_they_speak_where_some_speak_http2() -> None:
    lines = shown(samples.https())
    first = lines.index("  Keep-Alive clients by protocol")
    told = [re.split(r"  +", line.strip()) for line in lines[first + 1 : first + 9]]
    assert told[0] == ["clients", "HTTP/2", "HTTP/1.1"]
    assert told[2] == ["clients that followed", "25 of 25", "25 of 25"]
    assert told[5] == ["answers finished after GOAWAY", "12", "0"]
    assert told[7] == ["requests lost", "0", "0"]
    assert "  Keep-Alive clients by protocol" not in shown(samples.lossless())


def test_losses_stand_beside_the_step_they_fell_in() -> None:
    lines = shown(samples.lossy())
    assert lines[0].startswith("✗ ")
    assert "  point production to green          kept         timed out         50" in lines


def test_reads_of_openstack_are_counted_and_changes_shown() -> None:
    lines = shown(samples.lossless())
    assert "  Changes asked of OpenStack, beside 2 reads" in lines
    assert not any("GET" in line for line in lines)
    assert any("PUT octavia /v2/lbaas/listeners/b51d0e77      409   0.02 s" in it for it in lines)


def test_an_unmeasured_switch_says_so_and_still_shows_what_is_known() -> None:
    lines = shown(samples.unmeasured(), width=120)
    assert lines[0].endswith("nothing was measured: production could not be reached from here")
    assert "  drained for 5.10 s: blue serves nobody any more" in lines
    assert "  How users came over" not in lines
    assert any("PUT octavia" in line for line in lines)


def test_markup_in_a_failure_is_shown_as_it_is() -> None:
    failed = samples.quiet(failure="[red]no[/red]", unmeasured="[bold]off")
    assert "[red]no[/red]" in shown(failed)[0]
    assert "[bold]off" in shown(failed)[0]


@pytest.fixture
def in_japanese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The user's language is Japanese."""
    monkeypatch.setenv("LANGUAGE", Language.JAPANESE)
    translation.of_environment.cache_clear()
    yield
    translation.of_environment.cache_clear()


@pytest.mark.usefixtures("in_japanese")
@pytest.mark.parametrize("cutover", [samples.lossless(), samples.lossy(), samples.unmeasured()])
def test_a_report_is_in_the_language_of_the_user(cutover: CutOver) -> None:
    told = "\n".join(shown(cutover, width=140))
    # Names of steps and the drain's result are the sample's own, as a file of JSON has them.
    for foreign in (
        *(it.text for it in cutover.marks),
        cutover.drain.text if cutover.drain else "",
    ):
        told = told.replace(foreign, "") if foreign else told
    assert "本番を blue 1.0 から green 2.0 へ切り替え" in told
    assert not re.findall(r"[a-z]{3,} [a-z]{3,}", re.sub(r"(GET|PUT|POST) \S+", "", told))
