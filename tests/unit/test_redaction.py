import time

import pytest

from ao import redaction
from ao.redaction import redact, redact_log, remember


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("asked https://ops:hush@db.example/x", "asked https://***@db.example/x"),
        ("https://ops:hu@sh@db.example/x", "https://***@db.example/x"),
        ("postgresql://hush@db/x", "postgresql://***@db/x"),
        ("https://ci.example/job/7?id=3", "https://ci.example/job/7?id=3"),
        ("GET /x?token=hush&id=3", "GET /x?token=***&id=3"),
        ("DB_PASSWORD=hush failed", "DB_PASSWORD=*** failed"),
        ('{"api_key": "hush", "id": 3}', '{"api_key": "***", "id": 3}'),
        ("Authorization: Bearer hush.hush", "Authorization: Bearer ***"),
        ("password: hush", "password: ***"),
        ("the token was refused", "the token was refused"),
        (f"no {'gAAAAAB' + 'x-_9' * 20}==, sorry", "no ***, sorry"),
        ("no eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIx.c2lnbmF0dXJl", "no ***"),
        ("eyJust.a.word", "eyJust.a.word"),
    ],
)
def test_what_looks_like_a_secret_is_masked_and_nothing_else(text: str, plain: str) -> None:
    assert redact(text, {}) == plain


@pytest.mark.parametrize("name", ["OS_PASSWORD", "GITLAB_TOKEN", "hook_secret", "AWS_API_KEY"])
def test_values_of_secret_variables_are_masked_wherever_they_stand(name: str) -> None:
    assert redact("curl said h/u+sh: no", {name: "h/u+sh"}) == "curl said ***: no"


def test_values_of_other_variables_stay() -> None:
    assert (
        redact("built in /srv/ci", {"HOME": "/srv/ci", "AO_VERSION": "2.0"}) == "built in /srv/ci"
    )


def test_a_secret_that_holds_another_is_masked_whole() -> None:
    environ = {"A_TOKEN": "hush", "B_TOKEN": "hush-hush-1"}
    assert redact("said hush-hush-1", environ) == "said ***"


def test_empty_and_tiny_secrets_mask_nothing() -> None:
    assert redact("a text", {"A_TOKEN": "", "B_TOKEN": "e"}) == "a text"


def test_the_environment_is_that_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_PASSWORD", "hush-hush")
    assert redact("said hush-hush") == "said ***"


def test_what_utf_8_cannot_write_becomes_a_question_mark() -> None:
    assert redact("caf\udce9", {}) == "caf?"


@pytest.mark.parametrize(
    "part", ["x", "a.", "a-", "://", "token", "token=", "Basic ", "eyJ", "eyJ-", "gAAAAA", "eyJ.."]
)
def test_long_texts_are_masked_in_no_time(part: str) -> None:
    begin = time.process_time()
    redact(part * 100_000, {})
    assert time.process_time() - begin < 5


def test_a_log_masks_the_secrets_that_were_remembered_and_other_texts_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redaction, "_remembered", {})
    remember({"username": "admin", "password": "word", "application_credential_secret": None})
    remember({"secret": "word of honour"})
    assert redact_log("admin said word of honour, in a word: x?token=y") == (
        "admin said ***, in a ***: x?token=***"
    )
    assert redact("a word", {}) == "a word"
