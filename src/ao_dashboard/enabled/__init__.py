"""Files that Horizon reads to put the panel in place."""
