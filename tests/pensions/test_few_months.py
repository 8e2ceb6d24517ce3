"""Too few months at the pensionable age: go on paying, move to the residents' scheme, or take the balance.

Li Si, born in March 1966, reaches the age in July 2026 with 170 months of the 180 that are asked for,
and 60,000 yuan on the account at the end of 2025. It is August 2026.
"""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from enrollment.models import Person
from enrollment.services.living import life
from funds.models import PaymentBatch, Scheme
from funds.services import fund
from pensions import queries
from pensions.models import (
    AccountState,
    BalanceClaim,
    Category,
    FewMonthsChoice,
    IndividualAccount,
    Transfer,
    Way,
)
from pensions.services import claim, few_months, transfers
from socsec.kernel.months import month
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Case, Notice, Role, User
from socsec.office.services import users
from tests.api.conftest import partner

from .conftest import BEIJING, PENSION, SHANGHAI, START, findings, staff

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
MAN = Category.MALE_60


@pytest.fixture(autouse=True)
def today(monkeypatch):
    def turn(day):
        monkeypatch.setattr(timezone, "localdate", lambda *of: of[0].date() if of else day)

    turn(date(2026, 8, 10))
    return turn


@pytest.fixture
def li(shanghai, enroll, carry, open_account, bank):
    who = enroll(name="李四")
    carry(who, month(2011, 11), month(2025, 12), 6_000_00)
    open_account(who, 60_000_00, month(2025, 12))
    bank(who)
    return who


@pytest.fixture
def residents(shanghai):
    return fund.establish(PENSION, Scheme.RESIDENTS, SHANGHAI, since=date(2020, 1, 1))


def test_the_sheet_says_what_is_missing_and_what_each_way_comes_to(li):
    """60,000 × 7 months × 1.50 % ÷ 12 = 525.00 up to July; ten months from August on: June 2027."""
    found = few_months.offer(li, MAN)
    assert (found.open, found.sheet.missing) == (True, 10)
    assert found.sheet.pension_from == month(2027, 6)
    assert (found.sheet.balance, found.interest) == (60_525_00, 525_00)


def test_who_goes_on_paying_chooses_once_and_may_choose_otherwise_later(li, intake, refuses):
    said = {"by": intake, "person": li, "category": MAN}
    made = few_months.go_on(**said)
    assert few_months.go_on(**said).pk == made.pk
    assert (made.way, made.months, made.required) == (Way.GO_ON, 170, 180)
    refuses(Refused, "chosen_already", few_months.ask_balance, channel="counter", **said)
    refuses(Refused, "chosen_already", few_months.move, channel="counter", **said)
    few_months.give_up(by=intake, choice=made)
    refuses(Conflict, "withdrawn_already", few_months.give_up, by=intake, choice=made)
    assert few_months.ask_balance(channel="counter", **said).open


def test_a_move_is_a_link_into_the_residents_scheme(li, residents, intake, refuses):
    said = {"by": intake, "person": li, "category": MAN, "channel": "counter"}
    made = few_months.move(**said)
    assert few_months.move(**said).pk == made.pk
    assert made.transfer.to_scheme == Scheme.RESIDENTS
    assert transfers.judge(made.transfer).allowed
    refuses(Refused, "transfer_under_way", few_months.give_up, by=intake, choice=made)
    Transfer.objects.filter(pk=made.transfer_id).update(state="withdrawn")
    few_months.give_up(by=intake, choice=made)
    assert few_months.standing(li.pk) is None


def test_the_law_opens_no_way_before_the_age_nor_with_enough_months(
    li, zhang, enroll, intake, reviewer, granted, refuses
):
    young = enroll(name="王五", born=date(1970, 3, 8))
    for verb in (few_months.go_on, few_months.move, few_months.ask_balance):
        more = {} if verb == few_months.go_on else {"channel": "counter"}

        def no(problem, code, verb=verb, more=more, **changed):
            said = {"by": intake, "person": li, "category": MAN, **more, **changed}
            refuses(problem, code, verb, **said)

        no(Refused, "not_of_age", person=young)
        no(Refused, "months_enough", person=zhang)
        no(Invalid, "wrong_category", category=Category.FEMALE_50)
        no(NotFound, "outside_region", by=staff(Role.INTAKE, region=BEIJING))
        no(Denied, "not_permitted", by=reviewer)
    granted(zhang)
    no(Refused, "in_payment", person=zhang)
    life.record_death(
        by=intake, person=Person.objects.get(pk=li.pk), died_on=date(2026, 8, 1), document="证明"
    )
    no(Refused, "dead", person=Person.objects.get(pk=li.pk))
    assert not FewMonthsChoice.objects.exists()
    assert not BalanceClaim.objects.exists()


@pytest.fixture
def asked(intake):
    def make(who):
        return few_months.ask_balance(by=intake, person=who, category=MAN, channel="counter")

    return make


def test_the_balance_is_paid_once_told_confirmed_and_decided_by_two(
    li, asked, intake, assessor, reviewer, claimed, refuses
):
    made = asked(li)
    assert asked(li).pk == made.pk
    assert Notice.objects.filter(case=made.case, title_en__startswith="Before").count() == 1
    refuses(Refused, "not_confirmed", few_months.assess, by=assessor, claim=made)
    refuses(Invalid, "empty", few_months.confirm, by=intake, claim=made, document=" ")
    few_months.confirm(by=intake, claim=made, document="终止关系确认书")
    few_months.assess(by=assessor, claim=made)
    refuses(Denied, "not_permitted", few_months.pay, by=assessor, claim=made)
    refuses(Refused, "entitled", few_months.refuse, by=reviewer, claim=made)
    done = few_months.pay(by=reviewer, claim=made)
    assert (done.granted, done.balance) == (True, 60_525_00)
    assert done.envelope.total == 60_525_00
    assert queries.balance(li.pk) == 0
    assert IndividualAccount.objects.get(person_id=li.pk).state == AccountState.CLOSED
    kinds = [row.kind.name for row in _entries(li)]
    assert kinds == ["OPENING", "INTEREST", "CLOSE"]
    assert findings() == []
    refuses(Refused, "relation_ended", few_months.ask_balance, by=intake, person=li, category=MAN, channel="counter")  # fmt: skip
    refuses(Refused, "relation_ended", claim.open_claim, by=intake, person=li, start_month=START, category=MAN, channel="counter")  # fmt: skip


def _entries(who):
    from pensions.models import AccountEntry, EntryKind

    rows = AccountEntry.objects.filter(person_id=who.pk).order_by("seq")
    for row in rows:
        row.kind = EntryKind(row.kind)
    return rows


def test_books_that_changed_stop_the_payment_and_it_may_be_taken_back(
    li, asked, carry, intake, assessor, reviewer, today, refuses
):
    made = asked(li)
    few_months.confirm(by=intake, claim=made, document="终止关系确认书")
    few_months.assess(by=assessor, claim=made)
    carry(li, month(2011, 1), month(2011, 3), 6_000_00)
    refuses(Conflict, "facts_changed", few_months.pay, by=reviewer, claim=made)
    assert not PaymentBatch.objects.exists()
    few_months.send_back(by=reviewer, claim=made, text="又补了三个月")
    carry(li, month(2010, 1), month(2010, 8), 6_000_00)
    few_months.assess(by=assessor, claim=made)  # 181 months by now: no choice any more
    refuses(Refused, "not_entitled", few_months.pay, by=reviewer, claim=made)
    few_months.refuse(by=reviewer, claim=made)
    assert [each["code"] for each in Case.objects.get(pk=made.pk).reasons] == ["short"]
    assert not BalanceClaim.objects.get().open


def test_the_desk_takes_it_from_the_person_to_the_envelope(li, client, reviewer):
    client.force_login(staff(Role.INTAKE), backend=BACKEND)
    file = reverse("admin:enrollment_person_change", args=[li.pk])
    client.post(file, {"reason": "窗口来访"})
    page = client.get(file).content.decode()
    url = reverse("admin:pensions_few_months", args=[li.pk])
    assert url in page
    assert client.post(url, {"category": "0", "way": ""}).status_code == 422
    assert client.post(url, {"category": "0", "way": "balance"}).status_code == 302
    made = BalanceClaim.objects.get()

    def step(verb, **said):
        return client.post(
            reverse("admin:pensions_balance_verb", args=[made.pk, verb]), said
        ).status_code

    assert step("confirm", document="终止关系确认书") == 302
    assert step("assess") == 403
    client.force_login(staff(Role.ASSESSOR), backend=BACKEND)
    assert step("assess") == 302
    client.force_login(staff(Role.REVIEWER, region=BEIJING), backend=BACKEND)
    assert step("pay") == 404
    client.force_login(reviewer, backend=BACKEND)
    assert step("pay") == 302
    shown = client.get(reverse("admin:office_case_change", args=[made.pk])).content.decode()
    assert "60,525.00" in shown


def test_the_desk_records_and_takes_back_a_choice(li, client):
    client.force_login(staff(Role.INTAKE), backend=BACKEND)
    url = reverse("admin:pensions_few_months", args=[li.pk])
    client.post(url, {"category": "0", "way": "go_on"})
    made = FewMonthsChoice.objects.get()
    back = reverse("admin:pensions_few_months_give_up", args=[made.pk])
    client.force_login(staff(Role.INTAKE, region=BEIJING), backend=BACKEND)
    assert (client.get(url).status_code, client.get(back).status_code) == (404, 404)
    client.force_login(staff(Role.INTAKE), backend=BACKEND)
    assert client.post(back).status_code == 302
    assert few_months.standing(li.pk) is None


def test_the_person_chooses_and_confirms_at_the_portal(li, zhang, client):
    for who, name in ((li, "lisi"), (zhang, "zhang")):
        users.create_insured(
            username=name, password="a word that is long enough", person_id=who.pk, by=None
        )
    url = reverse("few_months")
    assert client.get(url).status_code == 302
    client.force_login(User.objects.get(username="zhang"), backend=BACKEND)
    answer = client.post(url, {"category": "0", "way": "balance"})
    assert answer.status_code == 422
    assert "months are enough" in answer.content.decode()
    client.force_login(User.objects.get(username="lisi"), backend=BACKEND)
    shown = client.get(url).content.decode()
    assert "170 / 180" in shown
    assert "60,525.00" in shown
    assert client.post(url, {"category": "0", "way": "go_on"}).status_code == 302
    assert "June 2027" in client.get(url).content.decode()
    client.post(url)
    assert client.post(url, {"category": "0", "way": "balance"}).status_code == 302
    made = BalanceClaim.objects.get()
    assert "for life" in client.get(url).content.decode()
    assert client.post(url).status_code == 302
    made.refresh_from_db()
    assert made.confirmed_on == date(2026, 8, 10)


def test_a_partner_asks_chooses_and_hands_in_the_confirmation(li, intake):
    here, away = partner(f"P{SHANGHAI}", "street-office"), None
    staff(Role.INTAKE, region=BEIJING)
    away = partner(f"P{BEIJING}", "elsewhere")
    path = f"/api/v1/people/{li.public_id}/few-months/"
    read = {"scopes": ("claims:read",), "purpose": "benefit"}
    write = {"scopes": ("claims:write",), "purpose": "benefit"}
    assert away.ask("get", f"{path}?work=male_60", **read).status_code == 404
    assert here.ask("get", path, **read).status_code == 422
    found = here.ask("get", f"{path}?work=male_60", **read).json()
    assert (found["missing"], found["pension_from"], found["way"]) == (10, "2027-06", "")
    body = {"work": "male_60", "way": "balance"}
    made = here.ask("post", path, body, key="a" * 20, **write)
    assert (made.status_code, made.json()["way"]) == (201, "balance")
    confirm = f"/api/v1/pension-balances/{made.json()['case']}/confirm/"
    say = {"document": "终止关系确认书"}
    assert away.ask("post", confirm, say, key="b" * 20, **write).status_code == 404
    done = here.ask("post", confirm, say, key="c" * 20, **write)
    assert (done.status_code, done.json()["confirmed"]) == (201, True)
    other = here.ask("post", path, {"work": "male_60", "way": "go_on"}, key="d" * 20, **write)
    assert (other.status_code, other.json()["code"]) == (422, "chosen_already")
