"""A fact of the past turns out otherwise: worked out anew, shown month by month, posted once."""

from datetime import date

import pytest

from enrollment.models import Person
from pensions import queries
from pensions.models import Award, Benefit, Correction, EndReason, Overpayment, PensionPayment
from pensions.services import correction, recovery
from pensions.services.replay import replay
from socsec.kernel.months import format_month, month
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Case, Role

from .conftest import BEIJING, START, findings, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def draws(zhang, granted, drive):
    """Zhang San draws his pension of July and August 2026."""
    made = granted(zhang)
    for paid in (START, START + 1):
        drive("pension_payroll", paid)
    return made


@pytest.fixture
def opened(draws, assessor):
    def make(cause="wages", award=None, by=None):
        return correction.open_correction(
            by=by or assessor, award=award or draws, cause=cause, reason="补录 2004 年缴费"
        )

    return make


@pytest.fixture
def corrected(opened, assessor, reviewer):
    """Opened, assessed and posted."""

    def make(**more):
        made = opened(**more)
        correction.assess(by=assessor, correction=made)
        return correction.post(by=reviewer, correction=made)

    return make


def test_months_found_later_raise_the_pension_and_the_next_payroll_pays_the_difference(
    draws, carry, opened, assessor, reviewer, drive
):
    carry(draws.person, month(2004, 1), month(2005, 12), 6_000_00)
    made = opened()
    correction.assess(by=assessor, correction=made)
    made.refresh_from_db()
    after = sum(made.after["parts"].values())
    more = after - draws.monthly
    assert more > 0
    assert [(row["month"], row["before"], row["after"], row["more"]) for row in made.months] == [
        (format_month(START), draws.monthly, after, more),
        (format_month(START + 1), draws.monthly, after, more),
    ]
    assert Benefit.objects.count() == 1  # a preview changes nothing
    correction.post(by=reviewer, correction=made)
    now = Award.objects.get()
    assert (now.monthly, now.owed_from, now.months) == (after, START, draws.months + 24)
    assert queries.benefit_in(now, START).version == 1
    assert replay(now).same
    assert not Overpayment.objects.exists()
    assert findings() == []
    paid = drive("pension_payroll", START + 2)
    assert paid.total == after + 2 * more
    assert drive("pension_payroll", START + 3).total == after
    assert findings() == []


def test_months_struck_out_lower_it_and_what_was_paid_too_much_is_recorded(
    draws, carry, corrected, opened, assessor, reviewer, drive
):
    carry(draws.person, month(2004, 1), month(2005, 12), 6_000_00)
    made = corrected()
    drive("pension_payroll", START + 2)
    correction.reverse(by=reviewer, correction=made, reason="凭证系伪造")
    found = Overpayment.objects.get()
    more = sum(made.after["parts"].values()) - draws.monthly
    assert found.amount == 3 * more
    assert [amount for _month, amount in queries.overpaid_months(found)] == [more] * 3
    now = Award.objects.get()
    assert (now.monthly, now.gathered) == (draws.monthly, draws.gathered)
    assert findings() == []
    assert drive("pension_payroll", START + 3).total == draws.monthly
    with pytest.raises(Conflict):
        correction.reverse(by=reviewer, correction=made, reason="再次")


def test_what_came_back_of_months_that_are_due_after_all_is_returned(
    draws, carry, corrected, reviewer, accountant, drive
):
    carry(draws.person, month(2004, 1), month(2005, 12), 6_000_00)
    made = corrected()
    drive("pension_payroll", START + 2)
    correction.reverse(by=reviewer, correction=made, reason="凭证存疑")
    debt = Overpayment.objects.get()
    recovery.receive(
        by=accountant, overpayment=debt, amount=debt.amount, on=debt.found_on, reference="R1"
    )
    corrected()
    debt.refresh_from_db()
    assert (debt.amount, debt.remaining) == (0, -debt.recovered)
    recovery.refund(by=accountant, overpayment=debt)
    debt.refresh_from_db()
    assert debt.remaining == 0
    assert findings() == []


def test_a_birth_date_that_makes_the_person_too_young_ends_the_award(
    draws, opened, assessor, reviewer
):
    Person.objects.filter(pk=draws.person_id).update(born_on=date(1970, 3, 8))
    made = opened("birth")
    correction.assess(by=assessor, correction=made)
    case = Case.objects.get(pk=made.pk)
    assert case.events.get(act="propose").detail["entitled"] is False
    correction.post(by=reviewer, correction=made)
    now = Award.objects.get()
    assert (now.end_reason, now.until_month) == (EndReason.ERROR, START - 1)
    assert Overpayment.objects.get().amount == 2 * draws.monthly
    assert findings("pensions.overpaid", "pensions.recovered", "pensions.accounts") == []


def test_nothing_is_opened_assessed_or_posted_that_cannot_be(
    draws, opened, carry, assessor, reviewer, refuses
):
    said = {"award": draws, "cause": "wages", "reason": "补录"}
    stranger = staff(Role.ASSESSOR, region=BEIJING)
    refuses(NotFound, "outside_region", correction.open_correction, by=stranger, **said)
    refuses(Denied, "not_permitted", correction.open_correction, by=reviewer, **said)
    refuses(
        Invalid, "no_cause", correction.open_correction, by=assessor, **{**said, "cause": "mood"}
    )
    refuses(Invalid, "empty", correction.open_correction, by=assessor, **{**said, "reason": " "})
    made = opened()
    assert opened().pk == made.pk  # one at a time
    refuses(Refused, "no_difference", correction.assess, by=assessor, correction=made)
    carry(draws.person, month(2004, 1), month(2004, 12), 6_000_00)
    correction.assess(by=assessor, correction=made)
    both = staff(Role.ASSESSOR, Role.REVIEWER)
    Case.objects.filter(pk=made.pk).update(maker=both)
    refuses(Denied, "four_eyes", correction.post, by=both, correction=made)
    Case.objects.filter(pk=made.pk).update(maker=assessor)
    carry(draws.person, month(2005, 1), month(2005, 12), 6_000_00)
    refuses(Conflict, "facts_changed", correction.post, by=reviewer, correction=made)
    correction.send_back(by=reviewer, correction=made, text="账簿又变了")
    correction.withdraw(by=assessor, correction=made, text="另案处理")
    assert not Correction.objects.get().open
    assert Benefit.objects.count() == 1


def test_a_month_is_paid_in_parts_that_add_up_to_what_is_due(
    draws, carry, corrected, drive, accountant
):
    carry(draws.person, month(2004, 1), month(2005, 12), 6_000_00)
    corrected()
    drive("pension_payroll", START + 2)
    due = queries.benefit_in(Award.objects.get(), START).monthly
    rows = PensionPayment.objects.filter(month=START)
    assert [row.part for row in rows.order_by("part")] == [0, 1]
    assert sum(row.amount for row in rows) == due
