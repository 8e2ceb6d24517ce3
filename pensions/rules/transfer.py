"""What an old place hands over with an employee's record, and which place pays the pension in the end.

国办发〔2009〕66号. The account moves in full, with its interest. Of the pooled fund move twelve per
cent of the wages on which contributions were paid since January 1998; a year that was not paid
whole counts with its months. A temporary account (临时缴费账户) moves with everything that was paid.
"""

from dataclasses import dataclass

from pensions.params import CreditParams, PayerParams, TransferParams
from socsec.kernel.arith import Condition, Number, share, where
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line
from socsec.kernel.units import Choice

LAW = "国办发〔2009〕66号第四条"
LAW_TEMPORARY = "国办发〔2009〕66号第五条"
LAW_TWICE = "人社部规〔2016〕5号"
LAW_LINK = "人社部发〔2014〕17号第五条、第七条"
LAW_PAYER = "国办发〔2009〕66号第六条"
MOST = 10**12  # fen: more than a working life's wages
MOST_MONTHS = 960


@dataclass(frozen=True, kw_only=True)
class TransferFacts(Facts):
    """What the books of the old place hold of one person, in fen."""

    months: Number = fact(("转移的缴费月数", "Months that move"), "months", most=MOST_MONTHS)
    wages: Number = fact(
        ("起算年月以来各月缴费基数之和", "Wages of the months since the first that counts"),
        most=MOST,
    )
    balance: Number = fact(("个人账户储存额", "Balance of the account, with interest"), most=MOST)
    given_back: Number = fact(
        ("重复缴费月份退还本人", "Given back for months that both places insured"),
        most=MOST,
        default=0,
    )
    temporary: Condition = fact(("临时缴费账户", "A temporary account"), "bool", default=False)
    pool_paid: Number = fact(
        ("临时缴费账户统筹部分本息", "Paid into the pooled fund with interest, temporary account"),
        most=MOST,
        default=0,
    )


@dataclass(frozen=True)
class Handover(Sheet):
    """The two parts that the old place pays, and their sum."""

    title = ("基本养老保险关系转移资金", "Money that moves with the record")

    months_moved: Number = line(
        ("随同转移的缴费月数", "Months on the form"), "months", LAW, "months", kind="normal"
    )
    account: Number = line(
        ("个人账户转移额", "Of the individual account"),
        "balance − given_back",
        f"{LAW}；{LAW_TWICE}；{LAW_LINK}",
        kind="normal",
    )
    pool: Number = line(
        ("统筹基金转移额", "Of the pooled fund"),
        "if(temporary, pool_paid, wages × pool_rate)",
        f"{LAW}；{LAW_TEMPORARY}",
        kind="normal",
        uses=("first_month",),
    )
    total: Number = line(("转移资金合计", "Together"), "account + pool", LAW, kind="total")


@rule(
    "pensions.transfer",
    ("基本养老保险关系转移资金", "Money that moves with the record"),
    facts=TransferFacts,
    params=TransferParams,
    law=LAW,
)
def transfer(f: TransferFacts, p: TransferParams) -> Handover:
    """What the old place pays to the new one.

    Two years on 1,500 yuan and four and a half on 2,500 are 171,000 yuan of wages: 12 % of them are
    20,520 yuan, besides the account.

    >>> p = TransferParams(first_month=1998 * 12, pool_rate=120_000)
    >>> found = transfer(TransferFacts(months=78, wages=171_000_00, balance=14_760_00), p)
    >>> found.pool, found.total
    (2052000, 3528000)
    """
    account = f.balance - f.given_back
    pool = where(f.temporary, f.pool_paid, share(f.wages, p.pool_rate))
    return Handover(f.months, account, pool, account + pool)


@dataclass(frozen=True, kw_only=True)
class CreditFacts(Facts):
    """Wages of some months that all fall under one rate, in fen."""

    wages: Number = fact(("缴费基数之和", "Wages of the months"), most=MOST)


@dataclass(frozen=True)
class Credited(Sheet):
    """What these months brought to the individual account."""

    title = ("个人账户记账本金", "Credited to the individual account")

    principal: Number = line(
        ("记入个人账户", "Credited"),
        "wages × account_rate",
        "国发〔2005〕38号",
        kind="total",
    )


@rule(
    "pensions.transfer.credited",
    ("个人账户记账本金", "Credited to the individual account"),
    facts=CreditFacts,
    params=CreditParams,
    law="国发〔2005〕38号",
    help=(
        "核对信息表：各年度缴费基数应记入个人账户的本金",
        "To check a form: what a year's wages should have brought to the account",
    ),
)
def credited(f: CreditFacts, p: CreditParams) -> Credited:
    """What wages should have brought to the account, without interest.

    >>> credited(CreditFacts(wages=36_000_00), CreditParams(account_rate=110_000)).principal
    396000
    """
    return Credited(share(f.wages, p.account_rate))


class Payer(Choice):
    """Which place pays a pension (待遇领取地)."""

    HOME = 1, "户籍所在地", "Place of the household registration"
    HERE = 2, "关系所在地", "Place where the record lies"
    EARLIER = 3, "上一个缴费满十年的参保地", "The latest earlier place with ten years"


@dataclass(frozen=True, kw_only=True)
class PayerFacts(Facts):
    """Where a record lies, and how long was paid where, when the conditions for a pension are met."""

    at_home: Condition = fact(
        ("关系在户籍所在地", "The record lies where the household is registered"), "bool"
    )
    months_here: Number = fact(
        ("在关系所在地的缴费月数", "Months paid where the record lies"),
        "months",
        most=MOST_MONTHS,
    )
    months_earlier: Number = fact(
        ("此前最近一个缴费最久地的月数", "Months paid at the latest earlier place that has enough"),
        "months",
        most=MOST_MONTHS,
        default=0,
        help=("没有满十年的填零", "0 where none has ten years"),
    )


@dataclass(frozen=True)
class PlaceOfPayment(Sheet):
    """Who pays."""

    title = ("待遇领取地", "Which place pays the pension")

    long_here: Condition = line(
        ("在关系所在地缴费满规定年限", "Paid long enough where the record lies"),
        "months_here ≥ payer_months",
        LAW_PAYER,
        "bool",
        kind="normal",
    )
    long_earlier: Condition = line(
        ("此前参保地缴费满规定年限", "Paid long enough at an earlier place"),
        "months_earlier ≥ payer_months",
        LAW_PAYER,
        "bool",
        kind="normal",
    )
    payer: Number = line(
        ("待遇领取地", "The place that pays"),
        "if(at_home, 1, if(long_here, 2, if(long_earlier, 3, 1)))",
        LAW_PAYER,
        choices=Payer,
        kind="normal",
    )


@rule(
    "pensions.payer",
    ("待遇领取地", "Which place pays the pension"),
    facts=PayerFacts,
    params=PayerParams,
    law=LAW_PAYER,
)
def payer(f: PayerFacts, p: PayerParams) -> PlaceOfPayment:
    """Which place pays a pension that was earned in several.

    The record lies away from home, with eight years there and eleven at the place before:

    >>> p = PayerParams(payer_months=120)
    >>> payer(PayerFacts(at_home=False, months_here=96, months_earlier=132), p).payer == Payer.EARLIER
    True
    >>> payer(PayerFacts(at_home=False, months_here=96, months_earlier=0), p).payer == Payer.HOME
    True
    >>> payer(PayerFacts(at_home=False, months_here=120, months_earlier=132), p).payer == Payer.HERE
    True
    """
    long_here = f.months_here >= p.payer_months
    long_earlier = f.months_earlier >= p.payer_months
    away = where(
        long_here, int(Payer.HERE), where(long_earlier, int(Payer.EARLIER), int(Payer.HOME))
    )
    return PlaceOfPayment(
        long_here,
        long_earlier,
        where(f.at_home, int(Payer.HOME), away),
    )
