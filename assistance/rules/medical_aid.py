"""Medical assistance as the payer after basic and catastrophic insurance. 国办发〔2021〕42号.

Of what remains to the patient within the scope of the insurance, above a threshold, up to a limit
of the year. The medical payer asks it for each bill; nothing has to be applied for by those whom
the township recognised (社会救助暂行办法第三十条).
"""

from dataclasses import dataclass

from assistance.params import MedicalAidParams
from assistance.rules.facts import MOST_MONEY, Standing
from socsec.kernel.arith import Condition, Number, between, most, share, where
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "社会救助暂行办法第二十七条至第三十条；2026年7月起社会救助法第二十四条；国办发〔2021〕42号"


@dataclass(frozen=True, kw_only=True)
class MedicalAidFacts(Facts):
    """One bill after the insurances, and the year so far."""

    month: Number = fact(
        ("就医年月", "Month of the bill"), "month", least=2014 * 12, most=2200 * 12 - 1
    )
    standing: Number = fact(("救助身份", "Recognised as"), "choice", choices=Standing)
    inpatient_care: Condition = fact(
        ("住院（含特殊病种门诊）", "In-patient, or out-patient of a special disease"), "bool"
    )
    burden: Number = fact(
        ("政策范围内个人负担", "Borne by the patient within scope"),
        most=MOST_MONEY,
        help=(
            "基本医保和大病保险支付后，含两者的起付标准",
            "After both insurances; their deductibles included",
        ),
    )
    burden_before: Number = fact(
        ("本年此前个人负担", "The same of the year before this bill"), most=MOST_MONEY, default=0
    )
    paid_before: Number = fact(
        ("本年此前已救助", "Assistance of the year before this bill"),
        most=MOST_MONEY,
        default=0,
        help=("同一限额内的", "Within the same limit"),
    )
    disposable_income: Number = fact(
        ("上年居民人均可支配收入", "Disposable income a head, the year before"),
        most=10**8,
        default=0,
        help=("有起付标准的地方才需要", "Only where there is a threshold"),
    )


@dataclass(frozen=True)
class MedicalAid(Sheet):
    """What assistance pays of the bill."""

    title = ("医疗救助核定", "Assessment of medical assistance")

    threshold_year: Number = line(
        ("年度起付标准", "Threshold of the year"), "disposable_income × threshold(standing)", LAW
    )
    above_before: Number = line(
        ("此前超过起付标准的部分", "Above the threshold before this bill"),
        "max(burden_before − threshold_year, 0)",
        LAW,
    )
    above: Number = line(
        ("本次超过起付标准的部分", "Above the threshold by this bill"),
        "max(burden_before + burden − threshold_year, 0) − above_before",
        LAW,
    )
    rate: Number = line(
        ("救助比例", "Rate"),
        "if(inpatient_care, inpatient(standing), outpatient(standing))",
        LAW,
        "rate",
    )
    limit: Number = line(
        ("年度限额", "Limit of the year"),
        "if(inpatient_care, inpatient_most(standing), outpatient_most(standing))",
        LAW,
    )
    amount: Number = line(
        ("医疗救助支付", "Medical assistance"),
        "min(max(limit − paid_before, 0), above × rate)",
        LAW,
        kind="total",
    )


@rule(
    "assistance.medical_aid",
    ("医疗救助", "Medical assistance"),
    facts=MedicalAidFacts,
    params=MedicalAidParams,
    law=LAW,
    on="month",
)
def medical_aid(f: MedicalAidFacts, p: MedicalAidParams) -> MedicalAid:
    """What medical assistance pays of one bill, fen. Bills of a year add up in any order.

    Beijing, minimum living guarantee, 22,035.05 left of a hospital bill: 85 % are 18,729.79.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = MedicalAidParams.at(Policy.files(), "110000", month(2025, 5))
    >>> bill = MedicalAidFacts(month=month(2025, 5), standing=Standing.DIBAO, inpatient_care=True,
    ...                        burden=22035_05)
    >>> medical_aid(bill, p).amount
    1872979
    """
    threshold_year = share(f.disposable_income, p.threshold.at(f.standing))
    above_before = most(f.burden_before - threshold_year, 0)
    above = most(f.burden_before + f.burden - threshold_year, 0) - above_before
    rate = where(f.inpatient_care, p.inpatient.at(f.standing), p.outpatient.at(f.standing))
    limit = where(
        f.inpatient_care, p.inpatient_most.at(f.standing), p.outpatient_most.at(f.standing)
    )
    amount = between(0, share(above, rate), most(limit - f.paid_before, 0))
    return MedicalAid(threshold_year, above_before, above, rate, limit, amount)
