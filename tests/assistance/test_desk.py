"""The desk of assistance by clicking: a household from the counter to the grant, and who is kept out."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from assistance.models import (
    Application,
    Appraisal,
    Clock,
    Grant,
    GrantChange,
    GrantPayment,
    Matching,
    PublicNotice,
    StepCode,
    Survey,
)
from assistance.services import escalating
from socsec.kernel.months import month_of
from socsec.office.models import Case, CaseDocument, Notice, Role
from tests.assistance.conftest import worker
from tests.pensions.conftest import staff

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
PHOTO = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def day(name, when):
    return {f"{name}_day": when.day, f"{name}_month": when.month, f"{name}_year": when.year}


@pytest.fixture
def click(client):
    """Sends a form of the desk as somebody; it went through when the page leads on."""

    def send(user, name, args=(), data=None, status=302):
        client.force_login(user, backend=BACKEND)
        url = reverse(f"admin:assistance_{name}", args=args)
        page = client.get(url)
        assert page.status_code == 200, (url, page.status_code)
        answer = client.post(url, data or {})
        assert answer.status_code == status, answer.context and answer.context["form"].errors
        return answer

    return send


@pytest.fixture
def look(client):
    def at(user, url):
        client.force_login(user, backend=BACKEND)
        return client.get(url)

    return at


def case_page(case_id):
    return reverse("admin:office_case_change", args=[case_id])


def test_a_household_is_brought_from_the_counter_to_its_grant_by_clicking(
    click, look, head, intake, assessor, reviewer, purse
):
    today = timezone.localdate()
    received = today - timedelta(days=10)
    chosen = look(intake, reverse("admin:assistance_choose", args=[head.pk]))
    assert "于小满" in chosen.content.decode()
    click(
        intake,
        "apply",
        [head.pk, "dibao"],
        {**day("received_on", received), "spoken": "on"},
    )
    made = Application.objects.get()
    assert made.spoken
    assert "Still to be done" in look(assessor, case_page(made.pk)).content.decode()
    for member in made.members.all():
        click(
            intake,
            "verb",
            [made.pk, "authorise"],
            {"person_id": member.person_id, **day("on", today)},
        )
    click(assessor, "verb", [made.pk, "ask"])
    for row in Matching.objects.filter(answered_at__isnull=True):
        wage = "3000" if row.person_id == head.pk and row.source == "tax" else ""
        click(assessor, "register", [row.pk, "answer"], {"earned": wage})
    found = {**day("visited_on", today - timedelta(days=9)), "fact_others": "1"}
    # The line is poor: a first save without the second name is kept, with its photo.
    photo = SimpleUploadedFile("door.png", PHOTO, "image/png")
    click(assessor, "survey", [made.pk], {**found, "photo": photo, "text": "两间平房"})
    assert Survey.objects.get().draft
    assert CaseDocument.objects.get().label
    again = look(assessor, reverse("admin:assistance_survey", args=[made.pk])).content.decode()
    assert "两间平房" in again
    complete = {**found, "second": "胡干事", "text": "两间平房", "hand_in": "1"}
    click(assessor, "survey", [made.pk], complete)
    assert not Survey.objects.get().draft
    panel = {"place": "村委会", "present": "9", "residents": "6", "agreed": "9"}
    click(
        assessor,
        "verb",
        [made.pk, "appraise"],
        {**day("held_on", today - timedelta(days=8)), **panel},
    )
    click(
        assessor,
        "verb",
        [made.pk, "post"],
        {"place": "村务公开栏", **day("on", today - timedelta(days=7))},
    )
    notice = PublicNotice.objects.get()
    click(intake, "notice", [notice.pk, "object"], {"text": "他有一辆车"})
    click(assessor, "notice", [notice.pk, "close"], {"found": ""}, status=422)
    click(assessor, "notice", [notice.pk, "close"], {"found": "车已卖掉"})
    click(assessor, "verb", [made.pk, "assess"])
    assert "Granted to" not in look(reviewer, case_page(made.pk)).content.decode()
    click(reviewer, "verb", [made.pk, "grant"])
    grant = Grant.objects.get()
    assert grant.amounts.get().amount == 2872_50
    assert Notice.objects.filter(person_id=head.pk).count() == 1
    shown = look(reviewer, reverse("admin:assistance_grant_change", args=[grant.pk]))
    assert "2,872.50" in shown.content.decode()
    for page in ("clock", "application", "grant", "grantchange"):
        assert look(reviewer, reverse(f"admin:assistance_{page}_changelist")).status_code == 200


def test_an_objection_to_a_register_is_settled_at_the_desk(
    click, applied, looked_into, intake, assessor
):
    application = looked_into(applied(), wage=9000_00)
    row = Matching.objects.get(source="tax", person_id=application.person_id)
    click(intake, "register", [row.pk, "object"], {"text": "上月已辞"})
    click(assessor, "verb", [application.pk, "assess"], status=422)
    click(assessor, "register", [row.pk, "settle"], {"text": "单位证明", "earned": "3000"})
    click(assessor, "verb", [application.pk, "assess"])
    row.refresh_from_db()
    assert row.earned == 3000_00


def test_a_reduction_is_heard_proposed_and_decided_at_the_desk(
    click, look, granted, assessor, reviewer
):
    grant = granted()
    first = month_of(timezone.localdate()) + 2
    cut = {
        "from_month_month": first % 12 + 1,
        "from_month_year": first // 12,
        "reason": "工资上涨",
        "fact_earned": "3000",
        "fact_others": "1",
    }
    click(assessor, "grant_verb", [grant.pk, "amount"], cut, status=422)
    assert not GrantChange.objects.exists()
    today = day("on", timezone.localdate())
    click(assessor, "grant_verb", [grant.pk, "hear"], {"text": "没有意见", **today})
    click(assessor, "grant_verb", [grant.pk, "amount"], cut)
    change = GrantChange.objects.get()
    assert (change.before, change.after) == (2872_50, 1712_50)
    page = look(reviewer, reverse("admin:assistance_grantchange_change", args=[change.pk]))
    assert "1,712.50" in page.content.decode()
    click(reviewer, "change_verb", [change.pk, "make"])
    assert grant.amounts.order_by("-version").first().amount == 1712_50


def test_urgent_aid_goes_out_the_same_day(click, head, intake, assessor, purse):
    today = timezone.localdate()
    click(
        intake,
        "apply",
        [head.pk, "urgent"],
        {
            **day("received_on", today),
            **day("event_on", today),
            "event": "火灾",
            "fact_need": "5000",
        },
    )
    made = Application.objects.get()
    click(assessor, "verb", [made.pk, "advance"], {"amount": "1001", "form": "cash"}, status=422)
    assert not GrantPayment.objects.exists()
    click(assessor, "verb", [made.pk, "advance"], {"amount": "800", "form": "cash"})
    assert GrantPayment.objects.get().amount == 800_00


def test_the_queue_gives_the_step_with_the_fewest_days_and_shows_what_is_before_the_supervisors(
    click, look, applied, assessor, reviewer, django_assert_max_num_queries
):
    application = applied()
    assert escalating.escalate(application.clocks.exclude(due_on=None).first().due_on) >= 1
    assert escalating.escalate() == 0
    queue = reverse("admin:assistance_clock_changelist")
    assert "于大山" in look(reviewer, f"{queue}?whose=escalated").content.decode()
    assert "Before the supervisors" in look(reviewer, reverse("admin:index")).content.decode()
    with django_assert_max_num_queries(26):
        look(reviewer, queue)
    click(assessor, "next", data={"actor": "county"})
    assert Case.objects.get(pk=application.pk).clerk is None
    click(assessor, "next", data={"actor": "township"})
    assert Case.objects.get(pk=application.pk).clerk == assessor


def test_a_panel_that_is_even_or_too_small_appraises_nothing(click, applied, assessor):
    application = applied()
    for wrong in (
        {"present": "8", "residents": "8", "agreed": "8"},
        {"present": "10", "residents": "10", "agreed": "8"},
        {"present": "9", "residents": "5", "agreed": "8"},
        {"present": "9", "residents": "6", "agreed": "10"},
    ):
        click(
            assessor,
            "verb",
            [application.pk, "appraise"],
            {**day("held_on", timezone.localdate()), "place": "村委会", **wrong},
            status=422,
        )
    assert not Appraisal.objects.exists()
    assert not Clock.objects.filter(step__code=StepCode.APPRAISE, done_on__isnull=False).exists()


def test_the_desk_of_another_region_finds_no_case_and_an_accountant_does_nothing(
    look, granted, accountant
):
    grant = granted()
    stranger = staff(Role.ASSESSOR, Role.INTAKE, region="310115")
    row = Matching.objects.first()
    notice = PublicNotice.objects.get()
    pages = [
        ("grant_change", [grant.pk]),
        ("grant_verb", [grant.pk, "hear"]),
        ("verb", [grant.application_id, "assess"]),
        ("survey", [grant.application_id]),
        ("register", [row.pk, "object"]),
        ("notice", [notice.pk, "object"]),
        ("choose", [grant.person_id]),
        ("apply", [grant.person_id, "dibao"]),
    ]
    for name, args in pages:
        url = reverse(f"admin:assistance_{name}", args=args)
        assert look(stranger, url).status_code in (302, 404), name
        if name != "grant_change":
            assert look(accountant, url).status_code == 403, name


# What is stopped with its reason, at the desk: nothing changes.


def test_bad_input_at_the_desk_changes_nothing(click, look, head, home, intake, enroll, purse):
    today = timezone.localdate()
    alone = enroll("独一人", date(1970, 1, 1))
    said = day("received_on", today)
    answer = click(intake, "apply", [alone.pk, "dibao"], said, status=422)
    assert "household" in answer.content.decode()
    spouse = home.members.get(person__name="苏秀英").person
    related = worker(Role.INTAKE, person_id=spouse.pk)
    answer = click(related, "apply", [head.pk, "dibao"], said, status=422)
    assert "relative" in answer.content.decode()
    answer = click(
        intake,
        "apply",
        [head.pk, "urgent"],
        {**said, **day("event_on", today), "event": "火灾", "fact_need": "-1"},
        status=422,
    )
    assert not Application.objects.exists()
    assert not Case.objects.exists()
