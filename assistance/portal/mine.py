"""My assistance: what is granted and paid, what I applied for, and what is asked of me."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assistance import queries
from assistance.models import Application, Grant, Matching, What
from assistance.services import applying, deciding, matching, needs, watching
from enrollment.models import Person
from socsec.office import display
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.forms import DateField, Option, PickField, ScreenForm, TextField
from socsec.office.people import numbers
from socsec.office.portal import person_only, sent

SHOWN = 24  # payments a page


class ObjectionForm(ScreenForm):
    """What is wrong about an answer."""

    text = TextField(
        label=gettext_lazy("What is wrong, and how do you know?"),
        help_text=gettext_lazy("We ask again and look at your papers. It costs you nothing."),
        max_length=500,
    )


class ReportForm(ScreenForm):
    """What changed, since when."""

    what = PickField(
        [
            Option(each.value, each.label)
            for each in What
            if each not in (What.REVIEW, What.PENSION)
        ],
        label=gettext_lazy("What changed?"),
        error_messages={"required": gettext_lazy("Choose what changed")},
    )
    happened_on = DateField(label=gettext_lazy("Since when?"))
    text = TextField(
        label=gettext_lazy("In a few words"),
        help_text=gettext_lazy("For example: my son found work in a shop, 3,000 yuan a month."),
        max_length=500,
        required=False,
    )


@require_safe
@person_only
def assistance(request: HttpRequest) -> HttpResponse:
    """Grants, payments, applications, and what is asked of me."""
    person_id = acting_for(request)
    page = Paginator(queries.payments_of(person_id), SHOWN).get_page(request.GET.get("page"))
    return render(
        request,
        "portal/assistance/mine.html",
        {
            "person_id": person_id,
            "grants": queries.drawn_by(person_id),
            "applications": queries.applications_of(person_id),
            "waiting": queries.to_authorise(person_id),
            "others": needs.others(Person.objects.get(pk=person_id)),
            "page": page,
        },
    )


@require_POST
@person_only
def authorise(request: HttpRequest) -> HttpResponse:
    """Allow the questions in every application that waits for it: one press."""
    person_id = acting_for(request, Scope.CLAIM)
    for row in queries.to_authorise(person_id):
        applying.authorise(
            by=request.user,  # type: ignore[arg-type]
            application=row.application,
            person_id=row.person_id,
        )
    messages.success(request, _("Thank you. Registers are asked only for these applications."))
    return redirect("assistance")


@require_POST
@person_only
def apply_for_others(request: HttpRequest) -> HttpResponse:
    """Apply for what the facts of earlier decisions would qualify the person for: one press."""
    person = Person.objects.get(pk=acting_for(request, Scope.CLAIM))
    offered = {each.programme.slug for each in needs.others(person)}
    made = needs.apply(
        by=request.user,  # type: ignore[arg-type]
        person=person,
        slugs=[slug for slug in request.POST.getlist("programmes") if slug in offered],
        said=needs.decided_on(needs.known(person)),
        key="",
    )
    messages.success(request, _("Received: %(count)s applications.") % {"count": len(made)})
    return redirect("assistance")


@require_safe
@person_only
def application(request: HttpRequest, number: str) -> HttpResponse:
    """One application: its steps and their days, who has authorised, what registers answered."""
    person_id = acting_for(request)
    held = _application(person_id, number)
    own = numbers(person_id)
    mine = held.person_id in own
    return render(
        request,
        "portal/assistance/application.html",
        {
            "application": held,
            "case": held.case,
            "mine": mine,
            "clocks": held.clocks.select_related("step"),
            "missing": deciding.missing(held) if mine and held.open else [],
            "members": held.members.select_related("person"),
            "answers": held.matchings.filter(person_id__in=own),
            "others_asked": held.matchings.exclude(person_id__in=own).count() if mine else 0,
            "notices": held.notices.all() if mine else [],
        },
    )


@require_http_methods(["GET", "POST"])
@person_only
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    """Object to what a register says of me."""
    person_id = acting_for(request, Scope.CLAIM)
    row = get_object_or_404(
        Matching.objects.select_related("application__case", "application__programme"),
        pk=pk,
        person_id__in=numbers(person_id),
        answered_at__isnull=False,
    )
    form = ObjectionForm(sent(request))
    context: dict[str, Any] = {"form": form, "row": row, "in_flow": True}
    if request.method == "POST" and form.is_valid():
        try:
            matching.object_to(
                by=request.user,  # type: ignore[arg-type]
                matching=row,
                text=form.cleaned_data["text"],
            )
        except Problem as problem:
            form.add_error("text", str(problem))
        else:
            messages.success(request, _("Received. We look at it before anything is decided."))
            return redirect("assistance_application", number=row.application.case.number)
    return render(
        request,
        "portal/assistance/objection.html",
        context,
        status=422 if request.method == "POST" else 200,
    )


@require_http_methods(["GET", "POST"])
@person_only
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell of a change in the household (社会救助法第四十六条)."""
    held = _grant(acting_for(request, Scope.CLAIM), pk)
    form = ReportForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = watching.report(
                by=request.user,  # type: ignore[arg-type]
                grant=held,
                **form.cleaned_data,
            )
        except Problem as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(
                request,
                _("Received. We look at it by %(day)s.") % {"day": display.day(made.due_on)},
            )
            return redirect("assistance_grant", pk=held.pk)
    return render(
        request,
        "portal/assistance/report.html",
        {"form": form, "grant": held, "in_flow": True},
        status=422 if request.method == "POST" else 200,
    )


@require_safe
@person_only
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """One grant: what it comes to from when, with the working, and what was paid of it."""
    person_id = acting_for(request)
    held = _grant(person_id, pk)
    return render(
        request,
        "portal/assistance/grant.html",
        {
            "grant": held,
            "amounts": held.amounts.order_by("-version"),
            "changes": held.changes.select_related("hearing"),
            "circumstances": held.circumstances.select_related("change"),
            "payments": held.payments.order_by("-month", "-part")[:SHOWN],
        },
    )


def _grant(person_id: int, pk: int) -> Grant:
    """A grant that the person draws; 404 for anybody else's."""
    return get_object_or_404(
        Grant.objects.select_related("programme", "application__case"),
        pk=pk,
        person_id__in=numbers(person_id),
    )


def _application(person_id: int, number: str) -> Application:
    """An application that the person made or belongs to; 404 for anybody else's."""
    return get_object_or_404(queries.applications_of(person_id), case__number=number)
