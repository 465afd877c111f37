"""Debian's packages, installed without starting Debian's services."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from box.steps import Step

PYTHON = ("python3-venv",)
"""What makes the first virtual environment."""

SERVICES = (
    # Nova makes config drives with it.
    "genisoimage",
    "haproxy",
    "iproute2",
    "libvirt-daemon",
    "libvirt-daemon-driver-qemu",
    "libvirt-daemon-system",
    "libvirt-daemon-system-sysv",
    "mariadb-server",
    "memcached",
    "mount",
    "prometheus",
    "python3-libvirt",
    "qemu-system-x86",
    "qemu-utils",
    "rabbitmq-server",
)
"""What the box runs from Debian, and the two libraries that Python cannot bring along."""

POLICY = Path("/usr/sbin/policy-rc.d")
"""Debian asks it before a package's script starts a service: 101 forbids that."""


def install(step: Step, packages: tuple[str, ...]) -> None:
    """Install those of `packages` that are missing."""
    missing = [package for package in packages if not _is_installed(package)]
    if not missing:
        return
    apt = ("apt-get", "-o", "DPkg::Lock::Timeout=600")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    step.run(*apt, "update", "-q", environment=environment)
    with _no_service_started():
        step.run(
            *apt, "install", "-yq", "--no-install-recommends", *missing, environment=environment
        )


def _is_installed(package: str) -> bool:
    query = ("dpkg-query", "--show", "--showformat=${db:Status-Status}", package)
    result = subprocess.run(query, capture_output=True, text=True, check=False)
    return result.stdout == "installed"


@contextmanager
def _no_service_started() -> Iterator[None]:
    """Forbid services to start, and put the machine's own policy back as it was."""
    saved = POLICY.with_name("policy-rc.d.ao-box")
    if POLICY.exists() and not saved.exists():
        POLICY.rename(saved)
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()
        if saved.exists():
            saved.rename(POLICY)
