"""The desk's pages of providers' budgets: propose, decide, and how much of each part is used."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from medical.models import Decided, YearBudget
from medical.queries import cases as queries
from medical.services.grouping import budgets
from socsec.kernel.money import percent, yuan
from socsec.kernel.units import ONE, UNITS
from socsec.office import figures
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, list_url, row_url, staff
from socsec.office.desk_forms import PlainForm, SayForm, within
from socsec.office.display import moment
from socsec.office.queues import Queue
from socsec.office.spreadsheets import XLSX
from socsec.office.tables import facts

from .forms import BudgetForm

DRAWN = 10  # providers in the chart; the table has all


@admin.register(YearBudget)
class YearBudgetAdmin(Queue):
    read_act = "statement.read"
    change_form_template = "admin/medical/budget.html"
    list_display: ClassVar = ["fund", "year", "money", "for_stays", "state", "maker"]
    list_filter: ClassVar = ["state", "year"]
    search_fields: ClassVar = ["document__icontains"]
    search_help_text = _("Document")
    verbs: ClassVar = {
        "approve": (
            "year_budget.decide",
            _("Approve"),
            (Decided.WAITING,),
            PlainForm,
            _("It takes the place of the budget before it, from the next run on."),
            False,
        ),
        "reject": ("year_budget.decide", _("Reject"), (Decided.WAITING,), SayForm, "", True),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[YearBudget]:
        return queries.budgets(request.user)

    @admin.display(description=_("budget of the year"), ordering="amount")
    def money(self, row: YearBudget) -> str:
        return yuan(row.amount)

    @admin.display(description=_("of which for stays paid by group"), ordering="stays")
    def for_stays(self, row: YearBudget) -> str:
        return yuan(row.stays)

    def buttons(self, request: HttpRequest, obj: YearBudget | None) -> list[Button]:
        if obj is not None:
            return super().buttons(request, obj)
        url = reverse("admin:medical_yearbudget_propose")
        propose = Button(_("Propose a budget"), url, main=True)
        return [propose] if may(request.user, "year_budget.propose") else []

    def context(self, request: HttpRequest, obj: YearBudget) -> dict[str, Any]:
        used = queries.used(obj)
        shares = list(obj.shares.select_related("provider").order_by("-amount", "pk"))
        rows = [(each, used.get(each.provider_id, 0)) for each in shares]
        beside = sum(used.values()) - sum(amount for _each, amount in rows)
        value = "" if obj.value is None else UNITS["points"].say(obj.value, "")
        return {
            "heading": str(obj),
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Fund"), obj.fund),
                (_("Year"), obj.year),
                (_("Budget of the year, yuan"), yuan(obj.amount)),
                (
                    _("Used so far, yuan"),
                    f"{yuan(sum(used.values()))} · {_share(sum(used.values()), obj.amount)}",
                ),
                (_("Of which for stays paid by group, yuan"), yuan(obj.stays)),
                (
                    _("Value of a point in the months, yuan"),
                    value or _("each month's own, from its twelfth"),
                ),
                (_("Document"), obj.document),
                (_("Entered by"), f"{obj.maker} · {moment(obj.made_at)}"),
                (_("Decided by"), obj.checker),
                (_("Reason"), obj.reason),
            ),
            "chart": figures.bar_chart(
                [each.provider.name for each, _used in rows[:DRAWN]],
                [
                    figures.Series(
                        _("Part of the budget"), [each.amount for each, _u in rows[:DRAWN]]
                    ),
                    figures.Series(_("Used"), [max(amount, 0) for _e, amount in rows[:DRAWN]]),
                ],
                beside=True,
            )
            if rows
            else None,
            "head": [
                _now("Provider"),
                _now("Coefficient"),
                _now("Part of the budget"),
                _now("Used"),
                _now("Left"),
                _now("Used, %"),
            ],
            "table": [
                [
                    each.provider.name,
                    UNITS["index"].say(each.coefficient, ""),
                    yuan(each.amount),
                    yuan(amount),
                    yuan(each.amount - amount),
                    _share(amount, each.amount),
                ]
                for each, amount in rows
            ]
            + ([[_now("Without a part"), "—", "—", yuan(beside), "—", "—"]] if beside else []),
        }

    def do_approve(self, request: HttpRequest, row: YearBudget, said: Any) -> None:
        budgets.decide_budget(by=staff(request), row=row, approve=True)

    def do_reject(self, request: HttpRequest, row: YearBudget, said: dict[str, Any]) -> None:
        budgets.decide_budget(by=staff(request), row=row, approve=False, reason=said["note"])

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("propose/", guard(self.propose), name="medical_yearbudget_propose"),
            path("template/", guard(self.template), name="medical_yearbudget_template"),
            *super().get_urls(),
        ]

    def propose(self, request: HttpRequest) -> HttpResponse:
        """Propose the budget of a year, with the parts of the providers from a file."""
        made: list[YearBudget] = []

        def do(said: dict[str, Any]) -> str:
            parts = budgets.read(said.pop("file"))
            said["scheme"] = int(said["scheme"])
            made.append(budgets.propose(by=staff(request), parts=parts, **said))
            return _now("Proposed. A colleague must decide on it.")

        return Deed(
            title=_("Propose a budget"),
            act="year_budget.propose",
            button=_("Propose it"),
            do=do,
            form=BudgetForm,
            prepare=lambda form: within(form, staff(request).region_code or ""),
            back=list_url(YearBudget),
            then=lambda: row_url(made[0]),
            template="admin/medical/edition_send.html",
            context={"template_url": reverse("admin:medical_yearbudget_template")},
            crumbs=[Crumb(_("Budgets for providers"), list_url(YearBudget))],
        ).answer(request)

    def template(self, request: HttpRequest) -> FileResponse:
        """The workbook to fill in."""
        if not may(request.user, "year_budget.propose"):
            raise Http404
        return FileResponse(
            budgets.template_file(), as_attachment=True, filename="parts.xlsx", content_type=XLSX
        )


def _share(part: int, whole: int) -> str:
    """With one decimal."""
    return percent(part * 1_000 // whole * (ONE // 1_000)) if whole else "—"
