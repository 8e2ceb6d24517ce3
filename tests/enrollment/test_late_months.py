"""How far back a month may still be assessed, whoever asks for it, and which month is the last."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from enrollment.models import Category, Contribution, Coverage
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.employers import wages
from socsec.kernel.months import first_day, month, month_of
from socsec.office.errors import Refused
from socsec.office.models import AuditEntry

from .conftest import CHAOYANG, MARCH, PENSION


def test_a_late_month_is_assessed_within_the_limits_of_back_payment(
    intake, assessor, enroll, found, employ, on_own_account
):
    """The counter's late month knows no more than the payment of missed months does."""
    who, alone, where = enroll(), enroll(), found()
    on_own_account(alone, 800_000)
    Coverage.objects.filter(person=alone).update(recorded_at=timezone.now())
    long_ago = month(2022, 3)
    employ(who, where, from_=date(2022, 1, 1))
    wages.declare(by=intake, employer=where, month=long_ago, wages={who.pk: 800_000})
    for person, at, code in (
        (alone, MARCH, "back_payment_closed"),
        (who, long_ago, "ruling_missing"),
    ):
        for act in (contributions.assess, contributions.assess_all):
            more = {"branch": PENSION} if act is contributions.assess else {}
            with pytest.raises(Refused) as refusal:
                act(by=assessor, person=person, month=at, **more)
            assert refusal.value.code == code
    assert not Contribution.objects.exists()
    (done,) = contributions.assess_all(
        by=assessor, person=who, month=long_ago, ruling="京劳人仲字 12"
    )
    assert done.contribution.month == long_ago
    assert AuditEntry.objects.get(act="contribution.assess").detail["ruling"] == "京劳人仲字 12"


def test_what_was_on_record_in_time_is_no_late_month(assessor, enroll, on_own_account):
    alone = enroll()
    on_own_account(alone, 800_000)
    (done,) = contributions.assess(by=assessor, person=alone, month=MARCH, branch=PENSION)
    assert done.contribution.due == 160_000  # 8,000.00 x 20 %


def test_an_own_account_worker_is_not_enrolled_for_months_that_cannot_be_paid(
    intake, enroll, beijing
):
    this_month = first_day(month_of(timezone.localdate()))
    wanted = {
        "by": intake,
        "category": Category.OWN_ACCOUNT,
        "region": CHAOYANG,
        "base": 800_000,
        "also": [PENSION],
    }
    with pytest.raises(Refused) as refusal:
        cover.enrol(**wanted, person=enroll(), from_=this_month - timedelta(days=1))
    assert (refusal.value.code, refusal.value.field) == ("back_payment_closed", "from_")
    assert not Coverage.objects.exists()
    assert cover.enrol(**wanted, person=enroll(), from_=this_month)


@pytest.mark.parametrize(
    ("last_day", "owed"), [(date(2026, 3, 31), MARCH), (date(2026, 3, 1), MARCH)]
)
def test_the_last_month_that_is_owed_is_known(edition, last_day, owed):
    assert cover.last_month(CHAOYANG, last_day) == owed
