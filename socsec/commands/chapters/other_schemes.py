"""A resident and a civil servant draw their pensions; another resident's claim waits."""

import io
from datetime import date

from enrollment.models import Person
from enrollment.services.people import bank_account
from enrollment.services.people import person as people
from enrollment.services.record import prior
from enrollment.services.residents import enrolment, legacy, receipts
from funds.models import Branch, Scheme
from funds.services import cash
from funds.services import fund as funds
from pensions.models import Category, PensionClaim
from pensions.services import account, claim
from pensions.services.agencies import annuity
from pensions.services.residents import accounts as residents_accounts
from socsec.commands.village import BEGAN, LAST, PASSWORD, PUDONG, SHANGHAI, Village, payroll
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import first_day, month
from socsec.office.models import Case
from socsec.office.services import users

PENSION, ANNUITY = Branch.PENSION, Branch.ANNUITY
NOVEMBER = LAST + 1


def other_schemes(village: Village) -> None:
    """A resident with years of the older scheme, and a civil servant with an annuity, are paid."""
    for branch, scheme in (
        (PENSION, Scheme.RESIDENTS),
        (PENSION, Scheme.AGENCIES),
        (ANNUITY, Scheme.AGENCIES),
    ):
        pool = funds.establish(branch, scheme, SHANGHAI, since=BEGAN)
        cash.opening(pool, 2_000_000_00, by=village.by("accountant"), on=first_day(month(2025, 10)))
    _resident(village)
    _civil_servant(village)
    for branch, scheme in (
        (PENSION, Scheme.RESIDENTS),
        (PENSION, Scheme.AGENCIES),
        (ANNUITY, Scheme.AGENCIES),
    ):
        payroll(village, NOVEMBER, scheme=scheme.value, branch=branch.value)


def _resident(village: Village) -> None:
    """Qin paid for fifteen years of the older scheme and one of the new; Chi has just turned sixty."""
    qin = _soul(village, "秦阿公", date(1966, 4, 9), 711)
    chi = _soul(village, "池婶", date(1966, 9, 20), 722)
    rows = "".join(
        f"{who.resident_id},{who.name},2010,2024,500,{balance}\n"
        for who, balance in ((qin, "28600.40"), (chi, "19350.00"))
    )
    read = legacy.read(
        by=village.by("assessor"),
        scheme="rural_pension",
        region=PUDONG,
        file=io.BytesIO(f"身份证号,姓名,起始年份,终止年份,缴费档次,余额\n{rows}".encode()),
        name="新农保结转.csv",
    )
    legacy.carry(by=village.by("reviewer"), legacy=read)
    enrolment.enroll(
        by=village.by("intake"),
        person=qin,
        branch=PENSION,
        year=2026,
        region=PUDONG,
        tier=2_000_00,
    )
    receipts.pay(
        by=village.by("accountant"),
        person=qin,
        branch=PENSION,
        year=2026,
        amount=2_000_00,
        reference="V-QIN-2026",
    )
    residents_accounts.credit_pending()
    made = _claim(village, qin, Scheme.RESIDENTS, month(2026, 10), None)
    claim.assess(by=village.by("assessor"), claim=made)
    claim.award(by=village.by("reviewer"), claim=made)
    _claim(village, chi, Scheme.RESIDENTS, month(2026, 12), None)


def _civil_servant(village: Village) -> None:
    """Cheng worked from 1989 on; the treasury makes real what it had only written down for him."""
    cheng = _soul(village, "程慎之", date(1966, 2, 11), 733)
    deemed = prior.enter_deemed(
        by=village.by("intake"),
        person=cheng,
        branch=PENSION,
        region=PUDONG,
        first_month=month(1989, 8),
        last_month=month(2014, 9),
        document="干部档案：1989 年 8 月参加工作",
    )
    paid = prior.enter_paid(
        by=village.by("intake"),
        person=cheng,
        branch=PENSION,
        region=PUDONG,
        bases=dict.fromkeys(range(month(2014, 10), month(2025, 12) + 1), 13_500_00),
        document="机关事业单位养老保险缴费清单",
    )
    for entered in (deemed, paid):
        prior.approve(by=village.by("reviewer"), prior=entered)
    for branch, amount, notional in ((PENSION, 152_380_00, 0), (ANNUITY, 148_000_00, 96_500_00)):
        opened = account.enter_opening(
            by=village.by("assessor"),
            person=cheng,
            amount=amount,
            month=month(2025, 12),
            region=PUDONG,
            document="机关事业单位账户结转单",
            scheme=Scheme.AGENCIES,
            branch=branch,
            notional=notional,
        )
        account.approve_opening(by=village.by("reviewer"), opening=opened)
    made = _claim(village, cheng, Scheme.AGENCIES, month(2026, 9), Category.MALE_60)
    annuity.make_real(
        by=village.by("accountant"),
        person=cheng,
        region=PUDONG,
        until=month(2026, 8),
        reference="V-CZ-2026-09",
        received_on=date(2026, 9, 10),
    )
    claim.assess(
        by=village.by("assessor"), claim=made, stated={"index_of_rank": "1.16", "rank": 12}
    )
    claim.award(by=village.by("reviewer"), claim=made)


def _soul(village: Village, name: str, born: date, serial: int) -> Person:
    clerk = village.by("intake")
    who = people.enroll(
        by=clerk, name=name, resident_id=make_resident_id(PUDONG, born, serial), region=PUDONG
    )
    bank_account.set(
        by=clerk,
        person=who,
        purpose="benefit",
        account=f"62284800{serial:06}",
        bank="中国农业银行",
        holder=name,
    )
    users.create_insured(username=f"portal-{serial}", password=PASSWORD, person_id=who.pk, by=None)
    return who


def _claim(
    village: Village, who: Person, scheme: Scheme, start: int, category: Category | None
) -> PensionClaim:
    return claim.open_claim(
        by=village.by("intake"),
        person=who,
        scheme=scheme,
        start_month=start,
        category=category,
        channel=Case.Channel.COUNTER,
    )
