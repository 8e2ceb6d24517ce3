"""Accounts at banks and their open items."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import (
    BankAccount,
    BankLine,
    BankStatement,
)
from funds.models.words import kind_words
from funds.services import bank
from socsec.kernel.money import yuan
from socsec.office.access import may, scope
from socsec.office.desk import Button, Crumb, Deed, list_url, row_url, staff
from socsec.office.forms import ScreenForm

from ..budgets import ReasonForm
from .base import ROWS, BankDesk
from .forms import AccountForm, ExplainForm, MatchForm, StatementForm


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
