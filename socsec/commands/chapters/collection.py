"""What is owed is chased: an inn behind with its contributions, a courier who paid too much, money of nobody."""

from datetime import date, timedelta

from django.utils import timezone

from enrollment.models import Category, Employer, EmployerKind, Person, Remittance, Waiver
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.collection import (
    agreements,
    demand,
    receipts,
    refunds,
    unmatched,
    waivers,
    withholding,
)
from enrollment.services.employers import employer as employers
from enrollment.services.employers import standing, wages
from enrollment.services.people import bank_account
from enrollment.services.people import person as people
from funds.models import Branch
from funds.services import fund as funds
from socsec.commands.village import (
    BEGAN,
    PASSWORD,
    PUDONG,
    SHANGHAI,
    Village,
    on_record,
)
from socsec.kernel.ids import make_credit_code, make_resident_id
from socsec.kernel.months import month
from socsec.office.services import users

FOUR = (Branch.PENSION, Branch.MEDICAL, Branch.UNEMPLOYMENT, Branch.INJURY)
OWED = (month(2026, 6), month(2026, 7), month(2026, 8))
CARD = "6228480000000015"


def debts_are_chased(village: Village) -> None:
    """An inn is three months behind and pays in instalments; a courier overpaid; a payment fits nobody."""
    funds.establish_all(SHANGHAI, since=BEGAN)
    inn = _employer(village, "上海渡口客栈有限公司", "MA0000061")
    cook = _person(village, "石阿满", date(1986, 2, 17), 62)
    maid = _person(village, "汤小筠", date(1995, 8, 5), 64)
    for who, wage in ((cook, 12_500_00), (maid, 9_000_00)):
        _work(village, who, inn, wage)
    accountant, assessor, reviewer = (
        village.by(name) for name in ("accountant", "assessor", "reviewer")
    )
    # June came in full but late; of July only a part
    receipts.remit(
        by=accountant,
        payer=inn,
        amount=11_000_00,
        received_on=date(2026, 8, 3),
        reference="TAX-20260803-0001",
        channel=Remittance.Channel.TAX,
    )
    demand.draw(by=accountant, payer=inn)
    agreements.enter_measure(
        by=assessor,
        employer=inn,
        kind="inquiry",
        on=date(2026, 10, 20),
        document="沪社征询〔2026〕61号",
    )
    agreement = agreements.propose(
        by=assessor,
        payer=inn,
        last_month=OWED[-1],
        parts=6,
        first_due=timezone.localdate() + timedelta(days=20),
        guarantee="房产抵押",
    )
    agreements.decide(by=reviewer, agreement=agreement, grant=True, note="情况属实，同意分期")
    waivers.propose(
        by=assessor,
        kind=Waiver.Kind.SURCHARGE,
        payer=inn,
        first_month=OWED[0],
        last_month=OWED[0],
        reason="台风停业，不可抗力",
        document="沪应急〔2026〕12号",
    )
    _courier(village)
    unmatched.take(
        by=accountant,
        line=unmatched.Line(
            reference="TAX-20261104-0007",
            payer=make_resident_id(PUDONG, date(1991, 1, 9), 971),
            name="徐某",
            amount=1_800_00,
            branch=None,
            received_on=date(2026, 11, 4),
        ),
        region=SHANGHAI,
        channel=Remittance.Channel.TAX,
    )


def the_bank_charges(village: Village) -> None:
    """A file of accounts to charge is with the bank"""
    withholding.draw(by=village.by("accountant"), region=SHANGHAI, charge_on=timezone.localdate())


def _courier(village: Village) -> None:
    """Pays alone, a month behind online, and overpaid in September: a refund is asked for."""
    courier = _person(village, "骆行远", date(1990, 11, 23), 65)
    intake, assessor = village.by("intake"), village.by("assessor")
    on_record(
        cover.start(
            by=intake,
            person=courier,
            branch=Branch.PENSION,
            category=Category.OWN_ACCOUNT,
            region=PUDONG,
            from_=date(2026, 8, 1),
            base=8_000_00,
        )
    )
    bank_account.set(
        by=intake,
        person=courier,
        purpose="contribution",
        account=CARD,
        bank="中国农业银行",
        holder=courier.name,
    )
    contributions.assess(by=assessor, person=courier, month=OWED[-1], branch=Branch.PENSION)
    paid = receipts.remit(
        by=village.by("accountant"),
        payer=courier,
        amount=2_000_00,
        received_on=date(2026, 9, 8),
        reference="BANK-20260908-0065",
    )
    refunds.ask(by=village.by("accountant"), receipt=paid.receipts.get(), reason="重复缴纳，多缴")
    contributions.assess(by=assessor, person=courier, month=OWED[-1] + 1, branch=Branch.PENSION)
    demand.draw(by=village.by("accountant"), payer=courier)
    withholding.give_mandate(
        by=intake, payer=courier, holder=courier.name, bank="中国农业银行", account=CARD
    )
    users.create_insured(
        username="portal-courier", password=PASSWORD, person_id=courier.pk, by=None
    )


def _employer(village: Village, name: str, code: str) -> Employer:
    clerk = village.by("intake")
    where = employers.enroll(
        by=clerk,
        credit_code=make_credit_code("91", PUDONG, code),
        name=name,
        region=PUDONG,
        opened_on=BEGAN,
    )
    standing.set_standing(
        by=clerk,
        employer=where,
        from_month=month(2026, 1),
        kind=EmployerKind.SMALL_ENTERPRISE,
        risk_class=2,
        document="沪工伤核 2026-61",
    )
    return where


def _person(village: Village, name: str, born: date, serial: int) -> Person:
    return people.enroll(
        by=village.by("intake"),
        name=name,
        resident_id=make_resident_id(PUDONG, born, serial),
        region=PUDONG,
        phone=f"139000001{serial}",
    )


def _work(village: Village, who: Person, where: Employer, wage: int) -> None:
    cover.enrol(
        by=village.by("intake"),
        person=who,
        employer=where,
        category=Category.EMPLOYEE,
        region=PUDONG,
        from_=date(2026, 6, 1),
    )
    for at in OWED:
        wages.declare(by=village.by("intake"), employer=where, month=at, wages={who.pk: wage})
        for branch in FOUR:
            contributions.assess(by=village.by("assessor"), person=who, month=at, branch=branch)
