"""What must be known for the amounts of an employee's old-age pension.

Facts that say "only where the form states it" are optional: without them the policy of the
province, or another fact, supplies the number.
"""

from dataclasses import dataclass

from socsec.kernel.arith import NOT_STATED, ONE, Condition, Number
from socsec.kernel.facts import FactError, Facts, fact

MOST_MONTHS = 960  # eighty years
_STATED = ("核定表上写明的才填", "Only where the form states it")


@dataclass(frozen=True, kw_only=True)
class AmountFacts(Facts):
    """A working life and an account, in numbers."""

    months_paid: Number = fact(
        ("实际缴费月数", "Months paid"),
        "months",
        most=MOST_MONTHS,
        help=(
            "全部实际缴费月数，包括建立个人账户以前的",
            "All months of contributions, those before individual accounts began included",
        ),
    )
    months_deemed: Number = fact(
        ("视同缴费月数", "Deemed months"),
        "months",
        most=MOST_MONTHS,
        default=0,
        help=("经认定的视同缴费月数", "Months of work before contributions began, as recognised"),
    )
    months_before_account: Number = fact(
        ("建账前实际缴费月数", "Months paid before the account began"),
        "months",
        most=MOST_MONTHS,
        default=0,
        help=(
            "实际缴费月数中，建立个人账户以前的部分",
            "Those of the months paid that lie before individual accounts began",
        ),
    )
    average_index: Number = fact(
        ("平均缴费工资指数", "Average contribution index"),
        "index",
        most=20 * ONE,
        optional=True,
        help=(
            "平均缴费工资指数和指数化月平均缴费工资，至少要有一个",
            "Either this or the indexed wage is needed",
        ),
    )
    account_balance: Number = fact(
        ("个人账户储存额", "Account balance"),
        most=10**10,
        help=("退休时个人账户的本息合计", "Contributions and interest at retirement"),
    )

    # what a form may state

    divisor: Number = fact(
        ("计发月数", "Annuity divisor"),
        "divisor",
        least=1,
        most=10_000,
        optional=True,
        help=_STATED,
    )
    calculation_base: Number = fact(
        ("计发基数", "Calculation base"), least=1, most=10**8, optional=True, help=_STATED
    )
    index_base: Number = fact(
        ("指数化工资所用基数", "Base of the indexed wage"),
        least=1,
        most=10**8,
        optional=True,
        help=(
            "双基数地区核定表上写明的才填",
            "Only where the form of a province with two bases states it",
        ),
    )
    indexed_wage: Number = fact(
        ("指数化月平均缴费工资", "Indexed wage"), "wage", optional=True, help=_STATED
    )
    counted_years: Number = fact(
        ("缴费年限", "Years counted"), "years", most=80 * ONE, optional=True, help=_STATED
    )
    transitional_index: Number = fact(
        ("过渡性养老金指数", "Index of the transitional pension"),
        "index",
        most=20 * ONE,
        optional=True,
        help=(
            "过渡性养老金另有指数的才填",
            "Only where the transitional pension has an index of its own",
        ),
    )
    transitional_indexed_wage: Number = fact(
        ("过渡性养老金指数化工资", "Indexed wage of the transitional pension"),
        "wage",
        optional=True,
        help=_STATED,
    )
    transitional_years: Number = fact(
        ("过渡性养老金年限", "Years of the transitional pension"),
        "years",
        most=80 * ONE,
        optional=True,
        help=_STATED,
    )
    notional_balance: Number = fact(
        ("虚账实记额", "Notional balance"),
        most=10**10,
        default=0,
        help=(
            "上海、广东：为建账前年限记入的账户额",
            "Shanghai and Guangdong: an account credited for the time before accounts began",
        ),
    )
    old_transitional: Number = fact(
        ("原办法过渡性养老金", "Transitional pension by the old method"),
        most=10**8,
        optional=True,
        help=(
            "新老办法过渡期内，原办法算出的数额",
            "Where an old method is still paid beside the new one: its amount",
        ),
    )

    # what supplements depend on

    intellectual: Condition = fact(
        ("知识分子", "Intellectual"),
        "bool",
        default=False,
        help=("宁夏：按知识分子提高计发比例", "Ningxia: raises the transitional rate"),
    )
    one_child: Condition = fact(
        ("独生子女父母", "Parent of an only child"),
        "bool",
        default=False,
        help=("有独生子女父母光荣证", "Holds the certificate"),
    )
    average_pension: Number = fact(
        ("全省退休人员人均养老金", "Average pension in the province"),
        least=1,
        most=10**8,
        optional=True,
        help=_STATED,
    )
    months_on_plateau: Number = fact(
        ("在藏工作月数", "Months worked in Tibet"), "months", most=MOST_MONTHS, default=0
    )
    class_2_area: Condition = fact(
        ("二类地区", "Class 2 area"),
        "bool",
        default=False,
        help=(
            "西藏二类地区；其他类别的固定补贴填在其他补贴里",
            "Tibet; fixed allowances of other classes are stated as other allowances",
        ),
    )
    extra_rate: Number = fact(
        ("增发比例", "Extra rate"),
        "rate",
        most=ONE // 50,
        default=0,
        help=(
            "四川：每年按指数化工资增发的比例，0.1% 至 0.4%",
            "Sichuan: a part of the indexed wage for each year, 0.1% to 0.4%",
        ),
    )
    other_allowance: Number = fact(
        ("其他补贴", "Other allowances"),
        most=10**7,
        default=0,
        help=(
            "核定表上的其他月补贴，例如深圳地方补贴",
            "Other monthly amounts on the form, such as Shenzhen's local supplement",
        ),
    )

    def check(self) -> None:
        if self.average_index == NOT_STATED and self.indexed_wage == NOT_STATED:
            raise FactError(
                "missing_fact",
                "average_index",
                "average_index (Average contribution index): this fact is needed, or the indexed "
                "wage in its place",
                "average_index（平均缴费工资指数）：必须填，或者填指数化月平均缴费工资",
            )
        if self.months_before_account > self.months_paid:
            raise FactError(
                "impossible_fact",
                "months_before_account",
                "months_before_account (Months paid before the account began): "
                f"{self.months_before_account} is more than all months paid, {self.months_paid}",
                f"months_before_account（建账前实际缴费月数）：{self.months_before_account} "
                f"超过了全部实际缴费月数 {self.months_paid}",
            )
