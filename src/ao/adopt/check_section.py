"""The part of the site file that tells what counts as healthy. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ao.adopt.commented_yaml import Entry
from ao.adopt.inventory import Inventory
from ao.adopt.question import question
from ao.cloud.models import Monitor
from ao.message import message
from ao.site.status_codes import StatusCodes

CHECKS = ("HTTP", "HTTPS", "TLS-HELLO", "TCP")
ASKING = ("HTTP", "HTTPS")
METHODS = ("GET", "HEAD", "OPTIONS")
FALL = 3
"""Failed checks that take a server of Ao's out (src/ao/templates)."""
_URL_PATH = re.compile(r"/\S*")


def health_check_section(inventory: Inventory) -> Entry:
    """Return how the servers are checked, as far as Ao can say it."""
    monitor = inventory.monitor
    if monitor is None:
        return Entry(
            "health_check",
            (Entry("type", "TCP"),),
            (
                question(
                    message(
                        "what does a healthy server answer? The pool has no health monitor, so "
                        "that users get servers that are down; `type: HTTP` with `path` and "
                        "`expect` sees more than TCP"
                    )
                ),
            ),
        )
    return Entry("health_check", tuple(_check(monitor)), tuple(_about_check(monitor)))


def _check(monitor: Monitor) -> Iterator[Entry]:
    """Yield how the servers are checked, as far as Ao can say it."""
    kind = monitor.type if monitor.type in CHECKS else "TCP"
    yield Entry("type", kind)
    if kind in ASKING:
        yield Entry("path", monitor.path if _URL_PATH.fullmatch(monitor.path) else "/")
        if monitor.method in METHODS:
            yield Entry("method", monitor.method)
        codes = _codes(monitor.expected)
        if codes is not None:
            yield Entry("expect", codes)
    interval = max(1, monitor.interval)
    yield Entry("interval", f"{interval}s")
    yield Entry("timeout", f"{min(max(1, monitor.timeout), interval)}s")
    yield Entry("retries", min(max(1, monitor.rise), 10))


def _codes(expected: str) -> str | int | None:
    try:
        codes = StatusCodes.parse(expected)
    except ValueError:
        return None
    return int(expected) if expected.isdecimal() else str(codes)


def _about_check(monitor: Monitor) -> Iterator[str]:
    """Yield what of a health monitor Ao cannot say."""
    if not monitor.enabled:
        yield message("The present health monitor is switched off; Ao's checks.")
    if monitor.type not in CHECKS:
        yield question(
            message(
                "what does a healthy server answer? The present check, %(type)s, Ao cannot make",
                type=monitor.type,
            )
        )
    elif monitor.type in ASKING:
        if not _URL_PATH.fullmatch(monitor.path) or _codes(monitor.expected) is None:
            yield question(
                message(
                    "what does a healthy server answer? Now it is %(expected)s at %(path)s",
                    expected=monitor.expected or "-",
                    path=monitor.path or "-",
                )
            )
        if monitor.method not in METHODS:
            yield question(
                message(
                    "does the path answer GET as well? It is asked for by %(method)s now, and a "
                    "check of Ao's changes nothing",
                    method=monitor.method or "-",
                )
            )
    if monitor.fall not in (0, FALL):
        yield message(
            "A server is out after %(fall)s failed checks now; with Ao after %(ours)s.",
            fall=monitor.fall,
            ours=FALL,
        )
    if monitor.timeout > monitor.interval:
        yield message(
            "Its time-out is %(seconds)s s now; with Ao it is the interval at most.",
            seconds=monitor.timeout,
        )
