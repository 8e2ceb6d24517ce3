"""Money between levels: rounds in which regions share, single payments, four people, both books."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from funds import queries
from funds.models import Branch, PoolingPart, PoolingRound, PoolingTransfer, Scheme, accounts
from funds.models.ledger import LedgerBatch
from funds.services import budgets, cash, ledger, pooling
from funds.services import fund as funds
from socsec.kernel.months import month
from socsec.kernel.regions import NATION
from socsec.office import oversight
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Role
from tests.funds.test_statements import desk as desk

from .conftest import BEIJING, SHANGHAI, staff

ON = date(2026, 3, 10)
FISCAL = accounts.FISCAL_ACCOUNT
QUESTIONS = ("funds.pooling_sides", "funds.pooling_rounds", "funds.levels", "funds.flows")
MILLION = 1_000_000_00


def found() -> list[str]:
    return sorted(each.code for _question, said in oversight.run(QUESTIONS) for each in said)


class Level:
    """A fund with its accountant and its reviewer."""

    def __init__(self, region, scheme=Scheme.EMPLOYEES):
        self.fund = funds.establish(Branch.PENSION, scheme, region, since=date(2018, 1, 1))
        self.first = staff(f"first{region}", Role.ACCOUNTANT, region=region)
        self.second = staff(f"second{region}", Role.REVIEWER, region=region)

    def holds(self):
        return queries.balance(self.fund, FISCAL)

    def opens(self, amount, on=date(2019, 1, 2)):
        cash.opening(self.fund, amount, by=self.first, on=on)
        return self


@pytest.fixture
def nation(edition):
    return Level(NATION)


@pytest.fixture
def rich(nation):
    return Level(BEIJING).opens(100_000_000 * MILLION // 100)


@pytest.fixture
def poor(nation):
    return Level(SHANGHAI).opens(100_000_000 * MILLION // 100)


def heads(part, wage, workers, retirees, by):
    return pooling.enter_figures(
        part.pk,
        {"average_wage": wage, "insured": workers, "employed": workers, "retirees": retirees},
        source="统计局2019年",
        by=by,
    )


@pytest.fixture
def drawn(nation, rich, poor):
    """A round of 2019 among two regions with a fund: the others are known to policy only and count
    nobody."""
    made = pooling.draft(nation.fund, month(2019, 1), month(2019, 12), by=nation.first)
    for part in made.parts.all():
        heads(part, 0, 0, 0, nation.first)
    # Beijing: 100,000.00 × 0.9 × 1,000 × 0.035 = 3,150,000.00 up
    # Shanghai: 80,000.00 × 0.9 × 500 × 0.035 = 1,260,000.00 up; the pool is 4,410,000.00
    # for 100 and 200 pensioners: 1,470,000.00 and 2,940,000.00 down
    heads(made.parts.get(region=BEIJING), 100_000_00, 1_000, 100, nation.first)
    heads(made.parts.get(region=SHANGHAI), 80_000_00, 500, 200, nation.first)
    return pooling.preview(made.pk, by=nation.first)


def agree_all(made, *levels):
    for level in levels:
        part = made.parts.get(fund=level.fund)
        pooling.agree(part.pk, by=level.first)
        pooling.confirm(part.pk, by=level.second)


def test_a_round_is_previewed_approved_on_both_levels_and_posted_at_once(nation, rich, poor, drawn):
    start = rich.holds(), poor.holds()
    assert {part.region_id: (part.up, part.down) for part in drawn.parts.all() if part.moves} == {
        BEIJING: (3_150_000_00, 1_470_000_00),
        SHANGHAI: (1_260_000_00, 2_940_000_00),
    }
    assert drawn.total == 4_410_000_00
    assert drawn.parts.count() == 31
    with pytest.raises(Conflict):
        pooling.agree(drawn.parts.get(fund=rich.fund).pk, by=rich.first)
    pooling.approve(drawn.pk, total=4_410_000_00, by=nation.second)
    agree_all(drawn, rich)
    with pytest.raises(Refused, match="Shanghai") as refusal:
        pooling.post(drawn.pk, by=nation.first, on=ON)
    assert refusal.value.code == "not_agreed"
    assert not LedgerBatch.objects.filter(kind__startswith="pooling").exists()
    agree_all(drawn, poor)
    pooling.post(drawn.pk, by=nation.first, on=ON)
    assert (rich.holds() - start[0], poor.holds() - start[1]) == (-1_680_000_00, 1_680_000_00)
    assert nation.holds() == 0
    assert queries.balance(nation.fund, accounts.FROM_BELOW) == 4_410_000_00
    assert queries.balance(nation.fund, accounts.TO_BELOW) == 4_410_000_00
    paid = PoolingTransfer.objects.filter(part__round=drawn)
    assert paid.count() == 4
    assert {(each.payer_checker, each.payee_checker) for each in paid.filter(up=True)} == {
        (rich.second, nation.second),
        (poor.second, nation.second),
    }
    assert found() == []
    # and taken back: what was granted first
    with pytest.raises(Conflict):
        pooling.reverse(drawn.pk, by=nation.second)
    pooling.ask_reversal(drawn.pk, by=nation.first, reason="figures of the wrong year")
    pooling.reverse(drawn.pk, by=nation.second)
    assert (rich.holds(), poor.holds(), nation.holds()) == (*start, 0)
    assert set(paid.values_list("state", flat=True)) == {"reversed"}
    assert found() == []
    assert AuditEntry.objects.filter(act__startswith="pooling.round").count() == 3
    # the months are free again
    assert pooling.draft(nation.fund, month(2019, 1), month(2019, 6), by=nation.first).months == 6


def test_what_is_wrong_with_a_round_is_said_and_nothing_moves(nation, rich, poor, drawn):
    accountant, reviewer = nation.first, nation.second
    both = staff("both", Role.ACCOUNTANT, Role.REVIEWER, region=NATION)
    with pytest.raises(Conflict):
        pooling.draft(nation.fund, month(2019, 12), month(2019, 12), by=accountant)
    with pytest.raises(Invalid):
        pooling.draft(nation.fund, month(2020, 12), month(2021, 1), by=accountant)
    with pytest.raises(Refused) as refusal:
        pooling.draft(nation.fund, month(2020, 1), month(2020, 3), by=accountant, method=2)
    assert refusal.value.code == "method_not_in_force"
    with pytest.raises(Denied):
        pooling.approve(drawn.pk, total=drawn.total, by=accountant)
    with pytest.raises(Invalid, match="typed"):
        pooling.approve(drawn.pk, total=drawn.total + 1, by=reviewer)
    with pytest.raises(NotFound):
        pooling.approve(drawn.pk, total=drawn.total, by=rich.second)
    pooling.preview(drawn.pk, by=both)
    with pytest.raises(Denied) as refusal:
        pooling.approve(drawn.pk, total=drawn.total, by=both)
    assert refusal.value.code == "four_eyes"
    # a region known to policy only, whose part would move
    heads(drawn.parts.get(region="440000"), 90_000_00, 10, 1, accountant)
    pooling.preview(drawn.pk, by=accountant)
    drawn.refresh_from_db()
    with pytest.raises(Refused, match="Guangdong") as refusal:
        pooling.approve(drawn.pk, total=drawn.total, by=reviewer)
    assert refusal.value.code == "no_fund_below"
    part = drawn.parts.get(region="440000")
    for figures, source, error in (
        ({"average_wage": -1}, "x", Invalid),
        ({"income": 1}, "x", NotFound),
        ({"average_wage": 1}, " ", Invalid),
    ):
        with pytest.raises(error):
            pooling.enter_figures(part.pk, figures, source=source, by=accountant)
    for part in drawn.parts.all():
        heads(part, 0, 0, 0, accountant)
    with pytest.raises(Refused) as refusal:
        pooling.preview(drawn.pk, by=accountant)
    assert refusal.value.code == "nothing_to_share"
    PoolingPart.objects.filter(round=drawn, region=BEIJING).update(figures={})
    with pytest.raises(Refused, match="Beijing") as refusal:
        pooling.preview(drawn.pk, by=accountant)
    assert refusal.value.code == "figures_missing"
    pooling.abandon(drawn.pk, by=accountant, reason="begun by mistake")
    with pytest.raises(Conflict):
        pooling.preview(drawn.pk, by=accountant)
    assert not LedgerBatch.objects.filter(kind__startswith="pooling").exists()


def test_a_region_agrees_with_two_of_its_own_or_objects(nation, rich, poor, drawn):
    pooling.approve(drawn.pk, total=drawn.total, by=nation.second)
    part = drawn.parts.get(fund=rich.fund)
    both = staff("both", Role.ACCOUNTANT, Role.REVIEWER, region=BEIJING)
    for user, error, code in (
        (nation.first, Denied, "other_level"),
        (poor.first, NotFound, "outside_region"),
        (rich.second, Denied, "not_permitted"),
    ):
        with pytest.raises(error) as refusal:
            pooling.agree(part.pk, by=user)
        assert refusal.value.code == code
    with pytest.raises(Conflict):
        pooling.confirm(part.pk, by=rich.second)
    pooling.agree(part.pk, by=both)
    with pytest.raises(Conflict):
        pooling.agree(part.pk, by=rich.first)
    with pytest.raises(Denied):
        pooling.confirm(part.pk, by=both)
    with pytest.raises(Refused):
        pooling.agree(drawn.parts.get(region="440000").pk, by=rich.first)
    pooling.object_to(part.pk, by=rich.second, reason="the wages are those of 2018")
    drawn.refresh_from_db()
    part.refresh_from_db()
    assert (drawn.state, drawn.checker, part.maker) == ("drafted", None, None)
    assert part.objection == "the wages are those of 2018"


def test_a_region_that_cannot_pay_stops_the_whole_round(nation, poor, drawn, rich):
    pooling.approve(drawn.pk, total=drawn.total, by=nation.second)
    agree_all(drawn, rich, poor)
    drained = rich.holds() - 1
    ledger.post(
        rich.fund,
        "plan_draw",
        [ledger.Posting(0, accounts.EXPENDITURE_ACCOUNT, FISCAL, drained, month(2026, 1), BEIJING)],
        source="drained",
        on=date(2026, 1, 5),
    )
    with pytest.raises(Refused) as refusal:
        pooling.post(drawn.pk, by=nation.first, on=ON)
    assert refusal.value.code == "account_overdrawn"
    assert not PoolingTransfer.objects.exists()
    assert poor.holds() == 100_000_000 * MILLION // 100


def test_surpluses_fill_gaps_from_the_books_alone(nation, rich, poor):
    """Beijing took in 900.00 beyond what it paid, Shanghai lacks 200.00: half of 900 is offered, 200
    are asked for, and the subsidy of the treasury counts in neither."""

    def booked(level, debit, credit, amount, name):
        posting = ledger.Posting(0, debit, credit, amount, month(2025, 3), level.fund.region_id)
        ledger.post(level.fund, "opening", [posting], source=name, on=date(2025, 3, 5))

    booked(rich, FISCAL, accounts.CONTRIBUTION_INCOME, 900_00, "a")
    booked(rich, FISCAL, accounts.SUBSIDY_INCOME, 5_000_00, "b")
    booked(poor, accounts.EXPENDITURE_ACCOUNT, FISCAL, 200_00, "c")
    booked(poor, accounts.IN_TRANSIT, accounts.EXPENDITURE_ACCOUNT, 200_00, "d")
    booked(poor, accounts.BENEFITS, accounts.IN_TRANSIT, 200_00, "e")
    made = pooling.draft(nation.fund, month(2025, 1), month(2025, 12), by=nation.first)
    assert made.method == 2
    pooling.preview(made.pk, by=nation.first)
    assert {part.region_id: (part.up, part.down) for part in made.parts.all()} == {
        BEIJING: (200_00, 0),
        SHANGHAI: (0, 200_00),
    }
    with pytest.raises(Refused) as refusal:
        pooling.draft(nation.fund, month(2026, 11), month(2026, 11), by=nation.first)
    assert refusal.value.code == "months_not_over"


@pytest.fixture
def sent(nation, rich):
    made = pooling.draft_transfer(
        rich.fund, nation.fund, month=month(2026, 3), amount=500_00, purpose="缴拨", by=rich.first
    )
    return pooling.send(made.pk, by=rich.second)


def test_a_payment_between_levels_has_four_people_and_stands_on_both_books(nation, rich, sent):
    before = rich.holds()
    assert sent.up
    pooling.accept(sent.pk, by=nation.first)
    pooling.finish(sent.pk, by=nation.second, on=ON)
    assert (rich.holds(), nation.holds()) == (before - 500_00, 500_00)
    assert queries.balance(rich.fund, accounts.TO_ABOVE) == 500_00
    assert queries.balance(nation.fund, accounts.FROM_BELOW) == 500_00
    assert found() == []
    with pytest.raises(Conflict):
        pooling.give_back(sent.pk, by=nation.second)
    pooling.ask_back(sent.pk, by=rich.first, reason="paid twice")
    with pytest.raises(NotFound):
        pooling.give_back(sent.pk, by=rich.second)
    pooling.give_back(sent.pk, by=nation.second)
    assert (rich.holds(), nation.holds()) == (before, 0)
    assert found() == []


def test_whoever_may_not_moves_nothing_between_levels(nation, rich, poor, sent):
    both = staff("both", Role.ACCOUNTANT, Role.REVIEWER, region=NATION)
    for act, user, error in (
        (pooling.accept, rich.first, NotFound),
        (pooling.accept, nation.second, Denied),
        (pooling.finish, nation.second, Conflict),
        (pooling.send, rich.second, Conflict),
        (pooling.accept, staff("auditor", Role.AUDITOR, region=NATION), Denied),
    ):
        with pytest.raises(error):
            act(sent.pk, by=user)
    pooling.accept(sent.pk, by=both)
    with pytest.raises(Denied) as refusal:
        pooling.finish(sent.pk, by=both)
    assert refusal.value.code == "four_eyes"
    pooling.reject(sent.pk, by=nation.second, reason="not agreed")
    with pytest.raises(Conflict):
        pooling.finish(sent.pk, by=nation.second)
    for payer, payee, amount, purpose, error, code in (
        (rich, poor, 1, "x", Refused, "not_neighbours"),
        (rich, nation, 0, "x", Invalid, "amount_out_of_range"),
        (rich, nation, 1.5, "x", Invalid, "amount_out_of_range"),
        (rich, nation, 1, " ", Invalid, "reason_missing"),
    ):
        with pytest.raises(error) as refusal:
            pooling.draft_transfer(
                payer.fund,
                payee.fund,
                month=month(2026, 3),
                amount=amount,
                purpose=purpose,
                by=payer.first,
            )
        assert refusal.value.code == code
    with pytest.raises(Denied, match="acts for"):
        pooling.draft_transfer(
            rich.fund, nation.fund, month=month(2026, 3), amount=1, purpose="x", by=nation.first
        )
    assert not LedgerBatch.objects.filter(kind__startswith="pooling").exists()


def test_a_budget_in_force_must_have_a_head_for_it(nation, rich, sent):
    third = staff("third", Role.REVIEWER)
    made = budgets.draft(rich.fund, 2026, {accounts.BENEFITS: 100}, by=rich.first)
    budgets.review(made.pk, by=rich.second)
    budgets.approve(made.pk, by=third)
    pooling.accept(sent.pk, by=nation.first)
    with pytest.raises(Refused) as refusal:
        pooling.finish(sent.pk, by=nation.second, on=ON)
    assert refusal.value.code == "no_budget_head"
    sent.refresh_from_db()
    assert sent.state == PoolingTransfer.State.ACCEPTED


def test_verify_names_a_side_that_is_missing_and_a_round_that_does_not_close(nation, rich, drawn):
    assert found() == []
    PoolingPart.objects.filter(round=drawn, region=BEIJING).update(down=1)
    assert found() == ["pooling_not_conserved"]
    posting = ledger.Posting(0, accounts.TO_ABOVE, FISCAL, 7, month(2026, 3), BEIJING, heads=0)
    ledger.post(rich.fund, "pooling_out", [posting], source="alone", on=ON)
    assert found() == ["levels_differ", "pooling_not_conserved"]


def test_the_database_refuses_one_person_on_both_sides(nation, rich, sent):
    with pytest.raises(IntegrityError), transaction.atomic():
        PoolingTransfer.objects.filter(pk=sent.pk).update(payee_maker=rich.first)
    with pytest.raises(IntegrityError), transaction.atomic():
        PoolingTransfer.objects.filter(pk=sent.pk).update(state="posted")
    made = PoolingRound(fund=nation.fund, since=5, until=4, method=2, maker=nation.first)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor():
        made.save()


# At the desk


def page(at, name, *args):
    return at.get(reverse(f"admin:funds_{name}", args=args))


def test_the_desk_shows_all_to_the_level_above_and_to_a_region_its_own_part(
    nation, rich, poor, drawn, desk
):
    pooling.approve(drawn.pk, total=drawn.total, by=nation.second)
    at = desk(nation.first)
    shown = page(at, "poolinground_change", drawn.pk).content.decode()
    for text in ("Beijing", "Shanghai", "3,150,000.00", "−1,680,000.00", "Who gains and who pays"):
        assert text in shown
    part = drawn.parts.get(region=SHANGHAI)
    assert "1,260,000.00" in page(at, "pooling_part", drawn.pk, part.pk).content.decode()
    at = desk(rich.first)
    shown = page(at, "poolinground_change", drawn.pk).content.decode()
    assert "3,150,000.00" in shown
    assert "Shanghai" not in shown
    assert "1,260,000.00" not in shown
    assert page(at, "pooling_part", drawn.pk, part.pk).status_code == 404
    stranger = desk(staff("far", Role.ACCOUNTANT, region="440100"))
    assert page(stranger, "poolinground_change", drawn.pk).status_code in (302, 404)
    assert page(stranger, "pooling_part", drawn.pk, part.pk).status_code == 404
    clerk = desk(staff("clerk", Role.INTAKE, region=NATION))
    assert page(clerk, "pooling_part", drawn.pk, part.pk).status_code == 403


def test_a_region_agrees_and_the_round_is_posted_by_clicking(nation, rich, poor, drawn, desk):
    def press(user, name, *args, **answers):
        done = desk(user).post(reverse(f"admin:funds_{name}", args=args), answers)
        assert done.status_code == 302, done.context["form"].errors

    wrong = desk(nation.second).post(
        reverse("admin:funds_pooling_verb", args=[drawn.pk, "approve"]), {"total": "1.00"}
    )
    assert wrong.status_code == 422
    press(nation.second, "pooling_verb", drawn.pk, "approve", total="4410000.00")
    for level in (rich, poor):
        number = drawn.parts.get(fund=level.fund).pk
        press(level.first, "pooling_part_verb", drawn.pk, number, "agree")
        press(level.second, "pooling_part_verb", drawn.pk, number, "confirm")
    press(nation.first, "pooling_verb", drawn.pk, "post")
    drawn.refresh_from_db()
    assert drawn.state == PoolingRound.State.POSTED
    paid = PoolingTransfer.objects.filter(payer=rich.fund).get()
    assert page(desk(rich.first), "poolingtransfer_change", paid.pk).status_code == 200
    assert "Beijing" in page(desk(rich.first), "poolingtransfer_changelist").content.decode()
    assert page(desk(poor.first), "poolingtransfer_change", paid.pk).status_code == 302


def test_a_payment_and_figures_are_entered_on_forms(nation, rich, drawn, desk):
    at = desk(rich.first)
    done = at.post(
        reverse("admin:funds_pooling_pay"),
        {
            "payer": rich.fund.pk,
            "payee": nation.fund.pk,
            "month_month": "3",
            "month_year": "2026",
            "amount": "12.50",
            "purpose": "缴拨",
        },
    )
    assert done.status_code == 302, done.context["form"].errors
    made = PoolingTransfer.objects.get()
    assert (made.amount, made.up) == (1250, True)
    at = desk(nation.first)
    number = drawn.parts.get(region=BEIJING).pk
    figures = reverse("admin:funds_pooling_part_verb", args=[drawn.pk, number, "figures"])
    assert at.get(figures).status_code == 200
    answers = {"average_wage": "90000.00", "insured": "7", "employed": "7", "retirees": "1"}
    assert at.post(figures, answers).status_code == 422
    assert at.post(figures, {**answers, "source": "统计局"}).status_code == 302
    part = PoolingPart.objects.get(pk=number)
    assert (part.figures["average_wage"], part.sources["insured"]) == (9_000_000, "统计局")
