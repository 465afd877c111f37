"""The lock of a site: one operation at a time, from whichever machine."""

from ao.lock.errors import Locked, LockLost, NoLock
from ao.lock.holder import LEASE, LONGEST, Claim, Holder
from ao.lock.lease import AcquiredLock
from ao.lock.lock import (
    WITHIN,
    acquire,
    acquire_by_hand,
    build_url,
    holder,
    holder_by,
    list_holders,
    mark,
    refusal,
    release,
)

__all__ = [
    "LEASE",
    "LONGEST",
    "WITHIN",
    "AcquiredLock",
    "Claim",
    "Holder",
    "LockLost",
    "Locked",
    "NoLock",
    "acquire",
    "acquire_by_hand",
    "build_url",
    "holder",
    "holder_by",
    "list_holders",
    "mark",
    "refusal",
    "release",
]
