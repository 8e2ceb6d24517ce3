"""The desk's pages of social security cards: the queue of those to make and hand over, and their verbs."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Card, CardChannel, CardState, Person, Purpose
from enrollment.services.people import cards
from socsec.office import person_file
from socsec.office.access import may, scope
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.desk_forms import pick, text
from socsec.office.forms import BankCardField, ScreenForm
from socsec.office.models import AuditEntry, User

COUNTER, PHONE = CardChannel.COUNTER, CardChannel.PHONE


class MadeForm(ScreenForm):
    number = text(_("Card number"), max_length=20)
    bank = text(_("Bank"), max_length=60, required=False)
    account = BankCardField(label=_("Account number on the card"), required=False)


class UseForm(ScreenForm):
    use_for = pick(
        _("Use the account on the card for"),
        [("", _("Nothing yet")), *Purpose.choices, ("both", _("Benefits and contributions"))],
        required=False,
    )


class ChannelForm(ScreenForm):
    channel = pick(_("How it was told"), [(c.value, c.label) for c in (COUNTER, PHONE)])


class ReasonForm(ScreenForm):
    reason = text(_("Reason"), max_length=200)


def waiting(user: User) -> QuerySet[Card]:
    """Cards that are to be made or handed over."""
    return scope(Card.objects.filter(state__in=Card.COMING), user)


@admin.register(Card)
class CardAdmin(DeskAdmin):
    read_act = "card.read"
    change_form_template = "admin/enrollment/card.html"
    list_display: ClassVar = ["holder", "number", "state", "asked", "due", "since"]
    list_select_related: ClassVar = ["person"]
    list_filter: ClassVar = ["state"]
    search_fields: ClassVar = ["number", "person__name__startswith"]
    search_help_text = _("Name or card number")
    fields: ClassVar = ["number"]

    @admin.display(description=_("asked for on"), ordering="requested_on")
    def asked(self, card: Card) -> date:
        return card.requested_on

    @admin.display(description=_("name"))
    def holder(self, card: Card) -> str:
        return card.person.name

    @admin.display(description=_("due"), ordering="due_on")
    def due(self, card: Card) -> str:
        if card.late(timezone.localdate()):
            return str(_("%(day)s, late") % {"day": card.due_on})
        return str(card.due_on) if card.state in Card.COMING else ""

    @admin.display(description=_("handed over"), ordering="issued_on")
    def since(self, card: Card) -> Any:
        return card.issued_on

    def buttons(self, request: HttpRequest, obj: Card | None) -> list[Button]:
        if obj is None:
            return []
        return [
            Button(
                label,
                reverse("admin:enrollment_card_verb", args=[obj.pk, slug]),
                main=slug in MAIN,
                stop=slug in STOP,
            )
            for slug, (act, label, states, _make) in VERBS.items()
            if obj.state in states and may(request.user, act, obj.region)
        ]

    def context(self, request: HttpRequest, obj: Card) -> dict[str, Any]:
        told = AuditEntry.objects.filter(subject_type="card", subject_id=str(obj.pk))
        return {
            "card": obj,
            "heading": obj.person.name,
            "late": obj.late(timezone.localdate()),
            "history": [
                (entry, HISTORY.get(entry.act, entry.act))
                for entry in told.select_related("actor").order_by("-id")[:30]
            ],
            "replaced_by": Card.objects.filter(replaces=obj).first(),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path(
                "of/<int:person_id>/request/", guard(request_card), name="enrollment_card_request"
            ),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="enrollment_card_verb"),
            *super().get_urls(),
        ]

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        card = get_object_or_404(self.get_queryset(request).select_related("person"), pk=pk)
        if verb not in VERBS:
            raise Http404
        act, label, _states, make = VERBS[verb]
        form, lead, do = make(request, card)
        made: list[Card] = []

        def done(said: dict[str, Any]) -> str:
            result, sentence = do(said)
            made.append(result)
            return sentence

        return Deed(
            title=label,
            act=act,
            button=label,
            do=done,
            form=form,
            back=row_url(card),
            then=lambda: row_url(made[0]),
            stop=verb in STOP,
            lead=lead,
            crumbs=[Crumb(_("Cards"), list_url(Card)), Crumb(card.person.name, row_url(card))],
        ).answer(request)


def request_card(request: HttpRequest, person_id: int) -> HttpResponse:
    """Ask for a card at the counter."""
    person = get_object_or_404(queries.people(request.user), pk=person_id)
    file = reverse("admin:enrollment_person_change", args=[person.pk])
    made: list[Card] = []

    def do(said: dict[str, Any]) -> str:
        made.append(cards.request(by=staff(request), person=person, channel=COUNTER))
        return _now("Requested. It is to be handed over by %(day)s.") % {"day": made[0].due_on}

    return Deed(
        title=_("Ask for a card"),
        act="card.request",
        button=_("Ask for a card"),
        do=do,
        back=file,
        then=lambda: row_url(made[0]),
        lead=_("For %(name)s, identity number %(number)s.")
        % {"name": person.name, "number": person.masked_id},
        crumbs=[Crumb(capfirst(_("people")), list_url(Person)), Crumb(person.name, file)],
    ).answer(request)


Do = Callable[[dict[str, Any]], tuple[Card, str]]
Page = tuple[type[ScreenForm], Any, Do]


def _made(request: HttpRequest, card: Card) -> Page:
    def do(said: dict[str, Any]) -> tuple[Card, str]:
        done = cards.produced(
            by=staff(request),
            card=card,
            number=said["number"],
            bank=said["bank"] or "",
            account=said["account"] or "",
        )
        return done, _now("The card is made and can be handed over.")

    return MadeForm, _("Copy the number from the card itself."), do


def _issue(request: HttpRequest, card: Card) -> Page:
    def do(said: dict[str, Any]) -> tuple[Card, str]:
        return cards.issue(by=staff(request), card=card), _now("The card is handed over.")

    lead = _("Compare face and identity card of %(name)s before you hand it over.")
    return ScreenForm, lead % {"name": card.person.name}, do


def _activate(request: HttpRequest, card: Card) -> Page:
    def do(said: dict[str, Any]) -> tuple[Card, str]:
        wanted = said["use_for"] or ""
        use_for = tuple(Purpose.values) if wanted == "both" else (wanted,) if wanted else ()
        done = cards.activate(by=staff(request), card=card, use_for=use_for)
        return done, _now("The card is in use.")

    carried = (
        _("The card carries an account at %(bank)s ending %(last)s.")
        % {"bank": card.bank, "last": card.last_four}
        if card.account
        else _("The card carries no account.")
    )
    return UseForm, carried, do


def _lost(request: HttpRequest, card: Card) -> Page:
    def do(said: dict[str, Any]) -> tuple[Card, str]:
        done = cards.report_lost(by=staff(request), card=card, channel=said["channel"])
        return done, _now("The card counts for nothing from now on.")

    return ChannelForm, _("It holds at once, on the telephone too. No paper is needed."), do


def _found(request: HttpRequest, card: Card) -> Page:
    def do(said: dict[str, Any]) -> tuple[Card, str]:
        return cards.found(by=staff(request), card=card), _now("The card counts again.")

    return ScreenForm, _("Have the card and the identity card shown."), do


def _replace(request: HttpRequest, card: Card) -> Page:
    def do(said: dict[str, Any]) -> tuple[Card, str]:
        new = cards.replace(by=staff(request), card=card, channel=COUNTER, reason=said["reason"])
        return new, _now("Another card is asked for. It is to be handed over by %(day)s.") % {
            "day": new.due_on
        }

    return ReasonForm, _("The lost card never counts again, even if it is found."), do


def _cancel(request: HttpRequest, card: Card) -> Page:
    def do(said: dict[str, Any]) -> tuple[Card, str]:
        done = cards.cancel(by=staff(request), card=card, reason=said["reason"])
        return done, _now("The card is cancelled.")

    return ReasonForm, _("A cancelled card never counts again."), do


S = CardState
# verb: act, label, from which states, and the page.
VERBS: dict[str, tuple[str, Any, tuple[str, ...], Callable[[HttpRequest, Card], Page]]] = {
    "made": ("card.handle", _("It is made"), (S.REQUESTED,), _made),
    "issue": ("card.handle", _("Hand it over"), (S.PRODUCED,), _issue),
    "activate": ("card.activate", _("Activate"), (S.ISSUED,), _activate),
    "lost": ("card.lost", _("Report it lost"), (S.ISSUED, S.ACTIVE), _lost),
    "found": ("card.found", _("It is found"), (S.LOST,), _found),
    "replace": ("card.request", _("Replace it"), (S.LOST,), _replace),
    "cancel": (
        "card.cancel",
        _("Cancel it"),
        (S.REQUESTED, S.PRODUCED, S.ISSUED, S.ACTIVE, S.LOST),
        _cancel,
    ),
}
# What stands in a card's history, by act.
HISTORY: dict[str, Any] = {
    "card.request": _("Applied for"),
    "card.produce": _("Made"),
    "card.issue": _("Handed over"),
    "card.activate": _("Activated"),
    "card.lost": _("Reported lost"),
    "card.found": _("Found"),
    "card.replace": _("Replaced"),
    "card.cancel": _("Cancelled"),
    "card.check": _("Electronic card checked"),
}
MAIN, STOP = {"made", "issue", "activate", "replace"}, {"lost", "cancel"}


def offered(user: User, person_id: int) -> Iterator[Button]:
    """On the page of a person: ask for a card, or report the one there lost."""
    card = cards.current(person_id)
    if card is None and may(user, "card.request"):
        yield Button(
            _("Ask for a card"), reverse("admin:enrollment_card_request", args=[person_id])
        )
    elif card is not None and card.state in (S.ISSUED, S.ACTIVE) and may(user, "card.lost"):
        verb = reverse("admin:enrollment_card_verb", args=[card.pk, "lost"])
        yield Button(_("Card lost"), verb, stop=True)


def shown(user: User, person_id: int) -> dict[str, Any] | None:
    """A person's cards, the one that counts first; nothing where there is none."""
    found = list(Card.objects.filter(person_id=person_id).order_by("-pk")[:5])
    return {"cards": found} if found else None


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.buttons("card", offered, person_file.Noun.PAPERS)
    person_file.panel(
        person_file.FilePanel(
            "card",
            50,
            _("Social security card"),
            "card.read",
            "admin/enrollment/_cards.html",
            shown,
        )
    )
