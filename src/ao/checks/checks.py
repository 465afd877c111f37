"""Checks: the standby is asked and tried before production is switched to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ao.colour import Colour
from ao.errors import AoError
from ao.hooks import shell_command
from ao.http import limits
from ao.message import joined, message
from ao.site.checks import Check, Http, filled
from ao.untrusted.pattern import SECONDS, TooSlow, pattern
from ao.untrusted.printable import printable
from ao.visit import NoAnswer, colour_of
from ao.work import Work


class CheckFailed(AoError):
    """A check of the standby failed; production is untouched."""

    exit_code = 11


class _Unsearched(Exception):
    """A regular expression that could not be searched for to the end."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, kw_only=True)
class Result:
    """The result of one check."""

    name: str
    passed: bool
    seconds: float
    """Seconds that it took, with all its attempts."""
    attempts: int
    """0 when there was no time left for it."""
    why: str
    """Why it failed; empty when it passed."""


@dataclass(frozen=True, kw_only=True)
class Results:
    """The results of all checks."""

    results: tuple[Result, ...]

    @property
    def failed(self) -> tuple[Result, ...]:
        """Results of the checks that failed."""
        return tuple(result for result in self.results if not result.passed)


def run(
    work: Work,
    url: str,
    colour: Colour,
    version: str,
    header: tuple[str, str] | None = None,
) -> Results:
    """Run the site's checks of a system at a URL, one after another.

    With `header`, name and value, a request has to have that to reach the system.

    All are run, also after one that failed, as far as the time for all of them goes.
    """
    end = work.clock.now() + work.site.checks.deadline

    def attempt(check: Check, seconds: float) -> str:
        if isinstance(check.what, str):
            return _command(work, check.what, url, colour, version, seconds, header)
        try:
            return _http(work, check.what, url, colour, version, seconds, header)
        except _Unsearched as error:
            return error.why

    results = []
    for check in work.site.checks.all:
        result = _checked(work, check, end, attempt)
        work.note(
            message("Check %(name)s: passed.", name=check.name)
            if result.passed
            else message("Check %(name)s: failed: %(why)s.", name=check.name, why=result.why)
        )
        results.append(result)
    return Results(results=tuple(results))


def raise_failed(results: Results) -> None:
    """Raise CheckFailed, which names all checks that failed and why, if any did."""
    failed = results.failed
    if failed:
        raise CheckFailed(
            joined(
                "\n",
                [
                    message(
                        "%(failed)s of %(count)s checks failed; production is untouched",
                        failed=len(failed),
                        count=len(results.results),
                    ),
                    *(message("  %(name)s: %(why)s", name=it.name, why=it.why) for it in failed),
                ],
            ),
            cure=message("Mend the version, or the check, and release it again."),
        )


def _checked(
    work: Work, check: Check, end: float, attempt: Callable[[Check, float], str]
) -> Result:
    """Try a check until it passes, its attempts are used up or the time is over."""
    begin, tries = work.clock.now(), 0
    why: str = message(
        "no time was left: all checks together may take %(deadline)s s",
        deadline=f"{work.site.checks.deadline:g}",
    )
    while (left := end - work.clock.now()) > 0:
        tries += 1
        why = attempt(check, min(check.timeout, left))
        if not why or tries > check.retries:
            break
        work.clock.sleep(min(check.pause, max(0.0, end - work.clock.now())))
    seconds = work.clock.now() - begin
    return Result(name=check.name, passed=not why, seconds=seconds, attempts=tries, why=why)


def _command(
    work: Work,
    line: str,
    url: str,
    colour: Colour,
    version: str,
    seconds: float,
    header: tuple[str, str] | None,
) -> str:
    """Return why a command failed; empty when it did not."""
    variables = {
        "AO_SITE": work.site.name,
        "AO_COLOUR": str(colour),
        "AO_VERSION": version,
        "AO_URL": url,
        **({"AO_HOST": work.site.host} if work.site.host else {}),
        **shell_command.preview_variable(work.site, header),
    }
    result = shell_command.run(work.site, line, variables, seconds)
    return "" if result.exit_code == 0 else shell_command.ended(line, seconds, result)


def _http(
    work: Work,
    wanted: Http,
    url: str,
    colour: Colour,
    version: str,
    seconds: float,
    header: tuple[str, str] | None,
) -> str:
    """Return why an answer was not good; empty when it was. Raises _Unsearched."""
    begin, identify = work.clock.now(), work.site.identify
    options = work.request_options
    if header is not None:
        options = options.passing(header)
    try:
        answer = work.visit(url + wanted.path, seconds, options)
        taken = work.clock.now() - begin
        # Every answer has the header, but any page may speak of colours.
        tells = identify.header is not None or wanted.path == identify.path
        told = colour_of(answer, identify) if tells else None
    except NoAnswer as error:
        return message("no answer: %(why)s", why=error)
    if told not in (None, colour):
        return message(
            "%(path)s was answered by %(told)s, not by %(colour)s",
            path=wanted.path,
            told=told,
            colour=colour,
        )
    if answer.status != wanted.status:
        return message(
            "%(path)s answered HTTP %(status)s, not %(wanted)s",
            path=wanted.path,
            status=answer.status,
            wanted=wanted.status,
        )
    for name, expression in wanted.header.items():
        value = answer.headers.get(name.lower())
        if value is None or not _found(expression, version, value):
            seen = None if value is None else f"'{printable(value, limits.TEXT)}'"
            return message(
                "%(path)s: header %(name)s is %(seen)s, which %(expression)s does not match",
                path=wanted.path,
                name=name,
                seen=seen,
                expression=expression,
            )
    if wanted.body is not None and not _found(wanted.body, version, answer.body):
        return message(
            "%(path)s: %(body)s is not found in the body", path=wanted.path, body=f"{wanted.body!r}"
        )
    if wanted.within is not None and taken > wanted.within:
        return message(
            "%(path)s took %(taken)s s, more than %(within)s s",
            path=wanted.path,
            taken=f"{taken:.2f}",
            within=f"{wanted.within:g}",
        )
    return ""


def _found(expression: str, version: str, text: str) -> bool:
    """Return whether an expression is found in a text. Raises _Unsearched."""
    try:
        return pattern(filled(expression, version)).search(text) is not None
    except TooSlow as error:
        raise _Unsearched(
            message(
                "%(expression)s was searched for %(seconds)s s without an end: it backtracks",
                expression=f"{expression!r}",
                seconds=f"{SECONDS:g}",
            )
        ) from error
    except ValueError as error:
        raise _Unsearched(
            message(
                "%(expression)s is no regular expression with version %(version)s: %(why)s",
                expression=f"{expression!r}",
                version=version,
                why=error,
            )
        ) from error
