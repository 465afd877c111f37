"""Checks of the standby before a switch."""
