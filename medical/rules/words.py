"""The words of a bill that rules tell apart: what care, where, for whom, and how far from home."""

from socsec.kernel.units import Choice

PER_STANDING = 10  # tables by standing and level are asked at standing × 10 + level


class Care(Choice):
    """What kind of care a bill is for. The numbers are those of the national code table (med_type)."""

    OUTPATIENT = 11, "普通门诊", "Outpatient care"
    EMERGENCY = 13, "急诊", "Emergency care"
    SPECIAL = 14, "门诊慢特病", "Outpatient care of chronic and special diseases"
    NEGOTIATED = 18, "国谈药和双通道药品", "Negotiated drugs"
    INPATIENT = 21, "住院", "Hospital stay"
    PHARMACY = 41, "定点药店购药", "Pharmacy"
    TWO_DISEASES = 9901, "门诊“两病”用药", "Drugs for hypertension and diabetes"


class Level(Choice):
    """How high a provider stands. Village and community clinics are 0, pharmacies stand last."""

    PRIMARY = 0, "基层", "Primary care"
    FIRST = 1, "一级", "First level"
    SECOND = 2, "二级", "Second level"
    THIRD = 3, "三级", "Third level"
    PHARMACY = 4, "药店", "Pharmacy"


class Standing(Choice):
    """As whom somebody is insured, as far as benefits differ by it."""

    ACTIVE = 1, "在职职工", "Working"
    RETIRED = 2, "退休人员", "Retired"
    ADULT = 3, "成年居民", "Adult resident"
    CHILD = 4, "学生儿童", "Student or child"
    ELDERLY = 5, "老年居民", "Elderly resident"


class Away(Choice):
    """How somebody came to be treated outside the home region (异地就医)."""

    LOCAL = 0, "参保地就医", "Treated at home"
    LONG_TERM = 1, "备案长期居住", "Filed as living there"
    EMERGENCY = 2, "异地急诊抢救", "Emergency"
    REFERRED = 3, "备案转诊", "Filed with a referral"
    OTHER = 4, "其他临时外出", "Away without a referral"


class Disease(Choice):
    """The two common diseases whose drugs are paid for outside hospital (两病)."""

    NONE = 0, "无", "Neither"
    HYPERTENSION = 1, "高血压", "Hypertension"
    DIABETES = 2, "糖尿病", "Diabetes"
    BOTH = 3, "高血压和糖尿病", "Hypertension and diabetes"


class ItemClass(Choice):
    """The class of the catalogue; C is what the insurance does not pay for."""

    A = 1, "甲类", "Class A"
    B = 2, "乙类", "Class B"
    C = 3, "丙类（目录外）", "Class C (outside the catalogue)"
