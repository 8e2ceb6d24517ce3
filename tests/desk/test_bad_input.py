"""What cannot be is refused on the page where it was typed, in the reader's language, and changes nothing."""

import re
from datetime import date

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from enrollment.services.living import life
from socsec.kernel.ids import make_credit_code, make_resident_id
from tests import people

BACKEND = "django.contrib.auth.backends.ModelBackend"
FIRST_DAY = {"from__day": "1", "from__month": "11", "from__year": "2025"}


def number(*, wrong=False, born=date(1991, 5, 4)):
    good = make_resident_id(people.PUDONG, born, 71)
    return good[:-1] + ("0" if good[-1] != "0" else "1") if wrong else good


def person(village, resident_id):
    said = {"name": "新来的", "resident_id": resident_id, "phone": "", "region": people.PUDONG}
    return "intake", reverse("admin:enrollment_person_enroll"), said


def employer(village):
    code = make_credit_code("91", people.PUDONG, "MA1N3WG01")
    said = {
        "name": "新厂", "credit_code": code[:-1] + ("0" if code[-1] != "0" else "1"),
        "region": people.PUDONG, "opened_on_day": "1", "opened_on_month": "1", "opened_on_year": "2020",
    }  # fmt: skip
    return "intake", reverse("admin:enrollment_employer_enroll"), said


def coverage(village):
    code = village.employers["mill"].credit_code
    said = {"category": "2", "employer": code, "base": "6000", "region": people.PUDONG, **FIRST_DAY}
    page = reverse("admin:enrollment_person_verb", args=[village.souls["lin"].pk, "cover"])
    return "intake", page, said


def wage(village, typed):
    page = reverse(
        "admin:enrollment_employer_wages", args=[village.employers["mill"].pk, "2025-11"]
    )
    return "intake", page, {f"wage-{village.souls['lin'].pk}": typed}


def receipt(village, typed):
    said = {
        "payer": "employer", "code": village.employers["mill"].credit_code, "amount": typed,
        "received_on_day": "10", "received_on_month": "12", "received_on_year": "2025",
        "reference": "B-1",
    }  # fmt: skip
    return "accountant", reverse("admin:enrollment_receipt_enter"), said


def claim_of_the_dead(village):
    wu = village.souls["wu"]
    life.record_death(
        by=village.by("intake"), person=wu, died_on=date(2026, 1, 5), document="证明",
        known_on=date(2026, 1, 8),
    )  # fmt: skip
    said = {"category": "0", "start_month_month": "1", "start_month_year": "2027"}
    return "intake", reverse("admin:pensions_claim_open", args=[wu.pk]), said


def bank_file(village, content):
    file = SimpleUploadedFile("answer.csv", content, "text/csv")
    return "accountant", reverse("admin:funds_bank_return"), {"file": file}


BAD = {
    "a wrong check digit": lambda v: person(v, number(wrong=True)),
    "a birth in the future": lambda v: person(v, number(born=date(2090, 5, 4))),
    "a wrong credit code": employer,
    "overlapping coverage": coverage,
    "a wage of -1": lambda v: wage(v, "-1"),
    "a wage of 10^12": lambda v: wage(v, str(10**12)),
    "a wage that is no number": lambda v: wage(v, "NaN"),
    "a negative amount": lambda v: receipt(v, "-100"),
    "an amount that is no number": lambda v: receipt(v, "NaN"),
    "a claim for a dead person": claim_of_the_dead,
    "a truncated bank file": lambda v: bank_file(v, b"H,SOCSEC-RETURN,1,999"),
    "a bank file in another encoding": lambda v: bank_file(v, "中文".encode("gb18030")),
    "an empty bank file": lambda v: bank_file(v, b""),
}
OURS = {"office", "enrollment", "pensions", "funds"}


def rows():
    return {
        model._meta.label: model.objects.count()
        for model in apps.get_models()
        if model._meta.app_label in OURS
    }


@pytest.fixture
def village(db):
    return people.settle()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_is_refused_in_the_readers_language_and_changes_nothing(
    client, village, name, language
):
    clerk, page, said = BAD[name](village)
    client.force_login(village.by(clerk), backend=BACKEND)
    before = rows()
    answer = client.post(page, said, headers={"Accept-Language": language})
    assert answer.status_code == 422
    assert rows() == before
    summary = re.search(r'class="errsum".*?</div>', answer.content.decode(), re.DOTALL)
    assert summary is not None
    words = re.sub(r"<[^>]+>", " ", summary[0].partition("<ul")[2].partition(">")[2])
    for soul in people.CAST:
        words = words.replace(soul.name, "")  # names stay as they are
    chinese = bool(re.search(r"[一-鿿]", words))
    assert words.strip()
    assert chinese == (language == "zh-hans"), words
