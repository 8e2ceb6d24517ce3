"""Any sequence of payments, retries, crashes, corrections, refunds, waivers: not a fen is lost or made.

Beside the books runs a model of one number for each payer: what they handed over and did not get
back. After every step the receipts must hold exactly that; at the end every question of `verify`
about collection must find nothing.
"""

from datetime import date, timedelta
from itertools import count

import hypothesis.strategies as st
import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from enrollment.models import (
    Category,
    Contribution,
    Receipt,
    Refund,
    Remittance,
    UnmatchedReceipt,
    Waiver,
)
from enrollment.queries import debts
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.collection import (
    receipts,
    refunds,
    spreading,
    surcharge,
    unmatched,
    waivers,
)
from enrollment.services.employers import employer, wages
from enrollment.services.people import person
from enrollment.services.revision import corrections
from funds.models import Branch
from funds.services import cash, fund
from socsec.commands.village import on_record
from socsec.kernel.ids import make_credit_code, make_resident_id
from socsec.office import oversight
from socsec.office.errors import Conflict, Invalid, Problem, Refused
from socsec.office.models import Office, Role, RoleGrant, User
from socsec.office.services import policy

from .conftest import BEIJING, CHAOYANG, MARCH

BRANCHES = (Branch.PENSION, Branch.UNEMPLOYMENT)
FEN = st.integers(1, 900_000) | st.sampled_from([1, 480_000, 500_000, 10**9])
PAYER = st.integers(0, 1)
DAYS = st.integers(0, 60).map(lambda days: date(2026, 4, 1) + timedelta(days))
ASKED = (
    "enrollment.control_accounts",
    "enrollment.receipts",
    "enrollment.paid_months",
    "enrollment.suspense",
    "enrollment.surcharges",
)
UNKNOWN = "11010519491231002X"


class Crash(Exception):
    """The machine goes down in the middle of an act."""


class Machine(RuleBasedStateMachine):
    paid = Bundle("paid")
    asked = Bundle("asked")
    lost = Bundle("lost")

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.numbers = count(1)

    def teardown(self) -> None:
        try:
            found = [f for _question, each in oversight.run(ASKED) for f in each]
            assert found == []
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        policy.issue(by=None, note="files")
        self.funds = fund.establish_all(BEIJING, since=date(2020, 1, 1))
        office = Office.objects.create(
            code="M", name_zh="经办机构", name_en="Office", region_id=BEIJING
        )
        self.by = {}
        for role in (Role.INTAKE, Role.ASSESSOR, Role.REVIEWER, Role.ACCOUNTANT):
            user = User.objects.create(username=f"m-{role}", office=office, kind=User.Kind.STAFF)
            RoleGrant.objects.create(user=user, role=role, since=date(2020, 1, 1))
            self.by[role] = user
        intake = self.by[Role.INTAKE]
        firm = employer.enroll(
            by=intake,
            credit_code=make_credit_code("91", "110105", "MA0000777"),
            name="北京机器有限公司",
            region=CHAOYANG,
            opened_on=date(2000, 1, 1),
        )
        self.staff = [self.person(intake, serial) for serial in (11, 13)]
        self.alone = self.person(intake, 15)
        for who in self.staff:
            for branch in BRANCHES:
                cover.start(
                    by=intake,
                    person=who,
                    branch=branch,
                    category=Category.EMPLOYEE,
                    region=CHAOYANG,
                    from_=date(2026, 1, 1),
                    employer=firm,
                )
        on_record(
            cover.start(
                by=intake,
                person=self.alone,
                branch=Branch.PENSION,
                category=Category.OWN_ACCOUNT,
                region=CHAOYANG,
                from_=date(2026, 1, 1),
                base=800_000,
            )
        )
        self.payers = [firm, self.alone]
        self.handed = [0, 0]
        self.unknown = 0
        self.month = MARCH - 2
        self.assess()

    def person(self, intake, serial):
        return person.enroll(
            by=intake,
            name="机器人",
            resident_id=make_resident_id("110105", date(1990, 5, 1), serial),
            region=CHAOYANG,
        )

    @rule()
    def assess(self):
        """One more month for everybody."""
        if self.month > MARCH + 3:
            return
        assessor = self.by[Role.ASSESSOR]
        for who in self.staff:
            wages.declare(
                by=self.by[Role.INTAKE],
                employer=self.payers[0],
                month=self.month,
                wages={who.pk: 1_000_000},
            )
            for branch in BRANCHES:
                contributions.assess(by=assessor, person=who, month=self.month, branch=branch)
        contributions.assess(
            by=assessor, person=self.alone, month=self.month, branch=Branch.PENSION
        )
        self.month += 1

    def remit(self, payer, amount, day, reference):
        return receipts.remit(
            by=self.by[Role.ACCOUNTANT],
            payer=self.payers[payer],
            amount=amount,
            received_on=day,
            reference=reference,
        )

    @rule(target=paid, payer=PAYER, amount=FEN, day=DAYS)
    def pay(self, payer, amount, day):
        reference = f"R{next(self.numbers)}"
        remittance = self.remit(payer, amount, day, reference)
        assert sum(r.amount for r in remittance.receipts.all()) == amount
        self.handed[payer] += amount
        return (payer, amount, day, reference)

    @rule(act=paid)
    def send_it_again(self, act):
        before = Receipt.objects.count()
        assert self.remit(*act).reference == act[3]
        with pytest.raises(Conflict):
            self.remit(act[0], act[1] + 1, act[2], act[3])
        assert Receipt.objects.count() == before

    @rule(payer=PAYER, amount=FEN, day=DAYS, after=st.integers(1, 3))
    def crash_in_the_middle(self, payer, amount, day, after):
        """The worker dies after some of the postings; then the same is tried again."""
        left = [after]
        real = spreading.post

        def dies(*args, **more):
            real(*args, **more)
            left[0] -= 1
            if not left[0]:
                raise Crash

        reference = f"R{next(self.numbers)}"
        spreading.post = dies
        try:
            with transaction.atomic():
                self.remit(payer, amount, day, reference)
        except Crash:
            assert not Remittance.objects.filter(reference=reference).exists()
            spreading.post = real
            self.remit(payer, amount, day, reference)
        finally:
            spreading.post = real
        self.handed[payer] += amount

    @rule()
    def use_the_credits(self):
        owed = sum(debts.owed_in_all(payer) for payer in self.payers)
        used = receipts.apply_credits()
        assert sum(debts.owed_in_all(payer) for payer in self.payers) == owed - used

    @rule(which=st.integers(0, 1), wage=st.sampled_from([500_000, 800_000, 1_000_000, 1_500_000]))
    def correct_a_wage(self, which, wage):
        who = self.staff[which]
        month = self.month - 1
        try:
            with transaction.atomic():
                corrections.correct(
                    by=self.by[Role.ASSESSOR],
                    person=who,
                    employer=self.payers[0],
                    month=month,
                    wage=wage,
                    reason="更正",
                )
        except Problem:
            pass
        assert Contribution.objects.filter(person_id=who.pk, month=month).exists()

    @rule(payer=PAYER, day=DAYS)
    def count_the_surcharge(self, payer, day):
        surcharge.count_up(by=None, payer=self.payers[payer], until=day)

    @rule(kind=st.sampled_from(Waiver.Kind.values), payer=PAYER)
    def let_off(self, kind, payer):
        try:
            waiver = waivers.propose(
                by=self.by[Role.ASSESSOR],
                kind=kind,
                payer=self.payers[payer],
                first_month=MARCH - 2,
                last_month=MARCH - 2,
                reason="不可抗力",
                document="1",
            )
        except Refused:
            return
        waivers.approve(by=self.by[Role.REVIEWER], waiver=waiver)
        if kind == Waiver.Kind.DEBT:
            waivers.revoke(by=self.by[Role.REVIEWER], waiver=waiver, note="有财产")

    @rule(target=asked, payer=PAYER)
    def ask_for_a_refund(self, payer):
        who = "employer" if payer == 0 else "person"
        receipt = Receipt.objects.filter(credit__gt=0, **{who: self.payers[payer]}).first()
        if receipt is None:
            return multiple()
        with pytest.raises(Invalid):
            refunds.ask(
                by=self.by[Role.ACCOUNTANT],
                receipt=receipt,
                reason="多缴",
                amount=receipt.credit + 1,
            )
        refund = refunds.ask(by=self.by[Role.ACCOUNTANT], receipt=receipt, reason="多缴")
        return (refund.pk, payer)

    @rule(act=consumes(asked), grant=st.booleans())
    def decide_on_a_refund(self, act, grant):
        pk, payer = act
        refund = Refund.objects.get(pk=pk)
        if grant and payer == 0:
            refunds.approve(by=self.by[Role.REVIEWER], refund=refund)
            self.handed[payer] -= refund.amount
        else:
            refunds.refuse(by=self.by[Role.REVIEWER], refund=refund, note="不退")

    @rule(target=lost, amount=FEN, day=DAYS)
    def money_of_somebody_unknown(self, amount, day):
        line = unmatched.Line(f"U{next(self.numbers)}", UNKNOWN, "某人", amount, None, day)
        kept = unmatched.take(by=self.by[Role.ACCOUNTANT], line=line, region=BEIJING, channel="tax")
        self.unknown += amount
        return kept.pk

    @rule(pk=consumes(lost), payer=PAYER)
    def find_whose_it_is(self, pk, payer):
        kept = UnmatchedReceipt.objects.get(pk=pk)
        unmatched.match(
            by=self.by[Role.ACCOUNTANT], unmatched=kept, payer=self.payers[payer], note="核实"
        )
        self.unknown -= kept.amount
        self.handed[payer] += kept.amount

    @rule(pk=consumes(lost))
    def send_it_back(self, pk):
        kept = UnmatchedReceipt.objects.get(pk=pk)
        unmatched.propose_return(by=self.by[Role.ACCOUNTANT], unmatched=kept, note="退")
        unmatched.decide_return(by=self.by[Role.REVIEWER], unmatched=kept, back=True)
        self.unknown -= kept.amount

    @rule()
    def empty_the_income_accounts(self):
        for each in self.funds.values():
            cash.sweep(each, on=timezone.localdate())

    @invariant()
    def every_fen_is_where_it_belongs(self):
        if not hasattr(self, "payers"):
            return
        with connection.cursor() as cursor:
            cursor.execute(
                """
                select coalesce(sum(amount), 0) from (
                    select amount from enrollment_receiptallocation
                    union all select amount from enrollment_surchargeallocation
                    union all select credit from enrollment_receipt
                    union all
                    select amount from enrollment_refund where state in ('asked', 'ordered')
                ) as held
                """
            )
            (held,) = cursor.fetchone()
        assert held == sum(self.handed)
        kept = UnmatchedReceipt.objects.filter(state="open").values_list("amount", flat=True)
        assert sum(kept) == self.unknown


@pytest.mark.django_db
def test_no_sequence_of_acts_loses_or_makes_a_fen_of_what_payers_hand_over():
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=8,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
