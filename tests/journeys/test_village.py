"""Twelve months of the village, from the first enrolment to a pension in the bank, every fen in the books."""

import pytest

from enrollment import queries as enrollment
from funds import queries as funds
from funds.models import Branch, PaymentBatch, accounts
from pensions import queries as pensions
from socsec.commands.chapters import CHAPTERS
from socsec.office import oversight
from socsec.office.models import AuditEntry, Case
from socsec.office.my import ACTS
from tests import people


@pytest.mark.django_db
def test_the_village_lives_a_year_and_the_books_are_as_promised():
    village = people.build(chapters=CHAPTERS)

    lin = village.souls["lin"]
    record = enrollment.record(lin.pk, Branch.PENSION)
    assert [row.month for row in record] == list(range(people.FIRST, people.LAST + 1))
    # 12,000.00 lies between floor and ceiling: 16 % = 1,920.00 and 8 % = 960.00 each month
    assert {(row.base, row.employer_share, row.person_share) for row in record} == {
        (12_000_00, 1_920_00, 960_00)
    }
    assert {row.open for row in record} == {0}
    # 12 months of 960.00 stand on her account: 11,520.00
    assert pensions.balance(lin.pk) == 12 * 960_00

    zhou = village.souls["zhou"]
    behind = enrollment.arrears(Branch.PENSION, person_id=zhou.pk)
    # 6,000.00 at 20 % is 1,200.00, and the last month is not paid
    assert [(row.month, row.open) for row in behind] == [(people.LAST, 1_200_00)]

    chen = village.souls["chen"]
    award = pensions.award_in_payment(chen.pk)
    paid = pensions.payments(chen.pk)
    # July to October in the first payroll, November in the second
    assert len(paid) == 5
    assert {row.payment.amount for row in paid} == {award.monthly}
    assert village.claims["zhao"].case_id
    refused = Case.objects.get(pk=village.claims["zhao"].pk)
    assert refused.state == Case.State.REFUSED
    assert refused.reasons

    spent = sum(funds.balance(fund, accounts.BENEFITS) for fund in village.funds.values())
    assert spent == 5 * award.monthly
    # Urgent aid and a reimbursement of today wait for the hand that releases them.
    today = ("assistance_urgent", "medical_reimbursement")
    ordered = PaymentBatch.objects.exclude(kind__in=today)
    assert {batch.state for batch in ordered} == {"reconciled"}
    wrong = [finding for _question, found in oversight.run() for finding in found]
    assert wrong == []
    # The log that a person reads names every act in words.
    acts = AuditEntry.objects.exclude(person_id=None).values_list("act", flat=True)
    assert set(acts) - set(ACTS) == set()
