"""Contributions are put off: a policy of relief, a hotel that was granted three months, one that waits."""

from datetime import date

from django.utils import timezone

from enrollment.models import Category, Deferral, Employer, EmployerKind
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.employers import employer as employers
from enrollment.services.employers import standing, wages
from enrollment.services.people import person as people
from enrollment.services.revision import deferrals
from funds.models import Branch
from funds.services import fund as funds
from socsec.commands.village import BEGAN, PUDONG, SHANGHAI, Village
from socsec.kernel.ids import make_credit_code, make_resident_id
from socsec.kernel.months import first_day, month_of
from socsec.office.services import policy

PUT_OFF = {Branch.PENSION: "pension", Branch.UNEMPLOYMENT: "unemployment"}


def contributions_are_put_off(village: Village) -> None:
    """A policy lets employers pay three months later: one month is put off, another is asked for."""
    funds.establish_all(SHANGHAI, since=BEGAN)
    this = month_of(timezone.localdate())
    _policy(village, this)
    hotel = _hotel(village, this)
    granted = _ask(village, hotel, Branch.PENSION, this, 3, "装修停业，现金周转困难")
    deferrals.decide(by=village.by("reviewer"), deferral=granted, grant=True, note="符合缓缴条件")
    _ask(village, hotel, Branch.UNEMPLOYMENT, this, 2, "装修停业，现金周转困难")


def _ask(
    village: Village, hotel: Employer, branch: Branch, month: int, months: int, reason: str
) -> Deferral:
    return deferrals.ask(
        by=village.by("intake"),
        employer=hotel,
        branch=branch,
        first_month=month,
        last_month=month + 1,
        months=months,
        reason=reason,
        document="缓缴申请表 2026-7",
    )


def _policy(village: Village, month: int) -> None:
    """Entered by one and approved by another, as every yearly value is; this one is invented."""
    for name in PUT_OFF.values():
        value = policy.enter(
            by=village.by("policy"),
            code=f"enrollment.{name}.deferral",
            region=SHANGHAI,
            from_date=first_day(month),
            value='{"0": "3"}',
            law="演示用：阶段性缓缴社会保险费的通知",
            status="unverified",
        )
        policy.approve(value_id=value.pk, by=village.by("policy2"))


def _hotel(village: Village, month: int) -> Employer:
    clerk = village.by("intake")
    hotel = employers.enroll(
        by=clerk,
        credit_code=make_credit_code("91", PUDONG, "MA0000071"),
        name="上海云栖宾馆有限公司",
        region=PUDONG,
        opened_on=BEGAN,
    )
    standing.set_standing(
        by=clerk,
        employer=hotel,
        from_month=month - 6,
        kind=EmployerKind.SMALL_ENTERPRISE,
        risk_class=1,
        document="沪工伤核 2026-71",
    )
    host = people.enroll(
        by=clerk,
        name="云小筑",
        resident_id=make_resident_id(PUDONG, date(1991, 9, 3), 712),
        region=PUDONG,
    )
    cover.enrol(
        by=clerk,
        person=host,
        employer=hotel,
        category=Category.EMPLOYEE,
        region=PUDONG,
        from_=first_day(month),
    )
    wages.declare(by=clerk, employer=hotel, month=month, wages={host.pk: 10_200_00})
    for branch in PUT_OFF:
        contributions.assess(by=village.by("assessor"), person=host, month=month, branch=branch)
    return hotel
