"""The site file as its project keeps it, for those who act on the site without the file.

A screen or another machine deploys and switches with it. Every member of the project can write
it, so only keys are taken from it that TAKEN names: none that names a file, a variable of the
environment, a URL, a command or a template. Of the others it says which the site file has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Any

from pydantic import BaseModel

from ao.cloud import Cloud, SoftwareConfig, SoftwareConfigList
from ao.config.switching import HealthCheckSection
from ao.errors import ConfigError, NotFound, Refused
from ao.message import message
from ao.site import Site
from ao.site.hooks import Point
from ao.text_format import UPGRADE, Format, newer_format

FORMAT = 1
"""Format of the texts that are written, and the highest one that is read."""
TAKEN = frozenset(
    {
        "site",
        "external_network",
        "host",
        "production_address",
        "adopt.load_balancer",
        "adopt.listeners",
        "adopt.pool",
        "adopt.floating_ip",
        "adopt.colour",
        "version",
        "image",
        "flavor",
        "keypair",
        "environment",
        "servers.security_groups",
        "servers.rules.protocol",
        "servers.rules.port",
        "servers.rules.from",
        "servers.availability_zone",
        "servers.anti_affinity",
        "servers.config_drive",
        "servers.metadata",
        "servers.boot_volume.size",
        "servers.boot_volume.type",
        "servers.volumes.size",
        "servers.volumes.type",
        "servers.networks",
        "group.size",
        "group.min",
        "group.max",
        "group.delete_delay",
        "autoscale",
        "autoscale.min",
        "autoscale.max",
        "autoscale.out.cpu",
        "autoscale.out.query",
        "autoscale.out.above",
        "autoscale.out.below",
        "autoscale.out.for",
        "autoscale.out.by",
        "autoscale.in.cpu",
        "autoscale.in.query",
        "autoscale.in.above",
        "autoscale.in.below",
        "autoscale.in.for",
        "autoscale.in.by",
        "autoscale.cooldown",
        "autoscale.engine",
        "autoscale.granularity",
        "load_balancer.provider",
        "load_balancer.protocol",
        "load_balancer.algorithm",
        "load_balancer.port",
        "load_balancer.server_port",
        "load_balancer.timeouts.client",
        "load_balancer.timeouts.server",
        "load_balancer.timeouts.connect",
        "load_balancer.insert_headers",
        "load_balancer.allowed_from",
        "load_balancer.server_tls.enabled",
        "load_balancer.server_tls.ca",
        "load_balancer.server_tls.crl",
        "load_balancer.server_tls.certificate",
        "load_balancer.server_tls.versions",
        "load_balancer.server_tls.ciphers",
        "load_balancer.proxy_protocol",
        "load_balancer.flavor",
        "load_balancer.availability_zone",
        "load_balancer.session_persistence.type",
        "load_balancer.session_persistence.cookie",
        "listeners.name",
        "listeners.port",
        "listeners.protocol",
        "listeners.server_port",
        "listeners.preview_port",
        "listeners.timeouts.client",
        "listeners.timeouts.server",
        "listeners.timeouts.connect",
        "listeners.insert_headers",
        "listeners.allowed_from",
        "listeners.certificate.name",
        "listeners.sni.name",
        "listeners.health_check.type",
        "listeners.health_check.path",
        "listeners.health_check.method",
        "listeners.health_check.expect",
        "tls.certificate.name",
        "tls.sni.name",
        "tls.versions",
        "tls.ciphers",
        "tls.alpn",
        "tls.hsts.days",
        "tls.hsts.subdomains",
        "tls.hsts.preload",
        "tls.clients.ca",
        "tls.clients.crl",
        "tls.clients.required",
        "tls.warn_days",
        "redirect.http",
        "redirect.acme_challenge",
        "maintenance.redirect",
        "maintenance.pool",
        "maintenance.during_switch",
        "switch.method",
        "switch.preview",
        "switch.preview_port",
        "switch.preview_from",
        "switch.probe_new",
        "switch.probe_kept",
        "drain.way",
        "drain.quiet",
        "drain.deadline",
        "health_check.path",
        "health_check.method",
        "health_check.expect",
        "health_check.type",
        "health_check.interval",
        "health_check.timeout",
        "health_check.retries",
        "identify.path",
        "identify.header",
        "identify.body",
        "network.router",
        *(
            f"network.{name}.{key}"
            for name in ("blue", "green", "balancer")
            for key in ("cidr", "ipv6", "network", "subnet")
        ),
        "network.lock.network",
        "network.lock.subnet",
        "network.lock.address",
        "network.dns",
        "deadlines.build",
        "deadlines.serve",
        "deadlines.switch",
        "approve",
        "migration.one_way",
        "migration.deadline",
        "standby.after",
        "standby.size",
    }
)
"""Keys that are kept, and taken back."""
OPEN = frozenset({"environment", "servers.availability_zone", "servers.metadata"})
"""Keys of those whose values may be keys of the file's own, with values."""
FILES = frozenset(
    {
        f"{of}.{key}.{file}"
        for of in ("tls", "listeners")
        for key in ("certificate", "sni")
        for file in ("certificate", "key", "chain")
    }
    | {"tls.clients.certificate", "tls.clients.key"}
)
"""Keys that name the files of a certificate, which the listeners keep, or which Ao shows."""
LEFT_OUT = FILES | frozenset(
    {
        "checks",
        "cloud",
        "drain.hook",
        "hooks",
        "journal",
        "logout",
        "migration.check",
        "notify",
        "secrets",
        "server_template",
        "system_resources",
        "tls.ca",
        "user_data",
        "watch",
        "window",
    }
)
"""Keys that are not, with all below them. The texts of the files that `user_data` and `tls.ca`
name are kept."""
OWN_CERTIFICATE = "listeners.certificate.certificate"
"""Key of a listener's own certificate in a file: without it the site's is not served there."""
TOLD = LEFT_OUT - FILES - {"cloud", "hooks", "journal", "tls.ca", "user_data", "window"} | {
    OWN_CERTIFICATE,
    *(f"hooks.{point}" for point in Point),
}
"""Keys that are named in the kept text when the site file has them, without their values."""
LONGEST = 400_000
"""Characters of what is kept: user data has 120,000 bytes at most, and the file some thousands."""


class Document(BaseModel):
    """The text that the project keeps of a site file."""

    format: Format = FORMAT
    """Its format; 1 of what version 0.1.0 kept, which says none."""
    site_file: dict[str, Any]
    """The site file's values."""
    user_data: str
    """Text of the file that sets a server up."""
    compressed: bool = False
    """Whether that file was compressed by gzip."""
    ca: str = ""
    """Text of the file with the certificates of authorities that Ao trusts; empty for none."""
    left_out: tuple[str, ...] = ()
    """Keys that the site file has and that are not kept."""


def written(
    values: Mapping[str, Any], user_data: str, ca: str | None = None, *, compressed: bool = False
) -> str:
    """Return the text that is kept of a site file, and of the files that it names."""
    document = Document(
        site_file=_plain(taken(values)),
        user_data=user_data,
        compressed=compressed,
        ca=ca or "",
        left_out=left_out(values),
    )
    unsaid = {key for key, said in (("ca", ca), ("compressed", compressed)) if not said}
    return document.model_dump_json(exclude=unsaid)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return checked values with the one status of a health check as a number.

    Versions of Ao that know no lists of statuses read it so.
    """
    check = values.get("health_check")
    if isinstance(check, dict) and "expect" in check:
        codes = HealthCheckSection.model_validate({"expect": check["expect"]}).expect
        values["health_check"] = {**check, "expect": codes.plain}
    return values


def taken(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those values of a kept site file that may be taken.

    Where a command drains and is left out, nothing does.
    """
    found: dict[str, Any] = _taken(values, "")
    drain = found.get("drain")
    if isinstance(drain, dict) and drain.get("way") == "hook":
        drain["way"] = "none"
    listeners = found.get("listeners")
    some_listeners = listeners if isinstance(listeners, list) else []
    for tls in [found.get("tls"), *some_listeners]:
        if not isinstance(tls, dict):
            continue
        # What names files is nothing then. A renewal serves what is named or nothing: where one of
        # the certificates is in files, none is taken, else the others would be served alone.
        sni = tls.get("sni")
        some = sni if isinstance(sni, list) else []
        if {} in [tls.get("certificate"), *some]:
            tls.pop("certificate", None)
            tls.pop("sni", None)
    return found


def unknown(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys of values that are neither taken nor left out, as those of a later version of Ao."""
    return tuple(path for path in _paths(values) if not (_known(path) or _is_left_out(path)))


def left_out(values: Mapping[str, Any], told: Iterable[str] = ()) -> tuple[str, ...]:
    """Keys that values have, or of which a text tells, and that are not taken."""
    return tuple(sorted({*_paths(values), *told} & TOLD))


def check_format(cloud: Cloud, site: Site, listed: SoftwareConfigList | None = None) -> None:
    """Raise Refused if `keep` would: a format of what is kept is not known to this version."""
    _check_formats(cloud, site, _earlier(site, _records(cloud, site, listed)))


def keep(cloud: Cloud, site: Site, listed: SoftwareConfigList | None = None) -> None:
    """Keep a site's file in place of earlier ones; nothing is written when it is kept already.

    `listed` are the project's texts, if the caller has listed them since it holds the site's lock:
    nobody else keeps the file then. A site that was taken from what is kept has nothing new to
    keep. Raises Refused if a newer version of Ao keeps the file in a format that this one does not
    know.
    """
    if site.folder is None:
        return
    name = _name(site)
    records = _records(cloud, site, listed)
    earlier = _earlier(site, records)
    _check_formats(cloud, site, earlier)
    if len(earlier) == len(records):
        cloud.software_configs.add(name, site.source)
    for record in earlier:
        cloud.software_configs.remove(record)


def read(cloud: Cloud, name: str) -> str:
    """Return the text that the project keeps of a site's file.

    Raises NotFound, Refused if its format is newer than this version of Ao, and ConfigError if it
    is too long.
    """
    records: tuple[SoftwareConfig, ...] = cloud.software_configs.all(_prefix(name))
    if not records:
        raise NotFound(
            message("the project keeps no site file of %(site)s", site=name),
            cure=message("`ao up` with the site file keeps it."),
        )
    text = cloud.software_configs.read(records[-1])
    _refuse_newer(name, records[-1], text)
    if len(text) > LONGEST:
        raise ConfigError(
            message(
                "the site file that the project keeps of %(name)s has "
                "%(count)s characters, which is more than %(most)s",
                name=name,
                count=f"{len(text):,}",
                most=f"{LONGEST:,}",
            ),
            cure=message("`ao up` with the site file keeps it anew."),
        )
    return text


def forget(cloud: Cloud, site: Site) -> None:
    """Keep no file of the site any more."""
    for record in cloud.software_configs.all(_prefix(site.name)):
        cloud.software_configs.remove(record)


def _check_formats(cloud: Cloud, site: Site, records: Iterable[SoftwareConfig]) -> None:
    for record in records:
        with suppress(NotFound):
            _refuse_newer(site.name, record, cloud.software_configs.read(record))


def _refuse_newer(name: str, record: SoftwareConfig, text: str) -> None:
    newer = newer_format(text, FORMAT)
    if newer is not None:
        raise Refused(
            message(
                "the site file that the project keeps of %(site)s (record %(id)s) %(why)s",
                site=name,
                id=record.id,
                why=newer,
            ),
            cure=UPGRADE,
        )


def _records(
    cloud: Cloud, site: Site, listed: SoftwareConfigList | None
) -> tuple[SoftwareConfig, ...]:
    """Return the records of a site's file, from a list of the project's texts if there is one."""
    beginning = _prefix(site.name)
    return listed.named(beginning) if listed else cloud.software_configs.all(beginning)


def _earlier(site: Site, records: Iterable[SoftwareConfig]) -> list[SoftwareConfig]:
    """Return the records that are not of the site's file as it is now."""
    name = _name(site)
    return [record for record in records if record.name != name]


def _name(site: Site) -> str:
    """Return the name of the record that keeps a site's file as it is now."""
    return f"{_prefix(site.name)}{sha256(site.source.encode()).hexdigest()[:16]}"


def _prefix(site: str) -> str:
    return f"ao.site/{site}/"


def _taken(value: Any, path: str) -> Any:
    """Return the part of a value that is taken; of a list, that of all its items."""
    if isinstance(value, Mapping):
        below = {key: f"{path}.{key}" if path else str(key) for key in value}
        return {key: _taken(value[key], there) for key, there in below.items() if _known(there)}
    if isinstance(value, list | tuple):
        return [_taken(item, path) for item in value]
    return value


def _known(path: str) -> bool:
    """Return whether a key, or one below it, is taken."""
    return (
        path in TAKEN
        or any(name.startswith(f"{path}.") for name in TAKEN)
        or any(path.startswith(f"{name}.") for name in OPEN)
    )


def _is_left_out(path: str) -> bool:
    """Return whether a key, or one above it, is left out."""
    parts = path.split(".")
    return any(".".join(parts[:depth]) in LEFT_OUT for depth in range(1, len(parts) + 1))


def _paths(value: Any, path: str = "") -> Iterator[str]:
    """Yield all keys, each with those above it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            there = f"{path}.{key}" if path else str(key)
            yield there
            yield from _paths(inner, there)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _paths(item, path)
