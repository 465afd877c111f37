"""Words of a timetable, in English and Japanese."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ao.report.translations import Language
from ao.timetable.comparison import Comparison
from ao.timetable.durations import Fixed, Range, TaskDuration
from ao.timetable.schedule import Schedule


@dataclass(frozen=True, kw_only=True)
class Translations:
    """Texts of a timetable, with places for times."""

    opens: str
    begins: str
    closes: str
    ends: str
    reopened: str
    decision: str
    switch_back: str
    in_all: str
    decided: str
    decide: str
    window: str
    no_window: str
    stopped: str
    production: str
    watch: str
    kept: str
    spare: str
    before: str
    within: str
    moved: str
    left_out: str
    up_to: str
    mostly: str
    hours: str
    minutes: str
    seconds: str
    between: str
    gap: str
    saving: str
    time: str
    what: str
    note: str
    by: str
    difference: str
    deadline: str
    year: str
    without: str


ENGLISH = Translations(
    opens="window opens",
    begins="release begins",
    closes="window closes",
    ends="release is through",
    reopened="production open",
    decision="deadline to decide on switching back",
    switch_back="switching back takes {time}",
    in_all="{time} in all",
    decided="decision on switching back by {moment}, {time} kept for it",
    decide="decide by {moment}",
    window="window {time}",
    no_window="no window",
    stopped="production stopped {time}",
    production="production",
    watch="watch production",
    kept="kept for switching back",
    spare="to spare",
    before="before the window",
    within="in the window",
    moved="moved before the window",
    left_out="left out",
    up_to="up to {time}",
    mostly="{time} (95 of 100)",
    hours="{value:,} h",
    minutes="{value:,} min",
    seconds="{value:g} s",
    between=", ",
    gap=" ",
    saving="{part} of the window: {time} saved with every release",
    time="Time",
    what="What",
    note="Note",
    by="Who",
    difference="Saved, or why",
    deadline="decision deadline",
    year="windows of {releases} releases, a year",
    without="window without {tasks}",
)

JAPANESE = Translations(
    opens="メンテナンス開始",
    begins="リリース開始",
    closes="メンテナンス終了",
    ends="リリース終了",
    reopened="本番再開",
    decision="切り戻し判断の期限",
    switch_back="切り戻しに{time}",
    in_all="合計{time}",
    decided="{moment}までに切り戻しを判断、切り戻しに{time}を確保",
    decide="判断期限 {moment}",
    window="メンテナンスタイム {time}",
    no_window="メンテナンスタイム不要",
    stopped="本番停止 {time}",
    production="本番",
    watch="本番を監視",
    kept="切り戻し用に確保",
    spare="余裕",
    before="メンテナンス前",
    within="メンテナンス中",
    moved="メンテナンス前に実施",
    left_out="不要",
    up_to="最大{time}",
    mostly="{time}（100回中95回）",
    hours="{value:,}時間",
    minutes="{value:,}分",
    seconds="{value:g}秒",
    between="、",
    gap="",
    saving="メンテナンスタイムは{part}、リリースごとに{time}短縮",
    time="時刻",
    what="内容",
    note="備考",
    by="担当",
    difference="短縮・理由",
    deadline="切り戻し判断の期限",
    year="年間のメンテナンスタイム（リリース{releases}回）",
    without="{tasks}なしのメンテナンスタイム",
)


def of(language: Language) -> Translations:
    """Return the words of a language."""
    return JAPANESE if language is Language.JAPANESE else ENGLISH


def time(seconds: float, words: Translations = ENGLISH) -> str:
    """Return a time as a timetable has it: `120 min`, `5 min 3 s`, `0.4 s`."""
    if seconds < 0:
        return f"-{time(-seconds, words)}"
    if seconds < 10:
        return words.seconds.format(value=round(seconds, 1))
    minutes, rest = divmod(round(seconds), 60)
    parts = [words.minutes.format(value=minutes)] if minutes else []
    if rest or not minutes:
        parts.append(words.seconds.format(value=rest))
    return words.gap.join(parts)


def hours(seconds: float, words: Translations = ENGLISH) -> str:
    """Return a time of a year: `104 h`, to a tenth below 10 hours."""
    value = seconds / 3600
    return words.hours.format(value=round(value, 1) if value < 10 else round(value))


def takes(how_long: TaskDuration, words: Translations = ENGLISH) -> str:
    """Return the planned duration of a task, in words."""
    planned = time(how_long.planned, words)
    match how_long:
        case Fixed():
            return planned
        case Range():
            return words.up_to.format(time=planned)
    return words.mostly.format(time=planned)


def window(plan: Schedule, words: Translations = ENGLISH) -> str:
    """Return the window that a procedure needs."""
    return time(plan.window, words) if plan.procedure.stops else words.no_window


def saving(compared: Comparison, words: Translations = ENGLISH) -> str:
    """Return what the second procedure saves, in one line; empty if it saves nothing."""
    if compared.ratio is None or compared.saving <= 0:
        return ""
    part = Fraction(compared.ratio).limit_denominator(100)
    share = str(part) if abs(part - compared.ratio) < 1e-9 else f"{compared.ratio:.0%}"
    return words.saving.format(part=share, time=time(compared.saving, words))


def percent(share: float) -> str:
    """Return a share in percent: `97.3 %`; only what is all or nothing is 100 % or 0 %."""
    shown = min(max(share * 100, 0.1), 99.9) if 0 < share < 1 else share * 100
    return f"{round(shown, 1):g} %"
