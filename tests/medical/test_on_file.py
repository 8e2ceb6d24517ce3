"""What is on file counts: filings of care away from home, registered diseases, who is a civil servant."""

from datetime import date, timedelta

import pytest

from enrollment.models import Category, Coverage
from funds.models import Branch, Scheme
from funds.services import fund
from medical.models import (
    Away,
    AwayFiling,
    Care,
    CatalogueEdition,
    Diagnosis,
    Disease,
    Encounter,
    Registration,
    Settlement,
)
from medical.queries import cover as queries
from medical.services import settling
from medical.services.settling import known
from socsec.office.errors import Refused
from socsec.office.models import User
from tests.medical.hospital import YEAR, at, catalogue, clerk, hospital, of, village

__all__ = ["catalogue", "clerk", "hospital", "village"]
NANCHANG = "360100"
DAY, LAST = date(YEAR, 1, 10), date(YEAR, 1, 12)


@pytest.fixture
def lin(village):
    """Insured in Nanchang as an employee: a stay at the third level has 800.00 deductible, then 85 %."""
    fund.establish(Branch.MEDICAL, Scheme.EMPLOYEES, NANCHANG)
    Coverage.objects.filter(person=village.souls["lin"], branch=Branch.MEDICAL).update(
        region=NANCHANG
    )
    return village.souls["lin"]


@pytest.fixture
def stay(clerk, hospital, catalogue, lin):
    """A stay of three days in Pudong that cost 20,000.00, and ended."""

    def make(care=Care.INPATIENT, number="1", yuan=20_000, **said):
        opened = settling.admit(
            by=clerk,
            provider=hospital,
            person=lin,
            number=number,
            care=care,
            opened_at=at(DAY),
            **said,
        )
        settling.charge(by=clerk, encounter=opened, charges=[of("A1", yuan, day=DAY)])
        return settling.discharge(by=clerk, encounter=opened, closed_at=at(LAST))

    return make


def filing(lin, clerk, away, from_date, until=None, place="310000"):
    return AwayFiling.objects.create(
        person=lin,
        away=away,
        to_region=place,
        region=NANCHANG,
        from_date=from_date,
        until=until,
        by=clerk,
    )


def paid(clerk, encounter):
    (shown,) = settling.preview(by=clerk, encounter=encounter)
    return shown.amounts["first_self_pay"], shown.amounts["pool_pay"]


def test_how_far_from_home_is_what_is_filed_until_the_bill_is_settled(lin, clerk, stay):
    visit = stay()
    assert visit.away == Away.OTHER
    # Nanchang: 20 % first for who did not file; (16,000.00 − 800.00) × 85 %
    assert paid(clerk, visit) == (4_000_00, 12_920_00)
    held = filing(lin, clerk, Away.REFERRED, date(YEAR - 1, 8, 1), DAY)
    # 10 % first with a referral, which ran out during the stay: (18,000.00 − 800.00) × 85 %
    assert paid(clerk, visit) == (2_000_00, 14_620_00)
    AwayFiling.objects.filter(pk=held.pk).update(until=DAY - timedelta(days=1))
    assert paid(clerk, visit) == (4_000_00, 12_920_00)
    # Filed on the last day as living there: the terms of home, (20,000.00 − 800.00) × 85 %
    filing(lin, clerk, Away.LONG_TERM, LAST)
    (made,) = settling.settle(by=clerk, encounter=visit)
    assert (made.first_self_pay, made.pool_pay) == (0, 16_320_00)
    visit.refresh_from_db()
    assert (visit.away, made.facts["told"]["away"]) == (Away.LONG_TERM, Away.LONG_TERM)


def test_an_emergency_counts_as_filed_and_home_is_home(lin, clerk, stay):
    assert stay(emergency=True).away == Away.EMERGENCY
    assert stay(care=Care.EMERGENCY, number="2").away == Away.EMERGENCY
    assert paid(clerk, Encounter.objects.get(number="1"))[0] == 0
    # Shanghai pools its districts: a hospital in another one is at home.
    Coverage.objects.filter(person=lin, branch=Branch.MEDICAL).update(region="310104")
    assert stay(emergency=True, number="3").away == Away.LOCAL


def test_a_hospital_settles_no_care_in_another_province_that_nobody_filed(lin, clerk, stay):
    visit = stay()
    system = User(kind=User.Kind.PARTNER)
    with pytest.raises(Refused) as told:
        known.away_at_discharge(visit, LAST, system)
    assert told.value.code == "not_filed"
    filing(lin, clerk, Away.OTHER, LAST)
    assert known.away_at_discharge(visit, LAST, system) == Away.OTHER


def register(lin, clerk, care, code, since=DAY, until=None):
    return Registration.objects.create(
        person=lin,
        care=care,
        diagnosis=code,
        region=NANCHANG,
        from_date=since,
        until=until,
        by=clerk,
    )


def test_care_of_a_registered_disease_is_settled_for_who_has_it_registered(lin, clerk, stay):
    def refused(care, **said):
        with pytest.raises(Refused) as told:
            stay(care=care, **said)
        assert told.value.code == "not_registered"
        assert not Encounter.objects.exists()

    refused(Care.SPECIAL)
    refused(Care.TWO_DISEASES)
    held = register(lin, clerk, Care.SPECIAL, "I10")
    refused(Care.SPECIAL, diagnosis="C61")
    refused(Care.TWO_DISEASES)
    special = stay(care=Care.SPECIAL, diagnosis="I10")
    register(lin, clerk, Care.TWO_DISEASES, "I10.x00")
    assert stay(care=Care.TWO_DISEASES, number="2").disease == Disease.HYPERTENSION
    register(lin, clerk, Care.TWO_DISEASES, "E11.900")
    assert stay(care=Care.TWO_DISEASES, number="3").disease == Disease.BOTH
    # Ended before the day, it is not settled any more.
    held.until = held.from_date = DAY - timedelta(days=1)
    held.save()
    with pytest.raises(Refused):
        settling.settle(by=clerk, encounter=special)
    assert not Settlement.objects.exists()


def test_the_supplement_of_civil_servants_is_a_stage_where_the_policy_has_one(lin, clerk, stay):
    visit = stay(emergency=True)
    assert settling.preview(by=clerk, encounter=visit)[0].amounts["civil_pay"] == 0
    spans = Coverage.objects.filter(person=lin, branch=Branch.MEDICAL)
    spans.update(category=Category.AGENCY)
    # 20,000.00 − 16,320.00 = 3,680.00 borne in scope, of which 96 %
    (made,) = settling.settle(by=clerk, encounter=visit)
    assert (made.pool_pay, made.civil_pay, made.cash) == (16_320_00, 3_532_80, 147_20)
    # Retired from the agency, still; as an employee elsewhere, no more.
    spans.update(span=(date(2020, 1, 1), date(YEAR, 1, 1)))
    later = Coverage.objects.create(
        person=lin,
        branch=Branch.MEDICAL,
        category=Category.RETIREE,
        region=NANCHANG,
        span=(date(YEAR, 1, 1), None),
    )
    assert queries.civil_servant(lin.pk, DAY)
    Coverage.objects.filter(pk=later.pk).update(category=Category.EMPLOYEE)
    assert not queries.civil_servant(lin.pk, DAY)


def test_a_list_of_diseases_is_asked_where_catastrophic_insurance_covers_a_list(
    village, clerk, lin, stay
):
    """Shanghai's insurance of residents pays 60 % of what is borne, for a list of diseases only."""
    edition = CatalogueEdition.objects.create(
        region="000000",
        kind=4,
        from_date=date(2020, 1, 1),
        document="病种",
        digest="1" * 64,
        state="taken",
        maker=village.by("intake"),
        checker=village.by("reviewer"),
    )
    for code, listed in (("C61", True), ("J18", False)):
        Diagnosis.objects.create(
            code=code,
            name=code,
            listed=listed,
            region="000000",
            from_date=date(2020, 1, 1),
            edition=edition,
        )
    fund.establish(Branch.MEDICAL, Scheme.RESIDENTS, "310000")
    Coverage.objects.filter(person=lin, branch=Branch.MEDICAL).update(
        category=Category.RESIDENT, region="310115"
    )
    came_to = {}
    for number, code in enumerate(("C61", "J18", "")):
        visit = stay(number=str(number), diagnosis=code)
        (shown,) = settling.preview(by=clerk, encounter=visit)
        came_to[code] = shown.amounts["major_pay"], shown.sheet.bears
    assert came_to["J18"][0] == came_to[""][0] == 0
    # (20,000.00 − 300.00) × 70 % = 13,790.00; of the 6,210.00 borne 60 %
    assert came_to["C61"] == (3_726_00, 6_210_00)
