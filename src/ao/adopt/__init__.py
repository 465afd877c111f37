"""A site that exists already: read, and described in a site file."""
