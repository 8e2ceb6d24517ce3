"""Budgets by three people, what they let pass, final accounts, and the public page."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from funds import queries
from funds.models import Budget, FinalAccounts, MonthClosing, SpendingPlan, accounts
from funds.models.ledger import LedgerBatch
from funds.services import budgets, cash, closing, final, payments
from socsec.kernel.months import month
from socsec.office import oversight
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Role
from tests.funds.bank import answer, envelope, order
from tests.funds.test_statements import desk as desk

from .conftest import SHANGHAI, staff

MARCH, ON = month(2026, 3), date(2026, 3, 10)
BENEFITS, INCOME, PASSED_ON = (
    accounts.BENEFITS,
    accounts.CONTRIBUTION_INCOME,
    accounts.TRANSFER_EXPENSE,
)


@pytest.fixture
def second(db):
    return staff("second", Role.REVIEWER)


@pytest.fixture
def put(accountant, reviewer, second):
    """A budget in force, and an approved plan of March where asked for."""

    def act(fund, amounts, plan=0, reason=""):
        made = budgets.draft(fund, 2026, amounts, by=accountant, reason=reason)
        budgets.review(made.pk, by=reviewer)
        budgets.approve(made.pk, by=second)
        if plan:
            asked = budgets.plan(fund, MARCH, plan, by=accountant)
            budgets.decide_plan(asked.pk, by=reviewer, agree=True)
        made.refresh_from_db()
        return made

    return act


@pytest.fixture
def rich(beijing, accountant):
    cash.opening(beijing, 1_000_000, by=accountant, on=date(2026, 1, 5))
    return beijing


def wrong() -> list[str]:
    return [
        finding.code
        for _question, found in oversight.run(("funds.budgets", "funds.final", "funds.guards"))
        for finding in found
    ]


def test_a_budget_is_drafted_reviewed_and_approved_by_three(beijing, accountant, reviewer, second):
    made = budgets.draft(beijing, 2026, {BENEFITS: 900, INCOME: 1000}, by=accountant)
    assert queries.in_force(beijing, 2026) is None
    both = staff("both", Role.ACCOUNTANT, Role.REVIEWER)
    with pytest.raises(Denied):
        budgets.review(made.pk, by=accountant)
    with pytest.raises(Conflict):
        budgets.approve(made.pk, by=reviewer)
    budgets.review(made.pk, by=reviewer)
    with pytest.raises(Denied) as refusal:
        budgets.approve(made.pk, by=reviewer)
    assert refusal.value.code == "four_eyes"
    budgets.approve(made.pk, by=second)
    assert queries.in_force(beijing, 2026) == made
    own = budgets.draft(beijing, 2027, {BENEFITS: 1}, by=both)
    with pytest.raises(Denied):
        budgets.review(own.pk, by=both)
    assert [(line.account.number, line.planned) for line in queries.execution(beijing, 2026)] == [
        (INCOME, 1000),
        (BENEFITS, 900),
    ]


@pytest.mark.parametrize(
    ("amounts", "code"),
    [
        ({}, "no_expenditure"),
        ({INCOME: 5}, "no_expenditure"),
        ({BENEFITS: 0}, "amount_out_of_range"),
        ({BENEFITS: 1.5}, "amount_out_of_range"),
        ({accounts.FISCAL_ACCOUNT: 5}, "no_such_head"),
        ({accounts.COLLECTIVE_INCOME: 5, BENEFITS: 1}, "no_such_head"),
        ({1234: 5}, "no_such_head"),
    ],
)
def test_a_budget_that_cannot_be_is_refused(beijing, accountant, amounts, code):
    with pytest.raises(Invalid) as refusal:
        budgets.draft(beijing, 2026, amounts, by=accountant)
    assert refusal.value.code == code
    assert not Budget.objects.exists()


def test_others_draft_nothing_and_one_draft_waits_at_a_time(beijing, accountant, reviewer):
    for user, error in (
        (reviewer, Denied),
        (staff("auditor", Role.AUDITOR), Denied),
        (staff("far", Role.ACCOUNTANT, region=SHANGHAI), NotFound),
    ):
        with pytest.raises(error):
            budgets.draft(beijing, 2026, {BENEFITS: 5}, by=user)
    first = budgets.draft(beijing, 2026, {BENEFITS: 5}, by=accountant)
    with pytest.raises(Conflict):
        budgets.draft(beijing, 2026, {BENEFITS: 6}, by=accountant)
    budgets.reject(first.pk, by=reviewer, reason="too little")
    again = budgets.draft(beijing, 2026, {BENEFITS: 6}, by=accountant)
    assert (again.number, Budget.objects.count()) == (2, 2)


def test_an_adjustment_gives_its_reason_and_takes_the_place_of_the_one_before(beijing, put):
    first = put(beijing, {BENEFITS: 900})
    with pytest.raises(Invalid):
        put(beijing, {BENEFITS: 950})
    later = put(beijing, {BENEFITS: 950}, reason="more retired")
    first.refresh_from_db()
    assert (first.state, later.adjusts) == (Budget.State.REPLACED, first)
    assert queries.in_force(beijing, 2026) == later


def released(fund, accountant, reviewer, source, kind="pension_payroll", people=(21, 22)):
    batch = envelope(fund, accountant, [order(p) for p in people], source=source, kind=kind)
    return payments.release(batch.pk, by=reviewer, on=ON)


def test_within_budget_and_plan_a_payment_goes_out_and_is_counted(rich, put, accountant, reviewer):
    put(rich, {BENEFITS: 300_000}, plan=250_000)
    batch = released(rich, accountant, reviewer, "p:1")
    (line,) = [e for e in queries.execution(rich, 2026) if e.account.number == BENEFITS]
    assert (line.done, line.ordered, line.left) == (0, 200_000, 100_000)
    payments.read_return(
        answer(batch.pk, [(f"P{batch.pk}-21-1", 100_000, "PAID"),
                          (f"P{batch.pk}-22-1", 100_000, "RETURNED")]),
        by=accountant,
    )  # fmt: skip
    (line,) = [e for e in queries.execution(rich, 2026) if e.account.number == BENEFITS]
    assert (line.done, line.ordered, line.left) == (100_000, 0, 200_000)
    assert (queries.planned(rich, MARCH), queries.drawn(rich, MARCH)) == (250_000, 200_000)
    assert wrong() == []


def test_without_a_head_over_budget_or_over_the_plan_nothing_is_paid(
    rich, put, accountant, reviewer
):
    before = LedgerBatch.objects.count()
    put(rich, {BENEFITS: 199_999})
    for source, kind, code, way in (
        ("p:1", "pension_payroll", "over_budget", "adjustment"),
        ("p:2", "pension_transfer", "no_budget_head", "adjustment"),
    ):
        with pytest.raises(Refused) as refusal:
            released(rich, accountant, reviewer, source, kind)
        assert refusal.value.code == code
        assert way in str(refusal.value.fix)
    put(rich, {BENEFITS: 400_000}, plan=150_000, reason="more")
    with pytest.raises(Refused) as refusal:
        released(rich, accountant, reviewer, "p:3")
    assert (refusal.value.code, refusal.value.detail["missing"]) == ("over_plan", 50_000)
    assert "spending plan" in str(refusal.value.fix)
    assert LedgerBatch.objects.count() == before


def test_before_a_budget_is_approved_payments_go_on(rich, accountant, reviewer):
    released(rich, accountant, reviewer, "p:1")
    (line,) = [e for e in queries.execution(rich, 2026) if e.account.number == BENEFITS]
    assert (line.planned, line.ordered) == (0, 200_000)


def test_a_budget_below_what_is_spent_is_not_approved(rich, put, accountant, reviewer):
    released(rich, accountant, reviewer, "p:1")
    with pytest.raises(Refused) as refusal:
        put(rich, {BENEFITS: 199_999})
    assert refusal.value.code == "below_execution"
    assert queries.in_force(rich, 2026) is None


def test_a_plan_is_decided_by_another_within_the_budget_and_drawn_once(
    rich, put, accountant, reviewer
):
    asked = budgets.plan(rich, MARCH, 500, by=accountant)
    with pytest.raises(Refused) as refusal:
        budgets.decide_plan(asked.pk, by=reviewer, agree=True)
    assert refusal.value.code == "no_budget"
    put(rich, {BENEFITS: 499, INCOME: 5000})
    with pytest.raises(Refused) as refusal:
        budgets.decide_plan(asked.pk, by=reviewer, agree=True)
    assert refusal.value.code == "plans_over_budget"
    budgets.decide_plan(asked.pk, by=reviewer, agree=False, reason="less")
    with pytest.raises(Conflict):
        budgets.decide_plan(asked.pk, by=reviewer, agree=True)
    less = budgets.plan(rich, MARCH, 400, by=accountant)
    with pytest.raises(Denied):
        budgets.decide_plan(less.pk, by=accountant, agree=True)
    budgets.decide_plan(less.pk, by=reviewer, agree=True)
    budgets.draw(rich, 300, by=accountant, on=ON)
    with pytest.raises(Refused):
        budgets.draw(rich, 101, by=accountant, on=ON)
    budgets.draw(rich, 100, by=accountant, on=ON)
    assert queries.balance(rich, accounts.EXPENDITURE_ACCOUNT) == 400
    with pytest.raises(Denied):
        budgets.draw(rich, 1, by=reviewer, on=ON)


def test_lines_of_a_budget_are_not_changed_by_anybody(beijing, put):
    put(beijing, {BENEFITS: 900})
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE funds_budgetline SET amount = 1")
    assert wrong() == []


# Final accounts and the public page


@pytest.fixture
def closed_year(beijing, accountant, reviewer):
    """2025: an opening of 500 yuan and a subsidy of 70, all months closed."""
    cash.opening(beijing, 50_000, by=accountant, on=date(2025, 1, 5))
    cash.subsidy(beijing, 7_000, by=accountant, on=date(2025, 12, 5))
    for of in range(month(2025, 1), month(2025, 12) + 1):
        prepared = closing.prepare(beijing, of, by=accountant)
        closing.close(prepared.pk, by=reviewer)
    return beijing


def test_final_accounts_of_a_closed_year_are_approved_by_another(closed_year, accountant, reviewer):
    made = final.prepare(closed_year, 2025, by=accountant)
    assert {row[1]: row[2] for row in made.content["income"] if row[2]} == {"income": 7_000}
    with pytest.raises(Denied):
        final.approve(made.pk, by=accountant)
    final.approve(made.pk, by=reviewer)
    with pytest.raises(Conflict):
        final.approve(made.pk, by=reviewer)
    with pytest.raises(Conflict):
        final.prepare(closed_year, 2025, by=accountant)
    with pytest.raises(Refused) as refusal:
        budgets.draft(closed_year, 2025, {BENEFITS: 5}, by=accountant)
    assert refusal.value.code == "year_final"
    with pytest.raises(IntegrityError), transaction.atomic():
        FinalAccounts.objects.update(digest="x")
    assert wrong() == []


def test_final_accounts_of_an_open_year_are_refused(closed_year, accountant):
    with pytest.raises(Refused) as refusal:
        final.prepare(closed_year, 2026, by=accountant)
    assert refusal.value.code == "year_open"
    assert not FinalAccounts.objects.exists()


def test_anybody_reads_what_is_closed_and_nothing_that_is_not(
    closed_year, client, accountant, reviewer
):
    cash.subsidy(closed_year, 123_456, by=accountant, on=date(2026, 1, 5))
    page = reverse("public_funds")
    shown = client.get(page).content.decode()
    assert "570.00" in shown
    assert "not final" in shown
    assert "1,234.56" not in shown
    final.approve(final.prepare(closed_year, 2025, by=accountant).pk, by=reviewer)
    assert "final accounts" in client.get(page, {"year": "2025"}).content.decode()
    for bad in ({"region": "310000"}, {"branch": "9-9"}):
        assert client.get(page, bad).status_code == 404


def test_before_anything_is_closed_the_public_page_says_so(db, client):
    assert "nothing is published" in client.get(reverse("public_funds")).content.decode()
    assert not MonthClosing.objects.exists()


def test_budget_plan_and_final_accounts_are_made_at_the_desk(
    closed_year, desk, accountant, reviewer, second
):
    year = timezone.localdate().year
    said = {"fund": closed_year.pk, "year": year, f"head_{BENEFITS}": "900.00"}
    at = desk(accountant)
    assert at.post(reverse("admin:funds_budget_draft"), said).status_code == 302
    made = Budget.objects.get()
    verb = lambda slug: reverse("admin:funds_budget_verb", args=[made.pk, slug])  # noqa: E731
    assert at.post(verb("review")).status_code == 403
    assert desk(reviewer).post(verb("review")).status_code == 302
    assert desk(reviewer).post(verb("approve")).status_code == 422
    assert desk(second).post(verb("approve")).status_code == 302
    shown = desk(second).get(reverse("admin:funds_budget_change", args=[made.pk])).content.decode()
    assert "900.00" in shown
    ask = {"fund": closed_year.pk, "month_month": 1, "month_year": year, "amount": "50"}
    assert desk(accountant).post(reverse("admin:funds_plan_ask"), ask).status_code == 302
    plan = SpendingPlan.objects.get()
    decide = reverse("admin:funds_plan_verb", args=[plan.pk, "approve"])
    assert desk(reviewer).post(decide).status_code == 302
    assert (
        "50.00"
        in desk(accountant)
        .get(reverse("admin:funds_spendingplan_change", args=[plan.pk]))
        .content.decode()
    )
    asked = {"fund": closed_year.pk, "year": 2025}
    assert desk(accountant).post(reverse("admin:funds_final_prepare"), asked).status_code == 302
    drawn_up = FinalAccounts.objects.get()
    page = reverse("admin:funds_finalaccounts_change", args=[drawn_up.pk])
    assert "70.00" in desk(reviewer).get(page).content.decode()
    approve = reverse("admin:funds_final_approve", args=[drawn_up.pk])
    assert desk(accountant).post(approve).status_code == 403
    assert desk(reviewer).post(approve).status_code == 302
    far = staff("far", Role.REVIEWER, region=SHANGHAI)
    for hidden in (page, approve, decide, verb("approve")):
        assert desk(far).get(hidden).status_code in (302, 404)
