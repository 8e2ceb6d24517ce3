"""What the settlement is told: a bill taken apart, whose it is, and how the year stands."""

from dataclasses import dataclass

from medical.rules.words import Away, Care, Disease, Level, Standing
from socsec.kernel.facts import FactError, Facts, Number, fact

MOST = 10**10  # fen: a bill of a hundred million yuan is a slip of the pen


@dataclass(frozen=True, kw_only=True)
class BillFacts(Facts):
    """A bill taken apart, whose it is, and how the year stands."""

    care: Number = fact(("医疗类别", "Kind of care"), choices=Care)
    level: Number = fact(("机构级别", "Level of the provider"), choices=Level)
    standing: Number = fact(("参保身份", "Insured as"), choices=Standing)
    total: Number = fact(("医疗费总额", "Total of the bill"), most=MOST)
    uncovered: Number = fact(("目录外自费", "Outside the catalogue"), most=MOST, default=0)
    over_limit: Number = fact(("超限价自付", "Above price limits"), most=MOST, default=0)
    first_self_pay: Number = fact(("先行自付", "First self-pay"), most=MOST, default=0)
    away: Number = fact(("异地就医", "Away from home"), choices=Away, default=Away.LOCAL)
    stays_before: Number = fact(
        ("本年以前住院次数", "Stays before, in the year"), "count", most=1000, default=0
    )
    deductible_used: Number = fact(
        ("已付起付线", "Deductible paid before"),
        most=MOST,
        default=0,
        help=(
            "同一次住院（含转院）已付的；门诊为本年已付的",
            "Of the same stay, transfers included; for outpatient care of the year",
        ),
    )
    continued: Number = fact(
        ("转院前已有基金支付", "Continues a stay for which the fund has paid"),
        "bool",
        help=("按连续住院办理的，不再付起付线", "As one stay: no further deductible"),
        default=False,
    )
    cap_used: Number = fact(("已用年度限额", "Used of the yearly cap"), most=MOST, default=0)
    cost_before: Number = fact(
        ("本年以前门诊合规费用", "Outpatient cost in scope before, in the year"),
        most=MOST,
        default=0,
    )
    disease: Number = fact(
        ("“两病”病种", "Hypertension or diabetes"), choices=Disease, default=Disease.NONE
    )
    large_used: Number = fact(
        ("本年大额补助已支付", "Paid by the large-amount fund before"), most=MOST, default=0
    )
    major_base: Number = fact(
        ("本年以前累计个人负担", "Borne in scope before, in the year"), most=MOST, default=0
    )
    major_paid: Number = fact(
        ("本年大病保险已支付", "Paid by catastrophic insurance before"), most=MOST, default=0
    )
    poor: Number = fact(
        ("特困、低保、返贫致贫人员", "On minimum living guarantee or the like"),
        "bool",
        default=False,
    )
    listed: Number = fact(("大病病种", "One of the listed diseases"), "bool", default=False)
    cap_raise: Number = fact(
        ("大病封顶线提高额", "Raise of the catastrophic cap"), most=10**9, default=0
    )
    civil_servant: Number = fact(("享受公务员补助", "Civil servant"), "bool", default=False)
    assistance: Number = fact(
        ("医疗救助", "Medical assistance"),
        most=MOST,
        default=0,
        help=("按医疗救助规则算出", "As its own rule makes it"),
    )
    account: Number = fact(
        ("个人账户可用", "There is in the personal account"), most=MOST, default=0
    )
    family: Number = fact(("家庭共济账户可用", "There is in family accounts"), most=MOST, default=0)

    def check(self) -> None:
        """The parts of a bill cannot come to more than the whole."""
        if self.uncovered + self.over_limit + self.first_self_pay > self.total:
            raise FactError(
                "impossible_fact",
                "total",
                "total (Total of the bill): its parts come to more than the whole",
                "total（医疗费总额）：各部分之和超过了总额",
            )
