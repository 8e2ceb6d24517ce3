"""The desk's audit queue: the next finding, what is decided on it, appeals, and how often rules are right."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from medical.models import BillFinding, FindingAppeal
from medical.queries import findings as queries
from medical.services.auditing import appeals, deciding, rules
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office import menu
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, list_url, row_url, show_page, staff
from socsec.office.desk_forms import PlainForm, SayForm, pick, text
from socsec.office.display import day_plain
from socsec.office.forms import MoneyField, ScreenForm
from socsec.office.queues import Queue
from socsec.office.tables import Row, Table, facts

State = BillFinding.State


class DeductForm(ScreenForm):
    amount = MoneyField(label=_("Deduct, yuan"))
    reason = text(_("Reason"), max_length=200)


class ReasonForm(ScreenForm):
    reason = text(_("Reason"), max_length=200)


class AppealForm(ScreenForm):
    text = text(_("What the provider says"), max_length=1000)


class OutcomeForm(ScreenForm):
    outcome = pick(_("Decision"), FindingAppeal.Outcome.choices)
    reason = text(_("Reason"), max_length=200)


@admin.register(BillFinding)
class BillFindingAdmin(Queue):
    read_act = "bill_finding.read"
    list_display: ClassVar = ["rule_", "provider", "month_", "bill", "money", "state", "holder"]
    list_select_related: ClassVar = ["provider", "encounter", "holder"]
    list_filter: ClassVar = ["state"]
    search_fields: ClassVar = ["provider__name__icontains", "encounter__number__startswith"]
    search_help_text = _("A part of the provider's name, or the number of the visit")
    verbs: ClassVar = {
        "deduct": (
            "bill_finding.decide",
            _("Propose a deduction"),
            (State.OPEN,),
            DeductForm,
            _("A colleague confirms it; the provider may appeal."),
            False,
        ),
        "dismiss": ("bill_finding.decide", _("No fault"), (State.OPEN,), ReasonForm, "", False),
        "confirm": (
            "bill_finding.confirm",
            _("Confirm the deduction"),
            (State.PROPOSED,),
            PlainForm,
            _("It is taken with the next payment."),
            False,
        ),
        "return": ("bill_finding.confirm", _("Send it back"), (State.PROPOSED,), SayForm, "", True),
        "appeal": (
            "bill_finding.appeal",
            _("Enter an appeal"),
            (State.CONFIRMED,),
            AppealForm,
            "",
            False,
        ),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[BillFinding]:
        return queries.findings(request.user)

    @admin.display(description=_("rule"), ordering="rule")
    def rule_(self, row: BillFinding) -> str:
        return str(rules.rule_of(row.rule).label)

    @admin.display(description=_("month"), ordering="month")
    def month_(self, row: BillFinding) -> str:
        return format_month(row.month)

    @admin.display(description=_("visit"))
    def bill(self, row: BillFinding) -> str:
        return row.encounter.number

    @admin.display(description=_("at stake"), ordering="stake")
    def money(self, row: BillFinding) -> str:
        return yuan(row.stake)

    def buttons(self, request: HttpRequest, obj: BillFinding | None) -> list[Button]:
        if obj is not None:
            return super().buttons(request, obj)
        offered = [Button(_("How often rules are right"), reverse("admin:medical_precision"))]
        if may(request.user, "bill_finding.decide"):
            take = Button(_("Take the next"), reverse("admin:medical_finding_next"), main=True)
            offered.insert(0, take)
        return offered

    def context(self, request: HttpRequest, obj: BillFinding) -> dict[str, Any]:
        rule = rules.rule_of(obj.rule)
        return {
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Rule"), rule.label),
                (_("Law"), rule.law),
                (_("Provider"), obj.provider, row_url(obj.provider)),
                (_("Visit"), obj.encounter.number),
                (_("Line"), f"{obj.line.name} · {obj.line.code}" if obj.line else None),
                (_("Month"), format_month(obj.month)),
                (_("Cost in scope"), yuan(obj.cost)),
                (_("At stake"), yuan(obj.stake)),
                (_("Deducted"), yuan(obj.amount) if obj.amount else None),
                (_("Reason"), obj.reason),
                (_("Appeal until"), day_plain(obj.appeal_until) if obj.appeal_until else None),
            ),
            "tables": [
                Table(
                    _("What the rule saw"),
                    [_("Figure"), _("Value")],
                    [Row([FIGURES.get(name, name), value]) for name, value in obj.facts.items()],
                    _("None."),
                ),
                Table(
                    _("Appeals"),
                    [_("Made on"), _("To be decided by"), _("Decision"), _("Reason")],
                    [
                        Row(
                            [
                                day_plain(each.made_on),
                                day_plain(each.due_on),
                                each.get_outcome_display() or "—",
                                each.reason or "—",
                            ],
                            url=row_url(each),
                        )
                        for each in obj.appeals.all()
                    ],
                    _("None."),
                ),
            ],
        }

    def asking(self, verb: str, request: HttpRequest, row: BillFinding) -> dict[str, Any]:
        return {"initial": {"amount": yuan(row.stake)}} if verb == "deduct" else {}

    def do_deduct(self, request: HttpRequest, row: BillFinding, said: dict[str, Any]) -> str:
        deciding.propose(by=staff(request), finding=row, **said)
        return _now("Proposed. A colleague must confirm it.")

    def do_dismiss(self, request: HttpRequest, row: BillFinding, said: dict[str, Any]) -> None:
        deciding.dismiss(by=staff(request), finding=row, **said)

    def do_confirm(self, request: HttpRequest, row: BillFinding, said: Any) -> None:
        deciding.confirm(by=staff(request), finding=row, approve=True)

    def do_return(self, request: HttpRequest, row: BillFinding, said: dict[str, Any]) -> None:
        deciding.confirm(by=staff(request), finding=row, approve=False, reason=said["note"])

    def do_appeal(self, request: HttpRequest, row: BillFinding, said: dict[str, Any]) -> None:
        appeals.appeal(by=staff(request), finding=row, **said)

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("next/", guard(self.take_next), name="medical_finding_next"),
            path("precision/", guard(self.precision), name="medical_precision"),
            *super().get_urls(),
        ]

    def take_next(self, request: HttpRequest) -> HttpResponse:
        """Hold the finding with most at stake for this clerk, and open it."""
        found: list[BillFinding] = []

        def do(said: Any) -> str:
            taken = deciding.take_next(by=staff(request))
            if taken is None:
                return _now("Nothing waits to be looked at.")
            found.append(taken)
            return _now("It is yours now.")

        return Deed(
            title=_("Take the next"),
            act="bill_finding.decide",
            button=_("Take the next"),
            do=do,
            lead=_("The finding with most at stake that no colleague looks at."),
            back=list_url(BillFinding),
            then=lambda: row_url(found[0]) if found else list_url(BillFinding),
            crumbs=[Crumb(_("Audit findings"), list_url(BillFinding))],
        ).answer(request)

    def precision(self, request: HttpRequest) -> HttpResponse:
        """Of what was decided, how much was real: rule by rule."""
        rows = [
            Row(
                [
                    rules.rule_of(each.rule).label,
                    each.found,
                    each.real,
                    each.wrong,
                    "—" if each.share is None else f"{each.share} %",
                    yuan(each.deducted),
                ]
            )
            for each in queries.precision(request.user)
        ]
        head = [
            _("Rule"),
            _("Found"),
            _("Real"),
            _("No fault"),
            _("Real, of those decided"),
            _("Deducted"),
        ]
        title = _("How often rules are right")
        return show_page(
            request,
            "admin/desk/report.html",
            title=title,
            act="bill_finding.read",
            crumbs=[Crumb(_("Audit findings"), list_url(BillFinding))],
            tables=[Table(title, head, rows, _("Nothing was found yet."), (1, 2, 3, 4, 5))],
        )


FIGURES = {
    "day": _("Day"),
    "code": _("Code"),
    "most": _("Most"),
    "charged": _("Charged"),
    "age_in_months": _("Age in months"),
    "died_on": _("Died on"),
    "other": _("The other visit"),
    "from": _("From"),
    "stay": _("The stay"),
    "before": _("The stay before"),
    "days_between": _("Days between"),
    "days": _("Days"),
    "a_day": _("A day, fen"),
    "price": _("Price, fen"),
    "listed": _("Listed, fen"),
}


@admin.register(FindingAppeal)
class FindingAppealAdmin(Queue):
    read_act = "bill_finding.read"
    region_field = "finding__region"
    list_display: ClassVar = ["finding", "provider", "turn", "made_on", "due_on", "outcome"]
    list_select_related: ClassVar = ["finding__provider"]
    list_filter: ClassVar = ["outcome"]
    verbs: ClassVar = {
        "decide": ("bill_finding.confirm", _("Decide on it"), ("open",), OutcomeForm, "", False),
    }

    def state(self, row: FindingAppeal) -> str:
        return "decided" if row.outcome else "open"

    @admin.display(description=_("provider"))
    def provider(self, row: FindingAppeal) -> str:
        return str(row.finding.provider)

    def context(self, request: HttpRequest, obj: FindingAppeal) -> dict[str, Any]:
        return {
            "facts": facts(
                (_("Finding"), obj.finding, row_url(obj.finding)),
                (_("Provider"), obj.finding.provider, row_url(obj.finding.provider)),
                (_("What the provider says"), obj.text),
                (_("Made on"), day_plain(obj.made_on)),
                (_("To be decided by"), day_plain(obj.due_on)),
                (_("Decision"), obj.get_outcome_display()),
                (_("Reason"), obj.reason),
            )
        }

    def do_decide(self, request: HttpRequest, row: FindingAppeal, said: dict[str, Any]) -> None:
        upheld = said["outcome"] == FindingAppeal.Outcome.UPHELD
        appeals.decide(by=staff(request), made=row, upheld=upheld, reason=said["reason"])


def hang() -> None:
    """Hang the queue and the appeals into the sidebar."""
    places = (
        ("bill_findings", 8, _("Audit findings"), BillFinding, "troubleshoot", queries.waiting),
        ("finding_appeals", 9, _("Appeals of providers"), FindingAppeal, "gavel", None),
    )
    for slug, order, label, model, icon, count in places:
        name = f"admin:medical_{model._meta.model_name}_changelist"
        menu.place(
            menu.Place(
                slug, menu.Group.PROVIDERS, order, label, name, icon, "bill_finding.read", count
            )
        )
