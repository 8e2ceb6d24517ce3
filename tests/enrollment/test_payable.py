"""Gaps that can still be paid say by whom, until when, and what they would cost to the fen."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from enrollment.models import Category
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.record import payable
from enrollment.services.residents import enrolment
from enrollment.services.residents import receipts as paid
from funds.models import Branch, Scheme
from funds.services import fund
from socsec.kernel.months import month_of
from socsec.office.models import Case, Role, User
from tests.api.conftest import partner

from .conftest import BEIJING, CHAOYANG, MARCH, PENSION, SHANGHAI

NOW = month_of(timezone.localdate())
YEAR = timezone.localdate().year
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def left(intake, assessor, enroll, found, employ):
    """Worked from January to March 2026 on 10,000.00, and left."""
    who, firm = enroll(), found()
    employ(who, firm, wage=1_000_000)
    contributions.assess(by=assessor, person=who, month=MARCH, branch=PENSION)
    cover.end(
        by=intake,
        person=who,
        branch=PENSION,
        last_day=date(2026, 3, 31),
        reason="left",
        employer=firm,
    )
    return who


def test_an_employees_gap_says_until_when_without_a_ruling_and_what_it_costs(left):
    (gap,) = payable.of(left.pk)
    months = NOW - (MARCH + 1)
    assert (gap.category, gap.first, gap.last) == (Category.EMPLOYEE, MARCH + 1, NOW - 1)
    # 36 months without a ruling: April 2026 until April 2029.
    assert (gap.until, gap.ruling, gap.by_employer) == (MARCH + 1 + 36, False, True)
    # 10,000.00: 16 % is 1,600.00, 8 % is 800.00 a month.
    assert (gap.base, gap.employer_share, gap.person_share) == (
        1_000_000,
        months * 160_000,
        months * 80_000,
    )


def test_months_too_old_are_named_apart_and_have_no_price(left, monkeypatch):
    monkeypatch.setattr(payable.late_months, "allowed", lambda *_: (0, NOW - 2))
    new, old = payable.of(left.pk)
    assert (new.first, new.last, new.until) == (NOW - 2, NOW - 1, NOW)
    assert (old.first, old.last, old.until, old.ruling) == (MARCH + 1, NOW - 3, 0, True)
    assert old.cost == 0


def test_who_pays_alone_makes_up_what_the_region_allows(
    intake, enroll, on_own_account, monkeypatch
):
    who = enroll()
    on_own_account(who, 800_000)
    cover.end(by=intake, person=who, branch=PENSION, last_day=date(2026, 3, 31), reason="left")
    assert payable.of(who.pk) == []  # none here: missed is missed
    monkeypatch.setattr(payable.late_months, "allowed", lambda *_: (NOW - 1, NOW - 1))
    (gap,) = payable.of(who.pk)
    assert (gap.first, gap.last, gap.until, gap.by_employer) == (NOW - 1, NOW - 1, NOW, False)


@pytest.fixture
def resident(intake, accountant, enroll, edition):
    """Paid last year as a resident in Beijing; this year is open."""
    fund.establish(PENSION, Scheme.RESIDENTS, BEIJING)
    who = enroll(born=date(1980, 5, 1))

    def at(day):
        return lambda *of: of[0].date() if of else day

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "localdate", at(date(YEAR - 1, 6, 1)))
        said = {"person": who, "branch": PENSION, "year": YEAR - 1}
        enrolment.enroll(by=intake, region=CHAOYANG, tier=100_000, **said)
        paid.pay(by=accountant, amount=100_000, reference="N", **said)
    return who


def test_a_residents_year_can_be_paid_until_it_ends_in_the_lowest_tier_or_the_chosen_one(
    resident, intake
):
    gaps = [each for each in payable.of(resident.pk) if each.branch == Branch.PENSION]
    assert [(each.year, each.category) for each in gaps] == [(YEAR, Category.RESIDENT)]
    assert (gaps[0].until, gaps[0].person_share) == (YEAR * 12 + 11, 100_000)
    enrolment.enroll(
        by=intake, person=resident, branch=PENSION, year=YEAR, region=CHAOYANG, tier=200_000
    )
    (gap,) = payable.of(resident.pk)
    assert gap.person_share == 200_000


def test_desk_and_api_show_it_and_the_counter_reports_an_error_on_a_month(
    client, left, intake, staff
):
    User.objects.filter(kind=User.Kind.STAFF).update(is_staff=True)
    client.force_login(User.objects.get(pk=intake.pk), backend=BACKEND)
    where = reverse("admin:enrollment_person_branches", args=[left.pk])
    client.post(where, {"reason": "来电咨询"})
    page = client.get(
        where,
        headers={"accept-language": "en"},
    ).content.decode()
    assert "Can still be paid" in page
    assert "2029-04" in page
    asked = reverse("admin:enrollment_month_error_report", args=[left.pk])
    assert asked in page
    form = client.get(f"{asked}?branch=1&month=2026-03")
    assert 'value="2026"' in form.content.decode()
    assert client.get(f"{asked}?month=nonsense").status_code == 200
    said = {"branch": "1", "month_month": "3", "month_year": "2026", "text": ""}
    assert client.post(asked, said).status_code == 422
    done = client.post(asked, {**said, "text": "工资不对"})
    case = Case.objects.get(kind="month_error", person_id=left.pk)
    assert (done.status_code, case.channel) == (302, "counter")
    client.force_login(staff(Role.INTAKE, region=SHANGHAI), backend=BACKEND)
    assert client.get(asked).status_code in (302, 403, 404)

    near, far = partner("T110000", "bj-1"), partner("T310000", "sh-1")
    where = f"/api/v1/people/{left.public_id}/payable/"
    asks = {"scopes": ("contributions:read", "people:read"), "purpose": "enrolment"}
    (row,) = near.ask("get", where, **asks).json()["results"]
    assert (row["first_month"], row["until"], row["category"]) == ("2026-04", "2029-04", "employee")
    assert far.ask("get", where, **asks).status_code == 404
