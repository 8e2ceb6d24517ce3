"""Local grants of an ordinary kind: so much to those who are recognised, by age, a head or together.

What differs from one local programme to the next (who, from which age, how much) is fixed by the
programme itself, which two people put in force; the standard of the place is policy. 社会救助法第二十七条.
"""

from dataclasses import dataclass

from assistance.params import DibaoStandards
from assistance.rules.facts import (
    MOST_MEMBERS,
    MOST_MONEY,
    STANDARD,
    PlaceFacts,
    Standing,
    standard_of,
)
from socsec.kernel.arith import Condition, Number, all_of, share, where
from socsec.kernel.facts import fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line

LAW = "社会救助法第二十七条；当地规定"
OLDEST = 130 * 12


@dataclass(frozen=True, kw_only=True)
class LocalFacts(PlaceFacts):
    """Who applies, and what the programme fixes: the last six facts are its own."""

    standing: Number = fact(("救助身份", "Recognised as"), "choice", choices=Standing)
    age: Number = fact(("年龄", "Age"), "age", least=0, most=OLDEST)
    persons: Number = fact(("家庭人数", "Members"), "count", least=1, most=MOST_MEMBERS, default=1)
    accepted: Number = fact(
        ("可以申请的救助身份", "Open to those recognised as"),
        "choice",
        choices=Standing,
        default=int(Standing.NONE),
        help=(
            "这一类以及更困难的都可以申请；填“都不是”则不限",
            "This and every stronger recognition; “none” opens it to all",
        ),
    )
    from_age: Number = fact(("起始年龄", "From age"), "age", least=0, most=OLDEST, default=0)
    to_age: Number = fact(("截止年龄", "Up to age"), "age", least=0, most=OLDEST, default=OLDEST)
    base: Number = fact(("定额", "Fixed amount"), most=MOST_MONEY, default=0)
    part: Number = fact(
        ("低保标准的比例", "Part of the minimum living standard"), "rate", default=0
    )
    a_head: Condition = fact(("按人数计算", "For each member"), "bool", default=False)


@dataclass(frozen=True)
class LocalGrant(Sheet):
    """What a local programme gives."""

    title = ("地方救助项目核定", "Assessment of a local grant")

    recognised: Condition = line(
        ("救助身份符合规定", "Recognised as the programme asks"), "standing ≤ accepted", LAW, "bool"
    )
    of_age: Condition = line(
        ("年龄符合规定", "Of the age that the programme asks"),
        "age ≥ from_age and age ≤ to_age",
        LAW,
        "bool",
    )
    eligible: Condition = line(("符合条件", "Eligible"), "recognised and of_age", LAW, "bool")
    standard: Number = line(("低保标准", "Standard a head"), STANDARD, "社会救助法第十九条")
    of_standard: Number = line(
        ("按标准比例", "Part of the standard"), "standard × part", LAW, quiet=NOUGHT
    )
    one: Number = line(("每份金额", "Amount"), "base + of_standard", LAW)
    amount: Number = line(
        ("救助金额", "Grant"),
        "if(eligible, if(a_head, one × persons, one), 0)",
        LAW,
        kind="total",
    )


@rule(
    "assistance.local",
    ("地方救助项目", "Local grant"),
    facts=LocalFacts,
    params=DibaoStandards,
    law=LAW,
    on="month",
    help=(
        "给已认定的困难家庭或者个人发放定额，或者低保标准的一定比例",
        "A fixed amount, or a part of the standard, for those who are recognised",
    ),
)
def local_grant(f: LocalFacts, p: DibaoStandards) -> LocalGrant:
    """What one application comes to, fen.

    Heating in winter: 10 % of Beijing's 1,450 yuan for each of three, with the guarantee.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = DibaoStandards.at(Policy.files(), "110000", month(2026, 11))
    >>> home = LocalFacts(month=month(2026, 11), residence=0, standing=Standing.DIBAO, age=500,
    ...                   persons=3, accepted=Standing.DIBAO, part=100_000, a_head=True)
    >>> local_grant(home, p).amount
    43500
    """
    recognised = f.standing <= f.accepted
    of_age = all_of(f.age >= f.from_age, f.age <= f.to_age)
    eligible = all_of(recognised, of_age)
    standard = standard_of(f, p)
    of_standard = share(standard, f.part)
    one = f.base + of_standard
    amount = where(eligible, where(f.a_head, one * f.persons, one), 0)
    return LocalGrant(recognised, of_age, eligible, standard, of_standard, one, amount)
