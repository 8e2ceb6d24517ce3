"""Bills: what is charged, who pays, what is taken back; and a year that does not mind the order."""

import threading
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollment.models import Coverage
from funds import queries as books
from funds.models import Branch, Scheme, accounts
from funds.services import fund as funds
from medical.models import (
    MONEY,
    BillLine,
    Care,
    Encounter,
    Level,
    Provider,
    Registration,
    Sanction,
    Settlement,
    YearSums,
)
from medical.services import next_payer, settling
from medical.services.settling import posting
from medical.services.settling.replay import replay
from socsec.office import oversight
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import AuditEntry
from tests import people
from tests.medical.hospital import YEAR, at, catalogue, clerk, hospital, of, provider, village

__all__ = ["catalogue", "clerk", "hospital", "village"]
CARES = [Care.OUTPATIENT, Care.EMERGENCY, Care.INPATIENT, Care.SPECIAL]


@pytest.fixture
def visit(village, clerk, hospital, catalogue):
    """A visit that has ended, ready to be settled."""
    Registration.objects.create(
        person=village.souls["lin"],
        care=Care.SPECIAL,
        diagnosis="I10",
        region=people.PUDONG,
        from_date=date(2020, 1, 1),
        by=clerk,
    )

    def make(
        yuan=1000, care=Care.INPATIENT, day=None, who="lin", where=None, number=None, lines=None
    ):
        day = day or date(YEAR, 1, 10)
        opened = settling.admit(
            by=clerk,
            provider=where or hospital,
            person=village.souls[who],
            number=number or f"N{Encounter.objects.count()}",
            care=care,
            opened_at=at(day),
        )
        settling.charge(by=clerk, encounter=opened, charges=lines or [of("A1", yuan, day=day)])
        return settling.discharge(by=clerk, encounter=opened, closed_at=at(day, 17))

    return make


def sums(village, who="lin"):
    return YearSums.objects.filter(person_id=village.souls[who].pk, year=YEAR).values().first()


def test_a_line_is_split_by_the_catalogue_of_its_day(village, clerk, hospital, catalogue):
    opened = settling.admit(
        by=clerk,
        provider=hospital,
        person=village.souls["lin"],
        number="1",
        care=Care.OUTPATIENT,
        opened_at=at(date(YEAR, 1, 10)),
    )
    lines = [of("A1", 50, "1"), of("B1", 120, "2"), of("C1", 30, "3"), of("", 20, "4")]
    settling.charge(by=clerk, encounter=opened, charges=lines)
    names = ("over_limit", "uncovered", "first_self_pay", "in_scope")
    assert list(opened.lines.order_by("number").values_list(*names)) == [
        (0, 0, 0, 50_00),
        # 120.00 where the limit is 100.00, of which 10 % are paid first
        (20_00, 0, 10_00, 90_00),
        (0, 30_00, 0, 0),
        (0, 20_00, 0, 0),
    ]
    assert settling.take_off(by=clerk, encounter=opened, numbers=["2", "3"]) == 2
    assert BillLine.objects.filter(cancelled_at=None).count() == 2


def test_what_is_shown_is_what_is_settled_and_taking_it_back_leaves_nothing(
    village, clerk, visit, django_assert_max_num_queries
):
    stay = visit(20_000)
    shown = settling.preview(by=clerk, encounter=stay)
    assert not Settlement.objects.exists()
    assert not YearSums.objects.exists()
    # Twelve statements; within a test, the transaction is a savepoint, which is two more.
    with django_assert_max_num_queries(14):
        (made,) = settling.settle(by=clerk, encounter=stay)
    assert {name: getattr(made, name) for name in MONEY} == shown[0].amounts
    # Shanghai, working, third level: (20,000.00 − 1,500.00) × 85 % = 15,725.00
    assert (made.deductible, made.pool_pay) == (1500_00, 15_725_00)
    assert made.total == made.fund_pay + made.person_pay == 20_000_00
    assert sums(village)["pool_inpatient"] == 15_725_00
    assert sums(village)["stays"] == 1
    back = settling.reverse(by=clerk, encounter=Encounter.objects.get(), reason="误结算")
    assert [row.total for row in back] == [-20_000_00]
    nothing = {**sums(village), "last_served": None}
    assert all(
        nothing[name] in (0, None)
        for name in nothing
        if name not in ("pk", "person_id", "year", "scheme", "home")
    )
    (again,) = settling.settle(by=clerk, encounter=Encounter.objects.get())
    assert {name: getattr(again, name) for name in MONEY} == shown[0].amounts


@pytest.mark.usefixtures("catalogue")
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    bills=st.lists(
        st.tuples(st.sampled_from(CARES), st.integers(1, 90_000), st.integers(1, 200)),
        min_size=2,
        max_size=5,
    ),
    data=st.data(),
)
def test_a_year_comes_to_the_same_in_whatever_order_its_bills_come(
    village, clerk, visit, bills, data
):
    last = (timezone.localdate() - date(YEAR, 1, 1)).days or 1

    def year(order, reversed_first):
        with transaction.atomic():
            stays = [
                visit(yuan, care, date(YEAR, 1, 1) + timedelta(days=day % last), number=f"V{n}")
                for n, (care, yuan, day) in enumerate(bills)
            ]
            for n in order:
                settling.settle(by=clerk, encounter=stays[n])
            for n in reversed_first:
                settling.reverse(by=clerk, encounter=stays[n], reason="更正")
                settling.settle(by=clerk, encounter=stays[n])
            done = replay(YEAR)
            assert (done.bills, done.differing, done.years_differ) == (len(bills), 0, [])
            found = sums(village)
            came_to = [
                {
                    name: sum(
                        Settlement.objects.filter(encounter=stay).values_list(name, flat=True)
                    )
                    for name in MONEY
                }
                for stay in stays
            ]
            transaction.set_rollback(True)
        found.pop("last_encounter")
        return found, came_to

    everyone = range(len(bills))
    in_order = year(everyone, [])
    other = year(
        data.draw(st.permutations(list(everyone))),
        data.draw(st.lists(st.sampled_from(list(everyone)), max_size=2, unique=True)),
    )
    assert other == in_order
    for amounts in other[1]:
        assert amounts["total"] == amounts["fund_pay"] + amounts["person_pay"]


def test_a_stay_after_a_transfer_pays_no_second_deductible(village, clerk, visit, hospital):
    second = provider(village, "H31011500002", "浦东第二医院", Level.THIRD)
    first = visit(10_000, day=date(YEAR, 1, 10))
    settling.settle(by=clerk, encounter=first)
    moved = visit(5_000, day=date(YEAR, 1, 11), where=second)
    assert moved.previous_id == first.pk
    (made,) = settling.settle(by=clerk, encounter=moved)
    assert (made.deductible, made.pool_pay) == (0, 4_250_00)  # 5,000.00 × 85 %
    later = visit(5_000, day=date(YEAR, 1, 20), where=second)
    assert later.previous_id is None


def before():
    return (
        Encounter.objects.count(),
        BillLine.objects.count(),
        Settlement.objects.count(),
        AuditEntry.objects.count(),
    )


BAD_LINES = {
    "unknown_code": of("ZZ", 10),
    "quantity_not_positive": of("A1", 10, quantity=-1),
    "amount_differs": of("A1", 10, amount=11_00),
    "amount_negative": of("A1", 10, price=-1, amount=0),
    "day_outside_visit": of("A1", 10, day=date(YEAR, 1, 9)),
    "unknown_kind": of("A1", 10, kind=9),
}


def test_a_bad_line_takes_none_of_the_lines(village, clerk, hospital, catalogue):
    opened = settling.admit(
        by=clerk,
        provider=hospital,
        person=village.souls["lin"],
        number="1",
        care=Care.OUTPATIENT,
        opened_at=at(date(YEAR, 1, 10)),
    )
    there = before()
    for code, line in BAD_LINES.items():
        with pytest.raises(Invalid) as told:
            settling.charge(by=clerk, encounter=opened, charges=[of("A1", 5, "9"), line])
        assert told.value.code == code
    with pytest.raises(Conflict):
        settling.charge(by=clerk, encounter=opened, charges=[of("A1", 5, "9"), of("A1", 6, "9")])
    with pytest.raises(Invalid):
        settling.discharge(by=clerk, encounter=opened, closed_at=at(date(YEAR, 1, 9)))
    with pytest.raises(Invalid):
        settling.take_off(by=clerk, encounter=opened, numbers=["77"])
    assert before() == there


def test_who_may_not_be_settled_for_is_refused_and_nothing_is_written(
    village, clerk, hospital, catalogue
):
    day = date(YEAR, 1, 10)

    def refused(code, **said):
        there = before()
        asked = {
            "provider": hospital,
            "person": village.souls["lin"],
            "number": "X",
            "care": Care.OUTPATIENT,
            "opened_at": at(day),
        }
        with pytest.raises((Refused, Invalid)) as told:
            settling.admit(by=clerk, **{**asked, **said})
        assert told.value.code == code
        assert before() == there

    refused("not_covered", opened_at=at(date(2001, 1, 1)), provider=_old(village))
    refused("in_the_future", opened_at=timezone.now() + timedelta(minutes=31))
    other = Provider.objects.create(
        code="H31011500009", name="无协议医院", kind=1, level=1, region=people.PUDONG
    )
    refused("no_agreement", provider=other)
    Sanction.objects.create(
        provider=hospital,
        kind=Sanction.Kind.SUSPENDED,
        from_date=day,
        reason="欺诈骗保",
        law="医疗保障基金使用监督管理条例第三十八条",
        maker=village.by("assessor"),
        checker=village.by("reviewer"),
    )
    refused("provider_suspended")


def _old(village):
    made = provider(village, "H31011500008", "老医院", Level.FIRST)
    made.agreements.update(from_date=date(2000, 1, 1))
    return made


def test_nothing_is_settled_or_taken_back_twice(village, clerk, visit):
    stay = visit()
    settling.settle(by=clerk, encounter=stay)
    there = before()
    with pytest.raises(Conflict):
        settling.settle(by=clerk, encounter=stay)
    with pytest.raises(Conflict):
        settling.cancel(by=clerk, encounter=stay, reason="错")
    assert before() == there
    settling.reverse(by=clerk, encounter=stay, reason="错")
    there = before()
    with pytest.raises(Conflict):
        settling.reverse(by=clerk, encounter=stay, reason="错")
    assert before() == there
    settling.cancel(by=clerk, encounter=stay, reason="错")
    assert Encounter.objects.get().state == "cancelled"


def test_what_a_day_settled_stands_in_the_books_the_night_after(village, clerk, visit, monkeypatch):
    first, second = visit(20_000), visit(8_000, who="chen", day=date(YEAR, 1, 12))
    for stay in (first, second):
        settling.settle(by=clerk, encounter=stay)
    settling.reverse(by=clerk, encounter=second, reason="误结算")
    today = timezone.localdate()
    with pytest.raises(ValueError, match="when it is over"):
        posting.post(today)
    monkeypatch.setattr(timezone, "localdate", lambda *said: today + timedelta(days=2))
    asked = ["medical.bills_posted", "medical.year_sums"]
    (late,) = [found.code for _question, each in oversight.run(asked) for found in each]
    assert late == "bills_posted"
    assert posting.post_all() == 1
    assert posting.post_all() == 0
    fund = funds.for_(Branch.MEDICAL, Scheme.EMPLOYEES, people.PUDONG)
    # 15,725.00 of the stay that stands; the other was taken back on its day
    assert books.balance(fund, accounts.PROVIDERS_DUE) == 15_725_00
    assert [found for _question, each in oversight.run(asked) for found in each] == []


def test_sums_that_somebody_changed_by_hand_are_found(village, clerk, visit):
    settling.settle(by=clerk, encounter=visit(20_000))
    asked = ["medical.year_sums", "medical.bills_replayed"]
    assert not [f for _q, each in oversight.run(asked) for f in each]
    YearSums.objects.update(total=1)
    found = [f for _q, each in oversight.run(asked) for f in each]
    assert len(found) == 2
    assert all(str(village.souls["lin"].pk) in each.subject for each in found)


def test_who_is_recognised_as_poor_is_helped_with_what_the_insurance_leaves(
    village, clerk, visit, monkeypatch
):
    """Beijing's rates: of what remains in scope, 85 % for the minimum living guarantee."""
    funds.establish(Branch.MEDICAL, Scheme.EMPLOYEES, "110000")
    Coverage.objects.filter(person=village.souls["lin"], branch=Branch.MEDICAL).update(
        region="110105"
    )
    stay = visit(20_000)
    alone = settling.preview(by=clerk, encounter=stay)[0].sheet
    monkeypatch.setattr(
        next_payer, "_designated", lambda person, day, law: {"standing": 1, "poor": True}
    )
    helped = settling.preview(by=clerk, encounter=stay)[0].sheet
    assert alone.assistance_pay == 0
    assert helped.assistance_pay == (helped.residual * 85 + 50) // 100
    assert helped.fund_pay + helped.person_pay == 20_000_00
    settling.settle(by=clerk, encounter=stay)
    assert sums(village)["assistance_inpatient"] == helped.assistance_pay


WRONG = {
    "scope": {"in_scope": F("in_scope") + 1},
    "payers": {"provider_pay": F("provider_pay") + 1},
    "funds": {"pool_pay": F("pool_pay") + 1},
    "person": {"cash": F("cash") + 1},
    "negative": {"deductible": -1},
}


@pytest.mark.parametrize("name", WRONG)
def test_the_database_takes_no_settlement_whose_money_does_not_close(visit, clerk, name):
    (made,) = settling.settle(by=clerk, encounter=visit(20_000))
    said = {
        field.attname: getattr(made, field.attname)
        for field in Settlement._meta.concrete_fields
        if field.attname not in ("id", "public_id")
    }
    broken = {
        **said,
        "part": 1,
        **{key: -1 if value == -1 else said[key] + 1 for key, value in WRONG[name].items()},
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.create(**broken)
    with pytest.raises(DatabaseError), transaction.atomic():
        Settlement.objects.update(**WRONG[name])
    with pytest.raises(DatabaseError), transaction.atomic():
        Settlement.objects.all().delete()
    assert Settlement.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_hospitals_in_the_same_second_take_turns(clerk, visit, village):
    stays = [visit(20_000, day=date(YEAR, 1, day), number=f"T{day}") for day in (3, 9)]
    ready = threading.Barrier(2)
    failed = []

    def go(stay):
        try:
            ready.wait(timeout=10)
            settling.settle(by=clerk, encounter=stay)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[stay]) for stay in stays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    # Shanghai, working, third level: each stay has its own deductible; (20,000.00 − 1,500.00) × 85 %
    assert sums(village)["pool_inpatient"] == sum(row.pool_pay for row in Settlement.objects.all())
    assert sums(village)["bills"] == 2
    stored = sums(village)
    (first, second) = (Encounter.objects.get(pk=stay.pk) for stay in stays)
    for stay in (first, second):
        settling.reverse(by=clerk, encounter=stay, reason="核对")
    for stay in (first, second):
        stay.refresh_from_db()
        settling.settle(by=clerk, encounter=stay)
    assert sums(village) == stored
