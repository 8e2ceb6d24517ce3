"""Employers declare wages: all rows or none, and nothing twice."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from enrollment import queries
from enrollment.models import EndReason, WageDeclaration
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.employers import wages
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import month, month_of
from socsec.office.errors import Denied, Invalid, Problem
from socsec.office.models import AuditEntry, Role

from .conftest import MARCH, PENSION


@pytest.fixture
def firm(enroll, found, employ):
    """An employer with two people on its staff."""
    where = found()
    people = [enroll(name=name) for name in ("李芳", "王伟")]
    for who in people:
        employ(who, where)
    return where, people


def test_wages_are_taken_down_and_leave_one_audit_entry(intake, firm):
    where, (li, wang) = firm
    said = wages.declare(
        by=intake, employer=where, month=MARCH, wages={li.pk: 800_000, wang.pk: 950_050}
    )
    assert (said.new, said.changed, said.unchanged) == (2, 0, 0)
    assert [row.wage for row in queries.declarations(where.pk, MARCH)] == [800_000, 950_050]
    entry = AuditEntry.objects.get(act="wage.declare")
    assert (entry.detail["people"], entry.detail["total"]) == (2, 1_750_050)


def test_the_same_declaration_twice_changes_nothing(intake, firm):
    where, (li, wang) = firm
    said = {"by": intake, "employer": where, "month": MARCH}
    wages.declare(**said, wages={li.pk: 800_000, wang.pk: 900_000})
    before = list(WageDeclaration.objects.values())
    again = wages.declare(**said, wages={li.pk: 800_000, wang.pk: 900_000})
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    assert list(WageDeclaration.objects.values()) == before
    assert AuditEntry.objects.filter(act="wage.declare").count() == 1


def test_a_wage_can_be_corrected_until_it_is_assessed(intake, assessor, firm):
    where, (li, _wang) = firm
    said = {"by": intake, "employer": where, "month": MARCH}
    wages.declare(**said, wages={li.pk: 800_000})
    assert wages.declare(**said, wages={li.pk: 810_000}).changed == 1
    contributions.assess(by=assessor, person=li, month=MARCH, branch=PENSION)
    with pytest.raises(Invalid, match=r"assessed for this person, on a wage of 8,100.00"):
        wages.declare(**said, wages={li.pk: 820_000})
    assert wages.declare(**said, wages={li.pk: 810_000}).unchanged == 1
    assert WageDeclaration.objects.get().wage == 810_000


@pytest.mark.parametrize("wage", [-1, 0, 10**12, 1_000_000_001, 8000.0, "8000", None, True])
def test_a_wage_that_cannot_be_is_refused_and_changes_nothing(intake, firm, wage):
    where, (li, wang) = firm
    with pytest.raises(Invalid, match=r"more than 0 and at most 10,000,000.00 yuan"):
        wages.declare(by=intake, employer=where, month=MARCH, wages={li.pk: 800_000, wang.pk: wage})
    assert not WageDeclaration.objects.exists()
    assert not AuditEntry.objects.filter(act="wage.declare").exists()


@pytest.mark.parametrize("wage", [-1, 0, 10**12])
def test_the_database_itself_refuses_such_a_wage(db, wage):
    with pytest.raises(IntegrityError, match="wage_possible"), transaction.atomic():
        WageDeclaration.objects.create(person_id=1, employer_id=1, month=MARCH, wage=wage)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("NaN", "not_a_number"),
        ("-1", "negative"),
        ("1000000000000", "wage_impossible"),
        ("1e5", "not_a_number"),
        ("8000.005", "too_precise"),
        ("", "empty"),
        ("八千", "not_a_number"),
    ],
)
def test_an_amount_that_cannot_be_read_names_its_row_and_takes_nothing(intake, firm, written, code):
    where, (li, wang) = firm
    rows = [(li.resident_id, "8,000"), (wang.resident_id, written)]
    with pytest.raises(Invalid, match="Row 2") as refusal:
        wages.declare_rows(by=intake, employer=where, month=MARCH, rows=rows)
    assert refusal.value.code == code
    assert [wrong.row for wrong in refusal.value.detail["rows"]] == [2]
    assert not WageDeclaration.objects.exists()


def test_every_bad_row_is_named_at_once(intake, enroll, firm):
    where, (li, _wang) = firm
    stranger = enroll(name="赵敏")
    rows = [
        (stranger.resident_id, "8000"),
        ("110105194912310021", "8000"),
        (li.resident_id, "8000"),
        (li.resident_id, "8000"),
        (make_resident_id("110105", date(1991, 1, 1), 2), "8000"),
    ]
    with pytest.raises(Invalid, match=r"4 rows cannot be taken. Row 1") as refusal:
        wages.declare_rows(by=intake, employer=where, month=MARCH, rows=rows)
    found = [(wrong.row, wrong.problem.code) for wrong in refusal.value.detail["rows"]]
    assert found == [(1, "not_on_staff"), (2, "check_digit"), (4, "twice"), (5, "not_on_staff")]
    assert not WageDeclaration.objects.exists()


def test_rows_as_people_write_them(intake, firm):
    where, (li, wang) = firm
    said = wages.declare_rows(
        by=intake,
        employer=where,
        month=MARCH,
        rows=[(li.resident_id.lower(), "８，０００．５"), (f" {wang.resident_id} ", 9000)],
    )
    assert said.new == 2
    assert sorted(row.wage for row in WageDeclaration.objects.all()) == [800_050, 900_000]


def test_nobody_is_declared_before_joining_or_after_leaving(intake, firm):
    where, (li, _wang) = firm
    cover.end(
        by=intake, person=li, branch=PENSION, last_day=date(2026, 3, 1), reason=EndReason.LEFT
    )
    said = {"by": intake, "employer": where, "wages": {li.pk: 800_000}}
    assert wages.declare(**said, month=MARCH).new == 1
    for other in (MARCH + 1, month(2025, 12)):
        with pytest.raises(Invalid, match="not on the staff list"):
            wages.declare(**said, month=other)


def test_a_month_to_come_and_an_empty_declaration_are_refused(intake, firm):
    where, (li, _wang) = firm
    later = month_of(timezone.localdate()) + 1
    with pytest.raises(Invalid, match="not begun"):
        wages.declare(by=intake, employer=where, month=later, wages={li.pk: 800_000})
    with pytest.raises(Invalid, match="empty"):
        wages.declare(by=intake, employer=where, month=MARCH, wages={})


def test_only_intake_declares(staff, firm):
    where, (li, _wang) = firm
    for role in set(Role) - {Role.INTAKE}:
        with pytest.raises(Denied):
            wages.declare(by=staff(role), employer=where, month=MARCH, wages={li.pk: 1})


def test_a_thousand_rows_cost_as_many_queries_as_two(intake, firm, django_assert_max_num_queries):
    where, people = firm
    wanted = {who.pk: 800_000 for who in people}
    strangers = dict.fromkeys(range(10**6, 10**6 + 1000), 800000)
    with django_assert_max_num_queries(14):
        wages.declare(by=intake, employer=where, month=MARCH, wages=wanted)
    with django_assert_max_num_queries(14), pytest.raises(Problem):
        wages.declare(by=intake, employer=where, month=MARCH, wages=wanted | strangers)
