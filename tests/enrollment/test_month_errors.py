"""A month that somebody says is wrong: a case with a clock, one who looks, another who decides."""

from datetime import date

import pytest
from django.urls import reverse

from enrollment.services.record import month_errors
from socsec.kernel.months import month
from socsec.office.calendar import add_working_days
from socsec.office.errors import Denied, Invalid, NotFound
from socsec.office.models import Case, CaseNote, Notice, Role, User
from socsec.office.services import users

from .conftest import MARCH, PENSION, SHANGHAI

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition")]
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def li(enroll):
    return enroll("李芳", born=date(1990, 5, 1))


@pytest.fixture
def me(li):
    return users.create_insured(username="li.fang", password="x" * 20, person_id=li.pk, by=None)


@pytest.fixture
def reported(me, li):
    return month_errors.report(
        by=me, person=li, branch=PENSION, month=MARCH, text="I was at work", channel="portal"
    )


def test_a_report_opens_a_case_with_the_clock_of_the_law_once(reported, me, li):
    assert reported.due_on == add_working_days(reported.received_on, 10)
    again = month_errors.report(
        by=me, person=li, branch=PENSION, month=MARCH, text="Here is more", channel="portal"
    )
    assert again == reported
    assert CaseNote.objects.filter(case=reported).count() == 2
    assert "2026-03" in month_errors.about(reported)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"month": month(1985, 1)}, "month"),
        ({"month": month(2099, 1)}, "month"),
        ({"text": "  "}, "text"),
        ({"branch": 99}, "branch"),
    ],
)
def test_what_makes_no_sense_opens_nothing(me, li, change, field):
    said = {"branch": PENSION, "month": MARCH, "text": "x", "channel": "portal", **change}
    with pytest.raises(Invalid) as refused:
        month_errors.report(by=me, person=li, **said)
    assert refused.value.field == field
    assert not Case.objects.exists()


def test_one_looks_another_decides_and_the_person_has_a_letter(reported, assessor, reviewer, li):
    with pytest.raises(Denied):
        month_errors.examine(by=reviewer, case=reported, finding="x")
    month_errors.examine(by=assessor, case=reported, finding="The employer forgot it")
    with pytest.raises(Denied):
        month_errors.grant(by=assessor, case=reported)
    assert month_errors.grant(by=reviewer, case=reported).state == Case.State.GRANTED
    assert Notice.objects.filter(person_id=li.pk).count() == 1


def test_a_refusal_needs_a_reason_of_the_list(reported, assessor, reviewer, staff):
    month_errors.examine(by=assessor, case=reported, finding="All is there")
    with pytest.raises(Invalid):
        month_errors.refuse(by=reviewer, case=reported, reason="because")
    with pytest.raises(NotFound):
        month_errors.refuse(
            by=staff(Role.REVIEWER, region=SHANGHAI), case=reported, reason="record_right"
        )
    done = month_errors.refuse(by=reviewer, case=reported, reason="record_right")
    assert done.reasons[0]["law"] == "社会保险法第七十四条"


def test_it_is_reported_from_the_month_in_the_portal_and_decided_on_the_desk(
    client, me, li, assessor, reviewer, intake, staff
):
    client.force_login(me, backend=BACKEND)
    url = reverse("month_wrong", args=["2026-03"])
    assert client.get(url).status_code == 200
    assert client.post(url, {"text": ""}).status_code == 422
    done = client.post(url, {"text": "I was at work"})
    case = Case.objects.get(person_id=li.pk)
    assert done.url == reverse("case", args=[case.number])
    assert client.get(reverse("month_wrong", args=["nonsense"])).status_code == 404

    User.objects.update(is_staff=True)
    at = lambda verb: reverse("admin:enrollment_month_error_verb", args=[case.pk, verb])  # noqa: E731
    client.force_login(staff(Role.ASSESSOR, region=SHANGHAI), backend=BACKEND)
    assert client.get(at("examine")).status_code in (302, 404)
    client.force_login(User.objects.get(pk=assessor.pk), backend=BACKEND)
    assert client.post(at("examine"), {"finding": "right"}).status_code == 302
    client.force_login(User.objects.get(pk=reviewer.pk), backend=BACKEND)
    assert client.post(at("refuse"), {"reason": "record_right"}).status_code == 302
    case.refresh_from_db()
    assert case.state == Case.State.REFUSED
