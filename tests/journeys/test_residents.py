"""What the village's residents live through, and that the books stay in order."""

import pytest

from enrollment.models import CarriedBalance, DoubleEnrolment, SponsorBill, UnmatchedPayment
from socsec.commands.chapters.residents import residents
from socsec.office import oversight
from tests import people


@pytest.mark.django_db
def test_the_residents_of_the_village_leave_something_to_do_and_the_books_in_order():
    residents(people.settle())
    assert [found for _question, found in oversight.run() if found] == []
    assert UnmatchedPayment.objects.get().reason == "unknown"
    assert SponsorBill.objects.get().state == "sent"
    assert DoubleEnrolment.objects.get().overlap == 1
    assert CarriedBalance.objects.get().amount == 138_642
