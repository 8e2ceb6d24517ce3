"""What a month's contribution is worked out from, whatever the branch."""

from dataclasses import dataclass

from enrollment.params import MOST_WAGE
from enrollment.rules.bases import Wage
from socsec.kernel.facts import Facts, Number, fact
from socsec.kernel.units import Choice


class Category(Choice):
    """As what a person who works is insured."""

    EMPLOYEE = 1, "职工", "Employee"
    OWN_ACCOUNT = 2, "灵活就业人员", "Own-account worker"
    AGENCY = 4, "机关事业单位工作人员", "Employee of an agency or institution"


class EmployerKind(Choice):
    """Sort of employer, as policies of relief tell them apart."""

    NONE = 0, "没有单位或未登记", "None, or not entered"
    LARGE_ENTERPRISE = 1, "大型企业", "Large enterprise"
    SMALL_ENTERPRISE = 2, "中小微企业", "Medium, small or micro enterprise"
    SOLE_TRADER = 3, "有雇工的个体工商户", "Sole trader with employees"
    ASSOCIATION = 4, "社会组织等其他单位", "Association, foundation or other organisation"
    INSTITUTION = 5, "事业单位", "Public institution"
    AGENCY = 6, "机关", "Government agency"


class Floating(Choice):
    """How far an employer's work injury rate floats from that of its class."""

    HALF = 1, "下浮二档", "Two steps down"
    LOWER = 2, "下浮一档", "One step down"
    BASIC = 3, "基准", "At the rate of the class"
    HIGHER = 4, "上浮一档", "One step up"
    HIGHEST = 5, "上浮二档", "Two steps up"


# More classes than any catalogue of industries has had; which exist is policy.
MOST_CLASSES = 99


@dataclass(frozen=True, kw_only=True)
class BaseFacts(Facts):
    """One person's base for one month."""

    base: Number = fact(("缴费基数", "Contribution base"), least=0, most=MOST_WAGE)


@dataclass(frozen=True, kw_only=True)
class Employed(Facts):
    """The employer's part in a month."""

    kind: Number = fact(
        ("单位类型", "Kind of employer"),
        help=("减免政策按类型区分。", "Policies of relief tell them apart."),
        choices=EmployerKind,
        default=EmployerKind.NONE,
    )


@dataclass(frozen=True, kw_only=True)
class EmployedWage(Wage, Employed):
    """A wage with one employer."""


@dataclass(frozen=True, kw_only=True)
class CategoryWage(EmployedWage):
    """A wage with one employer, or the base that somebody chose."""

    category: Number = fact(("参保身份", "Insured as"), choices=Category)


@dataclass(frozen=True, kw_only=True)
class RiskFacts(Facts):
    """The risk of an employer's industry, and its own record."""

    risk_class: Number = fact(
        ("工伤风险类别", "Work injury risk class"), "count", least=1, most=MOST_CLASSES
    )
    floating: Number = fact(("浮动档次", "Floating step"), choices=Floating, default=Floating.BASIC)
