"""Maintenance windows: when production may be switched."""
