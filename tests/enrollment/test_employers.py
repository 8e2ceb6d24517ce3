"""Employers register, change, rest, are taken over and cancel; nothing is forgotten, nothing skipped."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from enrollment import queries
from enrollment.models import (
    Coverage,
    Employer,
    EmployerDetails,
    EmployerOfficer,
    EmployerPause,
    Employment,
    EndReason,
    Takeover,
)
from enrollment.queries import firms
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.collection import receipts
from enrollment.services.employers import employer, officers, takeover, wages
from socsec.kernel.months import first_day, last_day, month_of
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Problem, Refused
from socsec.office.models import AuditEntry, Role, User

from .conftest import CHAOYANG, GUANGZHOU, MARCH, PENSION, SHANGHAI

APRIL = MARCH + 1


def acts():
    return AuditEntry.objects.exclude(act="employer.enroll").count()


def test_a_registration_keeps_contact_and_account_hidden_at_rest(intake, found):
    where = employer.enroll(
        by=intake,
        credit_code="91110000600037341L",
        name="北京恒工设备有限公司",
        region=CHAOYANG,
        opened_on=date(2026, 1, 5),
        contact="周敏",
        phone="138 0013 8000",
        bank="中国银行",
        account="6222020200000000006",
    )
    kept = firms.details_as_of(where.pk)
    assert (kept.phone, kept.masked_account) == ("13800138000", "***************0006")
    raw = EmployerDetails.objects.extra(select={"raw": "phone"}).values_list("raw", flat=True)
    assert "13800138000" not in str(list(raw))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"phone": "12"}, "phone"),
        ({"account": "12"}, "account"),
        ({"contact": "x" * 61}, "contact"),
    ],
)
def test_a_registration_with_a_bad_detail_registers_nothing(intake, wrong, field):
    with pytest.raises(Invalid) as refusal:
        employer.enroll(
            by=intake,
            credit_code="91110000600037341L",
            name="北京恒工设备有限公司",
            region=CHAOYANG,
            opened_on=date(2026, 1, 5),
            **wrong,
        )
    assert refusal.value.field == field
    assert not Employer.objects.exists()


def test_a_change_holds_from_its_day_and_what_was_known_then_can_still_be_read(intake, found):
    where = found("北京旧名有限公司", opened_on=date(2020, 1, 1))
    known = timezone.now()
    employer.change(
        by=intake,
        employer=where,
        from_day_=date(2026, 2, 1),
        document="新执照",
        name="北京新名有限公司",
    )
    where.refresh_from_db()
    assert where.name == "北京新名有限公司"
    assert firms.details_as_of(where.pk, date(2026, 1, 31)).name == "北京旧名有限公司"
    assert firms.details_as_of(where.pk, date(2026, 2, 1)).name == "北京新名有限公司"
    # As was known before: the change had not been told.
    assert firms.details_as_of(where.pk, date(2026, 2, 1), known).name == "北京旧名有限公司"
    # A correction that holds from an earlier day leaves today's name alone.
    employer.change(
        by=intake,
        employer=where,
        from_day_=date(2025, 6, 1),
        document="档案",
        name="北京中名有限公司",
    )
    where.refresh_from_db()
    assert where.name == "北京新名有限公司"
    assert firms.details_as_of(where.pk, date(2026, 1, 31)).name == "北京中名有限公司"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"name": "北京某某有限公司"}, "nothing_changed"),
        ({"name": ""}, "name_missing"),
        ({"name": "新名", "from_day_": date(1999, 1, 1)}, "before_registration"),
        ({"name": "新名", "from_day_": date(2199, 1, 1)}, "in_the_future"),
        ({"name": "新名", "document": " "}, "name_missing"),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(intake, found, said, code):
    where = found()
    before, done = EmployerDetails.objects.count(), acts()
    with pytest.raises(Problem) as refusal:
        employer.change(
            **{"by": intake, "employer": where, "from_day_": date(2026, 2, 1), "document": "x"}
            | said
        )
    assert refusal.value.code == code
    assert (EmployerDetails.objects.count(), acts()) == (before, done)


def test_a_resting_employer_takes_nobody_on_until_it_resumes(intake, enroll, found, employ):
    where = found()
    li = enroll()
    employ(li, where, from_=date(2026, 1, 1))
    with pytest.raises(Refused, match="still on the staff list"):
        employer.suspend(by=intake, employer=where, from_=date(2026, 2, 1), reason="停业")
    assert not EmployerPause.objects.exists()
    cover.end(
        by=intake, person=li, branch=PENSION, last_day=date(2026, 1, 31), reason=EndReason.LEFT
    )
    employer.suspend(by=intake, employer=where, from_=date(2026, 2, 1), reason="停业")
    with pytest.raises(Conflict, match="rests at that time"):
        employer.suspend(by=intake, employer=where, from_=date(2026, 2, 1), reason="停业")
    with pytest.raises(Refused, match="not registered on that day"):
        employ(enroll(name="王伟"), where, from_=date(2026, 3, 1))
    employer.resume(by=intake, employer=where, from_=date(2026, 4, 1))
    with pytest.raises(Conflict, match="does not rest"):
        employer.resume(by=intake, employer=where, from_=date(2026, 4, 1))
    employ(enroll(name="王伟"), where, from_=date(2026, 4, 1))
    assert firms.resting(where.pk, date(2026, 3, 31)) is not None
    assert firms.resting(where.pk, date(2026, 4, 1)) is None


@pytest.fixture
def indebted(intake, assessor, enroll, found, employ):
    """An employer whose only employee left in March, who is assessed and not paid."""
    where = found()
    li = enroll()
    employ(li, where, from_=date(2026, 3, 1), wage=800_000)
    contributions.assess(by=assessor, person=li, month=MARCH, branch=PENSION)
    cover.end(by=intake, person=li, branch=PENSION, last_day=last_day(MARCH), reason=EndReason.LEFT)
    return where


def test_a_registration_is_cancelled_only_once_everything_is_paid(intake, accountant, indebted):
    # 8,000.00 at 16 % and 8 %: 1,280.00 and 640.00
    with pytest.raises(Refused, match=r"1,920.00 yuan of contributions are still owed"):
        employer.close(by=intake, employer=indebted, last_day=last_day(MARCH))
    indebted.refresh_from_db()
    assert indebted.closed_on is None
    receipts.receive(
        by=accountant,
        branch=PENSION,
        amount=192_000,
        received_on=date(2026, 4, 10),
        reference="R1",
        employer=indebted,
    )
    assert employer.standing(indebted, APRIL).clear
    employer.close(by=intake, employer=indebted, last_day=last_day(MARCH))
    for verb in (
        lambda: employer.close(by=intake, employer=indebted, last_day=last_day(MARCH)),
        lambda: employer.suspend(by=intake, employer=indebted, from_=last_day(MARCH), reason="x"),
        lambda: employer.change(
            by=intake, employer=indebted, from_day_=last_day(MARCH), document="x", name="新"
        ),
    ):
        with pytest.raises(Conflict, match="cancelled already"):
            verb()


def test_a_month_that_nobody_declared_stands_in_the_way_of_cancelling(
    intake, enroll, found, employ
):
    where = found()
    li = enroll()
    employ(li, where, from_=date(2026, 2, 1), wage=800_000)
    cover.end(by=intake, person=li, branch=PENSION, last_day=last_day(MARCH), reason=EndReason.LEFT)
    assert firms.undeclared_months(where.pk, APRIL) == [MARCH - 1]
    with pytest.raises(Refused, match="No wages are declared for 2026-02"):
        employer.close(by=intake, employer=where, last_day=last_day(MARCH))


def test_a_takeover_moves_staff_without_a_gap_and_debts_with_them(
    intake, reviewer, accountant, assessor, enroll, found, employ
):
    old, new = found("北京旧厂有限公司"), found("北京新厂有限公司")
    li, wang, gone = enroll(), enroll(name="王伟"), enroll(name="赵敏")
    employ(li, old, wage=800_000)
    employ(wang, old)
    employ(wang, new)  # works at both already
    employ(gone, old)
    cover.end(
        by=intake, person=gone, branch=PENSION, last_day=date(2026, 2, 10), reason=EndReason.LEFT
    )
    contributions.assess(by=assessor, person=li, month=MARCH, branch=PENSION)
    before = list(Coverage.objects.order_by("pk").values("person", "branch", "span"))
    made = takeover.propose(
        by=intake, predecessor=old, successor=new, on=first_day(APRIL), document="合并协议"
    )
    with pytest.raises(Conflict):
        takeover.propose(
            by=intake, predecessor=old, successor=new, on=first_day(APRIL), document="合并协议"
        )
    takeover.carry_out(by=reviewer, takeover=made)
    made.refresh_from_db()
    assert (made.people, made.debt) == (2, 192_000)
    assert list(Coverage.objects.order_by("pk").values("person", "branch", "span")) == before
    names = [job.person.name for job in queries.staff(new.pk, first_day(APRIL))]
    assert sorted(names) == ["李芳", "王伟"]
    assert [j.person.name for j in queries.staff(old.pk, last_day(MARCH))] == ["李芳", "王伟"]
    assert not queries.staff(old.pk, first_day(APRIL)).exists()
    assert Employment.objects.filter(person=gone).count() == 1
    # The debts are the successor's: the predecessor owes nothing and may cancel.
    assert employer.standing(new, MARCH).total == 192_000
    assert employer.standing(old, MARCH).owed == {}
    assert wages.declare(by=intake, employer=new, month=APRIL, wages={li.pk: 800_000}).new == 1
    touched = AuditEntry.objects.filter(act="coverage.change", detail__before=old.pk)
    assert set(touched.values_list("person_id", flat=True)) == {li.pk, wang.pk}


def test_nobody_approves_the_takeover_that_they_proposed(staff, found, beijing):
    both = staff(Role.INTAKE, Role.REVIEWER)
    old, new = found(), found()
    made = takeover.propose(
        by=both, predecessor=old, successor=new, on=first_day(APRIL), document="协议"
    )
    with pytest.raises(Denied, match="prepared this yourself"):
        takeover.carry_out(by=both, takeover=made)
    with pytest.raises(IntegrityError, match="takeover_four_eyes"), transaction.atomic():
        Takeover.objects.filter(pk=made.pk).update(state="done", checker=both)
    assert Takeover.objects.get().state == "proposed"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"on": date(2026, 4, 2)}, "not_first_day"),
        ({"on": date(2199, 1, 1)}, "in_the_future"),
        ({"on": first_day(MARCH)}, "declared_already"),
        ({"same": True}, "same_employer"),
    ],
)
def test_a_takeover_that_cannot_be_is_not_even_written_down(
    intake, enroll, found, employ, said, code
):
    old, new = found(), found()
    employ(enroll(), old, wage=800_000)
    with pytest.raises(Problem) as refusal:
        takeover.propose(
            by=intake,
            predecessor=old,
            successor=old if said.pop("same", False) else new,
            on=said.get("on", first_day(APRIL)),
            document="协议",
        )
    assert refusal.value.code == code
    assert not Takeover.objects.exists()


def test_a_takeover_between_funds_is_refused(staff, found, beijing):
    from funds.models import Scheme
    from funds.services import fund

    fund.establish(PENSION, Scheme.EMPLOYEES, SHANGHAI)
    nation = staff(Role.INTAKE, region="000000")
    here, there = found(), found(by=nation, region=SHANGHAI)
    with pytest.raises(Refused, match="another fund"):
        takeover.propose(
            by=nation, predecessor=here, successor=there, on=first_day(APRIL), document="协议"
        )


@pytest.fixture
def officer(intake, enroll, found):
    """A person who acts for an employer since March, with an account of the portal."""
    where, who = found(), enroll(name="周敏")
    user = User.objects.create(username="zhou.min", kind=User.Kind.INSURED, person_id=who.pk)
    made = officers.appoint(
        by=intake, employer=where, person=who, from_=date(2026, 3, 1), document="授权书"
    )
    return user, where, made


def test_an_officer_acts_for_the_own_employer_while_appointed_and_for_no_other(
    intake, officer, found
):
    user, where, made = officer
    assert officers.require_for(user, "wage.declare", where) is user
    with pytest.raises(NotFound):
        officers.require_for(user, "wage.declare", found())
    assert list(firms.employers_of_officer(user.person_id, date(2026, 2, 28))) == []
    officers.dismiss(by=intake, officer=made, last_day=timezone.localdate() - timedelta(days=1))
    with pytest.raises(NotFound):
        officers.require_for(user, "wage.declare", where)
    with pytest.raises(Conflict):
        officers.dismiss(by=intake, officer=made, last_day=timezone.localdate())


def test_an_account_without_a_person_or_switched_off_acts_for_nobody(officer):
    user, where, _made = officer
    user.is_active = False
    with pytest.raises(NotFound):
        officers.require_for(user, "wage.declare", where)


def test_nobody_is_appointed_twice_or_after_death_or_in_advance(intake, officer, enroll):
    _user, where, made = officer
    with pytest.raises(Conflict, match="officer of"):
        officers.appoint(
            by=intake, employer=where, person=made.person, from_=date(2026, 4, 1), document="授权书"
        )
    ahead = timezone.localdate() + timedelta(days=1)
    with pytest.raises(Invalid):
        officers.appoint(by=intake, employer=where, person=enroll(), from_=ahead, document="授权书")
    assert EmployerOfficer.objects.count() == 1


def test_only_intake_of_the_region_changes_employers(staff, found):
    where = found()
    said = {"employer": where, "from_": date(2026, 2, 1), "reason": "停业"}
    for role in set(Role) - {Role.INTAKE}:
        with pytest.raises(Denied):
            employer.suspend(by=staff(role), **said)
    with pytest.raises(NotFound):
        employer.suspend(by=staff(Role.INTAKE, region=GUANGZHOU), **said)
    assert not EmployerPause.objects.exists()


def test_the_months_without_a_declaration_are_those_with_staff(intake, enroll, found, employ):
    where = found()
    this = month_of(timezone.localdate())
    employ(enroll(), where, from_=first_day(this - 3), wage=800_000, at=this - 1)
    assert firms.undeclared_months(where.pk, this) == [this - 3, this - 2, this]
