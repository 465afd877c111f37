"""Files that a user names for a command to write."""

from pathlib import Path

import pytest

from ao.errors import ConfigError
from ao.files import output_file


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    output_file.check_folder(tmp_path / "report.html")
    with pytest.raises(ConfigError, match="there is no folder") as told:
        output_file.check_folder(tmp_path / "missing" / "report.html")
    assert told.value.cure == "Make it first."


def test_a_file_that_cannot_be_written_is_told_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Is a directory") as told, output_file.writing(tmp_path):
        tmp_path.write_text("x")
    assert str(tmp_path) in told.value.message


def test_another_error_passes(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="of mine"), output_file.writing(tmp_path):
        raise ValueError("of mine")
