"""Deaths, households, accounts and months from before: what changes in a life."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from enrollment import queries
from enrollment.models import (
    BankAccount,
    Coverage,
    Employment,
    EndReason,
    Household,
    HouseholdMember,
    HouseholdRole,
    PriorMonth,
    PriorService,
    Purpose,
)
from enrollment.models.spans import from_day
from enrollment.queries import MonthStatus
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.collection import receipts
from enrollment.services.living import life
from enrollment.services.people import bank_account, households
from enrollment.services.record import prior
from socsec.kernel.months import month
from socsec.office import access
from socsec.office.errors import Conflict, Denied, Invalid, Refused
from socsec.office.models import AuditEntry, Role

from .conftest import CHAOYANG, MARCH, PENSION

CARD, OTHER_CARD = "6222020200000000006", "6217000010000000011"
DIED = date(2026, 3, 20)


def die(by, who, **changed):
    return life.record_death(
        **({"by": by, "person": who, "died_on": DIED, "document": "死亡证明 1"} | changed)
    )


# Death


def test_a_death_ends_coverage_employment_and_membership(intake, enroll, found, employ):
    who, where = enroll(), found()
    employ(who, where)
    households.form(by=intake, head=who, region=CHAOYANG, opened_on=date(2020, 1, 1))
    death = die(intake, who, known_on=date(2026, 6, 1))
    (coverage,) = death.ended
    assert (coverage.last_day, coverage.end_reason) == (DIED, EndReason.DIED)
    after = DIED + timedelta(days=1)
    assert not queries.employments_as_of(who.pk, after)
    assert queries.household_of(who.pk, DIED) is not None
    assert queries.household_of(who.pk, after) is None
    who.refresh_from_db()
    assert (who.died_on, who.death_known_on) == (DIED, date(2026, 6, 1))
    assert AuditEntry.objects.get(act="person.death").reason == "死亡证明 1"


def test_what_would_have_begun_after_a_death_never_was(intake, enroll, found, employ):
    who = enroll()
    employ(who, found(), from_=date(2026, 5, 1))
    die(intake, who)
    assert Coverage.objects.get().span.isempty
    assert Employment.objects.get().span.isempty
    assert queries.coverage_as_of(who.pk, PENSION, date(2026, 6, 1)) is None


def test_months_assessed_after_a_death_that_was_known_late_are_named(
    intake, assessor, enroll, on_own_account
):
    who = enroll()
    on_own_account(who, 800_000)
    for at in range(MARCH, MARCH + 3):
        contributions.assess(by=assessor, person=who, month=at, branch=PENSION)
    assert die(intake, who).months_after == [MARCH + 1, MARCH + 2]


def test_nothing_begins_for_the_dead(intake, enroll, found, employ, on_own_account):
    who = enroll()
    die(intake, who)
    with pytest.raises(Refused, match="died on"):
        employ(who, found(), from_=date(2026, 3, 21))
    with pytest.raises(Refused, match="died on"):
        on_own_account(who, 800_000, from_=date(2026, 4, 1))
    with pytest.raises(Refused, match="died on"):
        households.form(by=intake, head=who, region=CHAOYANG, opened_on=date(2026, 4, 1))
    assert not Coverage.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"died_on": date(1980, 1, 1)}, "died_on"),
        ({"died_on": timezone.localdate() + timedelta(days=1)}, "died_on"),
        ({"known_on": date(2026, 3, 19)}, "known_on"),
        ({"known_on": timezone.localdate() + timedelta(days=1)}, "known_on"),
        ({"document": " "}, "document"),
    ],
)
def test_a_death_that_cannot_be_is_refused_and_changes_nothing(intake, enroll, changed, field):
    who = enroll()
    with pytest.raises(Invalid) as refusal:
        die(intake, who, **changed)
    assert refusal.value.field == field
    who.refresh_from_db()
    assert who.died_on is None


def test_nobody_dies_twice(intake, enroll):
    who = enroll()
    die(intake, who)
    with pytest.raises(Conflict, match="recorded as having died"):
        die(intake, who, died_on=date(2026, 3, 21))
    who.refresh_from_db()
    assert who.died_on == DIED


# Households


@pytest.fixture
def family(intake, enroll):
    """A mother as head, and her son."""
    mother, son = enroll(name="李芳"), enroll(name="王小明", born=date(2012, 1, 1), man=True)
    home = households.form(
        by=intake, head=mother, region=CHAOYANG, opened_on=date(2020, 1, 1), address="某路 1 号"
    )
    households.join(
        by=intake, household=home, person=son, role=HouseholdRole.CHILD, from_=date(2020, 1, 1)
    )
    return home, mother, son


def test_people_of_one_household_are_relatives_whose_cases_they_leave_alone(staff, family):
    _home, mother, son = family
    assert queries.relatives(mother.pk) == {son.pk}
    clerk = staff(Role.ASSESSOR)
    clerk.person_id = mother.pk
    with pytest.raises(Denied, match="relative"):
        access.require_stranger(clerk, son.pk)


def test_a_person_belongs_to_one_household_at_a_time(intake, enroll, family):
    home, mother, _son = family
    other = households.form(
        by=intake, head=enroll(name="赵敏"), region=CHAOYANG, opened_on=date(2021, 1, 1)
    )
    with pytest.raises(Conflict, match="belongs to a household"):
        households.join(
            by=intake,
            household=other,
            person=mother,
            role=HouseholdRole.OTHER,
            from_=date(2022, 1, 1),
        )
    with pytest.raises(IntegrityError, match="one_household"), transaction.atomic():
        HouseholdMember.objects.create(
            household=other,
            person=mother,
            role=HouseholdRole.OTHER,
            span=from_day(date(2022, 1, 1)),
        )
    assert queries.household_of(mother.pk) == home


def test_a_household_has_one_head_and_can_change_it(intake, family):
    home, mother, son = family
    with pytest.raises(Refused, match="head of this household"):
        households.leave(by=intake, person=mother, last_day=date(2026, 1, 31))
    households.change_head(
        by=intake,
        household=home,
        head=son,
        role_of_former=HouseholdRole.PARENT,
        from_=date(2026, 2, 1),
    )
    roles = {
        day: dict(
            HouseholdMember.objects.filter(household=home, span__contains=day).values_list(
                "person_id", "role"
            )
        )
        for day in (date(2026, 1, 31), date(2026, 2, 1))
    }
    assert roles[date(2026, 1, 31)] == {mother.pk: "head", son.pk: "child"}
    assert roles[date(2026, 2, 1)] == {mother.pk: "parent", son.pk: "head"}
    with pytest.raises(IntegrityError, match="one_head"), transaction.atomic():
        HouseholdMember.objects.filter(person=mother, span__contains=date(2026, 2, 1)).update(
            role=HouseholdRole.HEAD
        )


def test_a_household_closes_when_the_last_one_leaves(intake, family):
    home, mother, son = family
    households.leave(by=intake, person=son, last_day=date(2026, 1, 31))
    assert Household.objects.get(pk=home.pk).closed_on is None
    households.leave(by=intake, person=mother, last_day=date(2026, 2, 28))
    assert Household.objects.get(pk=home.pk).closed_on == date(2026, 2, 28)
    with pytest.raises(Refused, match="no household"):
        households.leave(by=intake, person=mother, last_day=date(2026, 3, 31))


# Bank accounts


def set_account(by, who, **changed):
    wanted = {
        "purpose": Purpose.BENEFIT,
        "account": CARD,
        "bank": "某某银行",
        "holder": who.name,
    } | changed
    return bank_account.set(by=by, person=who, **wanted)


def test_an_account_is_kept_hidden_and_replaced_by_the_next(intake, enroll):
    who = enroll()
    first = set_account(intake, who, account="6222 0202 0000 0000 006")
    assert (first.last_four, first.account) == ("0006", CARD)
    assert CARD not in str(AuditEntry.objects.filter(subject_type="bankaccount").values())
    second = set_account(intake, who, account=OTHER_CARD)
    first.refresh_from_db()
    assert first.closed_on is not None
    assert BankAccount.objects.get(person=who, closed_on=None) == second


def test_the_same_account_again_changes_nothing(intake, enroll):
    who = enroll()
    first = set_account(intake, who)
    before = AuditEntry.objects.count()
    assert set_account(intake, who) == first
    assert (BankAccount.objects.count(), AuditEntry.objects.count()) == (1, before)


def test_an_account_of_somebody_else_is_refused(intake, enroll):
    one, two = enroll(name="李芳"), enroll(name="王伟")
    set_account(intake, one)
    with pytest.raises(Refused, match="belongs to 李芳, not to 王伟"):
        set_account(intake, two, holder="李芳", account=OTHER_CARD)
    with pytest.raises(Conflict, match="in use for another person"):
        set_account(intake, two)
    with pytest.raises(Conflict, match="in use for another person"):
        set_account(intake, two, purpose=Purpose.CONTRIBUTION)
    assert not BankAccount.objects.filter(person=two).exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"account": "6222020200000000005"}, "account"),
        ({"account": "123"}, "account"),
        ({"purpose": "gift"}, "purpose"),
        ({"bank": ""}, "bank"),
    ],
)
def test_an_account_that_cannot_be_is_refused(intake, enroll, changed, field):
    with pytest.raises(Invalid) as refusal:
        set_account(intake, enroll(), **changed)
    assert refusal.value.field == field
    assert not BankAccount.objects.exists()


# Months from before these books


def test_deemed_months_count_once_a_second_person_agrees(intake, reviewer, enroll):
    who = enroll(born=date(1966, 1, 1))
    entered = prior.enter_deemed(
        by=intake,
        person=who,
        branch=PENSION,
        region=CHAOYANG,
        first_month=month(1986, 1),
        last_month=month(1992, 9),
        document="职工档案 12 号",
    )
    assert queries.months_deemed(who.pk, PENSION) == 0
    prior.approve(by=reviewer, prior=entered)
    assert queries.months_deemed(who.pk, PENSION) == entered.months == 81
    assert queries.months_paid(who.pk, PENSION) == 0
    with pytest.raises(Conflict, match="decided already"):
        prior.approve(by=reviewer, prior=entered)


def test_paid_months_are_carried_over_with_their_bases(
    intake, assessor, reviewer, enroll, on_own_account
):
    who = enroll()
    bases = {month(2025, m): 700_000 + m for m in range(1, 13)}
    entered = prior.enter_paid(
        by=intake, person=who, branch=PENSION, region=CHAOYANG, bases=bases, document="转移单 1"
    )
    prior.approve(by=reviewer, prior=entered)
    on_own_account(who, 800_000)
    contributions.assess(by=assessor, person=who, month=MARCH, branch=PENSION)
    record = queries.record(who.pk, PENSION)
    assert [each.base for each in record] == [*bases.values(), 800_000]
    assert {each.status for each in record[:12]} == {MonthStatus.CARRIED}
    assert queries.months_paid(who.pk, PENSION) == 12


def test_whoever_entered_months_does_not_approve_them(staff, intake, enroll):
    both = staff(Role.ASSESSOR, Role.REVIEWER)
    entered = prior.enter_deemed(
        by=both,
        person=enroll(born=date(1966, 1, 1)),
        branch=PENSION,
        region=CHAOYANG,
        first_month=month(1986, 1),
        last_month=month(1986, 12),
        document="职工档案 12 号",
    )
    with pytest.raises(Denied, match="colleague must check"):
        prior.approve(by=both, prior=entered)
    with pytest.raises(Denied):
        prior.approve(by=intake, prior=entered)
    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        PriorService.objects.update(checker=both)
    assert PriorService.objects.get().state == "draft"


def test_rejected_months_are_struck_out_and_may_come_again(intake, reviewer, enroll):
    who = enroll()
    said = {
        "by": intake,
        "person": who,
        "branch": PENSION,
        "region": CHAOYANG,
        "bases": {month(2025, 1): 700_000},
        "document": "转移单 1",
    }
    entered = prior.enter_paid(**said)
    with pytest.raises(Conflict, match="Another entry covers"):
        prior.enter_paid(**said)
    with pytest.raises(Invalid, match="Say why"):
        prior.reject(by=reviewer, prior=entered, reason=" ")
    prior.reject(by=reviewer, prior=entered, reason="看不清")
    assert not PriorMonth.objects.exists()
    prior.approve(by=reviewer, prior=prior.enter_paid(**said))
    assert queries.months_paid(who.pk, PENSION) == 1


def test_months_before_birth_in_the_future_or_in_our_books_are_refused(
    intake, assessor, enroll, on_own_account
):
    who = enroll(born=date(1990, 5, 1))
    on_own_account(who, 800_000)
    contributions.assess(by=assessor, person=who, month=MARCH, branch=PENSION)

    def enter(first, last, document="转移单 1"):
        prior.enter_deemed(
            by=intake,
            person=who,
            branch=PENSION,
            region=CHAOYANG,
            first_month=first,
            last_month=last,
            document=document,
        )

    with pytest.raises(Invalid, match="before the birth"):
        enter(month(1990, 4), month(1999, 1))
    with pytest.raises(Invalid, match="not begun"):
        enter(month(2025, 1), month(2090, 1))
    with pytest.raises(Invalid, match="before the first"):
        enter(month(2025, 2), month(2025, 1))
    with pytest.raises(Invalid, match="document"):
        enter(month(2025, 1), month(2025, 2), " ")
    with pytest.raises(Refused, match="2026-03 is in these books already"):
        enter(month(2025, 1), MARCH)
    assert not PriorService.objects.exists()


def test_the_record_costs_six_queries_however_long_it_is(
    intake, assessor, reviewer, enroll, on_own_account, django_assert_num_queries
):
    who = enroll()
    bases = dict.fromkeys(range(month(2010, 1), month(2026, 1)), 700000)
    entered = prior.enter_paid(
        by=intake, person=who, branch=PENSION, region=CHAOYANG, bases=bases, document="转移单 1"
    )
    prior.approve(by=reviewer, prior=entered)
    on_own_account(who, 800_000)
    for at in (MARCH - 1, MARCH):
        contributions.assess(by=assessor, person=who, month=at, branch=PENSION)
    with django_assert_num_queries(6):
        assert len(queries.record(who.pk, PENSION)) == 194


def test_the_months_of_many_are_those_of_each(
    intake, assessor, reviewer, accountant, enroll, on_own_account
):
    one, two = enroll(), enroll()
    entered = prior.enter_paid(
        by=intake,
        person=one,
        branch=PENSION,
        region=CHAOYANG,
        bases={month(2025, 1): 700_000},
        document="转移单 1",
    )
    for who in (one, two):
        on_own_account(who, 800_000)
        for at in (MARCH - 1, MARCH):
            contributions.assess(by=assessor, person=who, month=at, branch=PENSION)
    prior.approve(by=reviewer, prior=entered)
    receipts.receive(
        by=accountant,
        branch=PENSION,
        amount=200_000,
        received_on=date(2026, 4, 1),
        reference="R1",
        person=one,
    )
    select, values = queries.paid_months(PENSION, one.pk, two.pk)
    with connection.cursor() as cursor:
        cursor.execute(f"{select} order by 1, 2", values)
        found = cursor.fetchall()
    assert found == [
        (each_person.pk, each.month, each.base)
        for each_person in (one, two)
        for each in queries.record(each_person.pk, PENSION)
        if each.status.counts_as_paid
    ]
    assert len(found) == 2


def test_an_end_reason_of_death_is_for_deaths_alone(intake, enroll, found, employ):
    who = enroll()
    employ(who, found())
    with pytest.raises(Invalid, match="why the coverage ends"):
        cover.end(by=intake, person=who, branch=PENSION, last_day=DIED, reason=EndReason.DIED)
