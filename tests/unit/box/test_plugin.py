from importlib.metadata import distributions
from pathlib import Path

import pytest

from box import plugin


def test_octavia_finds_the_provider_once(tmp_path: Path) -> None:
    plugin.install(tmp_path)
    plugin.install(tmp_path)

    [found] = distributions(path=[str(tmp_path)])
    names = {(entry.group, entry.name) for entry in found.entry_points}
    assert names == {
        ("octavia.api.drivers", "haproxy"),
        ("octavia.driver_agent.provider_agents", "haproxy"),
    }
    for entry in found.entry_points:
        module = tmp_path / f"{entry.module.replace('.', '/')}.py"
        assert f" {entry.attr}(" in module.read_text()


def test_a_changed_provider_replaces_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, box = tmp_path / "site", tmp_path / "box"
    plugin.install(site)
    before = plugin.digest("provider")
    (box / "provider").mkdir(parents=True)
    (box / "__init__.py").touch()
    (box / "provider/driver.py").write_text("class Driver():\n    pass\n")
    monkeypatch.setattr(plugin, "BOX", box)

    plugin.install(site)

    [found] = distributions(path=[str(site)])
    assert plugin.digest("provider") != before
    assert found.version == f"0+{plugin.digest('provider')}"
    assert [path.name for path in (site / "box/provider").iterdir()] == ["driver.py"]
