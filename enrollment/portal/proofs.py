"""Confirming that one is well, for oneself or for whom one may act: a button and a code."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from enrollment import queries
from enrollment.models import Person
from enrollment.services.living import proofs
from socsec.kernel.ids import mask_mobile
from socsec.office import display
from socsec.office.acting import Scope, acting_for, signed_in
from socsec.office.errors import Problem
from socsec.office.forms import CodeField, ScreenForm
from socsec.office.portal import person_only, sent
from socsec.office.shell import Tile, Todo, home, tile


class CodeForm(ScreenForm):
    code = CodeField(
        label=gettext_lazy("Code from the text message"),
        help_text=gettext_lazy("6 digits, good for 5 minutes. You may paste it."),
        error_messages={"required": gettext_lazy("Enter the 6 digits of the code")},
    )


@require_http_methods(["GET", "POST"])
@person_only
def mine(request: HttpRequest) -> HttpResponse:
    """What is known already, and the button that sends the code."""
    person_id = acting_for(request, Scope.CLAIM)
    person = Person.objects.get(pk=person_id)
    if request.method == "POST":
        try:
            proofs.ask_code(by=request.user, person=person)
        except Problem as problem:
            if problem.code != "code_too_soon":
                messages.error(request, str(problem))
                return redirect("proof")
            messages.info(request, str(problem))
        return redirect("proof_code")
    found = list(queries.proofs_of(person_id)[:5])
    until = queries.proved_until(person_id)
    return render(
        request,
        "portal/enrollment/proof.html",
        {
            "person": person,
            "own": person_id == signed_in(request),
            "proofs": found,
            "until": until,
            "enough": until is not None and until >= timezone.localdate(),
            "task": queries.open_task(person_id),
            "needed": queries.needed(person_id),
        },
    )


@require_http_methods(["GET", "POST"])
@person_only
def code(request: HttpRequest) -> HttpResponse:
    """The code from the telephone, and it is done."""
    person = Person.objects.get(pk=acting_for(request, Scope.CLAIM))
    form = CodeForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = proofs.confirm_self(
                by=request.user, person=person, digits=form.cleaned_data["code"]
            )
        except Problem as problem:
            form.add_error("code", str(problem))
        else:
            messages.success(
                request,
                _("Thank you. That is enough until %(day)s.")
                % {"day": display.day_plain(made.valid_until)},
            )
            return redirect("proof")
    own = Person.objects.get(pk=signed_in(request))
    return render(
        request,
        "portal/enrollment/proof_code.html",
        {"form": form, "phone": mask_mobile(own.phone) if own.phone else "", "in_flow": True},
    )


def todos(request: HttpRequest) -> list[Todo]:
    """On the home page, while a proof is due."""
    task = queries.open_task(acting_for(request))
    if task is None:
        return []
    return [
        Todo(
            title=_("Confirm that you are well"),
            url=reverse("proof"),
            why=_("It takes a minute. Your benefit goes on in any case."),
            button=_("Confirm"),
            due=task.due_on,
            main=True,
        )
    ]


def hang() -> None:
    """Hang these pages into the portal; called once, when the app is ready."""
    tile(
        Tile(
            5,
            "proof",
            "tick",
            gettext_lazy("Proof of life"),
            gettext_lazy("for who draws a benefit"),
        )
    )
    home(todo=todos)
