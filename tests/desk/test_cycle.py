"""The whole cycle by clicking alone: every step is a page of the desk, in the hands of the right clerk."""

import pytest
from django.urls import reverse

from enrollment.models import Employer, Person, Receipt
from funds.models import PaymentBatch
from pensions.models import Award, OpeningBalance
from socsec.kernel.ids import make_credit_code, make_resident_id
from socsec.kernel.months import month
from socsec.office import oversight
from socsec.office.models import Case, Run
from tests import people

BACKEND = "django.contrib.auth.backends.ModelBackend"


class Desk:
    """Signs clerks in and presses buttons; a page that comes back with errors fails the test."""

    def __init__(self, client, village):
        self.client, self.village = client, village

    def press(self, clerk, page, args=(), **answers):
        self.client.force_login(self.village.by(clerk), backend=BACKEND)
        answer = self.client.post(reverse(f"admin:{page}", args=args), answers)
        if answer.status_code != 302:
            form = answer.context.get("form") if answer.context else None
            pytest.fail(f"{page}: {answer.status_code} {getattr(form, 'errors', '')}")
        return answer

    def see(self, clerk, name, args=()):
        self.client.force_login(self.village.by(clerk), backend=BACKEND)
        answer = self.client.get(reverse(f"admin:{name}", args=args))
        assert answer.status_code == 200, (name, answer.status_code)
        return answer.content.decode()

    def run(self, kind, when):
        year, of_year = divmod(when, 12)
        self.press(
            "assessor",
            "office_run_draft",
            kind=kind,
            month_month=of_year + 1,
            month_year=year,
            region=people.SHANGHAI,
        )
        run = Run.objects.latest("pk")
        total = f"{run.total // 100}.{run.total % 100:02d}"
        self.press("reviewer", "office_run_verb", [run.pk, "approve"], total=total)
        run.refresh_from_db()
        assert run.state == Run.State.POSTED, run.why
        return run


@pytest.fixture
def desk(client, db):
    return Desk(client, people.settle())


@pytest.mark.django_db(transaction=True)
def test_from_a_new_employer_to_a_pension_in_the_bank(client):
    desk = Desk(client, people.settle())
    born = (8, 3, 1966)
    desk.press(
        "intake", "enrollment_employer_enroll", name="新开的厂",
        credit_code=make_credit_code("91", people.PUDONG, "MA1N3WG01"), region=people.PUDONG,
        opened_on_day=1, opened_on_month=1, opened_on_year=2020,
    )  # fmt: skip
    factory = Employer.objects.get(name="新开的厂")
    from datetime import date

    number = make_resident_id(people.PUDONG, date(1966, 3, 8), 97)
    desk.press(
        "intake",
        "enrollment_person_enroll",
        name="老木匠",
        resident_id=number,
        phone="",
        region=people.PUDONG,
    )
    carpenter = Person.objects.get(name="老木匠")
    assert (carpenter.born_on.day, carpenter.born_on.month, carpenter.born_on.year) == born
    desk.press(
        "intake", "enrollment_person_verb", [carpenter.pk, "account"],
        purpose="benefit", account="62284800000097", bank="农业银行", holder="老木匠",
    )  # fmt: skip
    desk.press(
        "intake", "enrollment_person_verb", [carpenter.pk, "cover"],
        category="1", employer=factory.credit_code, base="", region=people.PUDONG,
        from__day=1, from__month=6, from__year=2026,
    )  # fmt: skip
    desk.press(
        "intake", "enrollment_person_verb", [carpenter.pk, "earlier"],
        kind="paid", region=people.PUDONG, first_month_month=1, first_month_year=2004,
        last_month_month=5, last_month_year=2026, document="手册", base="6000",
    )  # fmt: skip
    prior = carpenter.prior_service.get()
    desk.press("reviewer", "enrollment_prior_verb", [prior.pk, "approve"])
    desk.press(
        "intake",
        "enrollment_employer_wages",
        [factory.pk, "2026-06"],
        **{f"wage-{carpenter.pk}": "9000"},
    )
    run = desk.run("contributions", month(2026, 6))
    # 9,000.00 at 24 % is 2,160.00
    assert run.total == 2_160_00
    desk.press(
        "accountant", "enrollment_receipt_enter", payer="employer", code=factory.credit_code,
        amount="2160", received_on_day=10, received_on_month=7, received_on_year=2026, reference="BANK-1",
    )  # fmt: skip
    assert Receipt.objects.get().credit == 0
    desk.press(
        "assessor", "pensions_opening_enter", [carpenter.pk],
        amount="150000", month_month=5, month_year=2026, document="结转单",
    )  # fmt: skip
    opening = OpeningBalance.objects.get()
    desk.press("reviewer", "pensions_opening_verb", [opening.pk, "approve"])
    desk.press(
        "intake", "enrollment_person_verb", [carpenter.pk, "end-cover"],
        last_day_day=30, last_day_month=6, last_day_year=2026, reason="retired",
    )  # fmt: skip
    desk.press(
        "intake",
        "pensions_claim_open",
        [carpenter.pk],
        category="0",
        start_month_month=7,
        start_month_year=2026,
    )
    case = Case.objects.get()
    desk.press("assessor", "office_case_verb", [case.pk, "take"])
    desk.press("assessor", "pensions_claim_verb", [case.pk, "assess"])
    assert "Basic pension" in desk.see("reviewer", "pensions_claim_verb", [case.pk, "award"])
    desk.press("reviewer", "pensions_claim_verb", [case.pk, "award"])
    award = Award.objects.get()
    payroll = desk.run("pension_payroll", month(2026, 7))
    # Who is paid for the first time stands among the differences, by name.
    shown = desk.see("reviewer", "office_run_change", [payroll.pk])
    assert "Largest differences" in shown
    assert "老木匠" in shown
    assert "new" in shown
    batch = PaymentBatch.objects.get()
    assert batch.total == award.monthly
    desk.press("releaser", "funds_payment_release", [batch.pk])
    client.force_login(desk.village.by("accountant"), backend=BACKEND)
    file = b"".join(
        client.get(reverse("admin:funds_payment_file", args=[batch.pk])).streaming_content
    )
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = SimpleUploadedFile("answer.csv", people.bank_answer(file), "text/csv")
    desk.press("accountant", "funds_bank_return", file=answer)
    desk.press("accountant", "funds_payment_reconcile", [batch.pk])
    batch.refresh_from_db()
    assert batch.state == PaymentBatch.State.RECONCILED
    assert [finding for _question, found in oversight.run() for finding in found] == []
    for clerk, name, args in (
        ("reviewer", "office_case_change", [case.pk]),
        ("reviewer", "office_run_change", [run.pk]),
        ("reviewer", "pensions_award_change", [award.pk]),
        ("accountant", "funds_paymentbatch_change", [batch.pk]),
        ("accountant", "funds_fund_change", [batch.fund_id]),
        ("accountant", "enrollment_receipt_change", [Receipt.objects.get().pk]),
        ("intake", "enrollment_employer_change", [factory.pk]),
    ):
        assert desk.see(clerk, name, args)


@pytest.mark.parametrize(
    "spoilt", [b"", b"\xff\xfe\x00", b"H,SOCSEC-RETURN,1,999", "中文".encode("gb18030")]
)
def test_a_bad_bank_file_comes_back_with_a_sentence_and_changes_nothing(desk, client, spoilt):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(desk.village.by("accountant"), backend=BACKEND)
    file = SimpleUploadedFile("bad.csv", spoilt, "text/csv")
    answer = client.post(reverse("admin:funds_bank_return"), {"file": file})
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert "errsum" in answer.content.decode()


def test_opening_a_file_states_a_reason_that_the_person_sees(desk, client):
    lin = desk.village.souls["lin"]
    url = reverse("admin:enrollment_person_change", args=[lin.pk])
    client.force_login(desk.village.by("assessor"), backend=BACKEND)
    asked = client.get(url).content.decode()
    assert "Why do you open this file?" in asked
    assert "Contribution months" not in asked
    assert client.post(url, {"reason": ""}).status_code == 422
    client.post(url, {"reason": "电话咨询"})
    assert "Contribution months" in client.get(url).content.decode()
    from socsec.office import queries

    assert [look.reason for look in queries.looks_at(lin.pk)] == ["电话咨询"]


def test_the_maker_cannot_approve_and_is_told_so(desk, client):
    run_by = desk.village.by("assessor")
    people.declare(desk.village, people.FIRST)
    desk.press(
        "assessor",
        "office_run_draft",
        kind="contributions",
        month_month=11,
        month_year=2025,
        region=people.SHANGHAI,
    )
    run = Run.objects.get()
    client.force_login(run_by, backend=BACKEND)
    answer = client.post(reverse("admin:office_run_verb", args=[run.pk, "approve"]), {"total": "1"})
    assert answer.status_code == 403
    client.force_login(desk.village.by("reviewer"), backend=BACKEND)
    wrong = client.post(reverse("admin:office_run_verb", args=[run.pk, "approve"]), {"total": "1"})
    assert wrong.status_code == 422
    run.refresh_from_db()
    assert run.state == Run.State.PREVIEWED
