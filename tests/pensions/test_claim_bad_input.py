"""Claims that cannot be: stopped with the line of law that says so, and nothing changes."""

from datetime import date

import pytest
from django.db import transaction

from enrollment.models import Detail
from enrollment.services.people import details
from enrollment.services.record import prior
from funds.models import Scheme
from pensions.models import Award, Category, PensionClaim
from pensions.services import claim, decision
from socsec.kernel.months import month
from socsec.office.errors import Conflict, Refused
from socsec.office.models import Case, Role

from .conftest import BEIJING, PENSION, PUDONG, START, staff

pytestmark = pytest.mark.django_db


def test_a_date_of_birth_changed_lately_stops_the_claim_until_the_file_was_examined(
    zhang, claimed, assessor, intake, refuses
):
    made = claimed(zhang)
    details.put(zhang, Detail.BORN_ON, "1966-03-01", by=intake, from_=None)
    with pytest.raises(Refused, match="劳社部发〔1999〕8号"):
        claim.assess(by=assessor, claim=made)
    refuses(Refused, "birth_changed", claim.assess, by=assessor, claim=made)
    claim.assess(by=assessor, claim=made, birth_examined=True)
    assert Case.objects.get().state == Case.State.ASSESSED


def test_who_draws_in_another_scheme_gets_no_second_pension(
    zhang, claimed, assessor, reviewer, refuses
):
    made = claimed(zhang)
    resident = Award.objects.create(
        person=zhang,
        scheme=Scheme.RESIDENTS,
        region=PUDONG,
        from_month=START - 3,
        basic=200_00,
        account=0,
        transitional=0,
        monthly=200_00,
    )
    with pytest.raises(Refused, match="第八条"):
        claim.assess(by=assessor, claim=made)
    refuses(Refused, "draws_elsewhere", claim.assess, by=assessor, claim=made)
    Award.objects.filter(pk=resident.pk).update(state=3, until_month=START - 1)
    claim.assess(by=assessor, claim=made)


def test_months_that_overlap_are_not_entered_twice(zhang, claimed):
    """2010 is said to have been paid in Beijing as well: the entry is refused, and nothing counts."""
    before = decision.gather(claimed(zhang))
    with pytest.raises(Conflict, match="covers some of these months"), transaction.atomic():
        prior.enter_paid(
            by=staff(Role.INTAKE, region=BEIJING),
            person=zhang,
            branch=PENSION,
            region=BEIJING,
            bases=dict.fromkeys(range(month(2010, 1), month(2010, 12) + 1), 5_000_00),
            document="北京市缴费记录",
        )
    assert decision.gather(PensionClaim.objects.get()) == before
    assert before.months_paid == 240


def test_before_the_age_the_refusal_says_by_how_much(enroll, shanghai, carry, claimed, assessor):
    young = enroll(name="李四", born=date(1980, 5, 5))
    carry(young, month(2006, 1), month(2025, 12), 6_000_00)
    made = claimed(young, category=Category.MALE_60)
    claim.assess(by=assessor, claim=made)
    found = claim.preview(by=assessor, claim=made)
    assert not found.entitled
    assert all(reason["law"] for reason in found.reasons)
    assert not Award.objects.exists()
