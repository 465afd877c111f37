"""HAProxy's configuration, made by Octavia's own template.

The template finds a listener's certificates below `base_cert_dir` of Octavia's configuration, in a
folder that is named by the load balancer's ID. That is the load balancer's own folder here.
"""

from typing import Any

from octavia.common import constants, data_models
from octavia.common.jinja.haproxy.combined_listeners.jinja_cfg import JinjaTemplater

from box.provider.certificates import Certificates
from box.provider.place import Place
from box.provider.statuses import is_going

VERSION = ("2", "6")
"""Debian 12's HAProxy, as the template asks for it."""


CONNECTIONS = 7500
"""Connections at a time of one HAProxy. Each takes two file descriptors of the 16,384 that the
supervisor grants a process; asked for more than it can have, HAProxy does not start."""


def listeners(balancer: Any) -> list[Any]:
    """Return the listeners that stay. Without any there is nothing to configure."""
    return [listener for listener in balancer.listeners if not is_going(listener)]


def render(balancer: Any, place: Place, found: Certificates) -> str:
    """Return the configuration for the listeners that can be served, of which there are some.

    HAProxy runs in the foreground, so that its log can be its standard error.
    """
    served = found.listeners
    for listener in served:
        listener.connection_limit = share(listener.connection_limit, len(served))
    templater = JinjaTemplater(
        base_amp_path=str(place.folder.parent),
        base_crt_dir=str(place.folder.parent),
        connection_logging=False,
        log_http="stderr",
        log_server="stderr",
    )
    amphora = data_models.Amphora(
        id=balancer.id, role=constants.ROLE_STANDALONE, status=constants.AMPHORA_ALLOCATED
    )
    return str(
        templater.build_config(
            amphora,
            list(served),
            tls_certs=found.names,
            haproxy_versions=VERSION,
            amp_details={},
            socket_path=str(place.socket),
        )
    )


def share(wanted: int | None, listeners: int) -> int:
    """Return a listener's connection limit: an equal share at most, and if none is wanted."""
    most = CONNECTIONS // listeners
    return min(wanted, most) if wanted and wanted > 0 else most
