"""File descriptors: how many connections this process may hold."""

from __future__ import annotations

import resource

_OWN = 64
"""Descriptors that the process needs beside its connections."""


def room(wanted: int) -> int:
    """Connections that the process may hold, at most as many as wanted.

    Raises the process's own limit as far as the system lets it.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted + _OWN:
        soft = wanted + _OWN if hard == resource.RLIM_INFINITY else min(wanted + _OWN, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else min(wanted, soft - _OWN)
