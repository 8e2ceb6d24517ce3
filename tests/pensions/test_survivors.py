"""After a death: one claim for the grants, the account and unpaid months, divided to the fen."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from enrollment.services.living import life
from enrollment.services.people import households
from funds.models import PaymentOrder
from funds.services import payments
from pensions import queries
from pensions.models import (
    AccountEntry,
    AccountState,
    Award,
    EndReason,
    EntryKind,
    IndividualAccount,
    Overpayment,
    OverpaymentState,
    SurvivorClaim,
)
from pensions.services import appeals, survivors, survivors_undone
from pensions.services.survivors import Payee, divide, shares_of
from socsec.kernel.arith import ONE
from socsec.office import appeals as office_appeals
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Case, Role, User
from socsec.office.services import policy, users

from .conftest import BEIJING, SHANGHAI, START, findings, staff

pytestmark = pytest.mark.django_db

CARD = "62284800000001"
WIDOW = Payee("王秀英", "spouse", 500_000, "中国农业银行", CARD)
SON = Payee("张伟", "child", 500_000, "中国农业银行", "62284800000002")


@pytest.fixture
def announced(shanghai):
    """48,000 yuan of disposable income a head in the year before."""
    entered = policy.enter(
        code="pensions.survivors.disposable_income",
        region=SHANGHAI,
        from_date=date(2026, 1, 1),
        value="48000",
        law="上海市统计公报",
        by=staff(Role.POLICY_OFFICER, region="000000"),
    )
    policy.approve(value_id=entered.pk, by=staff(Role.REVIEWER, region="000000"))


@pytest.fixture
def dead(zhang, granted, drive, intake):
    """Zhang San drew July and August, and died on 5 August; September was paid all the same."""
    made = granted(zhang)
    for paid in range(START, START + 3):
        drive("pension_payroll", paid)
    life.record_death(by=intake, person=zhang, died_on=date(2026, 8, 5), document="死亡证明")
    zhang.refresh_from_db()
    return made


@pytest.fixture
def opened(intake, dead):
    def make(**more):
        said = {"person": dead.person, "heirs": [WIDOW, SON], "channel": "counter", **more}
        return survivors.open_claim(by=more.pop("by", intake), **said)

    return make


def test_one_claim_settles_a_death_and_the_shares_add_up_to_the_fen(
    announced, dead, opened, assessor, reviewer
):
    """48,000 ÷ 12 × 2 = 8,000 for the funeral; 20 years: 9 + 5 months = 56,000 for the survivors.

    (15 years: 9 months; one for each of the 5 beyond; less no whole year of pension drawn.)
    """
    made = opened()
    assert Award.objects.get().end_reason == EndReason.DEATH
    survivors.assess(by=assessor, claim=made)
    made.refresh_from_db()
    assert (made.funeral, made.grant, made.unpaid) == (8_000_00, 56_000_00, 0)
    # September's part of the account stands on it again, and interest up to the death.
    last = AccountEntry.objects.order_by("-seq").first()
    assert last.kind == EntryKind.RESTORED
    assert made.balance >= last.balance > 0
    survivors.grant(by=reviewer, claim=made)
    made.refresh_from_db()
    orders = PaymentOrder.objects.filter(batch_id=made.envelope_id).order_by("seq")
    assert [order.payee for order in orders] == ["王秀英", "张伟"]
    assert sum(order.amount for order in orders) == made.total == made.envelope.total
    assert max(o.amount for o in orders) - min(o.amount for o in orders) <= 1
    account = IndividualAccount.objects.get()
    assert account.state == AccountState.CLOSED
    assert queries.balance(dead.person_id) == 0
    debt = Overpayment.objects.get()
    assert (debt.amount, debt.state) == (dead.monthly, OverpaymentState.OPEN)
    assert findings() == []
    payments.release(made.envelope_id, by=staff(Role.REVIEWER))
    assert findings() == []


def test_heirs_may_agree_that_what_was_overpaid_is_kept_back(
    announced, dead, opened, assessor, reviewer
):
    made = opened(keep_back=True)
    survivors.assess(by=assessor, claim=made)
    survivors.grant(by=reviewer, claim=made)
    made.refresh_from_db()
    assert made.kept_back == dead.monthly
    assert made.envelope.total == made.total - dead.monthly
    assert Overpayment.objects.get().state == OverpaymentState.SETTLED
    assert findings() == []


def test_a_grant_is_taken_back_to_the_fen_by_another_and_made_again(
    announced, dead, opened, assessor, reviewer, refuses, client
):
    made = opened(keep_back=True)
    before = queries.balance(dead.person_id)  # with what of September stands on it again
    survivors.assess(by=assessor, claim=made)
    survivors.grant(by=reviewer, claim=made)
    told = {"claim": made, "text": "继承人不对"}
    refuses(Denied, "four_eyes", survivors_undone.undo, by=reviewer, **told)
    other = staff(Role.REVIEWER)
    refuses(Invalid, "empty", survivors_undone.undo, by=other, claim=made, text=" ")
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("admin:pensions_survivors_verb", args=[made.pk, "undo"])
    case_page = reverse("admin:office_case_change", args=[made.pk])
    assert url in client.get(case_page).text
    assert client.post(url, {"text": "继承人不对"}).status_code == 302
    made.refresh_from_db()
    assert (made.granted, made.undone_why) == (False, "继承人不对")
    assert made.envelope.state == made.envelope.State.CANCELLED
    assert queries.balance(dead.person_id) == before
    assert IndividualAccount.objects.get().state == AccountState.PAYING
    assert Overpayment.objects.get().state == OverpaymentState.OPEN
    assert findings() == []
    assert url not in client.get(case_page).text
    refuses(Conflict, "undone_already", survivors_undone.undo, by=other, **told)
    again = opened()
    survivors.assess(by=assessor, claim=again)
    survivors.grant(by=reviewer, claim=again)
    again.refresh_from_db()
    assert again.total == made.total
    assert findings() == []
    # Once its money has left, nothing is undone, and no review offers it.
    assert appeals.of_survivors(office_appeals.get(survivors.KIND, again.pk))
    payments.release(again.envelope_id, by=staff(Role.REVIEWER))
    again.refresh_from_db()
    refuses(Refused, "paid_already", survivors_undone.undo, by=other, claim=again, text="错")
    assert appeals.of_survivors(office_appeals.get(survivors.KIND, again.pk)) == ()


def test_the_pension_of_months_that_nobody_was_paid_goes_to_the_heirs(
    announced, zhang, granted, intake, assessor
):
    made = granted(zhang)
    life.record_death(by=intake, person=zhang, died_on=date(2026, 8, 5), document="死亡证明")
    claim = survivors.open_claim(by=intake, person=zhang, heirs=[WIDOW, SON], channel="counter")
    survivors.assess(by=assessor, claim=claim)
    claim.refresh_from_db()
    assert claim.unpaid == 2 * made.monthly
    assert not Overpayment.objects.exists()


def test_who_had_not_retired_leaves_the_grants_and_the_account(
    announced, zhang, intake, assessor, reviewer
):
    life.record_death(by=intake, person=zhang, died_on=date(2026, 2, 5), document="死亡证明")
    claim = survivors.open_claim(
        by=intake,
        person=zhang,
        heirs=[WIDOW, SON],
        channel="counter",
        grants_elsewhere=True,
    )
    survivors.assess(by=assessor, claim=claim)
    survivors.grant(by=reviewer, claim=claim)
    claim.refresh_from_db()
    assert (claim.funeral, claim.grant) == (0, 56_000_00)
    assert claim.balance > 150_000_00
    assert findings() == []


def test_the_grants_of_one_death_are_paid_once(
    announced, dead, opened, assessor, reviewer, intake, refuses
):
    made = opened()
    said = {"by": intake, "person": dead.person, "heirs": [WIDOW, SON], "channel": "counter"}
    refuses(Conflict, "claimed_already", survivors.open_claim, **said)
    survivors.assess(by=assessor, claim=made)
    survivors.grant(by=reviewer, claim=made)
    refuses(Conflict, "claimed_already", survivors.open_claim, **said)


def test_what_cannot_be_claimed_is_refused_and_changes_nothing(dead, enroll, intake, refuses):
    said = {"by": intake, "channel": "counter"}
    alive = enroll(name="李四")
    refuses(Refused, "alive", survivors.open_claim, **said, person=alive, heirs=[WIDOW, SON])
    for heirs in ([], [WIDOW], [WIDOW, SON, SON]):
        refuses(Invalid, "shares", survivors.open_claim, **said, person=dead.person, heirs=heirs)
    bad = Payee("王秀英", "spouse", ONE, "中国农业银行", "12")
    before = SurvivorClaim.objects.count()
    with pytest.raises(Invalid):
        survivors.open_claim(**said, person=dead.person, heirs=[bad])
    assert SurvivorClaim.objects.count() == before
    stranger = staff(Role.INTAKE, region=BEIJING)
    refuses(
        NotFound,
        "outside_region",
        survivors.open_claim,
        by=stranger,
        channel="counter",
        person=dead.person,
        heirs=[WIDOW, SON],
    )


def test_without_the_announced_income_nothing_is_assessed(dead, opened, assessor, reviewer):
    made = opened()
    with pytest.raises((Refused, Invalid)) as refused:
        survivors.assess(by=assessor, claim=made)
    assert "Disposable income" in str(refused.value)
    made.refresh_from_db()
    assert (made.gathered, made.case.state) == (None, Case.State.RECEIVED)
    with pytest.raises((Conflict, Denied)):
        survivors.grant(by=reviewer, claim=made)


def test_a_relative_claims_in_the_portal_and_nobody_else(announced, dead, enroll, intake, client):
    wife, other = enroll(name="王秀英", woman=True), enroll(name="路人")
    home = households.form(by=intake, head=wife, region=dead.region, opened_on=date(2000, 1, 1))
    households.join(
        by=intake, household=home, person=dead.person, role="spouse", from_=date(2000, 1, 1)
    )
    for person in (wife, other):
        users.create_insured(
            username=f"portal{person.pk}", password="a long one 12", person_id=person.pk, by=None
        )
    url = reverse("survivors")
    said = {
        "person": str(dead.person_id),
        "relation": "spouse",
        "bank": "中国农业银行",
        "account": CARD,
        "alone": "on",
    }
    sign = {"backend": "django.contrib.auth.backends.ModelBackend"}
    client.force_login(User.objects.get(person_id=other.pk), **sign)
    assert "张三" not in client.post(url, said).content.decode()
    assert not SurvivorClaim.objects.exists()
    client.force_login(User.objects.get(person_id=wife.pk), **sign)
    assert client.post(url, {**said, "alone": ""}).status_code == 422
    assert client.post(url, said).status_code == 302
    made = SurvivorClaim.objects.get()
    assert (made.claimant_id, made.case.person_id) == (wife.pk, wife.pk)
    assert "My cases" in client.get(url).content.decode()


def test_a_relative_names_the_other_heirs_and_adds_what_they_signed(
    announced, dead, enroll, intake, client
):
    wife = enroll(name="王秀英", woman=True)
    home = households.form(by=intake, head=wife, region=dead.region, opened_on=date(2000, 1, 1))
    households.join(
        by=intake, household=home, person=dead.person, role="spouse", from_=date(2000, 1, 1)
    )
    users.create_insured(username="wife", password="a long one 12", person_id=wife.pk, by=None)
    client.force_login(
        User.objects.get(username="wife"), backend="django.contrib.auth.backends.ModelBackend"
    )
    said = {
        "person": str(dead.person_id),
        "relation": "spouse",
        "bank": "中国农业银行",
        "account": CARD,
        "parts": "2",
        "name_2": "张伟",
        "relation_2": "child",
        "parts_2": "1",
        "bank_2": "中国农业银行",
    }
    url = reverse("survivors")
    answer = client.post(url, said)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "all of them signed" in shown
    assert "needed of every heir" in shown
    said["account_2"] = SON.account

    def paper(content):
        return {**said, "paper": SimpleUploadedFile("agreement.pdf", content)}

    assert client.post(url, paper(b"plain text")).status_code == 422
    assert not SurvivorClaim.objects.exists()
    assert client.post(url, paper(b"%PDF-1.7 signed by both")).status_code == 302
    made = SurvivorClaim.objects.get()
    assert [(heir.name, heir.share) for heir in made.heirs.all()] == [
        ("王秀英", 666_666),
        ("张伟", 333_334),
    ]
    assert made.case.documents.get().name == "agreement.pdf"


def test_the_desk_receives_assesses_and_grants(announced, dead, client, reviewer):
    backend = "django.contrib.auth.backends.ModelBackend"
    client.force_login(staff(Role.INTAKE), backend=backend)
    url = reverse("admin:pensions_survivors_open", args=[dead.person_id])
    said = {
        "name_1": "王秀英",
        "relation_1": "spouse",
        "parts_1": "2",
        "bank_1": "中国农业银行",
        "account_1": CARD,
        "name_2": "张伟",
        "relation_2": "child",
        "parts_2": "1",
        "bank_2": "中国农业银行",
        "account_2": "62284800000002",
    }
    assert client.post(url, {**said, "parts_1": ""}).status_code == 422
    assert client.post(url, said).status_code == 302
    made = SurvivorClaim.objects.get()
    assert [heir.share for heir in made.heirs.all()] == [666_666, 333_334]
    assess = reverse("admin:pensions_survivors_verb", args=[made.pk, "assess"])
    assert client.post(assess).status_code == 403
    client.force_login(staff(Role.ASSESSOR), backend=backend)
    assert client.post(assess).status_code == 302
    case = client.get(reverse("admin:office_case_change", args=[made.pk])).content.decode()
    assert "56,000.00" in case
    client.force_login(reviewer, backend=backend)
    grant = reverse("admin:pensions_survivors_verb", args=[made.pk, "grant"])
    assert client.post(grant).status_code == 302
    assert findings() == []


@given(
    st.integers(0, 10**12),
    st.lists(st.integers(1, 50), min_size=1, max_size=9),
)
def test_any_sum_divides_to_the_fen(total, parts):
    shares = shares_of(parts)
    assert sum(shares) == ONE
    divided = divide(total, shares)
    assert sum(divided) == total
    assert min(divided) >= 0
