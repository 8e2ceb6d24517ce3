"""Entitlements move: one record from Shanghai to Sichuan with its money, one resident into the employees' scheme."""

import io
from datetime import date

from django.utils import timezone

from enrollment.models import Person
from enrollment.services import movements
from enrollment.services.people import person as people
from enrollment.services.record import prior
from enrollment.services.residents import legacy
from funds.models import Branch, Fund, Scheme
from funds.services import cash, payments
from funds.services import fund as funds
from funds.services.payments.demo_bank import bank_answer
from pensions.models import Category, Transfer
from pensions.services import account, transfers
from pensions.services.residents import accounts as residents_accounts
from socsec.commands.village import (
    BEGAN,
    JINJIANG,
    PASSWORD,
    PUDONG,
    SHANGHAI,
    SICHUAN,
    Village,
)
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import month
from socsec.office.models import Case
from socsec.office.services import users

PENSION = Branch.PENSION


def entitlements_move(village: Village) -> None:
    """A mover's money arrives; another's is on its way; a farmer's account joins that of his work."""
    here = funds.for_(PENSION, Scheme.EMPLOYEES, SHANGHAI)
    there = funds.for_(PENSION, Scheme.EMPLOYEES, SICHUAN)
    fields = funds.establish(PENSION, Scheme.RESIDENTS, SHANGHAI, since=BEGAN)
    cash.opening(fields, 50_000_00, by=village.by("accountant"), on=date(2025, 12, 31))
    _pays_into(village, here, "accountant", "reviewer", "622848000000017")
    _pays_into(village, there, "sc-accountant", "sc-reviewer", "622848000000025")
    arrived = _moves(village, "陶行舟", date(1991, 2, 17), 56, "13900000056")
    _pay(village, arrived)
    _arrive(village, arrived, "sc-")
    underway = _moves(village, "柳依依", date(1993, 9, 5), 58, "13900000058")
    _pay(village, underway)
    _joins(village)


def _pays_into(village: Village, pool: Fund, maker: str, checker: str, number: str) -> None:
    entered = transfers.enter_account(
        by=village.by(maker),
        fund=pool,
        payee="社会保险基金收入户",
        bank="中国工商银行",
        account=number,
    )
    transfers.approve_account(by=village.by(checker), account=entered)


def _moves(village: Village, name: str, born: date, serial: int, phone: str) -> Transfer:
    """Six years in Shanghai; now at home in Sichuan, where the record and its money go."""
    who = _enter(village, name, born, serial, phone)
    _worked(village, who, month(2019, 1), month(2024, 12), 8_000_00)
    _holds(village, who, 52_386_40, month(2024, 12))
    movement = movements.ask(
        by=village.by("sc-intake"),
        person=who,
        branch=PENSION,
        from_region=SHANGHAI,
        to_region=SICHUAN,
        household_region=JINJIANG,
        channel=Case.Channel.COUNTER,
    )
    for maker, checker in (
        ("sc-assessor", "sc-reviewer"),
        ("assessor", "reviewer"),
        ("sc-assessor", "sc-reviewer"),
    ):
        movements.propose(by=village.by(maker), movement=movement)
        movement = movements.confirm(by=village.by(checker), movement=movement)
    made = transfers.open_record(by=village.by("intake"), movement=movement)
    transfers.assess(by=village.by("assessor"), transfer=made)
    return transfers.send(by=village.by("reviewer"), transfer=made)


def _joins(village: Village) -> None:
    """Fifteen years in a mill, and years in the fields before: one pension from both."""
    who = _enter(village, "石成林", date(1966, 3, 20), 61, "13900000061")
    _worked(village, who, month(2011, 7), month(2026, 6), 5_500_00)
    _holds(village, who, 98_214_60, month(2025, 12))
    text = "身份证号,姓名,起始年份,终止年份,缴费档次,余额\n"
    text += f"{who.resident_id},{who.name},2009,2011,500,2318.55\n"
    read = legacy.read(
        by=village.by("assessor"),
        scheme="rural_pension",
        region=PUDONG,
        file=io.BytesIO(text.encode()),
        name="新农保-浦东.csv",
    )
    legacy.carry(by=village.by("reviewer"), legacy=read)
    residents_accounts.credit_pending()
    made = transfers.ask_link(
        by=village.by("intake"),
        person=who,
        from_scheme=Scheme.RESIDENTS,
        to_scheme=Scheme.EMPLOYEES,
        category=Category.MALE_60,
        from_region=PUDONG,
        to_region=PUDONG,
        channel=Case.Channel.COUNTER,
    )
    transfers.propose_link(by=village.by("assessor"), transfer=made)
    transfers.accept_link(by=village.by("reviewer"), transfer=made)
    transfers.assess(by=village.by("assessor"), transfer=made)
    made = transfers.send(by=village.by("reviewer"), transfer=made)
    _pay(village, made)
    _arrive(village, made, "")


def _enter(village: Village, name: str, born: date, serial: int, phone: str) -> Person:
    who = people.enroll(
        by=village.by("intake"),
        name=name,
        resident_id=make_resident_id(PUDONG, born, serial),
        region=PUDONG,
        phone=phone,
    )
    users.create_insured(
        username=f"portal-transfer-{serial}", password=PASSWORD, person_id=who.pk, by=None
    )
    return who


def _worked(village: Village, who: Person, first: int, last: int, base: int) -> None:
    entered = prior.enter_paid(
        by=village.by("intake"),
        person=who,
        branch=PENSION,
        region=PUDONG,
        bases=dict.fromkeys(range(first, last + 1), base),
        document="上海市职工养老保险缴费记录",
    )
    prior.approve(by=village.by("reviewer"), prior=entered)


def _holds(village: Village, who: Person, amount: int, until: int) -> None:
    opened = account.enter_opening(
        by=village.by("assessor"),
        person=who,
        amount=amount,
        month=until,
        region=PUDONG,
        document="个人账户结转单",
    )
    account.approve_opening(by=village.by("reviewer"), opening=opened)


def _pay(village: Village, made: Transfer) -> None:
    assert made.envelope is not None  # there is money in it
    money = village.by("accountant")
    payments.release(made.envelope.pk, by=village.by("releaser"))
    file = b"".join(payments.bank_file(made.envelope.pk, by=money))
    payments.read_return(bank_answer(file), by=money)
    payments.reconcile(made.envelope.pk, by=money)


def _arrive(village: Village, made: Transfer, prefix: str) -> None:
    made = transfers.arrive(
        by=village.by(f"{prefix}accountant"),
        transfer=made,
        amount=made.total,
        on=timezone.localdate(),
        reference=f"V-TR-{made.pk}",
    )
    transfers.compare(by=village.by(f"{prefix}assessor"), transfer=made)
    transfers.take_over(by=village.by(f"{prefix}reviewer"), transfer=made)
