"""Forms of the actions."""

from __future__ import annotations

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy

from ao.site import VERSION


class Reasoned(forms.Form):
    """Asks for the reason, which the journal keeps."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)


class Deployed(Reasoned):
    """Asks for the version that the standby gets."""

    version = forms.CharField(label=gettext_lazy("Version"), validators=[RegexValidator(VERSION)])
    field_order = ("version", "reason")


class Sized(Reasoned):
    """Asks for the number of servers that the standby gets."""

    size = forms.IntegerField(label=gettext_lazy("Servers"), min_value=1)
    field_order = ("size", "reason")


class Paused(Reasoned):
    """Asks for how many minutes a maintenance is to last, which is told and ends nothing."""

    minutes = forms.FloatField(
        label=gettext_lazy("Minutes that it is to last"),
        min_value=1,
        max_value=100_000,
        required=False,
    )
    field_order = ("minutes", "reason")


class Locked(Reasoned):
    """Asks for how many hours the lock is held."""

    hours = forms.FloatField(label=gettext_lazy("Hours"), min_value=0.1, max_value=168, initial=2)
    field_order = ("hours", "reason")
