"""Whatever is at the place of a file, reading it ends, and says why it was none."""

import os
import re
from pathlib import Path

import pytest

from ao.files.input_file import Unreadable, read_bytes, read_text


def refusal(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        read_text(path, 100)
    return str(caught.value)


def test_a_text_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes("青\r\n".encode())
    assert read_text(tmp_path / "text") == "青\r\n"


def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe") == "it is not a regular file"


@pytest.mark.parametrize(("path", "why"), [("/dev/zero", "not a regular"), ("/", "directory")])
def test_what_is_no_file_is_refused(path: str, why: str) -> None:
    assert why in refusal(Path(path))


def test_a_file_that_is_too_long_is_read_no_further(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1024**4)
    assert refusal(tmp_path / "sparse") == "it has more than 0 KiB"
    with pytest.raises(Unreadable, match="more than 2 KiB"):
        read_bytes(tmp_path / "sparse", 2048)


def test_the_line_of_what_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"one\ntwo\n\xff\n")
    assert refusal(tmp_path / "text") == "line 3 of it is not UTF-8 text"


@pytest.mark.parametrize(
    ("name", "why"), [("none", "No such file"), ("a\0b", "cannot be one"), ("\ud800", "cannot be")]
)
def test_a_file_that_is_not_there_is_told(name: str, why: str, tmp_path: Path) -> None:
    assert re.search(why, refusal(tmp_path / name))
