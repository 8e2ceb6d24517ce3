"""A yearly change of the standard: who gets more, who newly qualifies, what it costs; and its opposite."""

import pytest

from assistance.models import Revision
from assistance.queries import amount_in
from assistance.services import changing, deciding, paying, standards
from socsec.kernel.months import first_day
from socsec.office.errors import Conflict, Refused
from socsec.office.models import Notice, Role, Run
from socsec.office.services import policy, work
from socsec.office.services import run as runs
from tests.assistance.conftest import BEIJING, CHAOYANG
from tests.assistance.test_application import paid
from tests.pensions.conftest import staff

pytestmark = pytest.mark.django_db
CODES = ("assistance.dibao.urban", "assistance.dibao.rural")


def enter(code, region, month, value):
    """A value of law from a month on, entered by one and approved by another."""
    one, two = (staff(Role.POLICY_OFFICER, region=region) for _each in range(2))
    entered = policy.enter(
        by=one,
        code=code,
        region=region,
        from_date=first_day(month).isoformat(),
        value=value,
        law="当地民政局",
    )
    policy.approve(by=two, value_id=entered.pk)


def announce(month, value="1500"):
    """A new standard in town and countryside."""
    for code in CODES:
        enter(code, BEIJING, month, value)


def previewed(maker, month):
    made = runs.draft(by=maker, kind=standards.KIND, month=month, region=CHAOYANG)
    return runs.preview(run_id=made.pk, by=maker)


def posted(maker, checker, month):
    made = previewed(maker, month)
    runs.approve(run_id=made.pk, by=checker, total=made.total)
    work.work_through(made.pk)
    return Run.objects.get(pk=made.pk)


def test_a_new_standard_is_previewed_posted_and_paid_from_its_month(
    granted, assessor, reviewer, purse
):
    made = granted()
    month = made.from_month
    paid(assessor, reviewer, month)
    announce(month)
    run = previewed(assessor, month)
    # 1,840 of the wage counted when it was decided: 1,500 × 3 − 1,840 + 25 % of 1,500 = 3,035
    assert (run.count, run.total) == (1, 3035_00)
    more = 3035_00 - 2872_50
    figures = {"more_a_month": more, "cost_a_year": more * 12, "newly_a_month": 0}
    assert run.preview["figures"] == figures
    runs.approve(run_id=run.pk, by=reviewer, total=run.total)
    work.work_through(run.pk)
    assert amount_in(made.pk, month) == 3035_00
    row = Revision.objects.get()
    assert (row.before, row.after) == (2872_50, 3035_00)
    # the month that was paid before is made up by the next payroll
    assert paying.counted(paying.Part(month + 1, CHAOYANG)) == (2, more + 3035_00)
    assert previewed(assessor, month + 1).count == 0


def test_it_is_reversed_by_what_held_before_unless_it_was_paid(granted, assessor, reviewer, purse):
    made = granted()
    announce(made.from_month)
    run = posted(assessor, reviewer, made.from_month)
    assert run.state == Run.State.POSTED
    runs.reverse(run_id=run.pk, by=reviewer, reason="文号有误")
    work.work_through(run.pk)
    assert amount_in(made.pk, made.from_month) == 2872_50
    assert made.amounts.count() == 3
    again = posted(assessor, reviewer, made.from_month)
    paid(assessor, reviewer, made.from_month)
    with pytest.raises(Refused) as refused:
        runs.reverse(run_id=again.pk, by=reviewer, reason="晚了")
    assert refused.value.code == "paid_already"
    assert amount_in(made.pk, made.from_month) == 3035_00


def test_what_takes_over_later_is_revised_too_and_nobody_is_reduced(
    granted, assessor, reviewer, purse
):
    made = granted()
    month = made.from_month
    changing.hear(by=assessor, grant=made, text="没有意见")
    change = changing.propose(
        by=assessor,
        grant=made,
        kind="amount",
        reason="工资上涨",
        changed={"earned": "3000"},
        from_month=month + 2,
    )
    changing.approve(by=reviewer, change=change)
    announce(month)
    posted(assessor, reviewer, month)
    # 1,500 × 3 − 3,000 + 375 from the third month on
    assert [amount_in(made.pk, month + n) for n in range(3)] == [3035_00, 3035_00, 1875_00]
    announce(month + 3, "1400")
    run = previewed(assessor, month + 3)
    assert run.count == 0
    assert [(each["code"], each["count"]) for each in run.preview["held"]] == [("less", 1)]
    assert amount_in(made.pk, month + 3) == 1875_00


def test_who_was_refused_and_would_qualify_now_is_told(
    applied, looked_into, assessor, reviewer, purse, head
):
    # 5,600 − 1,160 = 4,440 of 4,350
    application = looked_into(applied(), wage=5600_00)
    deciding.assess(by=assessor, application=application)
    deciding.refuse(by=reviewer, application=application)
    month = application.case.received_on.year * 12 + application.case.received_on.month
    announce(month)
    run = previewed(assessor, month)
    # 4,500 − 4,440 + 375
    assert run.preview["figures"]["newly_a_month"] == 435_00
    before = Notice.objects.filter(person_id=head.pk).count()
    run.checker = reviewer
    assert standards.tell_newly(run) == 1
    assert Notice.objects.filter(person_id=head.pk).count() == before + 1


def test_an_earlier_standard_waits_for_the_later_to_be_reversed(granted, assessor, reviewer, purse):
    made = granted()
    announce(made.from_month)
    posted(assessor, reviewer, made.from_month + 1)
    with pytest.raises(Conflict) as refused:
        previewed(assessor, made.from_month)
    assert refused.value.code == "out_of_turn"
    assert amount_in(made.pk, made.from_month) == 2872_50
