"""Sections of the site file, and the values that they are made into."""

from dataclasses import FrozenInstanceError, dataclass
from enum import StrEnum

import pytest
from pydantic import Field, ValidationError

from ao.config.section import Duration, Section


class Pace(StrEnum):
    FAST = "fast"


class Tea(Section):
    leaves: str = "sencha"
    brewing: Duration = Field(default=60, alias="for")
    pace: str = "fast"
    cups: tuple[str, ...] = Field(default=(), strict=False)


@dataclass(frozen=True, kw_only=True)
class Pot:
    leaves: str
    brewing: float
    pace: Pace
    cups: frozenset[str]
    water: int = 80


def test_a_value_has_the_fields_of_the_section_whatever_the_file_calls_them() -> None:
    tea = Tea.model_validate({"for": "1m30s", "cups": ["blue", "green"]})
    pot = tea.into(Pot)
    assert pot == Pot(
        leaves="sencha", brewing=90.0, pace=Pace.FAST, cups=frozenset({"blue", "green"})
    )
    with pytest.raises(FrozenInstanceError):
        pot.leaves = "hojicha"  # type: ignore[misc]


def test_what_differs_goes_before_the_section() -> None:
    assert Tea().into(Pot, leaves="hojicha", water=95).leaves == "hojicha"
    assert Tea().into(Pot, leaves="hojicha", water=95).water == 95


def test_a_section_that_does_not_fit_a_value_is_refused() -> None:
    with pytest.raises(ValidationError, match="pace"):
        Tea(pace="slow").into(Pot)
