"""Forecasts with assumptions, and what another year or a higher base would bring."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from pensions.models import Category
from pensions.services import estimate, more
from pensions.services.estimate import Assumptions, Plan
from pensions.services.projection import grown, projected, todays
from socsec.kernel.months import month, month_of
from socsec.kernel.policy import Policy
from socsec.office.models import AuditEntry, Role
from tests import papers

from .conftest import BEIJING, staff, traces

pytestmark = pytest.mark.django_db
BASE = "pensions.employees.calculation_base"
MAN = Category.MALE_60


@pytest.fixture
def li(shanghai, enroll, work):
    """Works for 8,000 yuan a month, and has some years to go."""
    who = enroll(name="李四", born=date(1974, 1, 5))
    work(who, month(2026, 1), month(2026, 6), 8_000_00)
    return who


def test_growth_fills_the_years_to_come_and_leaves_those_announced():
    """Beijing announced 12,049 for 2025: at 3 % 12,410.47 for 2026 and 12,782.78 for 2027."""
    law = Policy.files()
    there = projected(law, BEIJING, Assumptions(wages=30_000), month(2027, 5))
    assert there.at(BASE, BEIJING, month(2025, 6)) == law.at(BASE, BEIJING, month(2025, 6))
    assert [there.at(BASE, BEIJING, month(year, 3)).value for year in (2026, 2027)] == [
        12_410_47,
        12_782_78,
    ]
    assert there.at(BASE, BEIJING, month(2027, 3)).status == "unverified"
    assert projected(law, BEIJING, Assumptions(), month(2027, 5)) is law


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**8), st.integers(0, 200_000), st.integers(0, 30))
def test_what_grows_is_worth_by_todays_wages_what_it_was(amount, rate, years):
    assert abs(todays(grown(amount, rate, years), rate, years) - amount) <= years


def test_growth_and_interest_raise_the_amount_and_the_sheet_says_that_they_are_assumed(li):
    law, start = estimate.current_policy(), month_of(timezone.localdate()) + 90
    plain = estimate.of_person(li, start, MAN, law)
    grows = estimate.of_person(li, start, MAN, law, assumed=Assumptions(wages=30_000))
    bears = estimate.of_person(li, start, MAN, law, assumed=Assumptions(interest=60_000))
    assert plain.monthly < bears.monthly < grows.monthly
    assert plain.worth == plain.monthly
    assert plain.wage == 8_000_00 < grows.wage
    assert plain.replacement == round(plain.monthly * 10**6 / 8_000_00)
    base = grows.document.line("pension.basic.base")
    assert (base.open, base.status) == (True, "unverified")


def test_paying_longer_and_on_a_higher_base_brings_more_and_costs_what_it_costs(li):
    """Eight per cent of 8,000 yuan are 640 yuan a month; alone it would be twenty per cent."""
    law, start = estimate.current_policy(), month_of(timezone.localdate()) + 40
    payer = more.Payer("310115", 8_000_00, False, start, start - 40)

    def work(plan):
        return estimate.of_person(li, start, MAN, law, plan=plan)

    years = more.by_years(payer, work, law, Assumptions())
    assert [each.months for each in years] == [0, 12, 24, 36, 40]
    assert [each.paid for each in years] == [n * 640_00 for n in (0, 12, 24, 36, 40)]
    amounts = [each.estimate.monthly for each in years]
    assert amounts == sorted(set(amounts))
    one = years[1].beside(years[0])
    assert (one.more, one.cost) == (amounts[1] - amounts[0], 12 * 640_00)
    assert (one.months - 1) * one.more < one.cost <= one.months * one.more
    bases = more.by_base(payer, work, law, Assumptions())
    assert [each.base for each in bases] == sorted({each.base for each in bases})
    assert 8_000_00 in [each.base for each in bases]
    assert [each.estimate.monthly for each in bases] == sorted(
        each.estimate.monthly for each in bases
    )
    alone = more.Payer("310115", 8_000_00, True, start, start - 40)
    assert more.by_years(alone, work, law, Assumptions())[1].paid == 12 * 1_600_00


def test_to_pay_nothing_more_changes_nothing(li):
    law, start = estimate.current_policy(), month_of(timezone.localdate()) + 40
    assert estimate.of_person(li, start, MAN, law, plan=Plan(months=0)) == estimate.of_person(
        li, start, MAN, law, plan=estimate.STOPS
    )


def test_an_adviser_forecasts_from_any_file_of_the_region_prints_it_and_that_is_noted(client, li):
    adviser = staff(Role.ASSESSOR)
    client.force_login(adviser, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("admin:pensions_forecast", args=[li.pk])
    before = traces()
    page = client.get(url, {"wages": "3", "interest": "2.5", "then": "stop"})
    assert page.status_code == 200
    asked = page.context["forecast"].asked
    assert (asked.assumed, asked.goes_on) == (Assumptions(30_000, 25_000), False)
    assert 'role="img"' in page.text
    assert AuditEntry.objects.filter(person_id=li.pk, act="person.read", actor=adviser).exists()
    paper = client.get(reverse("admin:pensions_forecast_paper", args=[li.pk]), {"wages": "3"})
    assert paper["Content-Type"] == "application/pdf"
    said = papers.text(paper.content)
    assert "李四" in said
    assert "3%" in said
    assert before.keys() == traces().keys()
    wrong = client.get(url, {"wages": "90"})
    assert wrong.context["form"].errors
    assert wrong.context["forecast"].asked.assumed == Assumptions()


def test_a_file_of_another_region_is_not_there_for_an_adviser(client, li):
    client.force_login(
        staff(Role.ASSESSOR, region=BEIJING), backend="django.contrib.auth.backends.ModelBackend"
    )
    for name in ("pensions_forecast", "pensions_forecast_paper"):
        assert client.get(reverse(f"admin:{name}", args=[li.pk])).status_code == 404
