"""Money between levels and besides contributions: what provinces share, subsidies, equity, reserves."""

from datetime import date

from django.utils import timezone

from funds.models import Branch, Channel, Public, Scheme
from funds.services import financing, pooling
from funds.services import fund as funds
from socsec.commands.village import NATION, SHANGHAI, SICHUAN, Village
from socsec.kernel.ids import make_credit_code
from socsec.kernel.months import month, month_of

HANDED_UP, GRANTED = 120_000_00, 50_000_00


def levels_share(village: Village) -> None:
    """Levels share: a preview for every province, payments up and down, subsidies and reserves"""
    pool = funds.establish(Branch.PENSION, Scheme.EMPLOYEES, NATION)
    maker, checker = village.by("nation-accountant"), village.by("nation-reviewer")
    round_ = pooling.draft(pool, month(2019, 1), month(2019, 12), by=maker)
    pooling.preview(round_.pk, by=maker)
    this = month_of(timezone.localdate())
    up = pooling.draft_transfer(
        village.funds[SICHUAN],
        pool,
        month=this,
        amount=HANDED_UP,
        purpose="上解全国统筹调剂资金",
        by=village.by("sc-accountant"),
    )
    pooling.send(up.pk, by=village.by("sc-reviewer"))
    pooling.accept(up.pk, by=maker)
    pooling.finish(up.pk, by=checker)
    down = pooling.draft_transfer(
        pool,
        village.funds[SHANGHAI],
        month=this,
        amount=GRANTED,
        purpose="下拨全国统筹调剂资金",
        by=maker,
    )
    pooling.send(down.pk, by=checker)
    _financing(village)


def _financing(village: Village) -> None:
    """A subsidy that arrived in part, a tenth of an enterprise with its dividend, the nation's reserve."""
    today, year = timezone.localdate(), timezone.localdate().year
    maker, checker = village.by("nation-accountant"), village.by("nation-reviewer")
    accountant, reviewer = village.by("sc-accountant"), village.by("sc-reviewer")
    due = financing.ask_due(
        village.funds[SICHUAN],
        Channel.CENTRAL,
        year=year,
        amount=900_000_00,
        due_on=date(year, 12, 31),
        document="财社〔2026〕58号",
        by=accountant,
    )
    financing.decide_due(due.pk, by=reviewer, agree=True)
    came = financing.enter_receipt(due.pk, amount=600_000_00, received_on=today, by=accountant)
    financing.decide_receipt(came.pk, by=reviewer, agree=True)
    reserve = funds.establish(Public.RESERVE, Scheme.EMPLOYEES, NATION)
    held = financing.enter_holding(
        reserve,
        enterprise="华岭能源集团有限公司",
        credit_code=make_credit_code("91", "110000", "MA1W1G009"),
        equity=86_000_000_000_00,
        transferred_on=date(2019, 12, 31),
        document="国发〔2017〕49号",
        by=maker,
    )
    financing.approve_holding(held.pk, by=checker)
    dividend = financing.ask_dividend(
        held.pk,
        year=year - 1,
        distributed=4_200_000_000_00,
        due_on=date(year, 7, 31),
        document="2025年度利润分配方案",
        by=maker,
    )
    financing.decide_due(dividend.pk, by=checker, agree=True)
    paid = financing.enter_receipt(dividend.pk, amount=dividend.amount, received_on=today, by=maker)
    financing.decide_receipt(paid.pk, by=checker, agree=True)
    lottery = financing.ask_due(
        reserve,
        Channel.LOTTERY,
        year=year,
        amount=300_000_000_00,
        due_on=date(year, 12, 31),
        document="彩票公益金分配办法",
        by=maker,
    )
    financing.decide_due(lottery.pk, by=checker, agree=True)
