"""The L7 policy by which a listener leads its users elsewhere, and whom it lets pass. Pure."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace

from ao.cloud import L7Policy, L7Rule
from ao.plan import preview_key

NAME = "ao-maintenance"
"""Name of the L7 policies by which users are led elsewhere: others are not Ao's to take away."""
PREVIEWS = "ao-preview-"
"""How the names of those begin that lead to one system whoever knows a secret."""
HEADER = preview_key.HEADER
"""Header of the requests that pass."""
PASS = "ao-pass-"
"""How the secret begins that such a request has, by which `ao.redaction` knows it."""


def new_pass() -> str:
    """Return a secret by which requests pass, of 128 bits."""
    return f"{PASS}{secrets.token_hex(16)}"


def is_pass(rule: L7Rule) -> bool:
    """Return whether a rule lets requests pass that have Ao's secret."""
    return (
        (rule.type, rule.compare, rule.invert) == ("HEADER", "EQUAL_TO", True)
        and (rule.key or "").lower() == HEADER.lower()
        and rule.value.startswith(PASS)
        and rule.value.isascii()
        and rule.value.replace("-", "").isalnum()
    )


def rules(passing: str, policies: Iterable[L7Policy]) -> tuple[L7Rule, ...]:
    """Return the rules of a policy that leads elsewhere all but whoever may pass.

    Requests pass that have the secret, and those that the policies of previews lead: a redirect
    comes before a choice of the pool, wherever the policies stand (Octavia's l7.rst).
    """
    keys = [
        rule
        for it in policies
        if it.name.startswith(PREVIEWS)
        for rule in it.rules
        if rule.is_secret and not rule.invert
    ]
    own = L7Rule(type="HEADER", compare="EQUAL_TO", key=HEADER, value=passing, invert=True)
    return (
        own,
        *dict.fromkeys(replace(it, invert=True) for it in keys),
        L7Rule(type="PATH", compare="STARTS_WITH", value="/"),
    )


def letting_pass(policies: tuple[L7Policy, ...]) -> L7Policy | None:
    """Return the policy of a listener's maintenance with the rules that it is to have now.

    None where no maintenance is on. Whoever had the secret to pass it has it still.
    """
    found = next((it for it in policies if it.name == NAME and it.acts), None)
    if found is None:
        return None
    passing = next((it.value for it in found.rules if is_pass(it)), None)
    return replace(
        found,
        id="",
        position=None,
        rules=rules(passing or new_pass(), policies),
        enabled=False,
    )


def holds_back(policies: tuple[L7Policy, ...]) -> bool:
    """Return whether a listener's maintenance does not let those pass whom its previews lead.

    One that was made in place of another may not have taken that away yet.
    """
    on = [it for it in policies if it.name == NAME and it.acts]
    wanted = letting_pass(policies)
    return wanted is not None and not all(
        frozenset(wanted.rules) <= frozenset(it.rules) for it in on
    )


def leads(found: L7Policy, wanted: L7Policy) -> bool:
    """Return whether a policy does what one that is wanted does, once it is on.

    Octavia tells rules in an order of its own, and one twice whose answer was lost.
    """
    like = replace(wanted, id=found.id, position=found.position, rules=found.rules)
    return (
        found.acts
        and frozenset(found.rules) == frozenset(wanted.rules)
        and replace(found, enabled=False) == replace(like, enabled=False)
    )
