"""A worker's month paid in two regions: found by the matching, decided by two, one side goes back."""

import pytest

from enrollment.models import DoubleEnrolment, PriorMonth, PriorService, Refund
from enrollment.queries import debts
from enrollment.queries.residents import doubles
from enrollment.services.assessment import contributions
from enrollment.services.collection import receipts
from enrollment.services.employers import wages
from enrollment.services.residents import twice
from funds import queries as books
from funds.models import accounts
from socsec.office import oversight
from socsec.office.errors import Denied, Refused
from socsec.office.models import Role

from .conftest import BEIJING, MARCH, PENSION, SHANGHAI
from .test_mass_receipts import DAY

FEBRUARY = MARCH - 1


def sound():
    skipped = {"income_not_swept"}
    codes = [each.code for each in oversight.questions() if each.code not in skipped]
    return [finding for _question, found in oversight.run(codes) for finding in found]


@pytest.fixture
def in_shanghai(intake, reviewer):
    """Months that Shanghai attested, paid there as an employee."""

    def make(who, *months):
        prior = PriorService.objects.create(
            person=who,
            branch=PENSION,
            kind="paid",
            region=SHANGHAI,
            first_month=months[0],
            last_month=months[-1],
            document="参保缴费凭证",
            state="approved",
            maker=intake,
            checker=reviewer,
        )
        PriorMonth.objects.bulk_create(
            PriorMonth(person_id=who.pk, branch=PENSION, month=at, prior_id=prior.pk, base=500_000)
            for at in months
        )

    return make


@pytest.fixture
def alone(enroll, on_own_account, assessor, accountant, beijing):
    """An own-account worker of Beijing who paid February and March, 1,600.00 each."""
    who = enroll()
    on_own_account(who, 800_000)
    for at in (FEBRUARY, MARCH):
        contributions.assess(by=assessor, person=who, month=at, branch=PENSION)
    receipts.remit(by=accountant, payer=who, amount=320_000, received_on=DAY, reference="R1")
    return who


def match(by):
    return twice.find(by=by, branch=PENSION, year=2026, region=BEIJING)


def decided(double, intake, assessor, reviewer):
    double = twice.take_up(by=intake, double=double)
    double = twice.propose(by=assessor, double=double)
    with pytest.raises(Denied):
        twice.resolve(by=assessor, double=double)
    twice.resolve(by=reviewer, double=double)
    double.refresh_from_db()
    return double


def test_months_as_an_employee_elsewhere_are_kept_and_those_alone_go_back_by_an_order(
    alone, in_shanghai, intake, assessor, reviewer, staff, account, beijing
):
    in_shanghai(alone, MARCH)
    assert match(assessor) == 1
    assert match(assessor) == 0
    double = DoubleEnrolment.objects.get()
    assert (double.other, double.region[:2], double.other_region) == ("twice", "11", SHANGHAI)
    assert double.months == 1 << 2  # March alone
    assert twice.preview(double).sheet.total == 160_000
    both = (assessor, staff(Role.ASSESSOR, region=SHANGHAI))
    assert all(list(doubles(user)) == [double] for user in both)
    assert not doubles(staff(Role.ASSESSOR, region="440100")).exists()
    account(alone)
    assert decided(double, intake, assessor, reviewer).state == "resolved"
    refund = Refund.objects.get()
    assert (refund.amount, refund.way, refund.state) == (160_000, "order", "ordered")
    assert refund.batch_id is not None
    assert books.balance(beijing, accounts.CONTRIBUTION_INCOME) == 160_000  # February stays
    assert debts.owed(alone) == []
    assert sound() == []


def test_between_equals_the_earlier_office_gives_back(
    enroll, found, employ, in_shanghai, intake, assessor, reviewer, accountant, beijing
):
    """Insured in Beijing since January, in Shanghai since March: Beijing gives March back."""
    who, firm = enroll(), found()
    employ(who, firm)
    for at in (FEBRUARY, MARCH):
        wages.declare(by=intake, employer=firm, month=at, wages={who.pk: 1_000_000})
        contributions.assess(by=assessor, person=who, month=at, branch=PENSION)
    receipts.remit(by=accountant, payer=firm, amount=480_000, received_on=DAY, reference="R1")
    in_shanghai(who, MARCH, MARCH + 1)
    assert match(assessor) == 1
    double = decided(DoubleEnrolment.objects.get(), intake, assessor, reviewer)
    assert double.months == 1 << 2
    refund = Refund.objects.get()
    assert (refund.amount, refund.way, refund.state) == (240_000, "back", "paid")
    assert refund.receipt.employer == firm
    assert sound() == []


def test_without_an_account_nothing_is_decided(
    alone, in_shanghai, intake, assessor, reviewer, beijing
):
    in_shanghai(alone, MARCH)
    match(assessor)
    double = twice.take_up(by=intake, double=DoubleEnrolment.objects.get())
    double = twice.propose(by=assessor, double=double)
    with pytest.raises(Refused) as told:
        twice.resolve(by=reviewer, double=double)
    assert told.value.code == "no_account"
    double.refresh_from_db()
    assert double.state == "proposed"
    assert not Refund.objects.exists()
    assert books.balance(beijing, accounts.CONTRIBUTION_INCOME) == 320_000


def test_months_in_one_region_or_not_paid_are_not_found(
    alone, in_shanghai, enroll, on_own_account, assessor
):
    in_shanghai(alone, MARCH + 1, MARCH + 2)  # other months
    unpaid = enroll("未缴")
    on_own_account(unpaid, 800_000)
    contributions.assess(by=assessor, person=unpaid, month=MARCH, branch=PENSION)
    in_shanghai(unpaid, MARCH)
    assert match(assessor) == 0
