"""Two provinces entrust pension money: a year at a manager's, reported by the custodian month by month."""

from datetime import date

from funds.models import AssetClass, Fund, Instrument, InvestmentFirm, Mandate
from funds.services import cash, investment
from funds.services.investment.demo_custodian import file_of
from socsec.commands.village import NATION, SHANGHAI, SICHUAN, Village
from socsec.kernel.ids import make_credit_code
from socsec.kernel.units import ONE

BEGINS = date(2025, 11, 3)
ENTRUSTED = ((SHANGHAI, "accountant", "reviewer", 6_000_000_00),
             (SICHUAN, "sc-accountant", "sc-reviewer", 4_000_000_00))  # fmt: skip
BONDS, CREDIT, SHARES = "019742", "242001", "510300"
# The end of each month: prices of bonds, of corporate bonds and of the index fund, in thousandths of
# a yuan, and the benchmark in ten-thousandths.
MONTHS = (
    (date(2025, 11, 28), 100_120, 100_050, 4_050, 10_020),
    (date(2025, 12, 31), 100_340, 100_180, 4_110, 10_075),
    (date(2026, 1, 30), 100_280, 100_150, 4_180, 10_110),
    (date(2026, 2, 27), 100_410, 100_240, 4_160, 10_118),
    (date(2026, 3, 31), 100_520, 100_310, 4_220, 10_162),
    (date(2026, 4, 30), 100_490, 100_280, 4_270, 10_190),
    (date(2026, 5, 29), 100_600, 100_360, 4_250, 10_205),
    (date(2026, 6, 30), 100_710, 100_430, 4_330, 10_262),
    (date(2026, 7, 31), 100_690, 100_420, 4_390, 10_330),
    (date(2026, 8, 31), 100_770, 100_470, 4_610, 10_371),
    (date(2026, 9, 10), 100_800, 100_500, 4_400, 10_352),
    (date(2026, 9, 30), 100_850, 100_530, 4_380, 10_345),
    (date(2026, 10, 30), 100_930, 100_590, 4_440, 10_392),
    (date(2026, 11, 3), 100_940, 100_600, 4_450, 10_396),
    (date(2026, 11, 20), 100_960, 100_610, 4_640, 10_448),
)
COUPON_DAY = date(2026, 11, 3)
THOUSANDTH, TEN_THOUSANDTH = ONE // 1000, ONE // 10_000


def pension_money_is_invested(village: Village) -> None:
    """Two provinces entrust pension money; the custodian reports, a limit is broken, a return is shared"""
    mandate = _mandate(village)
    arrived = [_entrusted(village, mandate, *each) for each in ENTRUSTED]
    accountant, reviewer = village.by("nation-accountant"), village.by("nation-reviewer")
    bonds, credit, shares = _instruments()
    first = file_of(
        mandate,
        BEGINS,
        securities=[bonds, credit, shares],
        deals=[
            (bonds, True, 50_000, 100 * ONE, 250_00, 0),
            (credit, True, 15_000, 100 * ONE, 75_00, 0),
            (shares, True, 700_000, 4 * ONE, 840_00, 0),
        ],
        cash=arrived,
    )
    investment.read_file(first, by=accountant)
    for day, treasury, corporate, share, level in MONTHS:
        prices = {
            BONDS: treasury * THOUSANDTH,
            CREDIT: corporate * THOUSANDTH,
            SHARES: share * THOUSANDTH,
        }
        content = file_of(
            mandate,
            day,
            securities=_coupons_from(day),
            cash=_paid(day),
            prices=prices,
            benchmark=level * TEN_THOUSANDTH,
        )
        investment.read_file(content, by=accountant)
    year = investment.prepare_year(mandate, 2025, by=accountant)
    investment.approve_year(year.pk, by=reviewer)
    stock = Instrument.objects.get(code=SHARES)
    price = 4_640 * THOUSANDTH
    sent = investment.draw_order(
        mandate, stock, by=accountant, buys=False, quantity=60_000, price=price
    )
    investment.release_order(sent.pk, by=reviewer)
    bond = Instrument.objects.get(code=BONDS)
    investment.draw_order(
        mandate, bond, by=accountant, buys=True, quantity=1_000, price=100_960 * THOUSANDTH
    )


def _mandate(village: Village) -> Mandate:
    accountant, reviewer = village.by("nation-accountant"), village.by("nation-reviewer")
    manager, custodian = (
        investment.enter_firm(
            by=accountant,
            kind=kind,
            name=name,
            code=make_credit_code("91", "110000", body),
            region=NATION,
        )
        for kind, name, body in (
            (InvestmentFirm.Kind.MANAGER, "长河基金管理有限公司", "MA0W1G101"),
            (InvestmentFirm.Kind.CUSTODIAN, "京畿银行资产托管部", "MA0W1G102"),
        )
    )
    mandate = investment.draw_up(
        by=accountant,
        number="YL-2025-01",
        name="养老稳健一号",
        region=NATION,
        manager=manager,
        custodian=custodian,
        limits="pension_2015",
        benchmark="中债综合指数 × 75% + 沪深300指数 × 25%",
        manager_rate=3_000,
        custody_rate=300,
        cure_days=10,
        since=date(2025, 10, 1),
    )
    return investment.approve_mandate(mandate.pk, by=reviewer)


def _entrusted(
    village: Village, mandate: Mandate, region: str, maker: str, checker: str, amount: int
) -> tuple[str, int, str]:
    """The province's own money for it, entrusted by two; how the custodian's file names it."""
    pool: Fund = village.funds[region]
    cash.opening(pool, amount, by=village.by(maker), on=BEGINS)
    asked = investment.entrust(pool, mandate, amount, by=village.by(maker), on=BEGINS)
    investment.approve_entrustment(asked.pk, by=village.by(checker))
    return "capital", amount, str(asked.pk)


def _instruments() -> tuple[Instrument, Instrument, Instrument]:
    return (
        Instrument(
            code=BONDS,
            name="25附息国债12",
            asset_class=AssetClass.GOVERNMENT,
            issuer="财政部",
            face=100_00,
            coupon=18_500,
            accrues_from=BEGINS,
        ),
        Instrument(
            code=CREDIT,
            name="25长河电力MTN001",
            asset_class=AssetClass.CREDIT,
            issuer="长河电力股份有限公司",
            face=100_00,
            coupon=23_000,
            accrues_from=BEGINS,
        ),
        Instrument(
            code=SHARES, name="沪深300ETF", asset_class=AssetClass.EQUITY, issuer="长河基金"
        ),
    )


def _coupons_from(day: date) -> list[Instrument]:
    """On the day on which a year's coupons are paid they begin to run anew."""
    if day != COUPON_DAY:
        return []
    found = list(Instrument.objects.filter(code__in=[BONDS, CREDIT]).order_by("code"))
    for each in found:
        each.accrues_from = day
    return found


def _paid(day: date) -> list[tuple[str, int, str]]:
    """Fees are paid at the end of each quarter, a dividend in June, the coupons of a year in November."""
    if day == COUPON_DAY:
        return [("interest", 92_500_00, BONDS), ("interest", 34_500_00, CREDIT)]
    if day.month not in (3, 6, 9, 12) or day.day < 28:
        return []
    lines = [("manager_fee", -7_500_00, ""), ("custody_fee", -750_00, "")]
    return [*lines, ("dividend", 35_000_00, SHARES)] if day.month == 6 else lines
