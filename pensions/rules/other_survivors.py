"""What the residents' and the agencies' funds pay when somebody dies, beside the balance of the account.

Residents: some places pay a funeral grant of so many months of the basic pension; the account is
inherited whole (国发〔2014〕8号第八条). Agencies and institutions: funeral and survivors' payments follow
the rules for public servants, and the fund pays none unless the place says so.
"""

from dataclasses import dataclass

from pensions.params import AgencySurvivorParams, OtherSurvivorParams, ResidentSurvivorParams
from socsec.kernel.arith import Number
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line

RESIDENTS = "国发〔2014〕8号第八条；当地规定"
AGENCIES = "当地规定"


@dataclass(frozen=True, kw_only=True)
class OtherSurvivorFacts(Facts):
    """The pension by whose months a grant is reckoned."""

    pension_base: Number = fact(
        ("计发基数（月）", "Pension a month that it is reckoned by"),
        most=10**8,
        help=(
            "居民为基础养老金，机关事业单位为本人养老金",
            "A resident's basic pension; a public servant's own pension",
        ),
    )


@dataclass(frozen=True)
class OtherGrants(Sheet):
    """Funeral grant and survivors' grant, in months of a pension."""

    title = ("丧葬补助金和抚恤金", "Funeral grant and survivors' grant")

    funeral: Number = line(
        ("丧葬补助金", "Funeral grant"), "pension_base × funeral_months", RESIDENTS, quiet=NOUGHT
    )
    grant: Number = line(
        ("抚恤金", "Survivors' grant"), "pension_base × grant_months", AGENCIES, quiet=NOUGHT
    )
    total: Number = line(("合计", "Together"), "funeral + grant", RESIDENTS, kind="total")


@rule(
    "pensions.residents.survivors",
    ("城乡居民丧葬补助金", "Residents: funeral grant"),
    facts=OtherSurvivorFacts,
    params=ResidentSurvivorParams,
    law=RESIDENTS,
    help=(
        "有丧葬补助金制度的地方，按基础养老金的月数发给",
        "Where the place has a funeral grant: so many months of the basic pension",
    ),
)
def resident_survivors(f: OtherSurvivorFacts, p: ResidentSurvivorParams) -> OtherGrants:
    """The grants after a resident's death.

    Ningbo pays twenty months of the basic pension; most places pay nothing:

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> of = Policy.files()
    >>> died = OtherSurvivorFacts(pension_base=163_00)
    >>> resident_survivors(died, ResidentSurvivorParams.at(of, "330200", month(2026, 5))).funeral
    326000
    >>> resident_survivors(died, ResidentSurvivorParams.at(of, "510000", month(2026, 5))).total
    0
    """
    return _grants(f, p)


@rule(
    "pensions.agencies.survivors",
    ("机关事业单位遗属待遇", "Agencies: survivors' payments of the fund"),
    facts=OtherSurvivorFacts,
    params=AgencySurvivorParams,
    law=AGENCIES,
    help=(
        "基金支付的月数由省里规定，没有规定的不由基金支付",
        "The months that the fund pays are the province's to set; without them it pays none",
    ),
)
def agency_survivors(f: OtherSurvivorFacts, p: AgencySurvivorParams) -> OtherGrants:
    """The grants after the death of somebody insured as a public servant.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = AgencySurvivorParams.at(Policy.files(), "310000", month(2026, 5))
    >>> agency_survivors(OtherSurvivorFacts(pension_base=6_000_00), p).total
    0
    """
    return _grants(f, p)


def _grants(f: OtherSurvivorFacts, p: OtherSurvivorParams) -> OtherGrants:
    funeral, grant = f.pension_base * p.funeral_months, f.pension_base * p.grant_months
    return OtherGrants(funeral, grant, funeral + grant)
