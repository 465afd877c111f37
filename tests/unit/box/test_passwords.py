import json
from dataclasses import asdict
from pathlib import Path

from box.passwords import Passwords, load


def test_passwords_are_made_once_and_for_nobody_else_to_read(tmp_path: Path) -> None:
    path = tmp_path / "passwords.json"
    made = load(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert load(path) == made
    assert len(set(asdict(made).values())) == len(asdict(made))


def test_a_password_that_is_new_is_made_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "passwords.json"
    path.write_text(json.dumps({"shop": "as it was"}))

    assert load(path).shop == "as it was"
    assert json.loads(path.read_text()) == asdict(load(path))


def test_a_password_of_a_later_version_is_no_obstacle_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "passwords.json"
    made = asdict(Passwords())
    path.write_text(json.dumps(made | {"somebody": "of tomorrow"}))

    assert asdict(load(path)) == made
    assert json.loads(path.read_text())["somebody"] == "of tomorrow"
