"""Balance sheet and income statement: to the fen, per region, put together, and who may see them."""

import random
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from funds import queries
from funds.models import Branch, Scheme, StatementLine, accounts
from funds.models.ledger import LedgerBatch, Transfer
from funds.services import fund as funds
from funds.services import ledger, totals
from socsec.kernel.months import month
from socsec.office.models import Role
from tests import papers

from .conftest import BEIJING, SHANGHAI, staff

MARCH = month(2026, 3)
BACKEND = "django.contrib.auth.backends.ModelBackend"


def move(fund, debit, credit, amount, on, region=None):
    number = ledger.LedgerBatch.objects.count()
    posting = ledger.Posting(
        0, debit, credit, amount, month(on.year, on.month), region or fund.region_id
    )
    ledger.post(fund, "other", [posting], source=f"t:{number}", on=on)


@pytest.fixture
def lived(beijing):
    """Two years of a fund, in fen.

    2025: opening 1000, contributions 500, benefits 200 (drawn, sent, paid)
    2026: January contributions 300 for Chaoyang; March 100 for Dongcheng, interest 7, benefits 40
    """
    cash, spent, way = accounts.FISCAL_ACCOUNT, accounts.EXPENDITURE_ACCOUNT, accounts.IN_TRANSIT
    move(beijing, cash, accounts.RESERVE, 1000, date(2025, 1, 1))
    move(beijing, cash, accounts.CONTRIBUTION_INCOME, 500, date(2025, 6, 1))
    for amount, on in ((200, date(2025, 7, 1)), (40, date(2026, 3, 5))):
        move(beijing, spent, cash, amount, on)
        move(beijing, way, spent, amount, on)
        move(beijing, accounts.BENEFITS, way, amount, on)
    move(beijing, cash, accounts.CONTRIBUTION_INCOME, 300, date(2026, 1, 9), "110105")
    move(beijing, cash, accounts.CONTRIBUTION_INCOME, 100, date(2026, 3, 9), "110101")
    move(beijing, cash, accounts.INTEREST_INCOME, 7, date(2026, 3, 21))
    return beijing


def amounts(rows) -> dict[str, tuple[int, int]]:
    return {str(row.name): (row.now, row.then) for row in rows if row.now or row.then}


@pytest.mark.parametrize("added_up", [False, True])
def test_the_statements_of_a_month_to_the_fen(lived, added_up):
    if added_up:
        totals.sum_up()
    made = queries.statements([lived], MARCH)
    # 1000 + 500 − 200 = 1300 at the year's beginning; + 300 + 100 + 7 − 40 = 1667
    assert amounts(made.balance) == {
        "Fiscal special account": (1667, 1300),
        "Accumulated reserve": (1300, 1300),
        "Result of the year so far": (367, 0),
    }
    assert amounts(made.income) == {
        "Contribution income": (100, 400),
        "Interest income": (7, 7),
        "Benefits": (40, 40),
    }
    assert made.result == (67, 367)
    assert made.balances


def test_a_region_within_the_fund_has_statements_that_balance(lived):
    made = queries.statements([lived], MARCH, region="110105")
    assert amounts(made.income) == {"Contribution income": (0, 300)}
    assert amounts(made.balance)["Fiscal special account"] == (300, 0)
    assert made.balances


def test_statements_cost_the_same_after_years_of_postings(lived, django_assert_num_queries):
    with django_assert_num_queries(5):
        queries.statements([lived], MARCH)


def test_whatever_was_posted_balances_are_the_sum_of_the_transfers_on_any_day(beijing):
    """Forty postings on days of two years, some added up before others; every balance by brute force."""
    chance = random.Random(20260331)
    cash, spent, way = accounts.FISCAL_ACCOUNT, accounts.EXPENDITURE_ACCOUNT, accounts.IN_TRANSIT
    pairs = [
        (cash, accounts.CONTRIBUTION_INCOME),
        (cash, accounts.SUBSIDY_INCOME),
        (cash, accounts.INTEREST_INCOME),
        (spent, cash),
        (way, spent),
        (accounts.BENEFITS, way),
        (accounts.CONTRIBUTIONS_DUE, accounts.CONTRIBUTIONS_ASSESSED),
    ]
    move(beijing, cash, accounts.RESERVE, 10**9, date(2024, 12, 31))
    move(beijing, spent, cash, 10**8, date(2024, 12, 31))
    move(beijing, way, spent, 10**7, date(2024, 12, 31))
    for number in range(40):
        on = date(2025, 1, 1) + timedelta(days=chance.randrange(650))
        region = chance.choice(["110000", "110105", "110101"])
        move(beijing, *chance.choice(pairs), chance.randrange(1, 10**5), on, region)
        if number in (10, 25):
            totals.sum_up()
    booked = dict(LedgerBatch.objects.values_list("pk", "booked_on"))
    moved = list(Transfer.objects.values_list("batch_id", "region", "debit", "credit", "amount"))

    def by_hand(day, region):
        sides = {}
        for batch, place, debit, credit, amount in moved:
            if booked[batch] <= day and place.startswith(region):
                sides.setdefault(debit, [0, 0])[0] += amount
                sides.setdefault(credit, [0, 0])[1] += amount
        return sides

    for _turn in range(12):
        day = date(2024, 12, 30) + timedelta(days=chance.randrange(680))
        for region, stem in ((None, ""), ("110105", "110105")):
            found = queries.trial_balance(beijing, day, region)
            assert {line.account.number: [line.debit, line.credit] for line in found} == by_hand(
                day, stem
            )
        of = month(day.year, day.month)
        for region in (None, "110101"):
            assert queries.statements([beijing], of, region=region).balances


@pytest.fixture
def two_levels(db):
    """A province and a city of one branch: the city hands 80 up, of which 50 has arrived; 30 come down."""
    above = funds.establish(Branch.UNEMPLOYMENT, Scheme.EMPLOYEES, "510000")
    below = funds.establish(Branch.UNEMPLOYMENT, Scheme.EMPLOYEES, "510100")
    cash, on = accounts.FISCAL_ACCOUNT, date(2026, 3, 5)
    for fund in (above, below):
        move(fund, cash, accounts.RESERVE, 1000, date(2026, 1, 1))
    move(below, accounts.TO_ABOVE, cash, 80, on)
    move(above, cash, accounts.FROM_BELOW, 50, on)
    move(above, accounts.TO_BELOW, cash, 30, on)
    move(below, cash, accounts.FROM_ABOVE, 30, on)
    # and the province gets 11 from the nation, which is outside
    move(above, cash, accounts.FROM_ABOVE, 11, on)
    return above, below


def test_put_together_levels_cancel_what_they_paid_each_other(two_levels):
    made = queries.statements(two_levels, MARCH, together=True)
    assert made.cancelled == (80, 80)
    assert amounts(made.income) == {
        "Granted by the level above": (11, 11),
        "Handed up to the level above": (30, 30),  # on its way
    }
    apart = queries.statements(two_levels, MARCH)
    assert apart.result == made.result == (-19, -19)
    assert made.balances
    assert [f.pk for f in queries.within(Branch.UNEMPLOYMENT, Scheme.EMPLOYEES, "510000")] == [
        fund.pk for fund in two_levels
    ]


def test_a_branch_has_its_own_name_for_a_line(beijing):
    medical = funds.establish(Branch.MEDICAL, Scheme.EMPLOYEES, BEIJING)
    names = {str(row.name) for row in queries.statements([medical], MARCH).income}
    assert "Benefits (with maternity)" in names
    assert "Benefits" not in names
    both = {str(row.name) for row in queries.statements([medical, beijing], MARCH).income}
    assert "Benefits" in both
    assert StatementLine.objects.filter(branch=Branch.MEDICAL).count() == 1


# The desk


@pytest.fixture
def desk(client):
    def sit(user):
        user.is_staff = True
        user.save(update_fields=["is_staff"])
        client.force_login(user, backend=BACKEND)
        return client

    return sit


def test_the_page_its_spreadsheet_and_its_paper_say_the_same(lived, desk, accountant):
    at, asked = desk(accountant), {"fund": lived.pk, "month": "2026-03"}
    shown = at.get(reverse("admin:funds_statements"), asked).content.decode()
    for text in ("Balance sheet", "16.67", "13.00", "3.67", "0.40"):
        assert text in shown
    sheet = load_workbook(
        BytesIO(b"".join(at.get(reverse("admin:funds_statements_xlsx"), asked).streaming_content))
    ).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert ["Balance sheet", "Fiscal special account", 16.67, 13] in cells
    paper = at.get(reverse("admin:funds_statements_pdf"), asked)
    text = papers.text(paper.content)
    assert "Fiscal special account" in text
    assert "16.67" in text
    narrowed = at.get(reverse("admin:funds_statements"), {**asked, "region": "110105"})
    assert "Chaoyang" in narrowed.content.decode()
    together = at.get(reverse("admin:funds_statements"), {"together": "1-1", "month": "2026-03"})
    assert "with all below" in together.content.decode()


def test_whoever_must_not_see_them_does_not(lived, desk, client):
    asked = {"fund": lived.pk}
    names = ("funds_statements", "funds_statements_xlsx", "funds_statements_pdf")
    far = staff("far", Role.AUDITOR, region=SHANGHAI)
    clerk = staff("clerk", Role.INTAKE)
    for name in names:
        assert client.get(reverse(f"admin:{name}"), asked).status_code == 302
        assert desk(far).get(reverse(f"admin:{name}"), asked).status_code in (403, 404)
        assert desk(clerk).get(reverse(f"admin:{name}"), asked).status_code == 403
        client.logout()
    at = desk(staff("auditor", Role.AUDITOR))
    for bad in ({"fund": "x"}, {"fund": lived.pk, "region": "310101"}, {"together": "9-9"}):
        assert at.get(reverse("admin:funds_statements"), bad).status_code == 404
    assert (
        "2026-03"
        in at.get(reverse("admin:funds_statements"), {**asked, "month": "spring"}).content.decode()
    )


def test_a_month_is_closed_at_the_desk_by_two(lived, desk, accountant, reviewer):
    page = reverse("admin:funds_period_prepare", args=[lived.pk])
    assert desk(reviewer).get(page).status_code == 403
    shown = desk(accountant).get(page).content.decode()
    assert "Close 2025-01" in shown
    assert desk(accountant).post(page).status_code == 302
    closing = lived.closings.get()
    verb = reverse("admin:funds_period_verb", args=[closing.pk, "close"])
    assert desk(accountant).post(verb).status_code == 403
    assert (
        "Checklist"
        in desk(reviewer)
        .get(reverse("admin:funds_monthclosing_change", args=[closing.pk]))
        .content.decode()
    )
    assert desk(reviewer).post(verb).status_code == 302
    closing.refresh_from_db()
    assert closing.checker == reviewer
    assert queries.last_closed(lived) == month(2025, 1)
    far = staff("far", Role.REVIEWER, region=SHANGHAI)
    assert desk(far).get(verb).status_code == 404
