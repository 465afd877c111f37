"""Errors of the system that has become live, looked for while the switch to it ends."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

from ao.apply.switch import method
from ao.colour import Colour
from ao.cutover.consecutive_errors import LASTING, ConsecutiveErrors, Suspicion
from ao.cutover.cutover import UNKNOWN
from ao.errors import AoError, OnlyErrors
from ao.http.request_options import RequestOptions
from ao.message import message
from ao.plan import preview
from ao.plan.plan import PointPreview
from ao.probe.running_totals import RunningTotals
from ao.visit import AS_URL, Answer, NoAnswer, colour_of
from ao.work import RunningProbe, Work

LOOK = 0.25
"""Seconds between two looks."""
SETTLE = 2 * LASTING
"""Seconds at most in which a system that has answered nothing well is looked at, after all else
of a switch is done."""
VISIT = 1.0
"""Seconds that the old system has to answer."""


class LiveErrors:
    """Looks whether a system that has become live answers nothing but errors."""

    def __init__(
        self, work: Work, probe: RunningProbe, live: Colour, *, compared: bool = False
    ) -> None:
        """`probe` asks production already.

        With `compared` no error counts unless the old system answers well: what both share, as a
        database, may be away for a moment.
        """
        self._compared = compared
        self._work = work
        self._probe = probe
        self._live = live
        self._errors = ConsecutiveErrors(live)
        self._preview = ""
        """URL of the old system's preview, once it leads there."""
        self._adopted = False
        """Whether the old system is an adopted one, whose answers tell no colour."""
        self._options = self._health = AS_URL
        """How its pages, and the path of its health check, are asked for there."""

    def watched(self) -> Work:
        """Return the work, whose steps look for errors again and again, and while they visit."""
        return replace(self._work, check_live=self.check, visit=self._visit)

    def look(self) -> str | None:
        """Return what production answers when that is nothing but errors, in a sentence.

        Errors that tell no colour count only while the old system answers well on the preview,
        which is led to it for that.
        """
        totals = self._probe.sample()
        if totals is None:
            return None
        match self._errors.note(totals, self._work.clock.now()):
            case Suspicion.NONE:
                return None
            case Suspicion.PERHAPS if not self._old_answers():
                return None
            case Suspicion.SURE if self._compared and not self._old_answers():
                return None
        return _sentence(self._live, totals)

    def check(self) -> None:
        """Raise OnlyErrors when there is something to tell."""
        why = self.look()
        if why:
            raise OnlyErrors(
                why,
                cure=message(
                    "`ao status` shows both systems; the log of %(colour)s's servers tells more.",
                    colour=self._live,
                ),
            )

    def settle(self) -> None:
        """Come back when the system has answered well, or after SETTLE. Raises OnlyErrors."""
        clock, own = self._work.clock, (str(self._live), UNKNOWN)
        over = clock.now() + SETTLE
        while clock.now() < over:
            self.check()
            totals = self._probe.sample()
            if totals is None or any(totals.good.get(colour) for colour in own):
                return
            clock.sleep(LOOK)

    def _visit(self, url: str, timeout: float, options: RequestOptions = AS_URL) -> Answer:
        """Visit a URL, and give that up as soon as there is something to tell."""
        aside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="visit")
        try:
            visit = aside.submit(self._work.visit, url, timeout, options)
            while not wait([visit], LOOK).done:
                self.check()
            return visit.result()
        finally:
            aside.shutdown(wait=False)

    def _old_answers(self) -> bool:
        """Return whether the old system answers well on the preview address."""
        work, old, site = self._work, self._live.other, self._work.site
        identify = site.identify
        try:
            self._preview = self._preview or self._lead_preview()
            if not self._preview:
                return False
            answer = work.visit(self._preview + identify.path, VISIT, self._options)
            healthy = work.visit(self._preview + site.health_check.path, VISIT, self._health)
            told = colour_of(answer, identify)
        except (AoError, NoAnswer):
            return False
        return healthy.status in site.health_check.expect and (
            told is old or (told is None and self._adopted)
        )

    def _lead_preview(self) -> str:
        """Lead the preview to the old system; return its URL, or nothing if production is there.

        A switch under way stays noted: when the errors end, it goes on with its drain.
        """
        work, old = self._work, self._live.other
        facts = work.observe()
        if facts.live is not self._live or facts.preview is None:
            return ""
        if facts.previews_by_request and facts.previewed is not old:
            return ""
        if facts.previewed is not old:
            step = PointPreview(old, switching_to=facts.switching_to)
            method(work.site).preview(work, facts, step)
        self._adopted = facts.systems[old].is_adopted
        self._options = preview.asked(work.request_options, facts, old)
        self._health = preview.asked(work.health_request_options, facts, old)
        return preview.url(work.site, facts)


def _sentence(live: Colour, totals: RunningTotals) -> str:
    return message(
        "production answers nothing but errors from %(colour)s (%(errors)s since it moved)",
        colour=live,
        errors=f"{sum(totals.errors.values()):,}",
    )
