"""How long a certificate is valid yet."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao.x509.certificate import Certificate
from ao.x509.validity import Validity
from tests.unit.x509.issuing import DAY, NOW

WARN = 30 * DAY.total_seconds()


def validity(left: timedelta, warn: float | None = WARN) -> Validity:
    """That of a certificate that has so long left."""
    certificate = Certificate(
        subject="",
        issuer="",
        names=(),
        not_before=NOW,
        not_after=NOW + left,
        fingerprint="",
        serial=1,
        der=b"",
    )
    return Validity(certificate=certificate, at=NOW, warn=warn)


@pytest.mark.parametrize(
    ("left", "ended", "soon", "days"),
    [
        (31 * DAY, False, False, 31),
        (30 * DAY, False, False, 30),
        (30 * DAY - timedelta(seconds=1), False, True, 29),
        (timedelta(hours=1), False, True, 0),
        # Its last moment belongs to it (RFC 5280, 4.1.2.5).
        (timedelta(0), False, True, 0),
        (timedelta(seconds=-1), True, False, -1),
        (-3 * DAY, True, False, -3),
    ],
)
def test_a_certificate_is_valid_then_ends_soon_then_has_ended(
    left: timedelta, ended: bool, soon: bool, days: int
) -> None:
    found = validity(left)
    assert (found.has_ended, found.ends_soon, found.days) == (ended, soon, days)


def test_who_wants_no_warning_gets_none() -> None:
    assert not validity(timedelta(hours=1), warn=None).ends_soon


@given(st.integers(-(10**6), 10**6), st.none() | st.floats(0, 10**9))
def test_none_has_ended_and_ends_soon(seconds: int, warn: float | None) -> None:
    found = validity(timedelta(seconds=seconds), warn)
    assert not (found.has_ended and found.ends_soon)
    assert found.has_ended == (found.days < 0)
