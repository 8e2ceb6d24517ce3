"""The fields by which somebody says who they are, for those without a resident identity number too."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from socsec.kernel import ids, papers
from socsec.office.forms import ScreenForm, SelectField

from ..models import IdentifierKind

OTHERS = [(k.value, k.label) for k in IdentifierKind if k is not IdentifierKind.RESIDENT_ID]


class PaperForm(ScreenForm):
    """A document of any kind; `cleaned_data["paper"]` is its number as it is kept."""

    kind = SelectField(label=_("Identity document"), choices=IdentifierKind.choices)
    number = forms.CharField(
        label=_("Number of the document"),
        max_length=40,
        help_text=_("Spaces are fine."),
        widget=forms.TextInput(attrs={"class": "input w-20", "autocomplete": "username"}),
    )
    country = forms.CharField(
        label=_("Country that issued it"),
        max_length=3,
        required=False,
        help_text=_("For passports: three letters, such as FRA."),
        widget=forms.TextInput(attrs={"class": "input w-10", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("kind") and said.get("number"):
            try:
                said["paper"] = papers.read_paper(
                    said["kind"], said["number"], said.get("country") or ""
                )
            except ids.IdError as error:
                self.add_error(
                    "country" if error.code == "country" else "number",
                    error.in_language(get_language() or "en"),
                )
        return said
