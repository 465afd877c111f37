"""What is read of a certificate."""

import warnings
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from ao.x509.bundle import Bundle
from ao.x509.certificate import LARGEST, MOST, Certificate, Unusable
from tests.unit.x509.issuing import DAY, NOW, authority, self_signed

LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)


def of(*names: str, **given: object) -> Certificate:
    """A certificate for these names, as it is read."""
    (found,) = Certificate.from_pem(self_signed(*names, **given).pem)  # type: ignore[arg-type]
    return found


def named(*names: str) -> Certificate:
    """A certificate that tells these names."""
    return Certificate(
        subject="",
        issuer="",
        names=names,
        not_before=NOW,
        not_after=NOW,
        fingerprint="",
        serial=1,
        der=b"",
    )


def test_a_certificate_tells_whose_it_is_for_what_and_how_long() -> None:
    issued = authority().sign("shop.example", "192.0.2.7", subject="shop")
    (found,) = Certificate.from_pem(issued.pem)
    assert (found.subject, found.issuer) == ("CN=shop", "CN=authority")
    assert found.names == ("shop.example", "192.0.2.7")
    assert (found.not_before, found.not_after) == (NOW - DAY, NOW + 90 * DAY)
    assert len(found.fingerprint) == 64
    assert found.serial == issued.certificate.serial_number
    assert Certificate.from_der(issued.certificate.public_bytes(Encoding.DER)) == found
    assert found.pem.encode() == issued.pem


def test_a_text_may_hold_several_certificates_among_other_words() -> None:
    issued = authority().sign("shop.example")
    text = b"subject=shop\n" + issued.pem + b"\n# next\n" + authority().pem
    assert [it.subject for it in Certificate.from_pem(text)] == ["CN=site", "CN=authority"]


@pytest.mark.parametrize(
    ("names", "host", "covered"),
    [
        (("shop.example",), "shop.example", True),
        (("shop.example",), "SHOP.example.", True),
        (("shop.example",), "www.shop.example", False),
        (("shop.example",), "xshop.example", False),
        (("*.shop.example",), "www.shop.example", True),
        (("*.shop.example",), "shop.example", False),
        (("*.shop.example",), "a.b.shop.example", False),
        (("*.shop.example",), ".shop.example", False),
        (("w*.shop.example",), "www.shop.example", False),
        (("www.*.example",), "www.shop.example", False),
        (("*.example",), "shop.example", False),
        (("*",), "shop", False),
        (("xn--hq1bm8jm9l.example",), "도메인.example", True),
        (("xn--hq1bm8jm9l.example",), "ドメイン.example", False),
        (("xn--eckwd4c7c.example",), "ドメイン.example", True),
        (("192.0.2.7",), "192.0.2.7", True),
        (("192.0.2.7",), "192.0.2.8", False),
        (("*.0.2.7",), "192.0.2.7", False),
        (("2001:db8::7",), "2001:0db8:0:0::7", True),
        (("2001:db8::7",), "[2001:db8::7]", True),
        ((), "shop.example", False),
        (("",), "", False),
    ],
)
def test_a_certificate_is_for_its_names_and_those_of_its_wildcards(
    names: tuple[str, ...], host: str, covered: bool
) -> None:
    assert named(*names).covers(host) is covered


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        (("api.example", "shop.example"), "shop.example"),
        (("*.example.org", "api.example"), "www.example.org"),
        (("192.0.2.7", "api.example"), "api.example"),
        (("192.0.2.7", "*"), None),
        ((), None),
    ],
)
def test_it_is_asked_for_by_the_host_or_by_a_name_of_its_own(
    names: tuple[str, ...], asked: str | None
) -> None:
    assert named(*names).name_for("shop.example") == asked


@given(st.lists(LABEL, max_size=3), st.text(max_size=20))
def test_a_name_that_it_is_asked_for_by_is_one_that_it_is_for(names: list[str], host: str) -> None:
    certificate = named(*(f"{it}.example.org" for it in names), *names)
    asked = certificate.name_for(host)
    assert asked is None or certificate.covers(asked)


@given(first=LABEL, rest=st.lists(LABEL, min_size=2, max_size=4))
def test_a_wildcard_stands_for_any_first_label(first: str, rest: list[str]) -> None:
    above = ".".join(rest)
    wild = named(f"*.{above}")
    assert wild.covers(f"{first}.{above}")
    assert not wild.covers(above)
    assert not wild.covers(f"{first}.{first}.{above}")


@given(host=st.text(max_size=300))
def test_any_text_may_be_asked_for(host: str) -> None:
    assert not named("shop.example.invalid").covers(host)


def test_the_common_name_counts_for_nothing() -> None:
    assert not of(subject="shop.example").covers("shop.example")


def test_a_certificate_is_valid_from_its_begin_to_its_end() -> None:
    found = of("shop.example")
    second = timedelta(seconds=1)
    assert found.valid_at(found.not_before)
    assert found.valid_at(found.not_after)
    assert not found.valid_at(found.not_before - second)
    assert not found.valid_at(found.not_after + second)


def test_a_certificate_knows_who_has_signed_it() -> None:
    (root,), (other,) = (Certificate.from_pem(it.pem) for it in (authority(), authority("another")))
    (own,) = Certificate.from_pem(authority().sign("shop.example").pem)
    assert own.is_issued_by(root)
    assert not own.is_issued_by(other)
    assert not root.is_issued_by(own)


def test_an_authority_of_the_same_name_has_not_signed_it() -> None:
    (impostor,) = Certificate.from_pem(self_signed(subject="authority", ca=True).pem)
    (own,) = Certificate.from_pem(authority().sign("shop.example").pem)
    assert not own.is_issued_by(impostor)


def test_what_an_issuer_wrote_is_safe_to_print_and_short() -> None:
    found = of("\x1b[2j.example", subject="\x1b[2J" + "x" * 60)
    assert "\x1b" not in found.subject + "".join(found.names)
    assert len(of(*(f"{n}.example" for n in range(400))).names) == 200


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "no certificate in PEM"),
        (b"\x30\x82\x01\x00", "no certificate in PEM"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "cannot be read"),
        (b"-----BEGIN CERTIFICATE-----\n\xff\n-----END CERTIFICATE-----", "cannot be read"),
        (b"x" * (LARGEST + 1), "more than 64 KiB"),
    ],
)
def test_what_is_no_certificate_is_told(text: bytes, told: str) -> None:
    with pytest.raises(Unusable, match=told):
        Certificate.from_pem(text)


def test_a_text_holds_so_many_certificates_at_most() -> None:
    pem = self_signed("shop.example").pem
    assert len(Certificate.from_pem(pem * MOST)) == MOST
    with pytest.raises(Unusable, match="more than 16 certificates"):
        Certificate.from_pem(pem * (MOST + 1))


@given(data=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(Unusable):
        Certificate.from_der(data)


@given(at=st.integers(min_value=0), new=st.integers(min_value=0, max_value=255))
def test_a_certificate_with_a_wrong_byte_is_read_or_refused(at: int, new: int) -> None:
    data = bytearray(authority().certificate.public_bytes(Encoding.DER))
    data[at % len(data)] = new
    with warnings.catch_warnings(action="error"):
        try:
            found = Certificate.from_der(bytes(data))
        except Unusable:
            return
        found.covers("shop.example")
        found.is_issued_by(found)


def test_nothing_is_said_of_what_is_odd_in_a_certificate(recwarn: pytest.WarningsRecorder) -> None:
    issued = self_signed("shop.example")
    der = bytearray(issued.certificate.public_bytes(Encoding.DER))
    serial = issued.certificate.serial_number
    at = der.index(serial.to_bytes((serial.bit_length() + 7) // 8))
    der[at] |= 0x80  # It is negative then, which no certificate's may be.
    found = Certificate.from_der(bytes(der))
    assert found.serial < 0
    assert not found.is_issued_by(found)
    odd = found.pem.encode()
    assert Bundle.read_pem(odd, issued.key_pem).pkcs12()
    assert not recwarn.list
