# ruff: noqa: F811 - the fixture is that of the payroll
"""After a merge of two records payroll, lists and sums of residents follow both numbers."""

from datetime import date

import pytest
from django.db import connection

from enrollment import queries as enrollment
from enrollment.models import CarriedBalance, LegacyImport, LegacyYear, Person
from enrollment.services.people import merging
from funds.models import Branch, PaymentOrder
from pensions import queries
from pensions.models import Payroll
from socsec.office.models import Role, Run

from .conftest import SHANGHAI, findings, staff
from .test_payroll import KIND, SEPTEMBER, paid_months, pensioner  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def merge(shanghai):
    def make(survivor, absorbed):
        link = merging.propose(
            by=staff(Role.ASSESSOR), survivor=survivor, absorbed=absorbed, reason="same card"
        )
        return merging.approve(by=staff(Role.REVIEWER), link=link)

    return make


def rows(select, params):
    with connection.cursor() as cursor:
        cursor.execute(select, params)
        return cursor.fetchall()


@pytest.mark.parametrize("holder", ["survivor", "absorbed"])
def test_a_pension_is_paid_to_the_account_of_either_number(
    pensioner,
    enroll,
    bank,
    merge,
    drive,
    assessor,
    holder,
):
    """Without the merge it is held; with it, the account of the other number is the person's own."""
    taken = pensioner(2_000_00, account=False)
    other = enroll(name="赵老", born=date(1950, 5, 5))
    bank(other)
    mine = taken.person
    alone = pensioner(1_000_00, name="钱老")
    assert [each.pk for each in queries.without_account(assessor)] == [taken.pk]
    merge(*((other, mine) if holder == "survivor" else (mine, other)))
    assert not queries.without_account(assessor).exists()
    done = drive(KIND, SEPTEMBER)
    assert (done.state, done.count, done.total) == (Run.State.POSTED, 2, 3_000_00)
    assert paid_months(mine.pk) == [(SEPTEMBER, 2_000_00)]
    envelope = Payroll.objects.get(run=done).envelope
    orders = PaymentOrder.objects.filter(batch_id=envelope.pk).order_by("amount")
    account = other.bank_accounts.get()
    assert [(each.person_id, each.amount) for each in orders] == [
        (alone.person_id, 1_000_00),
        (mine.pk, 2_000_00),
    ]
    assert orders[1].account == account.account
    assert findings() == []


def test_nothing_is_paid_to_somebody_who_died_under_the_other_number(
    pensioner,
    enroll,
    merge,
    drive,
):
    taken = pensioner(2_000_00)
    other = enroll(name="赵老", born=date(1950, 5, 5))
    merge(other, taken.person)
    Person.objects.filter(pk=other.pk).update(died_on=date(2026, 8, 20))
    pensioner(1_000_00, name="钱老")
    assert drive(KIND, SEPTEMBER).total == 1_000_00
    assert paid_months(taken.person_id) == []


def test_years_and_balances_of_a_resident_are_those_of_all_numbers_each_year_once(
    enroll, merge, assessor, reviewer
):
    first, second, third = (enroll(name="禾苗", born=date(1966, 6, 3)) for _n in range(3))
    carried = LegacyImport.objects.create(
        scheme="rural_pension",
        region=SHANGHAI,
        name="f",
        sha256="0" * 64,
        state="carried",
        rows=3,
        maker=assessor,
        checker=reviewer,
    )
    for row, (who, years) in enumerate(
        ((first, (2010, 2011)), (second, (2011, 2012)), (third, (2015,)))
    ):
        for year in years:
            LegacyYear.objects.create(
                person_id=who.pk,
                branch=Branch.PENSION,
                year=year,
                region=SHANGHAI,
                tier=100_00,
                import_id=carried.pk,
            )
        CarriedBalance.objects.create(
            person_id=who.pk,
            import_id=carried.pk,
            row=row,
            region=SHANGHAI,
            amount=100_00,
            carried_on=date(2015, 1, 1),
        )
    link = merge(first, second)

    def years(who):
        found = rows(*enrollment.paid_years(Branch.PENSION, who.pk, who.pk, 2026))
        assert all(number == who.pk and older for number, _year, older in found)
        return sorted(year for _number, year, _older in found)

    assert years(first) == years(second) == [2010, 2011, 2012]
    assert years(third) == [2015]
    assert sum(each.amount for each in enrollment.carried_balances(first.pk)) == 200_00
    merging.undo(by=staff(Role.REVIEWER), link=link, reason="two after all")
    assert (years(first), years(second)) == ([2010, 2011], [2011, 2012])
    assert sum(each.amount for each in enrollment.carried_balances(first.pk)) == 100_00
