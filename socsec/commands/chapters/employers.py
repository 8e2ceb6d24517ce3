"""Employers live: one hands in its staff and wages, some to correct, and moves; one rests, one merges."""

import io
from datetime import date

from django.utils import timezone

from enrollment.models import EmployerRequest, Upload
from enrollment.services.employers import employer as employers
from enrollment.services.employers import officers, requests, takeover, uploads
from enrollment.services.people import person as people
from socsec.commands.village import BEGAN, OFFICER, PASSWORD, PUDONG, Village
from socsec.kernel.ids import make_credit_code, make_resident_id
from socsec.kernel.months import first_day, format_month, month_of
from socsec.office.models import Case, Role, User
from socsec.office.services import jobs, users

STAFF = [
    ("卢小舟", date(1992, 2, 2), 521, 7_200_00),
    ("葛春生", date(1980, 7, 9), 523, 8_150_00),
    ("简明月", date(1995, 10, 30), 526, 9_480_50),
    ("蒙新", date(2001, 12, 12), 528, 6_000_00),
]


def employer_of_its_own(village: Village) -> None:
    """An employer hands in its staff and wages"""
    clerk = village.by("intake")
    second = _second_clerk(village)
    bakery = employers.enroll(
        by=clerk,
        credit_code=make_credit_code("91", PUDONG, "MA1W1G007"),
        name="晨麦食品有限公司",
        region=PUDONG,
        opened_on=BEGAN,
        contact=OFFICER[0],
        phone="13900000051",
        bank="中国工商银行",
        account="6222020200000000006",
        address="浦东新区晨麦路 7 号",
    )
    village.employers["bakery"] = bakery
    name, born, serial = OFFICER
    officer = people.enroll(
        by=clerk,
        name=name,
        resident_id=make_resident_id(PUDONG, born, serial),
        region=PUDONG,
        phone="13900000051",
    )
    village.portal["officer"] = users.create_insured(
        username="portal-officer", password=PASSWORD, person_id=officer.pk, by=None
    )
    officers.appoint(
        by=clerk, employer=bakery, person=officer, from_=BEGAN, document="授权委托书 2025-1"
    )
    month = month_of(bakery.recorded_at.date())
    _hand_in(village, Upload.Kind.STAFF, _joins(month - 1), second)
    _hand_in(village, Upload.Kind.WAGES, _wages(), second, month - 1)
    # This month's wages wait for a clerk; one row came back to be corrected.
    _hand_in(village, Upload.Kind.WAGES, _wages(raised=300_00, wrong="简明"), None, month)
    _firms_change(village)


def _firms_change(village: Village) -> None:
    """One rests, one is to be taken over by the bakery, which has moved and says so."""
    clerk, today = village.by("intake"), timezone.localdate()
    bakery = village.employers["bakery"]
    resting, merged = (
        employers.enroll(
            by=clerk,
            credit_code=make_credit_code("91", PUDONG, code),
            name=name,
            region=PUDONG,
            opened_on=BEGAN,
        )
        for code, name in (("MA1W1G008", "临港缝纫店"), ("MA1W1G009", "晨露糕点坊"))
    )
    employers.suspend(
        by=clerk, employer=resting, from_=first_day(month_of(today) - 1), reason="停业装修"
    )
    takeover.propose(
        by=clerk,
        predecessor=merged,
        successor=bakery,
        on=first_day(month_of(today) + 1),
        document="吸收合并协议 2026-4",
    )
    requests.ask(
        by=village.portal["officer"],
        employer=bakery,
        sort=EmployerRequest.Sort.CHANGE,
        day=today,
        document="营业执照（变更后）",
        channel=Case.Channel.PORTAL,
        address="浦东新区晨麦路 19 号",
    )


def _second_clerk(village: Village) -> User:
    """Whoever handed something in does not approve it: it takes two at the intake."""
    office = village.by("intake").office
    assert office is not None  # every clerk of the village has one
    user = users.create_staff(
        username="intake2",
        password=PASSWORD,
        office=office,
        by=None,
        name="邵二宁",
    )
    users.grant(user=user, role=Role.INTAKE, by=None)
    return user


def _joins(month: int) -> list[str]:
    day = first_day(month).isoformat()
    return ["身份证号,姓名,变动,日期"] + [
        f"{make_resident_id(PUDONG, born, serial)},{name},增员,{day}"
        for name, born, serial, _wage in STAFF
    ]


def _wages(raised: int = 0, wrong: str = "") -> list[str]:
    lines = ["身份证号,姓名,工资"]
    for name, born, serial, wage in STAFF:
        said = wrong if wrong and name.startswith(wrong) else name
        amount = (wage + raised) / 100
        lines.append(f"{make_resident_id(PUDONG, born, serial)},{said},{amount:.2f}")
    return lines


def _hand_in(
    village: Village, kind: str, lines: list[str], checker: User | None, month: int = 0
) -> None:
    upload, job = uploads.hand_in(
        by=village.portal["officer"],
        employer=village.employers["bakery"],
        kind=kind,
        file=io.BytesIO("\n".join(lines).encode()),
        filename=f"{format_month(month) if month else '增减员'}.csv",
        channel=Upload.Channel.PORTAL,
        month=month,
        heads=len(STAFF) if month else None,
    )
    jobs.work(job.pk)
    if checker is not None:
        upload.refresh_from_db()
        uploads.approve(by=checker, upload=upload)
