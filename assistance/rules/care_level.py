"""How much care a person needs: levels 0 to 5 of 长期护理失能等级评估标准（试行）.

Seventeen items in three groups are scored; each group has a grade; the grades together say the
level. A low score is a loss: 100 points of daily living mean that nothing is lost.
"""

from dataclasses import dataclass

from assistance.params import CareLevelParams
from socsec.kernel.arith import Number, most, total
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line
from socsec.kernel.units import Choice

LAW = "医保办发〔2021〕37号（长期护理失能等级评估标准（试行））"
SEVEREST = 3
GRADES = SEVEREST + 1
HIGHEST = 5


class CareLevel(Choice):
    """The level of long-term care (长期护理失能等级)."""

    NONE = 0, "基本正常", "nothing lost"
    MILD = 1, "轻度失能", "mild"
    MODERATE = 2, "中度失能", "moderate"
    SEVERE_1 = 3, "重度失能Ⅰ级", "severe I"
    SEVERE_2 = 4, "重度失能Ⅱ级", "severe II"
    SEVERE_3 = 5, "重度失能Ⅲ级", "severe III"


@dataclass(frozen=True, kw_only=True)
class CareLevelFacts(Facts):
    """The scores of one assessment: daily living in steps of five, the rest from 0 to 4."""

    month: Number = fact(("评估年月", "Month"), "month", least=2021 * 12, most=2200 * 12 - 1)
    eating: Number = fact(("进食", "Eating"), "count", least=0, most=10)
    dressing: Number = fact(("穿衣", "Dressing"), "count", least=0, most=10)
    washing: Number = fact(("面部与口腔清洁", "Washing face and mouth"), "count", least=0, most=5)
    bowels: Number = fact(("大便控制", "Bowel control"), "count", least=0, most=10)
    bladder: Number = fact(("小便控制", "Bladder control"), "count", least=0, most=10)
    toilet: Number = fact(("用厕", "Using the toilet"), "count", least=0, most=10)
    walking: Number = fact(("平地行走", "Walking on the level"), "count", least=0, most=15)
    rising: Number = fact(("床椅转移", "Moving between bed and chair"), "count", least=0, most=15)
    stairs: Number = fact(("上下楼", "Stairs"), "count", least=0, most=10)
    bathing: Number = fact(("洗澡", "Bathing"), "count", least=0, most=5)
    time: Number = fact(("时间定向", "Knows the time"), "count", least=0, most=4)
    people: Number = fact(("人物定向", "Knows people"), "count", least=0, most=4)
    place: Number = fact(("空间定向", "Knows the place"), "count", least=0, most=4)
    memory: Number = fact(("记忆力", "Memory"), "count", least=0, most=4)
    sight: Number = fact(("视力", "Sight"), "count", least=0, most=4)
    hearing: Number = fact(("听力", "Hearing"), "count", least=0, most=4)
    speech: Number = fact(("沟通能力", "Communication"), "count", least=0, most=4)


LIVING = (
    "eating",
    "dressing",
    "washing",
    "bowels",
    "bladder",
    "toilet",
    "walking",
    "rising",
    "stairs",
    "bathing",
)
MIND = ("time", "people", "place", "memory")
SENSES = ("sight", "hearing", "speech")


@dataclass(frozen=True)
class CareLevelSheet(Sheet):
    """The scores and grades of the groups, and the level."""

    title = ("长期护理失能等级评定", "Assessment of the level of care")

    living: Number = line(
        ("日常生活活动能力得分", "Score of daily living"), " + ".join(LIVING), LAW, "count"
    )
    living_grade: Number = line(
        ("日常生活活动能力等级", "Grade of daily living"),
        "living_grades(living)",
        LAW,
        "count",
        help=(
            "0 完好，1 轻度，2 中度，3 重度受损",
            "0: whole; 1: mild; 2: moderate; 3: severe loss",
        ),
    )
    mind: Number = line(("认知能力得分", "Score of the mind"), " + ".join(MIND), LAW, "count")
    mind_grade: Number = line(
        ("认知能力等级", "Grade of the mind"), "mind_grades(mind)", LAW, "count"
    )
    senses: Number = line(
        ("感知觉与沟通能力得分", "Score of senses and speech"), " + ".join(SENSES), LAW, "count"
    )
    senses_grade: Number = line(
        ("感知觉与沟通能力等级", "Grade of senses and speech"),
        "senses_grades(senses)",
        LAW,
        "count",
    )
    worse: Number = line(
        ("后两项中较重的等级", "The graver of the last two"),
        "max(mind_grade, senses_grade)",
        LAW,
        "count",
    )
    level: Number = line(
        ("失能等级", "Level of care"),
        f"levels(living_grade × {GRADES} + worse)",
        LAW,
        "count",
        kind="total",
    )


@rule(
    "assistance.care_level",
    ("长期护理失能等级", "Level of care"),
    facts=CareLevelFacts,
    params=CareLevelParams,
    law=LAW,
    on="month",
    help=(
        "按十七项得分评定零至五级",
        "From seventeen scores to a level from 0 to 5",
    ),
)
def care_level(f: CareLevelFacts, p: CareLevelParams) -> CareLevelSheet:
    """The level of care of one person.

    Eats and controls bowels (10 + 10), nothing else: 20 points are severe; the mind has 3 of 16,
    moderate; senses are whole. Severe with moderate is level 4.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = CareLevelParams.at(Policy.files(), "110000", month(2026, 7))
    >>> scores = dict.fromkeys((*LIVING, *MIND, *SENSES), 0)
    >>> scores |= {"eating": 10, "bowels": 10, "people": 3, "sight": 4, "hearing": 4, "speech": 4}
    >>> care_level(CareLevelFacts(month=month(2026, 7), **scores), p).level
    4
    """
    living = total(*(getattr(f, name) for name in LIVING))
    living_grade = p.living_grades.at(living)
    mind = total(*(getattr(f, name) for name in MIND))
    mind_grade = p.mind_grades.at(mind)
    senses = total(*(getattr(f, name) for name in SENSES))
    senses_grade = p.senses_grades.at(senses)
    worse = most(mind_grade, senses_grade)
    return CareLevelSheet(
        living,
        living_grade,
        mind,
        mind_grade,
        senses,
        senses_grade,
        worse,
        p.levels.at(living_grade * GRADES + worse),
    )
