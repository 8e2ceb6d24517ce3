"""The cast of enrollment's tests: clerks of Beijing and Shanghai, funds, an employer, people."""

from datetime import date
from itertools import count

import pytest
from django.utils import timezone

from enrollment import queries
from enrollment.models import Category, Contribution, Coverage, EmployerKind
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.employers import employer, standing, wages
from enrollment.services.people import bank_account, person
from enrollment.services.residents import enrolment, receipts
from funds.models import Branch, Scheme
from funds.services import fund
from socsec.commands.village import on_record
from socsec.kernel.ids import make_credit_code, make_resident_id
from socsec.kernel.months import month
from socsec.office.models import Office, Region, Role, RoleGrant, User

BEIJING, CHAOYANG, SHANGHAI, GUANGZHOU = "110000", "110105", "310000", "440100"
PENSION, MEDICAL = Branch.PENSION, Branch.MEDICAL
MARCH = month(2026, 3)
JANUARY = date(2026, 1, 1)
CARD = "6228480402564890018"

_serial = count(1)


@pytest.fixture
def staff(db):
    """A clerk with a role in a region: `staff(Role.INTAKE)`, `staff(Role.INTAKE, SHANGHAI)`."""

    def make(*roles, region=BEIJING):
        for code in (BEIJING, CHAOYANG, SHANGHAI, GUANGZHOU):
            Region.objects.get(code=code)
        number = next(_serial)
        office, _ = Office.objects.get_or_create(
            code=f"T{region}",
            defaults={"name_zh": "经办机构", "name_en": "Office", "region_id": region},
        )
        user = User.objects.create(username=f"clerk{number}", office=office, kind=User.Kind.STAFF)
        for role in roles:
            RoleGrant.objects.create(user=user, role=role, since=date(2020, 1, 1))
        return user

    return make


@pytest.fixture
def intake(staff):
    return staff(Role.INTAKE)


@pytest.fixture
def assessor(staff):
    return staff(Role.ASSESSOR)


@pytest.fixture
def reviewer(staff):
    return staff(Role.REVIEWER)


@pytest.fixture
def accountant(staff):
    return staff(Role.ACCOUNTANT)


@pytest.fixture
def beijing(edition):
    """The pension fund that pools Beijing."""
    return fund.establish(PENSION, Scheme.EMPLOYEES, BEIJING)


@pytest.fixture
def enroll(intake):
    """A new person: `enroll("李芳", born=date(1990, 5, 1))`, a woman unless `man`."""

    def make(
        name="李芳", born=date(1990, 5, 1), man=False, by=None, region=CHAOYANG, serial=None, **more
    ):
        serial = serial or next(_serial) * 2 % 998 + int(man)
        return person.enroll(
            by=by or intake,
            name=name,
            resident_id=make_resident_id("110105", born, serial),
            region=region,
            **more,
        )

    return make


@pytest.fixture
def found(intake):
    """A new employer: `found("北京测试有限公司")`."""

    def make(name="北京某某有限公司", by=None, region=CHAOYANG, opened_on=date(2000, 1, 1)):
        code = make_credit_code("91", "110105", f"MA{next(_serial):07}")
        return employer.enroll(
            by=by or intake, credit_code=code, name=name, region=region, opened_on=opened_on
        )

    return make


@pytest.fixture
def employ(intake, beijing):
    """Insure somebody with an employer from a day on, and declare a wage for March 2026."""

    def make(who, employer, from_=date(2026, 1, 1), wage=None, at=MARCH):
        coverage = cover.start(
            by=intake,
            person=who,
            branch=PENSION,
            category=Category.EMPLOYEE,
            region=CHAOYANG,
            from_=from_,
            employer=employer,
        )
        if wage is not None:
            wages.declare(by=intake, employer=employer, month=at, wages={who.pk: wage})
        return coverage

    return make


@pytest.fixture
def on_own_account(intake, beijing):
    """Insure somebody as an own-account worker with a chosen base, enrolled on the first day."""

    def make(who, base, from_=date(2026, 1, 1)):
        made = cover.start(
            by=intake,
            person=who,
            branch=PENSION,
            category=Category.OWN_ACCOUNT,
            region=CHAOYANG,
            from_=from_,
            base=base,
        )
        on_record(made)
        return made

    return make


@pytest.fixture
def everything(edition):
    """The funds of every branch and scheme of Beijing."""
    return fund.establish_all(BEIJING, since=date(2020, 1, 1))


@pytest.fixture
def mill(intake, found, everything):
    """An employer in the lowest risk class."""
    where = found()
    standing.set_standing(
        by=intake,
        employer=where,
        from_month=MARCH - 12,
        kind=EmployerKind.SMALL_ENTERPRISE,
        risk_class=1,
        document="京工伤核 2025-1",
    )
    return where


@pytest.fixture
def school(intake, everything):
    """A public institution."""
    where = employer.enroll(
        by=intake,
        credit_code=make_credit_code("12", "110105", "MA0000099"),
        name="某某中学",
        region=CHAOYANG,
        opened_on=date(2000, 1, 1),
    )
    standing.set_standing(
        by=intake,
        employer=where,
        from_month=MARCH - 12,
        kind=EmployerKind.INSTITUTION,
        risk_class=1,
        document="京工伤核 2025-2",
    )
    return where


# ---------------------------------------------------------------- residents


@pytest.fixture
def today(monkeypatch):
    """What day it is for everybody: `today(2025, 12, 10)`; at first the tenth of December 2025."""

    def turn(*day):
        monkeypatch.setattr(
            timezone, "localdate", lambda *of: date(*day) if not of else of[0].date()
        )

    turn(2025, 12, 10)
    return turn


@pytest.fixture
def pools(edition, today):
    """The residents' funds of Beijing, and the employees' pension fund beside them."""
    fund.establish(PENSION, Scheme.EMPLOYEES, BEIJING)
    fund.establish(MEDICAL, Scheme.EMPLOYEES, BEIJING)
    return {
        branch: fund.establish(branch, Scheme.RESIDENTS, BEIJING) for branch in (MEDICAL, PENSION)
    }


@pytest.fixture
def clerks(staff, pools):
    return {
        "intake": staff(Role.INTAKE),
        "assessor": staff(Role.ASSESSOR),
        "reviewer": staff(Role.REVIEWER),
        "accountant": staff(Role.ACCOUNTANT),
    }


@pytest.fixture
def insure(clerks):
    """Enrol somebody: in medical insurance for 2026, after a year insured unless `gap`; or in a tier."""

    def make(who, branch=MEDICAL, year=None, gap=False, **more):
        if branch == PENSION:
            more.setdefault("tier", 100_000)
        year = year or (2026 if branch == MEDICAL else 2025)
        if (
            branch == MEDICAL
            and not gap
            and not Coverage.objects.filter(person=who, branch=MEDICAL).exists()
        ):
            Coverage.objects.create(
                person=who,
                branch=MEDICAL,
                category=Category.RESIDENT,
                region=CHAOYANG,
                span=(date(year - 1, 1, 1), date(year, 1, 1)),
            )
        return enrolment.enroll(
            by=clerks["intake"], person=who, branch=branch, year=year, region=CHAOYANG, **more
        )

    return make


@pytest.fixture
def pay(clerks):
    def make(who, amount, branch=MEDICAL, year=2026, reference="P1"):
        return receipts.pay(
            by=clerks["accountant"],
            person=who,
            branch=branch,
            year=year,
            amount=amount,
            reference=reference,
        )

    return make


@pytest.fixture
def account(intake):
    """Puts a bank account for contributions on file: `account(who)`."""

    def make(who, number=CARD):
        return bank_account.set(
            by=intake,
            person=who,
            purpose="contribution",
            account=number,
            bank="中国农业银行",
            holder=who.name,
        )

    return make


def enrol(by, who, employer=None, **changed):
    wanted = {"category": Category.EMPLOYEE, "region": CHAOYANG, "from_": JANUARY} | changed
    return cover.enrol(by=by, person=who, employer=employer, **wanted)


def dues(person, at=MARCH):
    return {
        Branch(row.branch): (row.employer_share, row.person_share, row.account_share)
        for row in Contribution.objects.filter(person_id=person.pk, month=at)
    }


def assess_all(by, who, at=MARCH):
    return [
        contributions.assess(by=by, person=who, month=at, branch=coverage.branch)
        for coverage in queries.coverages(who.pk)
    ]
