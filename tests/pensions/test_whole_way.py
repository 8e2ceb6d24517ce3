"""The main job of the house, from the first day of work to the pension on the bank account.

Chen Wu works in Shanghai until June 2026, claims, is paid with arrears, and the books are proven
at every turn.
"""

from datetime import date

import pytest
from django.core.management import call_command

from enrollment.models import EndReason
from enrollment.services import cover
from funds import queries as funds
from funds.models import PaymentBatch, accounts
from funds.services import cash, payments
from pensions import queries
from pensions.models import Category, PaymentState, Payroll
from pensions.services import account, claim, returns
from socsec.kernel.months import month
from tests.funds.bank import answer

from .conftest import PENSION, SHANGHAI, START, findings

pytestmark = pytest.mark.django_db


def balances(fund, *numbers):
    return [funds.balance(fund, number) for number in numbers]


def test_from_work_to_the_pension_on_the_bank_account(
    shanghai, enroll, carry, open_account, bank, work, intake, assessor, reviewer, accountant, drive
):
    chen = enroll(name="陈五")
    carry(chen, month(2006, 1), month(2025, 12), 6_000_00)
    open_account(chen, 150_000_00, month(2025, 12))
    bank(chen)
    # Six months of work on 8,000 yuan: 24 % come in, 8 % go to his account.
    work(chen, month(2026, 1), month(2026, 6), 8_000_00, received=date(2026, 7, 6))
    assert account.credit_pending().amount == 6 * 640_00
    cash.sweep(shanghai, on=date(2026, 7, 31), by=accountant)
    cover.end(
        by=intake,
        person=chen,
        branch=PENSION,
        last_day=date(2026, 6, 30),
        reason=EndReason.RETIRED,
    )
    assert findings() == []

    made = claim.open_claim(
        by=intake, person=chen, start_month=START, category=Category.MALE_60, channel="counter"
    )
    claim.assess(by=assessor, claim=made)
    given = claim.award(by=reviewer, claim=made)
    # The index gains a half year: 48,000 ÷ (12 × 12,577) = 0.318 …, rounded to 0.3180.
    #   (23.9126 + 0.3180) × 12 ÷ 246 = 1.18198 → 1.1820
    # basic        (12,434 + 12,434 × 1.1820) ÷ 2 × 20.498 % = 2,780.7 …
    #              20 years and 6 months: 20 × 1 % + 6 × 0.083 % = 20.498 %
    #              (12,434 + 14,696.988) ÷ 2 = 13,565.494 × 20.498 % = 2,780.6549… → 2,780.70
    # account      the money of July bears no interest by June: 150,000 + 1,125 + 3,840 = 154,965
    #              154,965 ÷ 136.7 = 1,133.61 → 1,133.70
    assert (given.basic, given.account, given.monthly) == (2_780_70, 1_133_70, 3_914_40)
    assert claim.replay(given).same
    assert findings() == []

    # July, August and September are owed when the payroll of September is made.
    done = drive("pension_payroll", month(2026, 9))
    assert (done.count, done.total) == (1, 3 * 3_914_40)
    envelope = Payroll.objects.get(run=done).envelope
    assert findings() == []
    payments.release(envelope.pk, by=reviewer, on=date(2026, 9, 10))
    paper = b"".join(payments.bank_file(envelope.pk, by=accountant)).decode()
    assert f"P{envelope.pk}-{chen.pk}-1" in paper
    assert "11743.20" in paper
    assert balances(shanghai, accounts.IN_TRANSIT) == [3 * 3_914_40]
    file = answer(
        envelope.pk,
        [(f"P{envelope.pk}-{chen.pk}-1", 3 * 3_914_40, "PAID")],
        day=date(2026, 9, 11),
    )
    payments.read_return(file, by=accountant)
    payments.reconcile(envelope.pk, by=accountant)
    envelope.refresh_from_db()
    assert envelope.state == PaymentBatch.State.RECONCILED
    assert returns.pull().returned == 0
    assert balances(shanghai, accounts.IN_TRANSIT, accounts.BENEFITS) == [0, 3 * 3_914_40]

    rows = queries.payments(chen.pk)
    assert [(row.payment.month, row.state, row.arrears) for row in rows] == [
        (START + 2, PaymentState.PAID, False),
        (START + 1, PaymentState.PAID, True),
        (START, PaymentState.PAID, True),
    ]
    # The account bore its part: 154,965 less three times 1,133.70.
    assert queries.balance(chen.pk) == 154_965_00 - 3 * 1_133_70
    assert balances(shanghai, accounts.INDIVIDUAL_ACCOUNTS) == [154_965_00 - 3 * 1_133_70]
    trial = funds.trial_balance(shanghai)
    assert sum(line.debit for line in trial) == sum(line.credit for line in trial)
    assert findings() == []
    call_command("verify", verbosity=0)
    assert queries.monthly_totals(SHANGHAI, month(2026, 9), month(2026, 9))[0].people == 1
