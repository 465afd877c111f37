"""Autoscaling in the site file."""

import re
from pathlib import Path

import pytest

from ao import config
from ao.errors import ConfigError
from ao.site import Site
from ao.site.autoscale import Engine, Limit

SHOP = Path(__file__).parents[3] / "examples" / "shop"
RULES = """
autoscale:
  {bounds}
  out: {{cpu: 70%, for: 1m, by: 2}}
  in: {{cpu: 20%, for: 5m}}
"""


def load(folder: Path, more: str) -> Site:
    (folder / "user-data.sh").write_text("VERSION='$AO_VERSION'\n")
    (folder / "ao.yaml").write_text((SHOP / "ao.yaml").read_text().replace("  max: 4\n", "") + more)
    return config.load(folder / "ao.yaml")


@pytest.mark.parametrize("more", ["", "autoscale: off\n", "autoscale: 'off'\n"])
def test_it_is_off_unless_written(tmp_path: Path, more: str) -> None:
    assert load(tmp_path, more).autoscale is None


def test_the_rules_are_read(tmp_path: Path) -> None:
    site = load(tmp_path, RULES.format(bounds="max: 8"))
    scaling = site.autoscale
    assert scaling is not None
    assert (scaling.out.threshold, scaling.out.lasting, scaling.out.by) == (0.7, 60, 2)
    assert (scaling.inward.threshold, scaling.inward.limit) == (0.2, Limit.BELOW)
    assert (scaling.cooldown, scaling.engine) == (120, Engine.AUTO)
    assert (site.group.minimum, site.group.maximum) == (1, 8)


def test_a_query_says_itself_which_side_counts(tmp_path: Path) -> None:
    text = RULES.format(bounds="max: 8").replace("cpu: 70%", "query: idle, below: 3")
    scaling = load(tmp_path, text).autoscale
    assert scaling is not None
    assert (scaling.out.query, scaling.out.limit, scaling.out.threshold) == ("idle", Limit.BELOW, 3)


@pytest.mark.parametrize(
    ("bounds", "why"),
    [
        ("min: 2", "autoscale.min is 2 and group.min is 1; give one"),
    ],
)
def test_bounds_that_contradict_the_groups_are_refused_with_their_line(
    tmp_path: Path, bounds: str, why: str
) -> None:
    with pytest.raises(ConfigError, match=rf"ao.yaml:\d+: autoscale: .*{why}"):
        load(tmp_path, RULES.format(bounds=bounds))


ISSUE = (
    "autoscale: {min: 3, max: 6, out: {cpu: 70%, for: 1m, by: 1}, "
    "in: {cpu: 20%, for: 5m, by: 1}, cooldown: 2m}\n"
)


@pytest.mark.parametrize(
    ("group", "sizes"),
    [
        ("", (3, 3, 6)),
        ("group: {size: 5}\n", (3, 5, 6)),
        ("group: {delete_delay: 2s}\n", (3, 3, 6)),
    ],
)
def test_a_size_that_is_not_said_keeps_the_bounds(
    tmp_path: Path, group: str, sizes: tuple[int, int, int]
) -> None:
    (tmp_path / "user-data.sh").write_text("VERSION='$AO_VERSION'\n")
    shop = re.sub(r"(?m)^group:\n(  .*\n)+", group, (SHOP / "ao.yaml").read_text())
    (tmp_path / "ao.yaml").write_text(shop + ISSUE)
    made = config.load(tmp_path / "ao.yaml").group
    assert (made.minimum, made.size, made.maximum) == sizes


@pytest.mark.parametrize("bounds", ["max: 1", "min: 5, max: 4"])
def test_bounds_that_leave_no_size_are_refused(tmp_path: Path, bounds: str) -> None:
    text = RULES.format(bounds=bounds.replace(", ", "\n  "))
    with pytest.raises(ConfigError, match=r"min <= group.size <= max|autoscale.min"):
        load(tmp_path, text)


def test_one_query_must_not_both_add_and_remove(tmp_path: Path) -> None:
    text = RULES.format(bounds="max: 8")
    text = text.replace("cpu: 70%", "query: load, above: 100")
    with pytest.raises(ConfigError, match="servers come and go for ever"):
        load(tmp_path, text.replace("cpu: 20%", "query: load, below: 200"))
    assert load(tmp_path, text.replace("cpu: 20%", "query: load, below: 50")).autoscale


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("cpu: 10%", "`in.cpu` must be below `out.cpu`"),
        ("cpu: 70%, query: load", "give either `cpu` or `query`"),
        ("query: load", "needs either `above` or `below`"),
        ("cpu: 70%, above: 3", "and `cpu` neither"),
    ],
)
def test_a_rule_that_says_too_much_or_too_little_is_refused(
    tmp_path: Path, wrong: str, why: str
) -> None:
    with pytest.raises(ConfigError, match=why):
        load(tmp_path, RULES.format(bounds="max: 8").replace("cpu: 70%", wrong))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("  token_env: PROM_TOKEN", "autoscale: .*`token_env`"),
        ("  prometheus: {url: 'https://prom'}", "autoscale: .*`prometheus`"),
        ("  out: {query: up, above: 1, for: 1m, ca: ca.pem}", "autoscale.out: .*`ca`"),
        ("  in: {query: up, below: 1, for: 1m, headers_env: {X-A: A}}", "autoscale.in: .*`headers"),
    ],
)
def test_a_login_for_prometheus_cannot_be_told_to_aodh(tmp_path: Path, text: str, key: str) -> None:
    name = text.split(":")[0]
    rules = RULES.format(bounds="max: 8").splitlines()
    whole = "\n".join([it for it in rules if not it.startswith(f"{name}:")] + [text])
    with pytest.raises(ConfigError, match=rf"ao.yaml:\d+: {key}"):
        load(tmp_path, whole)
