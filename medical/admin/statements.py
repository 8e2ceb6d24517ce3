"""The desk's pages of provider statements: our totals beside the provider's, bill by bill, and what was paid."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds.models import Scheme
from medical.models import ProviderStatement, Settlement
from medical.queries import statements as queries
from medical.services.paying import agreeing
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office import menu
from socsec.office.desk import row_url, staff
from socsec.office.desk_forms import SayForm
from socsec.office.forms import MoneyField, ScreenForm, UploadField, WholeField
from socsec.office.places import place
from socsec.office.queues import Queue
from socsec.office.tables import Row, Table, facts

State = ProviderStatement.State
SHOWN = 200
PAYERS = (
    *("total", "pool_pay", "large_pay", "major_pay", "civil_pay", "assistance_pay"),
    *("fund_pay", "account_pay", "family_pay", "cash"),
)
COMPARED = {
    "bills": _("Bills"),
    "total": _("Total"),
    "fund_pay": _("Funds together"),
    "person_pay": _("Insured persons"),
}


class TotalsForm(ScreenForm):
    bills = WholeField(label=_("Bills"))
    total = MoneyField(label=_("Total, yuan"))
    fund_pay = MoneyField(label=_("Funds together, yuan"))
    person_pay = MoneyField(label=_("Insured persons, yuan"))


class BillsForm(ScreenForm):
    file = UploadField()


@admin.register(ProviderStatement)
class ProviderStatementAdmin(Queue):
    read_act = "statement.read"
    list_display: ClassVar = ["provider", "month_", "scheme", "state", "bills", "money"]
    list_select_related: ClassVar = ["provider"]
    list_filter: ClassVar = ["state", "scheme"]
    search_fields: ClassVar = ["provider__name__icontains", "provider__code__startswith"]
    search_help_text = _("A part of the provider's name, or its code")
    verbs: ClassVar = {
        "totals": (
            "statement.state",
            _("Enter the provider's totals"),
            (State.WAITING, State.DIFFERS),
            TotalsForm,
            _("Where they are ours, the statement is agreed."),
            False,
        ),
        "bills": (
            "statement.state",
            _("Read the provider's bills"),
            (State.WAITING, State.DIFFERS),
            BillsForm,
            _("A spreadsheet with number, total, funds and insured person; the last one counts."),
            False,
        ),
        "agree": (
            "statement.agree",
            _("Agreed on our totals"),
            (State.WAITING, State.DIFFERS),
            SayForm,
            _("Say by which letter or protocol the provider accepted them."),
            False,
        ),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderStatement]:
        return queries.statements(request.user)

    @admin.display(description=_("month"), ordering="month")
    def month_(self, row: ProviderStatement) -> str:
        return format_month(row.month)

    @admin.display(description=_("funds together"), ordering="fund_pay")
    def money(self, row: ProviderStatement) -> str:
        return yuan(row.fund_pay)

    def context(self, request: HttpRequest, obj: ProviderStatement) -> dict[str, Any]:
        return {
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Provider"), obj.provider, row_url(obj.provider)),
                (_("Month"), format_month(obj.month)),
                (_("Scheme"), Scheme(obj.scheme).label),
                (_("Region"), place(obj.region)),
                (_("How it was agreed"), obj.agreed_note),
            ),
            "tables": [_totals(obj), _differences(obj), _payers(obj), _paid(obj)],
        }

    def do_totals(self, request: HttpRequest, row: ProviderStatement, said: dict[str, Any]) -> str:
        made = agreeing.state_totals(by=staff(request), statement=row, **said)
        if made.state == State.AGREED:
            return _now("The totals are the same: the statement is agreed.")
        return _now("The totals differ. Ask the provider for its bills and compare them.")

    def do_bills(self, request: HttpRequest, row: ProviderStatement, said: dict[str, Any]) -> str:
        read = agreeing.read(said["file"])
        agreeing.state_bills(by=staff(request), statement=row, bills=read)
        return _now("Read. What differs stands below, bill by bill.")

    def do_agree(self, request: HttpRequest, row: ProviderStatement, said: dict[str, Any]) -> None:
        agreeing.agree(by=staff(request), statement=row, note=said["note"])


def _totals(row: ProviderStatement) -> Table:
    return Table(
        _("Totals"),
        ["", _("Ours"), _("The provider's"), _("Difference")],
        [
            Row(
                [
                    COMPARED[name],
                    _said(name, ours),
                    "—" if theirs is None else _said(name, theirs),
                    "—" if theirs is None else _said(name, theirs - ours),
                ]
            )
            for name, ours, theirs in queries.totals(row)
        ],
        "",
        (1, 2, 3),
    )


def _differences(row: ProviderStatement) -> Table:
    return Table(
        _("Bills that differ"),
        [_("Number"), _("What is wrong"), _("Ours"), _("The provider's")],
        [
            Row([each.number, each.why.label, _or_none(each.ours), _or_none(each.theirs)])
            for each in queries.differences(row)[:SHOWN]
        ],
        _("None, or the provider has handed in no bills yet."),
        (2, 3),
    )


def _payers(row: ProviderStatement) -> Table:
    return Table(
        _("Who pays"),
        [_("Payer"), _("Yuan")],
        [
            Row([Settlement._meta.get_field(name).verbose_name, yuan(getattr(row, name))])  # type: ignore[union-attr]
            for name in PAYERS
            if getattr(row, name)
        ],
        _("Nothing was billed."),
        (1,),
    )


def _paid(row: ProviderStatement) -> Table:
    return Table(
        _("Paid"),
        [_("Fund"), _("Due"), _("Deducted"), _("Retained"), _("Advances set off"), _("Paid out")],
        [
            Row(
                [
                    str(each.fund),
                    yuan(each.due + each.adjusted + each.restored + each.released),
                    yuan(each.deducted),
                    yuan(each.retained),
                    yuan(each.set_off),
                    yuan(each.payable),
                ],
                url=row_url(each.envelope) if each.envelope else "",
            )
            for each in queries.payments_of(row)
        ],
        _("Not paid yet: a run “Payments to providers” pays what is agreed."),
        (1, 2, 3, 4, 5),
    )


def _said(name: str, value: int) -> str:
    return f"{value:,}" if name == "bills" else yuan(value)


def _or_none(value: int | None) -> str:
    return "—" if value is None else yuan(value)


def hang() -> None:
    """Hang the statements into the sidebar."""
    menu.place(
        menu.Place(
            "provider_statements",
            menu.Group.PROVIDERS,
            3,
            _("Provider statements"),
            "admin:medical_providerstatement_changelist",
            "receipt_long",
            "statement.read",
            queries.to_agree,
        )
    )
