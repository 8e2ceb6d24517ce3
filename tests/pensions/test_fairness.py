"""Fairness, seen: means by scheme, region, sex and age, worked out by hand; shut to who may not."""

from datetime import date

import pytest
from django.urls import reverse

from enrollment.models import Category, Contribution
from funds.models import Branch, Scheme
from pensions.models import Benefit
from pensions.queries.fairness import means, over_time
from socsec.kernel.months import month
from socsec.office.models import Role

from .conftest import BEIJING, PUDONG, SHANGHAI, staff
from .test_adjustment_run import pensioner  # noqa: F401 - a fixture
from .test_trial import BACKEND

pytestmark = pytest.mark.django_db
AT = month(2026, 3)


def pays(who, base, part=0):
    Contribution.objects.create(
        person_id=who.pk,
        month=AT,
        branch=Branch.PENSION,
        employer_id=7,
        part=part,
        category=Category.EMPLOYEE,
        region=PUDONG,
        wage=base,
        wage_before=0,
        base=base,
        employer_share=base * 16 // 100,
        person_share=base * 8 // 100,
        account_share=base * 8 // 100,
        edition=1,
    )


@pytest.fixture
def lived(pensioner, enroll):  # noqa: F811
    """Two employees draw 5,500 and 3,500, a resident 300; two pay on 8,000 and 10,000 + 2,000."""
    old = pensioner()
    pensioner(3_500_00, name="钱老", born=date(1948, 6, 1), from_month=month(2024, 1))
    pensioner(300_00, name="孙农", scheme=Scheme.RESIDENTS)
    # What counts is the newest version of the newest amount: 5,500 was raised to 6,500, then put right.
    for version, amount in ((0, 6_500_00), (1, 5_500_00)):
        Benefit.objects.create(
            person_id=old.person_id,
            award_id=old.pk,
            from_month=month(2025, 1),
            version=version,
            basic=amount,
            account=0,
            transitional=0,
        )
    pays(enroll(name="李男"), 8_000_00)
    woman = enroll(name="周女", woman=True, born=date(1990, 1, 1))
    pays(woman, 10_000_00)
    pays(woman, 2_000_00, part=1)
    return old


def test_means_are_those_of_the_month_by_each_group(lived, django_assert_num_queries):
    with django_assert_num_queries(2):
        found = means(SHANGHAI, AT)
    (whole,) = found[""]
    # (5,500 + 3,500 + 300) / 3 = 3,100; (8,000 + 12,000) / 2 = 10,000; 31 %.
    assert (whole.pensioners, whole.pension, whole.contributors) == (3, 3_100_00, 2)
    assert (whole.base, whole.replacement) == (10_000_00, 310_000)
    by_scheme = {each.key: each for each in found["scheme"]}
    assert by_scheme["1"].pension == 4_500_00
    assert (by_scheme["2"].pension, by_scheme["2"].base) == (300_00, None)
    by_sex = {each.key: each for each in found["sex"]}
    assert (by_sex["1"].base, by_sex["2"].base) == (8_000_00, 12_000_00)
    assert by_sex["2"].replacement is None  # no woman draws a pension
    # Born in May 1955 and June 1948: 70 and 77 in March 2026; who pays is 60 and 36.
    assert {each.key: each.pensioners for each in found["age"]} == {"70": 3, "60": 0, "30": 0}
    assert [each.key for each in found["region"]] == ["310100"]
    # Two years before, one of them drew nothing yet.
    earlier = over_time(SHANGHAI, [month(2023, 3), AT])
    assert earlier[month(2023, 3)][1].pensioners == 1
    assert earlier[AT][1].pensioners == 2
    assert means(BEIJING, AT)[""] == []


def test_where_nobody_pays_or_draws_the_page_says_so(edition, client):
    client.force_login(staff(Role.ASSESSOR), backend=BACKEND)
    answer = client.get(reverse("admin:pensions_fairness"))
    assert answer.status_code == 200
    assert answer.content.decode().count("Nobody pays or draws") == 4
    assert "Coverage was not counted yet" in answer.content.decode()


def test_the_page_says_the_gap_and_is_shut_to_others(lived, client):
    url = reverse("admin:pensions_fairness")
    client.force_login(staff(Role.ASSESSOR), backend=BACKEND)
    shown = client.get(url, {"month": "2026-03"}).content.decode()
    for words in ("4,500.00", "6.6%", "300.00 against 4,500.00", "<svg", "12,000.00", "31"):
        assert words in shown, words
    assert "Nobody pays or draws" not in shown
    assert client.get(url, {"region": BEIJING}).status_code == 404
    assert client.get(url, {"month": "never"}).status_code == 200
    client.force_login(staff(Role.POLICY_OFFICER), backend=BACKEND)
    assert client.get(url).status_code in {403, 404}
