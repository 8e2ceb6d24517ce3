"""From one scheme of old-age insurance to another (城乡养老保险制度衔接). 人社部发〔2014〕17号.

Whoever paid as an employee and as a resident draws one pension. With fifteen years as an employee
the resident's account joins the employee's; with less, the employee's joins the resident's. The
years as an employee count as a resident's, never the other way round. Agencies' staff are workers
like employees. Between employees and agencies a record moves with the work, at any age.
"""

from dataclasses import dataclass

from pensions.params import LinkParams
from socsec.kernel.arith import Condition, Number, all_of, any_of, not_, where
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "人社部发〔2014〕17号第三条"
LAW_MONTHS = "人社部发〔2014〕17号第五条、第六条"
LAW_AGENCIES = "人社部规〔2017〕1号"
MOST_MONTHS = 960


@dataclass(frozen=True, kw_only=True)
class LinkFacts(Facts):
    """Who asks to leave one scheme for another."""

    to_residents: Condition = fact(("转入城乡居民养老保险", "Into the residents' scheme"), "bool")
    from_residents: Condition = fact(
        ("从城乡居民养老保险转出", "Out of the residents' scheme"), "bool"
    )
    months_employee: Number = fact(
        ("职工缴费月数", "Months as a worker"),
        "months",
        most=MOST_MONTHS,
        help=("含视同缴费和补缴的月数", "Deemed and made-up months included"),
    )
    of_age: Condition = fact(("达到法定退休年龄", "Has reached the pensionable age"), "bool")
    months_resident: Number = fact(
        ("居民缴费月数", "Months as a resident"), "months", most=MOST_MONTHS, default=0
    )


@dataclass(frozen=True)
class Link(Sheet):
    """Whether it may be done, and which months count afterwards."""

    title = ("养老保险制度衔接", "Linking of old-age schemes")

    enough: Condition = line(
        ("职工缴费满规定年限", "Enough months as a worker"),
        "months_employee ≥ qualifying_months",
        LAW,
        "bool",
        kind="normal",
    )
    allowed: Condition = line(
        ("可以衔接", "It may be linked"),
        "(from_residents and of_age and enough)"
        " or (to_residents and of_age and not enough)"
        " or (not from_residents and not to_residents)",
        f"{LAW}；{LAW_AGENCIES}",
        "bool",
        kind="normal",
    )
    months_counted: Number = line(
        ("转入后计算的缴费月数", "Months that count in the new scheme"),
        "if(to_residents, months_employee + months_resident, months_employee)",
        LAW_MONTHS,
        "months",
        help=(
            "居民缴费年限不计入职工缴费年限",
            "Months as a resident do not count as months of a worker",
        ),
        kind="normal",
    )


@rule(
    "pensions.link",
    ("养老保险制度衔接", "Linking of old-age schemes"),
    facts=LinkFacts,
    params=LinkParams,
    law=LAW,
)
def link(f: LinkFacts, p: LinkParams) -> Link:
    """Whether a record may leave one scheme for another.

    Fifteen years as an employee: the resident's account joins, its months do not count.

    >>> p = LinkParams(qualifying_months=180)
    >>> asked = {"months_employee": 180, "of_age": True, "months_resident": 48}
    >>> found = link(LinkFacts(to_residents=False, from_residents=True, **asked), p)
    >>> found.allowed, found.months_counted
    (True, 180)

    A month less: the other way round, and all months count.

    >>> asked["months_employee"] = 179
    >>> found = link(LinkFacts(to_residents=True, from_residents=False, **asked), p)
    >>> found.allowed, found.months_counted
    (True, 227)
    """
    enough = f.months_employee >= p.qualifying_months
    into_workers = all_of(f.from_residents, f.of_age, enough)
    into_residents = all_of(f.to_residents, f.of_age, not_(enough))
    between_workers = all_of(not_(f.from_residents), not_(f.to_residents))
    return Link(
        enough,
        any_of(into_workers, into_residents, between_workers),
        where(f.to_residents, f.months_employee + f.months_resident, f.months_employee),
    )
