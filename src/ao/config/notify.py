"""The part of ao.yaml that tells who is told of a release."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ao.config.hooks import SecretSection, WebhookURL
from ao.site.notify import Event, Notification


class NotifySection(SecretSection):
    """A webhook that is told of events."""

    webhook: WebhookURL = Field(examples=["https://chat.example/hooks/ao"])
    """URL that is told by a POST of JSON."""
    events: tuple[Annotated[Event, Field(strict=False)], ...] = Field(
        default=tuple(Event),
        min_length=1,
        strict=False,
        examples=[["switch", "switch_back", "failure"]],
    )
    """Events that it is told of; all when it says none."""

    def value(self) -> Notification:
        """Return the notification that the section describes."""
        return self.into(Notification, webhook=self.webhook_at(self.webhook))
