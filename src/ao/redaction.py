"""Secrets masked in texts that others will read."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

MASK = "***"
SHORTEST = 4
"""Characters of a value of the environment that is masked; shorter ones are in every text."""

# Every repetition has a bound or one place to begin: these texts may be long.
_NAME = (
    r"(?:passw(?:or)?d|passphrase|passcode|token|secret|credential"
    r"|(?:api|private|access|signing|encryption|auth|master)[_-]?key"
    r"|(?<=[_-])(?:pass|pwd)(?![a-z]))"
)
_SECRET_NAME = re.compile(_NAME, re.IGNORECASE)
_NAMED = rf"[\w-]{{0,40}}{_NAME}[\w-]{{0,40}}"
_IS = rf"""(?<![\w-]){_NAMED}\\?["']?\s?[ \t]{{0,8}}[=:]\s?[ \t]{{0,8}}"""
_SCHEME = r"\b[a-z][a-z0-9+.-]{0,30}://"
_BASE64 = r"[A-Za-z0-9+/]"
_END_OF_LINE = r"(?=[ \t]*(?:\r?\n|\Z))"
_WHOLE = tuple(
    map(
        re.compile,
        (
            # A token of Keystone's: Fernet's version and time come first, or JWS's header.
            r"(?<![\w-])gAAAAA[\w-]{20,}={0,2}",
            r"(?<![\w-])eyJ[\w-]{10,4000}\.[\w-]{10,4000}\.[\w-]{10,4000}",
            # What lets Ao's requests pass a site's maintenance.
            r"(?<![\w-])ao-pass-[0-9a-f]{8,64}",
            # A password's hash, as `crypt` makes it.
            r"\$(?:1|2[abxy]|5|6|7|y|gy)\$[./A-Za-z0-9$=,]{8,}",
            # User data in one line of Base64 or many: `#cloud-`, `#!/`, gzip, MIME.
            rf"(?<!{_BASE64})(?:I2Nsb3Vk|IyEv|H4sI|Q29udGVudC|TUlNRS1){_BASE64}{{40,}}={{0,2}}"
            rf"(?:\r?\n[ \t]{{0,20}}{_BASE64}{{40,100}}={{0,2}}{_END_OF_LINE})*"
            rf"(?:\r?\n[ \t]{{0,20}}{_BASE64}{{1,100}}={{0,2}}{_END_OF_LINE})?",
        ),
    )
)
"""What is a secret by itself."""
_AFTER = tuple(
    re.compile(rf"(?P<before>{before}){secret}", re.IGNORECASE)
    for before, secret in (
        # User and password of a URL, which a narrow terminal may have broken into two lines.
        (_SCHEME, r"[^\s/?#]*(?=@)"),
        (_SCHEME, r"[^\s/?#@:]{0,100}:[^\s/?#@]{0,200}\r?\n[^\s/?#@]{0,200}(?=@)"),
        (_SCHEME, r"[^\s/?#@:]{0,100}\r?\n[^\s/?#@:]{0,100}:[^\s/?#@]{0,200}(?=@)"),
        # Headers.
        (r"\bauthorization\s{0,8}[=:]\s{0,8}digest\s", r"[^\r\n]+"),
        (
            r"""\bauthorization\\?["']?\s?[=:]\s?\\?["']?(?:[a-z][\w-]{0,30}[ ]{1,8})?""",
            r"""[^"'\r\n]+""",
        ),
        (r"\bcookie:\s?", r"""[^"'\r\n]+"""),
        (r"\b(?:bearer|basic)\s{1,8}", r"[\w.~+/=-]+"),
        # Whatever is called a secret.
        (rf"""{_IS}\\?["]""", r"""[^"\n]+"""),
        (rf"""{_IS}\\?[']""", r"""[^'\n]+"""),
        (_IS, r"""(?!\\["'])[^\s"'&;,]+"""),
        # Commands, as a script tells which it runs.
        (rf"""(?<![\w-])--{_NAMED}[ \t]{{1,8}}["']?""", r"""[^\s"'-][^\s"']*"""),
        (
            r"""(?<![\w-])(?:-u|--user|--proxy-user)[ =]?["']?(?!\d{1,20}:)[^\s:"'/]{1,100}:""",
            r"""[^\s"']+""",
        ),
        (r"\bmysql\w{0,20}\b[^\n]{0,200}?\s-p", r"[^\s-]\S*"),
        (r"""\bsshpass\s{1,8}-p\s{0,8}["']?""", r"""[^\s"']+"""),
        (r"\blogin\s{1,8}\S{1,100}\s{1,8}password\s{1,8}", r"\S+"),
    )
)
"""What is a secret after something else."""
_KEY_EDGE = re.compile(r"-----(?:(?P<begin>BEGIN)|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_LINE = re.compile(rf"{_BASE64}{{40}}")
_LOGGED = (
    # What is blank is taken once and not given back: a line of it would be tried in every way.
    r"\s*+(?:\[[ \d.]{1,20}\] )?(?:[A-Z][a-z]{2} [ \d]\d [\d:]{8} [\w.-]{1,63} )?"
    r"(?:[\w.@-]{1,40}\[\d{1,9}\]: )?"
)
"""What the kernel, syslog and cloud-init begin a line with."""
_KEY_LAST_LINE = re.compile(rf"{_LOGGED}(?:{_BASE64}{{1,64}}={{0,2}}|={_BASE64}{{4}})\s*")
_KEY_HEADER = re.compile(rf"{_LOGGED}(?:(?:Proc-Type|DEK-Info|Version|Comment): .*)?\s*")
"""A line with a header of a private key, or the empty one after these."""
_ACCOUNT = re.compile(r"""(?P<name>(?<![\w.@-])[a-z_][\w.-]{0,31}:)[^\s"'|]+""", re.IGNORECASE)
"""A user with a password, as `chpasswd` reads them."""
_ENDS_IN_ACCOUNT = re.compile(rf"(?:^|\s){_ACCOUNT.pattern}\s*$", re.IGNORECASE)
_ACCOUNTS_FOLLOW = ("chpasswd", "'random' passwords")
"""What stands before users with their passwords: the command, and what cloud-init says of those
that it has drawn."""


def redact(text: str, environ: Mapping[str, str] | None = None) -> str:
    """A text without secrets that can be known for such.

    These are the values of environment variables whose names say password, token, secret and
    the like; user and password of URLs; what follows such a name and = or a colon, such an option,
    or `Authorization`, `Bearer` or `Basic`; tokens of Keystone's; private keys; hashes of
    passwords, and those that `chpasswd` or cloud-init set; user data in Base64. Characters that
    UTF-8 cannot write become question marks.
    """
    for value in _values(os.environ if environ is None else environ):
        text = text.replace(value, MASK)
    text = _without_accounts(_without_keys(text))
    for pattern in _WHOLE:
        text = pattern.sub(MASK, text)
    for pattern in _AFTER:
        text = pattern.sub(rf"\g<before>{MASK}", text)
    return text.encode("utf-8", "replace").decode()


def _without_keys(text: str) -> str:
    """Mask private keys, whole ones and those of which an end is cut off."""
    kept: list[str] = []
    at, within = 0, False
    for edge in _KEY_EDGE.finditer(text):
        between, at = text[at : edge.start()], edge.end()
        if edge["begin"]:
            kept += [_after_key(between) if within else between, MASK]
        elif not within:
            kept += [_before_key(between), MASK]
        within = edge["begin"] is not None
    kept.append(_after_key(text[at:]) if within else text[at:])
    return "".join(kept)


def _after_key(text: str) -> str:
    """Return what follows on a private key whose end is not there."""
    first, *lines = text.split("\n")
    number = 0
    while number < len(lines) and _KEY_HEADER.fullmatch(lines[number]):
        number += 1
    while number < len(lines) and _KEY_LINE.search(lines[number]):
        number += 1
    if number < len(lines) and _KEY_LAST_LINE.fullmatch(lines[number]):
        number += 1
    if _KEY_LINE.search(first):
        first = ""
    return "\n".join([first, *lines[number:]])


def _before_key(text: str) -> str:
    """Return what stands before a private key whose beginning is not there."""
    lines = text.split("\n")
    last = lines.pop()
    if lines and _KEY_LAST_LINE.fullmatch(lines[-1]):
        lines.pop()
    while lines and _KEY_LINE.search(lines[-1]):
        lines.pop()
    return "\n".join([*lines, "" if _KEY_LINE.search(last) else last])


def _without_accounts(text: str) -> str:
    """Mask the passwords of users that a line or more beside `chpasswd` tell, or cloud-init."""
    if not any(it in text for it in _ACCOUNTS_FOLLOW):
        return text
    lines = text.split("\n")
    follow = False
    for number, line in enumerate(lines):
        if any(it in line for it in _ACCOUNTS_FOLLOW):
            for beside in range(max(0, number - 1), min(number + 2, len(lines))):
                lines[beside] = _ACCOUNT.sub(rf"\g<name>{MASK}", lines[beside])
            follow = True
        elif follow:
            follow = _ENDS_IN_ACCOUNT.search(line) is not None
            lines[number] = _ACCOUNT.sub(rf"\g<name>{MASK}", line) if follow else line
    return "\n".join(lines)


def remember(settings: Mapping[str, object]) -> None:
    """Have `redact_log` mask the values of settings whose names say that they are secret."""
    named = {name: value for name, value in settings.items() if isinstance(value, str)}
    _remembered.update(dict.fromkeys(_values(named)))


def forget() -> None:
    """Have `redact_log` mask nothing more of what `remember` was told."""
    _remembered.clear()


def redact_log(text: str) -> str:
    """A text for a log: without what `redact` masks, and without remembered secrets.

    Elsewhere these are not masked: a password may be a word, such as the name of its user.
    """
    for value in sorted(_remembered.copy(), key=len, reverse=True):
        text = text.replace(value, MASK)
    return redact(text)


_remembered: dict[str, None] = {}
"""Secrets that this process has used."""


def is_secret_name(name: str) -> bool:
    """Return whether what is called so is a secret, as a password is."""
    return _SECRET_NAME.search(name) is not None


def _values(settings: Mapping[str, str]) -> list[str]:
    """Values of settings that are secret, longest first: one may be part of another."""
    secrets = [
        value for name, value in settings.items() if is_secret_name(name) and len(value) >= SHORTEST
    ]
    return sorted(secrets, key=len, reverse=True)
