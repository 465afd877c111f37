"""The part of ao.yaml that tells when load changes the number of servers."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from ao.config.section import Duration, Section
from ao.config.watch import Percent
from ao.site.autoscale import Autoscale, Limit, Rule

OF_AODH = ("ca", "headers_env", "prometheus", "token_env", "token_file", "url")
"""Keys that would tell how Prometheus is asked."""


class _AskedByAodh(Section):
    """A part whose signal Aodh asks of Prometheus."""

    @model_validator(mode="before")
    @classmethod
    def _no_login(cls, value: Any) -> Any:
        key = next((it for it in OF_AODH if isinstance(value, dict) and it in value), None)
        if key is not None:
            raise ValueError(
                f"Aodh asks Prometheus, as those who run the cloud have set it, and can be told no "
                f"`{key}`; leave the key out"
            )
        return value


class RuleSection(_AskedByAodh):
    """When servers come or go: `cpu`, or `query` with `above` or `below`."""

    cpu: Percent | None = Field(default=None, examples=["70%"])
    """Mean CPU load of the system's servers, beyond which they come (`out`) or go (`in`)."""
    query: str | None = Field(default=None, min_length=1, examples=["sum(rate(requests[1m]))"])
    """PromQL that gives one value; $AO_SITE, $AO_COLOUR and $AO_GROUP are replaced."""
    above: float | None = Field(default=None, strict=False, allow_inf_nan=False, examples=[100])
    """Values of the query above it count."""
    below: float | None = Field(default=None, strict=False, allow_inf_nan=False, examples=[20])
    """Values of the query below it count."""
    lasting: Duration = Field(alias="for", ge=1, examples=["1m"])
    """How long the load must be beyond the limit; for `cpu` the time that the mean is taken of."""
    by: int = Field(default=1, ge=1, examples=[1])
    """Servers that come or go at once."""

    @model_validator(mode="after")
    def _one_signal(self) -> Self:
        limits = sum(limit is not None for limit in (self.above, self.below))
        if (self.cpu is None) == (self.query is None):
            raise ValueError("give either `cpu` or `query`")
        if limits != (0 if self.query is None else 1):
            raise ValueError("a `query` needs either `above` or `below`, and `cpu` neither")
        return self

    def rule(self, cpu: Limit) -> Rule:
        """Return the rule that the section describes; `cpu` is the side on which CPU counts."""
        if self.cpu is not None:
            limit, threshold = cpu, self.cpu
        elif self.above is not None:
            limit, threshold = Limit.ABOVE, self.above
        else:
            limit, threshold = Limit.BELOW, self.below or 0.0
        return self.into(Rule, limit=limit, threshold=threshold)


class AutoscaleSection(_AskedByAodh):
    """Load changes the number of servers of the live system. Default: off."""

    min: int | None = Field(default=None, ge=1, examples=[2])
    """Least number of servers. Default: `group.min`."""
    max: int | None = Field(default=None, ge=1, examples=[4])
    """Greatest number of servers. Default: `group.max`."""
    out: RuleSection
    """When servers come."""
    inward: RuleSection = Field(alias="in")
    """When servers go."""
    cooldown: Duration = Field(default=120, examples=["2m"])
    """Time in which nothing follows a change of size."""
    engine: Literal["auto", "prometheus", "gnocchi", "none"] = Field(
        default="auto", examples=["none"]
    )
    """What evaluates the load: `auto` takes what the cloud has; `none` builds no alarms."""
    granularity: Duration = Field(default=300, ge=1, examples=["5m"])
    """Gnocchi: time that a measure stands for, as the cloud's archive policy has it."""

    @field_validator("inward")
    @classmethod
    def _apart(cls, inward: RuleSection, info: ValidationInfo) -> RuleSection:
        out = info.data.get("out")
        if out and out.cpu is not None and inward.cpu is not None and out.cpu <= inward.cpu:
            raise ValueError("`in.cpu` must be below `out.cpu`, or servers come and go for ever")
        if out and out.query is not None and out.query == inward.query and _overlap(out, inward):
            raise ValueError("some values are beyond both limits: servers come and go for ever")
        return inward

    def value(self) -> Autoscale:
        """Return the autoscaling that the section describes."""
        return self.into(
            Autoscale, out=self.out.rule(Limit.ABOVE), inward=self.inward.rule(Limit.BELOW)
        )


def _overlap(one: RuleSection, other: RuleSection) -> bool:
    """Return whether a value is beyond both limits of two rules of one query."""
    if one.above is not None and other.below is not None:
        return one.above < other.below
    if one.below is not None and other.above is not None:
        return other.above < one.below
    return True


OFF = ("off", False)
"""YAML 1.1 reads the word `off` as false."""


def _off(value: object) -> object:
    return None if value in OFF else value


def _may_be_off(schema: dict[str, Any]) -> None:
    schema["anyOf"].append({"enum": list(OFF)})


Autoscaling = Annotated[
    AutoscaleSection | None, BeforeValidator(_off), Field(json_schema_extra=_may_be_off)
]
"""The section, or `off`."""
