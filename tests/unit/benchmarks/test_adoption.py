"""What the benchmark of adoption tells, and what its sites are made of."""

import yaml

from benchmarks.adoption.__main__ import Step, Story, markdown
from benchmarks.adoption.owner import TEMPLATE, user_data


def step(name: str, *, lost: int = 0) -> Step:
    return Step(name=name, seconds=4.5, requests=1000, lost=lost, retried=1)


def test_a_command_has_one_row_however_often_it_was_run() -> None:
    story = Story(way="heat", steps=[step("ao up"), step("ao switch green", lost=2)])
    story.steps.append(step("ao switch green"))
    assert story.lost == 2
    rows = [line for line in markdown([story]).splitlines() if line.startswith("| heat")]
    assert rows == [
        "| heat | `ao up` | 1 | 1,000 | 0 | 1 | 4.5 |",
        "| heat | `ao switch green` | 2 | 2,000 | 2 | 2 | 4.5 |",
    ]


def test_what_of_the_owners_is_not_as_it_was_is_named() -> None:
    told = markdown([Story(way="heat"), Story(way="commands", differs=["listener", "pool"])])
    assert "made by heat: as they were." in told
    assert "made by commands: listener, pool." in told


def test_the_owners_servers_know_of_no_colour() -> None:
    assert "$AO_" not in user_data()
    assert "X-Ao-Colour" not in user_data()
    assert "http" in user_data()


def test_the_owners_stack_names_each_thing_as_the_other_ways_do() -> None:
    resources = yaml.safe_load(TEMPLATE.read_text())["resources"]
    assert {"network", "subnet", "router", "load_balancer", "listener", "pool"} < set(resources)
    assert "name" not in yaml.safe_load(TEMPLATE.read_text())["parameters"]
