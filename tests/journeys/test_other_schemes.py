"""What a resident and a civil servant of the village receive, to the fen, and that the books are in order."""

import pytest

from enrollment.models import Person
from pensions import queries
from pensions.models import PensionClaim
from socsec.commands.chapters.other_schemes import other_schemes
from socsec.office import oversight
from tests import people


@pytest.mark.django_db
def test_the_other_two_schemes_pay_and_the_books_are_in_order():
    other_schemes(people.settle())
    assert [found for _question, found in oversight.run() if found] == []
    qin = Person.objects.get(name="秦阿公")
    # Shanghai pays 1,555.00; 28,600.40 and 2,000.00 were credited in November, after October began:
    # 30,600.40 ÷ 139 = 220.15.
    paid = queries.payments(qin.pk)
    assert [row.payment.amount for row in paid] == [1_775_15, 1_775_15]
    assert {row.payment.from_account for row in paid} == {220_15}
    cheng = Person.objects.get(name="程慎之")
    pension, beside = queries.award_in_payment(cheng.pk), queries.annuity_in_payment(cheng.pk)
    # 148,000 and eight months at 1.5 %, 1,480.00: 149,480 ÷ 134.9 (60 years, 7 months) = 1,108.08
    assert beside.monthly == 1_108_08
    assert len(queries.payments(cheng.pk)) == 6  # three months of each
    assert pension.monthly > beside.monthly
    assert PensionClaim.objects.filter(open=True).count() == 1
