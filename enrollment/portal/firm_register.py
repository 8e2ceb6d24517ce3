"""The employer applies to change or to cancel its registration, and sees how far the office is."""

from typing import Any

from django import forms as dj
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enrollment.models import Employer, EmployerRequest
from enrollment.queries import firms
from enrollment.services.employers import employer as registry
from enrollment.services.employers import requests
from socsec.office.errors import Problem
from socsec.office.forms import BankCardField, DateField, MobileField, ScreenForm, TickField
from socsec.office.models import Case
from socsec.office.portal import sent

from .firms import officer_only, page

Sort = EmployerRequest.Sort


def text(label: Any, **more: Any) -> dj.CharField:
    return dj.CharField(
        label=label, widget=dj.TextInput(attrs={"class": "input", "autocomplete": "off"}), **more
    )


class ChangeForm(ScreenForm):
    name = text(_("Name"), max_length=120)
    address = text(_("Address"), max_length=200, required=False)
    contact = text(_("Contact person"), max_length=60, required=False)
    phone = MobileField(label=_("Mobile number"), required=False)
    bank = text(_("Bank"), max_length=60, required=False)
    account = BankCardField(label=_("Bank account"), required=False)
    day = DateField(label=_("It holds from"))
    document = text(
        _("Document"), max_length=120, help_text=_("For example the number of the new licence.")
    )


class CloseForm(ScreenForm):
    day = DateField(label=_("Last day"))
    truth = TickField(
        label=_("Nobody works here any more, and everything is declared and paid"),
        error_messages={"required": _("Confirm it")},
    )


@require_safe
@officer_only
def register(request: HttpRequest, employer: Employer) -> HttpResponse:
    """What is on file, what was applied for, and until when the office decides."""
    now = firms.details_as_of(employer.pk)
    asked = employer.requests.select_related("case").order_by("-case_id")[:20]
    return page(request, "register", employer, details=now, asked=asked)


@require_http_methods(["GET", "POST"])
@officer_only
def change(request: HttpRequest, employer: Employer) -> HttpResponse:
    now = firms.details_as_of(employer.pk)
    known = {key: getattr(now, key) for key in registry.DETAILS} if now else {}
    start = {"name": employer.name, "day": timezone.localdate(), **known}
    form = ChangeForm(sent(request), initial=start)
    return _answer(request, employer, form, Sort.CHANGE)


@require_http_methods(["GET", "POST"])
@officer_only
def cancel(request: HttpRequest, employer: Employer) -> HttpResponse:
    form = CloseForm(sent(request), initial={"day": timezone.localdate()})
    return _answer(request, employer, form, Sort.CLOSE)


@require_POST
@officer_only
def withdraw(request: HttpRequest, employer: Employer, number: str) -> HttpResponse:
    """Take back an application that nobody has decided yet."""
    asked = get_object_or_404(employer.requests, case__number=number)
    try:
        requests.withdraw(
            by=request.user,  # type: ignore[arg-type]
            request=asked,
            text=_now("Withdrawn by the employer's officer in the portal."),
        )
    except Problem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _now("Withdrawn. Everything on file stays as it is."))
    return redirect("firm_register", code=employer.credit_code)


def _answer(
    request: HttpRequest, employer: Employer, form: ScreenForm, sort: EmployerRequest.Sort
) -> HttpResponse:
    if form.is_bound and form.is_valid():
        said = {key: value or "" for key, value in form.cleaned_data.items() if key != "truth"}
        try:
            requests.ask(
                by=request.user,  # type: ignore[arg-type]
                employer=employer,
                sort=sort,
                channel=Case.Channel.PORTAL,
                **said,
            )
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            return redirect("firm_register", code=employer.credit_code)
    return page(request, "register_ask", employer, form=form, title=sort.label)
