"""Between the schemes: what is given back for months that were insured twice, and the subsidy that
own-account workers in need get on what they paid.
"""

from dataclasses import dataclass

from enrollment.params import BaseLimits, NoNumbers, OwnAccountSubsidy
from enrollment.rules.residents.pension import MOST_TIER
from socsec.kernel.arith import ONE, half_up, share
from socsec.kernel.facts import Facts, Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "人社部发〔2014〕17号第六条"
LAW_SUBSIDY = "就业促进法第五十二条；就业补助资金管理办法"


@dataclass(frozen=True, kw_only=True)
class OverlapFacts(Facts):
    """A year paid as a resident, of which some months were paid as an employee too."""

    person_paid: Number = fact(
        ("当年个人缴费", "Paid by the person for the year"), least=0, most=MOST_TIER
    )
    collective_paid: Number = fact(
        ("当年集体补助", "Collective subsidy of the year"), least=0, most=MOST_TIER, default=0
    )
    overlap_months: Number = fact(("重复月数", "Months insured twice"), "months", least=0, most=12)
    covered_months: Number = fact(
        ("当年参保月数", "Months covered in the year"), "months", least=1, most=12, default=12
    )


@dataclass(frozen=True)
class Refund(Sheet):
    title = ("重复缴费清退", "Refund for months insured twice")
    person_refund: Number = line(
        ("退还个人缴费", "Of the person's contribution"),
        "person_paid × overlap_months ÷ covered_months",
        LAW,
    )
    collective_refund: Number = line(
        ("退还集体补助", "Of the collective subsidy"),
        "collective_paid × overlap_months ÷ covered_months",
        LAW,
    )
    total: Number = line(
        ("清退本人合计", "Given back"),
        "person_refund + collective_refund",
        LAW,
        help=("政府补贴不退给本人。", "The government's subsidy is not given back to the person."),
        kind="total",
    )


@rule(
    "enrollment.residents.overlap_refund",
    ("重复缴费清退", "Refund for months insured twice"),
    facts=OverlapFacts,
    params=NoNumbers,
    law=LAW,
)
def overlap_refund(f: OverlapFacts, p: NoNumbers) -> Refund:
    """What a resident gets back for months kept as an employee's, in fen.

    Six months of a year of 1,200 yuan:

    >>> overlap_refund(OverlapFacts(person_paid=120_000, overlap_months=6), NoNumbers()).total
    60000
    """
    person = half_up(f.person_paid * f.overlap_months, f.covered_months)
    collective = half_up(f.collective_paid * f.overlap_months, f.covered_months)
    return Refund(person, collective, person + collective)


@dataclass(frozen=True, kw_only=True)
class SubsidyFacts(Facts):
    """The rate of the branch whose contribution was paid on the floor."""

    rate: Number = fact(("费率", "Contribution rate"), "rate")


class SubsidyLaw(BaseLimits, OwnAccountSubsidy):
    """The floor of the base and the part of the contribution that is given back."""


@dataclass(frozen=True)
class Subsidy(Sheet):
    title = ("灵活就业社会保险补贴", "Subsidy for own-account workers in need")
    contribution: Number = line(
        ("按下限应缴", "Contribution on the floor"), "base_floor × rate", LAW_SUBSIDY
    )
    amount: Number = line(
        ("每月补贴", "Subsidy a month"),
        "base_floor × rate × subsidy_parts ÷ subsidy_of",
        LAW_SUBSIDY,
        kind="total",
    )


@rule(
    "enrollment.own_account_subsidy",
    ("灵活就业社会保险补贴", "Subsidy for own-account workers in need"),
    facts=SubsidyFacts,
    params=SubsidyLaw,
    law=LAW_SUBSIDY,
)
def own_account_subsidy(f: SubsidyFacts, p: SubsidyLaw) -> Subsidy:
    """What a month's contribution on the floor brings back, in fen: rounded once, at the end.

    Two thirds of 1 % of 6,326 yuan:

    >>> law = SubsidyLaw(base_floor=632_600, base_ceiling=3_000_000, subsidy_parts=2, subsidy_of=3)
    >>> own_account_subsidy(SubsidyFacts(rate=10_000), law).amount
    4217
    """
    exact = p.base_floor * f.rate * p.subsidy_parts
    return Subsidy(share(p.base_floor, f.rate), half_up(exact, p.subsidy_of * ONE))
