"""Notifications: others are told of a release as it goes."""

from __future__ import annotations

from dataclasses import replace

from ao.errors import ConfigError
from ao.hooks.hooks import Context
from ao.message import message
from ao.redaction import redact
from ao.site.notify import Event
from ao.work import Work

__all__ = ["Event", "tell"]

DEADLINE = 5.0
"""Seconds that a notification may take: the release waits for it."""


def tell(work: Work, event: Event, context: Context, **more: object) -> None:
    """Tell an event, the context and more to those who want to know.

    Nothing is raised when somebody cannot be told; the user is.
    """
    from ao.hooks import webhook

    words = {name: redact(it) if isinstance(it, str) else it for name, it in more.items()}
    body = {**replace(context, point=event).body(), **words}
    for notification in work.site.notify:
        if event not in notification.events:
            continue
        target = notification.webhook
        try:
            webhook.post(target.url, body, webhook.secret_of(work.site, target), DEADLINE)
        except webhook.Undelivered as error:
            work.note(
                message(
                    "The notification of %(event)s failed: %(error)s.", event=event, error=error
                )
            )
        except ConfigError as error:
            work.note(
                message(
                    "The notification of %(event)s failed: %(message)s.",
                    event=event,
                    message=error.message,
                )
            )
