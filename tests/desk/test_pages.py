"""What pages of the desk say and offer, beyond who may open them."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from enrollment.models import Contribution, Mandate
from enrollment.services.employers import wages
from enrollment.services.living import life
from enrollment.services.people import delegates
from funds.services import cash
from pensions.models import Category as PensionCategory
from pensions.services import claim
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import month
from socsec.office import figures, queries
from socsec.office.admin import navigation
from socsec.office.models import Case
from socsec.office.services import case as cases
from tests import people

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def village(db):
    return people.settle()


@pytest.fixture
def sit(client, village):
    """A clerk at the desk."""

    def down(name):
        client.force_login(village.by(name), backend=BACKEND)
        return client

    return down


def test_a_month_whose_run_is_over_is_assessed_from_the_file_of_the_person(village, sit):
    lin, mill = village.souls["lin"], village.employers["mill"]
    wages.declare(
        by=village.by("intake"), employer=mill, month=people.FIRST, wages={lin.pk: 12_000_00}
    )
    page = reverse("admin:enrollment_person_verb", args=[lin.pk, "assess"])
    said = {"month_month": 11, "month_year": 2025}
    assert sit("intake").get(page).status_code == 403
    assert sit("assessor").post(page, said).status_code == 302
    # 12,000.00 at 16 % + 8 % is 2,880.00
    assert Contribution.objects.get(person_id=lin.pk).due == 2_880_00
    again = sit("assessor").post(page, said)
    assert again.status_code == 422
    assert again.context["form"].errors
    assert Contribution.objects.count() == 1


def test_who_registers_a_person_is_in_the_file_at_once_and_that_is_noted(village, sit):
    number = make_resident_id(people.PUDONG, date(1991, 5, 4), 71)
    said = {"name": "新来的", "resident_id": number, "phone": "", "region": people.PUDONG}
    page = sit("intake").post(reverse("admin:enrollment_person_enroll"), said, follow=True)
    assert "Contribution months" in page.content.decode()
    (look,) = queries.looks_at(int(page.request["PATH_INFO"].split("/")[4]))
    assert look.reason == "Registration"


def test_lists_name_regions_in_the_readers_language(village, sit):
    page = reverse("admin:enrollment_person_changelist")
    assert ">Pudong<" in sit("intake").get(page).content.decode()
    with translation.override("zh-hans"):
        assert (
            ">浦东新区<"
            in sit("intake").get(page, headers={"Accept-Language": "zh"}).content.decode()
        )


def test_ledger_batches_are_called_by_words(village, sit):
    shown = sit("accountant").get(reverse("admin:funds_ledgerbatch_changelist")).content.decode()
    assert "Opening reserve" in shown
    assert ">opening<" not in shown


def test_what_the_desk_booked_the_desk_reverses(village, sit):
    batch = cash.subsidy(village.funds[people.SHANGHAI], 5_000_00, by=village.by("accountant"))
    page = reverse("admin:funds_ledgerbatch_change", args=[batch.pk])
    assert reverse("admin:funds_batch_reverse", args=[batch.pk]) in (
        sit("reviewer").get(page).content.decode()
    )


def test_a_case_offers_each_verb_once(village, sit):
    made = claim.open_claim(
        by=village.by("intake"),
        person=village.souls["zhao"],
        start_month=month(2026, 11),
        category=PensionCategory.MALE_60,
        channel=Case.Channel.COUNTER,
    )
    cases.take(case_id=made.case.pk, by=village.by("assessor"))
    page = reverse("admin:office_case_change", args=[made.case.pk])
    offered = [str(b.label) for b in sit("assessor").get(page).context["desk_buttons"]]
    assert "Take the case" not in offered
    claim.assess(by=village.by("assessor"), claim=made)
    offered = [str(b.label) for b in sit("reviewer").get(page).context["desk_buttons"]]
    assert offered.count("Send back") == 1
    assert len(offered) == len(set(offered))


def test_an_empty_list_says_so_in_the_readers_language(village, sit):
    page = reverse("admin:enrollment_receipt_changelist")
    assert "Nothing here yet" in sit("accountant").get(page).content.decode()
    searched = sit("accountant").get(page, {"q": "X"}, headers={"Accept-Language": "zh"})
    assert "没有查到" in searched.content.decode()


def test_what_came_in_and_what_went_out_are_not_added_up():
    chart = figures.bar_chart(
        ["a"], [figures.Series("in", [300_00]), figures.Series("out", [100_00])], beside=True
    )
    bars = [s.at for s in chart.shapes if s.kind == "rect"]
    grounds = {round(float(at["y"]) + float(at["height"]), 1) for at in bars}
    assert len(grounds) == 1  # both stand on zero
    assert float(bars[0]["x"]) + float(bars[0]["width"]) <= float(bars[1]["x"]) + 0.1
    said = {s.text for s in chart.shapes if s.kind == "text"}
    assert {"300", "100"} <= said
    assert "400" not in said
    many = figures.bar_chart(["m"] * 12, [figures.Series("in", [300_00] * 12)] * 2, beside=True)
    assert "300" not in {s.text for s in many.shapes if s.kind == "text" and "mid" in s.css}
    assert chart.lying[0].total == "300 / 100"


@pytest.mark.parametrize(("language", "first"), [("en", "day"), ("zh-hans", "year")])
def test_a_date_begins_as_it_does_in_the_readers_language(village, sit, language, first):
    page = sit("intake").get(
        reverse("admin:enrollment_employer_enroll"), headers={"Accept-Language": language}
    )
    shown = page.content.decode()
    parts = sorted(("day", "month", "year"), key=lambda part: shown.index(f"opened_on_{part}"))
    assert parts[0] == first


def test_the_verbs_of_a_file_stand_under_what_they_are_about(village, sit):
    lin = village.souls["lin"]
    client = sit("intake")
    url = reverse("admin:enrollment_person_change", args=[lin.pk])
    client.post(url, {"reason": "窗口来访"})
    page = client.get(url)
    groups = {str(heading): found for heading, found in page.context["verbs"]}
    labels = {heading: [str(button.label) for button in found] for heading, found in groups.items()}
    assert labels["Insurance"][0] == "Insure"
    assert labels["Insurance"][-1] == "Retire from work"  # what ends something stands last
    assert "Bank account" in labels["Personal details"]
    # The one thing that most visitors come for is the one button.
    assert [str(button.label) for button in page.context["desk_buttons"]] == ["Claim a pension"]


def test_the_file_of_the_dead_offers_what_the_family_may_claim_and_nothing_for_the_living(
    village, sit
):
    lin = village.souls["lin"]
    life.record_death(
        by=village.by("intake"), person=lin, died_on=date(2026, 8, 5), document="死亡证明"
    )
    client = sit("intake")
    url = reverse("admin:enrollment_person_change", args=[lin.pk])
    client.post(url, {"reason": "家属来访"})
    page = client.get(url)
    assert [str(button.label) for button in page.context["desk_buttons"]] == ["Claim after a death"]
    offered = {str(button.label) for _heading, found in page.context["verbs"] for button in found}
    assert "Certificate of contributions" in offered
    assert offered.isdisjoint({"Insure", "Ask for a card", "Record a death"})


def test_the_page_of_a_row_shows_its_facts_and_links_only_where_one_may_go(village, sit):
    mandate = delegates.grant(
        by=village.by("intake"),
        person=village.souls["lin"],
        delegate=village.souls["gao"],
        kind=Mandate.Kind.DELEGATE,
        scopes=["see"],
        until=date(2027, 1, 1),
        document="委托书 7 号",
    )
    page = sit("intake").get(reverse("admin:enrollment_mandate_change", args=[mandate.pk]))
    shown = page.content.decode()
    assert "委托书 7 号" in shown
    assert reverse("admin:enrollment_person_change", args=[village.souls["gao"].pk]) in shown
    # An intake clerk may not open the accounts of colleagues.
    assert reverse("admin:office_user_change", args=[village.by("intake").pk]) not in shown


def test_a_month_is_a_link_only_for_those_who_may_declare_it(village, sit):
    mill = village.employers["mill"]
    page = reverse("admin:enrollment_employer_change", args=[mill.pk])
    wages_of = f"/admin/enrollment/employer/{mill.pk}/wages/"
    assert wages_of in sit("intake").get(page).content.decode()
    assert wages_of not in sit("assessor").get(page).content.decode()


def test_one_line_of_the_menu_is_lit_the_nearest_above_the_page(village, rf):
    for page, line in (
        ("enrollment_proofs", "enrollment_proofs"),
        ("enrollment_duplicates", "enrollment_duplicates"),
        ("enrollment_person_numberless", "enrollment_person_changelist"),
        ("index", "index"),
        ("enrollment_rates", None),
    ):
        request = rf.get(reverse(f"admin:{page}"))
        request.user = village.by("assessor")
        lines = [each for group in navigation(request) for each in group["items"]]
        lit = [each["link"] for each in lines if each["active"]]
        assert lit == ([reverse(f"admin:{line}")] if line else [])
