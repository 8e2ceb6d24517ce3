"""Arduous work: recognised months by two, and a claim at 55 only with enough of them.

Zhang San, born in March 1966, is 55 from March 2021 on and 60 years and 4 months in July 2026.
"""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from pensions.models import ArduousWork, Category, SpecialWorkPeriod
from pensions.rules.special_work import SpecialWorkFacts
from pensions.services import claim
from pensions.services import special_work as arduous
from socsec.kernel.months import month
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Role, User
from socsec.office.services import users

from .conftest import BEIJING, staff

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
EARLY = month(2026, 4)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(
        timezone, "localdate", lambda *of: of[0].date() if of else date(2026, 2, 10)
    )


@pytest.fixture
def worked(assessor):
    """A period entered: `worked(who, kind, first, last)`."""

    def make(who, kind, first, last, by=None, **more):
        return arduous.enter(
            by=by or assessor,
            person=who,
            kind=kind,
            first_month=first,
            last_month=last,
            **{"employer": "某矿务局", "post": "采煤工", "document": "职工档案第三卷", **more},
        )

    return make


def test_a_claim_at_55_waits_until_nine_years_underground_are_recognised(
    zhang, worked, claimed, assessor, reviewer, refuses
):
    """107 months are a month short; with one more, entered and approved, the claim is assessed."""
    made = claimed(zhang, start=EARLY, category=Category.MALE_55)
    first = worked(zhang, ArduousWork.UNDERGROUND, month(2006, 1), month(2014, 11))
    refuses(Refused, "special_work_short", claim.assess, by=assessor, claim=made)
    arduous.approve(by=reviewer, period=first)
    refuses(Refused, "special_work_short", claim.assess, by=assessor, claim=made)
    harm = worked(zhang, ArduousWork.HARMFUL, month(2015, 1), month(2017, 12))
    arduous.approve(by=reviewer, period=harm)
    refuses(Refused, "special_work_short", claim.assess, by=assessor, claim=made)
    more = worked(zhang, ArduousWork.HEAT, month(2014, 12), month(2014, 12))
    arduous.approve(by=reviewer, period=more)
    claim.assess(by=assessor, claim=made)
    assert claim.award(by=reviewer, claim=made).from_month == EARLY


def test_months_are_recognised_once_and_by_two(zhang, worked, assessor, reviewer, refuses):
    said = {
        "by": assessor,
        "person": zhang,
        "kind": ArduousWork.HEAVY,
        "first_month": month(2006, 1),
        "last_month": month(2007, 12),
        "employer": "某厂",
        "post": "锻工",
        "document": "档案",
    }

    def no(problem, code, **changed):
        refuses(problem, code, arduous.enter, **{**said, **changed})

    no(Invalid, "no_kind", kind=9)
    no(Invalid, "impossible_period", last_month=month(2005, 12))
    no(Invalid, "impossible_period", last_month=month(2026, 3))
    no(Invalid, "empty", post=" ")
    no(Denied, "not_permitted", by=reviewer)
    no(NotFound, "outside_region", by=staff(Role.ASSESSOR, region=BEIJING))
    made = arduous.enter(**said)
    no(Conflict, "overlapping_months", first_month=month(2007, 12), last_month=month(2008, 12))
    both = staff(Role.ASSESSOR, Role.REVIEWER)
    other = worked(zhang, ArduousWork.HEAVY, month(2010, 1), month(2010, 2), by=both)
    refuses(Denied, "four_eyes", arduous.approve, by=both, period=other)
    refuses(Invalid, "empty", arduous.reject, by=reviewer, period=made, reason="")
    arduous.reject(by=reviewer, period=made, reason="档案里没有")
    refuses(Conflict, "decided_already", arduous.approve, by=reviewer, period=made)
    assert arduous.enter(**said).pk != made.pk
    assert arduous.months_of(zhang.pk, month(2026, 1)) == dict.fromkeys(SpecialWorkFacts.specs(), 0)


def test_the_desk_enters_and_approves_and_the_person_sees_it(zhang, client, assessor, reviewer):
    client.force_login(assessor, backend=BACKEND)
    url = reverse("admin:pensions_special_work_enter", args=[zhang.pk])
    file = reverse("admin:enrollment_person_change", args=[zhang.pk])
    client.post(file, {"reason": "窗口来访"})
    page = client.get(file).content.decode()
    assert url in page
    said = {
        "kind": "2",
        "first_month_month": "1",
        "first_month_year": "2006",
        "last_month_month": "12",
        "last_month_year": "2015",
        "employer": "某矿务局",
        "post": "采煤工",
        "document": "职工档案第三卷",
    }
    assert client.post(url, {**said, "post": ""}).status_code == 422
    assert client.post(url, said).status_code == 302
    made = SpecialWorkPeriod.objects.get()
    verb = reverse("admin:pensions_special_work_verb", args=[made.pk, "approve"])
    assert client.post(verb).status_code == 403
    client.force_login(staff(Role.REVIEWER, region=BEIJING), backend=BACKEND)
    assert client.post(verb).status_code == 404
    client.force_login(reviewer, backend=BACKEND)
    assert client.post(verb).status_code == 302
    users.create_insured(
        username="zhang", password="a word that is long enough", person_id=zhang.pk, by=None
    )
    client.force_login(User.objects.get(username="zhang"), backend=BACKEND)
    shown = client.get(reverse("special_work")).content.decode()
    assert "采煤工" in shown
    client.logout()
    assert client.get(reverse("special_work")).status_code == 302
