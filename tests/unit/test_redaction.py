import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        ('{"value": "ao-pass-0123456789abcdef0123456789abcdef"}', '{"value": "***"}'),
        ("ao-pass-port", "ao-pass-port"),
        ("export DB_PASS='hu sh' PATH=/bin", "export DB_PASS='***' PATH=/bin"),
        ('PASSWORD="hu;sh, hush" x', 'PASSWORD="***" x'),
        ("password:     hush", "password:     ***"),
        ("export SIGNING_KEY=hush", "export SIGNING_KEY=***"),
        ("OLDPWD=/x PWD=/y compass=3 bypass: yes", "OLDPWD=/x PWD=/y compass=3 bypass: yes"),
        ("tests pass: 5, fail: 0", "tests pass: 5, fail: 0"),
        ("-H 'Authorization: token hush' https://x", "-H 'Authorization: token ***' https://x"),
        ('Authorization: Digest username="k", response="hush"', "Authorization: Digest ***"),
        ("Set-Cookie: session=hush; path=/", "Set-Cookie: ***"),
        ("https://kim:hu\nsh@db/x", "https://***@db/x"),
        ("https://kim\n:hush@db/x", "https://***@db/x"),
        ("see http://one.example\nmail kim@x", "see http://one.example\nmail kim@x"),
        ("curl -u kim:hush https://x", "curl -u kim:*** https://x"),
        ("docker run -u 1000:1000 x", "docker run -u 1000:1000 x"),
        ("x --db-password hush --next", "x --db-password *** --next"),
        ("sshpass -p hush ssh x", "sshpass -p *** ssh x"),
        ("mysql -u kim -phush shop", "mysql -u kim -p*** shop"),
        ("machine x login kim password hush", "machine x login kim password ***"),
        ("echo 'root:hush' | chpasswd", "echo 'root:***' | chpasswd"),
        ("+ echo kim:hush\n+ chpasswd", "+ echo kim:***\n+ chpasswd"),
        (
            "chpasswd <<E\nroot:hush\nkim:hush\nE\nat: x",
            "chpasswd <<E\nroot:***\nkim:***\nE\nat: x",
        ),
        ("'random' passwords\nkim:hush\nlogin: x", "'random' passwords\nkim:***\nlogin: x"),
        ("kim:$6$salt$hushhush:19000", "kim:***:19000"),
        (f"data: IyEv{'b' * 70}\n{'b' * 76}\nb==\nready", "data: ***\nready"),
        (f"ssh-rsa AAAAB3Nza{'b' * 300} root@x", f"ssh-rsa AAAAB3Nza{'b' * 300} root@x"),
    ],
)
def test_what_looks_like_a_secret_is_masked_and_nothing_else(text: str, plain: str) -> None:
    assert redact(text, {}) == plain


KEY = ["MIIE" + "h" * 60, "u" * 64, "sh" * 8 + "=="]
"""The lines of a private key."""
BEGIN, END = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize("prefix", ["", "[   12.345678] cloud-init[511]: "])
@pytest.mark.parametrize("headers", [(), ("Proc-Type: 4,ENCRYPTED", "DEK-Info: AES,00", "")])
def test_a_private_key_is_masked_whole_or_in_part(prefix: str, headers: tuple[str, ...]) -> None:
    whole = [f"{prefix}{it}" for it in (BEGIN, *headers, *KEY, END)]
    for begin in range(1 + bool(headers) * 3 + 1):
        for end in range(begin + 1, len(whole) + 1):
            part = whole[begin:end]
            if BEGIN not in part[0] and END not in part[-1]:
                continue
            masked = redact("\n".join(["before", *part, "it is up: 2", "and well"]), {})
            assert not any(it in masked for it in KEY[:2])
            assert masked.startswith("before\n")
            assert masked.endswith("it is up: 2\nand well")


def test_keys_that_follow_one_another_in_a_line_are_all_masked() -> None:
    key = f"{BEGIN}\\nhush\\n{END}"
    assert redact(f'{{"a": "{key}", "b": "{key}"}}', {}) == '{"a": "***", "b": "***"}'


SECRET = st.text("abcXYZ019", min_size=8, max_size=20).map(lambda it: f"hush{it}")
NOISE = st.lists(st.text(max_size=40), max_size=3).map("\n".join)
TOLD = (
    "export {0}_PASS={1}", "{0}_SECRET_ACCESS_KEY: '{1}'", '{{"{0}_password": "{1}"}}',
    "https://{0}:{1}@db.example/", "Authorization: Bearer {1}", "authorization: {1}",
    "curl --user {0}:{1} x", "echo {0}:{1} | chpasswd", "{0} --token {1}", "X-Auth-Token: {1}",
    "-----BEGIN PRIVATE KEY-----{1}-----END PRIVATE KEY-----",
)  # fmt: skip
"""Ways to tell a secret, of something."""


@given(NOISE, st.sampled_from(TOLD), st.sampled_from(["db", "kim", "AWS"]), SECRET, NOISE)
def test_a_secret_is_masked_between_whatever_lines(
    before: str, told: str, of: str, secret: str, after: str
) -> None:
    masked = redact(f"{before}\n{told.format(of, secret)}\n{after}", {})
    assert secret not in masked
    assert redact(masked, {}) == masked


@pytest.mark.parametrize(
    "name", ["OS_PASSWORD", "DB_PASS", "GITLAB_TOKEN", "hook_secret", "AWS_API_KEY"]
)
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
    "part",
    [
        *("x", "a.", "a-", "://", "token", "token=", "Basic ", "eyJ", "eyJ-", "gAAAAA", "eyJ.."),
        *(BEGIN, f"{BEGIN}\n", f"{END}\n", f"{KEY[1]}\n", f"IyEv{KEY[1]}\n", "IyEv", "$6$"),
        *("chpasswd\n", "chpasswd ", "a:b ", "mysql ", "mysql -", "login x password ", "-u a:"),
        *("authorization: ", "cookie: a", "--token ", 'password: "', "a://b:c\n", "a://b\n"),
        *(f"{BEGIN}\n{' ' * 50_000}x\n", f"\n{' ' * 50_000}x\n{END}\n"),
    ],
)
def test_long_texts_are_masked_in_no_time(part: str) -> None:
    begin = time.process_time()
    redact(part * (500_000 // len(part)), {})
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
