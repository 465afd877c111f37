"""A site: what the operator wants, as frozen values, with its names and tags."""

from ao.site.health_check import HealthCheck
from ao.site.listeners import Backend, FurtherListener
from ao.site.names import ENDINGS, NAME, VERSION, checked_version, ending, is_name, is_version
from ao.site.site import (
    Deadlines,
    Drain,
    DrainWay,
    Group,
    Identify,
    LoadBalancer,
    Method,
    Site,
    Switch,
)
from ao.site.tags import (
    Feature,
    colour_tag,
    deploy_tag,
    format_tags,
    method_tag,
    proxy_tags,
    tag_value,
    template_tag,
    version_of,
    version_tag,
    without_format,
)

__all__ = [
    "ENDINGS",
    "NAME",
    "VERSION",
    "Backend",
    "Deadlines",
    "Drain",
    "DrainWay",
    "Feature",
    "FurtherListener",
    "Group",
    "HealthCheck",
    "Identify",
    "LoadBalancer",
    "Method",
    "Site",
    "Switch",
    "checked_version",
    "colour_tag",
    "deploy_tag",
    "ending",
    "format_tags",
    "is_name",
    "is_version",
    "method_tag",
    "proxy_tags",
    "tag_value",
    "template_tag",
    "version_of",
    "version_tag",
    "without_format",
]
