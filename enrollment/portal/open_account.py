"""Opening an account for the portal, or a new password for it: who one is, then a code and a password."""

from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from socsec.office.errors import Problem
from socsec.office.forms import CodeField, ScreenForm
from socsec.office.models import User
from socsec.office.portal import limited, sent, signed_in

from ..services.people import portal_account
from .paper_fields import PaperForm
from .sign_in import PENDING_SECONDS, let_in

KEY = "opening"


class WhoForm(PaperForm):
    name = forms.CharField(
        label=gettext_lazy("Full name"),
        max_length=60,
        help_text=gettext_lazy("As it stands on the document."),
        widget=forms.TextInput(attrs={"class": "input w-20", "autocomplete": "name"}),
    )


def _new_password(label: Any, hint: Any = "") -> forms.CharField:
    field = ScreenForm.password_field()
    field.label, field.help_text = label, hint
    field.widget.attrs["autocomplete"] = "new-password"
    return field


class PasswordForm(ScreenForm):
    code = CodeField(
        label=gettext_lazy("Code from the text message"),
        help_text=gettext_lazy("6 digits, good for 5 minutes. You may paste it."),
        error_messages={"required": gettext_lazy("Enter the 6 digits of the code")},
    )
    password = _new_password(
        gettext_lazy("New password"),
        gettext_lazy("At least 10 characters; four words you remember are good."),
    )
    again = _new_password(gettext_lazy("The same password again"))

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("password") and said.get("again") and said["password"] != said["again"]:
            self.add_error("again", _("The two passwords differ. Type the second one again"))
        return said


@never_cache
@sensitive_post_parameters("number")
@limited(per_minute=10)
@require_http_methods(["GET", "POST"])
def who(request: HttpRequest) -> HttpResponse:
    """The first step: document and name. The answer is the same whether or not we know them."""
    if signed_in(request):
        return redirect("home")
    form = WhoForm(sent(request))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        account = None
        try:
            account = portal_account.ask(paper=said["paper"], name=said["name"])
        except Problem as problem:
            # The code sent before still works; who asks too often learns no more than that.
            if problem.code != "code_too_soon":
                form.add_error(None, str(problem))
                return _first(request, form)
        request.session.cycle_key()
        if account is not None or KEY not in request.session:
            request.session[KEY] = {
                "user": account.pk if account else None,
                "at": timezone.now().timestamp(),
            }
        return redirect("open_account_code")
    return _first(request, form)


@never_cache
@sensitive_post_parameters("password", "again")
@limited(per_minute=10)
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The second step: the code from the phone, and the password."""
    if not _asked(request):
        return redirect("open_account")
    form = PasswordForm(sent(request))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            account = portal_account.finish(
                account=_account(request), digits=said["code"], password=said["password"]
            )
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            request.session.pop(KEY)
            let_in(request, account)
            messages.success(request, _("Your account is open. You are signed in."))
            return redirect("home")
    return render(request, "portal/enrollment/open_code.html", {"form": form, "in_flow": True})


@require_POST
@limited(per_minute=10)
def again(request: HttpRequest) -> HttpResponse:
    """Another code; the one before is void."""
    if not _asked(request):
        return redirect("open_account")
    account = _account(request)
    if account is not None:
        with suppress(Problem):
            portal_account.send_again(account=account)
    messages.success(
        request,
        _("If we have your number, a new code is on its way. One a minute can be sent."),
    )
    return redirect("open_account_code")


def _first(request: HttpRequest, form: WhoForm) -> HttpResponse:
    return render(request, "portal/enrollment/open_who.html", {"form": form, "in_flow": True})


def _asked(request: HttpRequest) -> bool:
    asked = request.session.get(KEY)
    return bool(asked) and timezone.now().timestamp() - asked["at"] <= PENDING_SECONDS


def _account(request: HttpRequest) -> User | None:
    number = request.session[KEY]["user"]
    return User.objects.filter(pk=number, kind=User.Kind.INSURED).first() if number else None
