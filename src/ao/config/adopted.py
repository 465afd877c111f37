"""Agreement of the site file with a load balancer that is its owner's."""

from __future__ import annotations

from collections.abc import Iterator

from ao.config.adopt import AdoptSection
from ao.config.contradiction import Contradiction
from ao.config.site_file import SiteFile
from ao.config.tls import CertificateSection
from ao.message import message


def contradictions(file: SiteFile) -> Iterator[Contradiction]:
    """Yield what of a site file cannot be with a load balancer that is its owner's."""
    if file.adopt is None:
        return
    if file.method != "pool":
        yield Contradiction(
            key=("switch", "method") if file.switch.method else ("adopt",),
            what=message(
                "a system is adopted with its one load balancer, whose listener changes its pool; "
                "write `method: pool` in `switch`. Two load balancers with one floating IP are not "
                "adopted yet"
            ),
        )
        return
    yield from _addresses(file, file.adopt)
    yield from _built_already(file)
    yield from _listeners(file, file.adopt)
    if file.network.balancer.existing is None:
        yield Contradiction(
            key=("network", "balancer")
            if "balancer" in file.network.model_fields_set
            else ("adopt", "load_balancer"),
            what=message(
                "the load balancer is there, and the servers let in who comes from its subnet; "
                "name that in `network.balancer: {network: NAME, subnet: NAME}`"
            ),
        )
    if file.switch.preview == "port" and file.protocol == "TERMINATED_HTTPS":
        yield Contradiction(
            key=("switch", "preview")
            if "preview" in file.switch.model_fields_set
            else ("adopt", "listeners"),
            what=message(
                "a port of the preview would need a certificate of its own, and the listener's is "
                "its owner's; write `preview: header` in `switch`"
            ),
        )


def _addresses(file: SiteFile, adopt: AdoptSection) -> Iterator[Contradiction]:
    if file.floats and adopt.floating_ip is None:
        yield Contradiction(
            key=("external_network",),
            what=message(
                "users reach the adopted load balancer by its own address; write `none`, or the "
                "floating IP in `adopt.floating_ip`"
            ),
        )
    if not file.floats and adopt.floating_ip is not None:
        yield Contradiction(
            key=("adopt", "floating_ip"),
            what=message(
                "`external_network: none` has no floating IP; name the network that this one is "
                "of, or leave the key out"
            ),
        )
    if file.production_address not in {"allocate", adopt.floating_ip}:
        yield Contradiction(
            key=("production_address",),
            what=message(
                "the production address of an adopted system is what leads to it now; leave the "
                "key out"
            ),
        )


def _built_already(file: SiteFile) -> Iterator[Contradiction]:
    """Ao builds no load balancer, and gives the owner's no certificate and no redirect."""
    balancer = file.load_balancer
    certificates: list[tuple[tuple[str | int, ...], CertificateSection | None]] = []
    for key, of in (
        (("tls",), file.tls),
        *((("listeners", n), it) for n, it in enumerate(file.listeners)),
    ):
        if of is not None:
            certificates.append(((*key, "certificate"), of.certificate))
            certificates += [((*key, "sni", at), it) for at, it in enumerate(of.sni)]
    said: list[tuple[tuple[str | int, ...], bool]] = [
        (("load_balancer", "flavor"), balancer.flavor is not None),
        (("load_balancer", "availability_zone"), balancer.availability_zone is not None),
        (("redirect",), file.redirect is not None),
        (("maintenance",), file.maintenance is not None),
    ]
    said += [(key, it is not None and it.name is None) for key, it in certificates]
    for index, listener in enumerate(file.listeners):
        said += [
            (("listeners", index, key), key in listener.model_fields_set)
            for key in ("preview_port", "health_check")
        ]
    for key, is_said in said:
        if is_said:
            yield Contradiction(
                key=key,
                what=message(
                    "the load balancer with its listeners is its owner's, who says this there; "
                    "leave the key out"
                ),
            )


def _listeners(file: SiteFile, adopt: AdoptSection) -> Iterator[Contradiction]:
    """All listeners lead to one pool, which is what has a colour."""
    if len(file.listeners) != len(adopt.listeners) - 1:
        yield Contradiction(
            key=("adopt", "listeners"),
            what=message(
                "it names %(count)s listeners, and the file describes %(described)s: that of "
                "`load_balancer`, and each of `listeners`; write as many",
                count=len(adopt.listeners),
                described=1 + len(file.listeners),
            ),
        )
    for index, listener in enumerate(file.listeners):
        other = file.server_port_of(listener) != file.server_port
        if other or not file.shares_protocol(listener):
            yield Contradiction(
                key=("listeners", index),
                what=message(
                    "an adopted system is one pool, to which all its listeners lead; leave out the "
                    "listener that has another one, with its ID in `adopt.listeners`"
                ),
            )
