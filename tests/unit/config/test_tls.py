"""HTTPS in the site file."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ao import config
from ao.config import stored
from ao.config.agreement import contradictions
from ao.config.authority import LONGEST, are_authorities
from ao.config.site_file import SiteFile
from ao.errors import ConfigError
from ao.http.request_options import OwnCertificate
from ao.site import Site
from ao.site.tls import CertificateFiles, ClientCertificates, Hsts, Redirect, Tls
from tests.unit.certificates import issue

SHOP = Path(__file__).parents[3] / "examples" / "shop"
HTTPS = """
host: shop.example
tls: {certificate: shop}
"""

Written = Callable[..., Site]


AUTHORITY = issue("an authority", trusted=False)
CA, KEY = AUTHORITY.certificate.decode(), AUTHORITY.key.decode()


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write the demo shop with other keys, and HTTPS, and load it."""

    def write(more: str = HTTPS, ca: str = CA) -> Site:
        text = (SHOP / "ao.yaml").read_text(encoding="utf-8").replace("haproxy", "amphora")
        lines = [it for it in text.splitlines() if not it.startswith("host:")]
        text = "\n".join(lines).replace("  provider:", "  protocol: TERMINATED_HTTPS\n  provider:")
        (tmp_path / "ao.yaml").write_text(f"{text}\n{more}", encoding="utf-8")
        (tmp_path / "authority.pem").write_text(ca, encoding="utf-8")
        shutil.copy(SHOP / "user-data.sh", tmp_path)
        return config.load(tmp_path / "ao.yaml")

    return write


def test_https_has_its_port_and_the_servers_keep_theirs(written: Written) -> None:
    balancer = written().load_balancer
    assert (balancer.protocol, balancer.port) == ("TERMINATED_HTTPS", 443)
    assert balancer.terminates
    assert balancer.is_secure


def test_a_certificate_is_named_in_one_word_by_its_name_or_by_its_files(
    written: Written, tmp_path: Path
) -> None:
    assert tls(written()).certificate == "shop"
    named = written("host: shop.example\ntls: {certificate: {name: shop}}\n")
    assert tls(named).certificate == "shop"
    files = written(
        "host: shop.example\ntls: {certificate: {certificate: a.crt, key: a.key}, sni: [b]}\n"
    )
    assert tls(files).sni == ("b",)
    assert tls(files).certificate == CertificateFiles(
        certificate=tmp_path / "a.crt", key=tmp_path / "a.key", chain=None
    )


def test_all_that_can_be_said_of_it_is_taken(written: Written) -> None:
    site = written(
        """
host: shop.example
tls:
  certificate: shop
  sni: [other]
  versions: [TLSv1.3]
  ciphers: ECDHE-ECDSA-AES128-GCM-SHA256
  alpn: [http/1.1]
  hsts: {days: 2, subdomains: true, preload: true}
  clients: {ca: partners, required: false}
  ca: authority.pem
  warn_days: 7
redirect: {http: 8000, acme_challenge: true}
"""
    )
    assert site.redirect == Redirect(port=8000, acme_challenge=True)
    assert site.tls == Tls(
        certificate="shop",
        sni=("other",),
        versions=("TLSv1.3",),
        ciphers="ECDHE-ECDSA-AES128-GCM-SHA256",
        alpn=("http/1.1",),
        hsts=Hsts(max_age=172_800, subdomains=True, preload=True),
        clients=ClientCertificates(ca="partners", crl=None, required=False),
        ca=CA,
        warn=604_800.0,
    )
    assert not tls(site).has_http2


def test_http2_is_offered_unless_others_are_named(written: Written) -> None:
    assert tls(written()).has_http2


def tls(site: Site) -> Tls:
    assert site.tls is not None
    return site.tls


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (
            "certificate: {certificate: a.crt}",
            "files are two: write `certificate` and its `key`, for example "
            "`{certificate: shop.crt, key: shop.key}`",
        ),
        (
            "certificate: {certificate: a.crt, keys: a.key}",
            "keys: unknown key; did you mean `key`?",
        ),
        ("{certificate: a, sni: [{nam: b}]}", "nam: unknown key; did you mean `name`?"),
        ("{certificate: a, chain: b}", "unknown key here; indent it below `certificate`"),
        ("certificate: {name: a, key: b}", "give a name, or the files; one of the two"),
        ("certificate: ''", "tls.certificate.name"),
        ("certificate: [a]", "tls.certificate"),
        ('certificate: "a\\u001b[31m"', "tls.certificate.name"),
        ("{certificate: a, versions: [TLSv1.4]}", "tls.versions.0"),
        ("{certificate: a, versions: [TLSv1.2, TLSv1.2]}", "one of them is there twice"),
        ("{certificate: a, sni: [b, b]}", "one of them is there twice"),
        ("{certificate: a, alpn: [h3]}", "tls.alpn.0"),
        ('{certificate: a, ciphers: "a b"}', "tls.ciphers"),
        ("{certificate: a, ciphers: FOO-BAR}", "OpenSSL knows no cipher of that list"),
        ("{certificate: a, ciphers: TLS_AES_128_GCM_SHA256}", "`openssl ciphers -s -tls1_2` lists"),
        ("{certificate: a, hsts: true}", "not true; write for example `hsts: {days: 365}`"),
        ("{certificate: a, clients: b}", "write for example `clients: {ca: partners-ca}`"),
        ("{certificate: a, sni: b}", "write for example `sni: [partners-2026]`"),
        ("{certificate: a, hsts: {preload: true}}", "with its subdomains alone"),
        ("{certificate: a, hsts: {days: 0}}", "tls.hsts.days"),
        ("{certificate: a, clients: {required: true}}", "tls.clients.ca"),
        ("{certificate: a, ca: none.pem}", "cannot read"),
        ("{certificate: a, ca: user-data.sh}", "holds no certificates in PEM form"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(written: Written, what: str, why: str) -> None:
    body = what if what.startswith("{") else f"{{{what}}}"
    with pytest.raises(ConfigError) as caught:
        written(f"host: shop.example\ntls: {body}\n")
    assert why in caught.value.message
    assert "ao.yaml:" in caught.value.message
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize(
    "text",
    ["", "nothing", CA + KEY, KEY, CA.replace("MII", "XXX"), "é" + CA, CA * (LONGEST // 300)],
)
def test_a_file_that_holds_no_certificates_or_a_key_beside_them_is_refused(
    written: Written, text: str
) -> None:
    with pytest.raises(ConfigError, match=r"ao\.yaml:\d+: tls\.ca: "):
        written("host: shop.example\ntls: {certificate: a, ca: authority.pem}\n", ca=text)


def test_several_authorities_with_comments_are_taken() -> None:
    assert are_authorities(f"# of the company\n{CA}\n\n# of the partner\n{CA}")


@given(st.text())
def test_no_text_is_more_than_refused(text: str) -> None:
    assert not are_authorities(text)


def test_what_is_kept_has_the_authorities_and_no_file(written: Written) -> None:
    site = written(
        """
host: shop.example
tls:
  certificate: {certificate: a.crt, key: secret.key, chain: c.crt}
  sni: [{certificate: b.crt, key: b.key}, other]
  ca: authority.pem
redirect: {}
"""
    )
    document = json.loads(site.source)
    assert document["ca"] == CA
    # Others would be renewed without those in files.
    assert document["site_file"]["tls"] == {}
    assert document["site_file"]["redirect"] == {}
    assert document["left_out"] == []
    assert "secret.key" not in site.source


def test_a_site_without_them_is_kept_as_earlier_versions_keep_it(written: Written) -> None:
    assert "ca" not in json.loads(written().source)


def test_a_name_is_kept_and_taken_back(written: Written) -> None:
    values = json.loads(written().source)["site_file"]
    assert values["tls"] == {"certificate": "shop"}
    assert stored.taken(values)["tls"] == {"certificate": "shop"}


def test_where_clients_have_to_show_a_certificate_ao_has_one(written: Written) -> None:
    with pytest.raises(ConfigError, match=r"ao\.yaml:\d+: tls\.clients: .* Ao asks the site too"):
        written("host: shop.example\ntls: {certificate: a, clients: {ca: partners}}\n")
    with pytest.raises(ConfigError, match=r"files are two"):
        written("host: shop.example\ntls: {certificate: a, clients: {ca: b, key: ao.key}}\n")
    site = written(
        "host: shop.example\n"
        "tls: {certificate: a, clients: {ca: partners, certificate: ao.crt, key: ao.key}}\n"
    )
    own = site.request_options.own
    assert site.folder is not None
    assert own == OwnCertificate(certificate=site.folder / "ao.crt", key=site.folder / "ao.key")


def test_a_kept_site_file_has_no_certificate_of_aos_own(written: Written) -> None:
    site = written(
        "host: shop.example\n"
        "tls: {certificate: a, clients: {ca: partners, certificate: ao.crt, key: ao.key}}\n"
    )
    assert "ao.key" not in site.source
    values = {**stored.taken(json.loads(site.source)["site_file"]), "user_data": "user-data"}
    kept = SiteFile.model_validate(values)
    assert kept.tls is not None
    assert kept.tls.clients is not None
    assert kept.tls.clients.required
    assert not list(contradictions(kept, kept=True))
