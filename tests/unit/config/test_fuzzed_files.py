"""Files with anything in them: each is read, or refused in few words that name the line.

`--fuzz N` tries N files of each kind instead of a few, and others each time with
`--hypothesis-profile=search`.
"""

import re
import shutil
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from ao import config
from ao.apply import certificate
from ao.colour import Colour
from ao.config.agreement import contradictions
from ao.config.loading import _site
from ao.config.site_file import SiteFile
from ao.config.stored import Document, left_out, taken, unknown
from ao.errors import AoError, ConfigError
from ao.message.translation import Language
from ao.plan import alarms
from ao.site import Site
from ao.site.autoscale import Engine
from ao.timetable import procedure_file, tables, timetable_json
from ao.timetable.fit import fit
from ao.timetable.schedule import schedule
from ao.visit import Answer, NoAnswer, colour_of
from ao.window import window
from tests.unit.certificates import issue
from tests.unit.spoilt_files import KINDS, fuzzed

EXAMPLES = Path(__file__).parents[3] / "examples"
SHOP = EXAMPLES / "shop"
PROCEDURES = [EXAMPLES / "timetable" / name for name in ("conventional.yaml", "bluegreen.yaml")]
CERTIFICATE = issue().certificate


def servers() -> bytes:
    """Return a certificate that secrets are sealed for."""
    key, name = rsa.generate_private_key(65537, 2048), x509.Name([])
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=1,
        not_valid_before=datetime(2026, 1, 1, tzinfo=UTC),
        not_valid_after=datetime(2036, 1, 1, tzinfo=UTC),
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)


SERVERS = servers()
LINE = 700
"""Characters of a line of a message; the path of the file is among them."""
LINES = 25

PLAIN = (
    (SHOP / "ao.yaml")
    .read_text()
    .replace("provider: haproxy", "provider: amphora\n  protocol: TERMINATED_HTTPS")
)
WHOLE = f"""{(SHOP / "ao.yaml").read_text()}
approve: manual
autoscale:
  min: 1
  max: 4
  out: {{cpu: 70%, for: 1m, by: 1}}
  in: {{query: "sum(x)", below: 20, for: 5m}}
  cooldown: 2m
deadlines: {{build: 15m, serve: 5m, switch: 60s}}
drain: {{way: after, quiet: 2s, deadline: 60s}}
network: {{blue: 10.42.1.0/24, green: 10.42.2.0/24, dns: [192.0.2.53]}}
window:
  every: [Sun 23:00, "RRULE:FREQ=MONTHLY;BYDAY=2SU;BYHOUR=23"]
  length: 15m
  timezone: Asia/Tokyo
  freezes:
    - {{from: 2026-12-24, to: 2026-12-26 06:00, reason: year end}}
    - {{every: Fri 18:00, length: 60h, reason: weekend}}
watch:
  for: 10m
  error_rate: 1%
  latency_p95: 2x
  prometheus:
    - {{name: errors, url: "http://p.example", query: "sum(x)", above: 0.05, for: 30s}}
    - name: orders
      url: https://p.example
      token_env: PROM_TOKEN
      headers_env: {{X-Scope-OrgID: PROM_TENANT}}
      query: sum(y)
      below: 1
checks:
  deadline: 5m
  all:
    - name: home page
      http: {{path: /, status: 200, header: {{X-Ao-Version: "^$AO_VERSION$"}}, body: "<title>"}}
    - {{name: smoke, command: "true", timeout: 10s, retries: 2, pause: 1s}}
hooks:
  before_switch: [{{webhook: "https://hooks.example", secret_env: HOOK_SECRET, deadline: 30s}}]
notify: [{{webhook: "https://chat.example", events: [end]}}]
logout: {{command: "true", notice: 10m}}
migration: {{one_way: ["3.0"], deadline: 30s}}
standby: {{after: shrink, size: 1}}
journal: {{keep: 50}}
"""
"""A site file with values in each of its parts."""
SECURE = f"""{PLAIN}
host: shop.example
tls:
  certificate: {{certificate: shop.crt, key: shop.key, chain: chain.crt}}
  sni: [other, {{name: "https://kms.example/v1/secrets/1"}}, {{certificate: a.crt, key: a.key}}]
  versions: [TLSv1.2, TLSv1.3]
  ciphers: ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256
  alpn: [h2, http/1.1]
  hsts: {{days: 365, subdomains: true, preload: true}}
  clients: {{ca: partners-ca, crl: partners-crl, required: false}}
  ca: authority.pem
  warn_days: 14
redirect: {{http: 80, acme_challenge: true}}
"""
"""A site file of HTTPS."""
THERE = f"""{(SHOP / "ao.yaml").read_text()}
system_resources: tier.yaml
listeners:
  - {{name: partners, port: 8443, protocol: HTTP, timeouts: {{client: 30s}}}}
  - name: queue
    port: 5671
    protocol: TCP
    server_port: 5671
    preview_port: 5672
    allowed_from: [198.51.100.0/24]
    health_check: {{type: TCP}}
network:
  router: edge
  blue: {{network: shop-net, subnet: shop-subnet}}
  green: 10.42.2.0/24
  balancer: {{network: dmz, subnet: dmz-subnet}}
  lock: {{network: shop-net, subnet: shop-subnet, address: 192.0.2.250}}
servers:
  boot_volume: {{size: 20, type: ssd}}
  volumes: [{{size: 5}}]
  networks: [backend]
  security_groups: [ops]
  rules: [{{port: 9100-9110, from: 198.51.100.7}}, {{protocol: icmp, from: 192.0.2.0/24}}]
  availability_zone: {{blue: az1, green: az2}}
  anti_affinity: strict
  metadata: {{team: shop}}
environment: {{LOG_LEVEL: info}}
secrets:
  certificate: servers.pem
  values: {{A: {{env: A}}, B: {{file: ../b}}, C: {{barbican: shop-c}}}}
maintenance: {{redirect: "https://status.example/", during_switch: true}}
"""
"""A site file in networks that are there, with more of everything."""
INSIDE = (SHOP / "ao.yaml").read_text().replace("network: public", "network: none")
OWN = f"""{INSIDE}
server_template: web.yaml
production_address: 2001:db8::20
network:
  router: edge
  blue: fd00:1::/64
  green: {{cidr: "fd00:2::/64", ipv6: dhcpv6-stateful}}
  balancer: {{network: six, subnet: six-subnet}}
"""
"""A site file of IPv6, with a template of a server."""
TEMPLATE = """heat_template_version: 2021-04-16
parameters:
  version: {type: string}
  image: {type: string, default: ""}
resources:
  disk: {type: OS::Cinder::Volume, properties: {size: 5}}
  web:
    type: OS::Nova::Server
    properties:
      image: {get_param: image}
      networks: [{network: there}]
      block_device_mapping_v2: [{volume_id: {get_resource: disk}}]
      metadata: {version: {get_param: version}}
  more: {type: "OS::Heat::ResourceGroup", properties: {count: 2, resource_def: {type: part.yaml}}}
outputs:
  address: {value: {get_attr: [web, first_address]}}
"""
PART = """heat_template_version: 2021-04-16
resources: {text: {type: "OS::Heat::Value", properties: {value: {get_file: authority.pem}}}}
"""
"""A template that is nested."""


def told(path: Path, error: AoError) -> None:
    """See an error that helps: short, without control characters, and with the line."""
    lines = str(error.message).split("\n")
    assert len(lines) <= LINES
    assert all(len(it) <= LINE + len(str(path)) for it in lines), max(lines, key=len)[:3_000]
    assert "".join(lines).isprintable()
    assert re.match(rf"{re.escape(str(path))}:[0-9]+: |cannot read ", lines[0]), lines[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(SHOP / "user-data.sh", tmp_path)
    (tmp_path / "authority.pem").write_bytes(CERTIFICATE)
    (tmp_path / "servers.pem").write_bytes(SERVERS)
    (tmp_path / "web.yaml").write_text(TEMPLATE)
    (tmp_path / "part.yaml").write_text(PART)
    (tmp_path / "tier.yaml").write_text("heat_template_version: 2021-04-16\nresources: {}\n")
    script = tmp_path / "user-data.sh"
    script.write_text(f"{script.read_text()}\n# $AO_ENVIRONMENT $AO_SECRETS\n")
    return tmp_path


@pytest.mark.parametrize(
    "text", [WHOLE, SECURE, THERE, OWN], ids=["HTTP", "HTTPS", "networks", "IPv6"]
)
def test_the_file_that_is_spoilt_is_whole(text: str, folder: Path) -> None:
    (folder / "ao.yaml").write_text(text)
    use(config.load(folder / "ao.yaml"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_site_file_is_read_or_refused_by_line(kind: str, folder: Path, fuzz: int) -> None:
    path = folder / "ao.yaml"

    def check(data: bytes) -> None:
        path.write_bytes(data)
        try:
            site = config.load(path)
        except ConfigError as error:
            told(path, error)
        else:
            use(site)

    known = [*(it.encode() for it in (WHOLE, SECURE, THERE, OWN)), (SHOP / "ao.yaml").read_bytes()]
    fuzzed(check, KINDS[kind](known), fuzz)


@pytest.mark.parametrize("kind", KINDS)
def test_an_own_template_is_read_or_refused_by_line(kind: str, folder: Path, fuzz: int) -> None:
    path = folder / "ao.yaml"
    path.write_text(OWN)

    def check(data: bytes) -> None:
        (folder / "web.yaml").write_bytes(data)
        try:
            config.load(path)
        except ConfigError as error:
            told(path, error)

    fuzzed(check, KINDS[kind]([TEMPLATE.encode(), PART.encode()]), fuzz)


def use(site: Site) -> None:
    """Work out what a site's values are used for, in bounded time."""
    began = time.process_time()
    if site.autoscale:
        for engine in Engine:
            alarms.parameters(site, Colour.BLUE, engine, 2)
    moment = datetime(2026, 11, 29, tzinfo=UTC).timestamp()
    window.next_opening(site.window, moment)
    str(window.outside(site.window, moment))
    answer = Answer(status=200, headers={"x-ao-colour": "blue"}, body="aaaaaaaaaaaaaaaaaaaaaaaaa!")
    with suppress(NoAnswer):
        colour_of(answer, site.identify)
    document = Document.model_validate_json(site.source)
    assert not unknown(document.site_file)
    file = SiteFile.model_validate({**taken(document.site_file), "user_data": "user-data"})
    assert not list(contradictions(file, kept=True))
    left = left_out(document.site_file)
    kept = _site(file, None, document.user_data, document.ca or None, site.source, left)
    assert (kept.redirect, kept.load_balancer) == (site.redirect, site.load_balancer)
    if site.tls:
        served = certificate.named(kept)
        assert all(isinstance(it, str) for _, it in served)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("kind", KINDS)
def test_a_timetable_is_read_or_refused_by_line(kind: str, tmp_path: Path, fuzz: int) -> None:
    path = tmp_path / "release.yaml"

    def check(data: bytes) -> None:
        path.write_bytes(data)
        try:
            procedure = procedure_file.load(path)
        except ConfigError as error:
            told(path, error)
            return
        for one in (procedure, procedure.trimmed):
            plan = schedule(one)
            for language in Language:
                tables.timetable(plan, language)
                list(tables.notes(plan, language))
            timetable_json.timetable(plan)
        found = fit(procedure, schedule(procedure).closes, runs=50)
        tables.fit(found, procedure, procedure.opening)
        timetable_json.fit(found, procedure.opening)

    fuzzed(check, KINDS[kind]([it.read_bytes() for it in PROCEDURES]), fuzz)
