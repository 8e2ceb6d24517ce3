"""Opening an account with one's own document, and signing in with a passport."""

from datetime import date

import pytest
from django.core.cache import cache

from enrollment.models import Sex
from enrollment.services.people import identifiers, merging
from enrollment.services.people.identifiers import Given
from socsec.office.models import AuditEntry, OneTimeCode, OutboxMessage, User
from tests.portal.conftest import CHAOYANG, PASSWORD, PHONE, last_code

pytestmark = pytest.mark.django_db

MARIE = {"name": "Marie Dupont", "kind": "passport", "number": "12AB34567", "country": "FRA"}
NEW = "four words to remember"
WRONG = (
    "The code is not right, or no longer good. Look at the newest message, or ask for another code."
)


@pytest.fixture(autouse=True)
def fresh():
    """No tries left from another test: the page counts them for each address."""
    cache.clear()


@pytest.fixture
def marie(cast):
    """A Frenchwoman with a passport, no resident identity number, and no account."""
    return identifiers.enroll_without_number(
        by=cast.staff["intake"],
        name=MARIE["name"],
        sex=Sex.FEMALE,
        born_on=date(1985, 7, 1),
        region=CHAOYANG,
        phone=PHONE,
        documents=[Given("passport", MARIE["number"], "FRA")],
    )


def ask(client, **change):
    return client.post("/sign-in/open/", MARIE | change)


def answer(client, code, password=NEW, again=NEW):
    said = {"code": code, "password": password, "again": again}
    return client.post("/sign-in/open/code/", said)


def errors(page) -> list[str]:
    return [text for _anchor, text in page.context["form"].summary]


@pytest.mark.parametrize(
    ("kind", "number", "country"),
    [
        ("passport", "12 ab 34567", "fra"),
        ("foreign_resident", "911124198507010020", ""),
        ("residence_permit", "81000019850701002X", ""),
        ("travel_permit", "H12345678", ""),
    ],
)
def test_any_document_opens_an_account_and_signs_in_again(cast, client, kind, number, country):
    who = identifiers.enroll_without_number(
        by=cast.staff["intake"],
        name="Anna Bo",
        sex=Sex.FEMALE,
        born_on=date(1985, 7, 1),
        region=CHAOYANG,
        phone=PHONE,
        documents=[Given(kind, number, country)],
    )
    said = {"name": "Anna Bo", "kind": kind, "number": number, "country": country}
    assert client.post("/sign-in/open/", said).url == "/sign-in/open/code/"
    assert answer(client, last_code()).url == "/"
    user = User.objects.get(person_id=who.pk)
    assert user.is_active
    assert number not in user.username
    assert client.get("/record/").status_code == 200
    assert AuditEntry.objects.filter(act="user.open", person_id=who.pk).count() == 1
    client.post("/sign-out/")
    said |= {"password": NEW}
    assert client.post("/sign-in/?by=paper", said).url == "/sign-in/code/"
    assert client.post("/sign-in/code/", {"code": last_code()}).url == "/"
    assert client.get("/record/").status_code == 200


@pytest.mark.parametrize(
    "change",
    [{"name": "Marie Durand"}, {"number": "12AB34568"}, {"country": "BEL"}],
)
def test_a_wrong_name_or_number_gets_the_same_answer_and_no_code(marie, client, change):
    page = ask(client, **change)
    assert (page.status_code, page.url) == (302, "/sign-in/open/code/")
    assert not OutboxMessage.objects.exists()
    assert not User.objects.filter(person_id=marie.pk).exists()
    wrong = answer(client, "123456")
    assert ask(client).url == page.url
    assert errors(answer(client, "000000")) == errors(wrong)


def test_without_the_code_the_account_lets_nobody_in(marie, client):
    ask(client)
    user = User.objects.get(person_id=marie.pk)
    assert not user.is_active
    wrong = "1" * 6 if last_code() != "1" * 6 else "2" * 6
    assert errors(answer(client, wrong)) == [WRONG]
    assert OneTimeCode.objects.get().attempts == 1
    user.refresh_from_db()
    assert (user.is_active, user.has_usable_password()) == (False, False)
    page = client.post("/sign-in/?by=paper", MARIE | {"password": NEW})
    assert errors(page) == ["The number and the password do not match. Check both and try again"]


def test_a_weak_or_mistyped_password_leaves_the_code_good(marie, client):
    ask(client)
    code = last_code()
    assert errors(answer(client, code, "short", "short"))
    assert errors(answer(client, code, NEW, "another word entirely")) == [
        "The two passwords differ. Type the second one again"
    ]
    assert answer(client, code).url == "/"


def test_a_number_that_cannot_be_one_is_told_at_its_field(client, db):
    page = ask(client, kind="foreign_resident", number="911124198507010021")
    assert page.status_code == 200
    assert "check digit" in errors(page)[0]
    page = ask(client, country="")
    assert page.context["form"].errors.keys() == {"country"}


def test_whoever_has_an_account_sets_a_new_password(marie, cast, client):
    user = cast.account(marie, "marie")
    ask(client)
    assert answer(client, last_code()).url == "/"
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert not user.check_password(PASSWORD)
    assert AuditEntry.objects.filter(act="user.password", person_id=marie.pk).count() == 1


def test_an_account_that_was_switched_off_stays_closed(marie, cast, client):
    user = cast.account(marie, "marie")
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert ask(client).url == "/sign-in/open/code/"
    assert not OutboxMessage.objects.exists()
    user.refresh_from_db()
    assert not user.is_active


def test_another_code_voids_the_first_and_says_no_more_to_strangers(marie, client):
    assert client.post("/sign-in/open/again/").url == "/sign-in/open/"
    ask(client, name="Nobody")
    known = client.post("/sign-in/open/again/", follow=True)
    ask(client)
    assert client.post("/sign-in/open/again/", follow=True).text.count(
        "on its way. One a minute"
    ) == (known.text.count("on its way. One a minute"))
    assert OneTimeCode.objects.count() == 1  # one a minute


def test_after_a_merge_the_old_passport_opens_the_one_account(marie, cast, client):
    woman = cast.person("Marie Dupont", date(1985, 7, 1), woman=True)
    link = merging.propose(
        by=cast.staff["assessor"], survivor=woman, absorbed=marie, reason="same woman"
    )
    merging.approve(by=cast.staff["reviewer"], link=link)
    ask(client)
    answer(client, last_code())
    assert User.objects.get(kind="insured").person_id == woman.pk
