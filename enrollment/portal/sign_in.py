"""Signing in: ID number (or that of another document) and password first, then a code sent to the person's own phone.

The answer to a wrong password and to an unknown number is the same, so that nobody learns who is
insured. Tries are counted by django-axes in the database, so the limit holds across workers.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from socsec.kernel.ids import mask_mobile
from socsec.kernel.papers import RESIDENT_ID, Paper
from socsec.office.errors import Problem
from socsec.office.fields import blind_index
from socsec.office.forms import CodeField, ResidentIdField, ScreenForm
from socsec.office.models import User
from socsec.office.portal import safe_next, sent, signed_in, too_many
from socsec.office.services import audit, codes

from .. import queries
from ..models import Person
from .paper_fields import OTHERS, PaperForm

PURPOSE = "sign-in"
# How long the first step holds: after that, password again.
PENDING_SECONDS = 15 * 60
BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignInForm(ScreenForm):
    resident_id = ResidentIdField(strip=True)
    password = ScreenForm.password_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resident_id"].widget.attrs["autocomplete"] = "username"


class PaperSignInForm(PaperForm):
    password = ScreenForm.password_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = OTHERS  # type: ignore[attr-defined]


class CodeForm(ScreenForm):
    code = CodeField(
        label=gettext_lazy("Code from the text message"),
        help_text=gettext_lazy("6 digits, good for 5 minutes. You may paste it."),
        error_messages={"required": gettext_lazy("Enter the 6 digits of the code")},
    )


@never_cache
@sensitive_post_parameters("password", "resident_id", "number")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The first step: who says they are who, by the ID number or with `?by=paper` another document."""
    onward = safe_next(request)
    if signed_in(request):
        return redirect(onward)
    by_paper = request.GET.get("by") == "paper"
    form = (PaperSignInForm if by_paper else SignInForm)(sent(request))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        paper = said["paper"] if by_paper else Paper(RESIDENT_ID, said["resident_id"])
        user = _known(request, paper, said["password"])
        if getattr(request, "axes_locked_out", False):
            return too_many(request)
        if user is None:
            form.add_error(
                "number" if by_paper else "resident_id",
                _("The number and the password do not match. Check both and try again")
                if by_paper
                else _("The ID number and the password do not match. Check both and try again"),
            )
        else:
            return _ask_for_code(request, user, onward)
    return render(
        request,
        "portal/enrollment/sign_in.html",
        {"form": form, "next": onward, "by_paper": by_paper},
    )


def _known(request: HttpRequest, paper: Paper, password: str) -> User | None:
    """The account of this person, if the password is right and the account may use the portal."""
    person = queries.by_paper(paper)
    account = (
        User.objects.filter(kind=User.Kind.INSURED, person_id=person.pk).first() if person else None
    )
    # An unknown number is tried as well, under a name that nobody has: it takes as long and is
    # counted and locked alike.
    username = account.username if account else f"?{blind_index(paper.key, paper.kind)}"
    user = authenticate(request, username=username, password=password)
    return user if account and isinstance(user, User) else None


def _ask_for_code(request: HttpRequest, user: User, onward: str) -> HttpResponse:
    request.session.cycle_key()
    request.session["pending"] = {
        "user": user.pk,
        "at": timezone.now().timestamp(),
        "next": onward,
    }
    phone = _phone(user)
    if not phone:
        return render(request, "portal/enrollment/no_phone.html", status=403)
    try:
        codes.issue(user=user, purpose=PURPOSE, to=phone)
    except Problem as problem:
        messages.info(request, str(problem))
    return redirect("sign_in_code")


def _phone(user: User) -> str:
    return str(Person.objects.values_list("phone", flat=True).get(pk=user.person_id))


def _pending(request: HttpRequest) -> User | None:
    """Whoever has given the right password and has not yet typed the code."""
    pending = request.session.get("pending")
    if not pending or timezone.now().timestamp() - pending["at"] > PENDING_SECONDS:
        return None
    return User.objects.filter(pk=pending["user"], kind=User.Kind.INSURED, is_active=True).first()


@never_cache
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The second step: the code from the phone."""
    user = _pending(request)
    if user is None:
        return redirect("sign_in")
    form = CodeForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            codes.check(user=user, purpose=PURPOSE, digits=form.cleaned_data["code"])
        except Problem as problem:
            form.add_error("code", str(problem))
        else:
            return _let_in(request, user)
    return render(
        request,
        "portal/enrollment/code.html",
        {"form": form, "phone": mask_mobile(_phone(user))},
    )


def _let_in(request: HttpRequest, user: User) -> HttpResponse:
    onward = request.session["pending"]["next"]
    let_in(request, user)
    request.session.pop("pending", None)
    return redirect(onward)


def let_in(request: HttpRequest, user: User) -> None:
    """Sign in whoever has proved who they are."""
    with transaction.atomic():
        login(request, user, backend=BACKEND)
        audit.record(by=user, act="portal.sign_in", person_id=user.person_id)


@require_POST
def resend(request: HttpRequest) -> HttpResponse:
    """Send another code; the one before is void."""
    user = _pending(request)
    if user is None:
        return redirect("sign_in")
    try:
        codes.issue(user=user, purpose=PURPOSE, to=_phone(user))
    except Problem as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, _("A new code is on its way. The old one no longer works."))
    return redirect("sign_in_code")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect("home")
