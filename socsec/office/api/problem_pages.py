"""The page that the `type` of a problem leads to: what it means and what a program should do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

# What to do follows from the status; the few codes that need more words have them.
SPECIAL = {
    "idempotency_key_missing": _("Every POST that creates needs the header Idempotency-Key."),
    "idempotency_key_reused": _("A key belongs to one request. A new request needs a new key."),
    "idempotency_in_progress": _(
        "The first request with this key is still being worked on. Repeat it later."
    ),
    "purpose_missing": _("Reading a person's file needs the header X-Purpose; the person sees it."),
    "throttled": _("Too many requests. Wait as long as the header Retry-After says."),
    "not_authenticated": _(
        "Get a token at /oauth/token/ with your client id and secret, and send it as Bearer."
    ),
    "permission_denied": _("The token lacks the scope that this needs. Ask for a token with it."),
    "body_too_large": _("The message is too large to be read. Divide it among several."),
    "invalid": _("The list `errors` names each input to correct with a JSON pointer."),
}
GENERAL = _(
    "The members `title` and `detail` say what happened and what to do. Nothing was changed."
)


def page(request: HttpRequest, code: str) -> HttpResponse:
    return render(
        request,
        "portal/office/problem_type.html",
        {"code": code, "meaning": SPECIAL.get(code, GENERAL)},
    )
