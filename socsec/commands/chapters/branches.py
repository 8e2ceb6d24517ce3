"""Insured in every branch: a baker with two employers, a teacher, a tailor on her own account."""

from datetime import date

from enrollment.models import Category, Employer, EmployerKind, Person
from enrollment.services import cover
from enrollment.services.assessment import deemed
from enrollment.services.employers import employer as employers
from enrollment.services.employers import standing, wages
from enrollment.services.people import person as people
from enrollment.services.revision import back_payment, corrections
from funds.models import Branch
from socsec.commands.village import LAST, PUDONG, SHANGHAI, Village, on_record
from socsec.kernel.ids import make_credit_code, make_resident_id
from socsec.kernel.months import first_day
from socsec.office.services import run, work

AUTUMN = LAST - 1  # the two months that this chapter lives


def every_branch(village: Village) -> None:
    """Two months in five branches: declared, deemed, assessed in one run, corrected, caught up."""
    bakery = _place(village, "91", "晨光面包房", "MA1W3B001", EmployerKind.SMALL_ENTERPRISE, 3)
    cafe = _place(village, "91", "江畔咖啡馆", "MA1W3B002", EmployerKind.SMALL_ENTERPRISE, 1)
    school = _place(village, "12", "柳湾小学", "MA1W3B003", EmployerKind.INSTITUTION, 1)
    baker = _soul(village, "麦穗", date(1990, 6, 1), 611)
    teacher = _soul(village, "文心", date(1985, 9, 10), 622)
    tailor = _soul(village, "云锦", date(1983, 4, 20), 644)
    for who, where, category in (
        (baker, bakery, Category.EMPLOYEE),
        (baker, cafe, Category.EMPLOYEE),
        (teacher, school, Category.AGENCY),
    ):
        _insure(village, who, category, employer=where)
    _insure_alone(village, tailor, base=8_000_00)
    # The tailor helps in the bakery: it insures her against accidents at work, and she the rest.
    cover.insure_at_work(
        by=village.by("intake"),
        person=tailor,
        employer=bakery,
        region=PUDONG,
        from_=first_day(LAST),
    )
    for where, wage in (
        (bakery, {baker.pk: 9_000_00}),
        (cafe, {baker.pk: 3_000_00}),
        (school, {teacher.pk: 14_000_00}),
    ):
        wages.declare(by=village.by("intake"), employer=where, month=AUTUMN, wages=wage)
    _assess(village, AUTUMN)
    # In the second month the cafe declares nothing: 110 % of the month before is taken.
    for where, wage in (
        (bakery, {baker.pk: 9_200_00, tailor.pk: 2_000_00}),
        (school, {teacher.pk: 14_000_00}),
    ):
        wages.declare(by=village.by("intake"), employer=where, month=LAST, wages=wage)
    deemed.deem(by=village.by("assessor"), employer=cafe, month=LAST)
    _assess(village, LAST)
    # The bakery had declared too little.
    corrections.correct(
        by=village.by("assessor"),
        person=baker,
        employer=bakery,
        month=AUTUMN,
        wage=9_600_00,
        reason="补发九月加班工资",
    )
    # Before the school there were two months in the bakery that nobody insured.
    back_payment.pay_back(
        by=village.by("assessor"),
        asked=back_payment.Asked(
            person=teacher,
            category=Category.EMPLOYEE,
            region=PUDONG,
            first_month=AUTUMN - 3,
            last_month=AUTUMN - 2,
            branches=[Branch.PENSION, Branch.MEDICAL],
            wage=8_000_00,
            document="劳动合同 2026-6",
            employer=bakery,
        ),
    )


def _place(
    village: Village, registrar: str, name: str, serial: str, kind: int, risk_class: int
) -> Employer:
    employer = employers.enroll(
        by=village.by("intake"),
        credit_code=make_credit_code(registrar, PUDONG, serial),
        name=name,
        region=PUDONG,
        opened_on=date(2015, 3, 1),
    )
    standing.set_standing(
        by=village.by("intake"),
        employer=employer,
        from_month=AUTUMN - 12,
        kind=kind,
        risk_class=risk_class,
        document="行业类别核定 2025-9",
    )
    return employer


def _soul(village: Village, name: str, born: date, serial: int) -> Person:
    return people.enroll(
        by=village.by("intake"),
        name=name,
        resident_id=make_resident_id(PUDONG, born, serial),
        region=PUDONG,
    )


def _insure(
    village: Village,
    who: Person,
    category: Category,
    employer: Employer,
) -> None:
    cover.enrol(
        by=village.by("intake"),
        person=who,
        category=category,
        region=PUDONG,
        from_=first_day(AUTUMN),
        employer=employer,
    )


def _insure_alone(village: Village, who: Person, base: int) -> None:
    for branch in (Branch.PENSION, Branch.MEDICAL):
        on_record(
            cover.start(
                by=village.by("intake"),
                person=who,
                branch=branch,
                category=Category.OWN_ACCOUNT,
                region=PUDONG,
                from_=first_day(AUTUMN),
                base=base,
            )
        )


def _assess(village: Village, month: int) -> None:
    """One run for every branch, as two clerks do it."""
    drafted = run.draft(
        kind="contributions",
        month=month,
        region=SHANGHAI,
        by=village.by("assessor"),
        params={"branches": [branch.value for branch in Branch]},
    )
    shown = run.preview(run_id=drafted.pk, by=village.by("assessor"))
    run.approve(run_id=drafted.pk, by=village.by("reviewer"), total=shown.total)
    work.work_through(drafted.pk)
