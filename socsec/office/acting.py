"""For whom the person at the portal acts: for themselves, or for somebody who lets them.

Every page of the portal asks `acting_for(request, scope)` whose pages these are, and gives that
number to queries and services. Pages that are nobody else's business ask `own(request)`. Both
refuse rather than fall back: what was meant for one person is never done for another.
"""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import people
from .errors import Denied
from .people import Mandate, Scope
from .services import audit

KEY = "acting_for"  # in the session: the number of the other person


def acting_for(request: HttpRequest, scope: str = Scope.SEE) -> int:
    """The person number for whom the signed-in person acts on this page, in this scope.

    Acting for another is looked up for every page, noted once a page, and refused as soon as the
    mandate has ended or does not cover the scope.
    """
    user: Any = request.user
    other = request.session.get(KEY)
    if other is None:
        return int(user.person_id)
    mandate = mandates(request).get(other)
    if mandate is None:
        request.session.pop(KEY, None)
        raise Denied(
            gettext_lazy("You may not act for this person any more."),
            code="mandate_ended",
            fix=gettext_lazy("You are back on your own pages."),
        )
    if scope not in mandate.scopes:
        raise Denied(
            gettext_lazy("%(name)s has not allowed you to do this: %(scope)s.")
            % {"name": mandate.name, "scope": Scope(scope).label},
            code="not_in_mandate",
            fix=gettext_lazy("Ask for a wider permission, or go back to your own pages."),
        )
    _note(request, mandate, scope)
    return mandate.person_id


def signed_in(request: HttpRequest) -> int:
    """The person number of whoever is signed in, whomever they act for: whose telephone it is."""
    user: Any = request.user
    return int(user.person_id)


def own(request: HttpRequest) -> int:
    """The person number of whoever is signed in, on pages that nobody opens for another."""
    user: Any = request.user
    other = request.session.get(KEY)
    if other is not None:
        raise Denied(
            gettext_lazy("This page is about yourself, but you are acting for somebody else."),
            code="acting_for_another",
            fix=gettext_lazy("Choose “For me” at the top of the page first."),
        )
    return int(user.person_id)


def mandates(request: HttpRequest) -> dict[int, Mandate]:
    """For whom the signed-in person may act today, asked once a page."""
    found: dict[int, Mandate] | None = getattr(request, "_mandates", None)
    if found is None:
        user: Any = request.user
        found = people.mandates(user.person_id)
        request._mandates = found  # type: ignore[attr-defined]
    return found


def switch(request: HttpRequest, person_id: int | None) -> Mandate | None:
    """Act for another from now on, or for oneself again (None).

    Answers begun for one person are forgotten, and forms that stand open in another window no
    longer work: nothing filled in for one is sent for the other.
    """
    user: Any = request.user
    chosen = None
    if person_id is not None and person_id != user.person_id:
        chosen = mandates(request).get(person_id)
        if chosen is None:
            raise Denied(gettext_lazy("You may not act for this person."), code="no_mandate")
    for name in [key for key in sorted(request.session.keys()) if not key.startswith("_")]:
        del request.session[name]
    if chosen is not None:
        request.session[KEY] = chosen.person_id
    rotate_token(request)
    return chosen


def who(request: HttpRequest) -> list[dict[str, Any]]:
    """The choice at the top of each page; empty for those who act for nobody else."""
    known = mandates(request)
    if not known:
        return []
    now = request.session.get(KEY)
    user: Any = request.user
    mine = {"value": user.person_id, "label": _("For me"), "current": now not in known}
    others = [
        {
            "value": each.person_id,
            "label": _("For %(name)s") % {"name": each.name},
            "current": now == each.person_id,
        }
        for each in known.values()
    ]
    return [mine, *others]


def _note(request: HttpRequest, mandate: Mandate, scope: str) -> None:
    """Write down that it was used: the other person reads it among those who saw the record."""
    noted: set[tuple[int, str]] = request.__dict__.setdefault("_acted", set())
    if (mandate.person_id, scope) in noted:
        return
    noted.add((mandate.person_id, scope))
    match = request.resolver_match
    with transaction.atomic():
        audit.record(
            by=request.user,  # type: ignore[arg-type]
            act="mandate.use",
            subject=("person", mandate.person_id),
            person_id=mandate.person_id,
            scope=str(scope),
            page=(match.url_name if match else "") or "",
            method=request.method,
        )
