"""A working life at the desk: insured in every branch, corrected, and missed months paid."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from enrollment.models import (
    Contribution,
    Coverage,
    EmployerStanding,
    Reduction,
    WageDeclaration,
)
from enrollment.services.employers import wages
from funds.models import Branch
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import month
from tests import people

BACKEND = "django.contrib.auth.backends.ModelBackend"
JUNE = month(2026, 6)


@pytest.fixture
def village(db):
    return people.settle()


@pytest.fixture
def sit(client, village):
    def down(name):
        client.force_login(village.by(name), backend=BACKEND)
        return client

    return down


@pytest.fixture
def newcomer(village):
    from enrollment.services.people import person

    return person.enroll(
        by=village.by("intake"),
        name="新来的",
        resident_id=make_resident_id(people.PUDONG, date(1991, 5, 4), 71),
        region=people.PUDONG,
    )


def press(client, person, verb, **said):
    page = reverse("admin:enrollment_person_verb", args=[person.pk, verb])
    assert client.get(page).status_code == 200
    return client.post(page, said, follow=True)


def insure(sit, village, person, **changed):
    said = {
        "category": "1",
        "employer": village.employers["mill"].credit_code,
        "base": "",
        "region": people.PUDONG,
        "from__day": 1,
        "from__month": 6,
        "from__year": 2026,
    }
    return press(sit("intake"), person, "cover", **(said | changed))


def test_one_press_insures_in_every_branch_and_the_page_shows_each(village, sit, newcomer):
    shown = insure(sit, village, newcomer).content.decode()
    assert "Work injury insurance" in shown
    assert Coverage.objects.filter(person=newcomer).count() == 4
    wages.declare(
        *(), by=village.by("intake"), employer=village.employers["mill"], month=JUNE,
        wages={newcomer.pk: 20_000_00},
    )  # fmt: skip
    press(sit("assessor"), newcomer, "assess", month_month=6, month_year=2026)
    assert Contribution.objects.filter(person_id=newcomer.pk).count() == 4
    page = reverse("admin:enrollment_person_branches", args=[newcomer.pk])
    client = sit("assessor")
    asked = client.get(page)
    assert "Why do you open this file?" in asked.content.decode()
    client.post(page, {"reason": "核对"})
    shown = client.get(page).content.decode()
    assert all(f'id="b-{slug}"' in shown for slug in ("pension", "medical", "injury"))
    sheet = client.get(reverse("admin:enrollment_person_month", args=[newcomer.pk, JUNE]))
    # class 4: 20,000.00 at 0.9 % is 180.00
    assert "180.00" in sheet.content.decode()
    assert sheet.content.decode().count('class="sheet') >= 4


def test_an_own_account_worker_is_insured_in_what_is_tied_there(village, sit, newcomer):
    today = timezone.localdate()
    alone = {"category": "2", "employer": "", "base": "8000"}
    shown = insure(sit, village, newcomer, **alone).content.decode()
    assert "cannot make up missed months" in shown  # from June on
    found = Coverage.objects.filter(person=newcomer)
    assert not found.exists()
    alone |= {"from__month": today.month, "from__year": today.year}
    insure(sit, village, newcomer, **alone)
    assert {each.branch for each in found} == {Branch.PENSION, Branch.MEDICAL}
    later = {"from_month_month": today.month, "from_month_year": today.year + 1}
    press(sit("intake"), newcomer, "base", base="9000", **later)
    day = {"last_day_day": 1, "last_day_month": today.month, "last_day_year": today.year}
    press(sit("intake"), newcomer, "retire", **day)
    assert all(each.last_day == today.replace(day=1) for each in found.all())


def test_a_further_job_is_insured_in_work_injury_alone(village, sit, newcomer):
    shown = insure(sit, village, newcomer, injury_only="on").content.decode()
    assert "is insured in work injury with" in shown
    (only,) = Coverage.objects.filter(person=newcomer)
    assert (only.branch, only.apart) == (Branch.INJURY, int(people.PUDONG))


def test_a_correction_is_shown_before_it_is_made(village, sit, newcomer):
    insure(sit, village, newcomer)
    mill = village.employers["mill"]
    wages.declare(
        by=village.by("intake"), employer=mill, month=JUNE, wages={newcomer.pk: 20_000_00}
    )
    press(sit("assessor"), newcomer, "assess", month_month=6, month_year=2026)
    said = {
        "employer": mill.credit_code,
        "month_month": 6,
        "month_year": 2026,
        "wage": "15000",
        "reason": "多报",
    }
    shown = press(sit("assessor"), newcomer, "correct", **said).content.decode()
    assert "-1,200.00" in shown or "−1,200.00" in shown
    assert not Reduction.objects.exists()
    press(sit("assessor"), newcomer, "correct", **said, go="1")
    # 5,000.00 less at 24 %
    assert Reduction.objects.get(branch=Branch.PENSION).amount == 1_200_00
    page = reverse("admin:enrollment_person_verb", args=[newcomer.pk, "correct"])
    assert sit("intake").get(page).status_code == 403
    assert sit("sc-assessor").get(page).status_code == 404


def test_missed_months_are_worked_out_before_they_are_assessed(village, sit, newcomer):
    said = {
        "category": "1",
        "employer": village.employers["mill"].credit_code,
        "region": people.PUDONG,
        "branches": ["1", "2"],
        "first_month_month": 1,
        "first_month_year": 2026,
        "last_month_month": 2,
        "last_month_year": 2026,
        "wage": "10000",
        "document": "劳动合同 2026-1",
        "ruling": "沪劳人仲 7",
    }
    shown = press(sit("assessor"), newcomer, "pay-back", **said).content.decode()
    # 10,000.00 at 24 % and at 11 %, twice
    assert "7,000.00" in shown
    assert not Contribution.objects.exists()
    press(sit("assessor"), newcomer, "pay-back", **said, go="1")
    assert Contribution.objects.filter(person_id=newcomer.pk).count() == 4
    wrong = press(sit("assessor"), newcomer, "pay-back", **said)
    assert wrong.status_code == 422
    assert "insured already" in wrong.content.decode()
    own = press(sit("assessor"), newcomer, "pay-back", **(said | {"category": "2", "employer": ""}))
    assert "cannot make up missed months" in own.content.decode()


@pytest.mark.parametrize("name", ["newcomer", "sc-intake", "policy"])
def test_who_must_not_see_a_file_sees_no_branch_of_it(village, sit, newcomer, name):
    for page, more in (("branches", []), ("month", [JUNE])):
        url = reverse(f"admin:enrollment_person_{page}", args=[newcomer.pk, *more])
        refused = sit(name).get(url)
        assert refused.status_code in (403, 404)
        assert newcomer.name not in refused.content.decode()


def test_the_risk_class_is_entered_and_shown(village, sit):
    mill = village.employers["mill"]
    page = reverse("admin:enrollment_employer_verb", args=[mill.pk, "standing"])
    said = {
        "kind": "2",
        "risk_class": "5",
        "floating": "4",
        "from_month_month": 6,
        "from_month_year": 2026,
        "document": "沪工伤核 2026-6",
    }
    assert sit("assessor").get(page).status_code == 403
    wrong = sit("intake").post(page, said | {"risk_class": "9"})
    assert wrong.status_code == 422
    shown = sit("intake").post(page, said, follow=True).content.decode()
    assert "class 5" in shown
    latest = EmployerStanding.objects.filter(employer=mill).latest("pk")
    assert (latest.risk_class, latest.floating, latest.from_month) == (5, 4, JUNE)


def test_an_employer_that_declares_nothing_is_taken_at_the_month_before(village, sit, newcomer):
    insure(sit, village, newcomer)
    mill = village.employers["mill"]
    wages.declare(
        by=village.by("intake"), employer=mill, month=JUNE, wages={newcomer.pk: 20_000_00}
    )
    press(sit("assessor"), newcomer, "assess", month_month=6, month_year=2026)
    page = reverse("admin:enrollment_employer_verb", args=[mill.pk, "deem"])
    assert sit("intake").get(page).status_code == 403
    sit("assessor").post(page, {"month_month": 7, "month_year": 2026})
    taken = WageDeclaration.objects.get(person_id=newcomer.pk, month=JUNE + 1)
    assert (taken.wage, taken.deemed) == (22_000_00, True)
