"""What provider ovn cannot do is refused when the file is read, with the line of it."""

import re
from pathlib import Path

import pytest

from ao import config
from ao.errors import ConfigError

SHOP = Path(__file__).parents[3] / "examples" / "shop"
OF_BALANCER = {
    "session_persistence.type": ["session_persistence:", "  type: HTTP_COOKIE"],
    "timeouts": ["timeouts: {client: 2m}"],
    "insert_headers": ["insert_headers: [X-Forwarded-For]"],
    "allowed_from": ["allowed_from: [198.51.100.0/24]"],
    "server_tls": ["server_tls: {}"],
    "proxy_protocol": ["proxy_protocol: 1"],
    "flavor": ["flavor: large"],
    "availability_zone": ["availability_zone: east"],
    "protocol": ["protocol: HTTP"],
    "algorithm": ["algorithm: LEAST_CONNECTIONS"],
}
"""Keys of `load_balancer`, which are those of all listeners, with their lines."""
OF_LISTENER = {
    "timeouts": ["timeouts: {client: 2m}"],
    "insert_headers": ["insert_headers: [X-Forwarded-For]"],
    "allowed_from": ["allowed_from: [198.51.100.0/24]"],
    "certificate": ["certificate: partners-2026"],
    "sni": ["sni: [partners-old]"],
    "health_check": ["server_port: 5671", "health_check: {expect: 204}"],
}
"""Keys of a listener beside the main one."""
OF_SITE = {
    "switch.preview": ["switch: {method: pool, preview: header}"],
    "maintenance": ["maintenance: {redirect: 'https://status.example/shop'}"],
    "redirect": ["redirect: {http: 8080}"],
    "health_check.type": ["health_check: {path: /health, interval: 2, timeout: 2, type: HTTP}"],
}
"""Keys of the file itself."""
LISTENER = ["listeners:", "- name: queue", "  port: 5671"]


def written(folder: Path, *, balancer: list[str], listener: list[str]) -> Path:
    """Write the demo shop on ovn with these lines of its load balancer and of a listener."""
    for file in SHOP.iterdir():
        if file.name != "ao.yaml":
            (folder / file.name).write_bytes(file.read_bytes())
    text = (SHOP / "ao.yaml").read_text(encoding="utf-8").replace("method: pool", "method: address")
    more = "".join(f"  {line}\n" for line in balancer)
    text = text.replace("provider: haproxy\n", f"provider: ovn\n{more}")
    path = folder / "ao.yaml"
    lines = [*LISTENER, *(f"  {line}" for line in listener)]
    path.write_text(text + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    return str(caught.value)


def line_of(path: Path, last: str) -> int:
    """The line of a file on which one that is written there stands."""
    lines = path.read_text(encoding="utf-8").splitlines()
    (found,) = (number for number, it in enumerate(lines, 1) if it.strip() == last.strip())
    return found


@pytest.mark.parametrize("key", OF_BALANCER)
def test_keys_of_all_listeners(key: str, tmp_path: Path) -> None:
    lines = OF_BALANCER[key]
    path = written(tmp_path, balancer=lines, listener=["protocol: TCP"])
    told = refusal(path)
    assert f"ao.yaml:{line_of(path, lines[-1])}: load_balancer.{key}: " in told
    assert told.count("ao.yaml:") == 1


@pytest.mark.parametrize("key", OF_LISTENER)
def test_keys_of_one(key: str, tmp_path: Path) -> None:
    lines = OF_LISTENER[key]
    path = written(tmp_path, balancer=[], listener=["protocol: TCP", *lines])
    told = refusal(path)
    assert f"ao.yaml:{line_of(path, lines[-1])}: listeners.0.{key}: " in told
    assert told.count("ao.yaml:") == 1


@pytest.mark.parametrize("key", OF_SITE)
def test_keys_of_the_site(key: str, tmp_path: Path) -> None:
    path = written(tmp_path, balancer=[], listener=["protocol: TCP"])
    section = key.partition(".")[0]
    text = re.sub(rf"^{section}:\n(  .*\n)+", "", path.read_text(encoding="utf-8"), flags=re.M)
    path.write_text("\n".join([text, *OF_SITE[key], ""]), encoding="utf-8")
    told = refusal(path)
    assert f"ao.yaml:{line_of(path, OF_SITE[key][-1])}: {key}" in told


@pytest.mark.parametrize("protocol", ["HTTP", "TERMINATED_HTTPS"])
def test_protocols_that_are_read(protocol: str, tmp_path: Path) -> None:
    path = written(tmp_path, balancer=[], listener=[f"protocol: {protocol}"])
    told = refusal(path)
    assert f"ao.yaml:{line_of(path, f'protocol: {protocol}')}: listeners.0.protocol: " in told
    assert "provider ovn balances TCP only" in told


@pytest.mark.parametrize(
    "key", ["session_persistence", "server_tls", "proxy_protocol", "flavor", "availability_zone"]
)
def test_what_is_of_all_listeners_is_no_key_of_one(key: str, tmp_path: Path) -> None:
    lines = OF_BALANCER.get(key) or OF_BALANCER["session_persistence.type"]
    path = written(tmp_path, balancer=[], listener=["protocol: TCP", *lines])
    assert f"ao.yaml:{line_of(path, lines[0])}: listeners.0.{key}" in refusal(path)


@pytest.mark.parametrize("protocol", ["TCP", "HTTPS"])
def test_what_it_can_is_taken(protocol: str, tmp_path: Path) -> None:
    known = ["session_persistence: {type: SOURCE_IP}"]
    path = written(tmp_path, balancer=known, listener=[f"protocol: {protocol}"])
    (queue,) = config.load(path).listeners
    assert (queue.protocol, queue.health_check.type) == (protocol, "TCP")
