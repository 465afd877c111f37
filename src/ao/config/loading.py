"""Reading a site from its file, or from what the cloud keeps of that file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ao import site
from ao.cloud import Cloud
from ao.colour import Colour
from ao.config import own_template, stored
from ao.config.agreement import contradictions
from ao.config.authority import are_authorities
from ao.config.listeners import ListenerSection
from ao.config.site_file import SiteFile, sizes
from ao.config.yaml_file import KeyPath, YamlFile, dotted
from ao.errors import ConfigError
from ao.files.input_file import Unreadable, decoded, read_bytes, read_text
from ao.message import joined, message
from ao.site import user_data as server_data
from ao.site.listeners import FurtherListener
from ao.site.own_template import OwnTemplate
from ao.site.rules import Approve, Rules
from ao.untrusted.printable import printable

LONGEST_PATH = 255
"""Characters of a path that a message repeats."""


def load(path: Path) -> site.Site:
    """Read a site file.

    Raises ConfigError that names file and line of everything wrong, and what to
    write instead.
    """
    source = YamlFile.read(path)
    try:
        file = SiteFile.model_validate(source.data, context={"folder": path.parent})
    except ValidationError as error:
        raise ConfigError("\n".join(source.explain(error, SiteFile))) from error
    wrong = [
        message(
            "%(where)s: %(key)s: %(what)s",
            where=source.where(it.key),
            key=dotted(it.key),
            what=it.what,
        )
        for it in sorted(contradictions(file), key=lambda it: source.line(it.key))
    ]
    if wrong:
        raise ConfigError(joined("\n", wrong))
    user_data, compressed = _user_data(source, file)
    own = _own_templates(source, file)
    ca = file.tls.ca if file.tls else None
    text = stored.written(source.data, user_data, ca, compressed=compressed)
    found = _site(file, path.parent, user_data, ca, text, places=source.places())
    built = replace(found, **own)
    return _compressed(built) if compressed else built


def load_stored(cloud: Cloud, name: str) -> site.Site:
    """Return the site of that name as the project keeps it, since `ao up` or the last deploy.

    Only what `ao.config.stored` takes is of it, and that is checked as a file is. Raises
    NotFound when none is kept, ConfigError when another version of Ao wrote it, it is one of
    another site, or nobody can read it.
    """
    text = stored.read(cloud, name)
    try:
        document = stored.Document.model_validate_json(text)
        named = {"user_data": "user-data"} if document.user_data else {}
        values = {**stored.taken(document.site_file), **named}
        file = SiteFile.model_validate(values)
    except (ValidationError, OverflowError, RecursionError) as error:
        raise _unusable(name, message("is not one for this version of Ao")) from error
    if stored.unknown(document.site_file):
        raise _unusable(
            name, message("is not one for this version of Ao: it has keys that are not known")
        )
    if file.site != name:
        raise _unusable(name, message("is that of site %(site)s", site=file.site))
    wrong = next(contradictions(file, kept=True), None)
    if wrong:
        raise _unusable(
            name, message("has %(key)s: %(what)s", key=dotted(wrong.key), what=wrong.what)
        )
    fault = _user_data_fault(document.user_data, file, compressed=document.compressed)
    if fault:
        raise _unusable(name, message("has user data that %(fault)s", fault=fault[0]))
    ca = document.ca or None
    if ca is not None and not are_authorities(ca):
        raise _unusable(name, message("has no authorities' certificates that can be read"))
    left_out = stored.left_out(document.site_file, document.left_out)
    built = _site(file, None, document.user_data, ca, text, left_out)
    return _compressed(built) if document.compressed else built


def _own_templates(source: YamlFile, file: SiteFile) -> dict[str, Any]:
    """Return the operator's own templates that a site file names, by the keys of a site.

    Raises ConfigError with the place of the key.
    """
    found: dict[str, OwnTemplate] = {}
    readers = {
        "server_template": own_template.read_server,
        "system_resources": own_template.read_resources,
    }
    key = ""
    try:
        for key, read in readers.items():
            name = getattr(file, key)
            if name is not None:
                found[key] = read(source.path.parent, name)
        key = "server_template" if file.server_template else "system_resources"
        own_template.check_together(found.get("server_template"), found.get("system_resources"))
    except own_template.Unfit as error:
        raise ConfigError(
            message(
                "%(where)s: %(key)s: %(what)s", where=source.where((key,)), key=key, what=error.what
            ),
            cure=error.cure,
        ) from error
    server = found.get("server_template")
    if server is not None:
        _refuse_idle_keys(source, file, server)
    return dict(found)


def _refuse_idle_keys(source: YamlFile, file: SiteFile, server: OwnTemplate) -> None:
    """Raise ConfigError for keys of which a server template takes nothing."""
    servers = file.servers
    said: dict[KeyPath, tuple[object, str]] = {
        ("keypair",): (file.keypair, "keypair"),
        ("servers", "security_groups"): (servers.security_groups, "security_groups"),
        ("servers", "availability_zone"): (servers.availability_zone, "availability_zone"),
        ("servers", "anti_affinity"): (servers.anti_affinity, "server_group"),
        ("servers", "config_drive"): (servers.config_drive, "config_drive"),
        ("servers", "metadata"): (servers.metadata, "metadata"),
        # The measures of the servers are found by their metadata.
        ("autoscale",): (file.autoscale, "metadata"),
    }
    wrong = [
        message(
            "%(where)s: %(key)s: it needs a parameter `%(name)s` of the server template, which "
            "declares none",
            where=source.where(key),
            key=dotted(key),
            name=name,
        )
        for key, (value, name) in said.items()
        if value and name not in server.parameters
    ]
    if wrong:
        raise ConfigError(
            joined("\n", wrong),
            cure=message(
                "Declare the parameter and use it, or leave the key out and say it in the template."
            ),
        )


def _unusable(name: str, why: str) -> ConfigError:
    return ConfigError(
        message("the site file that the project keeps of %(name)s %(why)s", name=name, why=why),
        cure=message("`ao up` with the site file keeps it anew."),
    )


def _compressed(site: site.Site) -> site.Site:
    """Return a site whose user data came compressed."""
    return replace(site, group=replace(site.group, compressed=True))


def _user_data(source: YamlFile, file: SiteFile) -> tuple[str, bool]:
    """Return the text of user data, empty for none, and whether its file is compressed."""
    if file.user_data is None:
        return "", False
    path = source.path.parent / file.user_data
    where = source.where(("user_data",))
    try:
        text, compressed = _read_user_data(path)
    except Unreadable as error:
        raise ConfigError(
            message(
                "%(where)s: user_data: cannot read %(path)s: %(why)s",
                where=where,
                path=printable(str(path), LONGEST_PATH),
                why=error.why,
            ),
            cure=message(
                "Write the file, or name another one; the path is relative to the site file."
            ),
        ) from error
    fault = _user_data_fault(text, file, compressed=compressed)
    if fault:
        raise ConfigError(
            message(
                "%(where)s: user_data: %(path)s %(fault)s",
                where=where,
                path=printable(str(path), LONGEST_PATH),
                fault=fault[0],
            ),
            cure=fault[1],
        )
    return text, compressed


def _read_user_data(path: Path) -> tuple[str, bool]:
    """Return the text of a file, and whether that is compressed. Raises Unreadable."""
    try:
        packed = server_data.decompressed(read_bytes(path))
    except server_data.NotCompressed as error:
        raise Unreadable(message("it begins as gzip's and is damaged or cut off")) from error
    if packed is None:
        return read_text(path), False
    if len(packed) > server_data.LONGEST:
        raise Unreadable(
            message(
                "it has more than %(most)s bytes, decompressed", most=f"{server_data.LONGEST:,}"
            )
        )
    return decoded(packed), True


def _user_data_fault(text: str, file: SiteFile, *, compressed: bool) -> tuple[str, str] | None:
    """Return what is wrong with user data, and the cure; None when nothing is wrong.

    Its length is that of the site file's version; each deploy looks at that of its own.
    """
    if file.user_data is None:
        return None
    for key, word in (("environment", server_data.ENVIRONMENT), ("secrets", server_data.SECRETS)):
        if getattr(file, key) and word not in text:
            return (
                message(
                    "does not say %(word)s, so that no server gets `%(key)s`", word=word, key=key
                ),
                message(
                    "Write what it stands for to a file: `echo %(word)s | base64 -d`.", word=word
                ),
            )
    text = server_data.with_variables(text, file.environment)
    line = server_data.json_fault(text) if server_data.is_json(text) else None
    if line is not None:
        return (
            message("begins as JSON and is none from line %(line)s on", line=line),
            message("Ignition would not read it either: `butane` writes what it reads."),
        )
    if "$AO_VERSION" not in text:
        return (
            message(
                "does not say $AO_VERSION, so that no version would differ "
                "from another, and a deploy would replace no server"
            ),
            message(
                "Write VERSION='$AO_VERSION' in it, and set up that version of the application. In "
                "what is encoded in base64, Ao does not see it."
            ),
        )
    told = max(
        (
            server_data.filled(text, site=file.site, colour=colour, version=file.version)
            for colour in Colour
        ),
        key=server_data.encoded,
    )
    if not server_data.compresses(told):
        return None
    if compressed and (server_data.is_mime(told) or server_data.is_json(told)):
        return (
            message(
                "has %(size)s characters, decompressed, filled in and encoded in base64; Nova "
                "takes %(most)s, and neither MIME nor JSON is read compressed as a whole",
                size=f"{server_data.encoded(told):,}",
                most=f"{server_data.LIMIT:,}",
            ),
            message("Compress the long parts of MIME; of Ignition have it fetch the rest."),
        )
    size = server_data.encoded(server_data.wrapped(told) if compressed else told)
    if size > server_data.LIMIT:
        return (
            message(
                "has %(size)s characters, filled in and encoded in base64; Nova takes %(most)s",
                size=f"{size:,}",
                most=f"{server_data.LIMIT:,}",
            ),
            message("Have a short script fetch the rest, or compress it by gzip."),
        )
    return None


def _site(
    file: SiteFile,
    folder: Path | None,
    user_data: str,
    ca: str | None,
    source: str,
    left_out: tuple[str, ...] = (),
    places: Mapping[str, str] | None = None,
) -> site.Site:
    ovn = file.on_ovn
    minimum, size, maximum = sizes(file.group, file.autoscale)
    return site.Site(
        name=file.site,
        folder=folder,
        source=source,
        left_out=left_out,
        places=places or {},
        cloud=file.cloud,
        external_network=file.external_network if file.floats else None,
        host=file.host,
        production_address=_production_address(file),
        adopt=file.adopt.value() if file.adopt else None,
        version=file.version,
        cidrs={
            colour: cidr
            for colour in Colour
            if (cidr := getattr(file.network, colour).cidr) is not None
        },
        balancer_cidr=file.network.balancer.cidr,
        networks=file.network.value(),
        dns_nameservers=file.network.dns,
        group=file.group.into(
            site.Group,
            image=file.image,
            flavor=file.flavor,
            keypair=file.keypair,
            user_data=user_data,
            size=size,
            minimum=minimum,
            maximum=maximum,
        ),
        environment=file.environment,
        secrets=file.secrets.value() if file.secrets else None,
        servers=file.servers.value(),
        autoscale=file.autoscale.value() if file.autoscale else None,
        load_balancer=file.load_balancer.into(
            site.LoadBalancer,
            protocol=file.protocol,
            port=file.port,
            server_port=file.server_port,
            algorithm=file.load_balancer.algorithm or ("SOURCE_IP_PORT" if ovn else "ROUND_ROBIN"),
            timeouts=file.load_balancer.timeouts.value() if file.load_balancer.timeouts else None,
            server_tls=file.load_balancer.server_tls.value()
            if file.load_balancer.server_tls
            else None,
            session_persistence=file.load_balancer.session_persistence.value()
            if file.load_balancer.session_persistence
            else None,
        ),
        listeners=tuple(_listener(file, it, folder) for it in file.listeners),
        tls=file.tls.value(folder, ca) if file.tls else None,
        redirect=file.redirect.value() if file.redirect else None,
        maintenance=file.maintenance.value() if file.maintenance else None,
        switch=file.switch.into(
            site.Switch,
            method=file.method,
            preview_sources=file.switch.preview_from,
            new_per_second=file.switch.probe_new,
            kept=file.switch.probe_kept,
            preview=site.Preview(file.switch.preview),
        ),
        drain=file.drain.into(site.Drain),
        health_check=_health_check(file),
        identify=file.identify.into(site.Identify),
        deadlines=file.deadlines.into(site.Deadlines),
        window=file.window.value(),
        watch=file.watch.value(),
        rules=Rules(
            approve=Approve(file.approve),
            standby=file.standby.value(),
            keep=file.journal.keep,
            texts=file.journal.quota,
        ),
        checks=file.checks.value(),
        hooks=file.hooks.value(),
        logout=file.logout.value() if file.logout else None,
        notify=tuple(it.value() for it in file.notify),
        migration=file.migration.value(),
    )


def _production_address(file: SiteFile) -> str | None:
    """Return the address that users have already; None where the cloud chooses it."""
    if file.adopt is not None:
        return file.adopt.floating_ip
    return None if file.production_address == "allocate" else file.production_address


def _health_check(file: SiteFile, **differing: object) -> site.HealthCheck:
    """Return what counts as healthy for the site, or what differs from it for a listener."""
    check = file.health_check
    values = {"type": file.check_type, "timeout": check.timeout or min(3, check.interval)}
    return check.into(site.HealthCheck, **{**values, **differing})


def _listener(file: SiteFile, listener: ListenerSection, folder: Path | None) -> FurtherListener:
    """Return a listener beside the main one; files of its certificate are of the folder."""
    own = listener.health_check
    said = {key: getattr(own, key) for key in own.model_fields_set} if own else {}
    return FurtherListener(
        name=listener.name,
        port=listener.port,
        protocol=listener.protocol,
        server_port=file.server_port_of(listener),
        preview_port=listener.preview_port,
        timeouts=listener.timeouts.value() if listener.timeouts else None,
        insert_headers=listener.insert_headers,
        allowed_from=listener.allowed_from,
        certificate=listener.certificate.value(folder) if listener.certificate else None,
        sni=tuple(it.value(folder) for it in listener.sni),
        health_check=_health_check(file, **{**said, "type": file.check_type_of(listener)}),
    )
