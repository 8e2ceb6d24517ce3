"""The public page where anyone checks a paper of ours by its number and its code."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from . import certificates
from .errors import NotFound
from .forms import ScreenForm
from .portal import limited
from .services import certificates as service
from .services.certificates import Verdict

# What a verdict is called, the tone of its note, and what to do.
SAID: dict[Verdict, tuple[Any, str, Any]] = {
    Verdict.TRUE: (
        _("This paper is true"),
        "green",
        _("We issued it. Compare what stands below with the paper in your hands: both must agree."),
    ),
    Verdict.EXPIRED: (
        _("This paper is from us, but no longer good"),
        "amber",
        _("It was true when it was issued. Ask for a new one."),
    ),
    Verdict.REVOKED: (
        _("This paper was revoked"),
        "red",
        _("We issued it and took it back. Do not rely on it."),
    ),
    Verdict.ALTERED: (
        _("This paper was altered"),
        "red",
        _("We issued a paper with this number, and it said something else. What it said is below."),
    ),
    Verdict.BROKEN: (
        _("We cannot answer for this paper now"),
        "red",
        _("The fault is ours: our own record of it is damaged. Call 12333 and name its number."),
    ),
}


class VerifyForm(ScreenForm):
    n = forms.CharField(
        label=_("Number of the paper"),
        help_text=_("At the top right, such as CB2026-00000017"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "input w-20", "autocomplete": "off"}),
    )
    c = forms.CharField(
        label=_("Code"),
        help_text=_("At the bottom, such as 7KQ4-M2PD-93"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "input w-20", "autocomplete": "off"}),
    )
    m = forms.CharField(
        label=_("Fingerprint, if you want to know whether it was altered"),
        help_text=_("At the bottom, eight signs"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"class": "input w-20", "autocomplete": "off"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@limited(per_minute=10, name="c")
def verify(request: HttpRequest) -> HttpResponse:
    """Asks for number and code, or answers at once where a QR code brought both."""
    asked = request.POST if request.method == "POST" else request.GET
    form = VerifyForm(asked if "c" in asked else None)
    checked = None
    status = 200
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            checked = service.check(serial=said["n"], code=said["c"], mark=said["m"])
        except NotFound as trouble:
            form.add_error(None, str(trouble))
            status = 404
    elif form.is_bound:
        status = 422
    found = {}
    if checked is not None:
        title, tone, text = SAID[checked.verdict]
        found = {
            "checked": checked,
            "title": title,
            "tone": tone,
            "text": text,
            "kind": certificates.get(checked.issued.kind).label,
        }
    page = render(request, "portal/office/verify.html", {"form": form, **found}, status=status)
    page["Referrer-Policy"] = "no-referrer"  # number and code stay out of other sites' logs
    page["Cache-Control"] = "no-store"
    return page
