"""Findings: what the doctor saw, and what follows from it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ao.message import message
from ao.probe.recording import KeptClient, Recording
from ao.site import DrainWay, Method, Site
from ao.untrusted.bounds import Count, Moment, Seconds
from ao.untrusted.texts import Word


class Fate(StrEnum):
    """The end of a Keep-Alive connection to the system that production leaves."""

    KEEP = "keep"
    """It stays with the system that it was with."""
    RESET = "reset"
    """It ends, and the client's next one reaches the system that is live."""
    HANG = "hang"
    """Nothing answers on it any more, until the client gives up."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """The effect on connections of a reload, a change of the pool, or a move of the address."""

    fate: Fate
    """What happened to most Keep-Alive connections; the worse of two that are as frequent."""
    fates: dict[Fate, Count]
    """Keep-Alive connections by what became of them."""
    lost: Count
    """Requests without an answer."""
    sent: Count
    """Requests in all."""
    gap: Seconds | None
    """Longest time without an answer on new connections, in seconds."""


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The effects of each way to switch that the doctor measured on a cloud."""

    at: Moment
    """Moment of the examination, in seconds since 1970."""
    provider: Word
    """Octavia provider that was examined."""
    reload: Effect
    """Effect of a reload: a load balancer's unchanged name is written."""
    pool: Effect
    """Effect of changing a listener's default pool."""
    address: Effect
    """Effect of moving a floating IP from one load balancer to another."""


@dataclass(frozen=True, kw_only=True)
class Advice:
    """The switch method and the drain that suit the cloud."""

    method: Method
    drain: DrainWay | None
    """Way of draining by the address method; None for the pool method, whose change is a reload."""
    why: str
    """Reason for the method: what becomes of connections with it, and with the other one."""


_COST = {Fate.RESET: 0, Fate.KEEP: 1, Fate.HANG: 2}


def fate(client: KeptClient, old: str, *, closing: bool) -> Fate:
    """Return the fate of one Keep-Alive client's connection to the `old` colour.

    With `closing`, a connection that was closed counts as reset, whichever colour answered on the
    next one.
    """
    if client.hung:
        return Fate.HANG
    ended = client.connections > 1 if closing else client.colour != old
    return Fate.RESET if ended else Fate.KEEP


def effect(recording: Recording, old: str, gap: float | None, *, closing: bool = False) -> Effect:
    """Return the effect of an act on the connections to the `old` colour, from its recording.

    `gap` is the longest time without an answer on new connections, in seconds; `closing` is that
    of `fate`.
    """
    fates = dict.fromkeys(Fate, 0)
    for client in recording.kept:
        fates[fate(client, old, closing=closing)] += 1
    worst = max(fates, key=lambda fate: (fates[fate], _COST[fate]))
    return Effect(fate=worst, fates=fates, lost=recording.lost, sent=recording.sent, gap=gap)


def advise(findings: Findings) -> Advice:
    """Return the method by which connections suffer least; of two alike, the pool method."""
    pool, address = findings.pool.fate, findings.address.fate
    if _COST[pool] <= _COST[address]:
        return Advice(
            method=Method.POOL,
            drain=None,
            why=message(
                "when the pool changes, Keep-Alive connections %(fate)s; when "
                "the address moves, they %(other)s",
                fate=_WORDS[pool],
                other=_WORDS[address],
            ),
        )
    return Advice(
        method=Method.ADDRESS,
        drain=drain(findings),
        why=message(
            "when the address moves, Keep-Alive connections %(fate)s; when "
            "the pool changes, they %(other)s",
            fate=_WORDS[address],
            other=_WORDS[pool],
        ),
    )


_WORDS = {
    Fate.KEEP: message("stay on the old system"),
    Fate.RESET: message("end and come back on the new system"),
    Fate.HANG: message("hang until the client gives up"),
}


def drain(findings: Findings) -> DrainWay:
    """Return the way of draining by the address method that suits the cloud."""
    if findings.reload.fate is Fate.RESET:
        return DrainWay.AROUND if findings.address.fate is Fate.HANG else DrainWay.AFTER
    return DrainWay.HOOK


def warnings(site: Site, findings: Findings) -> Iterator[str]:
    """Yield a sentence for each of a site's settings that the findings contradict."""
    advice = advise(findings)
    if site.load_balancer.provider != findings.provider:
        return
    if site.switch.method is not advice.method:
        yield (
            message(
                "`ao doctor` advises `method: %(method)s` for this cloud, the "
                "site file says %(chosen)s: %(why)s.",
                method=advice.method,
                chosen=site.switch.method,
                why=advice.why,
            )
        )
    if site.switch.method is Method.ADDRESS and site.drain.way not in (None, drain(findings)):
        yield (
            message(
                "`ao doctor` advises `way: %(way)s` under `drain` for this "
                "cloud, the site file says %(chosen)s.",
                way=drain(findings),
                chosen=site.drain.way,
            )
        )
