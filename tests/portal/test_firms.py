"""The employer side: its officer declares, hands in, pays and certifies; everybody else finds nothing."""

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from openpyxl import load_workbook

from enrollment.models import EmployerOfficer, PaymentIntent, ReturnedRow, Upload, WageDeclaration
from enrollment.queries import debts
from enrollment.services.employers import officers, uploads
from enrollment.services.online import paying
from funds.services import fund
from socsec.kernel.months import first_day, format_month, month_of
from socsec.office.models import Certificate

from .conftest import BEIJING, PENSION, this_month

BACKEND = "django.contrib.auth.backends.ModelBackend"
THIS = month_of(timezone.localdate())


@pytest.fixture
def firm(shen):
    """Shen's employer, for which a colleague acts since last year."""
    where = shen.person.employments.get().employer
    officer = shen.cast.person("周敏", date(1988, 8, 8), woman=True)
    user = shen.cast.account(officer, "zhou.min")
    officers.appoint(
        by=shen.cast.staff["intake"],
        employer=where,
        person=officer,
        from_=date(2025, 1, 1),
        document="授权书",
    )
    return where, user


@pytest.fixture
def in_firm(client, firm):
    """A client that is signed in as the officer."""
    client.force_login(firm[1], backend=BACKEND)
    return client


def pages(code, upload=1):
    """Every page of the employer side."""
    month = format_month(THIS)
    return [
        reverse(name, args=[code, *args])
        for name, args in (
            ("firm", []),
            ("firm_staff", []),
            ("firm_join", []),
            ("firm_leave", []),
            ("firm_money", []),
            ("firm_pay", []),
            ("firm_standing", []),
            ("firm_declare", [month]),
            ("firm_check", [month]),
            ("firm_send", ["wages", month]),
            ("firm_send", ["staff", "-"]),
            ("firm_template", ["wages", month]),
            ("firm_upload", [upload]),
            ("firm_bad", [upload]),
            ("firm_paper", ["DW202600000000"]),
        )
    ]


def test_an_officer_finds_the_employer_and_what_is_to_do(in_firm, firm):
    where, _user = firm
    answer = in_firm.get(reverse("firms"))
    assert answer.url == reverse("firm", args=[where.credit_code])
    said = in_firm.get(answer.url).content.decode()
    assert "Declare the wages of" in said  # this month's
    # 1,160.00 of the fifth month and 2,160.00 of the sixth are open
    assert "¥3,320.00" in said
    assert where.name in in_firm.get("/").content.decode()


def test_whoever_is_no_officer_finds_no_page(in_portal, firm, client):
    where, user = firm
    upload = uploads.hand_in_wages(
        by=user,
        employer=where,
        month=THIS,
        amounts={where.employments.get().person_id: 900_000},
        channel="portal",
    )
    for url in pages(where.credit_code, upload.pk):
        assert in_portal.get(url).status_code == 404, url
    for url in (
        reverse("firm_certify", args=[where.credit_code]),
        reverse("firm_take_back", args=[where.credit_code, upload.pk]),
    ):
        assert in_portal.post(url).status_code == 404
    client.logout()
    for url in pages(where.credit_code, upload.pk):
        assert client.get(url).status_code == 302, url
    upload.refresh_from_db()
    assert upload.state == "waiting"
    assert not Certificate.objects.exists()


def test_an_appointment_that_has_ended_or_belongs_to_another_employer_opens_nothing(
    in_firm, firm, shen
):
    from enrollment.services.employers import employer as registry
    from socsec.kernel.ids import make_credit_code

    where, _user = firm
    other = registry.enroll(
        by=shen.cast.staff["intake"],
        credit_code=make_credit_code("91", "110105", "MA0000077"),
        name="别的单位",
        region="110105",
        opened_on=date(2020, 1, 1),
    )
    assert {in_firm.get(url).status_code for url in pages(other.credit_code)} == {404}
    officers.dismiss(
        by=shen.cast.staff["intake"],
        officer=EmployerOfficer.objects.get(),
        last_day=timezone.localdate() - timedelta(days=1),
    )
    assert {in_firm.get(url).status_code for url in pages(where.credit_code)} == {404}
    assert "No employer has appointed you" in in_firm.get(reverse("firms")).content.decode()


def test_an_upload_of_another_employer_is_not_found_under_the_own_one(in_firm, firm, shen, cast):
    from enrollment.services.employers import employer as registry
    from socsec.kernel.ids import make_credit_code

    where, _user = firm
    intake = shen.cast.staff["intake"]
    other = registry.enroll(
        by=intake,
        credit_code=make_credit_code("91", "110105", "MA0000078"),
        name="别的单位",
        region="110105",
        opened_on=date(2020, 1, 1),
    )
    who = shen.cast.person("钱多", date(1990, 1, 1))
    fund.establish_all(BEIJING)
    foreign = uploads.hand_in_change(
        by=intake,
        employer=other,
        row={
            "resident_id": who.resident_id,
            "name": "钱多",
            "what": "join",
            "day": timezone.localdate().isoformat(),
        },
        channel="desk",
    )
    for name in ("firm_upload", "firm_bad"):
        assert in_firm.get(reverse(name, args=[where.credit_code, foreign.pk])).status_code == 404
    back = reverse("firm_take_back", args=[where.credit_code, foreign.pk])
    assert in_firm.post(back).status_code == 404


def test_a_month_is_declared_by_form_checked_against_the_month_before_and_approved(
    in_firm, firm, shen
):
    where, _user = firm
    code, month = where.credit_code, format_month(THIS)
    url = reverse("firm_declare", args=[code, month])
    page = in_firm.get(url).content.decode()
    assert 'value="9000.00"' in page  # the month before
    name = f"wage-{shen.person.pk}"
    wrong = in_firm.post(url, {"heads": "x", name: "九千"})
    assert wrong.status_code == 422
    assert "九千" in wrong.content.decode()  # the answer is kept
    assert not Upload.objects.exists()
    checked = in_firm.post(url, {"heads": "2", name: "9500"}, follow=True)
    said = checked.content.decode()
    assert "+500.00" in said
    assert "not that of the staff list" in said  # two declared, one listed
    done = in_firm.post(reverse("firm_check", args=[code, month]), {}, follow=True)
    assert "waits for our approval" in done.content.decode()
    assert not WageDeclaration.objects.filter(month=THIS).exists()
    upload = Upload.objects.get()
    assert (upload.channel, upload.heads, upload.total) == ("portal", 2, 950_000)
    uploads.approve(by=shen.cast.staff["intake"], upload=upload)
    assert WageDeclaration.objects.get(month=THIS).wage == 950_000
    # Nothing is kept for a second sending.
    assert in_firm.post(reverse("firm_check", args=[code, month]), {}).url == url


def test_a_spreadsheet_comes_back_with_what_is_wrong(
    in_firm, firm, shen, django_capture_on_commit_callbacks
):
    where, _user = firm
    code, month = where.credit_code, format_month(THIS)
    template = in_firm.get(reverse("firm_template", args=[code, "wages", month]))
    sheet = load_workbook(io.BytesIO(b"".join(template.streaming_content))).active
    assert [cell.value for cell in sheet[2]] == [shen.person.resident_id, "沈禾生", 9000]
    text = f"身份证号,工资\n{shen.person.resident_id},9500\n1101,8000\n"
    file = SimpleUploadedFile("工资.csv", text.encode())
    with django_capture_on_commit_callbacks(execute=True):
        page = in_firm.post(
            reverse("firm_send", args=[code, "wages", month]),
            {"heads": "1", "file": file},
            follow=True,
        )
    # the file is worked on once it is saved; the page that shows it is looked at again
    said = in_firm.get(page.request["PATH_INFO"]).content.decode()
    assert escape(ReturnedRow.objects.get().why) in said
    upload = Upload.objects.get()
    assert (upload.good, upload.bad) == (1, 1)
    bad = in_firm.get(reverse("firm_bad", args=[code, upload.pk]))
    assert load_workbook(io.BytesIO(b"".join(bad.streaming_content))).active["A2"].value == "1101"
    in_firm.post(reverse("firm_take_back", args=[code, upload.pk]))
    upload.refresh_from_db()
    assert upload.state == "withdrawn"
    empty = in_firm.post(reverse("firm_send", args=[code, "wages", month]), {"heads": "1"})
    assert empty.status_code == 422


def test_somebody_joins_and_somebody_leaves_through_the_office(in_firm, firm, shen):
    where, _user = firm
    fund.establish_all(BEIJING)
    code, who = where.credit_code, shen.cast.person("钱多", date(1990, 1, 1))
    today = timezone.localdate()
    day = {"day_day": today.day, "day_month": today.month, "day_year": today.year}
    url = reverse("firm_join", args=[code])
    refused = in_firm.post(url, {"resident_id": who.resident_id, "name": "别人", **day})
    assert refused.status_code == 422
    assert not Upload.objects.exists()
    done = in_firm.post(url, {"resident_id": who.resident_id, "name": "钱多", **day}, follow=True)
    assert "waits for our approval" in done.content.decode()
    uploads.approve(by=shen.cast.staff["intake"], upload=Upload.objects.get())
    assert where.employments.filter(person=who, span__contains=today).exists()
    left = in_firm.post(
        reverse("firm_leave", args=[code]),
        {"person": str(who.pk), "reason": "left", **day},
        follow=True,
    )
    assert "waits for our approval" in left.content.decode()
    uploads.approve(by=shen.cast.staff["intake"], upload=Upload.objects.latest("pk"))
    job = where.employments.get(person=who)
    assert job.span.upper == today + timedelta(days=1)


def test_the_officer_pays_what_is_owed_through_the_bank(in_firm, firm):
    where, user = firm
    url = reverse("firm_money", args=[where.credit_code])
    assert "¥3,320.00" in in_firm.get(url).content.decode()
    too_much = in_firm.post(url, {"which": "other", "amount": "9999"})
    assert too_much.status_code == 422
    check = in_firm.post(url, {"which": "all"}).url
    assert "¥3,320.00" in in_firm.get(check).content.decode()
    bank = in_firm.post(check)
    intent = PaymentIntent.objects.get()
    assert (intent.employer, intent.amount, intent.by) == (where, 332_000, user)
    assert bank.status_code == 302
    assert intent.purpose == "employer"


def test_nobody_else_pays_or_sees_the_payment_of_an_employer(in_portal, firm, shen):
    from socsec.office.errors import Denied, NotFound

    where, user = firm
    with pytest.raises(Denied):
        paying.begin(by=shen.user, purpose="employer", payer=where, amount=100)
    intent = paying.begin(by=user, purpose="employer", payer=where, amount=100)
    with pytest.raises(NotFound):
        paying.find(intent.reference, shen.user)
    assert in_portal.get(reverse("pay_result", args=[intent.reference])).status_code == 404


def test_a_certificate_says_what_is_owed_and_can_be_opened_by_the_officer_alone(
    in_firm, firm, shen, client
):
    where, _user = firm
    done = in_firm.post(reverse("firm_certify", args=[where.credit_code]))
    paper = Certificate.objects.get()
    assert (paper.person_id, paper.owner) == (None, where.credit_code)
    assert paper.facts["owed"] == {str(PENSION.value): 332_000}
    pdf = in_firm.get(done.url)
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    client.force_login(shen.user, backend=BACKEND)
    assert client.get(done.url).status_code == 404


def test_debts_that_were_taken_over_are_paid_by_the_successor(firm, shen):
    from enrollment.services.collection import receipts
    from enrollment.services.employers import employer as registry
    from enrollment.services.employers import takeover
    from socsec.kernel.ids import make_credit_code

    where, _user = firm
    heir = registry.enroll(
        by=shen.cast.staff["intake"],
        credit_code=make_credit_code("91", "110105", "MA0000079"),
        name="承继单位",
        region="110105",
        opened_on=date(2000, 1, 1),
    )
    made = takeover.propose(
        by=shen.cast.staff["intake"],
        predecessor=where,
        successor=heir,
        on=first_day(THIS),
        document="合并协议",
    )
    takeover.carry_out(by=shen.cast.staff["reviewer"], takeover=made)
    assert (debts.owed_in_all(where), debts.owed_in_all(heir)) == (0, 332_000)
    receipts.remit(
        by=shen.cast.staff["accountant"],
        payer=heir,
        amount=332_000,
        received_on=timezone.localdate(),
        reference="HEIR1",
    )
    assert debts.owed_in_all(heir) == 0
    registry.close(
        by=shen.cast.staff["intake"], employer=where, last_day=first_day(THIS) - timedelta(days=1)
    )


def test_the_pages_of_a_large_employer_cost_the_same(in_firm, firm, django_assert_max_num_queries):
    where, _user = firm
    assert this_month() == THIS
    for name in ("firm", "firm_staff", "firm_money", "firm_standing"):
        with django_assert_max_num_queries(32):
            assert in_firm.get(reverse(name, args=[where.credit_code])).status_code == 200
