"""The complete site files that people begin with."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ao import config
from tests.visitors import SHOP

EXAMPLES = SHOP.parent
RECIPES = sorted([*(EXAMPLES / "recipes").glob("*.yaml"), EXAMPLES / "database/ao.yaml"])
PAGE = EXAMPLES.parent / "docs/recipes.md"
NAMES = [f"{it.parent.name}/{it.name}" for it in RECIPES]


@pytest.mark.parametrize("recipe", RECIPES, ids=NAMES)
def test_ao_reads_it(recipe: Path, tmp_path: Path) -> None:
    for name in ("database", "recipes", "shop"):
        shutil.copytree(EXAMPLES / name, tmp_path / name)
    # scripts/database-image writes it.
    made = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=servers")
    files = ("-keyout", tmp_path / "servers.key", "-out", tmp_path / "database/servers.pem")
    subprocess.run(["openssl", *made, *files], check=True, capture_output=True)
    site = config.load(tmp_path / recipe.relative_to(EXAMPLES))
    assert site.name in {"orders", "shop"}


@pytest.mark.parametrize("recipe", RECIPES, ids=NAMES)
def test_its_first_lines_tell_whether_it_was_run_on_the_box(recipe: Path) -> None:
    comment = re.match(r"(?:# .*\n)+", recipe.read_text())
    assert comment is not None
    assert re.search(r"^# (Run|Not run) on the box\b", comment[0], re.M)


@pytest.mark.parametrize("recipe", RECIPES, ids=NAMES)
def test_the_page_has_it_whole(recipe: Path) -> None:
    assert f"```yaml\n{recipe.read_text()}```" in PAGE.read_text()


def test_the_page_has_no_other_site_file() -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.M | re.S)
    assert sorted(blocks) == sorted(it.read_text() for it in RECIPES)
