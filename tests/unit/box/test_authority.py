import socket
import ssl
import subprocess
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from box.authority import Authority, Issued, make, write
from box.errors import BoxError
from box.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(root=tmp_path)
    make(home)
    return home


def served(issued: Issued, folder: Path) -> ssl.SSLContext:
    """A server's side of TLS with a certificate."""
    file = folder / "served.pem"
    file.write_text(issued.key + issued.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> None:
    """Raises SSLCertVerificationError when the client does not take the certificate."""
    ours, theirs = socket.socketpair()

    def answer() -> None:
        try:
            server.wrap_socket(theirs, server_side=True).close()
        except OSError:
            theirs.close()

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        client.wrap_socket(ours, server_hostname=name).close()
    finally:
        ours.close()
        thread.join(10)


@pytest.mark.parametrize("name", ["shop.example", "www.shop.example", "192.0.2.1"])
def test_who_trusts_the_authority_takes_its_certificates(
    home: Home, tmp_path: Path, name: str
) -> None:
    issued = Authority.of(home).issue(["shop.example", "*.shop.example", "192.0.2.1"])
    client = ssl.create_default_context(cafile=home.authority)
    client.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT

    shake_hands(served(issued, tmp_path), client, name)


@pytest.mark.parametrize("why", ["another name", "another authority", "its time is over"])
def test_a_certificate_is_not_taken_for_what_it_is_not(
    home: Home, tmp_path: Path, why: str
) -> None:
    signer = Authority.make() if why == "another authority" else Authority.of(home)
    over = timedelta(seconds=-1) if why == "its time is over" else None
    issued = signer.issue(
        ["www.example" if why == "another name" else "shop.example"], lifetime=over
    )

    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(
            served(issued, tmp_path),
            ssl.create_default_context(cafile=home.authority),
            "shop.example",
        )


def test_the_authority_is_made_once_and_for_nobody_else_to_read(home: Home) -> None:
    before = home.authority.read_bytes(), home.authority_key.read_bytes()
    make(home)

    assert (home.authority.read_bytes(), home.authority_key.read_bytes()) == before
    for path in (home.authority, home.authority_key):
        assert path.stat().st_mode & 0o777 == 0o600


def test_an_authority_that_was_only_half_made_is_made_again(home: Home) -> None:
    home.authority.unlink()
    make(home)

    authority = Authority.of(home)
    assert authority.certificate.public_key() == authority.key.public_key()


def test_all_keys_are_ecdsa_on_p_256(home: Home) -> None:
    authority = Authority.of(home)
    issued = x509.load_pem_x509_certificate(authority.issue(["shop.example"]).certificate.encode())

    for key in (authority.certificate.public_key(), issued.public_key()):
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert isinstance(key.curve, ec.SECP256R1)


def test_a_certificate_can_be_stored_as_pkcs12_without_a_passphrase(home: Home) -> None:
    issued = Authority.of(home).issue(["shop.example"])
    opened = pkcs12.load_pkcs12(issued.pkcs12("shop"), None)

    assert opened.key is not None
    assert opened.cert is not None
    assert opened.cert.certificate == x509.load_pem_x509_certificate(issued.certificate.encode())
    assert opened.cert.certificate.public_key() == opened.key.public_key()


def test_openssl_verifies_what_was_written_and_the_key_is_for_nobody_else(
    home: Home, tmp_path: Path
) -> None:
    certificate, key, authority = write(home, ["shop.example"], tmp_path / "new")

    assert key.stat().st_mode & 0o777 == 0o600
    command = ("openssl", "verify", "-x509_strict", "-CAfile", authority, certificate)
    assert subprocess.run(command, capture_output=True, check=True).stdout.endswith(b": OK\n")


def test_no_certificate_is_for_a_name_that_the_dns_cannot_have(home: Home) -> None:
    with pytest.raises(BoxError, match="xn--"):
        Authority.of(home).issue(["\u9752.example"])


def test_without_an_authority_there_are_no_certificates(tmp_path: Path) -> None:
    with pytest.raises(BoxError, match="`box up` makes it"):
        write(Home(root=tmp_path), ["shop.example"], tmp_path)


def test_a_key_is_not_shown_by_accident(home: Home) -> None:
    issued = Authority.of(home).issue(["shop.example"])

    assert "PRIVATE" not in repr(issued)
