"""What becomes of a record when a person moves: whether it follows, and which of two months counts."""

from dataclasses import dataclass

from enrollment.params import MovementRule, NoNumbers
from socsec.kernel.arith import all_of, not_, where
from socsec.kernel.facts import Facts, Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line
from socsec.kernel.units import Choice

LAW = "国办发〔2009〕66号第五条"
LAW_OVERLAP = "国办发〔2009〕66号第十条；人社部发〔2014〕17号第七条"


@dataclass(frozen=True, kw_only=True)
class Mover(Facts):
    """Who moves, on the day of the request."""

    age: Number = fact(("申请时的年龄", "Age on the day of the request"), "age")
    woman: Number = fact(("女性", "A woman"), "bool")
    household: Number = fact(
        ("转入地是户籍所在地", "The new place is that of the household registration"), "bool"
    )
    transferred: Number = fact(
        ("经批准调动", "Transferred to the new place with approval"), "bool", default=False
    )


@dataclass(frozen=True)
class Follows(Sheet):
    title = ("关系是否随同转移", "Whether the record follows")
    limit: Number = line(
        ("建立临时缴费账户的年龄", "Age from which the account is temporary"),
        "if(woman, temporary_age_woman, temporary_age_man)",
        LAW,
        "age",
    )
    old_enough: Number = line(
        ("达到该年龄", "Has reached that age"), "age ≥ limit", LAW, "bool", kind="normal"
    )
    temporary: Number = line(
        ("建立临时缴费账户，原关系保留", "A temporary account; the record stays where it is"),
        "old_enough and not household and not transferred",
        LAW,
        "bool",
        kind="normal",
    )
    follows: Number = line(
        ("关系随同转移", "The record follows the person"),
        "not temporary",
        LAW,
        "bool",
        kind="normal",
    )


@rule(
    "enrollment.movement",
    ("关系是否随同转移", "Whether the record follows"),
    facts=Mover,
    params=MovementRule,
    law=LAW,
)
def movement(f: Mover, p: MovementRule) -> Follows:
    """Whether an employee's old-age record follows to the new place.

    A man of fifty or a woman of forty keeps the record where it is, unless the new place is home
    or the work was transferred with approval.

    >>> p = MovementRule(temporary_age_man=600, temporary_age_woman=480)
    >>> movement(Mover(age=599, woman=False, household=False), p).follows
    True
    >>> movement(Mover(age=600, woman=False, household=False), p).follows
    False
    >>> movement(Mover(age=600, woman=False, household=True), p).follows
    True
    >>> movement(Mover(age=480, woman=True, household=False, transferred=True), p).follows
    True
    """
    limit = where(f.woman, p.temporary_age_woman, p.temporary_age_man)
    old_enough = f.age >= limit
    temporary = all_of(old_enough, not_(f.household), not_(f.transferred))
    return Follows(limit, old_enough, temporary, not_(temporary))


class Side(Choice):
    """Where a month was paid."""

    OLD = 1, "原参保地", "The old place"
    NEW = 2, "转入地", "The new place"


class Insured(Choice):
    """As what, where two months overlap."""

    EMPLOYEE = 1, "职工", "Employee"
    RESIDENT = 2, "城乡居民", "Resident"


@dataclass(frozen=True, kw_only=True)
class Overlap(Facts):
    """One month that was paid in both places."""

    old: Number = fact(("原参保地的参保身份", "Insured at the old place as"), choices=Insured)
    new: Number = fact(("转入地的参保身份", "Insured at the new place as"), choices=Insured)
    chosen: Number = fact(("本人选择保留", "The person chose to keep"), choices=Side)


@dataclass(frozen=True)
class Kept(Sheet):
    title = ("重复缴费月份的处理", "A month paid twice")
    kept: Number = line(
        ("保留的月份", "The month that counts"),
        "if(old < new, 1, if(new < old, 2, chosen))",
        LAW_OVERLAP,
        choices=Side,
        kind="normal",
    )


@rule(
    "enrollment.movement.overlap",
    ("重复缴费月份的处理", "A month paid twice"),
    facts=Overlap,
    params=NoNumbers,
    law=LAW_OVERLAP,
)
def overlap(f: Overlap, p: NoNumbers) -> Kept:
    """Which of two months counts: an employee's before a resident's; between equals the person chose.

    >>> overlap(Overlap(old=Insured.EMPLOYEE, new=Insured.RESIDENT, chosen=Side.NEW), NoNumbers()).kept == Side.OLD
    True
    >>> overlap(Overlap(old=Insured.EMPLOYEE, new=Insured.EMPLOYEE, chosen=Side.NEW), NoNumbers()).kept == Side.NEW
    True
    """
    old, new = int(Side.OLD), int(Side.NEW)
    return Kept(where(f.old < f.new, old, where(f.new < f.old, new, f.chosen)))
