"""The desk's pages of what stays and years came to by group, with the working, and of scores."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from medical.models import CasePayment, CaseYear, Decided, GroupList, ProviderScore, YearBudget
from medical.queries import cases as queries
from medical.services.grouping import releasing, sheets
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.kernel.units import UNITS
from socsec.office import runs
from socsec.office.access import may
from socsec.office.desk import Button, list_url, row_url, seen_url, staff
from socsec.office.desk_forms import PlainForm, SayForm
from socsec.office.display import moment
from socsec.office.queues import Queue
from socsec.office.tables import facts


def points(value: int) -> str:
    return str(UNITS["points"].say(value, ""))


@admin.register(CasePayment)
class CasePaymentAdmin(Queue):
    read_act = "statement.read"
    change_form_template = "admin/medical/case.html"
    list_display: ClassVar = [
        *("visit", "provider", "month_", "group_", "points_", "worth", "paid", "more")
    ]
    list_filter: ClassVar = ["year"]
    search_fields: ClassVar = [
        *("provider__name__icontains", "encounter__number__startswith", "code__startswith")
    ]
    search_help_text = _("A part of the provider's name, the number of the visit, or a group")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CasePayment]:
        return queries.payments(request.user)

    def state(self, row: CasePayment) -> str:
        return "counted"

    @admin.display(description=_("visit"))
    def visit(self, row: CasePayment) -> str:
        return row.encounter.number

    @admin.display(description=_("month"), ordering="month")
    def month_(self, row: CasePayment) -> str:
        return format_month(row.month)

    @admin.display(description=_("payment group"), ordering="code")
    def group_(self, row: CasePayment) -> str:
        return row.code or "—"

    @admin.display(description=_("points"), ordering="points")
    def points_(self, row: CasePayment) -> str:
        return points(row.points)

    @admin.display(description=_("the funds pay"), ordering="due")
    def worth(self, row: CasePayment) -> str:
        return yuan(row.due)

    @admin.display(description=_("paid item by item"), ordering="billed")
    def paid(self, row: CasePayment) -> str:
        return yuan(row.billed)

    @admin.display(description=_("difference"), ordering="difference")
    def more(self, row: CasePayment) -> str:
        return yuan(row.difference)

    def buttons(self, request: HttpRequest, obj: CasePayment | None) -> list[Button]:
        if obj is not None or not may(request.user, self.read_act):
            return []
        return [
            Button(_("Settlements of years"), list_url(CaseYear)),
            *(
                Button(model._meta.verbose_name_plural, list_url(model))
                for model in (GroupList, YearBudget, ProviderScore)
            ),
        ]

    def context(self, request: HttpRequest, obj: CasePayment) -> dict[str, Any]:
        user, visit = request.user, obj.encounter
        return {
            "heading": f"{obj.provider} · {visit.number} · {format_month(obj.month)}",
            "facts": facts(
                (_("Visit"), visit.number, seen_url(user, visit, "bill.read", visit.region)),
                (_("Provider"), obj.provider, row_url(obj.provider)),
                (_("Payment group"), obj.code or _("None")),
                (_("Fund"), obj.fund),
                (_("Year"), obj.year),
                (_("Points that count now"), points(obj.points)),
                (_("Difference that counts now, yuan"), yuan(obj.difference)),
                (
                    _("Run"),
                    runs.get(obj.run.kind).label,
                    seen_url(user, obj.run, "run.read", obj.run.region_id),
                ),
            ),
            "document": sheets.of_stay(obj),
        }


@admin.register(CaseYear)
class CaseYearAdmin(Queue):
    read_act = "statement.read"
    change_form_template = "admin/medical/case.html"
    list_display: ClassVar = [
        *("provider", "year", "fund", "stays", "points_", "owed", "end", "more")
    ]
    list_filter: ClassVar = ["year"]
    search_fields: ClassVar = ["provider__name__icontains", "provider__code__startswith"]
    search_help_text = _("A part of the provider's name, or its code")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CaseYear]:
        return queries.years(request.user)

    def state(self, row: CaseYear) -> str:
        return "settled"

    @admin.display(description=_("points"), ordering="points")
    def points_(self, row: CaseYear) -> str:
        return points(row.points)

    @admin.display(description=_("worth at the value of the year"), ordering="worth")
    def owed(self, row: CaseYear) -> str:
        return yuan(row.worth)

    @admin.display(description=_("due for the year"), ordering="final")
    def end(self, row: CaseYear) -> str:
        return yuan(row.final)

    @admin.display(description=_("still due for the year"), ordering="difference")
    def more(self, row: CaseYear) -> str:
        return yuan(row.difference)

    def context(self, request: HttpRequest, obj: CaseYear) -> dict[str, Any]:
        return {
            "heading": f"{obj.provider} · {obj.year}",
            "facts": facts(
                (_("Provider"), obj.provider, row_url(obj.provider)),
                (_("Fund"), obj.fund),
                (_("Year"), obj.year),
                (_("Budget"), obj.budget, row_url(obj.budget)),
                (_("Stays in hospital"), obj.stays),
                (_("Points"), points(obj.points)),
                (_("Paid by others, yuan"), yuan(obj.others)),
            ),
            "document": sheets.of_year(obj),
        }


@admin.register(ProviderScore)
class ProviderScoreAdmin(Queue):
    read_act = "statement.read"
    region_field = "provider__region"
    list_display: ClassVar = ["provider", "year", "points_", "document", "state"]
    list_select_related: ClassVar = ["provider"]
    list_filter: ClassVar = ["state", "year"]
    search_fields: ClassVar = ["provider__name__icontains", "provider__code__startswith"]
    search_help_text = _("A part of the provider's name, or its code")
    verbs: ClassVar = {
        "approve": (
            "provider_score.approve",
            _("Approve"),
            (Decided.WAITING,),
            PlainForm,
            _("The next release of the retention goes by it."),
            False,
        ),
        "reject": ("provider_score.approve", _("Reject"), (Decided.WAITING,), SayForm, "", True),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderScore]:
        return queries.scores(request.user)

    @admin.display(description=_("score"), ordering="score")
    def points_(self, row: ProviderScore) -> str:
        return points(row.score)

    def context(self, request: HttpRequest, obj: ProviderScore) -> dict[str, Any]:
        return {
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Provider"), obj.provider, row_url(obj.provider)),
                (_("Year"), obj.year),
                (_("Score, out of 100"), points(obj.score)),
                (_("Document"), obj.document),
                (_("Entered by"), f"{obj.maker} · {moment(obj.made_at)}"),
                (_("Decided by"), obj.checker),
                (_("Reason"), obj.reason),
            )
        }

    def do_approve(self, request: HttpRequest, row: ProviderScore, said: Any) -> None:
        releasing.decide_score(by=staff(request), row=row, approve=True)

    def do_reject(self, request: HttpRequest, row: ProviderScore, said: dict[str, Any]) -> None:
        releasing.decide_score(by=staff(request), row=row, approve=False, reason=said["note"])
