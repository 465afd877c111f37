import base64
from pathlib import Path

from box.config import render, values
from box.home import Home
from box.key_manager import SERVICES
from box.networks import NETWORKS
from box.passwords import Passwords


def configuration(home: Path) -> str:
    known = values(Home(root=home), home / "venv", Passwords(), NETWORKS["ovn"])
    return render(known)[Path("barbican/barbican.conf")]


def test_barbicans_key_is_one_that_fernet_takes(tmp_path: Path) -> None:
    [line] = [it for it in configuration(tmp_path).splitlines() if it.startswith("kek =")]

    assert len(base64.urlsafe_b64decode(line.removeprefix("kek =").strip())) == 32


def test_barbican_names_secrets_by_the_address_on_which_it_listens(tmp_path: Path) -> None:
    [barbican] = SERVICES

    assert f"host_href = http://127.0.0.1:{barbican.port}\n" in configuration(tmp_path)


def test_barbican_finds_its_configuration_in_its_home_folder() -> None:
    [barbican] = SERVICES

    assert f"{barbican.environment['HOME']}/barbican.conf" == "$etc/barbican/barbican.conf"
    assert "barbican/barbican.conf" in barbican.config
