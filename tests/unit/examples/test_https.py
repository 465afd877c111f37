"""The demo shop's site file of HTTPS, which `scripts/demo` builds."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from ao import config
from ao.site import Site
from ao.site.tls import CertificateFiles, Redirect
from tests.unit.authority import Authority
from tests.visitors import SHOP

ROOT = SHOP.parents[1]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """The site as the file tells it, beside an authority's certificate."""
    for name in ("https.yaml", "user-data.sh"):
        shutil.copy(SHOP / name, tmp_path)
    (tmp_path / "authority.pem").write_text(Authority().pem)
    return config.load(tmp_path / "https.yaml")


def test_the_load_balancer_terminates_tls_and_leads_users_of_http_there(site: Site) -> None:
    assert site.load_balancer.terminates
    assert site.http2
    assert site.redirect == Redirect(port=80, acme_challenge=False)
    assert site.tls is not None
    assert site.tls.hsts is not None


def test_its_certificate_is_in_the_files_that_the_box_writes_and_the_demo_asks_for(
    site: Site, tmp_path: Path
) -> None:
    assert site.tls is not None
    assert site.tls.certificate == CertificateFiles(
        certificate=tmp_path / "certificate.pem", key=tmp_path / "key.pem", chain=None
    )
    demo = (ROOT / "scripts" / "demo").read_text()
    assert re.search(rf"certificate {re.escape(site.host or '')} --into ", demo)


def test_it_differs_from_the_site_by_http_in_https_alone() -> None:
    plain, secure = (yaml.safe_load((SHOP / it).read_text()) for it in ("ao.yaml", "https.yaml"))
    for key in ("host", "tls", "redirect"):
        del secure[key]
    assert secure["load_balancer"].pop("protocol") == "TERMINATED_HTTPS"
    assert secure == plain


def test_git_takes_no_key_of_it() -> None:
    assert "/examples/*/*.pem" in (ROOT / ".gitignore").read_text().splitlines()
