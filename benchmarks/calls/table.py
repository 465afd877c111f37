"""The table of a release's calls, by step and by service."""

from __future__ import annotations

from benchmarks.calls.count import SERVICES, STEPS, Counts


def table(now: Counts, before: Counts) -> str:
    """Return a table in Markdown: a row a step, a column a service; `before` in brackets."""
    services = [it for it in dict.fromkeys(SERVICES.values()) if _of(now, before, service=it)]
    steps = [it for it in STEPS if _of(now, before, step=it)]
    rows = [
        ["step", *services, "all"],
        ["---"] * (len(services) + 2),
        *(
            [step, *(_cell(now, before, step, it) for it in services), _cell(now, before, step)]
            for step in steps
        ),
        ["all", *(_cell(now, before, service=it) for it in services), _cell(now, before)],
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _of(*counts: Counts, step: str = "", service: str = "") -> int:
    """Return the sum of counts of a step, a service, or both; empty is any."""
    return sum(
        number
        for each in counts
        for (its_step, its_service), number in each.items()
        if step in ("", its_step) and service in ("", its_service)
    )


def _cell(now: Counts, before: Counts, step: str = "", service: str = "") -> str:
    new, old = (_of(it, step=step, service=service) for it in (now, before))
    return f"{new} ({old})" if new or old else ""
