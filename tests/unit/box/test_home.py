from pathlib import Path

from box.home import Home


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_others_pass_through_the_home_and_see_nothing(tmp_path: Path) -> None:
    home = Home(root=tmp_path / "home")
    home.make()

    for folder in (home.root, home.bin, home.etc, home.run, home.data):
        assert mode(folder) == 0o711
    for folder in (home.log, home.setup_log, home.image):
        assert mode(folder) == 0o700


def test_a_home_that_was_open_is_closed(tmp_path: Path) -> None:
    home = Home(root=tmp_path / "home")
    for folder in (home.etc / "nova", home.run / "libvirt", home.data / "glance/images"):
        folder.mkdir(parents=True)
        folder.chmod(0o777)
    home.data.chmod(0o777)
    (home.data / "glance").chmod(0o755)

    home.make()

    assert mode(home.data) == 0o711
    for folder in (home.etc / "nova", home.run / "libvirt", home.data / "glance"):
        assert mode(folder) == 0o700
