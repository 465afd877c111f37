"""Filters of the panel's templates."""

from __future__ import annotations

from django import template

from ao_dashboard.words import spoken

register = template.Library()
register.filter(spoken)
