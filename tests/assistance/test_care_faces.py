"""Care at the portal and through the API: orders asked for, confirmed, complained of, billed."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from assistance.models import BedStay, BedWait, CareBill, CareOrder, OrderState, Report, WaitState
from assistance.services.care import beds, orders, providers
from socsec.kernel.months import last_day, month_of
from socsec.office.models import Office, User
from socsec.office.services import users
from tests.api.conftest import partner
from tests.assistance.care import issued, levelled, provider_of
from tests.assistance.conftest import BACKEND, CHAOYANG, day

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def old(enroll, assessor, reviewer, purse):
    made = enroll("冯秀兰", date(1940, 3, 8), woman=True)
    levelled(assessor, reviewer, made)
    return made


@pytest.fixture
def home(intake, reviewer):
    return provider_of(intake, reviewer)


@pytest.fixture
def sit(client):
    """A person at the portal."""

    def down(person):
        user = User.objects.filter(person_id=person.pk, kind=User.Kind.INSURED).first()
        user = user or users.create_insured(
            username=f"portal-{person.pk}",
            password="a word that is long enough",
            person_id=person.pk,
            by=None,
        )
        client.force_login(user, backend=BACKEND)
        return client

    return down


def test_a_person_orders_confirms_complains_and_cancels_at_the_portal(
    sit, old, home, enroll, assessor, reviewer
):
    today = timezone.localdate()
    issued(assessor, reviewer, month_of(today))
    shown = sit(old).get(reverse("care")).content.decode()
    assert "severe II" in shown
    assert "¥600.00" in shown
    said = {"provider": home.pk, "service": "0", "setting": "0", "units": "4", **day("day", today)}
    past = day("day", today - timedelta(days=1))
    assert sit(old).post(reverse("care_order"), said | past).status_code == 422
    assert not CareOrder.objects.exists()
    assert sit(old).post(reverse("care_order"), said).status_code == 302
    made = CareOrder.objects.get()
    shown = sit(old).get(reverse("care")).content.decode()
    assert made.code in shown
    stranger = enroll("钱生人", date(1950, 1, 1))
    addresses = [
        reverse("care_confirm", args=[made.public_id]),
        reverse("care_order_verb", args=[made.public_id, "cancel"]),
        reverse("care_order_verb", args=[made.public_id, "complain"]),
    ]
    for url in addresses:
        assert sit(stranger).post(url, {"text": "x"}).status_code == 404
    assert made.code not in sit(stranger).get(reverse("care")).content.decode()
    sit(old).post(addresses[0])
    made.refresh_from_db()
    # Four hours at 50 yuan, all by the voucher.
    assert (made.state, made.how, made.by_money, made.own) == ("confirmed", "portal", 200_00, 0)
    assert "Vouchers: ¥200.00" in sit(old).get(reverse("care")).content.decode()
    assert sit(old).post(addresses[2], {"text": ""}).status_code == 422
    sit(old).post(addresses[2], {"text": "只做了两个小时"})
    report = Report.objects.get()
    assert "只做了两个小时" in report.text
    assert "松鹤养老院" in report.text
    assert (report.case.person_id, report.case.channel) == (old.pk, "portal")
    sit(old).post(reverse("care_order"), said)
    second = CareOrder.objects.get(state=OrderState.ORDERED)
    sit(old).post(
        reverse("care_order_verb", args=[second.public_id, "cancel"]), {"text": "女儿来了"}
    )
    second.refresh_from_db()
    assert second.state == OrderState.CANCELLED
    assert sit(old).get(reverse("care_order_verb", args=[second.public_id, "x"])).status_code == 404


def test_a_person_waits_for_a_bed_and_answers_the_offer_at_the_portal(
    sit, old, home, intake, enroll
):
    bed = providers.add_bed(by=intake, provider=home, label="201-1")
    sit(old).post(reverse("care_wait"), {"provider": home.pk})
    assert "You are number 1 on the list" in sit(old).get(reverse("care")).content.decode()
    wait = BedWait.objects.get()
    beds.offer(by=intake, bed=bed)
    assert "Bed 201-1 is offered to you" in sit(old).get(reverse("care")).content.decode()
    stranger = enroll("钱生人", date(1950, 1, 1))
    for verb in ("accept", "decline", "leave"):
        url = reverse("care_offer", args=[wait.pk, verb])
        assert sit(stranger).post(url).status_code == 404
    sit(old).post(reverse("care_offer", args=[wait.pk, "decline"]))
    wait.refresh_from_db()
    assert (wait.state, wait.declined) == (WaitState.WAITING, 1)
    beds.offer(by=intake, bed=bed)
    sit(old).post(reverse("care_offer", args=[wait.pk, "accept"]))
    assert BedStay.objects.get().person == old
    assert "松鹤养老院 · 201-1" in sit(old).get(reverse("care")).content.decode()


def test_whoever_has_no_level_is_told_how_to_get_one(sit, enroll, purse):
    shown = sit(enroll("许无级", date(1945, 1, 1))).get(reverse("care")).content.decode()
    assert "No level of care yet" in shown


def test_a_providers_system_sees_its_orders_says_what_was_given_and_bills_it(
    old, home, intake, assessor, reviewer, click, look
):
    system = partner(Office.objects.get(region=CHAOYANG).code, "cranes")
    other = partner(Office.objects.get(region=CHAOYANG).code, "strangers")
    home.user = system.application.user
    home.save(update_fields=["user"])
    month = month_of(timezone.localdate()) - 1
    issued(assessor, reviewer, month)
    made = orders.order(
        by=intake, person=old, provider=home, service=0, setting=0, units=4, day=last_day(month)
    )
    at, done = "/api/v1/care/orders/", f"/api/v1/care/orders/{made.public_id}/done/"
    listed = system.ask("get", f"{at}?state=ordered", scopes=["care:read"])
    (row,) = listed.json()["results"]
    assert (row["name"], row["service"], row["units"], row["state"]) == (
        old.name,
        "personal",
        4,
        "ordered",
    )
    assert made.code not in listed.content.decode()
    assert other.ask("get", at, scopes=["care:read"]).status_code == 403
    assert system.ask("get", at, scopes=["bills:read"]).status_code == 403

    def say(who, code):
        return who.ask("post", done, {"code": code}, scopes=["care:write"], key=uuid.uuid4().hex)

    wrong = f"{(int(made.code) + 1) % 10**6:06d}"
    assert say(other, made.code).status_code == 403
    assert say(system, wrong).status_code == 422
    made.refresh_from_db()
    assert (made.wrong_codes, made.state) == (1, OrderState.ORDERED)
    said = say(system, made.code).json()
    assert (said["state"], said["cost"], said["vouchers"]) == ("confirmed", "200.00", "200.00")
    assert say(system, made.code).status_code == 409

    bill = {"month": f"{month // 12}-{month % 12 + 1:02d}", "total": "200.00"}

    def send(who, key):
        return who.ask("post", "/api/v1/care/bills/", bill, scopes=["care:write"], key=key)

    key = uuid.uuid4().hex
    assert send(other, uuid.uuid4().hex).status_code == 403
    answer = send(system, key)
    assert (answer.status_code, answer.json()["total"]) == (201, "200.00")
    assert send(system, key).headers["Idempotency-Replayed"] == "true"
    assert send(system, uuid.uuid4().hex).json()["code"] == "nothing_to_bill"
    assert CareBill.objects.get().maker == system.application.user
    (row,) = system.ask("get", "/api/v1/care/bills/", scopes=["care:read"]).json()["results"]
    assert (row["state"], row["orders"]) == ("handed_in", 1)


def test_the_desk_opens_an_account_for_a_providers_system_once(click, look, home, reviewer):
    click(reviewer, "careprovider_account", [home.pk], {"username": "cranes"})
    home.refresh_from_db()
    assert (home.user.kind, home.user.username) == (User.Kind.PARTNER, "cranes")
    page = reverse("admin:assistance_careprovider_change", args=[home.pk])
    shown = look(reviewer, page).content.decode()
    assert re.search(r"shown only now: \S{20}", shown)
    assert not re.search(r"shown only now", look(reviewer, page).content.decode())
    click(reviewer, "careprovider_account", [home.pk], {"username": "again"}, status=422)
