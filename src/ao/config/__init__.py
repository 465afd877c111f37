"""ao.yaml: the file that describes a site."""

from ao.config.loading import load, load_stored
from ao.config.site_file import SiteFile, schema

__all__ = [
    "SiteFile",
    "load",
    "load_stored",
    "schema",
]
