"""The keys of a site file that are not heeded where the file is not at hand. Pure.

The cloud keeps a site file without its commands, webhooks and addresses.
"""

from __future__ import annotations

from collections.abc import Iterator

from ao.message import message
from ao.site import Site

OF_SWITCH = frozenset({"drain.hook"})
"""Keys of the site file that a switch alone asks."""
OF_SWITCH_BACK = OF_SWITCH | {
    "notify",
    "hooks.before_drain",
    "hooks.after_drain",
    "hooks.before_switch_back",
    "hooks.after_switch_back",
}
"""Keys of the site file that the end of a release asks."""


def left_out(site: Site, keys: frozenset[str]) -> Iterator[str]:
    """Yield a sentence that names those of the keys that are left out of the site, if any."""
    missing = [key for key in site.left_out if key in keys]
    if missing:
        yield (
            message(
                "Without the site file, these keys of it are left out: "
                "%(names)s. Where the file is, `ao` heeds them.",
                names=", ".join(missing),
            )
        )
