"""Budgets: drafted, reviewed, approved, adjusted; and what they let pass.

Where a budget of the year is approved, a payment needs a head with enough left on it and a month's
plan to draw on. Before that the year runs on as the law lets it run (预算法第五十四条), and the page
of the budget says so.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import Account, Budget, BudgetLine, FinalAccounts, Fund, SpendingPlan, accounts
from funds.models.ledger import LedgerBatch
from funds.services import ledger
from socsec.kernel.money import yuan
from socsec.kernel.months import FIRST_MONTH, LAST_MONTH, format_month, month_of
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, NotFound, Refused
from socsec.office.models import User
from socsec.office.services import audit

State = Budget.State
HEADS = (Account.Element.INCOME, Account.Element.EXPENSE)
MOST = ledger.MOST


@transaction.atomic
def draft(
    fund: Fund, year: int, amounts: Mapping[int, int], *, by: User, reason: str = ""
) -> Budget:
    """Draft a year's budget: account → fen. Where one is in force it is an adjustment, with a reason.

    `Conflict` while another one waits; `Invalid` for heads that are not of income or expenditure.
    """
    require(by, "budget.draft", fund.region_id)
    if not FIRST_MONTH // 12 <= year <= LAST_MONTH // 12:
        raise Invalid(_("There is no such year."), code="no_such_year", field="year")
    _check(fund, amounts)
    there = queries.in_force(fund, year)
    if there and not reason.strip():
        raise Invalid(_("Say why the budget is adjusted."), code="reason_missing", field="reason")
    if FinalAccounts.objects.filter(fund=fund, year=year).exists():
        raise Refused(
            _("The final accounts of %(year)s are drawn up.") % {"year": year},
            fix=_("Plan what is still to be spent in the budget of this year."),
            code="year_final",
        )
    if Budget.objects.filter(
        fund=fund, year=year, state__in=[State.DRAFT, State.REVIEWED]
    ).exists():
        raise Conflict(
            _("A budget of %(year)s waits for its review already.") % {"year": year},
            fix=_("Have that one approved or turned down first."),
            code="budget_waits",
        )
    made = Budget.objects.create(
        fund=fund,
        year=year,
        number=Budget.objects.filter(fund=fund, year=year).count() + 1,
        adjusts=there,
        reason=reason.strip(),
        maker=by,
    )
    BudgetLine.objects.bulk_create(
        BudgetLine(budget=made, account_id=account, amount=amount)
        for account, amount in sorted(amounts.items())
    )
    _record(made, by, "budget.draft", lines=len(amounts))
    return made


@transaction.atomic
def review(budget_id: int, *, by: User) -> Budget:
    """A second person agrees with a draft."""
    found = _locked(budget_id, State.DRAFT)
    require(by, "budget.review", found.fund.region_id)
    require_other_hand(by, found.maker_id)
    found.state, found.reviewer = State.REVIEWED, by
    found.save(update_fields=["state", "reviewer"])
    _record(found, by, "budget.review")
    return found


@transaction.atomic
def approve(budget_id: int, *, by: User) -> Budget:
    """A third person puts a reviewed budget into force; one that it adjusts is replaced.

    `Refused` if it allows less than was spent or ordered already.
    """
    found = _locked(budget_id, State.REVIEWED)
    require(by, "budget.approve", found.fund.region_id)
    require_other_hand(by, found.maker_id, found.reviewer_id)
    # Nobody releases a payment meanwhile: both hold the fund.
    Fund.objects.select_for_update(no_key=True).get(pk=found.fund_id)
    planned = dict(found.lines.values_list("account_id", "amount"))
    for line in queries.execution(found.fund, found.year):
        used = line.done + line.ordered
        if line.account.element == Account.Element.EXPENSE and used > planned.get(
            line.account.number, 0
        ):
            raise Refused(
                _("On “%(head)s” %(used)s yuan are spent or ordered already.")
                % {"head": line.account, "used": yuan(used)},
                fix=_("Draft the budget anew with at least that amount."),
                code="below_execution",
                account=line.account.number,
            )
    Budget.objects.filter(fund=found.fund, year=found.year, state=State.APPROVED).update(
        state=State.REPLACED
    )
    found.state, found.checker, found.approved_at = State.APPROVED, by, timezone.now()
    found.save(update_fields=["state", "checker", "approved_at"])
    _record(found, by, "budget.approve")
    return found


@transaction.atomic
def reject(budget_id: int, *, by: User, reason: str) -> Budget:
    """Turn a budget down that is not approved yet, with the reason."""
    found = _locked(budget_id, State.DRAFT, State.REVIEWED)
    require(by, "budget.review", found.fund.region_id)
    if not reason.strip():
        raise Invalid(_("Say what is not right."), code="empty", field="reason")
    found.state, found.refusal = State.REJECTED, reason.strip()
    found.save(update_fields=["state", "refusal"])
    _record(found, by, "budget.reject", reason=reason.strip())
    return found


# Monthly plans


@transaction.atomic
def plan(fund: Fund, month: int, amount: int, *, by: User) -> SpendingPlan:
    """Ask for `amount` fen to be drawn in a month."""
    require(by, "plan.draft", fund.region_id)
    if type(amount) is not int or not 0 < amount <= MOST:
        raise Invalid(_("Enter an amount above zero."), code="amount_out_of_range", field="amount")
    made = SpendingPlan.objects.create(fund=fund, month=month, amount=amount, maker=by)
    audit.record(
        by=by, act="plan.draft", subject=made, region=fund.region_id, month=month, amount=amount
    )
    return made


@transaction.atomic
def decide_plan(plan_id: int, *, by: User, agree: bool, reason: str = "") -> SpendingPlan:
    """Approve a plan, or turn it down with a reason. `Refused` if it goes beyond the year's budget."""
    found = (
        SpendingPlan.objects.select_for_update(no_key=True, of=("self",))
        .select_related("fund__region")
        .filter(pk=plan_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such plan."), code="no_plan")
    require(by, "plan.approve", found.fund.region_id)
    require_other_hand(by, found.maker_id)
    if found.state != SpendingPlan.State.DRAFT:
        raise Conflict(_("This plan is decided already."), code="plan_decided")
    if agree:
        Fund.objects.select_for_update(no_key=True).get(pk=found.fund_id)
        _within_budget(found)
    elif not reason.strip():
        raise Invalid(_("Say what is not right."), code="empty", field="reason")
    found.state = SpendingPlan.State.APPROVED if agree else SpendingPlan.State.REJECTED
    found.checker, found.refusal = by, "" if agree else reason.strip()
    found.save(update_fields=["state", "checker", "refusal"])
    audit.record(
        by=by,
        act="plan.approve" if agree else "plan.reject",
        subject=found,
        region=found.fund.region_id,
        reason=reason.strip(),
    )
    return found


@transaction.atomic
def draw(fund: Fund, amount: int, *, by: User, on: date | None = None) -> LedgerBatch:
    """Draw from the fiscal special account into the expenditure account, on the plan of the month."""
    require(by, "fund.move", fund.region_id)
    if type(amount) is not int or not 0 < amount <= MOST:
        raise Invalid(_("Enter an amount above zero."), code="amount_out_of_range", field="amount")
    on = on or timezone.localdate()
    Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    check_draw(fund, amount, on, always=True)
    earlier = LedgerBatch.objects.filter(fund=fund, kind="plan_draw", booked_on=on).count()
    posted = ledger.post(
        fund,
        "plan_draw",
        [
            ledger.Posting(
                0,
                accounts.EXPENDITURE_ACCOUNT,
                accounts.FISCAL_ACCOUNT,
                amount,
                month_of(on),
                fund.region_id,
                heads=0,
            )
        ],
        source=f"funds.plan:{fund.pk}:{on}:{earlier + 1}",
        on=on,
        by=by,
        exact=True,
    )
    audit.record(
        by=by,
        act="fund.draw",
        subject=fund,
        region=fund.region_id,
        amount=amount,
        batch=posted.pk,
    )
    return posted


# What payments ask; the fund is held by them


def check_draw(fund: Fund, amount: int, on: date, *, always: bool = False) -> None:
    """Refuse to draw more than the approved plans of the month, where a budget is in force."""
    month = month_of(on)
    if not always and queries.in_force(fund, month // 12) is None:
        return
    left = queries.planned(fund, month) - queries.drawn(fund, month)
    if amount > left:
        raise Refused(
            _("The plan of %(month)s leaves %(left)s yuan to be drawn; %(amount)s are needed.")
            % {"month": format_month(month), "left": yuan(max(left, 0)), "amount": yuan(amount)},
            fix=_("Ask for a spending plan of the month and have it approved."),
            code="over_plan",
            missing=amount - max(left, 0),
        )


def check_payment(fund: Fund, account: int, amount: int, on: date) -> None:
    """Refuse a payment without a head in the year's budget, or beyond what is left on it."""
    year = month_of(on) // 12
    budget = queries.in_force(fund, year)
    head = Account.objects.get(number=account)
    if budget is None or head.element != Account.Element.EXPENSE:
        return
    lines = {line.account.number: line for line in queries.execution(fund, year)}
    line = lines.get(account)
    if line is None or not line.planned:
        raise Refused(
            _("The budget of %(year)s has no head “%(head)s”.") % {"year": year, "head": head},
            fix=_("Draft an adjustment of the budget with that head and have it approved."),
            code="no_budget_head",
            account=account,
        )
    if amount > line.left:
        raise Refused(
            _("On “%(head)s” the budget of %(year)s leaves %(left)s yuan; %(amount)s are needed.")
            % {
                "head": head,
                "year": year,
                "left": yuan(max(line.left, 0)),
                "amount": yuan(amount),
            },
            fix=_("Draft an adjustment of the budget with a reason and have it approved."),
            code="over_budget",
            missing=amount - line.left,
        )


def _check(fund: Fund, amounts: Mapping[int, int]) -> None:
    heads = Account.objects.filter(element__in=HEADS).in_bulk()
    for number, amount in amounts.items():
        head = heads.get(number)
        if head is None or not head.kept_by(fund.branch, fund.scheme):
            raise Invalid(
                _("%(number)s is no head of this fund's budget.") % {"number": number},
                code="no_such_head",
                field="lines",
            )
        if type(amount) is not int or not 0 < amount <= MOST:
            raise Invalid(
                _("On “%(head)s” enter an amount above zero.") % {"head": head},
                code="amount_out_of_range",
                field="lines",
            )
    if not any(heads[number].element == Account.Element.EXPENSE for number in amounts):
        raise Invalid(
            _("A budget needs at least one head of expenditure."),
            code="no_expenditure",
            field="lines",
        )


def _within_budget(found: SpendingPlan) -> None:
    """The plans of a year do not allow more than its budget of expenditure."""
    year = found.month // 12
    budget = queries.in_force(found.fund, year)
    if budget is None:
        raise Refused(
            _("No budget of %(year)s is approved.") % {"year": year},
            fix=_("Have the budget approved first."),
            code="no_budget",
        )
    allowed = sum(
        budget.lines.filter(account__element=Account.Element.EXPENSE).values_list(
            "amount", flat=True
        )
    )
    plans = SpendingPlan.objects.filter(
        fund=found.fund,
        month__range=(year * 12, year * 12 + 11),
        state=SpendingPlan.State.APPROVED,
    )
    left = allowed - sum(plans.values_list("amount", flat=True))
    if found.amount > left:
        raise Refused(
            _(
                "The plans of %(year)s would allow more than its budget, of which %(left)s yuan are left."
            )
            % {"year": year, "left": yuan(max(left, 0))},
            fix=_("Ask for less, or adjust the budget first."),
            code="plans_over_budget",
        )


def _locked(budget_id: int, *states: str) -> Budget:
    found = (
        Budget.objects.select_for_update(no_key=True, of=("self",))
        .select_related("fund__region")
        .filter(pk=budget_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such budget."), code="no_budget")
    if found.state not in states:
        raise Conflict(
            _("This budget is: %(state)s.") % {"state": found.get_state_display()},
            code="budget_moved_on",
        )
    return found


def _record(found: Budget, by: User, act: str, reason: str = "", **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=found,
        region=found.fund.region_id,
        reason=reason or found.reason,
        year=found.year,
        number=found.number,
        **detail,
    )
