"""Calls of the same releases by the version before they were made fewer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from benchmarks.calls.count import BEGIN, BETWEEN, Counts

COMMIT = "a653deb"
"""The commit that these were counted at, on 29 November 2026."""

HEAT, TEXTS, OFFERS = "Heat", "Heat's texts", "offers, quotas"


def _counts(steps: Mapping[str, Mapping[str, int]]) -> Counts:
    return Counter({(step, service): n for step, of in steps.items() for service, n in of.items()})


BEFORE: Mapping[str, Counts] = {
    "pool, haproxy": _counts(
        {
            BEGIN: {HEAT: 14, TEXTS: 8, "Neutron": 4, "Octavia": 12, "Nova": 3},
            "deploy": {HEAT: 37, TEXTS: 4, "Neutron": 5, "Octavia": 20, "Nova": 5, OFFERS: 9},
            "switch": {HEAT: 32, TEXTS: 3, "Neutron": 10, "Octavia": 46, "Nova": 8},
            "watch": {TEXTS: 201, "Octavia": 121},
            BETWEEN: {HEAT: 28, TEXTS: 11, "Neutron": 8, "Octavia": 28, "Nova": 7},
        }
    ),
    "address, ovn": _counts(
        {
            BEGIN: {HEAT: 14, TEXTS: 8, "Neutron": 4, "Octavia": 9, "Nova": 3},
            "deploy": {HEAT: 36, TEXTS: 4, "Neutron": 5, "Octavia": 15, "Nova": 5, OFFERS: 9},
            "switch": {HEAT: 36, TEXTS: 3, "Neutron": 16, "Octavia": 27, "Nova": 9},
            "watch": {TEXTS: 201, "Octavia": 121},
            BETWEEN: {HEAT: 28, TEXTS: 11, "Neutron": 8, "Octavia": 21, "Nova": 7},
        }
    ),
    "address, haproxy": _counts(
        {
            BEGIN: {HEAT: 14, TEXTS: 8, "Neutron": 4, "Octavia": 9, "Nova": 3},
            "deploy": {HEAT: 36, TEXTS: 4, "Neutron": 5, "Octavia": 15, "Nova": 5, OFFERS: 9},
            "switch": {HEAT: 36, TEXTS: 3, "Neutron": 17, "Octavia": 45, "Nova": 9},
            "watch": {TEXTS: 201, "Octavia": 121},
            BETWEEN: {HEAT: 28, TEXTS: 11, "Neutron": 8, "Octavia": 21, "Nova": 7},
        }
    ),
}
"""Counts of each case, with a decision window of ten minutes."""
