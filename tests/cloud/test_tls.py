"""The shop of nearly all tests gets HTTPS. There is no way back, so this module is the last one."""

import json
import ssl
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from openstack.connection import Connection

from ao import config
from ao.cutover.measurement import Measurement
from ao.http.handshake import served
from ao.operations import reconcile
from ao.operations.switch_options import SwitchOptions
from ao.plan.facts import Facts
from ao.probe.probe_load import Protocol
from ao.probe.process import ProbeProcess
from ao.work import Work
from box.authority import Authority
from tests.cloud.operator import Operator
from tests.cloud.sites import Visited, told, visitors

HOST = "shop.example"
PORTS = {"production": 443, "preview": 8080}
DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Secured:
    """The shop after `ao up` has taken it from HTTP to HTTPS."""

    work: Work
    authority: Authority
    """What its certificate is of."""
    operator: Operator
    """An operator with the site file of HTTPS, and the certificate's files beside it."""
    before: tuple[str, str]
    """Colour and version of production before."""
    tally: visitors.Tally
    """What its visitors saw meanwhile."""

    @property
    def address(self) -> str:
        production = self.work.observe().production
        assert production is not None
        return production.address

    def served(self) -> str | None:
        """The protocol that production prefers; its certificate is trusted, and is the host's."""
        assert self.work.site.tls is not None
        shown = served(self.address, 443, HOST, 5, ca=self.work.site.tls.ca)
        assert shown.distrust is None
        return shown.alpn

    def facts(self) -> Facts:
        return self.work.observe()


def write(authority: Authority, folder: Path) -> None:
    """Write a new certificate of the host, and its key, as the site file names them."""
    issued = authority.issue([HOST])
    (folder / "certificate.pem").write_text(issued.certificate)
    (folder / "key.pem").write_text(issued.key)


@pytest.fixture(scope="module")
def secured(
    work: Work, visited: Visited, site_file: Path, cloud_name: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Secured:  # fmt: skip
    folder = tmp_path_factory.mktemp("https")
    authority = Authority.make()
    write(authority, folder)
    (folder / "authority.pem").write_bytes(
        authority.certificate.public_bytes(serialization.Encoding.PEM)
    )
    operator = Operator(site_file, cloud_name).changed(
        folder,
        host=HOST,
        load_balancer={
            "provider": work.site.load_balancer.provider,
            "protocol": "TERMINATED_HTTPS",
        },
        tls={
            "certificate": {"certificate": "certificate.pem", "key": "key.pem"},
            "ca": "authority.pem",
            "hsts": {"days": 30},
        },
        redirect={"http": 80},
    )
    before = told(work, "production")
    secure = replace(work, site=config.load(operator.file), looks={}, found={})
    with visited(secure) as tally:
        operator.run("up")
        secure.clock.sleep(2)
    return Secured(work=secure, authority=authority, operator=operator, before=before, tally=tally)


def test_up_takes_it_from_http_to_https_and_no_visitor_is_lost(secured: Secured) -> None:
    colour, version = secured.before
    assert not secured.tally.lost
    assert list(secured.tally.answers) == [f"{version} on {colour}"]
    assert told(secured.work, "production") == secured.before


@pytest.mark.parametrize("http2", [True, False], ids=["h2", "http/1.1"])
@pytest.mark.parametrize("role", list(PORTS))
def test_production_and_preview_speak_a_protocol_and_tell_browsers_of_https(
    secured: Secured, role: str, http2: bool
) -> None:
    assert secured.work.site.tls is not None
    trusting = ssl.create_default_context(cadata=secured.work.site.tls.ca)
    with httpx.Client(verify=trusting, http1=not http2, http2=http2, trust_env=False) as client:
        answer = client.get(
            f"https://{secured.address}:{PORTS[role]}/version",
            headers={"Host": HOST},
            extensions={"sni_hostname": HOST},
        )
    shown = (answer.headers["x-ao-colour"], answer.headers["x-ao-version"])
    assert shown == told(secured.work, role)
    assert answer.http_version == ("HTTP/2" if http2 else "HTTP/1.1")
    assert answer.headers["strict-transport-security"].startswith(f"max-age={30 * DAY}")


def test_users_of_http_are_led_to_https_with_path_and_query(secured: Secured) -> None:
    answer = httpx.get(
        f"http://{secured.address}/basket?of=tea%20cup&for=2",
        headers={"Host": HOST},
        trust_env=False,
    )
    assert answer.status_code == 301
    assert answer.headers["location"] == f"https://{HOST}/basket?of=tea%20cup&for=2"


def test_building_again_changes_nothing(secured: Secured) -> None:
    before = secured.facts()
    secured.operator.run("up")
    assert secured.facts() == before


def test_a_switch_loses_no_request_of_either_protocol_and_all_clients_follow(
    secured: Secured,
) -> None:
    target = secured.facts().standby
    with ProbeProcess() as probe:
        measurement = Measurement(probe=probe)
        reconcile.switch(secured.work, options=SwitchOptions(measurement=measurement))
    cutover = measurement.cutover
    assert cutover is not None
    assert cutover.recording is not None
    assert cutover.recording.sent > 100
    assert cutover.recording.lost == 0
    for protocol in Protocol:
        following = cutover.following_by(protocol)
        assert following is not None
        assert following.followed == following.clients == secured.work.site.switch.kept / 2
    assert told(secured.work, "production")[0] == target
    reconcile.switch(secured.work)


def test_what_somebody_changes_is_set_back_by_up(secured: Secured, other_user: Connection) -> None:
    listener = secured.facts().production_listener
    balancer = secured.facts().shared
    assert listener is not None
    assert balancer is not None
    assert secured.served() == "h2"
    other_user.load_balancer.update_listener(listener.id, alpn_protocols=["http/1.1"])
    other_user.load_balancer.wait_for_load_balancer(balancer.id, interval=0.5, wait=60)
    assert secured.served() == "http/1.1"
    secured.operator.run("up")
    assert secured.served() == "h2"


def test_a_renewal_loses_no_visitor_and_deletes_the_certificate_from_before(
    secured: Secured, visited: Visited, other_user: Connection
) -> None:
    def kept() -> list[str]:
        """What Barbican keeps of the site."""
        secrets = other_user.key_manager.secrets()
        return [it.id for it in secrets if secured.work.site.name in (it.name or "")]

    def shown() -> list[dict[str, str]]:
        listed: list[dict[str, str]] = json.loads(
            secured.operator.run("certificate", "show", "-f", "json")
        )
        return listed

    before, old = shown(), kept()
    assert len(old) == 1
    write(secured.authority, secured.operator.file.parent)
    with visited(secured.work) as tally:
        secured.operator.run("certificate", "renew", "--reason", "it ends soon")
        secured.work.clock.sleep(2)
    assert not tally.lost
    for was, now in zip(before, shown(), strict=True):
        assert now["SHA-256"] != was["SHA-256"]
        assert (now["Trusted"], now["In Barbican"], now["Octavia reads it"]) == ("yes",) * 3
    assert len(kept()) == 1
    assert kept() != old
