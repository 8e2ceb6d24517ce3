"""The cast of the pension tests, in Shanghai: clerks, the fund, and Zhang San, born in March 1966."""

from datetime import date
from itertools import count

import pytest
from django.apps import apps

from enrollment.models import Category as Insured
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.collection import receipts
from enrollment.services.employers import employer, wages
from enrollment.services.people import bank_account, person
from enrollment.services.record import prior
from funds.models import Branch, Scheme
from funds.services import cash, fund
from pensions.models import Category
from pensions.services import account, claim
from socsec.kernel.ids import make_credit_code, make_resident_id
from socsec.kernel.months import month
from socsec.office import oversight
from socsec.office.models import Office, Role, RoleGrant, User
from socsec.office.services import run
from socsec.office.services import work as worker

SHANGHAI, PUDONG, BEIJING = "310000", "310115", "110000"
PENSION = Branch.PENSION
START = month(2026, 7)  # 60 years and 4 months after March 1966

_serial = count(1)


def staff(*roles, region=SHANGHAI, person_id=None):
    office, _made = Office.objects.get_or_create(
        code=f"P{region}",
        defaults={"name_zh": "经办机构", "name_en": "Office", "region_id": region},
    )
    user = User.objects.create(
        username=f"clerk{next(_serial)}",
        office=office,
        kind=User.Kind.STAFF,
        is_staff=True,
        person_id=person_id,
    )
    for role in roles:
        RoleGrant.objects.create(user=user, role=role, since=date(2020, 1, 1))
    return user


@pytest.fixture
def intake(db):
    return staff(Role.INTAKE)


@pytest.fixture
def assessor(db):
    return staff(Role.ASSESSOR)


@pytest.fixture
def reviewer(db):
    return staff(Role.REVIEWER)


@pytest.fixture
def accountant(db):
    return staff(Role.ACCOUNTANT)


@pytest.fixture
def shanghai(edition):
    """The fund that pools Shanghai, with a million yuan to pay from."""
    pool = fund.establish(PENSION, Scheme.EMPLOYEES, SHANGHAI, since=date(2020, 1, 1))
    cash.opening(pool, 1_000_000_00, by=staff(Role.ACCOUNTANT), on=date(2025, 12, 31))
    return pool


@pytest.fixture
def enroll(intake):
    """A new person: a man born in March 1966 unless said otherwise."""

    def make(name="张三", born=date(1966, 3, 8), woman=False, region=PUDONG, **more):
        serial = next(_serial) * 2 % 998 + (not woman)
        return person.enroll(
            by=intake,
            name=name,
            resident_id=make_resident_id("310115", born, serial),
            region=region,
            **more,
        )

    return make


@pytest.fixture
def carry(assessor, reviewer, intake):
    """Approved months from before these books, all on one base: `carry(who, first, last, fen)`."""

    def make(who, first, last, base, region=PUDONG):
        entered = prior.enter_paid(
            by=intake,
            person=who,
            branch=PENSION,
            region=region,
            bases=dict.fromkeys(range(first, last + 1), base),
            document="个人权益记录单",
        )
        return prior.approve(by=reviewer, prior=entered)

    return make


@pytest.fixture
def open_account(assessor, reviewer, shanghai):
    """An approved opening balance: `open_account(who, fen, up_to_month)`."""

    def make(who, amount, up_to, region=PUDONG):
        entered = account.enter_opening(
            by=assessor,
            person=who,
            amount=amount,
            month=up_to,
            region=region,
            document="个人账户结转单",
        )
        return account.approve_opening(by=reviewer, opening=entered)

    return make


@pytest.fixture
def bank(intake):
    """A bank account for benefits."""

    def make(who, by=intake):
        return bank_account.set(
            by=by,
            person=who,
            purpose="benefit",
            account=f"62284800{next(_serial):06}",
            bank="中国农业银行",
            holder=who.name,
        )

    return make


@pytest.fixture
def zhang(shanghai, enroll, carry, open_account, bank):
    """Zhang San: 20 years on 6,000 yuan a month up to 2025, 150,000 yuan on his account."""
    who = enroll()
    carry(who, month(2006, 1), month(2025, 12), 6_000_00)
    open_account(who, 150_000_00, month(2025, 12))
    bank(who)
    return who


@pytest.fixture
def claimed(intake):
    """A claim received at the counter."""

    def make(who, start=START, category=Category.MALE_60, **more):
        return claim.open_claim(
            by=intake,
            person=who,
            start_month=start,
            category=category,
            channel="counter",
            **more,
        )

    return make


@pytest.fixture
def granted(claimed, assessor, reviewer):
    """A pension awarded through the whole of the procedure."""

    def make(who, **more):
        made = claimed(who, **more)
        claim.assess(by=assessor, claim=made)
        return claim.award(by=reviewer, claim=made)

    return make


@pytest.fixture
def company(intake, shanghai):
    return employer.enroll(
        by=intake,
        credit_code=make_credit_code("91", "310115", "MA1234567"),
        name="上海某某有限公司",
        region=PUDONG,
        opened_on=date(2000, 1, 1),
    )


@pytest.fixture
def work(intake, assessor, accountant, company):
    """Months of work with the company, assessed and paid: `work(who, first, last, wage)`."""

    def make(who, first, last, wage, received=date(2026, 3, 2)):
        cover.start(
            by=intake,
            person=who,
            branch=PENSION,
            category=Insured.EMPLOYEE,
            region=PUDONG,
            from_=date(first // 12, first % 12 + 1, 1),
            employer=company,
        )
        due = 0
        for each in range(first, last + 1):
            wages.declare(by=intake, employer=company, month=each, wages={who.pk: wage})
            assessed = contributions.assess(by=assessor, person=who, month=each, branch=PENSION)
            due += sum(row.contribution.due for row in assessed)
        return receipts.receive(
            by=accountant,
            branch=PENSION,
            amount=due,
            received_on=received,
            reference=f"B{next(_serial)}",
            employer=company,
        )

    return make


def traces():
    """Everything that a refusal must leave as it was: the tables of pensions, the books, the audit."""
    tables = [
        *apps.get_app_config("pensions").get_models(),
        *(apps.get_model("office", name) for name in ("Case", "CaseEvent", "AuditEntry", "Run")),
        *(apps.get_model("funds", name) for name in ("LedgerBatch", "PaymentBatch")),
    ]
    return {
        model._meta.label: sorted(map(_shown, model._default_manager.values_list()))
        for model in tables
    }


def _shown(row):
    return repr([bytes(value) if isinstance(value, memoryview) else value for value in row])


@pytest.fixture
def refuses():
    """Calls something that must be refused, and sees that nothing has changed."""

    def check(problem, code, act, **arguments):
        before = traces()
        with pytest.raises(problem) as caught:
            act(**arguments)
        assert caught.value.code == code, str(caught.value)
        assert str(caught.value)
        assert traces() == before

    return check


@pytest.fixture
def drive(assessor, reviewer):
    """A run from draft to post: `drive("pension_payroll", month)`. Gives the posted run."""

    def make(kind, at, region=SHANGHAI, total=None):
        made = run.draft(kind=kind, month=at, region=region, by=assessor)
        made = run.preview(run_id=made.pk, by=assessor)
        run.approve(run_id=made.pk, by=reviewer, total=made.total if total is None else total)
        worker.work(made.pk)
        made.refresh_from_db()
        return made

    return make


def findings(*codes):
    """What `manage.py verify` would find, of all questions or of these."""
    return [
        (finding.code, finding.subject, str(finding.message))
        for _question, found in oversight.run(codes or None)
        for finding in found
    ]
