"""The part of ao.yaml that tells which commands and webhooks run in a release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from ao.config.command import Command
from ao.config.section import Duration, Section
from ao.site.hooks import Hook, Point, Webhook


def _http(url: str) -> str:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    if not whole:
        raise ValueError("the webhook is not an http or https URL")
    return url


WebhookURL = Annotated[str, AfterValidator(_http)]


class SecretSection(Section):
    """The place of the secret that signs a webhook; the secret itself is never in this file."""

    secret_env: str | None = Field(
        default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", examples=["HOOK_SECRET"]
    )
    """Environment variable with the secret that signs the webhook."""
    secret_file: str | None = Field(default=None, min_length=1, examples=["../hook-secret"])
    """File with it instead, relative to the site file."""

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if self.secret_env and self.secret_file:
            raise ValueError("give secret_env or secret_file, not both")
        return self

    def webhook_at(self, url: str) -> Webhook:
        """Return the webhook at a URL, signed with this secret."""
        return self.into(Webhook, url=url)


class HookSection(SecretSection):
    """A command or a webhook that Ao calls at a moment of a release."""

    command: Command | None = Field(default=None, examples=["./before-switch.sh"])
    """Shell command, which runs in the site file's folder; exit code 0 is success."""
    webhook: WebhookURL | None = Field(default=None, examples=["https://hooks.example/ao"])
    """URL that is told by a POST of JSON; an answer 2xx is success."""
    deadline: Duration = Field(default=30, gt=0, examples=["30s"])
    """The longest that it may take."""
    on_failure: Literal["stop", "continue"] = Field(default="stop", examples=["continue"])
    """stop: the release stops. continue: it goes on, and the failure is told."""

    @model_validator(mode="after")
    def _one_call(self) -> Self:
        if (self.command is None) == (self.webhook is None):
            raise ValueError("give command or webhook, one of the two")
        if self.webhook is None and (self.secret_env or self.secret_file):
            raise ValueError("a secret signs a webhook; a command has none")
        return self

    def hook(self) -> Hook:
        """Return the hook that the section describes."""
        return self.into(
            Hook,
            call=self.command or self.webhook_at(self.webhook or ""),
            stops=self.on_failure == "stop",
        )


Hooks = Annotated[tuple[HookSection, ...], Field(strict=False)]


class HooksSection(Section):
    """Commands and webhooks at moments of a release, each in its order."""

    before_deploy: Hooks = ()
    """They run before the version comes to the standby."""
    after_deploy: Hooks = ()
    """They run once the standby answers with the version."""
    before_check: Hooks = ()
    """They run before the standby is checked."""
    after_check: Hooks = ()
    """They run once the standby has passed its checks."""
    before_switch: Hooks = ()
    """They run before production moves."""
    after_switch: Hooks = ()
    """They run once production answers from the new version."""
    before_drain: Hooks = ()
    """They run before clients are got from the old system to the new one."""
    after_drain: Hooks = ()
    """They run once the old system serves nobody, or the drain's deadline has passed."""
    before_switch_back: Hooks = ()
    """They run before production moves back."""
    after_switch_back: Hooks = ()
    """They run once production answers from the old version again."""
    before_retire: Hooks = ()
    """They run before the old system is made small, or deleted."""
    after_retire: Hooks = ()
    """They run once the old system has been made small, or deleted."""

    def value(self) -> Mapping[Point, tuple[Hook, ...]]:
        """Return the hooks that the section describes, at the points that have some."""
        hooks = {point: tuple(it.hook() for it in getattr(self, point)) for point in Point}
        return {point: found for point, found in hooks.items() if found}
