"""People read their bills line by line, and what is used of their year."""

from datetime import date

import pytest
from django.urls import reverse

from medical.models import Care, Encounter
from medical.services import settling
from tests.desk.test_walk import sign_in

from .hospital import YEAR, catalogue, clerk, hospital, of, village  # noqa: F401 - fixtures
from .test_settling import visit  # noqa: F401 - fixture

LIST = reverse("medical_bills")


@pytest.fixture
def lin(client, village):  # noqa: F811
    sign_in(client, village.portal["lin"])
    return client


def page_of(encounter):
    return reverse("medical_bill", args=[encounter.public_id])


def shown(client, url, *there, absent=()):
    answer = client.get(url)
    assert answer.status_code == 200
    text = answer.content.decode()
    for each in there:
        assert each in text, each
    for each in absent:
        assert each not in text, each
    return answer


def test_a_year_shows_its_bills_and_what_the_next_one_would_meet(
    lin,
    clerk,  # noqa: F811
    visit,  # noqa: F811
    django_assert_max_num_queries,
):
    stay = visit(20_000)
    shown(lin, LIST, absent=[str(stay.public_id)])  # not settled, not a bill
    settling.settle(by=clerk, encounter=stay)
    late = visit(3_000, care=Care.OUTPATIENT, day=date(YEAR, 1, 5))
    settling.settle(by=clerk, encounter=late)
    # Shanghai, working, third level: (20,000.00 − 1,500.00) × 85 % = 15,725.00 of 650,000.00
    answer = shown(lin, LIST, "15,725.00", page_of(stay), page_of(late))
    (_sums, _where, kinds, _major) = answer.context["used"][0]
    of_stays = next(each for each in kinds if each.care == Care.INPATIENT)
    assert of_stays.cap_used == 15_725_00
    # What the page says is left is what the next bill is charged.
    of_visits = [each for each in kinds if each.care == Care.OUTPATIENT]
    nxt = visit(9_000, care=Care.OUTPATIENT, day=date(YEAR, 1, 20))
    (foreseen,) = settling.preview(by=clerk, encounter=nxt)
    assert foreseen.amounts["deductible"] == of_visits[-1].deductible_left
    with django_assert_max_num_queries(16):
        lin.get(LIST)
    assert lin.get(LIST + "?year=1").status_code == 200  # a year without bills shows the newest


def test_a_bill_shows_every_line_and_who_paid_and_goes_when_it_is_taken_back(
    lin,
    clerk,  # noqa: F811
    visit,  # noqa: F811
):
    day = date(YEAR, 1, 10)
    lines = [of("A1", 5_000, "1"), of("B1", 120, "2"), of("C1", 30, "3")]
    stay = visit(lines=lines, day=day)
    (made,) = settling.settle(by=clerk, encounter=stay)
    # In scope 5,000.00 + 90.00; (5,090.00 − 1,500.00) × 85 % = 3,051.50; 5,150.00 − 3,051.50
    assert (made.in_scope, made.fund_pay, made.person_pay) == (5_090_00, 3_051_50, 2_098_50)
    answer = shown(lin, page_of(stay), "3,051.50", "2,098.50", "20.00", "30.00", "10.00")
    assert answer.context["amounts"]["total"] == 5_150_00
    assert answer.context["restated"] == []
    settling.reverse(by=clerk, encounter=Encounter.objects.get(pk=stay.pk), reason="误结算")
    assert lin.get(page_of(stay)).status_code == 404
    shown(lin, LIST, absent=[page_of(stay)])


def test_a_bill_that_an_earlier_one_changes_says_so(lin, clerk, visit):  # noqa: F811
    later = visit(3_000, care=Care.OUTPATIENT, day=date(YEAR, 1, 20))
    (settled,) = settling.settle(by=clerk, encounter=later)
    assert settled.deductible > 0
    first = visit(3_000, care=Care.OUTPATIENT, day=date(YEAR, 1, 10))
    settling.settle(by=clerk, encounter=first)
    # The late bill meets the deductible of the year, so the later one no longer does.
    answer = lin.get(page_of(later))
    ((_day, change),) = answer.context["restated"]
    assert change < 0
    assert answer.context["amounts"]["deductible"] == 0
    assert answer.context["amounts"]["person_pay"] == settled.person_pay + change


def test_nobody_reads_the_bills_of_another(client, village, clerk, visit):  # noqa: F811
    stay = visit(1_000)
    settling.settle(by=clerk, encounter=stay)
    for url in (LIST, page_of(stay)):
        assert client.get(url).status_code == 302  # asked to sign in
    sign_in(client, village.portal["chen"])
    shown(client, LIST, absent=[str(stay.public_id)])
    assert client.get(page_of(stay)).status_code == 404
