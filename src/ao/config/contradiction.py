"""Contradictions of the site file, and what Octavia takes of a health check."""

from __future__ import annotations

from dataclasses import dataclass

from ao.config.yaml_file import KeyPath

LONGEST_PATH = 255
"""Characters of a path that Octavia keeps (octavia/db/models.py: HealthMonitor)."""
HTTP_CHECKS = frozenset({"HTTP", "HTTPS"})
"""Types of health checks that ask for a path."""
_CHARACTER = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})"
URL_PATH = rf"/{_CHARACTER}*(?:[?#]\S*)?"
"""A path of RFC 3986, and anything but blanks after it: what Octavia takes, which looks at no query
(octavia/common/validate.py: url_path)."""


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """A value of the site file that another one of it, or its load balancer, rules out."""

    key: KeyPath
    """Way to the value, from the top of the file."""
    what: str
    """Why it cannot be, and what to write."""
