"""A resident moves to another region: registration, years and account go along, and no fen is lost."""

from datetime import date

import pytest
from django.utils import timezone

from enrollment import queries as enrollment
from enrollment.models import Category, Coverage, Movement, MovementState, ResidentEnrolment
from enrollment.queries.residents import open_of
from enrollment.services import movements
from enrollment.services.people import person
from enrollment.services.residents import enrolment, receipts
from funds.models import Scheme
from pensions import queries
from pensions.models import EntryKind, Side, TransferState
from pensions.services import transfers
from pensions.services.residents import accounts
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import first_day, month_of
from socsec.office.errors import Refused
from socsec.office.models import AuditEntry

from . import offices
from .conftest import BEIJING, PENSION, SHANGHAI, findings, staff
from .offices import arrive, in_flight, pay, send, take

YEAR = timezone.localdate().year
TIER = 1_000_00


@pytest.fixture
def two(edition):
    return offices.Two(
        offices.office(BEIJING, "622848000000025", Scheme.RESIDENTS),
        offices.office(SHANGHAI, "622848000000017", Scheme.RESIDENTS),
        staff(region="510000"),
    )


@pytest.fixture
def farmer(two):
    """Enrolled in Beijing for this year in the tier of 1,000 yuan, and paid."""
    who = person.enroll(
        by=two.old.intake,
        name="禾苗",
        resident_id=make_resident_id("110105", date(1980, 6, 3), 21),
        region="110105",
    )
    enrolment.enroll(
        by=two.old.intake, person=who, branch=PENSION, year=YEAR, region=BEIJING, tier=TIER
    )
    receipts.pay(
        by=two.old.money, person=who, branch=PENSION, year=YEAR, amount=TIER, reference="N-1"
    )
    accounts.credit_pending()
    return who


def insured(who):
    rows = Coverage.objects.filter(person=who, span__isempty=False).order_by("span")
    return [(each.region, each.category, each.last_day) for each in rows]


def held(who, place):
    return queries.balance(who.pk, place.fund.pk)


def test_registration_years_and_account_go_along(two, farmer):
    years = len(enrollment.resident_months(farmer.pk, PENSION))
    movement = two.move(farmer, household_region=SHANGHAI)
    # One year paid: twelve months, attested as a resident's.
    assert (movement.state, movement.money, movement.months) == (MovementState.DONE, "due", 12)
    assert all(each.resident for each in enrollment.statement(movement))
    begun = Coverage.objects.get(person=farmer, region=SHANGHAI)
    assert (begun.category, begun.span.lower, begun.span.upper) == (
        Category.RESIDENT,
        first_day(month_of(timezone.localdate()) + 1),  # this month began at the old place
        None,
    )
    assert enrollment.keeper(farmer.pk, PENSION) == SHANGHAI

    made = transfers.open_record(by=two.old.intake, movement=movement)
    made = send(two.old, made)
    # The account alone: 1,000.00 paid this year, no interest yet, nothing of a pooled fund.
    assert (made.months, made.account, made.pool) == (12, TIER, 0)
    pay(two.old, made)
    arrive(two.new, made)
    made = take(two.new, made)
    assert made.state == TransferState.DONE
    assert (held(farmer, two.old), held(farmer, two.new)) == (0, TIER)
    (came,) = queries.statement(farmer.pk, two.new.fund.pk).filter(kind=EntryKind.TAKEN_OVER)
    assert came.side == Side.OWN  # whose money it is stays known
    assert len(enrollment.resident_months(farmer.pk, PENSION)) == years
    assert in_flight() == {}
    assert findings() == []


def test_what_stops_the_movement_of_money_gives_registration_and_record_back(two, farmer):
    before = insured(farmer)
    movement = two.move(farmer, household_region=SHANGHAI)
    made = transfers.open_record(by=two.old.intake, movement=movement)
    transfers.assess(by=two.old.maker, transfer=made)
    transfers.give_up(by=two.old.checker, transfer=made, reason="wrong_person")
    movement.refresh_from_db()
    assert movement.state == MovementState.RETURNED
    assert insured(farmer) == before
    assert held(farmer, two.old) == TIER


def test_a_year_enrolled_and_not_paid_is_asked_for_no_more(two, farmer, monkeypatch):
    with monkeypatch.context() as patch:
        next_year = date(YEAR + 1, 6, 1)
        patch.setattr(timezone, "localdate", lambda *of: of[0].date() if of else next_year)
        enrolment.enroll(
            by=two.old.intake,
            person=farmer,
            branch=PENSION,
            year=YEAR + 1,
            region=BEIJING,
            tier=TIER,
        )
        two.move(farmer, household_region=SHANGHAI)
    paid, unpaid = ResidentEnrolment.objects.filter(person_id=farmer.pk).order_by("year")
    assert (paid.cancelled_on, unpaid.cancelled_on) == (None, next_year)
    assert open_of(farmer.pk, PENSION, YEAR + 1).due["person_share"] == 0


def test_a_residents_record_stays_where_the_household_is(two, farmer):
    before = insured(farmer), AuditEntry.objects.count()
    with pytest.raises(Refused, match="household"):
        movements.ask(
            by=two.new.intake,
            person=farmer,
            branch=PENSION,
            to_region=SHANGHAI,
            household_region=BEIJING,
            channel="counter",
        )
    assert (insured(farmer), AuditEntry.objects.count()) == before
    assert not Movement.objects.exists()
