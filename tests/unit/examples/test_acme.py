"""The hook that an ACME client runs, where `ao` and `sleep` write down how they are asked."""

import subprocess
import sys
from pathlib import Path

import pytest

HOOK = Path(__file__).parents[3] / "examples/acme/deploy-hook.sh"
SHELLCHECK = Path(sys.executable).with_name("shellcheck")
CLIENTS = {
    "certbot": (
        {"RENEWED_LINEAGE": "/live/shop"},
        "/live/shop/fullchain.pem",
        "/live/shop/privkey.pem",
    ),
    "lego": (
        {"LEGO_HOOK_CERT_PATH": "a.crt", "LEGO_HOOK_CERT_KEY_PATH": "a.key"},
        "a.crt",
        "a.key",
    ),
    "lego before 5.0": (
        {"LEGO_CERT_PATH": "b.crt", "LEGO_CERT_KEY_PATH": "b.key"},
        "b.crt",
        "b.key",
    ),
    "acme.sh": ({"CERT_FULLCHAIN_PATH": "c d.cer", "CERT_KEY_PATH": "c.key"}, "c d.cer", "c.key"),
}


def run(folder: Path, environment: dict[str, str], *codes: int) -> tuple[int, list[str]]:
    """Exit code of the hook and what it asked for, where `ao` ends in one code after another."""
    asked, left = folder / "asked", folder / "codes"
    left.write_text("".join(f"{code}\n" for code in codes))
    scripts = {
        "ao": f'printf "%s|" ao "$@" >>{asked}; echo >>{asked}\n'
        f'code=$(head -n 1 {left}); sed -i 1d {left}; exit "$code"',
        "sleep": f'echo "sleep $1" >>{asked}',
    }
    for name, script in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    ended = subprocess.run(
        ["sh", str(HOOK)],
        env={"PATH": f"{folder}:/usr/bin:/bin", **environment},
        capture_output=True,
        check=False,
        timeout=20,
    )
    return ended.returncode, asked.read_text().splitlines() if asked.exists() else []


@pytest.mark.parametrize("client", CLIENTS)
def test_each_client_says_which_certificate_is_new(tmp_path: Path, client: str) -> None:
    environment, certificate, key = CLIENTS[client]
    code, asked = run(tmp_path, environment, 0)
    assert code == 0
    assert asked == [f"ao|certificate|renew|--certificate|{certificate}|--key|{key}|--reason|ACME|"]


def test_it_waits_while_somebody_else_is_at_work_on_the_site(tmp_path: Path) -> None:
    environment, _, _ = CLIENTS["certbot"]
    code, asked = run(tmp_path, environment, 10, 10, 0)
    assert code == 0
    assert asked[1::2] == ["sleep 60", "sleep 300"]
    assert len(asked) == 5


def test_it_gives_up_in_the_end_and_says_so(tmp_path: Path) -> None:
    environment, _, _ = CLIENTS["certbot"]
    code, asked = run(tmp_path, environment, *[10] * 9)
    assert code == 10
    assert asked[-1].startswith("ao|")


def test_what_fails_fails_at_once(tmp_path: Path) -> None:
    environment, _, _ = CLIENTS["certbot"]
    code, asked = run(tmp_path, environment, 2)
    assert code == 2
    assert len(asked) == 1


def test_without_a_client_it_asks_for_nothing(tmp_path: Path) -> None:
    code, asked = run(tmp_path, {}, 0)
    assert code == 2
    assert asked == []


def test_shellcheck_has_nothing_to_say() -> None:
    subprocess.run([SHELLCHECK, HOOK], check=True, timeout=20)
