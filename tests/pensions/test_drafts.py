"""What the calendar brings is drafted by the clock, and by nobody else previewed or approved."""

from datetime import date

import pytest

from pensions.models import PensionPayment, Recomputation
from socsec.kernel.months import month
from socsec.office.errors import Denied, Invalid
from socsec.office.models import AuditEntry, Role, Run, User
from socsec.office.services import drafting, policy
from socsec.office.services import run as runs
from socsec.office.services import work as worker

from .conftest import SHANGHAI, START, findings, staff, traces

pytestmark = pytest.mark.django_db
DAY = date(START // 12, START % 12 + 1, 3)
PAYROLL = ("pension_payroll", START)


def drafted(day):
    """What the clock drafts that day, but for the interest of 2025, whose rate is on file."""
    made = [(each.kind, each.month) for each in drafting.draft_due(day)]
    return [each for each in made if each != ("account_interest", month(2025, 12))]


def announce(code, value):
    entered = policy.enter(
        code=code,
        region=SHANGHAI,
        from_date=date(2026, 1, 1),
        value=value,
        law="沪人社规〔2026〕1号",
        by=staff(Role.POLICY_OFFICER, region="000000"),
    )
    policy.approve(value_id=entered.pk, by=staff(Role.REVIEWER, region="000000"))


def test_the_payroll_of_the_month_is_drafted_once_and_waits_for_two_people(
    zhang, granted, assessor, reviewer
):
    granted(zhang)
    assert drafted(DAY) == [PAYROLL]
    made = Run.objects.get(kind=PAYROLL[0])
    assert (made.state, made.region_id) == (Run.State.DRAFTED, SHANGHAI)
    assert made.params == {"scheme": 1, "branch": 1}
    told = AuditEntry.objects.filter(act="run.draft", actor=None, detail__month=START)
    assert [each.detail["kind"] for each in told] == [PAYROLL[0]]

    # Again, on the same day and later in the month, it drafts nothing; no worker touches a draft.
    before = traces()
    assert drafted(DAY) == drafted(DAY.replace(day=28)) == []
    worker.work(made.pk)
    assert traces() == before

    # Whoever previews it has made it: another approves.
    seen = runs.preview(run_id=made.pk, by=assessor)
    assert seen.maker == assessor
    clock = User.objects.get(username="clock")
    for nobody in (assessor, clock):
        with pytest.raises(Denied):
            runs.approve(run_id=made.pk, by=nobody, total=seen.total)
    with pytest.raises(Invalid):
        runs.approve(run_id=made.pk, by=reviewer, total=seen.total + 1)
    assert PensionPayment.objects.count() == 0
    runs.approve(run_id=made.pk, by=reviewer, total=seen.total)
    worker.work(made.pk)
    assert PensionPayment.objects.count() == 1
    assert findings() == []


def test_what_people_drafted_or_gave_up_is_not_drafted_again(zhang, granted, assessor):
    granted(zhang)
    made = runs.draft(kind=PAYROLL[0], month=START, region=SHANGHAI, by=assessor)
    assert drafted(DAY) == []
    runs.abandon(run_id=made.pk, by=assessor, reason="另行处理")
    assert drafted(DAY) == []


def test_a_payroll_out_of_turn_waits(zhang, granted, drive):
    granted(zhang)
    drive(PAYROLL[0], START)
    later = date(START // 12, START % 12 + 3, 3)
    drafting.draft_due(DAY)
    before = traces()
    assert drafted(later) == []
    assert traces() == before
    drive(PAYROLL[0], START + 1)
    assert drafted(later) == [("pension_payroll", START + 2)]


def test_recomputation_comes_with_the_value_that_awards_wait_for(zhang, granted, drive):
    granted(zhang)
    drive(PAYROLL[0], START)
    assert drafted(DAY) == []
    announce("pensions.employees.calculation_base", "12900")
    announce("pensions.account.bookkeeping_rate", "0.015")
    assert drafted(DAY) == [("pension_recompute", START)]
    assert Recomputation.objects.count() == 0


def test_interest_comes_with_its_rate_and_adjustment_with_its_scheme(zhang, granted, drive):
    """Nothing is announced for 2026 or 2027; Shanghai's rate of 2026 is entered then."""
    granted(zhang)
    drive(PAYROLL[0], START)
    january = date(2027, 1, 5)
    assert drafted(january) == []
    announce("pensions.account.bookkeeping_rate", "0.015")
    assert ("account_interest", month(2026, 12)) in drafted(january)
    assert drafted(january) == []


def test_where_nobody_draws_nothing_is_drafted(shanghai):
    assert drafting.draft_due(DAY) == []
    assert not Run.objects.exists()
