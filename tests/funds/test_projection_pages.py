"""Pages of the long-term balance: asked for, read, laid side by side, made public; shut to who may not."""

from datetime import date

import pytest
from django.urls import reverse

from funds.models import Projection
from funds.services import projection
from socsec.office.models import Role
from socsec.office.services import policy
from tests.funds.conftest import staff
from tests.funds.test_projection import actuary as actuary
from tests.funds.test_projection import second as second
from tests.funds.test_statements import desk as desk

LIST = "admin:funds_projection_changelist"


def page(url, client):
    answer = client.get(url)
    return answer.status_code, answer.content.decode()


def row(pk):
    return reverse("admin:funds_projection_change", args=[pk])


@pytest.fixture
def plain(edition, actuary):
    asked = projection.ask(by=actuary, name="Plain", scenario={})
    projection.work(asked.pk)
    return asked


def test_a_scenario_is_asked_for_read_compared_and_made_public(
    plain, actuary, second, client, desk, django_assert_max_num_queries
):
    at_desk = desk(actuary)
    form = at_desk.get(f"{reverse('admin:funds_projection_new')}?from={plain.pk}")
    initial = form.context["form"].initial
    assert (initial["index_share"], initial["delayed"], initial["later"]) == ("0.6", True, "0")
    said = {key: value for key, value in initial.items() if key != "delayed"}
    # Without the rise of 2024: an empty box is its own answer.
    wrong = at_desk.post(
        reverse("admin:funds_projection_new"), {**said, "name": "Ages of 2024", "growth": "2"}
    )
    assert wrong.status_code == 422
    assert "lies between -0.05 and 0.05" in wrong.content.decode()
    answer = at_desk.post(reverse("admin:funds_projection_new"), {**said, "name": "Ages of 2024"})
    made = Projection.objects.get(name="Ages of 2024")
    assert answer.url == row(made.pk)
    assert made.scenario == {"delayed": False}
    assert "A worker is at it" in page(row(made.pk), at_desk)[1]

    projection.work(made.pk)
    with django_assert_max_num_queries(20):
        status, shown = page(row(made.pk), at_desk)
    assert status == 200
    for words in (
        "First deficit",
        "2028",
        "2036",
        "2035",
        "World Population Prospects 2024",
        "<svg",
        "2100",
        'href="' + row(plain.pk),  # differs in one assumption alone
    ):
        assert words in shown, words
    # The rise of the pensionable age is no difference where the scenario goes without it.
    assert "the largest difference" not in shown
    assert "the largest difference" in page(row(plain.pk), at_desk)[1]

    status, beside = page(
        f"{reverse('admin:funds_projection_compare')}?p={plain.pk}&p={made.pk}", at_desk
    )
    assert status == 200
    assert beside.count('<svg class="plot"') == 3
    with django_assert_max_num_queries(20):
        status, listed = page(reverse(LIST), at_desk)
    assert "2028" in listed

    public = reverse("public_outlook")
    assert "No projection is published yet" in page(public, client)[1]
    assert "Plain" not in page(public, client)[1]
    verb = reverse("admin:funds_projection_verb", args=[plain.pk, "publish"])
    assert at_desk.post(verb).status_code == 403  # who made it does not publish it
    at_second = desk(second)
    assert at_second.get(row(plain.pk)).status_code == 200
    assert at_second.post(verb).status_code == 302
    client.logout()
    status, read = page(public, client)
    assert status == 200
    assert "Plain" in read
    assert "2043" in read
    assert page(f"{public}?p={made.pk}", client)[0] == 404
    assert "outlook" in page(reverse("public_funds"), client)[1]
    in_chinese = client.get(public, headers={"accept-language": "zh-hans"}).content.decode()
    assert "Reserve used up" not in in_chinese


def test_sensitivities_move_one_assumption_each(plain, actuary, desk):
    url = reverse("admin:funds_projection_verb", args=[plain.pk, "sensitivities"])
    at_desk = desk(actuary)
    assert at_desk.post(url).status_code == 302
    asked = Projection.objects.exclude(pk=plain.pk)
    # Nine levers up and down; less of a further rise than none there is not.
    assert asked.count() == 17
    assert all(len(each.scenario) == 1 for each in asked)
    names = set(asked.values_list("name", flat=True))
    assert any("0.7" in name for name in names)
    at_desk.post(url)
    assert Projection.objects.count() == 18  # asked before


def test_who_may_not_see_it_does_not(plain, reviewer, desk):
    clerk = staff("clerk", Role.INTAKE)
    for url in (reverse(LIST), row(plain.pk), reverse("admin:funds_projection_compare")):
        assert desk(clerk).get(url).status_code == 403
    at_desk = desk(reviewer)
    assert at_desk.get(row(plain.pk)).status_code == 200
    assert at_desk.get(reverse("admin:funds_projection_new")).status_code == 403
    for verb in ("sensitivities", "publish", "burn"):
        url = reverse("admin:funds_projection_verb", args=[plain.pk, verb])
        assert at_desk.post(url).status_code in {403, 404, 422}
    plain.refresh_from_db()
    assert plain.publisher_id is None
    assert Projection.objects.count() == 1


def test_drafts_and_chance_are_shown_with_what_they_change(edition, actuary, desk):
    policy.enter(
        code="enrollment.pension.employer_rate",
        region="000000",
        from_date=date(2030, 1, 1),
        value="0.18",
        law="草案",
        by=actuary,
    )
    asked = projection.ask(by=actuary, name="Dearer", scenario={}, drafted=True, draws=2)
    projection.work(asked.pk)
    assert "is not worked out yet" in page(row(asked.pk), desk(actuary))[1]
    projection.work(Projection.objects.get(drafts=[]).pk)
    shown = page(row(asked.pk), desk(actuary))[1]
    for words in ("0.18", "2030-01-01", "with the drafts", "In 2 draws of chance (seed 1)", "2043"):
        assert words in shown, words
