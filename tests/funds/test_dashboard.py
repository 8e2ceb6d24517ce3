"""The overview of the funds, and the way from it to a single transfer."""

import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from funds import queries
from funds.models import Branch, Scheme, accounts
from funds.services import cash, totals
from funds.services import fund as funds
from socsec.kernel.months import month_of
from socsec.office.models import Role
from tests.funds.test_statements import desk as desk
from tests.funds.test_statements import move

from .conftest import BEIJING, SHANGHAI, staff


@pytest.fixture
def lived(beijing, accountant):
    """Opening 1,200.00 a year ago; this month 300.00 came in and 100.00 was paid."""
    today = timezone.localdate()
    cash.opening(beijing, 120_000, by=accountant, on=date(today.year - 1, 1, 1))
    move(beijing, accounts.FISCAL_ACCOUNT, accounts.CONTRIBUTION_INCOME, 30_000, today)
    move(beijing, accounts.EXPENDITURE_ACCOUNT, accounts.FISCAL_ACCOUNT, 10_000, today)
    move(beijing, accounts.IN_TRANSIT, accounts.EXPENDITURE_ACCOUNT, 10_000, today)
    move(beijing, accounts.BENEFITS, accounts.IN_TRANSIT, 10_000, today)
    return beijing


@pytest.mark.parametrize("added_up", [False, True])
def test_a_fund_in_a_few_numbers(lived, added_up):
    if added_up:
        totals.sum_up()
    (found,) = queries.overview([lived], month_of(timezone.localdate()))
    assert (found.reserve, found.income, found.expenditure, found.result) == (
        140_000,
        30_000,
        10_000,
        20_000,
    )
    # 1,400.00 lasts 14 years of 100.00 a year
    assert (found.months, found.used, found.closed, found.differing) == (168, None, None, 0)
    last = month_of(timezone.localdate())
    assert queries.by_month([lived], last - 1, last) == {last - 1: (0, 0), last: (30_000, 10_000)}


def test_the_overview_of_many_funds_asks_as_often_as_that_of_one(
    lived, django_assert_max_num_queries
):
    more = [funds.establish(branch, Scheme.EMPLOYEES, BEIJING) for branch in
            (Branch.UNEMPLOYMENT, Branch.INJURY, Branch.MEDICAL)]  # fmt: skip
    with django_assert_max_num_queries(9):
        found = queries.overview([lived, *more], month_of(timezone.localdate()))
    assert [each.reserve for each in found] == [140_000, 0, 0, 0]


def test_from_the_overview_a_click_at_a_time_to_a_single_transfer(lived, desk, accountant):
    at = desk(accountant)
    page = at.get(reverse("admin:funds_dashboard")).content.decode()
    assert "pays 168 months" in page
    statements = re.search(r'href="([^"]*statements/\?fund=\d+)"', page)[1]
    page = at.get(statements).content.decode()
    account = re.search(rf'href="([^"]*account/{accounts.BENEFITS}/[^"]*)"', page)[1]
    page = at.get(account.replace("&amp;", "&")).content.decode()
    assert "100.00" in page
    batch = re.search(r'href="([^"]*ledgerbatch/\d+/change/)"', page)[1]
    assert "100.00" in at.get(batch).content.decode()


def test_whoever_must_not_see_the_overview_does_not(lived, desk, client):
    account = reverse("admin:funds_account_moves", args=[lived.pk, accounts.BENEFITS])
    assert client.get(account).status_code == 302
    clerk, far = staff("clerk", Role.INTAKE), staff("far", Role.AUDITOR, region=SHANGHAI)
    for page in (account, reverse("admin:funds_dashboard")):
        assert desk(clerk).get(page).status_code == 403
    assert desk(far).get(account).status_code == 404
    assert "1,400" not in desk(far).get(reverse("admin:funds_dashboard")).content.decode()
    auditor = desk(staff("auditor", Role.AUDITOR))
    assert auditor.get(account, {"region": SHANGHAI}).status_code == 404
    assert auditor.get(account, {"month": "x", "p": "x"}).status_code == 200
