"""What a pension would come to from a record: by the rules of a claim, with what is provisional marked."""

from datetime import date

import pytest
from django.utils import timezone

from pensions.models import AccountEntry, Award, Category, PensionClaim
from pensions.services import claim, decision, estimate
from socsec.kernel.months import month, month_of

from .conftest import START, traces

pytestmark = pytest.mark.django_db


def test_an_estimate_of_the_past_is_what_the_claim_then_gets(zhang, granted):
    law = estimate.current_policy()
    seen = estimate.of_person(zhang, START, Category.MALE_60, law)
    given = granted(zhang)
    assert seen.met
    assert (seen.monthly, seen.parts) == (
        given.monthly,
        {
            "basic": given.basic,
            "account": given.account,
            "transitional": given.transitional,
            "addition": given.addition,
        },
    )


def test_an_estimate_stores_nothing(zhang):
    before = traces()
    estimate.of_person(zhang, START, Category.MALE_60, estimate.current_policy())
    assert traces() == before


def test_bases_that_are_not_published_are_marked(zhang):
    seen = estimate.of_person(zhang, START, Category.MALE_60, estimate.current_policy())
    assert seen.open
    base = seen.document.line("pension.basic.base")
    assert (base.open, base.status) == (True, "provisional")


def test_too_early_a_start_shows_the_amounts_and_what_is_missing(zhang, shanghai, enroll, carry):
    li = enroll(name="李四", born=date(1966, 3, 1))
    carry(li, month(2012, 1), month(2025, 12), 6_000_00)
    seen = estimate.of_person(
        li, START, Category.MALE_60, estimate.current_policy(), plan=estimate.STOPS
    )
    assert not seen.met
    assert (seen.months, seen.months_required, seen.short) == (168, 180, 12)
    assert seen.monthly > 0


def test_going_on_adds_months_wages_and_account_with_its_interest(shanghai, enroll, work):
    """640 yuan go to the account each month; what comes bears interest at the last rate."""
    li = enroll(name="李四", born=date(1970, 1, 5))
    work(li, month(2026, 1), month(2026, 6), 8_000_00, received=date(2026, 7, 6))
    from pensions.services import account

    account.credit_pending()
    law = estimate.current_policy()
    now = month_of(timezone.localdate())
    start = now + 30
    stops = decision.gather_for(li, "310115", start, Category.MALE_60, policy=law)
    goes = estimate.going_on(stops, estimate.record_of(li))
    added = start - max(month(2026, 7), now)
    assert goes.months_paid == stops.months_paid + added
    assert goes.balance == stops.balance + added * 640_00
    assert (
        sum(year.wages for year in goes.years)
        == sum(year.wages for year in stops.years) + added * 8_000_00
    )
    # Each added month bears interest from its own month to the month before the pension …
    months_to_come = sum(start - each for each in range(start - added, start)) * 640_00
    assert sum(year.balance_months for year in goes.account_years) == (
        sum(year.balance_months for year in stops.account_years) + months_to_come
    )
    # … and interest of a year bears interest in the next.
    with_interest = decision.decide(goes, law)
    assert with_interest.balance > goes.balance


def test_later_is_more_in_a_series_of_starts(zhang, shanghai, enroll, work):
    li = enroll(name="李四", born=date(1970, 1, 5))
    work(li, month(2026, 1), month(2026, 6), 8_000_00)
    law = estimate.current_policy()
    when = estimate.retirement(li.birth_month, Category.MALE_60, "310115", law)
    chosen = estimate.starts(when)
    assert when.statutory in chosen
    assert chosen == sorted(set(chosen))
    assert all(each > month_of(timezone.localdate()) for each in chosen)
    series = estimate.compare(
        chosen, lambda start: estimate.of_person(li, start, Category.MALE_60, law)
    )
    amounts = [each.monthly for each in series]
    assert amounts == sorted(amounts)
    assert len(set(amounts)) == len(amounts)


def test_an_estimate_decides_nothing(zhang, claimed, assessor):
    made = claimed(zhang)
    claim.preview(by=assessor, claim=made)
    made.refresh_from_db()
    assert made.gathered is None
    assert Award.objects.count() == 0
    assert PensionClaim.objects.count() == 1
    assert AccountEntry.objects.filter(person_id=zhang.pk).count() == 1
