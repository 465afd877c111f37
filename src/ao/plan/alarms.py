"""Alarms: what evaluates the load of a system, and how a site's rules are put to it. Pure."""

from __future__ import annotations

import math

from ao.cloud.models import Alarm
from ao.colour import Colour
from ao.errors import NotFound
from ao.message import in_context, message
from ao.message.vocabulary import word
from ao.site import Site
from ao.site.autoscale import Autoscale, Engine, Limit, Rule

TYPES = frozenset({"OS::Aodh::PrometheusAlarm", "OS::Aodh::GnocchiAggregationByResourcesAlarm"})
"""Resource types of Heat that a system's alarms are of."""
STORES = {Engine.PROMETHEUS: "metric-storage", Engine.GNOCCHI: "metric"}
"""Type of the service that stores the measures of each engine, in Keystone's catalogue."""
NANOSECONDS = 1e9
CPU = 'ceilometer_cpu{server_group="$AO_GROUP"}'
"""CPU time of a system's servers in nanoseconds, as Ceilometer's exporter gives it."""
OUT, IN = frozenset({"alarm_out", "gnocchi_out"}), frozenset({"alarm_in", "gnocchi_in"})
"""The alarms on which servers come and go, as the system's template calls them."""
SINCE = " and on() vector(time()) > "
"""End of a query that has a value only after a moment, whose Unix time is appended."""
LEAST_PERIODS = 2
"""Measures of Gnocchi that a rule takes at least: one alone tells nothing, because the mean of the
servers' CPU time, whose growth it is, drops when a server comes (gnocchi/rest/aggregates/
operations.py: rated_agg)."""
LOOKS = 4
"""Values of a query that are looked at in the time that it must hold."""


def engine(autoscale: Autoscale, services: frozenset[str]) -> Engine:
    """Return the engine that evaluates the load: the site file's, or one that the catalogue has.

    Raises NotFound when the cloud lacks it, or when there is a query and no Prometheus.
    """
    if autoscale.engine is Engine.NONE:
        return Engine.NONE
    wanted = list(STORES) if autoscale.engine is Engine.AUTO else [autoscale.engine]
    found = next((it for it in wanted if {"alarming", STORES[it]} <= services), None)
    if found is None:
        stores = " or ".join(STORES[it] for it in wanted)
        raise NotFound(
            message(
                "the cloud cannot evaluate load: its catalogue has not both alarming and %(words)s",
                words=stores,
            ),
            cure=message(
                "Write `engine: none` under `autoscale` to build without "
                "alarms, or `autoscale: off`."
            ),
        )
    if found is Engine.GNOCCHI and (autoscale.out.query or autoscale.inward.query):
        raise NotFound(
            message("autoscale: a query needs Prometheus, and the cloud has Gnocchi"),
            cure=message("Write `cpu` instead, or `engine: none`."),
        )
    return found


def parameters(site: Site, colour: Colour, engine: Engine, vcpus: int) -> dict[str, object]:
    """Return the parameters of the system template that tell of its alarms and policies."""
    scaling = site.autoscale
    if scaling is None:
        return {}
    return {
        "alarms": str(engine),
        "cooldown": math.ceil(scaling.cooldown),
        "granularity": math.ceil(scaling.granularity),
        "out_by": scaling.out.by,
        "in_by": -scaling.inward.by,
        **_rule("out", scaling.out, site, colour, engine, vcpus),
        **_rule("in", scaling.inward, site, colour, engine, vcpus),
    }


def _rule(
    name: str, rule: Rule, site: Site, colour: Colour, engine: Engine, vcpus: int
) -> dict[str, object]:
    scaling = site.autoscale
    granularity = math.ceil(scaling.granularity) if scaling else 1
    # Gnocchi's rate is the CPU time of one granularity.
    factor = granularity * vcpus * NANOSECONDS if engine is Engine.GNOCCHI else 1
    return {
        f"{name}_query": promql(rule, site, colour, vcpus),
        f"{name}_limit": str(rule.limit),
        f"{name}_threshold": rule.threshold * factor,
        f"{name}_periods": max(LEAST_PERIODS, math.ceil(rule.lasting / granularity)),
    }


def promql(rule: Rule, site: Site, colour: Colour, vcpus: int) -> str:
    """Return a rule's signal in PromQL, one value; nothing unless all of its time was measured.

    Aodh's alarm looks at one moment (aodh/evaluator/prometheus.py), so the time is in here.
    """
    lasting = math.ceil(rule.lasting)
    if rule.query is None:
        # Ceilometer takes its measures away while it polls (polling/prom_exporter.py), so
        # there may be none at any one moment.
        measured = f"avg(last_over_time({CPU}[{max(1, lasting // 2)}s]"
        mean = f"avg(rate({CPU}[{lasting}s])) / {NANOSECONDS:.0f} / {vcpus}"
        return f"{mean} and {measured})) and {measured} offset {lasting}s))"
    query = rule.query.replace("$AO_SITE", site.name).replace("$AO_COLOUR", colour)
    values = f"({query})[{lasting}s:{max(1, lasting // LOOKS)}s]"
    worst = "min" if rule.limit is Limit.ABOVE else "max"
    looks = min(LOOKS, lasting)
    return f"{worst}_over_time({values}) and count_over_time({values}) >= {looks}"


def counting_from(query: str, moment: float) -> str:
    """Return the query changed so that it has no value before a moment (seconds since 1970)."""
    return f"{query.partition(SINCE)[0]}{SINCE}{math.ceil(moment)}"


def counts_at(query: str, moment: float) -> bool:
    """Return whether a query of `counting_from` has a value at a moment (seconds since 1970)."""
    since = query.partition(SINCE)[2]
    # Somebody may have written another query into Aodh.
    return not since.isdecimal() or int(since[:15]) <= moment


def state(alarm: Alarm | None) -> object:
    """Return the state of an alarm in a word; of one that is gone from Aodh, `lost`."""
    if alarm is None:
        return in_context("alarm", "lost")
    return word(alarm.state if alarm.enabled else "off")
