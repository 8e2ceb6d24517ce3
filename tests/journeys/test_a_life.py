"""One life, from the delivery room to the pension, and the books in order at its end.

He is born in Sichuan this autumn, and time goes on from there: a child in residents' medical
insurance, a young man in the residents' scheme, an employee, an employee of two employers, his own
master, a newcomer in Shanghai, a pensioner. The law is that of today, as far as it is known.
"""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from enrollment import queries as enrollment
from enrollment.models import Category, Coverage, IdentifierKind, MovementState, Sex
from enrollment.services import cover, movements
from enrollment.services.assessment import contributions
from enrollment.services.collection import receipts
from enrollment.services.employers import employer as employers
from enrollment.services.employers import wages
from enrollment.services.people import bank_account, identifiers
from enrollment.services.record import prior
from enrollment.services.residents import enrolment
from enrollment.services.residents import receipts as resident_receipts
from funds import queries as funds
from funds.models import Branch, Scheme, accounts
from funds.services import cash, fund, payments
from pensions import queries as pensions
from pensions.models import Category as RetiresAt
from pensions.models import Transfer, TransferState
from pensions.services import account, claim, transfers
from pensions.services.residents import accounts as resident_accounts
from socsec.kernel.ids import make_credit_code, make_resident_id
from socsec.kernel.months import first_day, last_day, month, month_of
from socsec.office import oversight
from socsec.office.models import Role, RoleGrant
from socsec.office.services import certificates, users
from tests import people
from tests.people import JINJIANG, PUDONG, SHANGHAI, SICHUAN

PENSION, MEDICAL = Branch.PENSION, Branch.MEDICAL
BORN = date(2026, 11, 20)

pytestmark = pytest.mark.django_db


class Life:
    """The village, one soul in it, and the day that it is."""

    def __init__(self, monkeypatch) -> None:
        self.patch = monkeypatch
        self.village = people.settle()
        for branch in (PENSION, MEDICAL):
            pool = fund.establish(branch, Scheme.RESIDENTS, SICHUAN, since=date(2020, 1, 1))
            cash.opening(pool, 100_000_00, by=self.by("sc-accountant"), on=date(2025, 10, 31))
        # Sichuan's third hand, which releases payments.
        third = users.create_staff(
            username="sc-releaser",
            password=people.PASSWORD,
            office=self.by("sc-reviewer").office,
            by=None,
            name="放款",
        )
        users.grant(user=third, role=Role.REVIEWER, by=None)
        self.village.staff["sc-releaser"] = third
        # The life begins before the day on which the village was made, and its clerks with it.
        RoleGrant.objects.update(since=date(2020, 1, 1))

    def by(self, name: str):
        return self.village.by(name)

    def it_is(self, day: date) -> None:
        self.patch.setattr(timezone, "localdate", lambda *of: of[0].date() if of else day)

    def pays_as_resident(self, branch: int, year: int, tier: int = 0) -> None:
        enrolment.enroll(
            by=self.by("sc-intake"),
            person=self.who,
            branch=branch,
            year=year,
            region=JINJIANG,
            tier=tier,
        )
        resident_receipts.pay(
            by=self.by("sc-accountant"),
            person=self.who,
            branch=branch,
            year=year,
            amount=enrollment.resident_years(self.who.pk, branch)[0].money.open(),
            reference=f"L-{branch}-{year}",
        )
        self.sweep("sc-", fund.for_(branch, Scheme.RESIDENTS, SICHUAN))

    def works(self, at: int, **earned: int) -> None:
        """Each employer declares; the month is assessed and paid."""
        for key, wage in earned.items():
            wages.declare(
                by=self.by("sc-intake"),
                employer=self.village.employers[key],
                month=at,
                wages={self.who.pk: wage},
            )
        done = contributions.assess(
            by=self.by("sc-assessor"), person=self.who, month=at, branch=PENSION
        )
        for each in done:
            self.receives("sc-", each.contribution, at)

    def pays_alone(self, at: int, office: str = "sc-") -> None:
        (done,) = contributions.assess(
            by=self.by(f"{office}assessor"), person=self.who, month=at, branch=PENSION
        )
        self.receives(office, done.contribution, at)

    def receives(self, office: str, owed, at: int) -> None:
        firm = next(
            (each for each in self.village.employers.values() if each.pk == owed.employer_id), None
        )
        receipts.receive(
            by=self.by(f"{office}accountant"),
            branch=PENSION,
            amount=owed.due,
            received_on=timezone.localdate(),
            reference=f"L-{at}-{owed.employer_id}",
            **({"employer": firm} if firm else {"person": self.who}),
        )
        self.sweep(office, fund.for_(PENSION, Scheme.EMPLOYEES, owed.region))

    def sweep(self, office: str, pool) -> None:
        """What came in goes to the fiscal account, as it must by the end of a month."""
        cash.sweep(pool, on=timezone.localdate(), by=self.by(f"{office}accountant"))

    def years_pass(self, first: int, last: int, base: int, region: str, office: str) -> None:
        """Months of one kind, as the books of that office carry them over."""
        entered = prior.enter_paid(
            by=self.by(f"{office}intake"),
            person=self.who,
            branch=PENSION,
            region=region,
            bases=dict.fromkeys(range(first, last + 1), base),
            document="职工养老保险缴费记录",
        )
        prior.approve(by=self.by(f"{office}reviewer"), prior=entered)

    def money_follows(self, made: Transfer) -> Transfer:
        """Sichuan's bank pays what the form says, Shanghai books and takes over."""
        payments.release(made.envelope_id, by=self.by("sc-releaser"))
        file = b"".join(payments.bank_file(made.envelope_id, by=self.by("sc-accountant")))
        payments.read_return(people.bank_answer(file), by=self.by("sc-accountant"))
        made = transfers.arrive(
            by=self.by("accountant"),
            transfer=made,
            amount=made.total,
            on=timezone.localdate(),
            reference=f"L-TR-{made.pk}",
        )
        transfers.compare(by=self.by("assessor"), transfer=made)
        made = transfers.take_over(by=self.by("reviewer"), transfer=made)
        self.sweep("", made.to_fund)
        return made

    def months(self) -> int:
        return enrollment.months_paid(self.who.pk, PENSION)

    def in_order(self) -> None:
        assert [found for _question, found in oversight.run() if found] == []


@pytest.fixture
def life(monkeypatch):
    return Life(monkeypatch)


def test_a_life_from_birth_to_the_pension(life):
    _born(life)
    _a_young_resident(life)
    _employed_by_one_and_by_two(life)
    _own_master(life)
    _moves_to_shanghai(life)
    _retires(life)


def _born(life: Life) -> None:
    """November 2026: no number yet, insured from the first day on; the number comes by summer."""
    life.it_is(date(2026, 11, 25))
    life.who = identifiers.enroll_without_number(
        by=life.by("sc-intake"),
        name="新生",
        sex=Sex.MALE,
        born_on=BORN,
        region=JINJIANG,
        newborn=True,
    )
    life.pays_as_resident(MEDICAL, 2026)
    (covered,) = Coverage.objects.filter(person=life.who)
    assert (covered.category, covered.span.lower) == (Category.RESIDENT, BORN)
    life.it_is(date(2027, 5, 4))
    number = make_resident_id(JINJIANG, BORN, 1)
    identifiers.add(
        by=life.by("sc-intake"),
        person=life.who,
        document=identifiers.Given(IdentifierKind.RESIDENT_ID, number),
    )
    life.who.refresh_from_db()
    life.in_order()


def _a_young_resident(life: Life) -> None:
    """2044: seventeen, he pays a year as a resident in the tier of 500 yuan."""
    life.it_is(date(2044, 3, 9))
    life.pays_as_resident(PENSION, 2044, tier=500_00)
    resident_accounts.credit_pending()
    assert pensions.balance(life.who.pk) == 500_00
    life.in_order()


def _employed_by_one_and_by_two(life: Life) -> None:
    """2046: he works at the tea company, from April on for the printer too. One scheme at a time."""
    clerk = life.by("sc-intake")
    life.it_is(date(2046, 3, 5))
    life.village.employers["print"] = employers.enroll(
        by=clerk,
        credit_code=make_credit_code("91", JINJIANG, "MA6W1G777"),
        name="锦江印务",
        region=JINJIANG,
        opened_on=date(2030, 1, 1),
    )
    for key, begins in (("tea", date(2046, 3, 1)), ("print", date(2046, 4, 1))):
        life.it_is(begins)
        cover.start(
            by=clerk,
            person=life.who,
            branch=PENSION,
            category=Category.EMPLOYEE,
            region=JINJIANG,
            from_=begins,
            employer=life.village.employers[key],
        )
    resident, worker = Coverage.objects.filter(person=life.who, branch=PENSION).order_by("span")
    assert (resident.last_day, worker.span.lower) == (date(2046, 2, 28), date(2046, 3, 1))
    life.it_is(date(2046, 5, 6))
    life.works(month(2046, 3), tea=8_000_00)
    life.works(month(2046, 4), tea=8_000_00, print=4_000_00)
    # Two employers, one month each: 8,000.00 and 4,000.00 are one base of 12,000.00.
    assert [row.base for row in enrollment.record(life.who.pk, PENSION)] == [8_000_00, 12_000_00]
    assert life.months() == 2
    life.it_is(date(2046, 5, 31))
    for key in ("tea", "print"):
        cover.end(
            by=clerk,
            person=life.who,
            branch=PENSION,
            last_day=date(2046, 4, 30),
            reason="left",
            employer=life.village.employers[key],
        )
    assert account.credit_pending().amount == (8_000_00 + 12_000_00) * 8 // 100
    life.in_order()


def _own_master(life: Life) -> None:
    """From June 2046 on he works alone, and pays every month for twenty-six years."""
    life.it_is(date(2046, 6, 1))
    cover.start(
        by=life.by("sc-intake"),
        person=life.who,
        branch=PENSION,
        category=Category.OWN_ACCOUNT,
        region=JINJIANG,
        from_=date(2046, 6, 1),
        base=6_000_00,
    )
    life.it_is(date(2046, 7, 3))
    life.pays_alone(month(2046, 6))
    life.it_is(date(2072, 8, 1))
    life.years_pass(month(2046, 7), month(2072, 7), 6_000_00, JINJIANG, "sc-")
    account.credit_pending()
    # March, April and June of 2046, and 26 years and a month.
    assert life.months() == 3 + 26 * 12 + 1
    life.in_order()


def _moves_to_shanghai(life: Life) -> None:
    """August 2072, forty-five: Shanghai accepts, Sichuan attests, and his cover there ends by itself."""
    before = life.months()
    movement = movements.ask(
        by=life.by("intake"),
        person=life.who,
        branch=PENSION,
        from_region=SICHUAN,
        to_region=SHANGHAI,
        household_region=PUDONG,
        channel="counter",
    )
    for office in ("", "sc-", ""):
        movements.propose(by=life.by(f"{office}assessor"), movement=movement)
        movement = movements.confirm(by=life.by(f"{office}reviewer"), movement=movement)
    assert (movement.state, movement.ended.last_day) == (MovementState.DONE, date(2072, 7, 31))
    paper = certificates.find(movement.serial)
    checked = certificates.check(serial=paper.serial, code=paper.code)
    assert checked.verdict is certificates.Verdict.TRUE
    for region, office, bank in (
        (SICHUAN, "sc-", "622848000000025"),
        (SHANGHAI, "", "622848000000017"),
    ):
        pool = fund.for_(PENSION, Scheme.EMPLOYEES, region)
        entered = transfers.enter_account(
            by=life.by(f"{office}accountant"),
            fund=pool,
            payee="社会保险事业管理中心",
            bank="中国工商银行",
            account=bank,
        )
        transfers.approve_account(by=life.by(f"{office}reviewer"), account=entered)
    made = transfers.open_record(by=life.by("sc-intake"), movement=movement)
    transfers.assess(by=life.by("sc-assessor"), transfer=made)
    made = transfers.send(by=life.by("sc-reviewer"), transfer=made)
    assert made.months == before
    made = life.money_follows(made)
    assert (made.state, life.months()) == (TransferState.DONE, before)
    life.who.refresh_from_db()
    assert life.who.region == SHANGHAI
    life.in_order()


def _retires(life: Life) -> None:
    """He pays in Shanghai until sixty-three; in December 2089 the pension is on his account."""
    clerk, first = life.by("intake"), date(2072, 8, 1)
    cover.start(
        by=clerk,
        person=life.who,
        branch=PENSION,
        category=Category.OWN_ACCOUNT,
        region=PUDONG,
        from_=first,
        base=9_000_00,
    )
    born = month_of(BORN)
    last = born + 63 * 12
    life.it_is(first_day(last + 1) - timedelta(days=1))
    life.years_pass(month_of(first), last, 9_000_00, PUDONG, "")
    cover.end(by=clerk, person=life.who, branch=PENSION, last_day=last_day(last), reason="retired")
    # Forty years as a worker: the year as a resident joins the employees' scheme.
    made = transfers.ask_link(
        by=clerk,
        person=life.who,
        from_scheme=Scheme.RESIDENTS,
        to_scheme=Scheme.EMPLOYEES,
        category=RetiresAt.MALE_60,
        from_region=SICHUAN,
        to_region=SHANGHAI,
        channel="counter",
    )
    transfers.propose_link(by=life.by("assessor"), transfer=made)
    transfers.accept_link(by=life.by("reviewer"), transfer=made)
    transfers.assess(by=life.by("sc-assessor"), transfer=made)
    life.money_follows(transfers.send(by=life.by("sc-reviewer"), transfer=made))
    bank_account.set(
        by=clerk,
        person=life.who,
        purpose="benefit",
        account="622848000000099",
        bank="中国农业银行",
        holder="新生",
    )
    made = claim.open_claim(
        by=clerk,
        person=life.who,
        start_month=last + 1,
        category=RetiresAt.MALE_60,
        channel="counter",
    )
    claim.assess(by=life.by("assessor"), claim=made)
    given = claim.award(by=life.by("reviewer"), claim=made)
    assert given.monthly == given.basic + given.account + given.transitional > 0
    life.it_is(first_day(last + 1))
    people.payroll(life.village, last + 1)
    (paid,) = pensions.payments(life.who.pk)
    assert paid.payment.amount == given.monthly
    shanghai = fund.for_(PENSION, Scheme.EMPLOYEES, SHANGHAI)
    assert funds.balance(shanghai, accounts.BENEFITS) == given.monthly
    life.in_order()
    for pool in (shanghai, fund.for_(PENSION, Scheme.EMPLOYEES, SICHUAN)):
        trial = funds.trial_balance(pool)
        assert sum(line.debit for line in trial) == sum(line.credit for line in trial)
