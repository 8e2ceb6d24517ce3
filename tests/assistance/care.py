"""The cast of the care tests: an old woman of Chaoyang, her level, and a home that gives care."""

from datetime import date, timedelta

from django.utils import timezone

from assistance.rules.care_level import LIVING, MIND, SENSES
from assistance.services.care import levels, providers, vouchers
from socsec.kernel.ids import make_credit_code
from socsec.office.models import Run
from socsec.office.services import run as runs
from socsec.office.services import work
from tests.assistance.conftest import CHAOYANG

HIGHEST = dict(zip(LIVING, (10, 10, 5, 10, 10, 10, 15, 15, 10, 5), strict=True)) | dict.fromkeys(
    (*MIND, *SENSES), 4
)
# 10 + 10 of living are severe; the mind has 3 of 16, moderate: level 4
SEVERE = dict.fromkeys((*LIVING, *MIND, *SENSES), 0) | {
    "eating": 10,
    "bowels": 10,
    "people": 3,
    "sight": 4,
    "hearing": 4,
    "speech": 4,
}


def levelled(assessor, reviewer, person, scores=None, days_ago=40):
    """The person's level, in force."""
    made = levels.propose(
        by=assessor,
        person=person,
        assessed_on=timezone.localdate() - timedelta(days=days_ago),
        second="胡干事",
        scores=scores or SEVERE,
    )
    levels.decide(by=reviewer, assessment=made, approve=True)
    return made


def provider_of(intake, reviewer, *, region=CHAOYANG, serial="600037341", **more):
    """A provider of every service, under an agreement in force."""
    given = {
        "name": "松鹤养老院",
        "credit_code": make_credit_code("91", "110000", serial),
        "region": region,
        "services": list(range(9)),
        "settings": [0, 1, 2],
        "from_date": date(2025, 1, 1),
        "until": date(2029, 12, 31),
        "document": "协议2025-1",
        "bank": "北京银行",
        "account": "62284800000018",
        "insured": True,
    } | more
    made = providers.propose(by=intake, **given)
    providers.decide(by=reviewer, provider=made, approve=True)
    made.refresh_from_db()
    return made


def issued(maker, checker, month, region=CHAOYANG):
    """The vouchers of a month, issued."""
    made = runs.draft(by=maker, kind=vouchers.KIND, month=month, region=region)
    made = runs.preview(run_id=made.pk, by=maker)
    runs.approve(run_id=made.pk, by=checker, total=made.total)
    work.work_through(made.pk)
    return Run.objects.get(pk=made.pk)
