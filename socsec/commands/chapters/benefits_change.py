"""Pensions change afterwards: a correction that waits for its second hand, and a claim after a death."""

from datetime import date

from enrollment.models import Person
from enrollment.services.living import life
from enrollment.services.people import bank_account
from enrollment.services.people import person as people
from enrollment.services.record import prior
from funds.models import Branch
from pensions.models import Category
from pensions.services import account, claim, correction, survivors
from pensions.services.survivors import Payee, shares_of
from socsec.commands.village import PASSWORD, PUDONG, Village
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import month
from socsec.office.models import Case
from socsec.office.services import users

PENSION = Branch.PENSION
CARD = "62284800700"


def benefits_change(village: Village) -> None:
    """A pensioner's early years turn up in an archive; a worker's family claims after his death."""
    draws = worker(village, "鲁青松", date(1966, 5, 12), 61)
    made = claim.open_claim(
        by=village.by("intake"),
        person=draws,
        start_month=month(2026, 11),
        category=Category.MALE_60,
        channel=Case.Channel.COUNTER,
    )
    claim.assess(by=village.by("assessor"), claim=made)
    granted = claim.award(by=village.by("reviewer"), claim=made)
    _carry(village, draws, month(2000, 1), month(2001, 12), "上海市职工劳动手册")
    opened = correction.open_correction(
        by=village.by("assessor"),
        award=granted,
        cause="wages",
        reason="档案馆找到 2000 至 2001 年的缴费记录",
    )
    correction.assess(by=village.by("assessor"), correction=opened)

    died = worker(village, "阮长河", date(1971, 8, 3), 63)
    life.record_death(
        by=village.by("intake"), person=died, died_on=date(2026, 10, 14), document="死亡医学证明"
    )
    heirs = [("阮白露", "spouse", 2), ("阮小满", "child", 1), ("阮立夏", "child", 1)]
    shares = shares_of([parts for _name, _relation, parts in heirs])
    survivors.open_claim(
        by=village.by("intake"),
        person=died,
        heirs=[
            Payee(name, relation, share, "中国农业银行", f"{CARD}{number}01")
            for number, ((name, relation, _parts), share) in enumerate(
                zip(heirs, shares, strict=True), start=4
            )
        ],
        channel=Case.Channel.COUNTER,
    )


def worker(
    village: Village, name: str, born: date, serial: int, first: int = month(2002, 1)
) -> Person:
    """Somebody with contributions from a month on up to 2025, an account, a bank and a sign-in."""
    who = people.enroll(
        by=village.by("intake"),
        name=name,
        resident_id=make_resident_id(PUDONG, born, serial),
        region=PUDONG,
        phone=f"139000000{serial}",
    )
    _carry(village, who, first, month(2025, 12), "社会保险缴费记录")
    entered = account.enter_opening(
        by=village.by("assessor"),
        person=who,
        amount=168_000_00,
        month=month(2025, 12),
        region=PUDONG,
        document="个人账户结转单",
    )
    account.approve_opening(by=village.by("reviewer"), opening=entered)
    bank_account.set(
        by=village.by("intake"),
        person=who,
        purpose="benefit",
        account=f"{CARD}0{serial}1",
        bank="中国农业银行",
        holder=name,
    )
    users.create_insured(
        username=f"portal-benefit-{serial}", password=PASSWORD, person_id=who.pk, by=None
    )
    return who


def _carry(village: Village, who: Person, first: int, last: int, document: str) -> None:
    entered = prior.enter_paid(
        by=village.by("intake"),
        person=who,
        branch=PENSION,
        region=PUDONG,
        bases=dict.fromkeys(range(first, last + 1), 6_800_00),
        document=document,
    )
    prior.approve(by=village.by("reviewer"), prior=entered)
