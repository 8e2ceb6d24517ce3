"""Find a provider: open to everybody, without signing in."""

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from medical.models import ProviderKind
from medical.queries import providers as queries
from socsec.office.forms import ScreenForm, SelectField
from socsec.office.portal import limited

PER_PAGE = 20


def _line(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"class": "input w-20", "autocomplete": "off"}),
    )


class FindForm(ScreenForm):
    name = _line(_("A part of the name"))
    place = _line(_("Place: a district, a city or a street"))
    kind = SelectField(
        label=_("Kind"),
        choices=[("", _("All")), *((str(value), label) for value, label in ProviderKind.choices)],
        required=False,
    )


@limited(per_minute=60, name="name")
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """By name, place and kind; those whose settlements are stopped say so."""
    asked = "name" in request.GET or "place" in request.GET
    form = FindForm(request.GET if asked else None)
    page = None
    if form.is_valid():
        said = form.cleaned_data
        kind = int(said["kind"]) if said["kind"] else None
        found = queries.find(name=said["name"].strip(), place=said["place"].strip(), kind=kind)
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    return render(
        request,
        "portal/medical/providers.html",
        {"form": form, "page": page, "query": query.urlencode()},
    )
