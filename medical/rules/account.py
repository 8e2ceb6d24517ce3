"""The personal account (个人账户): what a month brings to the account of a retired person. 国办发〔2021〕14号."""

from dataclasses import dataclass

from medical.params import AccountTerms
from socsec.kernel.facts import Facts, Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "国办发〔2021〕14号"


@dataclass(frozen=True, kw_only=True)
class RetiredFacts(Facts):
    """The age on the last day of the month."""

    age: Number = fact(("周岁", "Years of age"), "count", most=150)


@dataclass(frozen=True)
class RetiredCredit(Sheet):
    title = ("退休人员个人账户划入", "Credit to the account of a retired person")
    amount: Number = line(
        ("每月定额", "Fixed amount of the month"), "retired_monthly(age)", LAW, kind="total"
    )


@rule(
    "medical.retired_credit",
    ("退休人员个人账户划入", "Credit to the account of a retired person"),
    facts=RetiredFacts,
    params=AccountTerms,
    law=LAW,
)
def retired_credit(f: RetiredFacts, p: AccountTerms) -> RetiredCredit:
    """The fixed amount by age, in fen."""
    return RetiredCredit(p.retired_monthly.at(f.age))
