"""Contributions put off by a policy: asked for, granted by another, no surcharge until the later day."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from enrollment.models import Category, Deferral, DeferredMonth
from enrollment.queries import ageing, debts
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.collection import demand, surcharge, withholding
from enrollment.services.employers import employer as employers
from enrollment.services.employers import officers, wages
from enrollment.services.revision import deferrals
from funds.models import Branch
from socsec.kernel.months import month_of
from socsec.office import oversight
from socsec.office.errors import Conflict, Denied, NotFound, Refused
from socsec.office.models import Role
from socsec.office.services import policy
from tests.api.conftest import partner

from .conftest import CARD, CHAOYANG, JANUARY, MEDICAL, PENSION, SHANGHAI
from .test_paying import account

AT = month_of(timezone.localdate())
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def allowed(staff, everything):
    """A policy of relief lets every employer of Beijing put old-age contributions off for 3 months."""
    maker, checker = staff(Role.POLICY_OFFICER), staff(Role.REVIEWER)
    draft = policy.enter(
        by=maker,
        code="enrollment.pension.deferral",
        region="110000",
        from_date=date(2026, 1, 1),
        value='{"0": "3"}',
        law="人社部发〔2022〕31号",
        source="https://www.gov.cn/",
    )
    policy.approve(value_id=draft.pk, by=checker)


@pytest.fixture
def firm(intake, assessor, enroll, found, everything):
    """An employer that owes this month for one person, in old-age and medical insurance."""
    where, who = found(), enroll()
    cover.enrol(
        by=intake,
        person=who,
        employer=where,
        category=Category.EMPLOYEE,
        region=CHAOYANG,
        from_=JANUARY,
    )
    wages.declare(by=intake, employer=where, month=AT, wages={who.pk: 2_000_000})
    for branch in (PENSION, MEDICAL):
        contributions.assess(by=assessor, person=who, month=AT, branch=branch)
    return where


def asked(by, firm, **changed):
    wanted = {"branch": PENSION, "first_month": AT, "last_month": AT, "months": 3, "reason": "困难"}
    return deferrals.ask(by=by, employer=firm, **(wanted | changed))


@pytest.fixture
def granted(allowed, firm, intake, reviewer):
    return deferrals.decide(by=reviewer, deferral=asked(intake, firm), grant=True)


def late(monkeypatch, months):
    """So many months after this month's due date."""
    day = surcharge.due_on(CHAOYANG, AT + months) + timedelta(days=10)
    monkeypatch.setattr(timezone, "localdate", lambda *of: day if not of else of[0].date())
    return day


def test_what_is_put_off_bears_no_surcharge_until_its_later_due_date(
    granted, firm, assessor, monkeypatch
):
    """Old age 4,800.00 = 24 % of 20,000.00; for nine whole days at 0.05 % a day it costs 21.60."""
    (month,) = DeferredMonth.objects.all()
    assert month.due_on == surcharge.due_on(CHAOYANG, AT + 3)
    late(monkeypatch, 1)  # ten days after next month's due date: the medical part alone is late
    surcharge.count_up(by=None, payer=firm)
    bearing = {each.branch for each in debts.owed(firm) if each.surcharge}
    assert bearing == {MEDICAL}
    late(monkeypatch, 3)
    surcharge.count_up(by=None, payer=firm)
    pension = next(each for each in debts.owed(firm) if each.branch == PENSION)
    assert pension.surcharge == 21_60
    findings = [f for _q, found in oversight.run(["enrollment.surcharges"]) for f in found]
    assert findings == []


def test_a_grant_takes_off_what_was_counted_before(allowed, firm, intake, reviewer, monkeypatch):
    waiting = asked(intake, firm)
    late(monkeypatch, 1)
    assert surcharge.count_up(by=None, payer=firm) > 0
    deferrals.decide(by=reviewer, deferral=waiting, grant=True)
    day = timezone.localdate() + timedelta(days=1)
    surcharge.count_up(by=None, payer=firm, until=day)
    assert {each.branch for each in debts.owed(firm) if each.surcharge} == {MEDICAL}


def test_nothing_of_it_is_demanded_charged_or_counted_as_arrears(granted, firm, accountant, staff):
    clerk = staff(Role.ACCOUNTANT, Role.INTAKE, Role.ASSESSOR)
    note = demand.draw(by=accountant, payer=firm)
    assert {line.branch for line in note.lines.all()} == {MEDICAL}
    withholding.give_mandate(by=clerk, payer=firm, holder=firm.name, bank="中国银行", account=CARD)
    medical = next(each.open for each in debts.owed(firm) if each.branch == MEDICAL)
    file = withholding.draw(by=clerk, region="110000", charge_on=timezone.localdate())
    assert file.total == medical
    (aged,) = ageing.aged("110000", AT, "employer_id", [1, 3])
    assert aged.total == medical
    assert set(employers.standing(firm, AT - 1).owed) == {Branch.MEDICAL}
    assert set(employers.standing(firm, AT - 1, put_off=True).owed) == {
        Branch.PENSION,
        Branch.MEDICAL,
    }


def test_without_a_policy_nothing_can_be_put_off(firm, intake):
    with pytest.raises(Refused) as told:
        asked(intake, firm)
    assert told.value.code == "no_deferral"
    assert not Deferral.objects.exists()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"months": 4}, "put_off_too_long"),
        ({"branch": Branch.MEDICAL}, "no_deferral"),
        ({"branch": Branch.ANNUITY}, "no_deferral"),
        ({"first_month": AT - 6}, "due_already"),
    ],
)
def test_what_the_policy_does_not_allow_changes_nothing(allowed, firm, intake, changed, code):
    with pytest.raises(Refused) as told:
        asked(intake, firm, **changed)
    assert told.value.code == code
    assert not Deferral.objects.exists()


def test_two_hands_decide_and_once(allowed, firm, staff, intake, reviewer):
    both = staff(Role.INTAKE, Role.REVIEWER)
    mine = asked(both, firm)
    with pytest.raises(Denied):
        deferrals.decide(by=both, deferral=mine, grant=True)
    mine.state, mine.checker = "granted", both
    with pytest.raises(DatabaseError), transaction.atomic():
        mine.save()
    mine.refresh_from_db()
    refused = deferrals.decide(by=reviewer, deferral=mine, grant=False, note="不符合条件")
    assert (refused.state, refused.note) == ("refused", "不符合条件")
    with pytest.raises(Conflict):
        deferrals.decide(by=reviewer, deferral=refused, grant=True)
    first, second = asked(intake, firm), asked(intake, firm)
    deferrals.decide(by=reviewer, deferral=first, grant=True)
    with pytest.raises(Conflict) as told:
        deferrals.decide(by=reviewer, deferral=second, grant=True)
    assert told.value.code == "put_off_already"
    assert DeferredMonth.objects.count() == 1


def test_the_officer_asks_in_the_portal_and_the_office_decides_at_the_desk(
    allowed, firm, intake, reviewer, enroll, client
):
    who = enroll("经办人")
    officers.appoint(by=intake, employer=firm, person=who, from_=JANUARY, document="委托书 1")
    client.force_login(account(who, "officer"), backend=BACKEND)
    english = {"accept-language": "en"}
    page = reverse("firm_put_off", args=[firm.credit_code])
    assert "at most 3 months later" in client.get(page, headers=english).text
    year, month = divmod(AT, 12)
    said = {
        "branch": "1",
        "first_month_month": month + 1,
        "first_month_year": year,
        "last_month_month": month + 1,
        "last_month_year": year,
        "months": "2",
        "reason": "订单减少",
    }
    assert client.post(page, {**said, "months": "9"}, headers=english).status_code == 422
    assert client.post(page, said).status_code == 302
    row = Deferral.objects.get()
    assert (row.months, row.reason) == (2, "订单减少")
    type(reviewer).objects.filter(pk=reviewer.pk).update(is_staff=True)
    client.force_login(reviewer, backend=BACKEND)
    shown = client.get(reverse("admin:enrollment_deferral_change", args=[row.pk]), headers=english)
    assert "Most that the policy allows" in shown.text
    client.post(reverse("admin:enrollment_deferral_grant", args=[row.pk]), {})
    row.refresh_from_db()
    assert row.state == "granted"
    client.force_login(account(enroll("别人"), "stranger"), backend=BACKEND)
    assert client.get(page).status_code == 404
    with pytest.raises(NotFound):
        asked(account(enroll("又一人"), "third"), firm)


def test_the_employer_takes_its_question_back_until_it_is_decided(
    allowed, firm, intake, reviewer, enroll, client, staff
):
    who = enroll("经办人")
    officers.appoint(by=intake, employer=firm, person=who, from_=JANUARY, document="委托书 1")
    officer, stranger = account(who, "officer"), account(enroll("别人"), "stranger")
    first, second = asked(officer, firm), asked(intake, firm)
    page = reverse("firm_put_off", args=[firm.credit_code])
    back = reverse("firm_not_later", args=[firm.credit_code, first.pk])
    client.force_login(stranger, backend=BACKEND)
    assert client.post(back).status_code == 404
    with pytest.raises((Denied, NotFound)):
        deferrals.withdraw(by=stranger, deferral=first)
    assert set(Deferral.objects.values_list("state", flat=True)) == {"asked"}
    client.force_login(officer, backend=BACKEND)
    assert back in client.get(page).text
    assert client.post(back).url == page
    first.refresh_from_db()
    assert (first.state, first.checker) == ("withdrawn", None)
    assert back not in client.get(page).text
    with pytest.raises(Conflict):
        deferrals.decide(by=reviewer, deferral=first, grant=True)
    assert "already" in client.post(back, follow=True, headers={"accept-language": "en"}).text
    type(intake).objects.filter(pk=intake.pk).update(is_staff=True)
    client.force_login(intake, backend=BACKEND)
    client.post(reverse("admin:enrollment_deferral_withdraw", args=[second.pk]), {})
    second.refresh_from_db()
    assert second.state == "withdrawn"
    third = asked(officer, firm)
    staff(Role.INTAKE, region=SHANGHAI)
    near, far = partner("T110000", "bj-1"), partner("T310000", "sh-1")
    there, scopes = f"/api/v1/deferrals/{third.pk}/withdraw/", ("collection:write",)
    assert far.ask("post", there, {}, scopes=scopes, key="k1").status_code == 404
    assert near.ask("post", there, {}, scopes=("receipts:read",), key="k2").status_code == 403
    assert near.ask("post", there, {}, scopes=scopes, key="k3").json()["state"] == "withdrawn"
    assert near.ask("post", there, {}, scopes=scopes, key="k4").status_code == 409
