"""The parts of the site file that tell what servers are made of. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ao.adopt import user_data
from ao.adopt.commented_yaml import Entry, Items
from ao.adopt.inventory import BackEnd, Inventory, Label
from ao.adopt.question import MOST_NAMED, differ, labelled, most, question
from ao.adopt.refusals import named
from ao.adopt.user_data import UserData
from ao.message import listed, message
from ao.redaction import is_secret_name
from ao.site.names import VERSION

MOST_SERVERS = 4
"""Servers that scaling reaches by default (ao.config.heat_sections.GroupSection)."""
LONGEST_METADATA = 255
_OWN_METADATA = ("ao_", "metering.")
"""How metadata begins that Ao or Heat writes."""
_METADATA_KEY = re.compile(r"[a-zA-Z0-9_:. -]{1,255}")


def made_of_sections(inventory: Inventory) -> Iterator[Entry]:
    """Yield version, image, flavor and key pair."""
    image_ids = [_image_id(end) for end, _ in inventory.known]
    image_id, more = most(it for it in image_ids if it)
    told = inventory.versions.get(image_id or "", "")
    version = told if re.fullmatch(VERSION, told) else ""
    yield Entry(
        "version",
        version or "1.0",
        (message("As the image tells: property ao_version."),)
        if version
        else (question(message("which version of the application do new servers begin with?")),),
    )
    if image_id is None:
        yield Entry(
            "image",
            "debian-12",
            (question(message("of which image are new servers? None is told of these")),),
            is_idle=True,
        )
    else:
        yield _made_of("image", inventory.images, image_id, more)
    flavor_id, more = most(server.flavor_id for _, server in inventory.known)
    if flavor_id is not None:
        yield _made_of("flavor", inventory.flavors, flavor_id, more)
    keypair, others = most(server.keypair for _, server in inventory.known)
    if keypair is not None:
        label = inventory.keypairs[keypair]
        yield Entry(
            "keypair",
            keypair,
            (
                *differ(others),
                *(
                    ()
                    if label.is_found
                    else (
                        question(
                            message(
                                "which key pair of yours do new servers get? That of these "
                                "servers is somebody else's, or gone"
                            )
                        ),
                    )
                ),
            ),
            is_idle=not label.is_found,
        )


def _image_id(end: BackEnd) -> str | None:
    """Return the ID of the image of a server, or of the volume that it starts from."""
    if end.server is not None and end.server.image_id:
        return end.server.image_id
    return next((it.image_id for it in end.volumes if it.bootable and it.image_id), None)


def _made_of(
    key: str, labels: Mapping[str, Label], thing_id: str, others: tuple[str, ...]
) -> Entry:
    label = labels[thing_id]
    more = tuple(labels[it].text for it in others)
    if not label.is_found:
        gone = question(message("what takes its place? What these servers were made of is gone"))
        return Entry(key, thing_id, (gone, *differ(more)))
    entry = labelled(key, label)
    return Entry(key, entry.value, (*entry.comments, *differ(more)))


def user_data_section(
    inventory: Inventory, file_name: str
) -> tuple[UserData | None, tuple[Entry, ...]]:
    """Return user data for a file of that name, and the key that names it, or asks for it."""
    told = [server.user_data for _, server in inventory.known]
    if told and all(it is None for it in told):
        _, server = inventory.known[0]
        return None, (
            Entry(
                "user_data",
                file_name,
                (
                    question(
                        message(
                            "how are servers set up? Nova tells user data to administrators "
                            "alone. On server %(server)s, `curl "
                            "http://169.254.169.254/openstack/latest/user_data` shows it: keep it "
                            "in a file of mode 0600, write $AO_VERSION where it takes the version, "
                            "and take the key in; without any, each version is an image of its own",
                            server=named(server.name, server.id),
                        )
                    ),
                    _colour(),
                ),
                is_idle=True,
            ),
        )
    content, others = most(it for it in told if it)
    found = user_data.decoded(content or "")
    if found is None:
        return None, (
            Entry(
                "user_data",
                file_name,
                (
                    question(
                        message(
                            "how does a server get the version of the application? These have "
                            "no user data; without it each version is an image of its own"
                        )
                    ),
                ),
                is_idle=True,
            ),
        )
    taken = user_data.taken(found)
    comments: list[str] = [
        message(
            "The user data of these servers, which may hold passwords: only you can read the "
            "file. Look through it before `ao up`, which gives it to the project."
        )
    ]
    if others:
        comments.append(
            question(
                message(
                    "is it right for all? The servers have %(count)s different texts; this is "
                    "the one that most have",
                    count=len(others) + 1,
                )
            )
        )
    if taken.question:
        comments.append(question(taken.question))
    comments.append(_colour())
    return taken, (Entry("user_data", file_name, tuple(comments)),)


def _colour() -> str:
    return message(
        "Where it tells a colour, write $AO_COLOUR: one that is written out is wrong in the other "
        "system, and no switch to that is confirmed."
    )


def servers_section(inventory: Inventory) -> Iterator[Entry]:
    """Yield what servers have of the cloud beside image and flavor, if anything."""
    inside = [
        *_security_groups(inventory),
        *_zone(inventory),
        *_config_drive(inventory),
        *_metadata(inventory),
        *_volumes(inventory),
        *_more_networks(inventory),
    ]
    if inside:
        yield Entry("servers", tuple(inside))


def _security_groups(inventory: Inventory) -> Iterator[Entry]:
    labels = inventory.security_groups
    sets, others = most(
        tuple(sorted(end.port.security_group_ids)) for end, _ in inventory.known if end.port
    )
    if not sets:
        return
    more = (listed(labels[it].text for it in group) for group in others)
    odd = [it for it in sets if not labels[it].is_unique]
    yield Entry(
        "security_groups",
        tuple(labels[it].text for it in sets),
        (
            message("Those of the present servers; Ao adds one for the load balancer."),
            *(
                message("%(id)s is called %(name)s", id=it, name=labels[it].name or "-")
                for it in odd
            ),
            *differ(more),
        ),
    )


def _zone(inventory: Inventory) -> Iterator[Entry]:
    zone, others = most(server.availability_zone for _, server in inventory.known)
    if not zone or (len(inventory.zones) < 2 and not others):
        return
    if others:
        yield Entry(
            "availability_zone",
            zone,
            (
                question(
                    message(
                        "shall new servers be in one zone, or wherever there is room? The "
                        "present ones are in %(zones)s",
                        zones=listed((zone, *others)),
                    )
                ),
            ),
            is_idle=True,
        )
    else:
        yield Entry("availability_zone", zone)


def _config_drive(inventory: Inventory) -> Iterator[Entry]:
    has, others = most(server.config_drive for _, server in inventory.known)
    if has or others:
        asks = question(message("do new servers need a config drive? Some of the present have one"))
        yield Entry("config_drive", True, (asks,) if others else (), is_idle=not has)


def _metadata(inventory: Inventory) -> Iterator[Entry]:
    """Yield the metadata that the servers have in common, without what may be a secret."""
    common: dict[str, str] | None = None
    for _, server in inventory.known:
        there = dict(server.metadata)
        common = (
            there
            if common is None
            else {key: text for key, text in common.items() if there.get(key) == text}
        )
    known = {
        key: text
        for key, text in sorted((common or {}).items())
        if _METADATA_KEY.fullmatch(key)
        and not key.startswith(_OWN_METADATA)
        and len(text) <= LONGEST_METADATA
    }
    secret = [key for key in known if is_secret_name(key)]
    taken = {key: text for key, text in known.items() if key not in secret}
    comments: tuple[str, ...] = ()
    if secret:
        comments = (
            question(
                message(
                    "do new servers need %(keys)s? They are called like secrets, which all "
                    "members of the project would read",
                    keys=listed(secret[:MOST_NAMED]),
                )
            ),
        )
    if taken:
        yield Entry("metadata", tuple(Entry(key, text) for key, text in taken.items()), comments)
    elif secret:
        yield Entry("metadata", (Entry("team", "shop"),), comments, is_idle=True)


def _volumes(inventory: Inventory) -> Iterator[Entry]:
    """Yield the volume that servers start from, and those that they have besides."""
    boots = [
        next(
            ((it.size, it.type) for it in end.volumes if it.bootable and not server.image_id),
            None,
        )
        for end, server in inventory.known
    ]
    size, others = most(boots)
    known = [it for it in (size, *others) if it is not None]
    if known:
        yield Entry(
            "boot_volume",
            _volume(*known[0]),
            differ(
                message("the disk of their flavor")
                if it is None
                else f"{it[0]} GiB {it[1]}".strip()
                for it in boots
                if it != known[0]
            ),
            is_idle=size is None,
        )
    more = [
        tuple((it.size, it.type) for it in end.volumes if not (it.bootable and not server.image_id))
        for end, server in inventory.known
    ]
    empty, different = most(more)
    volumes = next((it for it in (empty or (), *different) if it), ())
    if volumes:
        yield Entry(
            "volumes",
            Items(tuple(_volume(*it) for it in volumes)),
            (
                question(
                    message(
                        "what is on the volumes of the present servers? New servers get empty "
                        "ones of that size, deleted with them"
                    )
                ),
                *(differ([message("other ones, or none")]) if different else ()),
            ),
            is_idle=not empty,
        )


def _more_networks(inventory: Inventory) -> Iterator[Entry]:
    networks, others = most(end.networks for end, _ in inventory.known)
    known = next((it for it in (networks or (), *others) if it), ())
    if known:
        more = [
            listed(it.text for it in labels) if labels else message("none") for labels in others
        ]
        yield Entry("networks", tuple(it.text for it in known), differ(more), is_idle=not networks)


def group_section(inventory: Inventory) -> Entry:
    """Return how many servers a new system has."""
    size = max(1, len(inventory.back_ends))
    return Entry(
        "group",
        (
            Entry("size", size, (message("As many as there are now."),)),
            Entry("max", max(MOST_SERVERS, size)),
        ),
    )


def _volume(size: int, kind: str) -> tuple[Entry, ...]:
    return (Entry("size", size), *((Entry("type", kind),) if kind else ()))
