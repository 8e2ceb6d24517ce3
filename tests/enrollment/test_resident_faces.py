"""Residents' insurance at the desk, in the portal and over the API: pages, verbs, and who must not."""

import base64
import io
import json
import uuid
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from oauth2_provider.models import Application

from enrollment.models import (
    Category,
    Coverage,
    DoubleEnrolment,
    HouseholdRole,
    LegacyImport,
    Mandate,
    PaymentIntent,
    PriorMonth,
    PriorService,
    ResidentEnrolment,
    ResidentReceipt,
    SponsorBill,
    Sponsored,
    SponsorMembership,
    UnmatchedPayment,
    Way,
)
from enrollment.queries.residents import open_of
from enrollment.services.online import gateway, paying
from enrollment.services.people import delegates, households
from enrollment.services.residents import legacy, sponsors
from socsec.office.models import Office, Role
from socsec.office.people import Scope
from socsec.office.services import users

from .conftest import BEIJING, CHAOYANG, PENSION, SHANGHAI
from .test_residents import MEDICAL, covers_of

BACKEND = "django.contrib.auth.backends.ModelBackend"
SECRET = "a partner's secret of the tests"


@pytest.fixture
def desk(clerks):
    def sign_in(role):
        user = clerks[role] if isinstance(role, str) else role
        type(user).objects.filter(pk=user.pk).update(is_staff=True)
        client = Client(headers={"accept-language": "en"})
        client.force_login(user, backend=BACKEND)
        return client

    return sign_in


@pytest.fixture
def mine(client):
    """The portal of somebody: `mine(who)`."""

    def sign_in(person, name="somebody"):
        user = users.create_insured(
            username=name, password="a word that is long enough", person_id=person.pk, by=None
        )
        browser = Client(headers={"accept-language": "en"})
        browser.force_login(user, backend=BACKEND)
        return browser

    return sign_in


def answered(response, text=None, status=200):
    assert response.status_code == status, response.content[:2000]
    if text:
        assert text in response.content.decode(), response.content.decode()[:4000]
    return response


def month_day(day):
    return {"_0": day.day, "_1": day.month, "_2": day.year}


def boxes(name, day):
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year} | {
        f"{name}{key}": value for key, value in month_day(day).items()
    }


def test_at_the_desk_somebody_enrols_and_pays(desk, enroll, clerks):
    who = enroll()
    intake = desk("intake")
    file = reverse("admin:enrollment_person_change", args=[who.pk])
    ask = reverse("admin:enrollment_resident_enrol", args=[who.pk, "medical"])
    answered(intake.get(ask), "Insured in")
    answered(intake.post(ask, {"year": "2026", "region": CHAOYANG}), status=302)
    assert ResidentEnrolment.objects.get().year == 2026
    pay_url = reverse("admin:enrollment_resident_year", args=[who.pk, 2, 2026, "pay"])
    answered(desk("intake").get(pay_url), status=403)
    answered(desk("accountant").get(pay_url), "795.00")
    answered(desk("accountant").post(pay_url, {"reference": "C-1"}), status=302)
    assert open_of(who.pk, MEDICAL, 2026).settled
    answered(desk("accountant").get(reverse("admin:enrollment_residents")), "What waits")
    assert file


def test_the_desk_overview_shows_who_has_not_paid_in_few_queries(
    desk, enroll, insure, django_assert_max_num_queries
):
    for place in range(4):
        insure(enroll(f"李{place}", born=date(1980 + place, 5, 1)))
    client = desk("accountant")
    url = reverse("admin:enrollment_residents")
    client.get(url)
    with django_assert_max_num_queries(34):  # what waits, counted for the menu, among them
        answered(client.get(url), "李3")


def test_a_tier_is_offered_with_its_subsidy_at_the_desk(desk, enroll):
    who = enroll()
    ask = reverse("admin:enrollment_resident_enrol", args=[who.pk, "pension"])
    answered(desk("intake").get(ask), "2,000.00 yuan, subsidy 90.00")
    answered(
        desk("intake").post(ask, {"year": "2025", "region": CHAOYANG, "tier": "200000"}), status=302
    )
    change = reverse("admin:enrollment_resident_year", args=[who.pk, 1, 2025, "tier"])
    answered(desk("intake").post(change, {"tier": "400000"}), status=302)
    assert ResidentEnrolment.objects.get().tier == 400_000
    cancel = reverse("admin:enrollment_resident_year", args=[who.pk, 1, 2025, "cancel"])
    answered(desk("intake").post(cancel, {}), status=302)
    assert ResidentEnrolment.objects.get().cancelled_on


def test_a_file_of_the_tax_authority_is_booked_at_the_desk(desk, enroll, insure):
    who = enroll()
    insure(who)
    url = reverse("admin:enrollment_resident_file")
    rows = f"身份证号,姓名,年度,金额\n{who.resident_id},李芳,2026,795.00\n110105199001010017,无,2026,1\n"
    say = {
        "branch": "2",
        "region": BEIJING,
        "reference": "TAX-9",
        **boxes("received_on", date(2025, 12, 9)),
    }

    def file(text):
        return {"file": io.BytesIO(text.encode())}

    answered(desk("intake").get(url), status=403)
    bad = desk("accountant").post(url, {**say, **file(rows.replace("795.00", "viel"))})
    answered(bad, "cannot be read", status=422)
    assert not ResidentReceipt.objects.exists()
    answered(desk("accountant").post(url, {**say, **file(rows)}), status=302)
    line = UnmatchedPayment.objects.get()
    assert line.reason == "number"
    receipt = ResidentReceipt.objects.get()
    answered(
        desk("accountant").get(
            reverse("admin:enrollment_residentreceipt_change", args=[receipt.pk])
        ),
        "Lines that fit nobody",
    )
    back = reverse("admin:enrollment_unmatched_back", args=[line.pk])
    answered(desk("reviewer").post(back, {"reason": "no such person"}), status=302)
    line.refresh_from_db()
    assert line.state == "returned"


def test_sponsored_people_and_their_bill_at_the_desk(desk, enroll, insure, clerks):
    who = enroll()
    url = reverse("admin:enrollment_sponsor_list")
    say = {
        "group": "1",
        "region": BEIJING,
        "document": "民政名单",
        **boxes("on", date(2025, 6, 1)),
    }
    wrong = desk("intake").post(url, {**say, "numbers": f"{who.resident_id}\n123"})
    answered(wrong, "correct these lines", status=422)
    assert not SponsorMembership.objects.exists()
    answered(desk("intake").post(url, {**say, "numbers": who.resident_id}), status=302)
    row = SponsorMembership.objects.get()
    answered(
        desk("intake").get(reverse("admin:enrollment_sponsormembership_change", args=[row.pk])),
        "民政名单",
    )
    insure(who)
    draw = reverse("admin:enrollment_bill_draw")
    body = {"branch": "2", "year": "2026", "payer": "2", "region": BEIJING}
    answered(desk("accountant").post(draw, body), status=302)
    bill = SponsorBill.objects.get()
    page = reverse("admin:enrollment_sponsorbill_change", args=[bill.pk])
    answered(desk("accountant").get(page), "795.00")
    send = reverse("admin:enrollment_bill_send", args=[bill.pk])
    answered(desk("accountant").post(send, {}), status=403)
    answered(desk("reviewer").post(send, {}), status=302)
    paid = reverse("admin:enrollment_bill_paid", args=[bill.pk])
    money = {"reference": "B-1", **boxes("received_on", date(2025, 12, 9))}
    answered(desk("accountant").post(paid, money), status=302)
    bill.refresh_from_db()
    assert bill.state == "paid"


def test_double_enrolment_goes_from_match_to_case_to_decision_at_the_desk(
    desk, clerks, enroll, insure, pay, today, account
):
    today(2025, 1, 15)
    who = enroll()
    account(who)
    insure(who, branch=PENSION)
    pay(who, 100_000, branch=PENSION, year=2025)
    today(2025, 12, 10)
    prior = PriorService.objects.create(
        person=who,
        branch=PENSION,
        kind="paid",
        region=SHANGHAI,
        first_month=2025 * 12 + 6,
        last_month=2025 * 12 + 11,
        document="转移单",
        state="approved",
        maker=clerks["intake"],
        checker=clerks["reviewer"],
    )
    for month in range(prior.first_month, prior.last_month + 1):
        PriorMonth.objects.create(
            person_id=who.pk, branch=PENSION, month=month, prior_id=prior.pk, base=500_000
        )
    find = reverse("admin:enrollment_double_find")
    body = {"branch": "1", "year": "2025", "region": BEIJING}
    answered(desk("intake").post(find, body), status=403)
    answered(desk("assessor").post(find, body), status=302)
    row = DoubleEnrolment.objects.get()
    assert (row.overlap, row.other_region) == (6, SHANGHAI)
    page = reverse("admin:enrollment_doubleenrolment_change", args=[row.pk])
    answered(desk("assessor").get(page), "500.00")
    for role, verb in (("intake", "take"), ("assessor", "propose"), ("reviewer", "resolve")):
        url = reverse("admin:enrollment_double_verb", args=[row.pk, verb])
        answered(desk(role).get(url), "500.00")
        answered(desk(role).post(url, {}), status=302)
    row.refresh_from_db()
    assert row.state == "resolved"
    refund = row.refunds.get()
    answered(
        desk("reviewer").get(reverse("admin:enrollment_residentrefund_change", args=[refund.pk])),
        "500.00",
    )


def test_an_older_scheme_is_read_looked_at_and_carried_over_at_the_desk(desk, enroll, clerks):
    who = enroll()
    url = reverse("admin:enrollment_legacy_read")
    text = f"身份证号,姓名,起始年份,终止年份,缴费档次,余额\n{who.resident_id},李芳,2009,2011,100,12.34\n"
    body = {"scheme": "rural_pension", "region": BEIJING, "file": io.BytesIO(text.encode())}
    answered(desk("accountant").get(url), status=403)
    answered(desk("assessor").post(url, body), status=302)
    row = LegacyImport.objects.get()
    page = reverse("admin:enrollment_legacyimport_change", args=[row.pk])
    answered(desk("reviewer").get(page), "12.34")
    answered(desk("reviewer").get(reverse("admin:enrollment_legacy_wrong", args=[row.pk])))
    answered(desk("reviewer").get(reverse("admin:enrollment_legacy_template")))
    carry = reverse("admin:enrollment_legacy_carry", args=[row.pk])
    answered(desk("assessor").post(carry, {}), status=403)
    answered(desk("reviewer").post(carry, {}), status=302)
    row.refresh_from_db()
    assert row.state == "carried"


def test_the_desk_of_another_region_sees_nothing_of_it(desk, enroll, insure, clerks, staff):
    who = enroll()
    sponsors.join(
        by=clerks["intake"],
        person=who,
        group=Sponsored.DIBAO,
        region=CHAOYANG,
        from_=date(2025, 1, 1),
        document="民政名单",
    )
    insure(who)
    text = "身份证号,姓名,起始年份,终止年份\n110105199001010017,李芳,2009,2011\n"
    made = legacy.read(
        by=clerks["assessor"],
        scheme="rural_pension",
        region=CHAOYANG,
        file=io.BytesIO(text.encode()),
    )
    client = desk(staff(Role.INTAKE, Role.REVIEWER, Role.ACCOUNTANT, region=SHANGHAI))
    answered(
        client.get(reverse("admin:enrollment_resident_enrol", args=[who.pk, "medical"])), status=404
    )
    answered(client.get(reverse("admin:enrollment_legacy_wrong", args=[made.pk])), status=404)
    assert who.name not in client.get(reverse("admin:enrollment_residents")).content.decode()
    assert (
        "民政名单"
        not in client.get(reverse("admin:enrollment_sponsormembership_changelist")).content.decode()
    )
    nobody = desk(staff())
    answered(nobody.get(reverse("admin:enrollment_residents")), status=403)
    answered(nobody.get(reverse("admin:enrollment_legacy_template")), status=403)


def covered_last_year(who):
    Coverage.objects.create(
        person=who,
        branch=MEDICAL,
        category=Category.RESIDENT,
        region=CHAOYANG,
        span=(date(2025, 1, 1), date(2026, 1, 1)),
    )


def test_in_the_portal_somebody_enrols_checks_and_pays_at_the_bank(mine, enroll, pools):
    who = enroll()
    covered_last_year(who)
    browser = mine(who)
    answered(browser.get("/residents/"), "Enrol in medical insurance")
    answered(browser.get("/residents/medical/"), "covered from 1 January")
    answered(browser.post("/residents/medical/", {}), "Choose the year", status=200)
    there = browser.post("/residents/medical/", {"year": "2026"})
    answered(there, status=302)
    answered(browser.get(there["Location"]), "795.00")
    assert not ResidentEnrolment.objects.exists()
    done = answered(browser.post(there["Location"], {}), status=302)
    answered(browser.get(done["Location"]), "Go to the bank and pay")
    answered(browser.get("/"), "Residents")
    bank = answered(browser.post(done["Location"]), status=302)
    assert "/trial-bank/" in bank["Location"]
    intent = PaymentIntent.objects.get()
    assert (intent.amount, intent.subject) == (79_500, "2:2026")
    said = gateway.Said(intent.reference, "paid", 79_500, "LB-77", date(2025, 12, 10))
    paying._take(said, "d" * 64)
    intent.refresh_from_db()
    assert (intent.state, intent.trouble) == ("paid", {})
    assert covers_of(who)[-1] == (Category.RESIDENT, date(2026, 1, 1), date(2027, 1, 1))
    (receipt,) = paying.receipts_of(intent)
    assert isinstance(receipt, ResidentReceipt)
    answered(browser.get(f"/pay/{intent.reference}/"))
    answered(browser.get("/residents/"), "Covered from")


def test_in_the_portal_a_tier_shows_what_it_brings(mine, enroll, pools):
    who = enroll()
    browser = mine(who)
    answered(browser.get("/residents/pension/"), "+90.00")
    there = answered(browser.post("/residents/pension/", {"tier": "200000"}), status=302)
    answered(browser.get(there["Location"]), "90.00")
    answered(browser.post(there["Location"], {}), status=302)
    assert ResidentEnrolment.objects.get().tier == 200_000
    # until it is paid, another one may be chosen
    answered(browser.post("/residents/pension/", {"tier": "400000"}), status=302)
    assert ResidentEnrolment.objects.get().tier == 400_000
    answered(browser.post("/residents/pension/", {"tier": "1"}), "choice", status=200)


def test_who_was_too_old_when_the_scheme_began_makes_a_year_up_in_the_portal(mine, enroll, pools):
    browser = mine(enroll(born=date(1963, 6, 1)))
    answered(browser.get("/residents/"), "Make up an earlier year")
    answered(browser.post("/residents/pension/earlier/", {}), "Choose one of these", status=422)
    there = answered(browser.post("/residents/pension/earlier/", {"year": "2019"}), status=302)
    answered(browser.get(there["Location"]), "subsidy 0.00 yuan")
    done = answered(browser.post(there["Location"], {"tier": "200000"}), status=302)
    made = ResidentEnrolment.objects.get()
    assert (made.year, made.tier, made.way) == (2019, 200_000, Way.MAKE_UP)
    answered(browser.get(done["Location"]), "2,000.00")
    assert Client().get("/residents/pension/earlier/").status_code == 302


def test_the_young_make_no_year_up_in_the_portal(mine, enroll, pools):
    browser = mine(enroll("王芳", born=date(1990, 2, 2)))
    answered(browser.get("/residents/pension/earlier/"), "cannot be made up")
    there = answered(
        browser.post("/residents/pension/earlier/2019/", {"tier": "200000"}), status=302
    )
    assert there["Location"] == "/residents/pension/earlier/"
    assert not ResidentEnrolment.objects.exists()


def test_the_portal_says_why_somebody_cannot_enrol_now(mine, enroll, pools, today):
    today(2025, 11, 1)
    old = enroll(born=date(1950, 1, 1))
    browser = mine(old)
    answered(browser.get("/residents/pension/"), "has reached the age")
    answered(browser.get("/residents/"), "Residents")
    answered(browser.get("/residents/pension/2025/pay/"), status=404)
    answered(browser.get("/residents/nothing/2026/check/"), status=404)
    assert Client().get("/residents/").status_code == 302


def test_a_mother_enrols_her_newborn_and_it_is_covered_from_birth(
    mine, enroll, clerks, pools, today
):
    today(2026, 6, 1)
    mother = enroll()
    child = enroll("李小雨", born=date(2026, 5, 3))
    home = households.form(
        by=clerks["intake"], head=mother, region=CHAOYANG, opened_on=date(2020, 1, 1)
    )
    households.join(
        by=clerks["intake"],
        household=home,
        person=child,
        role=HouseholdRole.CHILD,
        from_=date(2026, 5, 3),
    )
    browser = mine(mother)
    # Without a mandate the child is somebody else's business.
    browser.post("/acting/", {"person": str(child.pk)})
    assert not ResidentEnrolment.objects.exists()
    _guardian(clerks, mother, child)
    answered(browser.get("/residents/"), "Enrol 李小雨")
    answered(browser.post("/acting/", {"person": str(child.pk)}), status=302)
    answered(browser.get("/residents/medical/"), "covered from birth")
    there = answered(browser.post("/residents/medical/", {"year": "2026"}), status=302)
    done = answered(browser.post(there["Location"], {}), status=302)
    assert ResidentEnrolment.objects.get().person_id == child.pk
    answered(browser.post(done["Location"]), status=302)
    assert PaymentIntent.objects.get().person_id == child.pk
    assert ResidentEnrolment.objects.get().way == Way.NEWBORN


def _guardian(clerks, mother, child):
    delegates.grant(
        by=clerks["intake"],
        person=child,
        delegate=mother,
        scopes=[Scope.SEE, Scope.ENROL, Scope.PAY],
        until=date(2040, 1, 1),
        kind=Mandate.Kind.GUARDIAN,
        document="出生医学证明",
    )


# ---------------------------------------------------------------- the API


@pytest.fixture
def partner(clerks):
    office = Office.objects.get(code=f"T{BEIJING}")
    user = users.create_partner(username="tax", office=office, by=None)
    application = Application.objects.create(
        name="tax",
        user=user,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=SECRET,
    )

    def ask(method, path, body=None, scopes="", key=None):
        browser = Client(headers={"accept-language": "en"})
        headers = {"X-Purpose": "enrolment"}
        if scopes:
            basic = base64.b64encode(f"{application.client_id}:{SECRET}".encode()).decode()
            token = browser.post(
                "/oauth/token/",
                {"grant_type": "client_credentials", "scope": scopes},
                headers={"Authorization": f"Basic {basic}"},
            ).json()["access_token"]
            headers["Authorization"] = f"Bearer {token}"
        headers["Idempotency-Key"] = key or uuid.uuid4().hex
        more = {"data": json.dumps(body), "content_type": "application/json"} if body else {}
        return getattr(browser, method)(path, headers=headers, **more)

    return ask


def test_the_tax_authority_reports_payments_and_civil_affairs_its_lists(
    partner, enroll, insure, pools
):
    who = enroll()
    insure(who)
    body = {
        "branch": "medical",
        "region": BEIJING,
        "reference": "TAX-API-1",
        "received_on": "2025-12-09",
        "payments": [
            {"resident_id": who.resident_id, "year": 2026, "amount": "795.00"},
            {"resident_id": "123", "year": 2026, "amount": "1.00"},
        ],
    }
    assert partner("post", "/api/v1/resident-payments/", body).status_code == 401
    wrong = partner("post", "/api/v1/resident-payments/", body, "contributions:read")
    assert wrong.status_code == 403
    assert not ResidentReceipt.objects.exists()
    for _twice in range(2):
        made = partner("post", "/api/v1/resident-payments/", body, "resident-payments:write", "k1")
        assert made.status_code == 201, made.content
        assert made.json()["unmatched"] == [{"row": 2, "reason": "number"}]
        assert made.json()["unmatched_amount"] == "1.00"
    assert ResidentReceipt.objects.count() == 1
    years = partner(
        "get", f"/api/v1/people/{who.public_id}/resident-years/", scopes="contributions:read"
    )
    (year,) = years.json()["results"]
    assert (year["paid"], year["covered_from"], year["way"]) == ("795.00", "2026-01-01", "window")
    elsewhere = partner(
        "post",
        "/api/v1/resident-payments/",
        {**body, "region": SHANGHAI, "reference": "X"},
        "resident-payments:write",
    )
    assert elsewhere.status_code == 404
    listed = partner(
        "post",
        "/api/v1/sponsored-lists/",
        {
            "group": "dibao",
            "region": BEIJING,
            "on": "2025-12-01",
            "document": "京民名单",
            "complete": True,
            "resident_ids": [who.resident_id, "123"],
        },
        "sponsored:write",
    )
    assert listed.status_code == 201, listed.content
    assert listed.json()["new"] == 1
    assert [row["row"] for row in listed.json()["wrong"]] == [2]
    bad = partner("post", "/api/v1/sponsored-lists/", {"group": "pirates"}, "sponsored:write")
    assert bad.status_code == 422
