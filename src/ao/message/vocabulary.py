"""Words of Ao that people read by themselves, and that the catalogues of translations have."""

from __future__ import annotations

from ao.message.template import Message

WORDS = frozenset(
    {
        # Colours
        "blue",
        "green",
        # What is done to a site
        "release",
        "deploy",
        "switch",
        "scale",
        "renew",
        "preview",
        "maintenance on",
        "maintenance off",
        "up",
        "down",
        "abort",
        "lock",
        "unlock",
        # What else its journal tells
        "at work",
        "pause",
        "resume",
        "approve",
        "override",
        "take-over",
        "note",
        "names no release",
        # Stages of a release
        "check",
        "match",
        "logout",
        "watch",
        "retire",
        "switch back",
        # What acts and stages end in, and where they stand
        "released",
        "done",
        "left to Heat",
        "rolled back",
        "check failed",
        "aborted",
        "failed",
        "broken off",
        "skipped",
        "waiting",
        "waits for approval",
        "paused",
        "stopped",
        "approved",
        "to do",
        # What becomes of a switch, and of connections
        "keep",
        "back",
        "past the point of no return",
        "open",
        "reset",
        "hang",
        # How requests were sent, and what became of them
        "new",
        "kept",
        "answered",
        "retried",
        "refused",
        "closed",
        "timed out",
        "wrong",
        # States of alarms (Aodh)
        "ok",
        "alarm",
        "insufficient data",
        "off",
        # Operating statuses of pool members (octavia_lib/common/constants.py)
        "ONLINE",
        "NO_MONITOR",
        "DRAINING",
        "DEGRADED",
        "OFFLINE",
        "ERROR",
        # Kinds of the journal's entries
        "begun",
        "step begun",
        "step ended",
        "checks",
        "baseline",
        "migration",
        "asked",
        "end",
        # Whether a version changes the database one-way
        "one-way",
        "way back",
        "not known",
        # What an entry of the journal tells
        "ID of a release",
        "act",
        "answer",
        "colour",
        "kind",
        "name of a site",
        "number",
        "outcome",
        "request",
        "verdict",
        "version",
    }
)


def word(text: object) -> object:
    """Return a text that is one of Ao's words as a message; anything else as it is."""
    if isinstance(text, str) and not isinstance(text, Message) and text in WORDS:
        return Message(str(text), {})
    return text
