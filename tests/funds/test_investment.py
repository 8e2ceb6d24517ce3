"""Pension money invested: entrusted by two, reported by custodians, kept within limits, shared to the fen."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connection

from funds import queries
from funds.models import (
    AssetClass,
    CustodianFile,
    Holding,
    Instrument,
    InvestmentOrder,
    LimitBreach,
    ReturnYear,
    RiskReserve,
    Trade,
    Valuation,
    accounts,
)
from funds.models.ledger import LedgerBatch
from funds.queries import investment as reads
from funds.rules.investment import classes
from funds.services import cash, investment
from funds.services.investment.demo_custodian import file_of
from socsec.kernel.ids import make_credit_code
from socsec.office import oversight
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Role

from .conftest import staff

NATION = "000000"
YUAN = 1_000_000  # millionths: a price
FIRST, SECOND, THIRD = date(2025, 3, 3), date(2025, 3, 4), date(2025, 3, 5)
MILLION = 100_000_000  # fen


def wrong() -> list[str]:
    return [
        f"{question.code}: {finding.code}"
        for question in oversight.questions()
        if question.code.startswith("funds.")
        for finding in question.ask()
    ]


@pytest.fixture
def cast(edition, beijing, shanghai):
    """Two funds with 100 million each in their fiscal accounts, a mandate in force, its people."""
    people = SimpleNamespace(
        maker=staff("maker", Role.ACCOUNTANT, region=NATION),
        checker=staff("checker", Role.REVIEWER, region=NATION),
    )
    for fund in (beijing, shanghai):
        cash.opening(fund, 100 * MILLION, by=people.maker, on=date(2025, 1, 2))
    firms = [
        investment.enter_firm(
            by=people.maker,
            kind=kind,
            name=name,
            code=make_credit_code("91", "110000", body),
            region=NATION,
        )
        for kind, name, body in (
            ("manager", "华安管理", "600037341"),
            ("custodian", "托管银行", "600037342"),
        )
    ]
    mandate = investment.draw_up(
        by=people.maker,
        number="P-01",
        name="稳健一号",
        region=NATION,
        manager=firms[0],
        custodian=firms[1],
        limits="pension_2015",
        benchmark="80% 中债 + 20% 沪深300",
        manager_rate=3_650,
        custody_rate=365,
        cure_days=10,
        since=date(2025, 1, 1),
    )
    investment.approve_mandate(mandate.pk, by=people.checker)
    mandate.refresh_from_db()
    return SimpleNamespace(
        **vars(people), firms=firms, mandate=mandate, beijing=beijing, shanghai=shanghai
    )


def instrument(code: str, of: AssetClass, **more) -> Instrument:
    return Instrument(code=code, name=code, asset_class=of, **more)


BOND = {"face": 10_000, "coupon": 36_500, "accrues_from": FIRST}


def move(cast, fund, amount, on=FIRST):
    asked = investment.entrust(fund, cast.mandate, amount, by=cast.maker, on=on)
    investment.approve_entrustment(asked.pk, by=cast.checker)
    return "capital", amount, str(asked.pk)


def read(cast, day, by=None, **more):
    content = file_of(cast.mandate, day, **more)
    return investment.read_file(content, by=by or cast.maker)


@pytest.fixture
def invested(cast):
    """30 and 10 million entrusted; 28 million in bonds, 8 million in equities, 4 million left."""
    cast.bond = instrument("019001", AssetClass.GOVERNMENT, **BOND)
    cast.stock = instrument("600001", AssetClass.EQUITY)
    arrived = [move(cast, cast.beijing, 30 * MILLION), move(cast, cast.shanghai, 10 * MILLION)]
    cast.first = read(
        cast,
        FIRST,
        securities=[cast.bond, cast.stock],
        deals=[
            (cast.bond, True, 280_000, 100 * YUAN, 0, 0),
            (cast.stock, True, 800_000, 10 * YUAN, 0, 0),
        ],
        cash=arrived,
    )
    cast.bond, cast.stock = (Instrument.objects.get(code=c) for c in ("019001", "600001"))
    return cast


def counts() -> list[int]:
    models = (CustodianFile, Trade, Holding, Valuation, LimitBreach, InvestmentOrder, LedgerBatch)
    return [model.objects.count() for model in models]


def test_money_goes_by_two_and_comes_back_no_further_than_it_went(cast):
    asked = investment.entrust(cast.beijing, cast.mandate, 5 * MILLION, by=cast.maker, on=FIRST)
    before = counts()
    with pytest.raises(Denied):
        investment.approve_entrustment(asked.pk, by=cast.maker)
    assert counts() == before
    investment.approve_entrustment(asked.pk, by=cast.checker)
    entrusted, fiscal = accounts.ENTRUSTED_INVESTMENT, accounts.FISCAL_ACCOUNT
    assert queries.balance(cast.beijing, entrusted) == 5 * MILLION
    assert queries.balance(cast.beijing, fiscal) == 95 * MILLION
    moved = counts()
    with pytest.raises(Conflict):
        investment.approve_entrustment(asked.pk, by=cast.checker)
    for amount, refusal in ((-6 * MILLION, Refused), (0, Invalid), (1.5, Invalid)):
        with pytest.raises(refusal):
            investment.entrust(cast.beijing, cast.mandate, amount, by=cast.maker, on=SECOND)
    # More than the fiscal account holds: asked for, but never moved.
    much = investment.entrust(cast.beijing, cast.mandate, 96 * MILLION, by=cast.maker, on=SECOND)
    with pytest.raises(Refused) as short:
        investment.approve_entrustment(much.pk, by=cast.checker)
    assert short.value.code == "account_overdrawn"
    stranger = staff("stranger", Role.ACCOUNTANT)
    with pytest.raises(NotFound):
        investment.entrust(cast.shanghai, cast.mandate, MILLION, by=stranger, on=SECOND)
    assert counts() == moved
    back = investment.entrust(cast.beijing, cast.mandate, -5 * MILLION, by=cast.maker, on=SECOND)
    investment.approve_entrustment(back.pk, by=cast.checker)
    assert queries.balance(cast.beijing, entrusted) == 0
    assert wrong() == []


def test_a_mandate_needs_limits_in_force_fees_under_their_caps_and_a_second_person(cast):
    said = {
        "by": cast.maker,
        "number": "P-02",
        "name": "二号",
        "region": NATION,
        "manager": cast.firms[0],
        "custodian": cast.firms[1],
        "limits": "pension_2015",
        "benchmark": "定期存款",
        "manager_rate": 5_000,
        "custody_rate": 500,
        "cure_days": 10,
        "since": FIRST,
    }
    for change, code in (
        ({"limits": "draft_2023"}, "limits_not_in_force"),
        ({"limits": "none"}, "no_limits"),
        ({"manager_rate": 5_001}, "fee_above_cap"),
        ({"custody_rate": 501}, "fee_above_cap"),
        ({"custodian": cast.firms[0]}, "firms_unfit"),
        ({"number": "P-01"}, "mandate_twice"),
        ({"cure_days": 0}, "mandate_unfit"),
    ):
        with pytest.raises((Invalid, Refused, Conflict)) as refusal:
            investment.draw_up(**said | change)
        assert refusal.value.code == code
    made = investment.draw_up(**said)
    with pytest.raises(Refused):  # nothing goes to what is not in force
        investment.entrust(cast.beijing, made, MILLION, by=cast.maker, on=FIRST)
    with pytest.raises(Denied):
        investment.approve_mandate(made.pk, by=cast.maker)


def test_a_day_is_valued_to_the_fen(invested):
    """28 + 8 + 4 million, no coupon yet; the next day a coupon of a day, prices, and fees."""
    first = invested.first
    assert (first.nav, first.cash, first.unit_value) == (40 * MILLION, 4 * MILLION, YUAN)
    second = read(
        invested,
        SECOND,
        prices={"019001": 100_100_000, "600001": 9_950_000},
        benchmark=1_001_000,
    )
    # bonds 280,000 × 100.10 = 28,028,000; coupon 28,000,000 × 3.65 % ÷ 365 = 2,800
    # equities 800,000 × 9.95 = 7,960,000; cash 4,000,000
    # fees 40,000,000 × (0.365 % + 0.0365 %) ÷ 365 = 400 + 40 = 440
    assert second.due == 440_00
    assert second.nav == 2_802_800_000 + 280_000 + 796_000_000 + 400_000_000 - 44_000
    # 39,990,360 of 40,000,000
    assert second.unit_value == 999_759
    assert second.stated == second.nav
    period = reads.period(invested.mandate, FIRST, SECOND)
    assert (period.time_weighted, period.benchmark, period.ahead) == (-241, 1_000, -1_241)
    assert wrong() == []


def test_a_file_twice_a_day_twice_and_bad_lines_change_nothing(invested):
    good = file_of(invested.mandate, SECOND).decode()
    investment.read_file(good.encode(), by=invested.maker)
    third = file_of(invested.mandate, THIRD).decode()
    price = "P,600001,800000,10\n"
    trade = "T,600001,BUY,100,10,1000.00,0.00,\n"
    head = third.splitlines()[0] + "\n"
    assert price in third
    before = counts()
    for content, code, line in (
        (good, "file_twice", None),
        (third.replace(THIRD.isoformat(), SECOND.isoformat()), "day_twice", None),
        (third.replace("P-01", "P-99"), "no_mandate", None),
        (third.replace(price, "P,600001,800000,-10\n"), "negative_price", 3),
        (third.replace(price, "P,600001,800001,10\n"), "units_do_not_follow", 3),
        (third.replace(price, ""), "wrong_count", 4),
        (third.replace(price, price.replace("600001", "999999")), "unknown_instrument", 3),
        (third.replace(price, price.replace("10\n", "ten\n")), "bad_number", 3),
        (third.replace(price, "X,1\n"), "bad_line", 3),
        (third.replace(head, head + trade.replace("1000.00", "1000.01")), "unbalanced_trade", 2),
        (third.replace(head, head + trade.replace("100,", "-100,")), "out_of_range", 2),
        (third.replace(head, head + trade.replace("BUY", "LEND")), "bad_side", 2),
        (third.replace(head, head + trade.replace(",\n", ",77\n")).replace("Z,3", "Z,4"), "no_order", 2),
        (third.replace(head, head + "C,CAPITAL,5.00,1\n").replace("Z,3", "Z,4"), "unknown_capital", 2),
        (third.replace(head, head + "C,INTEREST,-5.00,\n"), "bad_cash", 2),
        (third.replace("4000000.00", "4000000.01"), "closing_does_not_follow", 5),
        (third.replace("Z,", "Y,"), "not_a_custodian_file", None),
        ("", "file_size", None),
    ):  # fmt: skip
        with pytest.raises((Invalid, Conflict, NotFound)) as refusal:
            investment.read_file(content.encode(), by=invested.maker)
        assert refusal.value.code == code, content
        assert refusal.value.detail.get("line") == line, content
    assert counts() == before
    investment.read_file(third.encode(), by=invested.maker)


def test_another_custodian_and_an_office_below_may_not_send_a_file(invested):
    other = investment.enter_firm(
        by=invested.maker,
        kind="custodian",
        name="另一银行",
        code=make_credit_code("91", "110000", "600037343"),
        region=NATION,
    )
    account, secret = investment.open_account(
        by=invested.checker, firm=other, username="other-bank"
    )
    assert len(secret) > 30
    content = file_of(invested.mandate, SECOND)
    before = counts()
    with pytest.raises(Denied):
        investment.read_file(content, by=account.user)
    with pytest.raises(NotFound):
        investment.read_file(content, by=staff("local", Role.ACCOUNTANT))
    assert counts() == before
    own, _secret = investment.open_account(
        by=invested.checker, firm=invested.firms[1], username="own-bank"
    )
    assert investment.read_file(content, by=own.user).day == SECOND


def test_an_order_beyond_a_limit_does_not_leave_and_one_within_is_carried_out(invested):
    """Equities are 8 of 40 million, at most 12; money 4, at least 2."""

    def order(of, buys, quantity, price=10 * YUAN):
        return investment.draw_order(
            invested.mandate, of, by=invested.maker, buys=buys, quantity=quantity, price=price
        )

    before = counts()
    for of, buys, quantity, code in (
        (invested.stock, True, 400_001, "not_enough_cash"),
        (invested.stock, True, 200_001, "beyond_limit"),  # leaves 1,999,990 of 2,000,000 in money
        (invested.stock, False, 800_001, "more_than_held"),
        (invested.stock, True, 0, "order_unfit"),
    ):
        with pytest.raises((Refused, Invalid)) as refusal:
            order(of, buys, quantity)
        assert refusal.value.code == code
    with pytest.raises(Invalid):
        order(invested.stock, True, 100, price=-1)
    assert counts() == before

    first, second = order(invested.stock, True, 150_000), order(invested.stock, True, 150_000)
    with pytest.raises(Denied):
        investment.release_order(first.pk, by=invested.maker)
    investment.release_order(first.pk, by=invested.checker)
    with pytest.raises(Refused) as late:  # both together would leave too little money
        investment.release_order(second.pk, by=invested.checker)
    assert (late.value.code, late.value.detail["excess"]) == ("beyond_limit", MILLION)
    investment.withdraw_order(second.pk, by=invested.maker, reason="额度不足")
    with pytest.raises(Conflict):
        investment.release_order(second.pk, by=invested.checker)

    deals = [(invested.stock, True, 100_000, 10 * YUAN, 5_00, first.pk)]
    read(invested, SECOND, deals=deals)
    first.refresh_from_db()
    assert (first.filled, first.state) == (100_000, "sent")
    much = [(invested.stock, True, 50_001, 10 * YUAN, 0, first.pk)]
    with pytest.raises(Invalid) as beyond:
        read(invested, THIRD, deals=much)
    assert beyond.value.code == "beyond_order"
    read(invested, THIRD, deals=[(invested.stock, True, 50_000, 10 * YUAN, 0, first.pk)])
    first.refresh_from_db()
    assert (first.filled, first.state) == (150_000, "done")
    assert wrong() == []


def test_a_limit_broken_by_prices_has_days_to_end_and_one_broken_by_a_trade_has_none(invested):
    """Equities at 16.00 are 12.8 million of 44.8: within 30 %; at 18.00 14.4 of 46.4, 31 %."""
    read(invested, SECOND, prices={"600001": 16 * YUAN})
    assert not LimitBreach.objects.exists()
    read(invested, THIRD, prices={"600001": 18 * YUAN})
    breach = LimitBreach.objects.get()
    assert (breach.limit, breach.passive, breach.cured_on) == ("equity", True, None)
    assert (breach.found_on, breach.cure_by) == (THIRD, date(2025, 3, 19))
    assert breach.excess > 0
    # What mends is allowed, what makes it worse is not.
    sold = investment.draw_order(
        invested.mandate, invested.stock, by=invested.maker, buys=False, quantity=1, price=18 * YUAN
    )
    assert sold.state == "draft"
    with pytest.raises(Refused):
        investment.draw_order(
            invested.mandate, invested.stock, by=invested.maker, buys=True, quantity=1, price=YUAN
        )
    assert investment.compare_all(THIRD) == 1
    fourth = date(2025, 3, 6)
    read(invested, fourth, prices={"600001": 12 * YUAN})
    breach.refresh_from_db()
    assert breach.cured_on == fourth
    # The custodian reports that the last money went into equities, without an order.
    fifth = date(2025, 3, 7)
    read(invested, fifth, deals=[(invested.stock, True, 300_000, 12 * YUAN, 0, 0)])
    again = LimitBreach.objects.filter(cured_on=None).order_by("limit")
    assert [(each.limit, each.passive, each.cure_by) for each in again] == [
        ("equity", False, fifth),
        ("liquid", False, fifth),
    ]


def test_borrowed_money_and_futures_make_nobody_richer(invested):
    """A million borrowed is cash and debt; futures are settled in cash and only hedge."""
    repo = instrument("R007", AssetClass.REPO)
    future = instrument("IF2506", AssetClass.INDEX_FUTURES)
    second = read(
        invested,
        SECOND,
        securities=[repo, future],
        deals=[
            (repo, False, 10_000, 100 * YUAN, 0, 0),
            (future, False, 10, 40_000 * YUAN, 0, 0),
        ],
    )
    # 40,000,000 and a day's coupon of 2,800, less fees of 440
    assert (second.cash, second.nav) == (5 * MILLION, 40 * MILLION + 280_000 - 44_000)
    third = read(
        invested,
        THIRD,
        deals=[(repo, True, 10_000, 100 * YUAN, 0, 0), (future, True, 10, 41_000 * YUAN, 0, 0)],
        cash=[("settlement", -1_000_000, "IF2506")],
    )
    assert third.cash == 4 * MILLION - 1_000_000
    assert third.file.holdings.count() == 2
    assert wrong() == []


def test_fees_grow_the_managers_reserve_until_it_is_full(invested):
    read(invested, SECOND, cash=[("manager_fee", -40_000, ""), ("custody_fee", -4_000, "")])
    reserve = RiskReserve.objects.get()
    assert (reserve.keeper, reserve.amount) == ("manager", 8_000)
    assert invested.mandate.valuations.get(day=SECOND).due == 0


def test_a_year_is_shared_to_the_fen_and_credited(invested):
    """10 March to 31 December: prices rise by 1.2 million; shares by capital and days."""
    read(invested, date(2025, 12, 31), prices={"600001": 11_500_000})
    last = invested.mandate.valuations.get(day=date(2025, 12, 31))
    with pytest.raises(Refused):
        investment.prepare_year(invested.mandate, 2026, by=invested.maker)
    year = investment.prepare_year(invested.mandate, 2025, by=invested.maker)
    assert year.earned == last.nav - 40 * MILLION
    assert year.reserve == (year.earned + 50) // 100
    parts = {share.fund: share.part for share in year.shares.all()}
    # 30 and 10 million for 304 days: three quarters, rounded down, and the rest.
    assert parts[invested.beijing] == year.shared * 3 // 4
    assert sum(parts.values()) == year.shared
    with pytest.raises(Denied):
        investment.approve_year(year.pk, by=invested.maker)
    investment.approve_year(year.pk, by=invested.checker)
    assert queries.balance(invested.beijing, accounts.ENTRUSTED_INVESTMENT) == (
        30 * MILLION + parts[invested.beijing]
    )
    assert reads.claim(invested.mandate, invested.shanghai) == (
        10 * MILLION + parts[invested.shanghai]
    )
    assert RiskReserve.objects.get(keeper="trustee").amount == year.reserve
    before = counts()
    for again in (
        lambda: investment.approve_year(year.pk, by=invested.checker),
        lambda: investment.prepare_year(invested.mandate, 2025, by=invested.maker),
    ):
        with pytest.raises(Conflict):
            again()
    assert counts() == before
    assert ReturnYear.objects.count() == 1
    assert wrong() == []


def test_a_loss_is_shared_too(invested):
    read(invested, date(2025, 12, 31), prices={"600001": 4 * YUAN})
    year = investment.prepare_year(invested.mandate, 2025, by=invested.maker)
    assert year.reserve == 0
    assert year.shared < 0
    investment.approve_year(year.pk, by=invested.checker)
    assert queries.balance(invested.shanghai, accounts.ENTRUSTED_INVESTMENT) < 10 * MILLION
    assert wrong() == []


def test_verify_says_what_somebody_changed_by_force(invested):
    move(invested, invested.beijing, MILLION, on=SECOND)
    assert wrong() == []
    for statement, found in (
        ("UPDATE funds_holding SET value = value + 1 WHERE price = 10000000",
         ["funds.values: holding_value", "funds.values: net_asset_value"]),
        ("UPDATE funds_holding SET quantity = quantity + 100, value = value + 100000"
         " WHERE price = 10000000",
         ["funds.values: net_asset_value", "funds.units: units_do_not_follow"]),
        ("UPDATE funds_valuation SET cash = cash + 1, nav = nav + 1",
         ["funds.units: cash_does_not_follow"]),
        ("UPDATE funds_entrustment SET amount = amount + 1 WHERE amount = 100000000",
         ["funds.entrusted: entrusted"]),
    ):  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT tried")
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement)
            cursor.execute("SET LOCAL session_replication_role = origin")
        assert sorted(wrong()) == sorted(found), statement
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK TO SAVEPOINT tried")


def test_the_classes_of_the_tables_are_those_of_the_rules():
    assert {each.name: each.value for each in AssetClass} == {
        each.name: int(each) for each in classes.AssetClass
    }
