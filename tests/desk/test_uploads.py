"""Uploads on the desk: handed in, compared, approved by another, bad rows to download."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from enrollment.models import Employer, Takeover, Upload, WageDeclaration
from enrollment.services.employers import uploads
from socsec.office.models import Role
from socsec.office.services import users
from tests import people

BACKEND = "django.contrib.auth.backends.ModelBackend"
HEAD = "身份证号,姓名,工资\n"


@pytest.fixture
def village(db):
    return people.settle()


@pytest.fixture
def sign_in(client, village):
    def make(name):
        client.force_login(village.by(name), backend=BACKEND)
        return client

    return make


@pytest.fixture
def second(village):
    """A second clerk at Shanghai's intake."""
    office = village.by("intake").office
    user = users.create_staff(
        username="intake2", password=people.PASSWORD, office=office, by=None, name="乙"
    )
    users.grant(user=user, role=Role.INTAKE, by=None)
    village.staff["intake2"] = user
    return user


def send(client, village, text, django_capture):
    mill = village.employers["mill"]
    url = reverse("admin:enrollment_upload_send", args=[mill.pk, "wages"])
    file = SimpleUploadedFile("工资.csv", text.encode("gb18030"))
    with django_capture(execute=True):
        return client.post(
            url,
            {"month_month": "11", "month_year": "2025", "heads": "6", "file": file},
            follow=True,
        )


def test_a_clerk_hands_in_and_another_approves(
    sign_in, village, second, django_capture_on_commit_callbacks
):
    lin, ma = village.souls["lin"], village.souls["ma"]
    text = f"{HEAD}{lin.resident_id},林知秋,12000\n{ma.resident_id},马晓明,5200\n"
    page = send(sign_in("intake"), village, text, django_capture_on_commit_callbacks)
    assert page.status_code == 200
    upload = Upload.objects.get()
    assert (upload.good, upload.bad, upload.heads) == (1, 1, 6)
    said = page.content.decode()
    assert "林知秋" in said
    assert "differs" in said  # six declared, five on the list
    assert "马晓东" in said  # on the staff list, without a wage

    bad = sign_in("intake").get(reverse("admin:enrollment_upload_bad", args=[upload.pk]))
    sheet = load_workbook(io.BytesIO(b"".join(bad.streaming_content))).active
    assert sheet["B2"].value == "马晓明"

    approve = reverse("admin:enrollment_upload_verb", args=[upload.pk, "approve"])
    refused = sign_in("intake").post(approve)
    assert refused.status_code == 422
    assert not WageDeclaration.objects.exists()
    done = sign_in("intake2").post(approve, follow=True)
    assert "Taken: 1 rows." in done.content.decode()
    assert WageDeclaration.objects.get().wage == 12_000_00


def test_the_template_can_be_downloaded_by_those_who_hand_in(sign_in, village):
    mill = village.employers["mill"]
    url = reverse("admin:enrollment_upload_template", args=[mill.pk, "wages"])
    answer = sign_in("intake").get(url, {"month": "2025-11"})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet.max_row == 6
    assert sign_in("intake").get(url, {"month": "soon"}).status_code == 404
    assert sign_in("accountant").get(url, {"month": "2025-11"}).status_code == 403
    assert sign_in("sc-intake").get(url, {"month": "2025-11"}).status_code == 404


def test_an_upload_of_another_region_does_not_exist(
    sign_in, village, django_capture_on_commit_callbacks
):
    text = f"{HEAD}{village.souls['lin'].resident_id},,12000\n"
    send(sign_in("intake"), village, text, django_capture_on_commit_callbacks)
    upload = Upload.objects.get()
    for name, args in (
        ("enrollment_upload_change", [upload.pk]),
        ("enrollment_upload_bad", [upload.pk]),
        ("enrollment_upload_verb", [upload.pk, "approve"]),
        ("enrollment_upload_send", [upload.employer_id, "wages"]),
    ):
        answer = sign_in("sc-intake").get(reverse(f"admin:{name}", args=args))
        assert answer.status_code in (302, 404), name
    sign_in("sc-intake").post(reverse("admin:enrollment_upload_verb", args=[upload.pk, "approve"]))
    assert Upload.objects.get().state == "waiting"


def test_a_rejected_upload_says_why(sign_in, village, django_capture_on_commit_callbacks):
    text = f"{HEAD}{village.souls['lin'].resident_id},,12000\n"
    send(sign_in("intake"), village, text, django_capture_on_commit_callbacks)
    upload = Upload.objects.get()
    url = reverse("admin:enrollment_upload_verb", args=[upload.pk, "reject"])
    page = sign_in("reviewer").post(url, {"reason": "工资与去年相差太大"}, follow=True)
    assert "工资与去年相差太大" in page.content.decode()
    assert Upload.objects.get().state == "rejected"


def test_the_list_of_uploads_costs_the_same_however_long(
    client, village, django_assert_max_num_queries
):
    mill, lin = village.employers["mill"], village.souls["lin"]
    for wage in range(1, 13):
        uploads.hand_in_wages(
            by=village.by("intake"),
            employer=mill,
            month=people.FIRST,
            amounts={lin.pk: wage * 1000_00},
            channel="desk",
        )
    client.force_login(village.by("reviewer"), backend=BACKEND)
    with django_assert_max_num_queries(21):
        page = client.get(reverse("admin:enrollment_upload_changelist"))
    assert page.status_code == 200


@pytest.mark.parametrize(
    "verb", ["details", "standing", "transfer", "officer", "rest", "takeover", "close"]
)
def test_the_verbs_of_an_employer_open_for_intake_of_the_region_alone(sign_in, village, verb):
    url = reverse("admin:enrollment_employer_verb", args=[village.employers["mill"].pk, verb])
    seen = {
        name: sign_in(name).get(url).status_code
        for name in ("intake", "reviewer", "auditor", "newcomer", "sc-intake")
    }
    assert seen.pop("intake") == 200
    assert all(status in (302, 403, 404) for status in seen.values()), seen


def test_details_are_changed_an_officer_appointed_and_a_takeover_approved_by_clicking(
    sign_in, village
):
    mill = village.employers["mill"]
    new = Employer.objects.get(pk=mill.pk)

    def post(clerk, url, **said):
        return sign_in(clerk).post(url, said, follow=True).content.decode()

    def verb(which, employer=mill):
        return reverse("admin:enrollment_employer_verb", args=[employer.pk, which])

    said = post(
        "intake",
        verb("details"),
        name="柳湾精密机械厂",
        contact="林知秋",
        phone="13900000001",
        from_day__day="1",
        from_day__month="3",
        from_day__year="2026",
        document="新执照",
    )
    assert "柳湾精密机械厂" in said
    assert "柳湾机械厂" in said  # the history keeps the old name
    new.refresh_from_db()
    assert new.name == "柳湾精密机械厂"
    lin = village.souls["lin"]
    said = post(
        "intake",
        verb("officer"),
        resident_id=lin.resident_id,
        from__day="1",
        from__month="3",
        from__year="2026",
        document="授权书",
    )
    assert "授权书" in said
    office = village.by("intake")
    from enrollment.services.employers import employer as registry
    from socsec.kernel.ids import make_credit_code

    heir = registry.enroll(
        by=office,
        credit_code=make_credit_code("91", "310115", "MA1W1G009"),
        name="柳湾集团",
        region="310115",
        opened_on=new.opened_on,
    )
    said = post(
        "intake",
        verb("takeover"),
        successor=heir.credit_code,
        on_day="1",
        on_month="11",
        on_year="2026",
        document="合并协议",
    )
    made = Takeover.objects.get()
    approve = reverse("admin:enrollment_takeover_verb", args=[made.pk, "approve"])
    assert sign_in("intake").get(approve).status_code == 403
    said = post("reviewer", approve)
    assert "5 people went over" in said
    assert Takeover.objects.get().state == "done"


def test_kind_and_risk_class_are_entered_and_a_person_goes_to_another_employer(sign_in, village):
    from enrollment.queries import firms, staff
    from enrollment.services.employers import employer as registry
    from socsec.kernel.ids import make_credit_code

    mill, lin = village.employers["mill"], village.souls["lin"]
    other = registry.enroll(
        by=village.by("intake"),
        credit_code=make_credit_code("91", "310115", "MA1W1G008"),
        name="柳湾新厂",
        region="310115",
        opened_on=mill.opened_on,
    )

    def post(which, **said):
        url = reverse("admin:enrollment_employer_verb", args=[mill.pk, which])
        return sign_in("intake").post(url, said, follow=True)

    entered = {"kind": "2", "risk_class": "3", "floating": "3", "document": "沪工伤核 1"}
    entered |= {"from_month_month": "11", "from_month_year": "2025"}
    before = firms.standing_of(mill.pk)
    assert post("standing", **entered | {"risk_class": "98"}).status_code == 422
    assert firms.standing_of(mill.pk) == before
    assert "class 3" in post("standing", **entered).content.decode()
    day = {"on_day": "1", "on_month": "11", "on_year": "2026"}
    assert post("transfer", resident_id=lin.resident_id, to="91", **day).status_code == 422
    moved = post("transfer", resident_id=lin.resident_id, to=other.credit_code, **day)
    assert "without a gap" in moved.content.decode()
    on = date(2026, 11, 1)
    assert [job.person for job in staff(other.pk, on)] == [lin]
    assert lin.pk not in [job.person_id for job in staff(mill.pk, on)]
    assert lin.pk in [job.person_id for job in staff(mill.pk, date(2026, 10, 31))]
