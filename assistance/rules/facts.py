"""Facts that several rules of assistance ask: where a household lives, what it has and earns."""

from dataclasses import dataclass

from socsec.kernel.arith import Condition, Number, all_of, where
from socsec.kernel.facts import Facts, fact
from socsec.kernel.units import Choice

MOST_MEMBERS = 30
MOST_MONEY = 10**11  # fen: what no household in need has


class Residence(Choice):
    """Whose standard holds for a household. Several regions have one for both."""

    URBAN = 0, "城市", "urban"
    RURAL = 1, "农村", "rural"


class Work(Choice):
    """How a person earns."""

    EMPLOYED = 0, "在职职工", "employed"
    OWN_ACCOUNT = 1, "灵活就业、自主创业", "own account"


@dataclass(frozen=True, kw_only=True)
class PlaceFacts(Facts):
    """For which month, and by whose standard."""

    month: Number = fact(("核算年月", "Month"), "month", least=1999 * 12, most=2200 * 12 - 1)
    residence: Number = fact(("城乡", "Urban or rural"), "choice", choices=Residence)


@dataclass(frozen=True, kw_only=True)
class HouseholdFacts(PlaceFacts):
    """A household as the survey and the matching found it: totals of all members, a month.

    Totals, never a figure a head: dividing first and rounding loses money (社会救助暂行办法第十二条).
    """

    members: Number = fact(
        ("共同生活的家庭成员人数", "Members of the household"),
        "count",
        least=1,
        most=MOST_MEMBERS,
        help=(
            "配偶、父母和未成年子女、不能独立生活的成年子女等；服刑人员等不计入",
            "Spouse, parents, minor children, adult children unable to live alone; prisoners and "
            "others named by the law do not count",
        ),
    )
    earned: Number = fact(
        ("工资性收入和个人就业收入", "Earned income, a month"),
        most=MOST_MONEY,
        default=0,
        help=("已扣除就业奖励", "After what is left out as a reward for work"),
    )
    business: Number = fact(("经营净收入", "Net business income"), most=MOST_MONEY, default=0)
    from_property: Number = fact(("财产净收入", "Net property income"), most=MOST_MONEY, default=0)
    transfers: Number = fact(
        ("转移净收入", "Net transfers received"),
        most=MOST_MONEY,
        default=0,
        help=(
            "养老金、赡养费等；优抚待遇、奖学金、社会救助等不计入",
            "Pensions, support by relatives; allowances for special care, scholarships and "
            "assistance do not count",
        ),
    )
    costs: Number = fact(
        ("可扣减的刚性支出", "Necessary costs that are deducted"),
        most=MOST_MONEY,
        default=0,
        help=(
            "因残疾、重病增加的支出和必要的就业成本",
            "Of disability and severe illness, and of going to work",
        ),
    )
    hardship: Condition = fact(
        ("有重病或重度残疾成员", "A member is severely ill or disabled"), "bool", default=False
    )
    old_guardian: Condition = fact(
        ("法定抚养人满60周岁", "That member's guardian is 60 or older"), "bool", default=False
    )
    single_parent: Condition = fact(
        ("单亲抚养未成年人或在校学生", "A single parent of a minor or student"),
        "bool",
        default=False,
    )
    money: Number = fact(
        ("货币财产", "Money and securities"),
        most=MOST_MONEY,
        default=0,
        help=(
            "存款、证券、基金、商业保险、债权等",
            "Deposits, securities, funds, insurance, claims",
        ),
    )
    vehicles: Number = fact(
        ("机动车辆", "Motor vehicles"),
        "count",
        most=100,
        default=0,
        help=("残疾人代步车不计入", "Mobility vehicles of the disabled do not count"),
    )
    homes: Number = fact(("住房套数", "Homes"), "count", most=100, default=1)


def standard_of(f: PlaceFacts, p: object) -> Number:
    """The standard of the minimum living guarantee that holds for a household, fen a head."""
    return where(f.residence == Residence.RURAL, p.rural, p.urban)  # type: ignore[attr-defined]


STANDARD = "if(residence = 1, rural, urban)"


class DisabilityKind(Choice):
    """Kind of disability as on the certificate (残疾类别)."""

    NONE = 0, "无", "none"
    SIGHT = 1, "视力", "sight"
    HEARING = 2, "听力", "hearing"
    SPEECH = 3, "言语", "speech"
    LIMB = 4, "肢体", "limb"
    INTELLECT = 5, "智力", "intellectual"
    MIND = 6, "精神", "mental"
    MULTIPLE = 7, "多重", "multiple"


class Standing(Choice):
    """What a household is recognised as. The stronger comes first."""

    HARDSHIP = 0, "特困人员", "in extreme hardship"
    DIBAO = 1, "低保", "minimum living guarantee"
    NEAR_POOR = 2, "低保边缘（低收入）", "near-poor"
    RIGID = 3, "刚性支出困难", "rigid expenditure"
    NONE = 4, "都不是", "none"


MILDEST_GRADE = 4


@dataclass(frozen=True, kw_only=True)
class DisabilityFacts(Facts):
    """A person's disability as on the certificate."""

    disability: Number = fact(
        ("残疾类别", "Kind of disability"), "choice", choices=DisabilityKind, default=0
    )
    grade: Number = fact(
        ("残疾等级", "Grade of disability"),
        "count",
        most=MILDEST_GRADE,
        default=0,
        help=("一级最重；没有残疾证填 0", "1 is the most severe; 0 without a certificate"),
    )


def grade_within(f: DisabilityFacts, mildest: Number) -> Condition:
    """Whether a person is disabled at least as severely as a grade. 1 is the most severe."""
    return all_of(f.grade >= 1, f.grade <= mildest)
