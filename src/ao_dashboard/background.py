"""Actions that take longer than a web request waits for: they go on in this process."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from django.contrib import messages
from django.core.cache import cache
from django.utils import translation
from django.utils.translation import gettext_lazy

from ao.errors import AoError
from ao_dashboard.words import told

SHOWN = 120
"""Seconds for which the site's page tells what an action has ended in that went on."""

BROKEN_OFF = gettext_lazy(
    "An action has broken off by an error of the panel, which is in the log of the dashboard. "
    "Nothing is undone: this page shows what is."
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Told:
    """A text that the user is told of an action, in the user's language."""

    level: int
    """Its level, of those of `django.contrib.messages`."""
    text: str

    @property
    def kind(self) -> str:
        """Word of the level, as Bootstrap's alerts have it."""
        word = str(messages.DEFAULT_TAGS[self.level])
        return {"error": "danger"}.get(word, word)


Texts = tuple[Told, ...]


@dataclass(frozen=True)
class Teller:
    """Whom an action is done for, and at which site: it finds there what has become of it."""

    project_id: str
    user_id: str
    site: str

    @property
    def _key(self) -> str:
        return f"ao-ended-{self.project_id}-{self.user_id}-{self.site}"

    def keep(self, texts: Texts) -> None:
        """Keep what an action that went on has ended in, for the pages of its user."""
        cache.set(self._key, texts, SHOWN)

    def recall(self) -> Texts:
        """Return what the last action that went on has ended in; nothing after SHOWN seconds."""
        found: Texts = cache.get(self._key, ())
        return found


def within(seconds: float, act: Callable[[], Texts], teller: Teller) -> Texts | None:
    """Return what the user is told of an action; None if it has not ended within some seconds.

    It goes on then, and the process waits for it when it is stopped. What it ends in, `teller`
    keeps. Raises what `act` raises within that time.
    """
    language = translation.get_language()
    # What the user's last action has ended in is no answer to this one.
    teller.keep(())

    def acting() -> Texts:
        with translation.override(language):
            return act()

    def late(ended: Future[Texts]) -> None:
        with translation.override(language):
            match ended.exception():
                case None:
                    texts = ended.result()
                case AoError() as error:
                    log.warning("An action on site %s failed: %s", teller.site, error)
                    texts = (Told(messages.ERROR, told(error)),)
                case error:
                    log.error("An action on site %s broke off", teller.site, exc_info=error)
                    texts = (Told(messages.ERROR, str(BROKEN_OFF)),)
            teller.keep(texts)

    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="action")
    ended = pool.submit(acting)
    pool.shutdown(wait=False)
    wait((ended,), timeout=seconds)
    if ended.done():
        return ended.result()
    ended.add_done_callback(late)
    return None
