"""The desk's pages of money planned: budgets by three people, monthly plans, final accounts."""

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
from funds.models import Account, Budget, FinalAccounts, Fund, SpendingPlan
from funds.services import budgets, final
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office import figures
from socsec.office.access import may, scope
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.errors import pick
from socsec.office.forms import MoneyField, MonthField, ScreenForm, WholeField

HEADS = (Account.Element.EXPENSE, Account.Element.INCOME)


class ReasonForm(ScreenForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"class": "input w-20"})
    )


class FundForm(ScreenForm):
    fund = forms.ModelChoiceField(
        Fund.objects.none(),
        label=_("Fund"),
        empty_label=_("Choose a fund"),
        widget=forms.Select(attrs={"class": "select w-20"}),
    )


class BudgetForm(FundForm):
    year = WholeField(label=_("Year"), least=2018, most=2199)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        help_text=_("Only where the budget in force is adjusted."),
        widget=forms.TextInput(attrs={"class": "input w-20"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for head in sorted(
            Account.objects.filter(element__in=HEADS),
            key=lambda account: (HEADS.index(Account.Element(account.element)), account.number),
        ):
            self.fields[f"head_{head.number}"] = MoneyField(
                label=f"{head} · {head.get_element_display()}", required=False
            )


class PlanForm(FundForm):
    month = MonthField(label=_("Month"))
    amount = MoneyField(label=_("Amount, in yuan"))


class YearForm(FundForm):
    year = WholeField(label=_("Year"), least=2018, most=2199)


class Desk(DeskAdmin):
    """What the three lists have in common: they are of funds, and open for those who read budgets."""

    read_act = "budget.read"
    region_field = "fund__region_id"
    list_select_related: ClassVar = ["fund__region", "maker", "checker"]

    def mine(self, request: HttpRequest) -> Any:
        """Prepares a form that chooses among the user's funds."""

        def prepare(form: ScreenForm) -> None:
            form.fields["fund"].queryset = scope(  # type: ignore[attr-defined]
                Fund.objects.select_related("region"), request.user, "region_id"
            )

        return prepare

    def entering(self, request: HttpRequest, label: Any, act: str, name: str) -> list[Button]:
        return (
            [Button(label, reverse(f"admin:{name}"), main=True)] if may(request.user, act) else []
        )


@admin.register(Budget)
class BudgetAdmin(Desk):
    change_form_template = "admin/funds/budget.html"
    list_display: ClassVar = ["year", "number", "fund", "state", "maker", "reviewer", "checker"]
    list_filter: ClassVar = ["state", "year"]
    fields: ClassVar = ["fund", "year", "number", "state", "reason", "maker", "reviewer", "checker"]

    def buttons(self, request: HttpRequest, obj: Budget | None) -> list[Button]:
        if obj is None:
            return self.entering(request, _("Draft a budget"), "budget.draft", "funds_budget_draft")
        region, state = obj.fund.region_id, obj.state
        offered = [
            ("review", "budget.review", state == Budget.State.DRAFT),
            ("approve", "budget.approve", state == Budget.State.REVIEWED),
            ("reject", "budget.review", state in (Budget.State.DRAFT, Budget.State.REVIEWED)),
        ]
        shown = [
            Button(
                VERBS[slug],
                reverse("admin:funds_budget_verb", args=[obj.pk, slug]),
                main=slug != "reject",
                stop=slug == "reject",
            )
            for slug, act, fits in offered
            if fits and may(request.user, act, region)
        ]
        if state == Budget.State.APPROVED and may(request.user, "budget.draft", region):
            address = f"{reverse('admin:funds_budget_draft')}?adjust={obj.pk}"
            shown.append(Button(_("Adjust"), address))
        return shown

    def context(self, request: HttpRequest, obj: Budget) -> dict[str, Any]:
        planned = dict(obj.lines.values_list("account_id", "amount"))
        lines = [
            line
            for line in queries.execution(obj.fund, obj.year)
            if line.planned or line.done or line.account.number in planned
        ]
        rows = [(line, planned.get(line.account.number, 0)) for line in lines]
        shown = {line.account.number for line in lines}
        waiting = Account.objects.filter(number__in=set(planned) - shown)
        rows += [(queries.Execution(head, 0, 0), planned[head.number]) for head in waiting]
        spent = [row for row in rows if row[0].account.element == Account.Element.EXPENSE]
        return {
            "heading": str(obj),
            "budget": obj,
            "rows": rows,
            "chart": figures.bar_chart(
                [str(line.account) for line, _amount in spent],
                [
                    figures.Series(_("Budget"), [amount for _line, amount in spent]),
                    figures.Series(
                        _("Carried out"), [max(line.done, 0) for line, _amount in spent]
                    ),
                ],
                beside=True,
            )
            if spent
            else None,
            "head": [
                _now("Head"),
                _now("Budget"),
                _now("Carried out"),
                _now("Ordered"),
                _now("Left"),
            ],
            "table": [
                [
                    str(line.account),
                    yuan(amount),
                    yuan(line.done),
                    yuan(line.ordered),
                    yuan(amount - line.done - line.ordered),
                ]
                for line, amount in rows
            ],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("draft/", guard(self.draft), name="funds_budget_draft"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="funds_budget_verb"),
            *super().get_urls(),
        ]

    def draft(self, request: HttpRequest) -> HttpResponse:
        adjusted = request.GET.get("adjust", "")
        there = (
            self.get_queryset(request).filter(pk=int(adjusted)).first()
            if adjusted.isdigit()
            else None
        )
        initial: dict[str, Any] = {"year": timezone.localdate().year}
        if there:
            initial = {"fund": there.fund, "year": there.year}
            for account, amount in there.lines.values_list("account_id", "amount"):
                initial[f"head_{account}"] = yuan(amount)

        def do(said: dict[str, Any]) -> str:
            amounts = {
                int(name.removeprefix("head_")): amount
                for name, amount in said.items()
                if name.startswith("head_") and amount
            }
            budgets.draft(
                said["fund"], said["year"], amounts, by=staff(request), reason=said["reason"]
            )
            return _now(
                "Drafted. It is in force once two colleagues have reviewed and approved it."
            )

        return Deed(
            title=_("Adjust the budget") if there else _("Draft a budget"),
            act="budget.draft",
            button=_("Draft it"),
            do=do,
            form=BudgetForm,
            prepare=self.mine(request),
            initial=initial,
            back=list_url(Budget),
            crumbs=[Crumb(_("Budgets"), list_url(Budget))],
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in VERBS:
            raise Http404

        def do(said: dict[str, Any]) -> str:
            if verb == "reject":
                budgets.reject(found.pk, by=staff(request), reason=said["reason"])
                return _now("Turned down.")
            act = budgets.review if verb == "review" else budgets.approve
            act(found.pk, by=staff(request))
            return _now("Reviewed.") if verb == "review" else _now("Approved. It is in force.")

        stop = verb == "reject"
        return Deed(
            title=VERBS[verb],
            act="budget.approve" if verb == "approve" else "budget.review",
            button=VERBS[verb],
            do=do,
            form=ReasonForm if stop else ScreenForm,
            lead=str(found),
            stop=stop,
            back=row_url(found),
            crumbs=[Crumb(_("Budgets"), list_url(Budget)), Crumb(str(found), row_url(found))],
        ).answer(request)


VERBS = {"review": _("Agree"), "approve": _("Approve"), "reject": _("Turn down")}


@admin.register(SpendingPlan)
class SpendingPlanAdmin(Desk):
    change_form_template = "admin/funds/plan.html"
    list_display: ClassVar = ["month_", "fund", "money", "state", "maker", "checker"]
    list_filter: ClassVar = ["state"]
    fields: ClassVar = ["fund", "state", "maker", "made_at", "checker", "refusal"]

    @admin.display(description=_("month"), ordering="month")
    def month_(self, plan: SpendingPlan) -> str:
        return format_month(plan.month)

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, plan: SpendingPlan) -> str:
        return yuan(plan.amount)

    def buttons(self, request: HttpRequest, obj: SpendingPlan | None) -> list[Button]:
        if obj is None:
            return self.entering(request, _("Ask for a plan"), "plan.draft", "funds_plan_ask")
        region = obj.fund.region_id
        if obj.state == SpendingPlan.State.DRAFT and may(request.user, "plan.approve", region):
            return [
                Button(
                    VERBS[slug],
                    reverse("admin:funds_plan_verb", args=[obj.pk, slug]),
                    main=slug == "approve",
                    stop=slug == "reject",
                )
                for slug in ("approve", "reject")
            ]
        if obj.state == SpendingPlan.State.APPROVED and may(request.user, "fund.move", region):
            return [Button(_("Draw"), reverse("admin:funds_plan_verb", args=[obj.pk, "draw"]))]
        return []

    def context(self, request: HttpRequest, obj: SpendingPlan) -> dict[str, Any]:
        return {
            "heading": str(obj),
            "plan": obj,
            "planned": queries.planned(obj.fund, obj.month),
            "drawn": queries.drawn(obj.fund, obj.month),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("ask/", guard(self.ask), name="funds_plan_ask"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="funds_plan_verb"),
            *super().get_urls(),
        ]

    def ask(self, request: HttpRequest) -> HttpResponse:
        def do(said: dict[str, Any]) -> str:
            budgets.plan(said["fund"], said["month"], said["amount"], by=staff(request))
            return _now("Asked for. A colleague approves it.")

        return Deed(
            title=_("Ask for a plan"),
            act="plan.draft",
            button=_("Ask"),
            do=do,
            form=PlanForm,
            prepare=self.mine(request),
            back=list_url(SpendingPlan),
            crumbs=[Crumb(_("Spending plans"), list_url(SpendingPlan))],
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in ("approve", "reject", "draw"):
            raise Http404

        def do(said: dict[str, Any]) -> str:
            if verb == "draw":
                budgets.draw(found.fund, said["amount"], by=staff(request))
                return _now("Drawn into the expenditure account.")
            agree = verb == "approve"
            budgets.decide_plan(
                found.pk, by=staff(request), agree=agree, reason=said.get("reason", "")
            )
            return _now("Approved.") if agree else _now("Turned down.")

        forms_ = {"approve": ScreenForm, "reject": ReasonForm, "draw": DrawForm}
        label = _("Draw") if verb == "draw" else VERBS[verb]
        return Deed(
            title=label,
            act="fund.move" if verb == "draw" else "plan.approve",
            button=label,
            do=do,
            form=forms_[verb],
            lead=f"{found} · {yuan(found.amount)}",
            stop=verb == "reject",
            back=row_url(found),
            crumbs=[
                Crumb(_("Spending plans"), list_url(SpendingPlan)),
                Crumb(str(found), row_url(found)),
            ],
        ).answer(request)


class DrawForm(ScreenForm):
    amount = MoneyField(label=_("Amount, in yuan"))


@admin.register(FinalAccounts)
class FinalAccountsAdmin(Desk):
    change_form_template = "admin/funds/final.html"
    list_display: ClassVar = ["year", "fund", "maker", "checker", "approved_at"]
    fields: ClassVar = ["fund", "year", "maker", "checker", "approved_at", "digest"]

    def buttons(self, request: HttpRequest, obj: FinalAccounts | None) -> list[Button]:
        if obj is None:
            return self.entering(
                request, _("Draw up final accounts"), "final.prepare", "funds_final_prepare"
            )
        if obj.approved_at or not may(request.user, "final.approve", obj.fund.region_id):
            return []
        return [
            Button(_("Approve"), reverse("admin:funds_final_approve", args=[obj.pk]), main=True)
        ]

    def context(self, request: HttpRequest, obj: FinalAccounts) -> dict[str, Any]:
        said = obj.content
        return {
            "heading": str(obj),
            "final": obj,
            "balance": [(pick(name), now, then) for name, _e, now, then in said["balance"]],
            "income": [(pick(name), amount) for name, _e, amount in said["income"]],
            "execution": [
                (pick(name), planned, done) for name, _number, planned, done in said["execution"]
            ],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("prepare/", guard(self.prepare), name="funds_final_prepare"),
            path("<int:pk>/approve/", guard(self.approve), name="funds_final_approve"),
            *super().get_urls(),
        ]

    def prepare(self, request: HttpRequest) -> HttpResponse:
        def do(said: dict[str, Any]) -> str:
            final.prepare(said["fund"], said["year"], by=staff(request))
            return _now("Drawn up. A colleague approves them.")

        return Deed(
            title=_("Draw up final accounts"),
            act="final.prepare",
            button=_("Draw up"),
            do=do,
            form=YearForm,
            prepare=self.mine(request),
            initial={"year": timezone.localdate().year - 1},
            back=list_url(FinalAccounts),
            crumbs=[Crumb(_("Final accounts"), list_url(FinalAccounts))],
        ).answer(request)

    def approve(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(_said: dict[str, Any]) -> str:
            final.approve(found.pk, by=staff(request))
            return _now("Approved. They are published.")

        return Deed(
            title=_("Approve the final accounts"),
            act="final.approve",
            button=_("Approve"),
            do=do,
            lead=str(found),
            back=row_url(found),
            crumbs=[
                Crumb(_("Final accounts"), list_url(FinalAccounts)),
                Crumb(str(found), row_url(found)),
            ],
        ).answer(request)
