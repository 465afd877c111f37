from string import Template

import yaml

from box.cloud.catalogue import SERVICES as CATALOGUE
from box.cloud.catalogue import TELEMETRY as CATALOGUED
from box.config import TEMPLATES
from box.services import Service
from box.telemetry import SERVICES as TELEMETRY


def by_name(name: str) -> Service:
    return next(service for service in TELEMETRY if service.name == name)


def test_the_catalogue_names_the_ports_on_which_telemetry_listens() -> None:
    ports = {int(url.rpartition(":")[2]) for _, url in CATALOGUED.values()}

    assert ports == {by_name("aodh-api").port, by_name("prometheus").port}
    assert not set(CATALOGUED) & set(CATALOGUE)


def test_prometheus_scrapes_what_ceilometer_exports() -> None:
    text = (TEMPLATES / "prometheus/prometheus.yml").read_text()
    [job] = yaml.safe_load(Template(text).substitute(address="127.0.0.1"))["scrape_configs"]

    assert job["static_configs"] == [
        {"targets": [f"127.0.0.1:{by_name('ceilometer-polling').port}"]}
    ]
