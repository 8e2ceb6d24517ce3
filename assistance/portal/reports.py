"""Reports about how assistance is given, from anybody: nothing is kept of who reports, and a code
shows what became of it."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assistance.services import reporting
from socsec.kernel.regions import NATION
from socsec.office.errors import Problem
from socsec.office.forms import ScreenForm, SelectField, TextField
from socsec.office.models import Office, Region
from socsec.office.portal import limited, sent


class TellForm(ScreenForm):
    """Where, and what."""

    region = SelectField(label=_("Where does it happen?"))
    text = forms.CharField(
        label=_("What is wrong?"),
        help_text=_("Who, what and when, as far as you know. Leave yourself out of it."),
        max_length=4000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 6}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where there is an office that looks into it.
        places = Office.objects.exclude(region=NATION).values("region")
        rows = Region.objects.filter(code__in=places).order_by("code")
        self.fields["region"].choices = [(each.code, str(each)) for each in rows]  # type: ignore[attr-defined]


class FollowForm(ScreenForm):
    """What was shown when the report was received."""

    number = TextField(label=_("Number of the report"), max_length=30)
    code = TextField(label=_("Code"), max_length=20)


@limited(per_minute=3)
@never_cache
@require_http_methods(["GET", "POST"])
def tell(request: HttpRequest) -> HttpResponse:
    """Report without signing in. The code is shown once, on the page that answers."""
    form = TellForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            made, code = reporting.receive_unnamed(**form.cleaned_data)
        except Problem as problem:
            form.add_error("text", str(problem))
        else:
            return render(
                request,
                "portal/assistance/tell_done.html",
                {"case": made.case, "code": code, "in_flow": True},
            )
    return render(
        request,
        "portal/assistance/tell.html",
        {"form": form, "in_flow": True},
        status=422 if request.method == "POST" else 200,
    )


@limited(per_minute=10)
@never_cache
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """What became of a report, for whoever has its code."""
    form = FollowForm(sent(request))
    found = None
    if request.method == "POST" and form.is_valid():
        try:
            found = reporting.follow(**form.cleaned_data)
        except Problem as problem:
            form.add_error("code", str(problem))
    return render(
        request,
        "portal/assistance/tell_follow.html",
        {"form": form, "report": found, "in_flow": True},
        status=422 if request.method == "POST" and found is None else 200,
    )
