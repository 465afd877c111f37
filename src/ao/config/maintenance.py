"""The part of ao.yaml that tells what users get while the site has a pause."""

from __future__ import annotations

import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema, model_validator

from ao.config.section import Section
from ao.site.maintenance import Maintenance

PAGE = (
    r"^https?://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~!&()*+,;=:@/%?-]*)?$"
)
"""A URL that a proxy's configuration takes as it is, where Octavia writes it unquoted
(octavia/common/jinja/haproxy/combined_listeners/templates/macros.j2: l7policy_macro): without a
fragment, quotes, blanks, user and password."""
LONGEST = 255
"""Characters of a URL, or of a pool's name, that Octavia keeps (octavia/db/models.py)."""


def _page(url: str) -> str:
    try:
        good = len(url) <= LONGEST and re.fullmatch(PAGE, url) and urlsplit(url).port != 0
    except ValueError:
        good = False
    if not good:
        # It is not repeated: it may have a password.
        raise ValueError(
            f"it is the URL of a page, such as https://status.example/shop: up to {LONGEST} ASCII "
            "characters, without user, password and fragment"
        )
    return url


Page = Annotated[
    str,
    AfterValidator(_page),
    WithJsonSchema({"type": "string", "pattern": PAGE, "maxLength": LONGEST}),
]
PoolName = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST, pattern=r"^[^\x00-\x1f\x7f]+$")
]


class MaintenanceSection(Section):
    """What users get while the site has a pause, by `ao maintenance on`."""

    redirect: Page | None = Field(default=None, examples=["https://status.example/shop"])
    """URL of a page elsewhere that they are sent to, with HTTP 302."""
    pool: PoolName | None = Field(default=None, examples=["shop-pause"])
    """Pool of your own on the site's load balancer that answers them, by name or ID; one without
    members answers 503."""
    during_switch: bool = Field(default=False, examples=[True])
    """Whether each switch has a pause, from right before production moves until it is seen."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.redirect is None) == (self.pool is None):
            raise ValueError("give redirect or pool, one of the two")
        return self

    def value(self) -> Maintenance:
        """Return the value."""
        return self.into(Maintenance)
