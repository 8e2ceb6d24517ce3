"""Dynamic management: told, matched, due for review; ordered back; each settled once, by those who may."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from assistance.models import Circumstance, Origin, Reclaim, ReclaimReceipt, What
from assistance.services import changing, reclaiming, watching
from enrollment.models import WageDeclaration
from enrollment.services.living import life
from socsec.kernel.months import month_of
from socsec.office.errors import Conflict, Denied, Invalid, Refused
from socsec.office.models import Role
from socsec.office.services import users
from tests.assistance.conftest import worker
from tests.assistance.test_application import paid
from tests.pensions.conftest import staff

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def today():
    return timezone.localdate()


def test_a_household_tells_of_a_change_and_sees_what_came_of_it(client, granted, head, assessor):
    made = granted()
    user = users.create_insured(
        username="portal-head", password="a word that is long enough", person_id=head.pk, by=None
    )
    client.force_login(user, backend=BACKEND)
    at = f"/assistance/grants/{made.pk}/report/"
    assert "Report a change" in client.get(at).text
    assert client.post(at, {"what": "work"}).status_code == 422
    day = today()
    said = {
        "what": "work",
        "happened_on_day": str(day.day),
        "happened_on_month": str(day.month),
        "happened_on_year": str(day.year),
        "text": "找到了工作",
    }
    assert client.post(at, said).url == f"/assistance/grants/{made.pk}/"
    row = Circumstance.objects.get()
    assert (row.origin, row.what, row.by) == (Origin.REPORTED, What.WORK, user)
    changing.hear(by=assessor, grant=made, text="本人没有意见")
    change = changing.propose(
        by=assessor, grant=made, kind="amount", reason="就业", changed={"earned": "3000"}
    )
    watching.settle(by=assessor, circumstance=row, finding="收入增加，减发", change=change)
    with pytest.raises(Conflict):
        watching.settle(by=assessor, circumstance=row, finding="再来一次")
    assert "收入增加，减发" in client.get(f"/assistance/grants/{made.pk}/").text


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"what": "weather"}, "unknown_change"),
        ({"what": "review"}, "unknown_change"),
        ({"happened_on": date(2199, 1, 1)}, "future_date"),
        ({"person_id": 1}, "no_member"),
    ],
)
def test_a_report_that_cannot_be_changes_nothing(granted, intake, wrong, code):
    said = {"what": "income", "happened_on": today(), **wrong}
    with pytest.raises((Invalid, Conflict)) as refused:
        watching.report(by=intake, grant=granted(), **said)
    assert refused.value.code == code
    assert not Circumstance.objects.exists()


def test_matching_finds_a_death_and_new_work_once(granted, home, head, intake):
    made = granted()
    assert watching.match() == 0
    wife = home.members.get(person__name="苏秀英").person
    life.record_death(by=intake, person=wife, died_on=today(), document="死亡证明")
    assert watching.match() == 1
    assert watching.match() == 0
    row = Circumstance.objects.get()
    assert (row.grant, row.person, row.what) == (made, wife, What.DEATH)
    assert row.happened_on == today()
    WageDeclaration.objects.create(
        person_id=head.pk, employer_id=1, month=month_of(today()) + 1, wage=3000_00
    )
    assert watching.match() == 1
    assert Circumstance.objects.get(what=What.WORK).person == head


def test_a_review_is_listed_by_its_day_and_sets_the_next(granted, assessor):
    made = granted()
    assert watching.review() == 0
    due = made.review_on
    assert watching.review(due) == 1
    assert watching.review(due + timedelta(days=1)) == 0
    row = Circumstance.objects.get()
    with pytest.raises(Invalid):
        watching.settle(by=assessor, circumstance=row, finding=" ")
    watching.settle(by=assessor, circumstance=row, finding="情况没有变化")
    made.refresh_from_db()
    assert made.review_on > today() + timedelta(days=330)


@pytest.fixture
def overpaid(granted, assessor, reviewer, purse):
    """Two months of 2,872.50 paid, and 1,712.50 due from the first on, as turned out later."""
    made = granted()
    paid(assessor, reviewer, made.from_month)
    paid(assessor, reviewer, made.from_month + 1)
    changing.hear(by=assessor, grant=made, text="承认隐瞒")
    change = changing.propose(
        by=assessor,
        grant=made,
        kind="amount",
        reason="隐瞒工资",
        changed={"earned": "3000"},
        from_month=made.from_month,
    )
    changing.approve(by=reviewer, change=change)
    made.refresh_from_db()
    return made


def test_what_was_overpaid_is_ordered_back_by_two_and_booked(
    overpaid, assessor, reviewer, accountant, purse
):
    # 2,872.50 − 1,712.50 for each of two months
    assert list(reclaiming.overpaid(overpaid).values()) == [1160_00, 1160_00]
    with pytest.raises(Invalid):  # at most twice 2,320.00 since July 2026
        reclaiming.propose(by=assessor, grant=overpaid, reason="骗取", fraud=True, fine=4640_01)
    with pytest.raises(Invalid):
        reclaiming.propose(by=assessor, grant=overpaid, reason="差错", fine=1)
    assert not Reclaim.objects.exists()
    made = reclaiming.propose(
        by=assessor, grant=overpaid, reason="隐瞒工资骗取", fraud=True, fine=2320_00
    )
    assert (made.amount, made.fine) == (2320_00, 2320_00)
    assert reclaiming.overpaid(overpaid) == {}
    both = worker(Role.REVIEWER, Role.ASSESSOR)
    with pytest.raises(Refused):
        reclaiming.receive(by=accountant, reclaim=made, amount=1, on=today(), reference="早了")
    with pytest.raises(Denied):
        reclaiming.confirm(by=assessor, reclaim=made)
    reclaiming.confirm(by=both, reclaim=made)
    got = {"by": accountant, "reclaim": made, "on": today()}
    with pytest.raises(Invalid):
        reclaiming.receive(**got, amount=2320_01, reference="多了")
    reclaiming.receive(**got, amount=2000_00, reference="回单1")
    with pytest.raises(Conflict):
        reclaiming.receive(**got, amount=320_00, reference="回单1")
    assert ReclaimReceipt.objects.get().amount == 2000_00
    assert reclaiming.total_received(made) == 2000_00


def test_nothing_overpaid_is_nothing_to_order(granted, assessor):
    with pytest.raises(Refused) as refused:
        reclaiming.propose(by=assessor, grant=granted(), reason="无")
    assert refused.value.code == "nothing_overpaid"


def test_the_desk_settles_orders_back_and_books_by_clicking(
    client, overpaid, assessor, reviewer, accountant, intake
):
    row = watching.report(by=intake, grant=overpaid, what="work", happened_on=today())
    at, back = "/admin/assistance/circumstance/", "/admin/assistance/reclaim/"
    client.force_login(assessor, backend=BACKEND)
    assert "于大山" in client.get(at + "?settled=no").text
    settle = f"{at}{row.pk}/settle/"
    assert client.post(settle, {"finding": ""}).status_code == 422
    change = overpaid.changes.get()
    client.post(settle, {"finding": "隐瞒收入", "change": str(change.pk)})
    assert Circumstance.objects.get().change == change
    assert "隐瞒收入" in client.get(f"{at}{row.pk}/change/").text
    order = f"{back}of/{overpaid.pk}/"
    assert "2,320.00" in client.get(order).text
    client.post(order, {"reason": "骗取", "fine": "100"})
    made = Reclaim.objects.get()
    assert (made.fraud, made.fine) == (True, 100_00)
    confirm, receive = (f"{back}{made.pk}/do/{verb}/" for verb in ("confirm", "receive"))
    assert client.get(confirm).status_code == 403
    client.force_login(reviewer, backend=BACKEND)
    client.post(confirm)
    client.force_login(accountant, backend=BACKEND)
    day = today()
    paid_back = {
        "amount": "2320",
        "on_day": str(day.day),
        "on_month": str(day.month),
        "on_year": str(day.year),
        "reference": "回单9",
    }
    client.post(receive, paid_back)
    assert reclaiming.total_received(made) == 2320_00
    page = client.get(f"{back}{made.pk}/change/").text
    assert "回单9" in page
    client.force_login(staff(Role.ASSESSOR, region="310115"), backend=BACKEND)
    assert client.get(settle).status_code == 404
    assert client.get(order).status_code == 404
    assert "于大山" not in client.get(at).text + client.get(back).text
