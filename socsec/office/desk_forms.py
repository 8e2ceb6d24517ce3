"""What verbs of the desk ask: a line of text, one of a list, a region of the office."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from socsec.office.forms import ScreenForm
from socsec.office.models import Region


def text(label: Any, **more: Any) -> forms.CharField:
    """A line of text."""
    more.setdefault("widget", forms.TextInput(attrs={"class": "input w-20", "autocomplete": "off"}))
    return forms.CharField(label=label, **more)


def pick(label: Any, choices: Any, **more: Any) -> forms.ChoiceField:
    """One of a list."""
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.Select(attrs={"class": "select w-20"}), **more
    )


class RegionField(forms.ModelChoiceField):
    """A region of the user's office; the result is its code."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("label", _("Region"))
        super().__init__(
            Region.objects.none(),
            empty_label=None,
            widget=forms.Select(attrs={"class": "select w-20"}),
            **more,
        )

    def clean(self, value: Any) -> str:
        chosen = super().clean(value)
        return chosen.code if chosen else ""

    def label_from_instance(self, region: Region) -> str:
        return f"{region} · {region.code}"


def within(form: ScreenForm, region: str) -> None:
    """Offer only the regions that the office covers."""
    field = form.fields["region"]
    assert isinstance(field, RegionField)
    field.queryset = Region.objects.within(region)


class PlainForm(ScreenForm):
    """Nothing to ask: the page says what will happen."""


class SayForm(ScreenForm):
    note = text(_("Say why"), max_length=120)
