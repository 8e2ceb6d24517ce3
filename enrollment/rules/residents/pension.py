"""Residents' old-age insurance: what a chosen tier costs, and what is added to it."""

from dataclasses import dataclass

from enrollment.params import PensionYear
from enrollment.rules.residents.medical import Group, InNeed, sponsored
from socsec.kernel.arith import all_of, least, most, not_, share, where
from socsec.kernel.facts import Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line

LAW = "国发〔2014〕8号第四条"
MOST_TIER = 10_000_000  # fen


@dataclass(frozen=True, kw_only=True)
class PensionFacts(InNeed):
    """One resident in one year."""

    tier: Number = fact(("选择的缴费档次", "Chosen tier"), least=1, most=MOST_TIER)
    collective: Number = fact(
        ("集体补助", "Collective subsidy"), least=0, most=MOST_TIER, default=0
    )
    make_up: Number = fact(("补缴以前年份", "Makes up an earlier year"), "bool", default=False)


@dataclass(frozen=True)
class PensionDue(Sheet):
    title = ("城乡居民养老保险年度缴费", "A year of residents' old-age insurance")
    sponsor_share: Number = line(
        ("政府代缴", "Paid for the insured"),
        "min(tier, lowest_tier × max(if(extreme_hardship, sponsor_rate(1), 0), if(orphan, sponsor_rate(2), 0), "
        "if(dibao, sponsor_rate(3), 0), if(returned_poor, sponsor_rate(4), 0), "
        "if(near_poor, sponsor_rate(5), 0), if(disabled, sponsor_rate(6), 0)))",
        LAW,
        help=(
            "为缴费困难群体代缴最低档次的部分或全部，只按最高的一种身份。",
            "All or part of the lowest tier, by the best group only.",
        ),
        quiet=NOUGHT,
    )
    person_share: Number = line(
        ("个人缴费", "The insured person pays"), "tier − sponsor_share", LAW
    )
    collective_subsidy: Number = line(
        ("集体补助", "Collective subsidy"), "collective", LAW, quiet=NOUGHT
    )
    government_subsidy: Number = line(
        ("政府补贴", "Government subsidy"),
        "if(make_up and not make_up_subsidised, 0, subsidies(tier))",
        LAW,
    )
    account: Number = line(
        ("记入个人账户", "To the individual account"),
        "person_share + sponsor_share + collective_subsidy + government_subsidy",
        "国发〔2014〕8号第五条",
        kind="total",
    )


@rule(
    "enrollment.residents.pension_year",
    ("城乡居民养老保险年度缴费", "A year of residents' old-age insurance"),
    facts=PensionFacts,
    params=PensionYear,
    law=LAW,
)
def pension_year(f: PensionFacts, p: PensionYear) -> PensionDue:
    """What one year in a tier costs and brings, in fen. All of it is the person's own account.

    >>> from socsec.kernel.arith import Steps
    >>> p = PensionYear(subsidies=Steps({10_000: 3_000, 50_000: 6_000}),
    ...                 sponsor_rate=Steps({0: 0, 6: 1_000_000}), lowest_tier=10_000,
    ...                 make_up_subsidised=False)
    >>> due = pension_year(PensionFacts(tier=50_000), p)
    >>> due.person_share, due.government_subsidy, due.account
    (50000, 6000, 56000)
    >>> due = pension_year(PensionFacts(tier=10_000, disabled=True), p)
    >>> due.person_share, due.sponsor_share, due.account
    (0, 10000, 13000)
    """
    rates = {group: p.sponsor_rate.at(group) for group in Group}
    sponsor = least(f.tier, share(p.lowest_tier, most(*sponsored(f, rates))))
    person = f.tier - sponsor
    unsubsidised = all_of(f.make_up, not_(p.make_up_subsidised))
    government = where(unsubsidised, 0, p.subsidies.at(f.tier, below=0))
    account = person + sponsor + f.collective + government
    return PensionDue(sponsor, person, f.collective, government, account)
