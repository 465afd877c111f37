"""Forms of the actions."""

from __future__ import annotations

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy

from ao.site import VERSION


class Reasoned(forms.Form):
    """The reason, which the journal keeps."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)


class Deployed(Reasoned):
    """A version for the standby."""

    version = forms.CharField(label=gettext_lazy("Version"), validators=[RegexValidator(VERSION)])
    field_order = ("version", "reason")


class Sized(Reasoned):
    """A size for the standby."""

    size = forms.IntegerField(label=gettext_lazy("Servers"), min_value=1)
    field_order = ("size", "reason")


class Locked(Reasoned):
    """How long the lock is held."""

    hours = forms.FloatField(label=gettext_lazy("Hours"), min_value=0.1, max_value=168, initial=2)
    field_order = ("hours", "reason")
