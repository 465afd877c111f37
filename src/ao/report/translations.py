"""Sentences on a cut-over, in English and Japanese."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ao import duration
from ao.colour import Colour
from ao.cutover.cutover import CutOver
from ao.probe.recording import Kind


class Language(StrEnum):
    """Language of a chart."""

    ENGLISH = "en"
    JAPANESE = "ja"


@dataclass(frozen=True, kw_only=True)
class Translations:
    """Texts of a report, with places for names and figures."""

    moved: str
    appeared: str
    stayed: str
    failed: str
    measured: str
    retried: str
    unmeasured: str
    first: str
    last: str
    followed: str
    none_followed: str
    between: str
    end: str
    requests: str
    losses: str
    no_losses: str
    latency: str
    median: str
    seconds: str
    unknown: str
    servers: str
    cpu: str
    load: str
    out: str
    inward: str
    minutes: str


ENGLISH = Translations(
    moved="production moved from {old} to {new}",
    appeared="production moved to {new}",
    stayed="production was on {new} already",
    failed="the switch to {new} failed: {failure}",
    measured="{lost:,} of {sent:,} requests lost",
    retried="{retried:,} sent again",
    unmeasured="nothing was measured: {reason}",
    first="first answer of {new} after {seconds}",
    last="last answer of {old} after {seconds}",
    followed="{followed} of {clients} Keep-Alive clients followed, the last after {seconds}",
    none_followed="none of {clients} Keep-Alive clients followed",
    between=", ",
    end=".",
    requests="good answers a second",
    losses="lost",
    no_losses="no request was lost",
    latency="answer time",
    median="median",
    seconds="seconds from the switch's request",
    unknown="not told",
    servers="servers",
    cpu="CPU load",
    load="load",
    out="add above",
    inward="remove below",
    minutes="minutes from the switch's request",
)

JAPANESE = Translations(
    moved="本番を {old} から {new} へ切り替え",
    appeared="本番を {new} へ切り替え",
    stayed="本番はすでに {new}",
    failed="{new} への切り替えに失敗: {failure}",
    measured="{sent:,} リクエスト中 失敗 {lost:,}",
    retried="再送 {retried:,}",
    unmeasured="計測なし: {reason}",
    first="最初の {new} の応答まで {seconds}",
    last="最後の {old} の応答まで {seconds}",
    followed="Keep-Alive クライアント {clients} 台中 {followed} 台が追従、最後まで {seconds}",
    none_followed="Keep-Alive クライアント {clients} 台は追従せず",
    between="、",
    end="。",
    requests="正常応答（毎秒）",
    losses="失敗",
    no_losses="失敗したリクエストなし",
    latency="応答時間",
    median="中央値",
    seconds="切り替え要求からの秒数",
    unknown="色不明",
    servers="台数",
    cpu="CPU 負荷",
    load="負荷",
    out="超えれば増設",
    inward="下回れば削減",
    minutes="切り替え要求からの分数",
)


def of(language: Language) -> Translations:
    """Return the words of a language."""
    return JAPANESE if language is Language.JAPANESE else ENGLISH


def seconds(value: float) -> str:
    """Return a short time, to a hundredth: `0.14 s`; a negative one is `0.02 s before`."""
    if round(value, 2) < 0:
        return f"{seconds(-value)} before"
    return f"{abs(value):.2f} s" if value < 60 else duration.show(value)


def system(colour: Colour, version: str | None) -> str:
    """Return a system by colour and version: `green 2.0`."""
    return f"{colour} {version}" if version else str(colour)


def move(cutover: CutOver, words: Translations = ENGLISH) -> str:
    """Return the sentence that says what happened to production."""
    new = system(cutover.new, cutover.new_version)
    if cutover.failure:
        return words.failed.format(new=new, failure=cutover.failure)
    if cutover.asked_at is None:
        return words.stayed.format(new=new)
    if cutover.old is None:
        return words.appeared.format(new=new)
    return words.moved.format(old=system(cutover.old, cutover.old_version), new=new)


def toll(cutover: CutOver, words: Translations = ENGLISH) -> str:
    """Return what a switch cost the users: requests lost and sent again."""
    recording = cutover.recording
    if recording is None:
        return words.unmeasured.format(reason=cutover.unmeasured)
    parts = [words.measured.format(lost=recording.lost, sent=recording.sent)]
    if recording.retried:
        parts.append(words.retried.format(retried=recording.retried))
    return words.between.join(parts)


def verdict(cutover: CutOver, words: Translations = ENGLISH) -> str:
    """Return the whole cut-over in one line."""
    return f"{move(cutover, words)}: {toll(cutover, words)}"


def turnover(cutover: CutOver, words: Translations = ENGLISH) -> str:
    """Return how users came over, in one sentence; empty when that was not measured."""
    parts = words.between.join(_turnover(cutover, words))
    return capital(parts) + words.end if parts else ""


def capital(text: str) -> str:
    """Return a text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _turnover(cutover: CutOver, words: Translations) -> Iterator[str]:
    new, kept = cutover.turn(Kind.NEW), cutover.turn(Kind.KEPT)
    first = min((t.first_new for t in (new, kept) if t.first_new is not None), default=None)
    last = max((t.last_old for t in (new, kept) if t.last_old is not None), default=None)
    if first is not None:
        yield words.first.format(new=cutover.new, seconds=seconds(first))
    if last is not None:
        yield words.last.format(old=cutover.old, seconds=seconds(last))
    following = cutover.following
    if following is None:
        return
    if following.seconds is None:
        yield words.none_followed.format(clients=following.clients)
        return
    yield words.followed.format(
        followed=following.followed,
        clients=following.clients,
        seconds=seconds(following.seconds),
    )
