"""A certificate with its key and chain, checked before a load balancer gets it."""

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    pkcs12,
)
from hypothesis import given
from hypothesis import strategies as st

from ao.x509.bundle import Bundle
from ao.x509.certificate import LARGEST, Unusable
from tests.unit.x509.issuing import DAY, NOW, Issued, authority, self_signed, written

BETWEEN = authority().sign(subject="between", ca=True)
SITE = BETWEEN.sign("shop.example", subject="shop")
RSA = rsa.generate_private_key(65537, 2048)


def read(
    certificate: bytes = SITE.pem, key: bytes = SITE.key_pem, chain: bytes | None = None
) -> Bundle:
    return Bundle.read(certificate, key, chain)


def refused(
    certificate: bytes = SITE.pem, key: bytes = SITE.key_pem, chain: bytes | None = None
) -> Unusable:
    with pytest.raises(Unusable) as told:
        read(certificate, key, chain)
    return told.value


@pytest.mark.parametrize(
    ("certificate", "chain", "signers"),
    [
        (SITE.pem, None, []),
        (SITE.pem, BETWEEN.pem, ["CN=between"]),
        (SITE.pem + BETWEEN.pem, None, ["CN=between"]),
        (SITE.pem + BETWEEN.pem + authority().pem, None, ["CN=between", "CN=authority"]),
        (SITE.pem, BETWEEN.pem + authority().pem, ["CN=between", "CN=authority"]),
        (SITE.pem + BETWEEN.pem, authority().pem, ["CN=between", "CN=authority"]),
        # As Let's Encrypt's fullchain.pem is.
        (SITE.pem, SITE.pem + BETWEEN.pem, ["CN=between"]),
    ],
)
def test_a_chain_stands_in_a_file_of_its_own_or_after_the_certificate(
    certificate: bytes, chain: bytes | None, signers: list[str]
) -> None:
    found = read(certificate, chain=chain)
    assert found.certificate.subject == "CN=shop"
    assert [it.subject for it in found.chain] == signers


@pytest.mark.parametrize("chain", [None, BETWEEN.pem + authority().pem])
def test_octavia_reads_what_is_written(chain: bytes | None) -> None:
    """As octavia/certificates/common/pkcs12.py: PKCS12Cert does."""
    whole = read(chain=chain)
    found = pkcs12.load_pkcs12(whole.pkcs12(), None)
    assert found.cert is not None
    assert found.cert.certificate == SITE.certificate
    assert found.key is not None
    assert written(found.key, traditional=True) == written(SITE.key, traditional=True)
    told = [it.certificate.public_bytes(Encoding.PEM) for it in found.additional_certs]
    assert b"".join(told) == (chain or b"")
    assert Bundle.read_pkcs12(whole.pkcs12()) == whole


@pytest.mark.parametrize(
    "key",
    [
        written(RSA),
        written(RSA, traditional=True),
        b"Bag Attributes\n  friendlyName: shop\n" + written(RSA) + b"\n",
        self_signed().pem + written(RSA),
    ],
)
def test_a_key_may_be_written_in_any_of_openssl_s_forms(key: bytes) -> None:
    read(self_signed("shop.example", key=RSA).pem, key)


def test_an_ecdsa_key_may_follow_its_parameters() -> None:
    parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    read(key=parameters + written(SITE.key, traditional=True))


@pytest.mark.parametrize("traditional", [False, True])
def test_an_encrypted_key_is_told_with_the_way_out(traditional: bool) -> None:
    told = refused(key=written(SITE.key, "hush", traditional))
    assert "encrypted" in str(told)
    assert "openssl pkey" in str(told)
    assert told.part == "key"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (b"", "no private key in PEM"),
        (b"\x30\x82", "no private key in PEM"),
        (SITE.pem, "no private key in PEM"),
        (SITE.key_pem * 2, "2 private keys"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "cannot be read"),
        (written(ed25519.Ed25519PrivateKey.generate()), "neither an RSA nor an ECDSA"),
        (written(dsa.generate_private_key(1024)), "neither an RSA nor an ECDSA"),
        (written(rsa.generate_private_key(65537, 1024)), "1024 bits"),
        (written(ec.generate_private_key(ec.SECP256K1())), "secp256k1"),
        (self_signed().key_pem, "not that of the certificate of CN=shop"),
        (b"x" * (LARGEST + 1), "more than 64 KiB"),
    ],
)
def test_a_key_that_cannot_be_used_is_told(key: bytes, words: str) -> None:
    told = refused(key=key)
    assert words in str(told)
    assert told.part == "key"


def test_certificates_out_of_order_are_told() -> None:
    assert "out of order" in str(refused(BETWEEN.pem + SITE.pem))
    told = refused(SITE.pem + authority().pem + BETWEEN.pem)
    assert "CN=shop is not signed by the one that follows it, of CN=authority" in str(told)
    assert told.part == "certificate"


def test_a_link_that_is_left_out_is_told() -> None:
    told = refused(chain=authority().pem)
    assert "but by CN=between" in str(told)
    assert told.part == "chain"


def test_a_chain_that_is_none_is_told_as_one() -> None:
    assert refused(chain=b"").part == "chain"


@pytest.mark.parametrize(
    ("site", "words"),
    [
        (self_signed(begin=NOW - 9 * DAY, end=NOW - DAY), "has expired"),
        (self_signed(begin=NOW + DAY, end=NOW + 9 * DAY), "is not valid before"),
    ],
)
def test_a_certificate_that_is_not_valid_now_is_told(site: Issued, words: str) -> None:
    assert words in str(refused(site.pem, site.key_pem))
    Bundle.read_pem(site.pem, site.key_pem)


def test_a_chain_that_has_expired_is_told() -> None:
    old = authority().sign(subject="old", begin=NOW - 9 * DAY, end=NOW - DAY, ca=True)
    site = old.sign("shop.example")
    told = refused(site.pem, site.key_pem, old.pem)
    assert "CN=old has expired" in str(told)
    assert told.part == "chain"
    assert refused(site.pem + old.pem, site.key_pem).part == "certificate"


def test_the_moment_may_be_another() -> None:
    assert Bundle.read(SITE.pem, SITE.key_pem, None, at=NOW + 89 * DAY)
    with pytest.raises(Unusable, match="expired"):
        Bundle.read(SITE.pem, SITE.key_pem, None, at=NOW + 91 * DAY)


def test_nothing_shows_a_key() -> None:
    whole = read()
    secret = f"{SITE.key.private_numbers().private_value:x}"  # type: ignore[union-attr]
    for text in (repr(whole), str(whole), repr(vars(whole)["certificate"])):
        assert "PRIVATE" not in text
        assert secret not in text
    body = SITE.key_pem.decode().split("\n")[1]
    spoilt = SITE.key_pem.replace(b"M", b"!", 1)
    told = refused(key=spoilt)
    chain: BaseException | None = told
    while chain is not None:
        assert body[8:] not in repr(chain) + str(chain)
        chain = chain.__cause__


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no PKCS12 without a password"),
        (
            pkcs12.serialize_key_and_certificates(
                None, SITE.key, SITE.certificate, None, BestAvailableEncryption(b"hush")
            ),
            "no PKCS12 without a password",
        ),
        (
            pkcs12.serialize_key_and_certificates(
                None, None, SITE.certificate, None, NoEncryption()
            ),
            "lacks",
        ),
        (b"x" * (LARGEST + 1), "more than 64 KiB"),
    ],
)
def test_what_octavia_cannot_read_is_no_bundle(data: bytes, words: str) -> None:
    with pytest.raises(Unusable, match=words):
        Bundle.read_pkcs12(data)


@given(certificate=st.binary(max_size=200), key=st.binary(max_size=200))
def test_any_files_are_read_or_refused(certificate: bytes, key: bytes) -> None:
    with pytest.raises(Unusable):
        Bundle.read(certificate, SITE.key_pem, None)
    with pytest.raises(Unusable):
        Bundle.read(SITE.pem, key, None)
    with pytest.raises(Unusable):
        Bundle.read(SITE.pem, SITE.key_pem, certificate)


@given(at=st.integers(min_value=0), new=st.integers(min_value=0, max_value=255))
def test_a_pkcs12_with_a_wrong_byte_is_read_or_refused(at: int, new: int) -> None:
    data = bytearray(read().pkcs12())
    data[at % len(data)] = new
    with suppress(Unusable):
        Bundle.read_pkcs12(bytes(data)).pkcs12()
