"""An employer applies for a change or a cancellation: ten working days, one looks, another decides."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from enrollment.queries.firms import details_as_of
from enrollment.services.employers import officers, requests
from socsec.office.calendar import add_working_days
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Case, Role, User
from tests.api.conftest import partner

from .conftest import CARD, JANUARY, SHANGHAI
from .test_paying import account

pytestmark = pytest.mark.usefixtures("edition")
BACKEND = "django.contrib.auth.backends.ModelBackend"
TODAY = timezone.localdate()


@pytest.fixture
def firm(found):
    return found()


@pytest.fixture
def officer(intake, enroll, firm):
    who = enroll("经办人")
    officers.appoint(by=intake, employer=firm, person=who, from_=JANUARY, document="委托书 1")
    return account(who, "officer")


def change(by, firm, **more):
    said = {"day": TODAY, "document": "营业执照 2", "channel": "portal", "name": "新名称公司"}
    return requests.ask(by=by, employer=firm, sort="change", **{**said, **more})


def close(by, firm, **more):
    return requests.ask(
        by=by, employer=firm, sort="close", **{"day": TODAY, "channel": "counter", **more}
    )


def test_the_clock_of_the_law_runs_and_the_register_changes_with_the_decision(
    officer, firm, assessor, reviewer
):
    made = change(officer, firm, account=CARD, bank="工商银行")
    assert (made.case.days, made.case.due_on) == (10, add_working_days(TODAY, 10))
    assert made.old == {"name": firm.name, "bank": "", "account": ""}
    requests.examine(by=assessor, request=made)
    with pytest.raises(Denied):
        requests.grant(by=assessor, request=made)
    requests.grant(by=reviewer, request=made)
    firm.refresh_from_db()
    now = details_as_of(firm.pk)
    assert (firm.name, now.account, now.document) == ("新名称公司", CARD, "营业执照 2")


def test_a_paper_counts_from_the_day_it_came(intake, firm):
    made = close(intake, firm, received_on=date(2026, 11, 2))
    assert made.case.due_on == add_working_days(date(2026, 11, 2), 10)


def test_debts_do_not_keep_a_cancellation_from_being_asked_for_but_from_being_granted(
    intake, firm, enroll, employ, assessor, reviewer
):
    employ(enroll(), firm, wage=1_000_000)
    made = close(intake, firm)
    with pytest.raises(Refused, match="staff"):
        requests.examine(by=assessor, request=made)
    made.case.refresh_from_db()
    assert made.case.state == Case.State.RECEIVED
    with pytest.raises(Invalid):
        requests.object_to(by=assessor, request=made, text=" ")
    requests.object_to(by=assessor, request=made, text="Staff left")
    with pytest.raises(Invalid):
        requests.refuse(by=reviewer, request=made, reason="because")
    requests.refuse(by=reviewer, request=made, reason="not_settled")
    made.case.refresh_from_db()
    firm.refresh_from_db()
    assert (made.case.state, firm.closed_on) == (Case.State.REFUSED, None)
    again = close(intake, firm)  # it may be asked anew
    assert again.case.is_open


def test_a_settled_employer_is_cancelled(intake, firm, assessor, reviewer):
    made = close(intake, firm)
    requests.examine(by=assessor, request=made)
    requests.grant(by=reviewer, request=made)
    firm.refresh_from_db()
    assert firm.closed_on == TODAY
    with pytest.raises(Conflict):
        close(intake, firm)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"day": date(2099, 1, 1)}, "day"),
        ({"day": date(1999, 1, 1)}, "day"),
        ({"document": ""}, "document"),
        ({"account": "1"}, "account"),
    ],
)
def test_what_makes_no_sense_opens_nothing(officer, firm, wrong, field):
    with pytest.raises(Invalid) as refused:
        change(officer, firm, **wrong)
    assert refused.value.field == field
    with pytest.raises(Invalid, match="different"):
        change(officer, firm, name=firm.name)
    assert not Case.objects.exists()


def test_once_and_by_nobody_else(officer, firm, enroll, staff):
    made = change(officer, firm, key="k")
    assert change(officer, firm, key="k") == made
    with pytest.raises(Conflict, match="open"):
        change(officer, firm)
    for nobody in (account(enroll("别人"), "other"), staff(Role.INTAKE, region=SHANGHAI)):
        with pytest.raises((Denied, NotFound)):
            close(nobody, firm)
    assert Case.objects.count() == 1


def test_the_employer_takes_an_application_back_before_it_is_decided(
    client, officer, firm, assessor, reviewer, enroll, staff, intake
):
    made = change(officer, firm)
    requests.examine(by=assessor, request=made)
    for nobody in (account(enroll("别人"), "other"), staff(Role.INTAKE, region=SHANGHAI), reviewer):
        with pytest.raises((Denied, NotFound)):
            requests.withdraw(by=nobody, request=made, text="no")
    client.force_login(account(enroll("又一人"), "another"), backend=BACKEND)
    there = reverse("firm_withdraw", args=[firm.credit_code, made.case.number])
    assert client.post(there).status_code == 404
    made.case.refresh_from_db()
    assert made.case.state == Case.State.ASSESSED
    client.force_login(officer, backend=BACKEND)
    register = reverse("firm_register", args=[firm.credit_code])
    assert there in client.get(register).content.decode()
    assert client.get(there).status_code == 405
    assert client.post(there).url == register
    made.case.refresh_from_db()
    assert made.case.state == Case.State.WITHDRAWN
    page = client.post(there, follow=True).content.decode()
    assert "already" in page
    assert there not in page
    with pytest.raises(Conflict):
        requests.grant(by=reviewer, request=made)
    on_paper = change(intake, firm, channel="counter")
    assert requests.withdraw(by=intake, request=on_paper, text="letter").case.pk == on_paper.pk


def test_it_is_asked_in_the_portal_taken_down_and_decided_at_the_desk_and_asked_by_api(
    client, officer, firm, intake, assessor, reviewer, staff, enroll
):
    client.force_login(officer, backend=BACKEND)
    code = firm.credit_code
    day = {"day_day": TODAY.day, "day_month": TODAY.month, "day_year": TODAY.year}
    assert client.get(reverse("firm_register", args=[code])).status_code == 200
    asked = reverse("firm_change", args=[code])
    assert client.get(asked).status_code == 200
    assert client.post(asked, {"name": ""}).status_code == 422
    sent = {"name": "新名称公司", "document": "执照", **day}
    assert client.post(asked, sent).url == reverse("firm_register", args=[code])
    assert "新名称公司" not in client.get(reverse("firm_register", args=[code])).content.decode()
    assert client.post(reverse("firm_cancel", args=[code]), day).status_code == 422
    client.force_login(account(enroll("别人"), "other"), backend=BACKEND)
    assert client.get(reverse("firm_register", args=[code])).status_code == 404
    assert client.post(asked, sent).status_code == 404

    User.objects.filter(kind=User.Kind.STAFF).update(is_staff=True)
    case = Case.objects.get(kind="employer_change")
    at = lambda verb: reverse("admin:enrollment_employer_request_verb", args=[case.pk, verb])  # noqa: E731
    client.force_login(staff(Role.ASSESSOR, region=SHANGHAI), backend=BACKEND)
    assert client.post(at("examine")).status_code in (302, 404)
    client.force_login(User.objects.get(pk=assessor.pk), backend=BACKEND)
    page = client.get(reverse("admin:office_case_change", args=[case.pk])).content.decode()
    assert "新名称公司" in page
    assert client.post(at("examine")).status_code == 302
    client.force_login(User.objects.get(pk=reviewer.pk), backend=BACKEND)
    assert client.get(at("grant")).status_code == 200
    assert client.post(at("grant")).status_code == 302
    firm.refresh_from_db()
    assert firm.name == "新名称公司"
    client.force_login(User.objects.get(pk=intake.pk), backend=BACKEND)
    paper = reverse("admin:enrollment_employer_request", args=[firm.pk, "close"])
    assert client.get(paper).status_code == 200
    days = {
        f"{name}_{part}": value
        for name in ("last_day", "received_on")
        for part, value in (("day", TODAY.day), ("month", TODAY.month), ("year", TODAY.year))
    }
    assert client.post(paper, days).status_code == 302

    far, near = partner("T310000", "sh-1"), partner("T110000", "bj-1")
    where = f"/api/v1/employers/{code}/requests/"
    scopes = ("employers:write", "contributions:read")
    assert far.ask("get", where, scopes=scopes).status_code == 404
    listed = near.ask("get", where, scopes=scopes).json()["results"]
    assert [(each["sort"], each["state"]) for each in listed] == [
        ("close", "received"),
        ("change", "granted"),
    ]
    body = {"sort": "change", "day": TODAY.isoformat(), "document": "D", "contact": "王芳"}
    made = near.ask("post", where, body, scopes=scopes, key="k1")
    assert (made.status_code, made.json()["sort"]) == (201, "change")
    back = f"{where}{made.json()['number']}/withdraw/"
    assert far.ask("post", back, {}, scopes=scopes, key="k2").status_code == 404
    assert near.ask("post", f"{where}X1/withdraw/", {}, scopes=scopes, key="k3").status_code == 404
    taken = near.ask("post", back, {}, scopes=scopes, key="k4")
    assert (taken.status_code, taken.json()["state"]) == (201, "withdrawn")
    assert near.ask("post", back, {}, scopes=scopes, key="k4").json() == taken.json()
    assert near.ask("post", back, {}, scopes=scopes, key="k5").status_code == 409
