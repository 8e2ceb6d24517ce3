"""My insurance in every branch; who works alone insures themselves, and sees the price before."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from enrollment.models import BaseChoice, Category, Coverage
from enrollment.services import cover
from enrollment.services.assessment import own_cover
from funds.models import Branch
from funds.services import fund
from socsec.kernel.months import first_day, month_of
from socsec.office.errors import Denied, Invalid
from socsec.office.models import User
from tests.portal.conftest import BEIJING, CHAOYANG

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def alone(client, cast):
    """Somebody of Chaoyang whom nobody insures, signed in."""
    fund.establish_all(BEIJING)
    person = cast.person("云锦", date(1990, 4, 20))
    client.force_login(cast.account(person, "yun.jin"), backend=BACKEND)
    return person


def join(client, branches=("1", "2"), base="other", amount="8000"):
    client.post("/coverage/own/", {"branches": list(branches)})
    return client.post("/coverage/own/base/", {"base": base, "amount": amount})


def test_who_is_not_insured_is_told_what_each_branch_gives_and_what_to_do(client, alone):
    page = client.get("/coverage/").text
    assert page.count("not insured today") == 4
    assert "Insure myself" in page
    assert "Occupational annuity" not in page


def test_an_own_account_worker_sees_the_price_before_and_is_insured_after(client, alone):
    assert join(client).url == "/coverage/own/check/"
    check = client.get("/coverage/own/check/").text
    # 8,000.00 at 20 % is 1,600.00; medical at 8 % and 3 yuan is 643.00
    for amount in ("1,600.00", "643.00", "2,243.00"):
        assert amount in check
    assert not Coverage.objects.exists()
    assert client.post("/coverage/own/check/").url == "/coverage/own/done/"
    found = Coverage.objects.filter(person=alone)
    assert {each.branch for each in found} == {Branch.PENSION, Branch.MEDICAL}
    this_month = month_of(timezone.localdate())
    assert {each.span.lower for each in found} == {first_day(this_month)}
    assert BaseChoice.objects.get().base == 800_000
    assert "What happens next" in client.get("/coverage/own/done/").text
    assert "You pay yourself" in client.get("/coverage/").text


def test_the_base_is_changed_from_next_month_on(client, alone):
    join(client)
    client.post("/coverage/own/check/")
    changed = client.post("/coverage/own/change/", {"base": "other", "amount": "9000"}).text
    assert "The amount is changed" in changed
    assert "1,800.00" in changed
    months = dict(BaseChoice.objects.values_list("from_month", "base"))
    assert months == {
        month_of(timezone.localdate()): 800_000,
        month_of(timezone.localdate()) + 1: 900_000,
    }


@pytest.mark.parametrize("amount", ["1", "999999", "-5", "abc", ""])
def test_an_amount_that_cannot_be_is_explained_and_changes_nothing(client, alone, amount):
    answer = join(client, amount=amount)
    assert answer.status_code == 200
    assert "Error:" in answer.text
    assert client.get("/coverage/own/check/").url == "/coverage/own/"
    assert not Coverage.objects.exists()


def test_who_is_insured_through_work_is_not_offered_to_pay_alone(client, shen, in_portal):
    fund.establish_all(BEIJING)
    page = in_portal.get("/coverage/").text
    assert "Insure myself" not in page
    join(in_portal)
    refused = in_portal.post("/coverage/own/check/")
    assert "insured already" in refused.text
    assert not Coverage.objects.filter(category=Category.OWN_ACCOUNT).exists()
    assert in_portal.get("/coverage/own/done/").url == "/coverage/"
    assert in_portal.get("/coverage/own/change/").url == "/coverage/"
    assert in_portal.get("/coverage/own/end/").url == "/coverage/"


def test_the_month_in_which_work_ended_begins_the_day_after(client, alone, cast):
    firm = _firm(cast)
    this_month = first_day(month_of(timezone.localdate()))
    cover.enrol(
        by=cast.staff["intake"],
        person=alone,
        category=Category.EMPLOYEE,
        region=CHAOYANG,
        from_=date(2026, 1, 1),
        employer=firm,
    )
    cover.leave(by=cast.staff["intake"], person=alone, last_day=this_month, reason="left")
    join(client)
    assert client.post("/coverage/own/check/").url == "/coverage/own/done/"
    own = Coverage.objects.filter(category=Category.OWN_ACCOUNT)
    assert {each.span.lower for each in own} == {this_month.replace(day=2)}


def test_who_pays_alone_stops_with_the_end_of_a_month_and_sees_what_is_still_owed(client, alone):
    join(client)
    client.post("/coverage/own/check/")
    assert "Stop insuring myself" in client.get("/coverage/").text
    page = client.get("/coverage/own/end/").text
    last = first_day(month_of(timezone.localdate()) + 1) - timedelta(days=1)
    assert last.isoformat() in page
    said = client.post("/coverage/own/end/", {"last_day": last.isoformat()}).text
    assert "Your insurance ends" in said
    own = Coverage.objects.filter(person=alone)
    assert {(each.last_day, each.end_reason) for each in own} == {(last, "left")}
    assert "Stop insuring myself" not in client.get("/coverage/").text


@pytest.mark.parametrize("last_day", ["", "2020-01-31", "2099-01-31"])
def test_a_day_that_is_not_offered_ends_nothing(client, alone, last_day):
    join(client)
    client.post("/coverage/own/check/")
    assert "Error:" in client.post("/coverage/own/end/", {"last_day": last_day}).text
    assert not any(each.last_day for each in Coverage.objects.filter(person=alone))


def test_only_oneself_stops_ones_own_insurance_and_not_in_the_past(client, alone, cast):
    join(client)
    client.post("/coverage/own/check/")
    today = timezone.localdate()
    with pytest.raises(Denied):
        own_cover.leave(by=cast.staff["intake"], person=alone, last_day=today)
    me = User.objects.get(person_id=alone.pk)
    with pytest.raises(Invalid, match="between today"):
        own_cover.leave(by=me, person=alone, last_day=today - timedelta(days=1))
    assert not any(each.last_day for each in Coverage.objects.filter(person=alone))


def _firm(cast):
    from enrollment.services.employers import employer
    from socsec.kernel.ids import make_credit_code

    return employer.enroll(
        by=cast.staff["intake"],
        credit_code=make_credit_code("91", CHAOYANG, "MA0000077"),
        name="北京某某有限公司",
        region=CHAOYANG,
        opened_on=date(2000, 1, 1),
    )


@pytest.mark.parametrize(
    "path", ["", "own/", "own/base/", "own/check/", "own/done/", "own/change/", "own/end/"]
)
def test_a_visitor_is_asked_to_sign_in(client, edition, path):
    answer = client.get(f"/coverage/{path}")
    assert answer.status_code == 302
    assert answer.url.startswith("/sign-in/")
