"""Timetables as data for programs: times in minutes, moments by the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ao.message.translation import Language
from ao.timetable import clock_times, rows
from ao.timetable.comparison import Comparison, Gone
from ao.timetable.procedure import Opening
from ao.timetable.schedule import Schedule, Slot

if TYPE_CHECKING:
    from ao.timetable.fit import Fit


def timetable(plan: Schedule, language: Language = Language.ENGLISH) -> dict[str, Any]:
    """Return a procedure with its window, its rows and its tasks."""
    opening = plan.procedure.opening
    return {
        "title": plan.procedure.title.spoken(language),
        "window_minutes": _minutes(plan.window),
        "production_stop_minutes": _minutes(plan.stopped),
        "opens": clock_times.written(opening, 0),
        "closes": clock_times.written(opening, plan.closes),
        "decision_deadline": None
        if plan.decision is None
        else clock_times.written(opening, plan.decision),
        "switch_back_minutes": _minutes(plan.switch_back),
        "slack_minutes": _minutes(plan.slack),
        "rows": [
            {
                "time": row.time,
                "minutes": _minutes(row.moment),
                "what": row.what,
                "note": row.note,
                "by": row.by,
            }
            for row in rows.rows(plan, language)
        ],
        "tasks": [_task(plan, slot, language) for slot in plan.slots],
    }


def comparison(compared: Comparison, language: Language = Language.ENGLISH) -> dict[str, Any]:
    """Both procedures, and what the second saves."""
    plans = (compared.first, compared.second)
    return {
        "procedures": [timetable(plan, language) for plan in plans],
        "ratio": compared.ratio,
        "saving_minutes": _minutes(compared.saving),
        "production_stop_saving_minutes": _minutes(compared.stop_saving),
        "releases_per_year": compared.releases,
        "saving_hours_per_year": round(compared.saving * compared.releases / 3600, 3),
        "left_window": [_gone(gone, language) for gone in compared.gone],
        "dropped": {
            "tasks": [task.title.spoken(language) for task in compared.dropped],
            "window_minutes": [_minutes(plan.window) for plan in compared.trimmed],
            "production_stop_minutes": [_minutes(plan.stopped) for plan in compared.trimmed],
        },
    }


def fit(found: Fit, opening: Opening | None) -> dict[str, Any]:
    """Return how likely a procedure fits its window, with clock times if its opening is known."""
    start = found.latest_start
    return {
        "window_minutes": _minutes(found.window),
        "probability": round(found.kept, 6),
        "released": found.released,
        "switched_back": found.switched_back,
        "called_off": found.called_off,
        "too_long": round(1 - found.kept, 6),
        "breaker": found.breaker,
        "breaker_share": found.breaks,
        "median_minutes": _minutes(found.median),
        "p95_minutes": _minutes(found.p95),
        "safe_share": found.share,
        "latest_safe_start": None
        if start is None or opening is None
        else clock_times.written(opening, start, seconds=True),
        "latest_safe_start_minutes": None if start is None else _minutes(start),
        "runs": found.runs,
        "seed": found.seed,
    }


def _task(plan: Schedule, slot: Slot, language: Language) -> dict[str, Any]:
    task, opening = slot.task, plan.procedure.opening
    return {
        "name": task.name,
        "title": task.title.spoken(language),
        "begin": clock_times.written(opening, slot.begin),
        "end": clock_times.written(opening, slot.end),
        "minutes": _minutes(slot.end - slot.begin),
        "by": task.by.spoken(language) if task.by else None,
        "before_window": task.before_window,
    }


def _gone(gone: Gone, language: Language) -> dict[str, Any]:
    return {
        "name": gone.task.name,
        "title": gone.task.title.spoken(language),
        "minutes": _minutes(gone.seconds),
        "before_window": gone.before_window,
        "why": gone.why.spoken(language) if gone.why else None,
    }


def _minutes(seconds: float) -> float:
    return round(seconds / 60, 3)
