"""What has been done to a home and need not be done again."""

from box.home import Home


def is_done(home: Home, name: str, version: str) -> bool:
    """Tell whether `name` was last done in this `version`."""
    mark = home.marks / name
    return mark.exists() and mark.read_text() == version


def set_done(home: Home, name: str, version: str) -> None:
    """Remember that `name` has been done in this `version`."""
    home.marks.mkdir(exist_ok=True)
    (home.marks / name).write_text(version)
