"""The values by which requests reach the two systems on production's listener. Pure.

An L7 policy for each system leads requests that have its value in a header, or in a cookie, to its
pool. The value stands in the policy's rule and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ao.cloud import L7Policy, L7Rule
from ao.colour import Colour
from ao.site import Preview

HEADER = "X-Ao-Preview"
"""Header of a request that has the value."""
COOKIE = "ao-preview"
"""Cookie that has it."""
NAMES: Mapping[Colour, str] = {it: f"ao-preview-{it}" for it in Colour}
"""Names of the policies: another one is not Ao's to change."""
VALUE = re.compile(r"[0-9a-f]{32}")
"""What a value looks like: 128 bits that nobody guesses."""


@dataclass(frozen=True, kw_only=True)
class PreviewKey:
    """What a request has to say to reach a system on production's listener."""

    kind: Preview
    """`HEADER` or `COOKIE`."""
    value: str = field(repr=False)

    @property
    def header(self) -> tuple[str, str]:
        """Name and value of the request's header field that has it."""
        if self.kind is Preview.COOKIE:
            return "Cookie", f"{COOKIE}={self.value}"
        return HEADER, self.value

    @property
    def rule(self) -> L7Rule:
        """The rule that holds for such a request."""
        cookie = self.kind is Preview.COOKIE
        return L7Rule(
            type="COOKIE" if cookie else "HEADER",
            compare="EQUAL_TO",
            key=COOKIE if cookie else HEADER,
            value=self.value,
        )

    def policy(self, colour: Colour, pool_id: str) -> L7Policy:
        """Return the policy that leads such requests to the pool of a system."""
        return L7Policy(
            name=NAMES[colour],
            action="REDIRECT_TO_POOL",
            redirect_pool_id=pool_id,
            rules=(self.rule,),
        )


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """A policy that leads to a system, with the key that it asks for."""

    policy: L7Policy
    key: PreviewKey


def keyed(
    policies: Iterable[L7Policy], pools: Mapping[Colour, str], kind: Preview | None = None
) -> Mapping[Colour, Keyed]:
    """Return the policies among those of a listener that lead to systems, by the ID of its pool.

    The last one of each counts, which is the newest. Somebody else may have written into them:
    one whose value can be guessed is none, and of two systems with one value only the first has
    it. With `kind`, one of the other kind is none.
    """
    found: dict[Colour, Keyed] = {}
    there = tuple(policies)
    for colour, pool_id in pools.items():
        for policy in there:
            key = _key(policy, colour, pool_id)
            if key is not None and kind in (None, key.kind):
                found[colour] = Keyed(policy=policy, key=key)
    values = [it.key.value for it in found.values()]
    if len(set(values)) < len(values):
        found = dict(tuple(found.items())[:1])
    return found


def _key(policy: L7Policy, colour: Colour, pool_id: str) -> PreviewKey | None:
    """Return the key that a policy asks for; None where it does not lead to the system.

    A rule that is there twice, as where Octavia's answer was lost, changes nothing.
    """
    rules = set(policy.rules)
    if len(rules) != 1:
        return None
    (rule,) = rules
    kind = Preview.COOKIE if rule.type == "COOKIE" else Preview.HEADER
    key = PreviewKey(kind=kind, value=rule.value)
    wanted = replace(key.policy(colour, pool_id), id=policy.id, position=policy.position)
    is_whole = replace(policy, rules=(rule,)) == wanted
    return key if is_whole and VALUE.fullmatch(rule.value) else None
