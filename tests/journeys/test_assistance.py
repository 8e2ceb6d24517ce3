"""A life for each programme of assistance, from the application to the first payroll, to the fen.

All live in Chaoyang, Beijing, where the standard is 1,450 in November 2026; one payroll pays them all.
"""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from assistance.models import Grant, PublicNotice, Recognition
from assistance.rules.facts import Standing
from assistance.services import applying, deciding, needs, paying, surveying, urgent
from enrollment.models import HouseholdRole, Purpose
from enrollment.services.people import bank_account, households
from funds.models import PaymentOrder
from socsec.kernel.months import month_of
from socsec.office.models import Run
from tests.assistance.conftest import (  # noqa: F401
    CHAOYANG,
    accountant,
    assessor,
    enroll,
    intake,
    looked_into,
    purse,
    reviewer,
)
from tests.assistance.test_application import paid
from tests.assistance.test_standard import enter

pytestmark = pytest.mark.django_db
SINCE = date(2020, 1, 1)


@pytest.fixture
def lives(intake, assessor, reviewer, enroll, looked_into, purse):  # noqa: F811
    """How one of them is enrolled, and brought from the application to the grant."""

    class Lives:
        def home(self, *people):
            head, *others = people
            made = households.form(by=intake, head=head, region=CHAOYANG, opened_on=SINCE)
            for person, role in others:
                households.join(by=intake, household=made, person=person, role=role, from_=SINCE)
            return head

        def payee(self, person):
            bank_account.set(
                by=intake,
                person=person,
                purpose=Purpose.BENEFIT,
                account=f"62284800{person.pk:06}",
                bank="北京银行",
                holder=person.name,
            )
            return person

        def carry(self, programme, person, *, wage=0, findings=None, stated=None, **more):
            """Applied ten days ago, looked into by the township, decided by two: the grant."""
            application = applying.apply(
                by=intake,
                programme=programme,
                person=person,
                channel="counter",
                stated=stated or {},
                received_on=timezone.localdate() - timedelta(days=10),
                **more,
            )
            looked_into(application, wage=wage, findings=findings or {})
            deciding.assess(by=assessor, application=application)
            return deciding.grant(by=reviewer, application=application)

    made = Lives()
    made.enroll = enroll
    return made


def test_every_programme_brings_somebody_what_the_law_gives(
    lives,
    intake,  # noqa: F811
    assessor,  # noqa: F811
    reviewer,  # noqa: F811
):
    now = month_of(timezone.localdate())
    event = timezone.localdate() - timedelta(days=11)
    spouse, child = HouseholdRole.SPOUSE, HouseholdRole.CHILD
    granted = {}

    # Minimum living guarantee: the Yus live on one wage of 3,000, of which 1,160 are left out for
    # working: 1,450 × 3 − 1,840 = 2,510, and 25 % of 1,450 for the pupil.
    pupil = lives.enroll("于小满", date(2014, 3, 3))
    yu = lives.home(
        lives.payee(lives.enroll("于大山", date(1980, 5, 2))),
        (lives.enroll("苏秀英", date(1982, 9, 9), woman=True), spouse),
        (pupil, child),
    )
    granted["dibao"] = lives.carry("dibao", yu, wage=3000_00, findings={"others": 1}), 2872_50

    # Extreme hardship: old Fang, alone, cannot do two of six things: 1,450 × 1.5 and 40 % of 2,540.
    fang = lives.payee(lives.enroll("方老伯", date(1950, 1, 1)))
    granted["hardship"] = lives.carry("hardship", fang, findings={"items": 2}), 3191_00

    # Near-poor: a couple with 4,500; 3,340 count, between 2,900 and 5,080. Nothing is paid, and it
    # opens the door to the next: 50,000 of hospital bills, 40 % of 30,000 and 50 % of 20,000.
    shi = lives.home(
        lives.payee(lives.enroll("石磊", date(1975, 5, 5))),
        (lives.enroll("石嫂", date(1976, 6, 6), woman=True), spouse),
    )
    granted["near_poor"] = lives.carry("near_poor", shi, wage=4500_00), 0
    bills = {"stated": {"spending": "50000"}, "event": "住院", "event_on": event}
    granted["spending"] = lives.carry("spending", shi, **bills), 22_000_00

    # Rigid expenditure: the district lays down 60 %; 55,000 of 60,000 go for illness and school.
    enter("assistance.rigid.ratio", CHAOYANG, now - 1, "0.6")
    gu = lives.home(
        lives.payee(lives.enroll("顾全", date(1978, 7, 7))),
        (lives.enroll("顾小妹", date(2010, 8, 8), woman=True), child),
    )
    spent = {"income": "60000", "spending": "55000", "disposable_income": "80000"}
    granted["rigid"] = lives.carry("rigid", gu, stated=spent), 0

    # Made poor by illness: 400,000 borne last year: 9,000 + 8,000 + 175,000, but at most 150,000.
    he = lives.home(lives.payee(lives.enroll("何苦", date(1970, 2, 2))))
    borne = {"costs": "400000", "income": "60000", "minimum_wage": "2540"}
    granted["illness"] = lives.carry("illness", he, stated=borne), 150_000_00

    # Urgent: a fire. 800 the same day, on two signatures; the papers say 5,000, the rest follows.
    fire = applying.apply(
        by=intake,
        programme="urgent",
        person=lives.home(lives.payee(lives.enroll("霍家", date(1990, 3, 3)))),
        channel="counter",
        stated={"need": "4000"},
        event="火灾",
        event_on=event,
        spoken=True,
    )
    urgent.advance(by=assessor, application=fire, amount=800_00)
    deciding.assess(by=assessor, application=fire)
    # 4,000 needed, at most 1,450 × 3 for one person: 4,350
    granted["urgent"] = deciding.grant(by=reviewer, application=fire), 4000_00

    # Two subsidies: a worker's leg, grade 1, in a household with the guarantee: 400 and 300.
    lame = {"disability": "LIMB", "grade": 1, "group": "DIBAO"}
    lu = lives.payee(lives.enroll("陆行", date(1985, 4, 4)))
    granted["disabled"] = lives.carry("disabled", lu, stated=lame), 700_00

    # Allowances for the elderly: 91 years, severe loss of capacity: 500 and 600.
    bai = lives.payee(lives.enroll("白婆", date(1935, 5, 5), woman=True))
    granted["elderly"] = lives.carry("elderly", bai, stated={"care_level": 3}), 1100_00

    # A child whom nobody supports in fact: 2,850, and nothing is ever posted of it.
    lost = {"kind": "DE_FACTO", "father": "PRISON", "mother": "MISSING"}
    xiao = lives.payee(lives.enroll("萧萧", date(2016, 6, 6)))
    child_case = applying.apply(
        by=intake,
        programme="child",
        person=xiao,
        channel="counter",
        stated=lost,
        received_on=timezone.localdate() - timedelta(days=10),
    )
    looked_at(child_case, assessor)
    granted["child"] = deciding.grant(by=reviewer, application=child_case), 2850_00
    assert not PublicNotice.objects.filter(application=child_case).exists()

    # Special care: a martyr's mother, 30 and 20 times 54,188, 40 months' pay, 15 % for merit; and a
    # man wounded in war, grade 1: half of the average wage for nursing.
    fell = {
        "kind": "MARTYR",
        "monthly_pay": "8000",
        "disposable_income": "54188",
        "honour": "THIRD_WAR",
    }
    mother = lives.payee(lives.enroll("英母", date(1960, 1, 9), woman=True))
    granted["service_death"] = lives.carry("service_death", mother, stated=fell), 3_239_964_00
    wounded = {"cause": "WAR", "grade": 1, "average_wage": "10000"}
    veteran = lives.payee(lives.enroll("卫国", date(1965, 2, 9)))
    granted["service_nursing"] = lives.carry("service_nursing", veteran, stated=wounded), 5000_00

    for programme, (grant, amount) in granted.items():
        last = grant.amounts.order_by("-version").first()
        assert (last.amount if last else 0) == amount, programme
    recognised = dict(Recognition.objects.values_list("person__name", "standing"))
    assert recognised["于小满"] == recognised["于大山"] == Standing.DIBAO
    assert (recognised["方老伯"], recognised["石嫂"]) == (Standing.HARDSHIP, Standing.NEAR_POOR)
    assert recognised["顾小妹"] == Standing.RIGID
    # The household with the guarantee is told of nothing that it has already.
    assert "dibao" not in {each.programme.slug for each in needs.others(yu)}

    # One payroll pays them all: next month's, with what those owed from this month on are due.
    run = paid(assessor, reviewer, now + 1)
    assert run.state == Run.State.POSTED
    paid_out = {order.payee: order.amount for order in PaymentOrder.objects.filter(month=now + 1)}
    assert paid_out["于大山"] == 2872_50
    assert paid_out["石磊"] == 22_000_00
    assert paid_out["霍家"] == 4000_00 - 800_00
    assert paid_out["陆行"] == 2 * 700_00  # since the month of the application
    assert "顾全" not in paid_out
    assert paying.counted(paying.Part(now + 1, CHAOYANG)) == (0, 0)
    # What is paid once has ended; what is paid every month runs on.
    once = Grant.objects.filter(programme__rhythm="once").values_list("state", flat=True)
    assert set(once) == {3}


def looked_at(application, assessor):  # noqa: F811
    """A child's case has a visit and no notice."""
    surveying.draft(
        by=assessor,
        application=application,
        visited_on=timezone.localdate() - timedelta(days=9),
        second="胡干事",
        findings={},
    )
    surveying.hand_in(by=assessor, application=application)
    deciding.assess(by=assessor, application=application)
