"""Hooks: the operator's commands and webhooks at named points of a release."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ao.colour import Colour
from ao.errors import AoError, ConfigError
from ao.hooks import shell_command
from ao.message import message
from ao.plan import preview
from ao.plan.facts import Facts
from ao.redaction import redact
from ao.site import Site
from ao.site.hooks import Hook, Point, Webhook
from ao.work import Work

__all__ = ["Context", "HookFailed", "Point", "call", "check", "context", "run"]


ONCE = frozenset({Point.BEFORE_DRAIN, Point.AFTER_DRAIN})
"""Points to which a release that goes on does not come again: production has moved by then."""


class HookFailed(AoError):
    """A hook failed that stops the release when it does."""

    exit_code = 12


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a hook or a notification is told about a release."""

    release: str
    """ID of the release."""
    site: str
    old: Colour
    """System that was live when it began."""
    new: Colour
    """System that it makes live."""
    version: str
    url: str
    """Production."""
    preview_url: str
    """The standby."""
    host: str = ""
    """Host name that requests to both have to name; empty where the site file names none."""
    reason: str = ""
    """Reason of a failure or of an order; empty when there is none."""
    point: str = ""
    """Moment of the release."""
    preview_header: tuple[str, str] | None = field(default=None, repr=False)
    """Name and value of the header that a request to the new system has to have at the preview's
    URL, where that is by header or cookie. Only commands are told."""

    def body(self) -> dict[str, str]:
        """Return the body of a webhook, without secrets that the reason may hold."""
        return {
            "point": self.point,
            "release": self.release,
            "site": self.site,
            "colour": str(self.new),
            "old_colour": str(self.old),
            "version": self.version,
            "url": self.url,
            "preview_url": self.preview_url,
            **({"host": self.host} if self.host else {}),
            "reason": redact(self.reason),
        }

    def environment(self) -> dict[str, str]:
        """Return the variables of a command: AO_POINT, AO_RELEASE and so on."""
        return environment(self.body())


def environment(told: dict[str, str]) -> dict[str, str]:
    """Return the variables of a command from the body of a webhook."""
    return {f"AO_{name.upper()}": value for name, value in told.items()}


def context(
    work: Work, facts: Facts, new: Colour, version: str, *, release: str = "", reason: str = ""
) -> Context:
    """Return the context of bringing a version live on a system, as the facts are."""
    site = work.site
    return Context(
        release=release,
        site=site.name,
        old=new.other,
        new=new,
        version=version,
        url=site.url(facts.production.address) if facts.production else "",
        preview_url=preview.url(site, facts),
        preview_header=preview.header(facts, new),
        host=site.host or "",
        reason=reason,
    )


def run(work: Work, point: Point, context: Context) -> None:
    """Run the hooks of a point in their order, up to the first that stops the release.

    Raises HookFailed.
    """
    for hook in work.site.hooks.get(point, ()):
        call(work, hook, replace(context, point=point))


def call(work: Work, hook: Hook, context: Context, **more: str) -> None:
    """Run one hook, which is told the context and more; a failure is told or stops.

    Raises HookFailed when the hook is one that stops, and LockLost.
    """
    if work.lock is not None:
        work.lock.check()
    told = {**context.body(), **more}
    if isinstance(hook.call, Webhook):
        failure = _post(work.site, hook.call, told, hook.deadline)
    else:
        failure = _execute(work.site, hook.call, told, hook.deadline, context.preview_header)
    if not failure:
        return
    what = message("the %(point)s hook failed: %(failure)s", point=context.point, failure=failure)
    if hook.stops:
        raise HookFailed(what, cure=_cure(context.point))
    work.note(
        message(
            "The %(point)s hook failed: %(failure)s. The release goes on.",
            point=context.point,
            failure=failure,
        )
    )


def _cure(point: str) -> str:
    """Return what to do about a hook of a point that has failed and stops."""
    if point in ONCE:
        return message(
            "The same command goes on and does not run this hook again: do before that what it "
            "does. With `on_failure: continue` a release goes on without it."
        )
    return message(
        "Mend it, and run the same command again: it runs this hook again. With `on_failure: "
        "continue` a release goes on without it."
    )


def check(site: Site) -> None:
    """Look for the secrets of all webhooks of a site. Raises ConfigError for one not there."""
    from ao.hooks import webhook

    for target in _webhooks(site):
        webhook.secret_of(site, target)


def _execute(
    site: Site,
    line: str,
    told: dict[str, str],
    deadline: float,
    header: tuple[str, str] | None,
) -> str:
    """Run a command; how it failed, or nothing."""
    variables = {**environment(told), **shell_command.preview_variable(site, header)}
    result = shell_command.run(site, line, variables, deadline)
    return "" if result.exit_code == 0 else shell_command.ended(line, deadline, result)


def _post(site: Site, target: Webhook, told: dict[str, str], deadline: float) -> str:
    """Post a webhook; how it failed, or nothing."""
    # Its HTTP client takes long to import, and most commands post none.
    from ao.hooks import webhook

    try:
        webhook.post(target.url, told, webhook.secret_of(site, target), deadline)
    except webhook.Undelivered as error:
        return str(error)
    except ConfigError as error:
        return error.message
    return ""


def _webhooks(site: Site) -> Iterator[Webhook]:
    """Yield all webhooks of a site."""
    hooks = [hook for point in site.hooks.values() for hook in point]
    if site.logout:
        hooks += [site.logout.hook, *([site.logout.announce] if site.logout.announce else [])]
    yield from (hook.call for hook in hooks if isinstance(hook.call, Webhook))
    yield from (notification.webhook for notification in site.notify)
