"""A social security card from the request to its end, and the code that stands for it for a minute."""

from datetime import date, timedelta

import pytest
from django.core import signing
from django.core.cache import cache
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from enrollment.models import BankAccount, Card, CardState
from enrollment.services.living import life
from enrollment.services.people import cards, electronic_card
from socsec.office.calendar import add_working_days
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Notice, Office, Role, User
from socsec.office.services import users

from .conftest import BEIJING, SHANGHAI

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition")]
BACKEND = "django.contrib.auth.backends.ModelBackend"
S = CardState


@pytest.fixture
def li(enroll):
    return enroll("李芳")


@pytest.fixture
def me(li):
    return users.create_insured(username="li.fang", password="x" * 20, person_id=li.pk, by=None)


@pytest.fixture
def asked(intake, li):
    return cards.request(by=intake, person=li, channel="counter")


@pytest.fixture
def in_use(intake, asked):
    made = cards.produced(
        by=intake, card=asked, number="a12345678", bank="工商银行", account="62220200000000018"
    )
    return cards.activate(by=intake, card=cards.issue(by=intake, card=made))


@pytest.fixture
def hospital(db):
    office = Office.objects.create(code="H", name_zh="医院", name_en="Hospital", region_id=SHANGHAI)
    return users.create_partner(username="hospital", office=office, by=None)


def test_a_card_goes_its_way_with_an_entry_for_each_step(in_use, li):
    assert in_use.state == S.ACTIVE
    assert in_use.number == "A12345678"
    acts = AuditEntry.objects.filter(person_id=li.pk, subject_type="card").order_by("id")
    assert [entry.act for entry in acts] == [
        "card.request",
        "card.produce",
        "card.issue",
        "card.activate",
    ]


def test_the_law_gives_ten_working_days_from_the_request(asked):
    assert asked.due_on == add_working_days(timezone.localdate(), 10)
    assert not asked.late(asked.due_on)
    assert asked.late(asked.due_on + timedelta(days=1))


def test_asked_twice_it_is_one_card_and_who_has_one_gets_no_second(intake, li, asked, in_use):
    assert Card.objects.count() == 1
    with pytest.raises(Conflict) as refused:
        cards.request(by=intake, person=li, channel="counter")
    assert refused.value.code == "card_there"
    with pytest.raises(IntegrityError), transaction.atomic():
        Card.objects.create(
            person=li,
            region=BEIJING,
            channel="counter",
            requested_by=intake,
            requested_on=date(2026, 1, 5),
            due_on=date(2026, 1, 19),
        )


@pytest.mark.parametrize("verb", ["issue", "activate", "report_lost", "found", "replace"])
def test_no_step_is_left_out(intake, asked, verb):
    more = {"channel": "counter"} if verb in ("report_lost", "replace") else {}
    with pytest.raises((Conflict, Refused)):
        getattr(cards, verb)(by=intake, card=asked, **more)
    asked.refresh_from_db()
    assert asked.state == S.REQUESTED
    assert AuditEntry.objects.filter(subject_type="card").count() == 1


@pytest.mark.parametrize("after", [s for s in S if s not in ("requested", "produced", "cancelled")])
def test_the_database_knows_the_way_too(asked, after):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "update enrollment_card set state = %s, produced_on = now(), number = 'X00000000'",
            [after],
        )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("delete from enrollment_card")


def test_a_lost_card_counts_for_nothing_at_once_and_is_what_it_was_when_found(
    intake, in_use, me, li
):
    lost = cards.report_lost(by=intake, card=in_use, channel="phone")
    assert cards.report_lost(by=me, card=lost, channel="portal").state == S.LOST
    assert AuditEntry.objects.filter(act="card.lost").count() == 1
    assert Notice.objects.filter(person_id=li.pk).count() == 1
    with pytest.raises(Conflict):
        cards.activate(by=me, card=lost, channel="portal")
    again = cards.found(by=me, card=lost, channel="portal")
    assert (again.state, again.lost_at, again.before_loss) == (S.ACTIVE, None, "")


def test_a_lost_card_is_replaced_once_and_never_counts_again(intake, in_use):
    with pytest.raises(Refused):
        cards.replace(by=intake, card=in_use, channel="counter")
    lost = cards.report_lost(by=intake, card=in_use, channel="counter")
    new = cards.replace(by=intake, card=lost, channel="counter", reason="stolen")
    assert (new.state, new.replaces_id, new.due_on) == (
        S.REQUESTED,
        lost.pk,
        add_working_days(timezone.localdate(), 10),
    )
    lost.refresh_from_db()
    assert lost.state == S.REPLACED
    for verb in (cards.found, cards.activate, cards.issue):
        with pytest.raises(Conflict):
            verb(by=intake, card=lost)
    with pytest.raises(Refused):
        cards.replace(by=intake, card=lost, channel="counter")


def test_the_account_on_the_card_becomes_that_of_the_purposes_chosen(intake, asked, li):
    made = cards.produced(
        by=intake, card=asked, number="A12345678", bank="工商银行", account="62220200000000018"
    )
    issued = cards.issue(by=intake, card=made)
    cards.activate(by=intake, card=issued, use_for=("benefit",))
    account = BankAccount.objects.get(person=li, purpose="benefit")
    assert (account.account, account.holder) == ("62220200000000018", "李芳")
    assert not BankAccount.objects.filter(purpose="contribution").exists()
    with connection.cursor() as cursor:
        cursor.execute("select account from enrollment_card")
        assert "62220200000000018" not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": "12"}, "number"),
        ({"number": "A1234567!"}, "number"),
        ({"bank": "工商银行"}, "account"),
        ({"account": "62220200000000018"}, "account"),
        ({"bank": "工商银行", "account": "1"}, "account"),
    ],
)
def test_what_cannot_be_on_a_card_is_refused_by_its_field(intake, asked, change, field):
    with pytest.raises(Invalid) as refused:
        cards.produced(by=intake, card=asked, **{"number": "A12345678", **change})
    assert refused.value.field == field
    asked.refresh_from_db()
    assert asked.state == S.REQUESTED


def test_two_cards_never_have_one_number(intake, in_use, enroll):
    other = cards.request(by=intake, person=enroll("王芳"), channel="counter")
    with pytest.raises(Conflict) as refused:
        cards.produced(by=intake, card=other, number="A12345678")
    assert refused.value.code == "card_number_taken"


def test_a_death_ends_the_card_and_the_dead_get_none(intake, in_use, li):
    life.record_death(
        by=intake, person=li, died_on=date(2026, 10, 1), known_on=date(2026, 10, 5), document="d"
    )
    in_use.refresh_from_db()
    assert in_use.state == S.CANCELLED
    li.refresh_from_db()
    with pytest.raises(Refused):
        cards.request(by=intake, person=li, channel="counter")


def test_who_may_not_does_nothing(accountant, staff, asked, li, enroll):
    other = users.create_insured(
        username="other", password="x" * 20, person_id=enroll("赵").pk, by=None
    )
    for who, problem in (
        (accountant, Denied),
        (staff(Role.INTAKE, region=SHANGHAI), NotFound),
        (other, Denied),
    ):
        with pytest.raises(problem):
            cards.cancel(by=who, card=asked, reason="x")
        with pytest.raises(problem):
            cards.request(by=who, person=li, channel="portal")
    asked.refresh_from_db()
    assert asked.state == S.REQUESTED


# The electronic card


def test_a_code_says_who_it_is_and_in_what_insured_once(in_use, me, hospital, li):
    cache.clear()
    token = electronic_card.token(by=me, card=in_use)
    shown = electronic_card.check(by=hospital, text=f" {token} ")
    assert (shown.person, shown.card, shown.insured) == (li, in_use, [])
    assert AuditEntry.objects.filter(act="card.check", person_id=li.pk, actor=hospital).count() == 1
    with pytest.raises(Refused) as refused:
        electronic_card.check(by=hospital, text=token)
    assert refused.value.code == "code_used"


def test_a_code_is_good_for_a_minute(in_use, me, hospital, monkeypatch):
    cache.clear()
    token = electronic_card.token(by=me, card=in_use)
    then = signing.time.time
    monkeypatch.setattr(signing.time, "time", lambda: then() + 61)
    with pytest.raises(Refused) as refused:
        electronic_card.check(by=hospital, text=token)
    assert refused.value.code == "code_expired"


def test_an_altered_a_foreign_and_a_lost_cards_code_are_refused(in_use, me, hospital, intake):
    cache.clear()
    token = electronic_card.token(by=me, card=in_use)
    for wrong in ("", "SSC1.x", token[:-1] + ("A" if token[-1] != "A" else "B"), "x" + token):
        with pytest.raises(NotFound):
            electronic_card.check(by=hospital, text=wrong)
    with pytest.raises(Denied):
        electronic_card.check(by=me, text=token)
    cards.report_lost(by=intake, card=in_use, channel="phone")
    with pytest.raises(Refused) as refused:
        electronic_card.check(by=hospital, text=token)
    assert refused.value.code == "card_not_active"
    in_use.refresh_from_db()
    with pytest.raises(Refused):
        electronic_card.token(by=me, card=in_use)


def test_staff_cannot_show_a_persons_code(in_use, intake):
    with pytest.raises(Denied):
        electronic_card.token(by=intake, card=in_use)


# The portal


@pytest.fixture
def at_home(client, me):
    client.force_login(me, backend=BACKEND)
    return client


def test_a_person_asks_for_a_card_activates_loses_finds_and_replaces_it(at_home, li, intake):
    deed = lambda verb: at_home.post(reverse("card_deed", args=[verb]), {"sure": "yes"})  # noqa: E731
    assert deed("request").url == reverse("card")
    card = Card.objects.get(person=li)
    cards.issue(by=intake, card=cards.produced(by=intake, card=card, number="A12345678"))
    for verb, state in (
        ("activate", S.ACTIVE),
        ("lost", S.LOST),
        ("found", S.ACTIVE),
        ("lost", S.LOST),
    ):
        assert deed(verb).status_code == 302
        card.refresh_from_db()
        assert card.state == state
    assert deed("replace").status_code == 302
    assert Card.objects.get(person=li, state=S.REQUESTED).replaces == card
    assert at_home.get(reverse("card")).status_code == 200


def test_a_verb_that_does_not_fit_does_not_exist_and_no_answer_does_nothing(at_home, asked):
    assert at_home.get(reverse("card_deed", args=["activate"])).status_code == 404
    assert at_home.post(reverse("card_deed", args=["nonsense"])).status_code == 404
    cards_before = Card.objects.values_list("state", flat=True)[:]
    assert list(cards_before) == [S.REQUESTED]
    assert at_home.get(reverse("card_code")).status_code == 422


def test_the_code_page_renews_itself_without_script_and_shows_a_new_code_each_time(at_home, in_use):
    pages = [at_home.get(reverse("card_code")) for _ in range(2)]
    assert [page.status_code for page in pages] == [200, 200]
    assert pages[0].text.split("<path d=")[1] != pages[1].text.split("<path d=")[1]
    assert '<meta http-equiv="refresh" content="55">' in pages[0].text
    assert pages[0]["Cache-Control"] == "no-store"


def test_a_visitor_is_asked_to_sign_in_and_sees_no_card(client, in_use):
    for name in ("card", "card_code"):
        assert client.get(reverse(name)).status_code == 302


# The desk


def desk(user: User) -> User:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return User.objects.get(pk=user.pk)


def test_the_desk_queue_shows_what_is_due_first_and_its_verbs_do_it(
    client, intake, asked, li, staff
):
    client.force_login(desk(intake), backend=BACKEND)
    page = client.get(reverse("admin:enrollment_card_changelist"))
    assert li.name in page.text
    url = lambda verb: reverse("admin:enrollment_card_verb", args=[asked.pk, verb])  # noqa: E731
    assert client.post(url("made"), {"number": "A12345678"}).status_code == 302
    assert client.post(url("issue")).status_code == 302
    assert client.post(url("activate"), {"use_for": "benefit"}).status_code == 422  # no account
    assert client.post(url("activate"), {"use_for": ""}).status_code == 302
    assert client.post(url("lost"), {"channel": "phone"}).status_code == 302
    answer = client.post(url("replace"), {"reason": "stolen"})
    new = Card.objects.get(state=S.REQUESTED)
    assert answer.url == reverse("admin:enrollment_card_change", args=[new.pk])
    assert client.get(answer.url).status_code == 200

    client.force_login(desk(staff(Role.INTAKE, region=SHANGHAI)), backend=BACKEND)
    assert client.get(url("cancel")).status_code == 404
    assert client.post(url("cancel"), {"reason": "x"}).status_code == 404
    assert li.name not in client.get(reverse("admin:enrollment_card_changelist")).text
    new.refresh_from_db()
    assert new.state == S.REQUESTED
