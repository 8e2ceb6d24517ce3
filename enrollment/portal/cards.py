"""My social security card: ask for it, use it as a code on the telephone, report it lost."""

from datetime import timedelta
from typing import Any

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from enrollment.models import Card, CardChannel, CardState, Person
from enrollment.services.people import cards, electronic_card
from socsec.office import acting
from socsec.office.acting import acting_for, own
from socsec.office.errors import Problem
from socsec.office.forms import Option, PickField, ScreenForm
from socsec.office.portal import person_only, sent

PORTAL = CardChannel.PORTAL
S = CardState
# Of each verb: from which states (None: without a card), the question, yes, and what is said then.
VERBS: dict[str, tuple[tuple[str | None, ...], Any, Any, Any]] = {
    "request": (
        (None,),
        gettext_lazy("Ask for a social security card?"),
        gettext_lazy("Yes, make one for me"),
        gettext_lazy("Asked for. We tell you here when it is ready."),
    ),
    "activate": (
        (S.ISSUED,),
        gettext_lazy("Do you hold the card in your hands?"),
        gettext_lazy("Yes, activate it"),
        gettext_lazy("Your card is in use."),
    ),
    "lost": (
        (S.ISSUED, S.ACTIVE),
        gettext_lazy("Report your card lost?"),
        gettext_lazy("Yes, it is lost: nobody shall use it"),
        gettext_lazy("Reported. Nobody can use the card any more."),
    ),
    "found": (
        (S.LOST,),
        gettext_lazy("Have you found your card?"),
        gettext_lazy("Yes, it is in my hands"),
        gettext_lazy("Good. The card counts again."),
    ),
    "replace": (
        (S.LOST,),
        gettext_lazy("Ask for another card in its place?"),
        gettext_lazy("Yes, make another; the lost one never counts again"),
        gettext_lazy("Asked for. We tell you here when it is ready."),
    ),
}


@require_safe
@person_only
def my_card(request: HttpRequest) -> HttpResponse:
    person_id = acting_for(request)
    card = cards.current(person_id)
    today = timezone.localdate()
    return render(
        request,
        "portal/enrollment/card.html",
        {
            "card": card,
            "late": card is not None and card.late(today),
            "steps": _steps(card) if card is not None else [],
            "earlier": Card.objects.filter(person_id=person_id, state__in=Card.ENDED).order_by(
                "-ended_on"
            )[:5],
            "for_another": acting.KEY in request.session,
        },
    )


def _steps(card: Card) -> list[dict[str, Any]]:
    """The way of a card to the person, as stages that are done, now, or to come."""
    stages = [
        (_("Asked for"), card.requested_on, S.REQUESTED),
        (_("Made"), card.produced_on, S.PRODUCED),
        (_("Handed over"), card.issued_on, S.ISSUED),
        (_("In use"), card.activated_on, S.ACTIVE),
    ]
    waiting = next((i for i, (_title, day, _state) in enumerate(stages) if day is None), None)
    return [
        {
            "css": "done-s" if day else "now-s" if i == waiting else "todo-s",
            "title": title,
            "day": day,
        }
        for i, (title, day, _state) in enumerate(stages)
    ]


class SureForm(ScreenForm):
    sure = PickField(
        label="",
        options=[],
        error_messages={"required": gettext_lazy("Choose yes or no")},
    )

    def __init__(self, *args: Any, question: Any, yes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sure"].label = question
        self.fields["sure"].options = [  # type: ignore[attr-defined]
            Option("yes", yes),
            Option("no", gettext_lazy("No, go back")),
        ]


@require_http_methods(["GET", "POST"])
@person_only
def deed(request: HttpRequest, verb: str) -> HttpResponse:
    """One verb, asked once. Nobody does it for another: it is about what they hold in their hands."""
    person_id = own(request)
    card = cards.current(person_id)
    if verb not in VERBS or (card.state if card else None) not in VERBS[verb][0]:
        raise Http404
    _states, question, yes, said = VERBS[verb]
    form = SureForm(sent(request), question=question, yes=yes)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["sure"] == "yes":
            try:
                _do(request, verb, person_id, card)
            except Problem as problem:
                form.add_error(None, str(problem))
            else:
                messages.success(request, said)
                return redirect("card")
        else:
            return redirect("card")
    return render(
        request,
        "portal/enrollment/card_deed.html",
        {"form": form, "verb": verb, "in_flow": True},
        status=422 if form.errors else 200,
    )


def _do(request: HttpRequest, verb: str, person_id: int, card: Card | None) -> None:
    by = request.user
    if card is None:
        cards.request(by=by, person=Person.objects.get(pk=person_id), channel=PORTAL)
    elif verb == "activate":
        cards.activate(by=by, card=card, channel=PORTAL)
    elif verb == "lost":
        cards.report_lost(by=by, card=card, channel=PORTAL)
    elif verb == "found":
        cards.found(by=by, card=card, channel=PORTAL)
    else:
        cards.replace(by=by, card=card, channel=PORTAL)


@require_safe
@person_only
def code(request: HttpRequest) -> HttpResponse:
    """The electronic card: a new code with each look, good for a minute. The page renews itself."""
    card = cards.current(own(request))
    if card is None:
        raise Http404
    token = electronic_card.token(by=request.user, card=card)
    page = render(
        request,
        "portal/enrollment/card_code.html",
        {
            "card": card,
            "person": card.person,
            "qr": drawn(token),
            "until": timezone.localtime(
                timezone.now() + timedelta(seconds=electronic_card.GOOD_FOR)
            ),
            "refresh": electronic_card.GOOD_FOR - 5,
            "in_flow": True,
        },
    )
    page["Cache-Control"] = "no-store"
    return page


def drawn(text: str) -> SafeString:
    """A QR code as SVG, without a style of its own."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    side = len(rows) + 8
    dots = "".join(
        f"M{x + 4} {y + 4}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    )
    return mark_safe(  # noqa: S308 - numbers of our own
        f'<svg class="qrcode" viewBox="0 0 {side} {side}" width="280" height="280" role="img" '
        f'aria-labelledby="qr-title" shape-rendering="crispEdges"><title id="qr-title">'
        f"{_('Code of your electronic card')}</title>"
        f'<rect width="{side}" height="{side}" fill="#fff"/><path d="{dots}" fill="#000"/></svg>'
    )
