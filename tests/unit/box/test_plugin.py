from dataclasses import replace
from importlib.metadata import distributions
from pathlib import Path

from box.plugin import DASHBOARD, PROVIDER


def test_octavia_finds_the_provider_once(tmp_path: Path) -> None:
    PROVIDER.install(tmp_path)
    PROVIDER.install(tmp_path)

    [found] = distributions(path=[str(tmp_path)])
    names = {(entry.group, entry.name) for entry in found.entry_points}
    assert names == {
        ("octavia.api.drivers", "haproxy"),
        ("octavia.driver_agent.provider_agents", "haproxy"),
    }
    for entry in found.entry_points:
        module = tmp_path / f"{entry.module.replace('.', '/')}.py"
        assert f" {entry.attr}(" in module.read_text()


def test_a_changed_provider_replaces_the_one_before(tmp_path: Path) -> None:
    site, checkout = tmp_path / "site", tmp_path / "checkout"
    PROVIDER.install(site)
    (checkout / "box/provider").mkdir(parents=True)
    (checkout / "box/__init__.py").touch()
    (checkout / "box/provider/driver.py").write_text("class Driver():\n    pass\n")
    changed = replace(PROVIDER, root=checkout)

    changed.install(site)

    [found] = distributions(path=[str(site)])
    assert changed.digest != PROVIDER.digest
    assert found.version == f"0+{changed.digest}"
    assert [path.name for path in (site / "box/provider").iterdir()] == ["driver.py"]


def test_horizon_gets_the_panel_with_its_templates_and_ao_itself(tmp_path: Path) -> None:
    DASHBOARD.install(tmp_path)
    assert (tmp_path / "ao/templates/site.yaml").exists()
    assert (tmp_path / "ao_dashboard/__init__.py").exists()
    assert not list(tmp_path.rglob("__pycache__"))
