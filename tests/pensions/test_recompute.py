"""Provisional awards once the value is announced: all of a region in one run, paid with the next payroll."""

from datetime import date

import pytest

from pensions import queries
from pensions.models import Award, Overpayment, Recomputation
from pensions.services.deciding import sheet_of
from pensions.services.replay import replay
from socsec.kernel.money import format_yuan
from socsec.office.errors import Denied, Refused
from socsec.office.models import Role, Run
from socsec.office.services import policy
from socsec.office.services import run as runs
from socsec.office.services import work as worker

from .conftest import SHANGHAI, START, findings, staff

pytestmark = pytest.mark.django_db
KIND = "pension_recompute"


@pytest.fixture
def announce(shanghai):
    def make(value):
        for code, said in (
            ("pensions.employees.calculation_base", value),
            ("pensions.account.bookkeeping_rate", "0.015"),
        ):
            entered = policy.enter(
                code=code,
                region=SHANGHAI,
                from_date=date(2026, 1, 1),
                value=said,
                law="沪人社规〔2026〕1号",
                by=staff(Role.POLICY_OFFICER, region="000000"),
            )
            policy.approve(value_id=entered.pk, by=staff(Role.REVIEWER, region="000000"))

    return make


@pytest.fixture
def draws(zhang, granted, drive):
    made = granted(zhang)
    assert made.provisional
    for paid in (START, START + 1):
        drive("pension_payroll", paid)
    return made


def test_an_announced_base_raises_them_and_the_next_payroll_pays_the_difference(
    draws, announce, drive
):
    announce("12900")
    done = drive(KIND, START + 2)
    now = Award.objects.get()
    assert (done.state, done.count, done.total) == (Run.State.POSTED, 1, now.monthly)
    more = now.monthly - draws.monthly
    assert more > 0
    assert done.preview["figures"] == {
        "more_a_month": more,
        "less_a_month": 0,
        "arrears": 2 * more,
        "overpaid": 0,
    }
    assert (now.owed_from, replay(now).same) == (START, True)
    assert sheet_of(now)["result"]["amount"] == format_yuan(now.monthly)
    assert sheet_of(draws)["result"]["amount"] == format_yuan(draws.monthly)
    assert drive("pension_payroll", START + 2).total == now.monthly + 2 * more
    assert findings() == []


def test_a_replay_compares_every_number_that_the_run_kept(draws, announce, drive):
    announce("12900")
    drive(KIND, START + 2)
    now = Award.objects.get()
    now.gathered["months_paid"] += 1
    assert "pension_basic_months: 240 → 241" in replay(now).differences


def test_a_lower_one_is_recorded_as_overpaid_and_the_run_can_be_undone(
    draws, announce, drive, reviewer
):
    announce("9000")
    done = drive(KIND, START + 2)
    less = draws.monthly - Award.objects.get().monthly
    assert less > 0
    assert Overpayment.objects.get().amount == 2 * less
    assert findings() == []
    runs.reverse(run_id=done.pk, by=reviewer, reason="公布有误")
    worker.work_through(done.pk)
    now = Award.objects.get()
    assert (now.monthly, now.provisional, now.owed_from) == (draws.monthly, True, None)
    assert Overpayment.objects.get().amount == 0
    assert findings() == []


def test_nothing_is_done_before_the_announcement_nor_by_one_alone(draws, announce, assessor):
    made = runs.preview(
        run_id=runs.draft(kind=KIND, month=START, region=SHANGHAI, by=assessor).pk, by=assessor
    )
    assert made.count == 0
    announce("12900")
    made = runs.preview(
        run_id=runs.draft(kind=KIND, month=START + 1, region=SHANGHAI, by=assessor).pk,
        by=assessor,
    )
    assert made.count == 1
    with pytest.raises(Denied):
        runs.approve(run_id=made.pk, by=assessor, total=made.total)
    assert not Recomputation.objects.exists()
    assert queries.benefit_in(draws, START).version == 0


def test_what_a_payroll_has_paid_is_not_undone(draws, announce, drive, reviewer):
    announce("12900")
    done = drive(KIND, START + 2)
    drive("pension_payroll", START + 2)
    with pytest.raises(Refused, match="has paid"):
        runs.reverse(run_id=done.pk, by=reviewer, reason="公布有误")
