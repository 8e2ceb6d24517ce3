"""Care of the elderly: level, plan, vouchers, orders and beds, each stopped where it must be."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from assistance.checks import QUESTIONS
from assistance.models import (
    BedStay,
    BedWait,
    CareAssessment,
    CareOrder,
    CarePlan,
    Voucher,
    VoucherUse,
    WaitState,
)
from assistance.services.care import beds, levels, orders, plans, providers, vouchers
from enrollment.services.people import person
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import last_day, month_of
from socsec.office import oversight
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Notice, Role, Run
from socsec.office.services import run as runs
from socsec.office.services import work
from tests.assistance.care import HIGHEST, SEVERE, issued, levelled, provider_of
from tests.assistance.conftest import worker
from tests.pensions.conftest import staff

pytestmark = pytest.mark.django_db
HOME, INSTITUTION = 0, 2
PERSONAL, BED_DAY = 0, 8


@pytest.fixture
def old(enroll, purse):
    return enroll("冯秀兰", date(1940, 3, 8), woman=True)


@pytest.fixture
def needing(old, assessor, reviewer):
    levelled(assessor, reviewer, old)
    return old


@pytest.fixture
def home_of_cranes(intake, reviewer, purse):
    return provider_of(intake, reviewer)


@pytest.fixture
def ordered(intake, needing, home_of_cranes):
    def make(days_ago=0, units=4, service=PERSONAL, setting=HOME, who=None):
        return orders.order(
            by=intake,
            person=who or needing,
            provider=home_of_cranes,
            service=service,
            setting=setting,
            units=units,
            day=timezone.localdate() - timedelta(days=days_ago),
        )

    return make


def clean():
    return not any(findings for _question, findings in oversight.run(QUESTIONS))


def refused(error, code, act, *tables):
    """The act is refused by that code, and nothing in the tables has changed."""
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    with pytest.raises(error) as told, transaction.atomic():
        act()
    assert told.value.code == code
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before


def test_a_level_is_assessed_by_two_approved_by_a_third_and_told(old, assessor, reviewer):
    made = levelled(assessor, reviewer, old)
    made.refresh_from_db()
    assert (made.level, made.state, made.checker) == (4, "in_force", reviewer)
    assert levels.current(old.pk) == made
    # 24 months less a day
    assert made.valid_until > made.assessed_on + timedelta(days=700)
    assert Notice.objects.filter(person_id=old.pk).count() == 1
    assert levels.current(old.pk, made.valid_until + timedelta(days=1)) is None


def test_a_level_is_not_entered_with_these_faults(old, assessor, reviewer, intake):
    today = timezone.localdate()

    def propose(**more):
        given = {"assessed_on": today, "second": "胡干事", "scores": SEVERE, "by": assessor}
        return levels.propose(person=old, **(given | more))

    for error, code, more in (
        (Invalid, "future_date", {"assessed_on": today + timedelta(days=1)}),
        (Refused, "one_assessor", {"second": str(assessor)}),
        (Invalid, "not_in_fives", {"scores": SEVERE | {"eating": 7}}),
        (Invalid, "impossible_fact", {"scores": SEVERE | {"eating": 15}}),
        (Denied, "not_permitted", {"by": intake}),
    ):
        refused(error, code, lambda more=more: propose(**more), CareAssessment)
    made = propose()
    refused(Conflict, "proposed_already", propose, CareAssessment)
    own = worker(Role.ASSESSOR, Role.REVIEWER)
    levels.decide(by=reviewer, assessment=made, approve=True)
    refused(Refused, "assessed_lately", propose, CareAssessment)
    again = propose(reason="骨折后卧床", by=own, scores=HIGHEST)
    refused(
        Denied,
        "four_eyes",
        lambda: levels.decide(by=own, assessment=again, approve=True),
        CareAssessment,
    )
    levels.decide(by=reviewer, assessment=again, approve=False, reason="与走访不符")
    refused(
        Conflict,
        "decided_already",
        lambda: levels.decide(by=reviewer, assessment=again, approve=True),
        CareAssessment,
    )
    assert levels.current(old.pk).level == 4


def test_a_plan_follows_the_level_and_the_plan_before(needing, assessor, reviewer):
    today = timezone.localdate()
    lines = [{"service": "PERSONAL", "setting": "HOME", "units": 12}]

    def propose(day=today, given=lines):
        return plans.propose(by=assessor, person=needing, from_date=day, lines=given)

    for code, given in (
        ("no_lines", []),
        ("service_twice", lines * 2),
        ("no_service", [{"service": "SINGING", "setting": "HOME", "units": 1}]),
        ("units_impossible", [lines[0] | {"units": 0}]),
    ):
        refused(Invalid, code, lambda given=given: propose(given=given), CarePlan)
    first = propose()
    plans.decide(by=reviewer, plan=first, approve=True)
    second = propose(today + timedelta(days=31))
    plans.decide(by=reviewer, plan=second, approve=True)
    first.refresh_from_db()
    assert first.until == today + timedelta(days=30)
    assert plans.current(needing.pk) == second


def test_vouchers_are_issued_once_a_month_by_level_and_can_be_taken_back_unspent(
    needing, enroll, assessor, reviewer
):
    young = enroll("高小川", date(1990, 1, 1))
    levelled(assessor, reviewer, young)
    month = month_of(timezone.localdate())
    run = issued(assessor, reviewer, month)
    made = Voucher.objects.get()
    # level 4 in Beijing: 600 yuan; the young are not elderly
    assert (made.person, made.amount, made.minutes, run.state) == (needing, 600_00, 0, "posted")
    assert made.expires_on == last_day(month + 2)
    with pytest.raises(Conflict), transaction.atomic():
        issued(assessor, reviewer, month)
    runs.reverse(run_id=run.pk, by=reviewer, reason="试发")
    work.work_through(run.pk)
    assert not Voucher.objects.exists()


def test_a_region_may_give_hours(enroll, assessor, purse, edition):
    shanghai = {"region": "310115"}
    one, two = (staff(role, **shanghai) for role in (Role.ASSESSOR, Role.REVIEWER))
    clerk = staff(Role.INTAKE, **shanghai)
    old = person.enroll(
        by=clerk,
        name="顾阿婆",
        resident_id=make_resident_id("310115", date(1941, 5, 5), 128),
        region="310115",
    )
    levelled(one, two, old)
    home = provider_of(clerk, two, region="310115")
    month = month_of(timezone.localdate())
    issued(one, two, month, region="310115")
    made = orders.order(
        by=clerk, person=old, provider=home, service=0, setting=0, units=2, day=timezone.localdate()
    )
    done = orders.confirm(by=clerk, order=made, reason="本人不会上网")
    # two hours of the 25 pay the whole; nobody is insured for care here
    assert (done.cost, done.by_minutes, done.own, done.insurance) == (100_00, 100_00, 0, 0)
    assert [(each.amount, each.minutes) for each in vouchers.left(old.pk)] == [(0, 1380)]
    assert clean()


def test_only_a_confirmed_order_spends_and_what_lapses_first_is_spent_first(
    ordered, intake, needing, assessor, reviewer
):
    month = month_of(timezone.localdate())
    issued(assessor, reviewer, month - 1)
    issued(assessor, reviewer, month)
    made = ordered(units=14)  # 14 × 50 = 700
    assert not VoucherUse.objects.exists()
    done = orders.confirm(by=intake, order=made, reason="老人按了手印")
    assert (done.cost, done.insurance, done.by_money, done.own) == (700_00, 0, 700_00, 0)
    assert [(use.voucher.month - month, use.amount) for use in done.uses.order_by("pk")] == [
        (-1, 600_00),
        (0, 100_00),
    ]
    # 500 are left; 600 cost 100 of one's own
    rest = orders.confirm(by=intake, order=ordered(units=12), reason="同上")
    assert (rest.by_money, rest.own) == (500_00, 100_00)
    assert vouchers.left(needing.pk) == []
    run = Run.objects.filter(kind=vouchers.KIND).first()
    refused(
        Refused,
        "spent_already",
        lambda: runs.reverse(run_id=run.pk, by=reviewer, reason="试发"),
        Voucher,
    )
    assert clean()


def test_the_insurance_pays_up_to_its_ceiling(ordered, intake, monkeypatch):
    monkeypatch.setattr(orders, "insured_on", lambda person, day: object())
    # 70 % of 3,400 would be 2,380; level 4 at home has 2,400 a month
    first = orders.confirm(by=intake, order=ordered(units=68), reason="核实")
    second = orders.confirm(by=intake, order=ordered(units=4), reason="核实")
    assert (first.insurance, second.insurance, second.own) == (2380_00, 20_00, 180_00)


def test_an_order_is_not_taken_or_confirmed_with_these_faults(
    ordered, intake, needing, old, home_of_cranes, enroll, reviewer
):
    today = timezone.localdate()

    def order(**more):
        given = {
            "by": intake,
            "person": needing,
            "provider": home_of_cranes,
            "service": PERSONAL,
            "setting": HOME,
            "units": 1,
            "day": today,
        } | more
        return orders.order(**given)

    nobody = enroll("许无级", date(1945, 1, 1))
    cleaner = provider_of(intake, reviewer, serial="600037342", services=[3], settings=[0])
    for error, code, more in (
        (Invalid, "too_far", {"day": today + timedelta(days=100)}),
        (Invalid, "units_impossible", {"units": 0}),
        (Invalid, "no_service", {"service": 99}),
        (Refused, "no_agreement", {"day": date(2024, 12, 31)}),
        (NotFound, "not_offered", {"provider": cleaner}),
        (Refused, "no_level", {"person": nobody}),
        (Denied, "not_permitted", {"by": reviewer}),
    ):
        refused(error, code, lambda more=more: order(**more), CareOrder)
    later = ordered(days_ago=-3)
    for error, code, act in (
        (Refused, "too_early", lambda: orders.confirm(by=intake, order=later, reason="x")),
        (Invalid, "empty", lambda: orders.confirm(by=intake, order=later, reason=" ")),
        (Denied, "no_provider", lambda: orders.confirm_by_code(by=intake, order=later, code="1")),
    ):
        refused(error, code, act, CareOrder)
    orders.cancel(by=intake, order=later, reason="住院了")
    refused(
        Conflict,
        "order_closed",
        lambda: orders.confirm(by=intake, order=later, reason="x"),
        CareOrder,
        VoucherUse,
    )


def test_a_bed_is_offered_by_need_then_date_accepted_declined_and_left(
    intake, reviewer, assessor, enroll, needing, home_of_cranes
):
    milder = enroll("谢老伯", date(1942, 2, 2))
    # 55 points: moderate, level 2
    levelled(
        assessor,
        reviewer,
        milder,
        HIGHEST
        | {"dressing": 5, "washing": 0, "toilet": 0, "walking": 5, "rising": 5, "stairs": 0},
    )
    bed = providers.add_bed(by=intake, provider=home_of_cranes, label="201-1")
    first = beds.ask(by=intake, person=milder, provider=home_of_cranes)
    refused(
        Conflict,
        "waits_already",
        lambda: beds.ask(by=intake, person=milder, provider=home_of_cranes),
        BedWait,
    )
    second = beds.ask(by=intake, person=needing, provider=home_of_cranes)
    offered = beds.offer(by=intake, bed=bed)
    assert offered == second
    refused(Refused, "bed_not_free", lambda: beds.offer(by=intake, bed=bed), BedWait)
    beds.decline(by=intake, wait=offered, reason="想等双人间")
    offered.refresh_from_db()
    assert (offered.state, offered.declined) == (WaitState.WAITING, 1)
    # the need still comes first
    offered = beds.offer(by=intake, bed=bed)
    assert offered == second
    BedWait.objects.filter(pk=second.pk).update(answer_by=timezone.localdate() - timedelta(days=1))
    refused(Refused, "offer_over", lambda: beds.accept(by=intake, wait=second), BedWait, BedStay)
    assert beds.lapse(timezone.localdate()) == 1
    beds.offer(by=intake, bed=bed)
    stay = beds.accept(by=intake, wait=second)
    refused(Refused, "bed_not_free", lambda: beds.offer(by=intake, bed=bed), BedWait)
    refused(
        Refused,
        "has_a_bed",
        lambda: beds.ask(by=intake, person=needing, provider=home_of_cranes),
        BedWait,
    )
    beds.move_out(by=intake, stay=stay, on=timezone.localdate(), reason="回家")
    assert beds.offer(by=intake, bed=bed) == first
    beds.leave(by=intake, wait=first, reason="去了女儿家")
    first.refresh_from_db()
    assert first.state == WaitState.GONE
    assert clean()


def test_verify_names_what_was_made_wrong(ordered, intake, assessor, reviewer):
    issued(assessor, reviewer, month_of(timezone.localdate()))
    done = orders.confirm(by=intake, order=ordered(), reason="核实")
    assert clean()
    VoucherUse.objects.filter(order=done).update(amount=700_00)
    named = {question.code for question, findings in oversight.run(QUESTIONS) if findings}
    assert named == {"assistance.vouchers", "assistance.care_orders"}
    VoucherUse.objects.filter(order=done).update(amount=done.by_money)
    bed = providers.add_bed(by=intake, provider=done.provider, label="201-1")
    today = timezone.localdate()
    for days in (9, 5):
        BedStay.objects.create(
            bed=bed,
            person=done.person,
            region=done.region,
            from_date=today - timedelta(days=days),
            until=today - timedelta(days=2),
        )
    named = {question.code for question, findings in oversight.run(QUESTIONS) if findings}
    assert named == {"assistance.beds"}
    with pytest.raises(IntegrityError), transaction.atomic():
        CareOrder.objects.filter(pk=done.pk).update(own=1)


def test_another_region_sees_and_does_nothing(needing, home_of_cranes):
    other = staff(Role.INTAKE, Role.ASSESSOR, region="310115")
    for act in (
        lambda: levels.propose(
            by=other,
            person=needing,
            assessed_on=timezone.localdate(),
            second="胡干事",
            scores=SEVERE,
        ),
        lambda: beds.ask(by=other, person=needing, provider=home_of_cranes),
        lambda: providers.add_bed(by=other, provider=home_of_cranes, label="9"),
    ):
        refused(NotFound, "outside_region", act, CareAssessment, BedWait)
