"""From the application to the money: each step by those who may, and what is stopped with its reason."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from assistance.models import (
    Application,
    Clock,
    Grant,
    GrantAmount,
    GrantPayment,
    Matching,
    ProgrammeState,
    PublicNotice,
    Recognition,
    Survey,
)
from assistance.rules.facts import Standing
from assistance.services import (
    applying,
    changing,
    deciding,
    matching,
    paying,
    programmes,
    surveying,
    urgent,
)
from enrollment.services.living import life
from funds.models import PaymentOrder
from socsec.kernel.months import month_of
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Case, Notice, Role, Run
from socsec.office.services import run as runs
from socsec.office.services import work
from tests.assistance.conftest import CHAOYANG, worker
from tests.pensions.conftest import staff

pytestmark = pytest.mark.django_db


def paid(maker, checker, month):
    """A payroll of the month, posted."""
    made = runs.draft(by=maker, kind=paying.KIND, month=month, region=CHAOYANG)
    made = runs.preview(run_id=made.pk, by=maker)
    runs.approve(run_id=made.pk, by=checker, total=made.total)
    work.work_through(made.pk)
    return Run.objects.get(pk=made.pk)


def test_a_household_is_granted_the_gap_and_the_pupils_addition(granted, head):
    made = granted()
    # 1,450 × 3 − (3,000 − 1,160) = 2,510; 25 % of 1,450 for the pupil
    assert made.amounts.get().amount == 2510_00 + 362_50
    assert made.from_month == month_of(timezone.localdate()) + 1
    assert made.household_id
    assert made.person == head
    standings = Recognition.objects.values_list("standing", flat=True)
    assert list(standings) == [Standing.DIBAO] * 3
    assert Notice.objects.filter(person_id=head.pk).count() == 1
    assert not made.application.open
    assert not Clock.objects.filter(application=made.application, done_on__isnull=True).exists()


def test_the_payroll_pays_the_month_once_and_the_books_say_so(granted, assessor, reviewer, purse):
    made = granted()
    run = paid(assessor, reviewer, made.from_month)
    assert run.state == Run.State.POSTED
    assert GrantPayment.objects.get().amount == 2872_50
    order = PaymentOrder.objects.get()
    assert (order.amount, order.payee) == (2872_50, "于大山")
    with pytest.raises(Conflict):
        runs.draft(by=assessor, kind=paying.KIND, month=made.from_month, region=CHAOYANG)
    assert paying.counted(paying.Part(made.from_month, CHAOYANG)) == (0, 0)


def test_who_has_no_bank_account_is_held_and_paid_later(granted, head, assessor, reviewer, intake):
    head.bank_accounts.update(closed_on=timezone.localdate())
    made = granted()
    part = paying.Part(made.from_month, CHAOYANG)
    assert paying.counted(part) == (0, 0)
    assert paying.held(part) == (1, 2872_50)
    head.bank_accounts.update(closed_on=None)
    later = paying.Part(made.from_month + 1, CHAOYANG)
    assert paying.counted(later) == (2, 2 * 2872_50)


def test_a_refusal_names_the_line_that_is_not_met(applied, looked_into, assessor, reviewer):
    application = looked_into(applied(), wage=9000_00)
    deciding.assess(by=assessor, application=application)
    with pytest.raises(Refused) as refused:
        deciding.grant(by=reviewer, application=application)
    assert refused.value.code == "not_eligible"
    deciding.refuse(by=reviewer, application=application)
    case = Case.objects.get(pk=application.pk)
    assert case.state == Case.State.REFUSED
    assert any(reason["code"] == "poor" for reason in case.reasons)
    assert not Grant.objects.exists()


def test_whoever_assessed_does_not_decide(applied, looked_into, assessor):
    both = worker(Role.ASSESSOR, Role.REVIEWER)
    application = looked_into(applied())
    deciding.assess(by=both, application=application)
    with pytest.raises(Denied):
        deciding.grant(by=both, application=application)
    assert not Grant.objects.exists()


def test_steps_that_are_missing_stop_the_assessment(applied, assessor):
    application = applied()
    with pytest.raises(Refused) as refused:
        deciding.assess(by=assessor, application=application)
    assert refused.value.code == "steps_missing"
    assert len(deciding.missing(application)) >= 3
    assert Case.objects.get(pk=application.pk).state == Case.State.RECEIVED


def test_nobody_is_asked_about_without_an_authorisation_in_force(applied, intake, assessor):
    application = applied()
    with pytest.raises(Refused) as refused:
        matching.ask(by=assessor, application=application)
    assert refused.value.code == "not_authorised"
    for member in application.members.all():
        applying.authorise(by=intake, application=application, person_id=member.person_id)
    application.members.update(authorised_on=date(2020, 1, 1), authorised_until=date(2021, 1, 1))
    with pytest.raises(Refused) as refused:
        matching.ask(by=assessor, application=application)
    assert refused.value.code == "authorisation_expired"
    assert not Matching.objects.exists()


@pytest.mark.parametrize("amount", [-1, 10**14, True, "5"])
def test_an_impossible_answer_of_a_register_changes_nothing(applied, intake, assessor, amount):
    application = applied()
    for member in application.members.all():
        applying.authorise(by=intake, application=application, person_id=member.person_id)
    matching.ask(by=assessor, application=application)
    row = Matching.objects.filter(answered_at__isnull=True).first()
    with pytest.raises(Invalid):
        matching.answer(by=assessor, matching_id=row.pk, earned=amount)
    row.refresh_from_db()
    assert row.answered_at is None


def test_an_objection_is_settled_before_the_decision(
    applied, looked_into, assessor, intake, reviewer
):
    application = looked_into(applied(), wage=9000_00)
    row = Matching.objects.get(source="tax", person_id=application.person_id)
    matching.object_to(by=intake, matching=row, text="这份工作上月已经辞了")
    with pytest.raises(Refused):
        deciding.assess(by=assessor, application=application)
    matching.settle(by=assessor, matching=row, text="单位证明已离职", earned=3000_00)
    deciding.assess(by=assessor, application=application)
    assert deciding.grant(by=reviewer, application=application).amounts.get().amount == 2872_50


def test_a_household_is_visited_by_two(applied, assessor):
    application = applied()
    surveying.draft(
        by=assessor,
        application=application,
        visited_on=timezone.localdate(),
        second="",
        findings={"homes": 1},
    )
    with pytest.raises(Refused) as refused:
        surveying.hand_in(by=assessor, application=application)
    assert refused.value.code == "one_surveyor"
    assert Survey.objects.get().draft


def test_the_clerks_brother_is_another_clerks_case(head, home):
    spouse = home.members.exclude(person=head).first().person
    related = worker(Role.INTAKE, person_id=spouse.pk)
    with pytest.raises(Denied) as denied:
        applying.apply(by=related, programme="dibao", person=head, channel="counter")
    assert denied.value.code in ("own_case", "relatives_case")
    assert not Application.objects.exists()


def test_relatives_of_staff_are_registered_apart(applied, home, head):
    spouse = home.members.exclude(person=head).first().person
    worker(Role.REVIEWER, person_id=spouse.pk)
    assert applied().staff_relative


def test_a_notice_shows_name_members_and_amount_alone(applied, looked_into):
    looked_into(applied())
    assert PublicNotice.objects.get().shown == {
        "name": "于大山",
        "members": 3,
        "amount": 2872_50,
    }


def test_an_application_made_twice_is_one(applied):
    assert applied().pk == applied().pk
    assert Application.objects.count() == 1


def test_a_grant_that_runs_is_not_applied_for_again(granted, applied):
    granted()
    with pytest.raises(Refused) as refused:
        applied()
    assert refused.value.code == "granted_already"


def test_a_dead_person_does_not_apply(applied, intake, head):
    life.record_death(by=intake, person=head, died_on=timezone.localdate(), document="死亡证明")
    with pytest.raises(Refused) as refused:
        applied()
    assert refused.value.code == "dead"


def test_the_office_of_another_region_finds_nothing(head):
    stranger = staff(Role.INTAKE, region="310115")
    with pytest.raises(NotFound):
        applying.apply(by=stranger, programme="dibao", person=head, channel="counter")
    assert not Application.objects.exists()


# urgent aid


@pytest.fixture
def fire(applied):
    return applied(
        "urgent",
        event="火灾",
        event_on=timezone.localdate(),
        stated={"need": "5000"},
        received_on=timezone.localdate(),
    )


def test_urgent_aid_is_paid_the_same_day_and_completed_afterwards(fire, assessor, reviewer, purse):
    made = urgent.advance(by=assessor, application=fire, amount=800_00)
    order = PaymentOrder.objects.get()
    assert (order.amount, order.person_id) == (800_00, fire.person_id)
    deciding.assess(by=assessor, application=fire)
    assert deciding.grant(by=reviewer, application=fire).pk == made.pk
    # 5,000 asked for, at most 1,450 × 3 × 3: the rest is owed
    part = paying.Part(month_of(timezone.localdate()), CHAOYANG)
    assert paying.counted(part) == (1, 4200_00)


def test_a_township_gives_no_more_than_the_petty_amount(fire, assessor):
    with pytest.raises(Refused) as refused:
        urgent.advance(by=assessor, application=fire, amount=1000_01)
    assert refused.value.code == "above_petty"
    assert not Grant.objects.exists()
    assert not PaymentOrder.objects.exists()


# changes


def test_a_reduction_needs_a_hearing_and_a_second_person(granted, assessor, reviewer):
    made = granted()
    cut = {
        "by": assessor,
        "grant": made,
        "kind": "amount",
        "reason": "工资上涨",
        "changed": {"earned": "3000"},
    }
    with pytest.raises(Refused) as refused:
        changing.propose(**cut)
    assert refused.value.code == "not_heard"
    changing.hear(by=assessor, grant=made, text="本人没有意见")
    change = changing.propose(**cut)
    # 1,450 × 3 − 3,000 + 362.50
    assert (change.before, change.after) == (2872_50, 1712_50)
    with pytest.raises(Denied):
        changing.approve(by=assessor, change=change)
    changing.approve(by=reviewer, change=change)
    assert made.amounts.order_by("-version").first().amount == 1712_50
    part = paying.Part(change.from_month, CHAOYANG)
    assert paying.counted(part)[1] == 1712_50


def test_a_grant_that_ends_pays_no_further_month_and_recognises_no_longer(
    granted, assessor, reviewer
):
    made = granted()
    changing.hear(by=assessor, grant=made, text="迁出本市")
    change = changing.propose(
        by=assessor, grant=made, kind="end", reason="迁出", from_month=made.from_month + 1
    )
    changing.approve(by=reviewer, change=change)
    part = paying.Part(made.from_month + 3, CHAOYANG)
    assert paying.counted(part) == (1, 2872_50)
    assert not Recognition.objects.filter(until__isnull=True).exists()


def test_a_suspended_grant_is_paid_after_it_is_resumed(granted, assessor, reviewer):
    made = granted()
    changing.hear(by=assessor, grant=made, text="找不到人")
    stop = changing.propose(by=assessor, grant=made, kind="suspend", reason="查无此人")
    changing.approve(by=reviewer, change=stop)
    part = paying.Part(made.from_month, CHAOYANG)
    assert paying.counted(part) == (0, 0)
    made.refresh_from_db()
    back = changing.propose(by=assessor, grant=made, kind="resume", reason="本人到场")
    changing.approve(by=reviewer, change=back)
    assert paying.counted(part) == (1, 2872_50)


def test_what_a_grant_comes_to_is_never_written_over(granted):
    granted()
    with pytest.raises(DatabaseError), transaction.atomic():
        GrantAmount.objects.update(amount=1)


# programmes


def local(by, **more):
    values = {
        "region": CHAOYANG,
        "slug": "winter",
        "name_zh": "冬季取暖补助",
        "name_en": "Heating aid",
        "about_zh": "低保家庭冬季取暖",
        "about_en": "For heating in winter",
        "family": "special",
        "rule": "assistance.elderly",
        "unit": "person",
        "rhythm": "monthly",
        "first_month": "next",
        "means_tested": False,
        "noticed": False,
        "law": "区政府办",
        "since": date(2026, 1, 1),
        "given": {"need": "DIBAO"},
    }
    return programmes.propose(by=by, **{**values, **more})


def test_a_local_programme_is_entered_by_one_and_approved_by_another(purse):
    one, two = worker(Role.POLICY_OFFICER), worker(Role.POLICY_OFFICER)
    made = local(one)
    assert "winter" not in programmes.in_force(CHAOYANG, date(2026, 6, 1))
    with pytest.raises(Denied):
        programmes.approve(by=one, programme=made)
    assert programmes.approve(by=two, programme=made).state == ProgrammeState.IN_FORCE
    assert "winter" in programmes.in_force(CHAOYANG, date(2026, 6, 1))
    assert "winter" not in programmes.in_force("310115", date(2026, 6, 1))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"rule": "assistance.nothing"}, "unknown_rule"),
        ({"given": {"colour": 1}}, "unknown_fact"),
        ({"for_children": True, "noticed": True}, "notice_of_a_child"),
    ],
)
def test_a_programme_that_cannot_be_is_refused(purse, wrong, code):
    with pytest.raises(Invalid) as invalid:
        local(worker(Role.POLICY_OFFICER), **wrong)
    assert invalid.value.code == code
    assert "winter" not in programmes.in_force(CHAOYANG, date(2026, 6, 1))


def test_a_programme_twice_for_one_day_is_a_conflict(purse):
    local(worker(Role.POLICY_OFFICER))
    with pytest.raises(Conflict):
        local(worker(Role.POLICY_OFFICER))


def test_clocks_follow_the_region_and_one_another(applied):
    application = applied()
    clocks = {clock.step.code: clock for clock in application.clocks.select_related("step")}
    assert set(clocks) == {"match", "survey", "appraise", "notice", "decide", "letter"}
    assert clocks["survey"].began_on == application.case.received_on
    assert clocks["notice"].began_on is None
    assert clocks["survey"].step.law.startswith("京民社救发")
