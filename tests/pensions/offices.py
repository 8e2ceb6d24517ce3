"""Two offices between which entitlements move: Beijing, the old place, and Shanghai, the new one."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from enrollment.services import movements
from enrollment.services.people import person
from enrollment.services.record import prior
from funds.models import Fund, Scheme, accounts
from funds.queries import control
from funds.services import cash, fund, payments
from funds.services.payments.demo_bank import bank_answer
from pensions.models import Transfer
from pensions.services import account, transfers
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import month
from socsec.office.models import Role

from .conftest import BEIJING, PENSION, SHANGHAI, staff

SICHUAN = "510000"
FIRST, LAST = month(2019, 3), month(2024, 9)  # 67 months on 5,600 yuan
BASE = 5_600_00
BALANCE = 31_024_77  # at the end of 2024


@dataclass
class Office:
    """The people of one place, and its fund."""

    region: str
    fund: Fund
    intake: Any
    maker: Any
    checker: Any
    money: Any
    releaser: Any


def office(region: str, bank: str, scheme: int = Scheme.EMPLOYEES) -> Office:
    made = Office(
        region,
        fund.establish(PENSION, scheme, region, since=date(2020, 1, 1)),
        *(
            staff(role, region=region)
            for role in (
                Role.INTAKE,
                Role.ASSESSOR,
                Role.REVIEWER,
                Role.ACCOUNTANT,
                Role.REVIEWER,
            )
        ),
    )
    cash.opening(made.fund, 1_000_000_00, by=made.money, on=date(2025, 12, 31))
    into(made, made.fund, bank)
    return made


def into(place: Office, pool: Fund, bank: str) -> None:
    """The account into which others pay for a fund, entered by one and approved by another."""
    entered = transfers.enter_account(
        by=place.money, fund=pool, payee="社会保险事业管理中心", bank="中国工商银行", account=bank
    )
    transfers.approve_account(by=place.checker, account=entered)


@dataclass
class Two:
    old: Office
    new: Office
    stranger: Any

    def mover(self, serial: int = 52, balance: int = BALANCE) -> Any:
        """Five and a half years in Beijing, and what the account held at the end of 2024."""
        who = person.enroll(
            by=self.old.intake,
            name="许望舒",
            resident_id=make_resident_id("110105", date(1992, 4, 9), serial),
            region="110105",
        )
        entered = prior.enter_paid(
            by=self.old.intake,
            person=who,
            branch=PENSION,
            region=BEIJING,
            bases=dict.fromkeys(range(FIRST, LAST + 1), BASE),
            document="北京缴费记录",
        )
        prior.approve(by=self.old.checker, prior=entered)
        if balance:
            opened = account.enter_opening(
                by=self.old.maker,
                person=who,
                amount=balance,
                month=month(2024, 12),
                region=BEIJING,
                document="个人账户结转单",
            )
            account.approve_opening(by=self.old.checker, opening=opened)
        return who

    def move(
        self, who: Any, old: Office | None = None, new: Office | None = None, **more: Any
    ) -> Any:
        """The record moves in its three steps; the money is due afterwards."""
        old, new = old or self.old, new or self.new
        movement = movements.ask(
            by=new.intake,
            person=who,
            branch=PENSION,
            **{
                "from_region": old.region,
                "to_region": new.region,
                "household_region": BEIJING,
                "channel": "counter",
                **more,
            },
        )
        for side in (new, old, new):
            movements.propose(by=side.maker, movement=movement)
            movement = movements.confirm(by=side.checker, movement=movement)
        movement.refresh_from_db()
        return movement


def two() -> Two:
    return Two(
        office(BEIJING, "622848000000025"),
        office(SHANGHAI, "622848000000017"),
        staff(*Role.values[:4], region=SICHUAN),
    )


def send(place: Office, made: Transfer) -> Transfer:
    """Maker and checker of the old place."""
    transfers.assess(by=place.maker, transfer=made)
    return transfers.send(by=place.checker, transfer=made)


def pay(place: Office, made: Transfer, *, returned: bool = False) -> None:
    """The envelope is released by a third hand; the bank pays it, or sends it back."""
    made.refresh_from_db()
    back = {f"P{made.envelope_id}-{made.person_id}-1"} if returned else set()
    release(place, made.envelope_id, frozenset(back))


def release(place: Office, number: Any, returned: frozenset[str] = frozenset()) -> None:
    payments.release(number, by=place.releaser)
    file = b"".join(payments.bank_file(number, by=place.money))
    payments.read_return(bank_answer(file, returned=returned), by=place.money)


def arrive(place: Office, made: Transfer, **more: Any) -> Transfer:
    made.refresh_from_db()
    return transfers.arrive(
        by=place.money,
        transfer=made,
        **{
            "amount": made.total,
            "on": timezone.localdate(),
            "reference": f"ICBC-{made.pk}-{made.turn}",
            **more,
        },
    )


def take(place: Office, made: Transfer) -> Transfer:
    transfers.compare(by=place.maker, transfer=made)
    return transfers.take_over(by=place.checker, transfer=made)


def in_flight() -> dict[int, int]:
    """What the books of each fund say is on its way: to come above zero, to go below."""
    return {pool: amount for pool, amount in control(accounts.TRANSFERS_OPEN).items() if amount}
