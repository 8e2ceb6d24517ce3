"""What a provider is paid of its agreed statements: deductions, retention, advances set off."""

from dataclasses import dataclass

from medical.params import PayingTerms
from socsec.kernel.arith import least, most, share, where
from socsec.kernel.facts import Facts, Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line

LAW = "医疗保障基金使用监督管理条例第十一条、第十二条"
BREACH = "医疗保障基金使用监督管理条例第十三条"
MOST = 10**14


@dataclass(frozen=True, kw_only=True)
class PayFacts(Facts):
    """What stands to a provider's account with one fund. Deductions never exceed what is owed."""

    due: Number = fact(("已确认的月结算款", "Agreed statements"), least=-MOST, most=MOST)
    adjusted: Number = fact(
        ("按病组和年度清算差额", "Differences of payment by group and year"),
        least=-MOST,
        most=MOST,
        default=0,
    )
    deducted: Number = fact(("违规扣款", "Deducted for findings"), most=MOST, default=0)
    restored: Number = fact(("申诉成立退回", "Given back after appeals"), most=MOST, default=0)
    released: Number = fact(("返还预留款", "Released of what was retained"), most=MOST, default=0)
    advance: Number = fact(("未抵扣的预拨款", "Advances not set off"), most=MOST, default=0)
    insurance: Number = fact(
        ("医保基金（不含医疗救助）", "An insurance fund, no purse of assistance"),
        "bool",
        default=True,
    )


@dataclass(frozen=True)
class Pay(Sheet):
    title = ("定点医药机构月拨付", "Payment to a provider")
    owed: Number = line(("应付", "Owed"), "due + adjusted", LAW)
    after: Number = line(
        ("扣款后", "After deductions"), "max(owed − deducted + restored, 0)", BREACH
    )
    retained: Number = line(
        ("预留服务质量保证金", "Retained"),
        "if(insurance, after × retention, 0)",
        LAW,
        quiet=NOUGHT,
    )
    set_off: Number = line(
        ("抵扣预拨款", "Advances set off"),
        "min(advance, after − retained + released)",
        LAW,
        quiet=NOUGHT,
    )
    payable: Number = line(
        ("实拨", "Paid out"), "after − retained + released − set_off", LAW, kind="total"
    )


@rule(
    "medical.provider.payment",
    ("定点医药机构月拨付", "Payment to a provider"),
    facts=PayFacts,
    params=PayingTerms,
    law=LAW,
)
def payment(f: PayFacts, p: PayingTerms) -> Pay:
    """What is paid out, in fen, and what is kept or set off.

    Bills of 100,000.00, 2,000.00 deducted, 5 % retained, an advance of 30,000.00:

    >>> sheet = payment(PayFacts(due=10_000_000, deducted=200_000, advance=3_000_000),
    ...                 PayingTerms(retention=50_000))
    >>> sheet.retained, sheet.set_off, sheet.payable
    (490000, 3000000, 6310000)
    """
    owed = f.due + f.adjusted
    after = most(owed - f.deducted + f.restored, 0)
    retained = where(f.insurance, share(after, p.retention), 0)
    before = after - retained + f.released
    set_off = least(f.advance, before)
    return Pay(owed, after, retained, set_off, before - set_off)
