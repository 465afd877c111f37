"""Holder of a lock, as the description of the lock's port tells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Self

from annotated_types import Interval
from pydantic import TypeAdapter, ValidationError

from ao import cloud
from ao.lock import process_mark
from ao.message import joined, message
from ao.redaction import redact
from ao.text_format import NewerFormat, newer_format
from ao.untrusted.bounds import YEAR
from ao.untrusted.texts import Line, line

FORMAT = 1
"""Format of the descriptions that are written, and the highest one that is read."""
LEASE = 120.0
"""Seconds that a lock lasts after its last renewal."""
LONGEST = YEAR
"""Seconds that a lock by hand lasts at most."""
LIMIT = 255
"""Characters of a description (neutron_lib/db/constants.py: DESCRIPTION_FIELD_SIZE)."""
LAST = datetime.max.replace(tzinfo=UTC, microsecond=0).timestamp()
"""The last moment that can be written, in seconds since 1970."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a holder says of itself.

    Anybody with a role in the project may have written what is read of one.
    """

    who: Line
    """Name of the OpenStack user."""
    host: Line
    """Name of the machine."""
    purpose: Line
    """What it holds the lock for, for example `release 2.0`."""
    lease: Annotated[float, Interval(ge=0, le=LONGEST)] = LEASE
    """Seconds that the lock lasts after it was last written."""
    process: Line = ""
    """Mark of the process, and what tells its locks apart; empty for a lock by hand."""
    url: Line = ""
    """Where the build that it is part of is seen."""
    release: Line | None = None
    """Version of the release that it is at work on, empty for the one that is open; None of
    anything else, and of a claim of Ao 0.1.0, which has no such key."""

    def text(self, now: float) -> str:
        """Return the description of a lock that is written now; secrets are masked, long texts cut.

        Its `until` is for people, and by the holder's clock.
        """
        told: dict[str, object] = {
            "format": FORMAT,
            "until": moment(now + self.lease),
            "process": self.process,
        }
        # There is little room: what a reader takes for granted stays away, for the URL's sake.
        if self.lease != LEASE:
            told["lease"] = round(self.lease)
        if self.release is not None:
            told["release"] = self.release
        texts = {
            "who": self.who,
            "host": self.host,
            "purpose": redact(self.purpose),
            "url": redact(self.url),
        }
        for key in reversed(texts):
            surplus = len(_json(texts | told)) - LIMIT
            if surplus > 0:
                texts[key] = texts[key][: max(0, len(texts[key]) - surplus - 1)] + "…"
        return _json(texts | told)


@cache
def _reader() -> TypeAdapter[Claim]:
    return TypeAdapter(Claim)


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who holds a lock, and for how long."""

    lock: cloud.Lock
    claim: Claim | None
    """What it says of itself; None when that cannot be read, or breaks the rules of a claim."""
    newer: NewerFormat | None = None
    """The format of its description, if that is a newer one.

    A newer format adds to a claim and keeps what this one has, so that it locks all the same.
    """

    @classmethod
    def of(cls, lock: cloud.Lock) -> Self:
        """Return the holder of a lock, as the lock's description tells."""
        newer = newer_format(lock.description, FORMAT)
        try:
            claim = _reader().validate_json(lock.description)
        except ValidationError:
            claim = None
        return cls(lock=lock, claim=claim, newer=newer)

    @property
    def until(self) -> float:
        """Moment at which the lock ends unless renewed: seconds since 1970 by Neutron's clock.

        One that cannot be read ends a lease after it was created, and as late as any may if its
        format is newer. A process renews its lock, so that of one ends a lease after it was
        written, whatever it says.
        """
        if self.claim is None:
            newer = self.newer is not None
            return self.lock.written + LONGEST if newer else self.lock.created + LEASE
        longest = self.claim.lease if self.by_hand else LEASE
        return self.lock.written + min(self.claim.lease, longest)

    @property
    def by_hand(self) -> bool:
        """Whether somebody holds the lock by hand, with no process that renews it."""
        return self.claim is not None and not self.claim.process

    @property
    def over(self) -> str:
        """Why the lock counts no more; empty while it counts."""
        if self.lock.read >= self.until:
            return message("it ended at %(moment)s", moment=moment(self.until))
        if self.claim is not None and process_mark.ended(self.claim.process.rpartition(".")[0]):
            return message("its process on %(host)s has ended", host=self.claim.host)
        return ""

    def is_claim(self, claim: Claim) -> bool:
        """Return whether a claim made this lock, and nobody wrote it in a newer format since."""
        return (
            self.newer is None
            and self.claim is not None
            and self.claim.process == claim.process != ""
        )

    def __str__(self) -> str:
        if self.newer:
            return message("%(holder)s; the lock %(why)s", holder=self._told(), why=self.newer)
        return self._told()

    def _told(self) -> str:
        times = message(
            "since %(since)s until %(until)s",
            since=moment(self.lock.created),
            until=moment(self.until),
        )
        if self.claim is None:
            return message(
                "somebody (%(name)s, port %(port)s), %(times)s",
                name=line(self.lock.name),
                port=self.lock.id,
                times=times,
            )
        purpose = (
            message("%(purpose)s, by hand", purpose=self.claim.purpose)
            if self.by_hand
            else self.claim.purpose
        )
        claimed = message(
            "%(who)s on %(host)s (%(purpose)s), %(times)s",
            who=self.claim.who,
            host=self.claim.host,
            purpose=purpose,
            times=times,
        )
        return joined(", ", [claimed, self.claim.url]) if self.claim.url else claimed


def _json(told: Mapping[str, object]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def moment(seconds: float) -> str:
    """Write a moment, in seconds since 1970, as ISO 8601 in UTC; a later one than LAST as LAST."""
    within = min(max(seconds, 0.0), LAST)
    return datetime.fromtimestamp(within, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
