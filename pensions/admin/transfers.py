"""The desk's pages of transfers: where each stands, and the verbs of either office on it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries as people
from enrollment.models import Movement, MovementState
from funds.models import Branch, Fund, PaymentBatch, Scheme
from pensions import queries
from pensions.models import (
    Category,
    Transfer,
    TransferAccount,
    TransferKind,
    TransferState,
    TransferStep,
)
from pensions.services import transfers
from socsec.kernel.money import yuan
from socsec.kernel.months import year_of
from socsec.office import case_file, person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, seen_url, staff
from socsec.office.forms import BankCardField, DateField, MoneyField, ScreenForm
from socsec.office.models import Case, Region, User

State, Step = TransferState, TransferStep
RECEIVED, ASSESSED = Case.State.RECEIVED, Case.State.ASSESSED


def _select(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.Select(attrs={"class": "select w-20"})
    )


def _text(label: Any, most: int = 64) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.TextInput(attrs={"class": "input w-20"})
    )


class TextForm(ScreenForm):
    text = forms.CharField(
        label=_("Text"), max_length=200, widget=forms.Textarea(attrs={"class": "input", "rows": 3})
    )


class ReasonForm(ScreenForm):
    reason = _select(_("Reason"), transfers.STAFF_REASONS)


class RefusalForm(ScreenForm):
    reason = _select(
        _("Reason"), [(code, text) for code, (text, _law) in transfers.REFUSALS.items()]
    )


class ArriveForm(ScreenForm):
    amount = MoneyField(label=_("Amount, yuan"))
    on = DateField(label=_("Day of receipt"))
    reference = _text(_("Bank reference"))


class BackForm(ScreenForm):
    on = DateField(label=_("Day of receipt"))
    reference = _text(_("Bank reference"))


class LinkForm(ScreenForm):
    from_scheme = _select(_("Out of the scheme"), Scheme.choices)
    to_scheme = _select(_("Into the scheme"), Scheme.choices)
    category = _select(_("Kind of work, for the pensionable age"), Category.choices)


class AccountForm(ScreenForm):
    payee = _text(_("Payee"), 60)
    bank = _text(_("Bank"), 60)
    account = BankCardField(label=_("Account number"))


class AnnuityForm(ScreenForm):
    to_region = _text(_("Code of the new place, six digits"), 6)
    payee = forms.CharField(
        label=_("Plan of the enterprise: payee"),
        max_length=60,
        required=False,
        help_text=_("Empty where another agency's fund takes the annuity over."),
        widget=forms.TextInput(attrs={"class": "input w-20"}),
    )
    bank = forms.CharField(
        label=_("Plan of the enterprise: bank"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"class": "input w-20"}),
    )
    account = forms.CharField(
        label=_("Plan of the enterprise: account number"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"class": "input w-20", "autocomplete": "off"}),
    )


@dataclass(frozen=True)
class Verb:
    """One verb: when it is offered, at whose office, and what it asks and does."""

    act: str
    label: Any
    state: str
    step: TransferStep | None
    case_state: str
    side: str  # "from" or "to"
    form: type[ScreenForm]
    do: Callable[..., Any]
    said: Any
    lead: Any = ""
    main: bool = True
    stop: bool = False

    def fits(self, user: User, transfer: Transfer, cases: dict[str, Case]) -> bool:
        region = transfer.from_region if self.side == "from" else transfer.to_region
        if transfer.state != self.state or not may(user, self.act, region):
            return False
        case = cases.get(self.step or "")
        return self.step is None or (case is not None and case.state == self.case_state)


VERBS: dict[str, Verb] = {
    "propose": Verb(
        *("case.assess", _("Prepare for a check"), State.ASKED, Step.ASK, RECEIVED, "to"),
        *(ScreenForm, transfers.propose_link, _("Prepared. A colleague checks it.")),
    ),
    "agree": Verb(
        *("case.check", _("Agree"), State.ASKED, Step.ASK, ASSESSED, "to"),
        *(ScreenForm, transfers.accept_link, _("Agreed. The old place draws up its form.")),
    ),
    "disagree": Verb(
        *("case.check", _("Refuse the request"), State.ASKED, Step.ASK, ASSESSED, "to"),
        *(RefusalForm, transfers.refuse_link, _("Refused. Everything stays as it was.")),
        main=False,
        stop=True,
    ),
    "assess": Verb(
        *("case.assess", _("Draw up the form"), State.DUE, Step.SEND, RECEIVED, "from"),
        *(ScreenForm, transfers.assess, _("Drawn up. A colleague must check it now.")),
        lead=_("Months, account and money are read from the books of this place."),
    ),
    "send": Verb(
        *("case.check", _("Send and pay"), State.DUE, Step.SEND, ASSESSED, "from"),
        *(ScreenForm, transfers.send, _("Sent. A colleague releases the payment to the bank.")),
        lead=_("The account is closed, and the money is ordered to the account of the new place."),
    ),
    "return": Verb(
        *("case.check", _("Send back"), State.DUE, Step.SEND, ASSESSED, "from"),
        *(TextForm, transfers.send_back, _("Sent back.")),
        main=False,
    ),
    "refuse": Verb(
        *("case.check", _("Refuse the transfer"), State.DUE, Step.SEND, ASSESSED, "from"),
        *(ReasonForm, transfers.give_up, _("Refused. Everything stays as it was.")),
        lead=_("A record that moved goes back to this place."),
        main=False,
        stop=True,
    ),
    "recall": Verb(
        *("case.check", _("Take the form back"), State.SENT, None, "", "from"),
        *(TextForm, transfers.recall, _("Taken back. The account is as it was.")),
        lead=_("Only what the bank has not paid, or has returned, can be taken back."),
        main=False,
        stop=True,
    ),
    "stop": Verb(
        *("case.check", _("Take the form back"), State.BACK, None, "", "from"),
        *(TextForm, transfers.recall, _("Taken back. The account is as it was.")),
        lead=_("Only what the bank has not paid, or has returned, can be taken back."),
        main=False,
        stop=True,
    ),
    "arrive": Verb(
        *("ledger.post", _("Book the arrival"), State.SENT, None, "", "to"),
        *(ArriveForm, transfers.arrive, _("Booked. A colleague compares form and money.")),
        lead=_("Exactly what the form says, or nothing."),
    ),
    "compare": Verb(
        *("case.assess", _("Form and money agree"), State.ARRIVED, Step.RECEIVE, RECEIVED, "to"),
        *(ScreenForm, transfers.compare, _("Prepared. A colleague checks it.")),
    ),
    "take": Verb(
        *("case.check", _("Take over"), State.ARRIVED, Step.RECEIVE, ASSESSED, "to"),
        *(ScreenForm, transfers.take_over, _("Taken over. The account is open here.")),
    ),
    "recheck": Verb(
        *("case.check", _("Send back"), State.ARRIVED, Step.RECEIVE, ASSESSED, "to"),
        *(TextForm, transfers.send_back, _("Sent back.")),
        main=False,
    ),
    "reject": Verb(
        *("case.check", _("Reject the form"), State.ARRIVED, Step.RECEIVE, ASSESSED, "to"),
        *(ReasonForm, transfers.reject, _("Rejected. The money goes back by the way it came.")),
        main=False,
        stop=True,
    ),
    "came-back": Verb(
        *("ledger.post", _("Book the return"), State.BACK, None, "", "from"),
        *(BackForm, transfers.came_back, _("Booked. The account is as it was.")),
    ),
    "refund": Verb(
        *("payment.draft", _("Pay the person"), State.DONE, None, "", "from"),
        *(ScreenForm, transfers.pay_refund, _("Ordered. A colleague releases it to the bank.")),
        lead=_("What was paid for months that are insured twice goes to the person."),
    ),
    "plan-paid": Verb(
        *("ledger.post", _("The plan was paid"), State.SENT, None, "", "from"),
        *(ScreenForm, transfers.plan_paid, _("Finished. The annuity lies with the plan.")),
        lead=_("The bank has paid the enterprise's plan; the annuity lies there from now on."),
    ),
    "withdraw": Verb(
        *("case.withdraw", _("Withdraw"), State.ASKED, None, "", "to"),
        *(TextForm, transfers.withdraw_link, _("Withdrawn. Everything stays as it was.")),
        main=False,
        stop=True,
    ),
}


@admin.register(Transfer)
class TransferAdmin(DeskAdmin):
    read_act = "case.read"
    region_field = None
    change_form_template = "admin/pensions/transfer.html"
    list_display: ClassVar = ["person", "kind", "way", "total", "state", "opened_on"]
    list_filter: ClassVar = ["state", "kind"]
    search_fields: ClassVar = ["person__name__startswith", "reference"]
    search_help_text = _("Name, or number at the other office")
    fields: ClassVar = ["state"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transfer]:
        return queries.transfers(request.user)

    @admin.display(description=_("from and to"))
    def way(self, row: Transfer) -> str:
        return f"{row.from_fund or row.from_region} → {row.to_fund or row.to_region}"

    @admin.display(description=_("amount"))
    def total(self, row: Transfer) -> str:
        return yuan(row.total)

    def buttons(self, request: HttpRequest, obj: Transfer | None) -> list[Button]:
        if obj is not None:
            return offered(staff(request), obj)
        found = []
        if may(request.user, "case.receive"):
            found.append(
                Button(
                    _("Take up the money of a record"),
                    reverse("admin:pensions_transfer_open"),
                    main=True,
                )
            )
        if may(request.user, "benefit.read"):
            found.append(Button(_("Accounts for transfers"), list_url(TransferAccount)))
        return found

    def context(self, request: HttpRequest, obj: Transfer) -> dict[str, Any]:
        return {"panel": shown(staff(request), obj), "heading": obj.person.name}

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("open/", guard(self.open), name="pensions_transfer_open"),
            path("link/<int:person>/", guard(self.link), name="pensions_transfer_link"),
            path("annuity/<int:person>/", guard(self.annuity), name="pensions_transfer_annuity"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="pensions_transfer_verb"),
            *super().get_urls(),
        ]

    def annuity(self, request: HttpRequest, person: int) -> HttpResponse:
        found = get_object_or_404(people.people(request.user), pk=person)
        made: list[Transfer] = []
        home = reverse("admin:enrollment_person_change", args=[found.pk])

        def do(said: dict[str, Any]) -> str:
            made.append(
                transfers.open_annuity(
                    by=staff(request), person=found, from_region=found.region, **said
                )
            )
            return _now("Taken up. Now the form is drawn up.")

        return Deed(
            title=_("Move the annuity of %(name)s") % {"name": found.name},
            act="case.receive",
            button=_("Take up"),
            do=do,
            form=AnnuityForm,
            lead=_("To another agency's fund, or to the plan of an enterprise."),
            back=home,
            then=lambda: row_url(made[0]),
            initial={"to_region": found.region},
            crumbs=[Crumb(found.name, home), Crumb(_("Occupational annuity"))],
        ).answer(request)

    def open(self, request: HttpRequest) -> HttpResponse:
        made: list[Transfer] = []
        moved = list(queries.waiting_for_money(request.user)[:200])
        temporary = list(queries.temporary_waiting(request.user)[:200])

        class OpenForm(ScreenForm):
            movement = _select(
                _("Record that moved, or temporary account"),
                [
                    *(
                        (each.pk, f"{each.person.name} · {each.done_on} · → {each.to_region}")
                        for each in moved
                    ),
                    *(
                        (each.pk, f"{each.person.name} · {each.get_state_display()}")
                        for each in temporary
                    ),
                ],
            )

        def do(said: dict[str, Any]) -> str:
            movement = get_object_or_404(Movement, pk=said["movement"])
            joins = movement.state == MovementState.TEMPORARY
            begin = transfers.open_temporary if joins else transfers.open_record
            made.append(begin(by=staff(request), movement=movement))
            return _now("Taken up. Now the form is drawn up.")

        return Deed(
            title=_("Take up the money of a record"),
            act="case.receive",
            button=_("Take up"),
            do=do,
            form=OpenForm,
            lead=_(
                "Records that moved away from here, whose clock runs since the day they moved; and"
                " temporary accounts here, which join their record once the coverage has ended."
            ),
            back=list_url(Transfer),
            then=lambda: row_url(made[0]),
            crumbs=[Crumb(_("Transfers of entitlements"), list_url(Transfer))],
        ).answer(request)

    def link(self, request: HttpRequest, person: int) -> HttpResponse:
        found = get_object_or_404(people.people(request.user), pk=person)
        made: list[Transfer] = []
        home = reverse("admin:enrollment_person_change", args=[found.pk])

        def do(said: dict[str, Any]) -> str:
            made.append(
                transfers.ask_link(
                    by=staff(request),
                    person=found,
                    channel=Case.Channel.COUNTER,
                    **{name: int(value) for name, value in said.items()},
                )
            )
            return _now("Received. A colleague looks at it first.")

        return Deed(
            title=_("Bring the schemes of %(name)s together") % {"name": found.name},
            act="case.receive",
            button=_("Receive the request"),
            do=do,
            form=LinkForm,
            lead=_(
                "With fifteen years as a worker a resident's account joins the employees' scheme;"
                " with less it is the other way round. Between employees and agencies any time."
            ),
            back=home,
            then=lambda: row_url(made[0]),
            crumbs=[Crumb(found.name, home), Crumb(_("Schemes"))],
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        transfer = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in VERBS:
            raise Http404
        held = VERBS[verb]

        def do(said: dict[str, Any]) -> Any:
            held.do(by=staff(request), transfer=transfer, **said)
            return held.said

        return Deed(
            title=held.label,
            act=held.act,
            button=held.label,
            do=do,
            form=held.form,
            lead=held.lead,
            stop=held.stop,
            back=row_url(transfer),
            template="admin/pensions/transfer_deed.html",
            initial={"on": timezone.localdate()},
            context={"panel": shown(staff(request), transfer)},
            crumbs=[
                Crumb(_("Transfers of entitlements"), list_url(Transfer)),
                Crumb(transfer.person.name, row_url(transfer)),
            ],
        ).answer(request)


@admin.register(TransferAccount)
class TransferAccountAdmin(DeskAdmin):
    read_act = "benefit.read"
    list_display: ClassVar = ["fund", "payee", "bank", "last_four", "state", "maker", "checker"]
    list_filter: ClassVar = ["state"]
    list_select_related: ClassVar = ["fund__region", "maker", "checker"]
    fields: ClassVar = ["fund", "payee", "bank", "last_four", "state", "maker", "checker"]

    def buttons(self, request: HttpRequest, obj: TransferAccount | None) -> list[Button]:
        if obj is None:
            entered = reverse("admin:pensions_transferaccount_enter")
            main = Button(_("Enter an account"), entered, main=True)
            return [main] if may(request.user, "fund.move") else []
        if obj.state == TransferAccount.State.DRAFT and may(
            request.user, "payment.release", obj.region
        ):
            approved = reverse("admin:pensions_transferaccount_approve", args=[obj.pk])
            return [Button(_("Approve"), approved, main=True)]
        return []

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("enter/", guard(self.enter), name="pensions_transferaccount_enter"),
            path("<int:pk>/approve/", guard(self.approve), name="pensions_transferaccount_approve"),
            *super().get_urls(),
        ]

    def enter(self, request: HttpRequest) -> HttpResponse:
        funds = queries.funds_of(request.user, Branch.PENSION)

        class EnterForm(AccountForm):
            fund = _select(_("Fund"), [(each.pk, str(each)) for each in funds])
            field_order: ClassVar = ["fund"]

        def do(said: dict[str, Any]) -> str:
            pool = next(each for each in funds if str(each.pk) == said.pop("fund"))
            transfers.enter_account(by=staff(request), fund=pool, **said)
            return _now("Entered. It counts once a colleague has approved it.")

        return Deed(
            title=_("Account into which other offices pay"),
            act="fund.move",
            button=_("Enter"),
            do=do,
            form=EnterForm,
            back=list_url(TransferAccount),
            crumbs=[Crumb(_("Accounts for transfers"), list_url(TransferAccount))],
        ).answer(request)

    def approve(self, request: HttpRequest, pk: int) -> HttpResponse:
        held = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(said: dict[str, Any]) -> str:
            transfers.approve_account(by=staff(request), account=held)
            return _now("In force, in the place of the one before.")

        return Deed(
            title=_("Approve the account"),
            act="payment.release",
            button=_("Approve"),
            do=do,
            lead=f"{held.fund} · {held.payee} · {held.bank} · ····{held.last_four}",
            back=list_url(TransferAccount),
            crumbs=[Crumb(_("Accounts for transfers"), list_url(TransferAccount))],
        ).answer(request)


def _cases(transfer: Transfer) -> dict[str, Case]:
    """The latest case of each step."""
    return {each.step: each.case for each in transfer.cases.select_related("case__office")}


def offered(user: User, transfer: Transfer) -> list[Button]:
    """The verbs that this user may press on a transfer now."""
    cases = _cases(transfer)
    return [
        Button(
            verb.label,
            reverse("admin:pensions_transfer_verb", args=[transfer.pk, slug]),
            main=verb.main,
            stop=verb.stop,
        )
        for slug, verb in VERBS.items()
        if verb.fits(user, transfer, cases)
        and (slug != "refund" or (transfer.refund and transfer.refund_envelope_id is None))
        and (slug != "recall" or transfer.from_fund_id is not None)
        and (slug != "arrive" or transfer.to_fund_id is not None)
        and (
            slug != "plan-paid"
            or (transfer.kind == TransferKind.ANNUITY and transfer.to_fund_id is None)
        )
    ]


def shown(user: User, transfer: Transfer) -> dict[str, Any]:
    """What every page of a transfer shows: where it stands, the money, the months by year."""
    cases = _cases(transfer)
    steps = list(Step) if transfer.kind == TransferKind.LINK else [Step.SEND, Step.RECEIVE]
    names = {
        each.code: str(each)
        for each in Region.objects.filter(pk__in=(transfer.from_region, transfer.to_region))
    }
    months = list(queries.transfer_months(transfer))

    def payment_of(envelope: PaymentBatch | None) -> str:
        return seen_url(user, envelope, "payment.read", envelope.region if envelope else "")

    return {
        "transfer": transfer,
        "from_name": transfer.from_fund or names.get(transfer.from_region, ""),
        "to_name": transfer.to_fund or names.get(transfer.to_region, ""),
        "path": [(step.label, cases.get(step.value)) for step in steps],
        "sheet": (cases[Step.SEND].sheet if Step.SEND in cases else None)
        or (cases[Step.ASK].sheet if Step.ASK in cases else None),
        "judged": transfers.judge(transfer).document if transfer.state == State.ASKED else None,
        "years": [
            {"year": year, "months": len(rows), "wages": sum(row.base for row in rows)}
            for year, grouped in groupby(months, key=lambda row: year_of(row.month))
            for rows in [list(grouped)]
        ],
        "envelope_url": payment_of(transfer.envelope),
        "refund_url": payment_of(transfer.refund_envelope),
        "reason": transfers.REASONS.get(transfer.reason, ("", ""))[0]
        or transfers.REFUSALS.get(transfer.reason, ("", ""))[0],
    }


def offered_on_case(user: User, case: Case) -> list[Button]:
    transfer = queries.transfer_of(case)
    return offered(user, transfer) if transfer and case.is_open else []


def shown_on_case(user: User, case: Case) -> list[case_file.Panel]:
    transfer = queries.transfer_of(case)
    return [("admin/pensions/_transfer.html", shown(user, transfer))] if transfer else []


def shown_of_person(user: User, person_id: int) -> dict[str, Any] | None:
    rows = [{"row": each, "url": row_url(each)} for each in queries.transfers_of(person_id)]
    return {"rows": rows} if rows else None


def offered_to_person(user: User, person_id: int) -> Iterator[Button]:
    if not may(user, "case.receive"):
        return
    accounts = queries.accounts(person_id)
    if accounts.filter(fund_id__in=Fund.objects.filter(branch=Branch.ANNUITY)).exists():
        yield Button(
            _("Move the annuity"),
            reverse("admin:pensions_transfer_annuity", args=[person_id]),
        )
    if accounts.exists():
        yield Button(
            _("Bring schemes together"),
            reverse("admin:pensions_transfer_link", args=[person_id]),
        )


def hang() -> None:
    """Hang transfers into the pages of persons and cases; called once, when the app is ready."""
    person_file.buttons("transfers", offered_to_person)
    person_file.panel(
        person_file.FilePanel(
            "transfers",
            7,
            _("Transfers of entitlements"),
            "case.read",
            "admin/pensions/_transfers.html",
            shown_of_person,
        )
    )
    for kind in transfers.KINDS.values():
        case_file.hang(kind, buttons=offered_on_case, panels=shown_on_case)
