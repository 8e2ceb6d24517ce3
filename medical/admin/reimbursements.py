"""The desk's part in reimbursing care paid in cash: the list, the case, the cost list, the payment."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries as people
from medical.models import ClaimLine, ItemKind, Level, Reimbursement
from medical.queries import reimbursements as queries
from medical.queries.providers import agreement_on
from medical.services import reimbursing
from medical.services.reimbursing import Paper, Said, paying
from medical.services.reimbursing.claims import BEFORE, CARES
from socsec.kernel.money import yuan
from socsec.kernel.regions import covers
from socsec.office import case_file, menu, person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, seen_url, staff
from socsec.office.desk_forms import PlainForm, pick, text
from socsec.office.display import chinese
from socsec.office.forms import DateField, MoneyField, ScreenForm
from socsec.office.models import Case, User
from socsec.office.person_file import Noun
from socsec.office.places import place

from .cover import to_regions

State = Case.State
CAUSES = Reimbursement.Cause.choices
KINDS = [(each.value, each.label) for each in CARES]
LEVELS = [("", _("not known yet")), *Level.choices]
REFUSALS = ClaimLine.Refusal.choices
FINDINGS = [
    ("", _("It is paid for")),
    *((code, words) for code, (words, _law) in reimbursing.REASONS.items()),
]
# As the cost list is read: `reimbursing.lines.KINDS`.
KIND_WORDS = {
    "zh": {ItemKind.DRUG: "药品", ItemKind.SERVICE: "诊疗", ItemKind.CONSUMABLE: "耗材"},
    "en": {ItemKind.DRUG: "drug", ItemKind.SERVICE: "service", ItemKind.CONSUMABLE: "consumable"},
}
COST_LIST = {"rows": 12, "class": "input", "autocomplete": "off", "spellcheck": "false"}


class CareForm(ScreenForm):
    """What a claim says of the care."""

    cause = pick(_("Why it was paid in cash"), CAUSES)
    care = pick(_("Kind of care"), KINDS)
    provider_name = text(_("Hospital or clinic"), max_length=120)
    provider_code = text(_("Its national code"), max_length=12, required=False)
    level = pick(_("Its level"), LEVELS, required=False)
    place = pick(_("Place of care"), [])
    from_date = DateField(label=_("First day"))
    until = DateField(label=_("Last day"))
    diagnosis = text(_("Main diagnosis, its code"), max_length=20, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = to_regions()  # type: ignore[attr-defined]


class InvoiceForm(ScreenForm):
    code = text(_("Invoice code"), max_length=20, required=False)
    number = text(_("Invoice number"), max_length=30)
    issued_on = DateField(label=_("Invoice date"))
    amount = MoneyField(label=_("Amount, in yuan"))


class OpenForm(CareForm, InvoiceForm):
    """Both at once: a claim comes with its first invoice."""

    field_order: ClassVar = [*CareForm.base_fields, *InvoiceForm.base_fields]


class LinesForm(ScreenForm):
    text = forms.CharField(
        label=_("Cost list"),
        help_text=_(
            "One row an item: day, catalogue (drug, service, consumable), code, name, quantity, "
            "price. Without a code it is looked for by its name."
        ),
        widget=forms.Textarea(attrs=COST_LIST),
    )


class StrikeForm(ScreenForm):
    refusal = pick(_("Why it is not reimbursed"), REFUSALS)
    text = text(_("Explanation"), max_length=200, required=False)


class AssessForm(ScreenForm):
    reason = pick(_("What the papers show"), FINDINGS, required=False)
    text = text(_("What was found"), max_length=500, required=False)


class TextForm(ScreenForm):
    text = text(_("Text"), max_length=500)


class BackForm(ScreenForm):
    share = pick(_("To whom"), paying.Share.choices)
    amount = MoneyField(label=_("Amount, in yuan"))
    on = DateField(label=_("Received on"))


def said_of(said: dict[str, Any]) -> Said:
    """What a form says of the care."""
    values = {name: said[name] for name in CareForm.base_fields}
    values["care"] = int(values["care"])
    values["level"] = int(values["level"]) if values["level"] else None
    return Said(**values)


def paper_of(said: dict[str, Any]) -> Paper:
    return Paper(**{name: said[name] for name in InvoiceForm.base_fields})


def case_url(held: Reimbursement) -> str:
    return reverse("admin:office_case_change", args=[held.pk])


def _care_of(held: Reimbursement) -> dict[str, Any]:
    return {name: getattr(held, name) for name in CareForm.base_fields}


def _today(_held: Reimbursement) -> dict[str, Any]:
    return {"on": timezone.localdate(), "issued_on": timezone.localdate()}


def _cost_list(held: Reimbursement) -> dict[str, Any]:
    """The list as it is, to be corrected."""
    kinds = KIND_WORDS["zh" if chinese() else "en"]
    rows = [
        "\t".join(
            (
                line.day.isoformat(),
                kinds[ItemKind(line.kind)],
                line.code,
                line.name,
                f"{line.quantity / 10_000:g}",
                f"{line.price / 10_000:.4f}",
            )
        )
        for line in held.lines.all()
    ]
    return {"text": "\n".join(rows)}


@dataclass(frozen=True)
class Verb:
    """A page of the case: the act and states it needs, what it asks, what it does with the answers."""

    act: str
    label: Any
    states: tuple[str, ...]
    form: type[ScreenForm]
    do: Callable[[User, Reimbursement, dict[str, Any]], Any]
    main: bool = False
    stop: bool = False
    initial: Callable[[Reimbursement], dict[str, Any]] = lambda held: {}


Claim, Answers = Reimbursement, dict[str, Any]
VERBS: dict[str, Verb] = {
    "complete": Verb(
        "case.assess",
        _("Complete it"),
        (State.RECEIVED,),
        CareForm,
        lambda by, held, said: reimbursing.complete(by=by, claim=held, said=said_of(said)),
        initial=_care_of,
    ),
    "invoice": Verb(
        "case.note",
        _("Add an invoice"),
        BEFORE,
        InvoiceForm,
        lambda by, held, said: reimbursing.add_invoice(by=by, claim=held, invoice=paper_of(said)),
        initial=_today,
    ),
    "lines": Verb(
        "case.assess",
        _("Enter the cost list"),
        (State.RECEIVED,),
        LinesForm,
        lambda by, held, said: reimbursing.enter_lines(by=by, claim=held, text=said["text"]),
        initial=_cost_list,
    ),
    "assess": Verb(
        "case.assess",
        _("Assess"),
        (State.RECEIVED,),
        AssessForm,
        lambda by, held, said: reimbursing.assess(by=by, claim=held, **said),
        main=True,
    ),
    "grant": Verb(
        "case.check",
        _("Grant"),
        (State.ASSESSED,),
        PlainForm,
        lambda by, held, said: reimbursing.grant(by=by, claim=held),
        main=True,
    ),
    "refuse": Verb(
        "case.check",
        _("Refuse"),
        (State.ASSESSED,),
        PlainForm,
        lambda by, held, said: reimbursing.refuse(by=by, claim=held),
        stop=True,
    ),
    "return": Verb(
        "case.check",
        _("Send back"),
        (State.ASSESSED,),
        TextForm,
        lambda by, held, said: reimbursing.send_back(by=by, claim=held, text=said["text"]),
    ),
    "withdraw": Verb(
        "case.withdraw",
        _("Withdraw"),
        Case.OPEN,
        TextForm,
        lambda by, held, said: reimbursing.withdraw(by=by, claim=held, text=said["text"]),
        stop=True,
    ),
    "back": Verb(
        "overpayment.receive",
        _("Book what was paid back"),
        (State.GRANTED,),
        BackForm,
        lambda by, held, said: reimbursing.receive_back(
            by=by, claim=held, share=int(said["share"]), amount=said["amount"], on=said["on"]
        ),
        initial=_today,
    ),
}


@admin.register(Reimbursement)
class ReimbursementAdmin(DeskAdmin):
    read_act = "case.read"
    list_display: ClassVar = [
        "number",
        "person",
        "provider_name",
        "care",
        "state",
        "due",
        "asks",
        "paid",
    ]
    list_filter: ClassVar = ["case__state", "care", "cause"]
    search_fields: ClassVar = ["person__name__startswith", "provider_name", "invoices__number"]
    search_help_text = _("Name of the person, hospital, or number of an invoice")
    list_display_links = None
    fields: ClassVar = ["person", "provider_name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reimbursement]:
        return queries.claims(request.user)

    @admin.display(description=_("case"), ordering="case__number")
    def number(self, row: Reimbursement) -> SafeString:
        return format_html('<a href="{}">{}</a>', case_url(row), row.case.spaced_number)

    @admin.display(description=_("state"), ordering="case__state")
    def state(self, row: Reimbursement) -> str:
        return row.case.get_state_display()

    @admin.display(description=_("to be decided by"), ordering="case__due_on")
    def due(self, row: Reimbursement) -> Any:
        return row.case.due_on if row.case.is_open else None

    @admin.display(description=_("invoices, yuan"))
    def asks(self, row: Any) -> str:
        return yuan(row.asked or 0)

    @admin.display(description=_("funds pay, yuan"))
    def paid(self, row: Any) -> str:
        return yuan(row.pays) if row.pays is not None else "—"

    def buttons(self, request: HttpRequest, obj: Reimbursement | None) -> list[Button]:
        if obj is not None or not may(request.user, "payment.draft"):
            return []
        return [Button(_("Order payments"), reverse("admin:medical_reimbursement_order"))]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A claim is read on the page of its case."""
        found = self.get_object(request, object_id)
        if found is None:
            return super().change_view(request, object_id, form_url, extra_context)
        return redirect(case_url(found))

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        routes: list[tuple[str, Any, str]] = [
            ("order/", order, "medical_reimbursement_order"),
            ("of/<int:person_id>/", receive, "medical_reimbursement_receive"),
            ("case/<int:case_id>/<slug:verb>/", verb, "medical_reimbursement_verb"),
            ("case/<int:case_id>/line/<int:number>/", strike, "medical_reimbursement_strike"),
            (
                "case/<int:case_id>/line/<int:number>/restore/",
                restore,
                "medical_reimbursement_restore",
            ),
        ]
        return [
            *(path(route, guard(view), name=name) for route, view, name in routes),
            *super().get_urls(),
        ]


def receive(request: HttpRequest, person_id: int) -> HttpResponse:
    """Receive a claim at the counter with its first invoice."""
    person = get_object_or_404(people.people(request.user), pk=person_id)
    back = reverse("admin:enrollment_person_change", args=[person_id])
    made: list[Reimbursement] = []

    def do(said: dict[str, Any]) -> str:
        made.append(
            reimbursing.open_claim(
                by=staff(request),
                person=person,
                said=said_of(said),
                invoice=paper_of(said),
                channel=Case.Channel.COUNTER,
            )
        )
        return _now("Received as case %(number)s. Scan its papers into it.") % {
            "number": made[0].case.spaced_number
        }

    return Deed(
        title=_("Reimburse care paid in cash"),
        act="case.receive",
        button=_("Receive the application"),
        do=do,
        form=OpenForm,
        initial={"place": person.region[:4] + "00"},
        back=back,
        then=lambda: case_url(made[0]),
        crumbs=[Crumb(person.name, back)],
    ).answer(request)


def verb(request: HttpRequest, case_id: int, verb: str) -> HttpResponse:
    """What the desk does with a claim, in its state."""
    held = get_object_or_404(queries.claims(request.user), pk=case_id)
    if verb not in VERBS:
        raise Http404
    found = VERBS[verb]

    def do(said: dict[str, Any]) -> Any:
        found.do(staff(request), held, said)
        return _now("Done: %(what)s.") % {"what": found.label}

    proposed = reimbursing.proposal(held) if found.act == "case.check" else {}
    return Deed(
        title=found.label,
        act=found.act,
        button=found.label,
        do=do,
        form=found.form,
        stop=found.stop,
        lead=_lead(proposed),
        initial=found.initial(held),
        back=case_url(held),
        crumbs=_crumbs(held),
    ).answer(request)


def strike(request: HttpRequest, case_id: int, number: int) -> HttpResponse:
    """Do not reimburse a line, and say why."""
    return _of_line(
        request,
        case_id,
        number,
        _("Do not reimburse this line"),
        StrikeForm,
        lambda by, held, said: reimbursing.strike(by=by, claim=held, number=number, **said),
        stop=True,
    )


def restore(request: HttpRequest, case_id: int, number: int) -> HttpResponse:
    """Reimburse it after all."""
    return _of_line(
        request,
        case_id,
        number,
        _("Reimburse this line after all"),
        PlainForm,
        lambda by, held, said: reimbursing.restore(by=by, claim=held, number=number),
    )


def order(request: HttpRequest) -> HttpResponse:
    """Order what the funds owe on granted claims; a second person releases the envelopes."""
    user = staff(request)

    def do(said: dict[str, Any]) -> str:
        made = reimbursing.order(by=user)
        total = yuan(sum(each.total for each in made))
        return _now("%(total)s yuan are ordered. A second person releases the payment.") % {
            "total": total
        }

    region = user.region_code
    due = [each for each in paying.of_region(region) if each.owed > 0] if region else []
    return Deed(
        title=_("Order payments"),
        act="payment.draft",
        button=_("Order payments"),
        do=do,
        form=PlainForm,
        lead=_now("%(total)s yuan are owed on %(count)s claims; those without a bank account wait.")
        % {"total": yuan(sum(each.owed for each in due)), "count": len(due)},
        back=list_url(Reimbursement),
        crumbs=[Crumb(_("Reimbursements"), list_url(Reimbursement))],
    ).answer(request)


def _of_line(
    request: HttpRequest,
    case_id: int,
    number: int,
    title: Any,
    form: type[ScreenForm],
    do: Callable[[User, Reimbursement, dict[str, Any]], Any],
    stop: bool = False,
) -> HttpResponse:
    held = get_object_or_404(queries.claims(request.user), pk=case_id)
    line = get_object_or_404(held.lines, number=number)

    def done(said: dict[str, Any]) -> str:
        do(staff(request), held, said)
        return _now("Done: %(what)s.") % {"what": line.name}

    return Deed(
        title=title,
        act="case.assess",
        button=title,
        do=done,
        form=form,
        stop=stop,
        lead=f"{line.number} · {line.name} · {yuan(line.amount)}",
        back=case_url(held),
        crumbs=_crumbs(held),
    ).answer(request)


def _crumbs(held: Reimbursement) -> list[Crumb]:
    return [Crumb(held.person.name), Crumb(held.case.spaced_number, case_url(held))]


def _lead(proposed: dict[str, Any]) -> Any:
    """What the assessor proposed, in a sentence."""
    if not proposed:
        return ""
    if proposed.get("refusal"):
        words, _law = reimbursing.REASONS[proposed["refusal"]]
        return f"{words} {proposed['finding']}"
    paid = _now("The funds would pay %(amount)s yuan.") % {"amount": yuan(proposed["fund_pay"])}
    return f"{paid} {proposed['finding']}"


def offered_on_case(user: User, case: Case) -> list[Button]:
    return [
        Button(
            each.label,
            reverse("admin:medical_reimbursement_verb", args=[case.pk, slug]),
            main=each.main,
            stop=each.stop,
        )
        for slug, each in VERBS.items()
        if case.state in each.states
        and may(user, each.act, case.region_id)
        and (slug != "back" or _to_pay_back(case.pk))
    ]


def _to_pay_back(case_id: int) -> bool:
    claim = Reimbursement.objects.get(pk=case_id)
    return any(each.owed < 0 for each in paying.of_claim(claim))


def shown_on_case(user: User, case: Case) -> list[case_file.Panel]:
    held = queries.claims(user).filter(pk=case.pk).first()
    if held is None:
        return []
    lines = list(held.lines.all())
    bill = held.encounter
    provider = bill.provider if bill else None
    context = {
        "claim": held,
        "place": place(held.place),
        "away": not covers(held.region, held.place),
        "bill_url": seen_url(user, bill, "bill.read", bill.region) if bill else "",
        "agreement": agreement_on(provider.pk, held.from_date) if provider else None,
        "provider": provider,
        "found": _lead(reimbursing.proposal(held)),
        "invoices": held.invoices.all(),
        "alike": [
            (each, queries.claims(user).filter(pk=each.other.claim_id).exists())
            for each in queries.alike(held)
        ],
        "lines": lines,
        "sum": sum(line.amount for line in lines),
        "may_strike": case.state == State.RECEIVED and may(user, "case.assess", case.region_id),
        "payments": held.payments.select_related("batch"),
        "owed": paying.of_claim(held),
        "shares": dict(paying.Share.choices),
    }
    return [("admin/medical/_reimbursement.html", context)]


def offered_to_person(user: User, person_id: int) -> list[Button]:
    if not may(user, "case.receive"):
        return []
    url = reverse("admin:medical_reimbursement_receive", args=[person_id])
    return [Button(_("Reimburse care paid in cash"), url)]


def hang() -> None:
    """Hang the list into the sidebar, and the verbs into persons' files and cases."""
    menu.place(
        menu.Place(
            "reimbursements",
            menu.Group.MEDICAL,
            2,
            _("Reimbursements"),
            "admin:medical_reimbursement_changelist",
            "request_quote",
            "case.read",
        )
    )
    person_file.buttons("medical_reimbursement", offered_to_person, Noun.INSURANCE)
    case_file.hang(reimbursing.KIND, buttons=offered_on_case, panels=shown_on_case)
