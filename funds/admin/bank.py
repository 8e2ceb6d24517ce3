"""The desk's pages of banks: accounts and their open items, statements, days compared, term deposits."""

from collections import defaultdict
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import (
    Account,
    BankAccount,
    BankLine,
    BankStatement,
    DayReconciliation,
    Fund,
    TermDeposit,
)
from funds.models.words import kind_words
from funds.services import bank
from funds.services.bank.accounts import KEPT_AT_A_BANK
from socsec.kernel.money import percent, yuan
from socsec.kernel.months import format_month, month_of
from socsec.office import figures
from socsec.office.access import may, scope
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, show_page, staff
from socsec.office.forms import DateField, MoneyField, PercentField, ScreenForm, WholeField

from .budgets import FundForm, ReasonForm

ROWS = 100


def text(label: Any, length: int, **more: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "input w-20", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=length, widget=widget, **more)


class AccountForm(FundForm):
    ledger = forms.ChoiceField(
        label=_("Ledger account"), widget=forms.Select(attrs={"class": "select w-20"})
    )
    bank = text(_("Bank"), 60)
    number = text(_("Account number"), 40)
    opened_on = DateField(label=_("Compared from"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Account.objects.filter(number__in=KEPT_AT_A_BANK)
        self.fields["ledger"].choices = [(str(a.number), str(a)) for a in found]  # type: ignore[attr-defined]


class StatementForm(ScreenForm):
    file = forms.FileField(
        label=_("Bank statement"),
        help_text=_("MT940 or CSV, as the bank sent it. It is taken as a whole or not at all."),
        widget=forms.FileInput(attrs={"class": "input"}),
        allow_empty_file=True,
    )


class MatchForm(ScreenForm):
    batches = text(_("Ledger batches"), 200, help_text=_("Their numbers, with spaces between."))


class ExplainForm(ScreenForm):
    text = text(_("Explanation"), 200)


class TaxForm(FundForm):
    day = DateField(label=_("Day"))
    amount = MoneyField(label=_("Amount, in yuan"))


class DepositForm(FundForm):
    bank = text(_("Bank"), 60)
    receipt = text(_("Number of the certificate"), 40)
    amount = MoneyField(label=_("Amount, in yuan"))
    rate = PercentField(label=_("Yearly rate, per cent"), most=200_000)
    months = WholeField(label=_("Months"), least=1, most=120)
    placed_on = DateField(label=_("Placed on"))


class BackForm(ScreenForm):
    interest = MoneyField(label=_("Interest that the bank paid, in yuan"))


class BankDesk(DeskAdmin):
    read_act = "bank.read"

    def mine(self, request: HttpRequest) -> Any:
        """Prepares a form that chooses among the user's funds."""

        def prepare(form: ScreenForm) -> None:
            form.fields["fund"].queryset = scope(  # type: ignore[attr-defined]
                Fund.objects.select_related("region"), request.user, "region_id"
            )

        return prepare


@admin.register(BankAccount)
class BankAccountAdmin(BankDesk):
    region_field = "fund__region_id"
    change_form_template = "admin/funds/bank_account.html"
    list_display: ClassVar = ["ledger", "fund", "bank", "number", "last"]
    list_display_links: ClassVar = ["ledger"]
    list_select_related: ClassVar = ["fund__region", "ledger"]
    fields: ClassVar = ["fund", "ledger", "bank", "number", "opened_on"]

    @admin.display(description=_("last statement"))
    def last(self, account: BankAccount) -> str:
        found = account.statements.first()
        return f"{found.last_day} · {yuan(found.closing)}" if found else "—"

    def buttons(self, request: HttpRequest, obj: BankAccount | None) -> list[Button]:
        offered = []
        if may(request.user, "bank.statement"):
            offered.append(
                Button(_("Read a statement"), reverse("admin:funds_statement_read"), main=True)
            )
        if obj is None and may(request.user, "bank.account"):
            offered.append(Button(_("Enter an account"), reverse("admin:funds_bank_account_open")))
        return offered

    def context(self, request: HttpRequest, obj: BankAccount) -> dict[str, Any]:
        last = obj.statements.first()
        day = last.last_day if last else timezone.localdate()
        ours = queries.balance(obj.fund, obj.ledger_id, day)
        lines = [(line, getattr(line, "note", None)) for line in queries.open_lines(obj)[:ROWS]]
        # What the bank could not have shown yet is no difference.
        batches = queries.open_batches(obj, day)
        works = may(request.user, "bank.match", obj.fund.region_id)
        return {
            "heading": f"{obj.ledger} · {obj}",
            "account": obj,
            "day": day,
            "ours": ours,
            "theirs": last.closing if last else None,
            "difference": ours - last.closing if last else None,
            "statements": obj.statements.all()[:12],
            "lines": lines,
            "silent": sum(not note for _line, note in lines) + sum(not b.note for b in batches),
            "batches": [(each, kind_words(each.kind)) for each in batches[:ROWS]],
            "works": works,
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("open/", guard(self.open), name="funds_bank_account_open"),
            path("read/", guard(self.read), name="funds_statement_read"),
            path("line/<int:pk>/<slug:verb>/", guard(self.line), name="funds_bank_line"),
            path(
                "<int:pk>/batch/<int:batch>/explain/",
                guard(self.explain_batch),
                name="funds_bank_batch",
            ),
            *super().get_urls(),
        ]

    def open(self, request: HttpRequest) -> HttpResponse:
        def do(said: dict[str, Any]) -> str:
            bank.open_account(
                said["fund"],
                int(said["ledger"]),
                bank=said["bank"],
                number=said["number"],
                opened_on=said["opened_on"],
                by=staff(request),
            )
            return _now("The account is on file.")

        return Deed(
            title=_("Enter an account"),
            act="bank.account",
            button=_("Enter"),
            do=do,
            form=AccountForm,
            prepare=self.mine(request),
            back=list_url(BankAccount),
            crumbs=[Crumb(_("Accounts at banks"), list_url(BankAccount))],
        ).answer(request)

    def read(self, request: HttpRequest) -> HttpResponse:
        read: list[BankStatement] = []

        def do(said: dict[str, Any]) -> str:
            read.append(bank.read_statement(said["file"].read(), by=staff(request)))
            return _now("Read. Lines with one other side are matched already.")

        return Deed(
            title=_("Read a statement"),
            act="bank.statement",
            button=_("Read"),
            do=do,
            form=StatementForm,
            back=list_url(BankAccount),
            then=lambda: row_url(read[0].account) if read else list_url(BankAccount),
            crumbs=[Crumb(_("Accounts at banks"), list_url(BankAccount))],
        ).answer(request)

    def line(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        lines = BankLine.objects.select_related("statement__account__fund__region")
        line = get_object_or_404(
            scope(lines, request.user, "statement__account__fund__region_id"), pk=pk
        )
        account = line.statement.account
        if verb not in LINE_VERBS:
            raise Http404
        label, act, form = LINE_VERBS[verb]

        def do(said: dict[str, Any]) -> str:
            user = staff(request)
            if verb == "match":
                numbers = [int(each) for each in said["batches"].split() if each.isdigit()]
                bank.match(line.pk, numbers, by=user)
            elif verb == "unmatch":
                bank.unmatch(line.pk, by=user, reason=said["reason"])
            elif verb == "interest":
                bank.book_interest(line.pk, by=user)
            else:
                bank.explain(account, line_id=line.pk, text=said["text"], by=user)
            return _now("Noted.")

        return Deed(
            title=label,
            act=act,
            button=label,
            do=do,
            form=form,
            lead=f"{line.on} · {yuan(line.amount)} · {line.reference} {line.text}",
            back=row_url(account),
            crumbs=[Crumb(_("Accounts at banks"), list_url(BankAccount)),
                    Crumb(str(account), row_url(account))],
        ).answer(request)  # fmt: skip

    def explain_batch(self, request: HttpRequest, pk: int, batch: int) -> HttpResponse:
        account = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(said: dict[str, Any]) -> str:
            bank.explain(account, batch_id=batch, text=said["text"], by=staff(request))
            return _now("Noted.")

        return Deed(
            title=_("Explain batch %(number)s") % {"number": batch},
            act="bank.match",
            button=_("Explain"),
            do=do,
            form=ExplainForm,
            back=row_url(account),
            crumbs=[Crumb(_("Accounts at banks"), list_url(BankAccount)),
                    Crumb(str(account), row_url(account))],
        ).answer(request)  # fmt: skip


LINE_VERBS: dict[str, tuple[Any, str, type[ScreenForm]]] = {
    "match": (_("Match to a batch"), "bank.match", MatchForm),
    "unmatch": (_("Take the match back"), "bank.match", ReasonForm),
    "explain": (_("Explain"), "bank.match", ExplainForm),
    "interest": (_("Book as interest"), "fund.move", ScreenForm),
}


@admin.register(BankStatement)
class BankStatementAdmin(BankDesk):
    region_field = "account__fund__region_id"
    change_form_template = "admin/funds/bank_statement.html"
    list_display: ClassVar = ["number", "account", "first_day", "last_day", "closed"]
    list_select_related: ClassVar = ["account__fund__region", "account__ledger"]
    fields: ClassVar = ["account", "number", "first_day", "last_day", "by"]

    @admin.display(description=_("closing balance"), ordering="closing")
    def closed(self, statement: BankStatement) -> str:
        return yuan(statement.closing)

    def context(self, request: HttpRequest, obj: BankStatement) -> dict[str, Any]:
        lines = obj.lines.prefetch_related("matches").select_related("note")[: ROWS * 5]
        return {
            "heading": str(obj),
            "statement": obj,
            "lines": [(line, line.matches.all(), getattr(line, "note", None)) for line in lines],
            "works": may(request.user, "bank.match", obj.account.fund.region_id),
        }


@admin.register(DayReconciliation)
class DayReconciliationAdmin(BankDesk):
    region_field = "fund__region_id"
    list_display: ClassVar = ["day", "fund", "what", "ours_", "theirs_", "difference", "agreed"]
    list_select_related: ClassVar = ["fund__region", "account__ledger"]
    list_filter: ClassVar = ["what"]
    fields: ClassVar = ["fund", "account", "what", "day", "at"]

    @admin.display(description=_("our books"))
    def ours_(self, found: DayReconciliation) -> str:
        return yuan(found.ours)

    @admin.display(description=_("their books"))
    def theirs_(self, found: DayReconciliation) -> str:
        return yuan(found.theirs)

    @admin.display(description=_("difference"))
    def difference(self, found: DayReconciliation) -> str:
        return yuan(found.ours - found.theirs)

    @admin.display(description=_("agrees or is explained"), boolean=True)
    def agreed(self, found: DayReconciliation) -> bool:
        return found.agrees

    def buttons(self, request: HttpRequest, obj: DayReconciliation | None) -> list[Button]:
        if obj is None and may(request.user, "bank.statement"):
            return [
                Button(
                    _("Enter a day of the tax office"), reverse("admin:funds_tax_day"), main=True
                )
            ]
        return []

    def context(self, request: HttpRequest, obj: DayReconciliation) -> dict[str, Any]:
        facts = [
            (_("Fund"), str(obj.fund)),
            (_("Comparison"), obj.get_what_display()),
            (_("Day"), obj.day.isoformat()),
            (_("Our books, yuan"), yuan(obj.ours)),
            (_("Their books, yuan"), yuan(obj.theirs)),
            (_("Difference, yuan"), yuan(obj.ours - obj.theirs)),
            (_("Explained by single items, yuan"), yuan(obj.explained)),
            (_("Items without an explanation"), str(obj.open_items)),
        ]
        return {"heading": str(obj), "facts": facts}

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("tax/", guard(self.tax), name="funds_tax_day"),
            *super().get_urls(),
        ]

    def tax(self, request: HttpRequest) -> HttpResponse:
        def do(said: dict[str, Any]) -> str:
            bank.tax_day(said["fund"], said["day"], said["amount"], by=staff(request))
            return _now("Entered and compared.")

        return Deed(
            title=_("Enter a day of the tax office"),
            act="bank.statement",
            button=_("Enter"),
            do=do,
            form=TaxForm,
            prepare=self.mine(request),
            back=list_url(DayReconciliation),
            crumbs=[Crumb(_("Reconciliations of days"), list_url(DayReconciliation))],
        ).answer(request)


@admin.register(TermDeposit)
class TermDepositAdmin(BankDesk):
    region_field = "fund__region_id"
    change_form_template = "admin/funds/deposit.html"
    list_display: ClassVar = ["due_on", "bank", "receipt", "fund", "money", "rate_", "state"]
    list_display_links: ClassVar = ["receipt"]
    list_select_related: ClassVar = ["fund__region", "maker", "checker"]
    fields: ClassVar = ["fund", "bank", "receipt", "placed_on", "due_on"]

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, deposit: TermDeposit) -> str:
        return yuan(deposit.amount)

    @admin.display(description=_("yearly rate"), ordering="rate")
    def rate_(self, deposit: TermDeposit) -> str:
        return percent(deposit.rate)

    @admin.display(description=_("state"))
    def state(self, deposit: TermDeposit) -> str:
        return state_words(deposit)

    def buttons(self, request: HttpRequest, obj: TermDeposit | None) -> list[Button]:
        if obj is None:
            offered = [Button(_("Maturity calendar"), reverse("admin:funds_deposit_calendar"))]
            if may(request.user, "deposit.place"):
                place = reverse("admin:funds_deposit_place")
                offered.append(Button(_("Place a deposit"), place, main=True))
            return offered
        region, verb = obj.fund.region_id, ""
        if not obj.checker_id and may(request.user, "deposit.approve", region):
            verb = "approve"
        elif obj.checker_id and not obj.returned_on and may(request.user, "fund.move", region):
            verb = "back"
        if not verb:
            return []
        return [
            Button(
                DEPOSIT_VERBS[verb],
                reverse("admin:funds_deposit_verb", args=[obj.pk, verb]),
                main=True,
            )
        ]

    def context(self, request: HttpRequest, obj: TermDeposit) -> dict[str, Any]:
        return {
            "heading": str(obj),
            "deposit": obj,
            "state": state_words(obj),
            "rate": percent(obj.rate),
            "expected": bank.expected_interest(obj),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("place/", guard(self.place), name="funds_deposit_place"),
            path("calendar/", guard(self.calendar), name="funds_deposit_calendar"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="funds_deposit_verb"),
            *super().get_urls(),
        ]

    def place(self, request: HttpRequest) -> HttpResponse:
        def do(said: dict[str, Any]) -> str:
            bank.place(said.pop("fund"), by=staff(request), **said)
            return _now("Asked for. The money moves once a colleague approves it.")

        return Deed(
            title=_("Place a deposit"),
            act="deposit.place",
            button=_("Place"),
            do=do,
            form=DepositForm,
            prepare=self.mine(request),
            back=list_url(TermDeposit),
            crumbs=[Crumb(_("Term deposits"), list_url(TermDeposit))],
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in DEPOSIT_VERBS:
            raise Http404

        def do(said: dict[str, Any]) -> str:
            if verb == "approve":
                bank.approve_deposit(found.pk, by=staff(request))
                return _now("Approved. The money lies on deposit.")
            bank.take_back(found.pk, said["interest"], by=staff(request))
            return _now("Booked back, with its interest.")

        return Deed(
            title=DEPOSIT_VERBS[verb],
            act="deposit.approve" if verb == "approve" else "fund.move",
            button=DEPOSIT_VERBS[verb],
            do=do,
            form=ScreenForm if verb == "approve" else BackForm,
            initial={"interest": yuan(bank.expected_interest(found))},
            lead=f"{found} · {yuan(found.amount)}",
            back=row_url(found),
            crumbs=[Crumb(_("Term deposits"), list_url(TermDeposit)),
                    Crumb(str(found), row_url(found))],
        ).answer(request)  # fmt: skip

    def calendar(self, request: HttpRequest) -> HttpResponse:
        """What falls due, month by month."""
        lying = [
            each
            for each in queries.deposits_of(request.user)
            if each.checker_id and not each.returned_on
        ]
        months: dict[int, list[TermDeposit]] = defaultdict(list)
        for each in lying:
            months[month_of(each.due_on)].append(each)
        due = sorted(months)
        sums = [sum(each.amount for each in months[of]) for of in due]
        return show_page(
            request,
            "admin/funds/deposit_calendar.html",
            title=_("Maturity calendar"),
            act="bank.read",
            crumbs=[Crumb(_("Term deposits"), list_url(TermDeposit))],
            chart=figures.bar_chart(
                [format_month(of) for of in due], [figures.Series(_("Due"), sums)]
            )
            if due
            else None,
            head=[_now("Month"), _now("Deposits"), _now("Due, yuan"), _now("Interest, yuan")],
            table=[
                [
                    format_month(of),
                    str(len(months[of])),
                    yuan(amount),
                    yuan(sum(bank.expected_interest(each) for each in months[of])),
                ]
                for of, amount in zip(due, sums, strict=True)
            ],
            lying=[(each, bank.expected_interest(each), percent(each.rate)) for each in lying],
            today=timezone.localdate(),
        )


DEPOSIT_VERBS = {"approve": _("Approve"), "back": _("Book it back")}


def state_words(deposit: TermDeposit) -> str:
    """Where a deposit stands."""
    if deposit.returned_on:
        return _now("back since %(day)s") % {"day": deposit.returned_on.isoformat()}
    if not deposit.checker_id:
        return _now("waiting for approval")
    if deposit.due_on < timezone.localdate():
        return _now("overdue")
    return _now("at the bank")
