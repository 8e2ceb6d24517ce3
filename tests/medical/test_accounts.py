"""The month's credit to medical accounts: own contributions that came in, fixed amounts in retirement."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from enrollment.models import Category, Coverage, ReceiptAllocation
from enrollment.services.people import person
from funds.models import Branch, Scheme, accounts
from funds.queries import control
from funds.services import fund
from medical import checks
from medical.models import MedicalAccount, MedicalEntry
from medical.services.accounts import entries
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import month
from socsec.office.errors import Invalid, Refused
from socsec.office.models import Role
from socsec.office.services import run
from socsec.office.services import work as worker

from .clerks import PUDONG, SHANGHAI, SICHUAN, clerk

JULY = month(2026, 7)


@pytest.fixture
def pool(edition):
    return fund.establish(Branch.MEDICAL, Scheme.EMPLOYEES, SHANGHAI, since=date(2020, 1, 1))


@pytest.fixture
def enroll(pool):
    intake = clerk(Role.INTAKE)

    def make(name, serial, born=date(1990, 5, 1)):
        number = make_resident_id("310115", born, serial)
        return person.enroll(by=intake, name=name, resident_id=number, region=PUDONG)

    return make


@pytest.fixture
def drive(db):
    """A run from the draft to the end."""
    maker, checker = clerk(Role.ASSESSOR), clerk(Role.REVIEWER)

    def make(at=JULY, region=SHANGHAI, reverse=False):
        made = run.draft(kind="medical_accounts", month=at, region=region, by=maker)
        made = run.preview(run_id=made.pk, by=maker)
        run.approve(run_id=made.pk, by=checker, total=made.total)
        worker.work(made.pk)
        made.refresh_from_db()
        if reverse:
            run.reverse(run_id=made.pk, by=checker, reason="月份选错")
            worker.work(made.pk)
            made.refresh_from_db()
        return made

    make.maker = maker
    return make


def paid(who, at, share, receipt=1, region=PUDONG):
    ReceiptAllocation.objects.create(
        person_id=who.pk,
        month=at,
        branch=Branch.MEDICAL,
        employer_id=0,
        receipt_id=receipt,
        region=region,
        amount=max(share * 4, 0) or share,
        account_share=share,
        received_on=date(2026, 7, 20),
    )


def retire(who):
    Coverage.objects.create(
        person=who,
        branch=Branch.MEDICAL,
        category=Category.RETIREE,
        region=PUDONG,
        span=DateRange(date(2020, 1, 1), None),
    )


def lines(who):
    rows = MedicalEntry.objects.filter(person_id=who.pk).order_by("seq")
    return [(each.kind, each.month, each.amount, each.balance) for each in rows]


def clean():
    return not [finding for _label, ask in checks.QUESTIONS.values() for finding in ask()]


def test_a_month_is_credited_once_late_months_follow_and_the_books_agree(enroll, drive, pool):
    li, old = enroll("李静", 2), enroll("赵老", 3, date(1950, 3, 8))
    retire(old)
    # 2 % of a base of 8,000 yuan: 160.00; what comes in of June only now counts too.
    paid(li, JULY, 160_00)
    paid(li, JULY - 1, 150_00)
    done = drive()
    # Shanghai, 76 years of age: 157.50 a month.
    assert (done.state, done.count, done.total) == ("posted", 3, 160_00 + 150_00 + 157_50)
    assert done.preview["figures"] == {"own_contributions": 310_00, "fixed_amounts": 157_50}
    assert lines(li) == [(1, JULY - 1, 150_00, 150_00), (1, JULY, 160_00, 310_00)]
    assert lines(old) == [(2, JULY, 157_50, 157_50)]
    assert control(accounts.INDIVIDUAL_ACCOUNTS)[pool.pk] == 467_50
    assert clean()
    # A further part of July comes in, and August begins: only what is new is credited.
    paid(li, JULY, 40_00, receipt=2)
    august = drive(JULY + 1)
    assert (august.count, august.total) == (2, 40_00 + 157_50)
    assert MedicalAccount.objects.get(person=li).balance == 350_00
    assert clean()


def test_a_run_is_undone_by_its_opposite_and_can_be_made_again(enroll, drive, pool):
    li = enroll("李静", 2)
    paid(li, JULY, 160_00)
    undone = drive(reverse=True)
    assert undone.state == "reversed"
    assert lines(li) == [(1, JULY, 160_00, 160_00), (7, JULY, -160_00, 0)]
    assert control(accounts.INDIVIDUAL_ACCOUNTS)[pool.pk] == 0
    again = drive()
    assert (again.count, again.total) == (1, 160_00)
    assert lines(li)[-1] == (1, JULY, 160_00, 160_00)
    assert clean()


def test_what_is_refused_or_held_changes_nothing(enroll, drive, pool):
    made = run.draft(kind="medical_accounts", month=month(2099, 1), region=SHANGHAI, by=drive.maker)
    with pytest.raises(Invalid, match="not begun"):
        run.preview(run_id=made.pk, by=drive.maker)
    far = clerk(Role.ASSESSOR, region=SICHUAN)
    made = run.draft(kind="medical_accounts", month=JULY, region=SICHUAN, by=far)
    with pytest.raises(Refused, match="No one fund"):
        run.preview(run_id=made.pk, by=far)
    # Taken back after it was credited: shown, and nothing is taken.
    li = enroll("李静", 2)
    paid(li, JULY, 160_00)
    drive()
    paid(li, JULY, -60_00, receipt=3)
    made = run.draft(kind="medical_accounts", month=JULY + 1, region=SHANGHAI, by=drive.maker)
    made = run.preview(run_id=made.pk, by=drive.maker)
    assert (made.count, made.preview["held"][0]["code"]) == (0, "taken_back")
    assert made.preview["held"][0]["total"] == 60_00
    # More than an account holds cannot leave it.
    with pytest.raises(IntegrityError), transaction.atomic():
        entries.write(
            fund=pool,
            rows="""select %s::bigint as person_id, '310115' as region, 4::smallint as kind,
                           %s::int as month, -20000::bigint as amount, 1::bigint as reference,
                           0::bigint as for_person_id""",
            params=[li.pk, JULY],
            source="test",
        )
    assert lines(li) == [(1, JULY, 160_00, 160_00)]
    assert clean()


def test_verify_sees_an_account_that_does_not_add_up(enroll, drive):
    li = enroll("李静", 2)
    paid(li, JULY, 160_00)
    drive()
    MedicalAccount.objects.update(balance=1)
    found = {finding.code for _label, ask in checks.QUESTIONS.values() for finding in ask()}
    assert found == {"medical.account_entries", "medical.accounts"}
