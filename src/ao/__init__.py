"""Ao releases web applications on OpenStack by blue-green deployment."""

__version__ = "0.2.0"
