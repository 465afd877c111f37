"""`maintenance` in ao.yaml: where users are led, and what rules it out."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from ao import config
from ao.errors import ConfigError

SHOP = Path(__file__).parents[3] / "examples" / "shop"
PAGE = "https://status.example/shop"


def written(tmp_path: Path, maintenance: object, **changed: Any) -> Path:
    described = yaml.safe_load((SHOP / "ao.yaml").read_text())
    described |= {"maintenance": maintenance}
    for key, value in changed.items():
        described[key] = {**described.get(key, {}), **value} if isinstance(value, dict) else value
    (tmp_path / "ao.yaml").write_text(yaml.safe_dump(described, sort_keys=False))
    (tmp_path / "user-data.sh").write_text((SHOP / "user-data.sh").read_text())
    return tmp_path / "ao.yaml"


def test_a_page_is_taken(tmp_path: Path) -> None:
    site = config.load(written(tmp_path, {"redirect": PAGE, "during_switch": True}))
    assert site.maintenance is not None
    assert (site.maintenance.redirect, site.maintenance.pool) == (PAGE, None)
    assert site.maintenance.during_switch


def test_a_pool_is_taken(tmp_path: Path) -> None:
    site = config.load(written(tmp_path, {"pool": "shop-pause"}))
    assert site.maintenance is not None
    assert site.maintenance.pool == "shop-pause"


def test_a_file_without_it_has_none(tmp_path: Path) -> None:
    assert config.load(SHOP / "ao.yaml").maintenance is None


@pytest.mark.parametrize("given", [{}, {"redirect": PAGE, "pool": "p"}, {"during_switch": True}])
def test_it_is_a_page_or_a_pool(tmp_path: Path, given: object) -> None:
    with pytest.raises(ConfigError, match=r"ao.yaml:\d+: .*give redirect or pool"):
        config.load(written(tmp_path, given))


@pytest.mark.parametrize(
    "url",
    [
        "status.example",
        "ftp://status.example/",
        "https://u:secret@status.example/",
        "https://status.example/#top",
        "https://status.example/a b",
        'https://status.example/"',
        "https://status.example/$HOME",
        "https://status.example/\nreload",
        "https://status.example:99999/",
        "https://status.example/" + "x" * 255,
    ],
)
def test_what_is_no_url_of_a_page_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match="the URL of a page") as refused:
        config.load(written(tmp_path, {"redirect": url}))
    assert "secret" not in refused.value.message


@pytest.mark.parametrize(
    ("balancer", "why"),
    [
        ({"provider": "ovn"}, "provider ovn reads no requests"),
        ({"protocol": "TCP"}, "reads no requests of protocol TCP"),
    ],
)
def test_what_reads_no_requests_is_refused_with_its_line(
    tmp_path: Path, balancer: dict[str, str], why: str
) -> None:
    with pytest.raises(ConfigError, match=rf"ao.yaml:\d+: maintenance: .*{why}"):
        config.load(written(tmp_path, {"redirect": PAGE}, load_balancer=balancer))


def test_https_that_is_passed_on_is_refused_with_its_line(tmp_path: Path) -> None:
    path = written(
        tmp_path, {"redirect": PAGE}, load_balancer={"protocol": "HTTPS"}, host="shop.example"
    )
    with pytest.raises(ConfigError, match=r"ao.yaml:\d+: maintenance: .*of protocol HTTPS"):
        config.load(path)


@pytest.mark.parametrize("url", ["http://shop.example/", "http://shop.example:80/pause"])
def test_a_page_of_the_site_itself_is_refused(tmp_path: Path, url: str) -> None:
    path = written(tmp_path, {"redirect": url}, host="shop.example", load_balancer={"port": 80})
    with pytest.raises(ConfigError, match=r"maintenance.redirect: it is of the site itself"):
        config.load(path)


def test_a_page_of_its_host_at_another_port_is_taken(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {"redirect": "https://shop.example:9443/"},
        host="shop.example",
        load_balancer={"port": 80},
    )
    assert config.load(path).maintenance is not None
