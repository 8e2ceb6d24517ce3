"""Signing in: two steps, few tries, and no hint about who is insured."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from socsec.kernel.ids import make_resident_id
from socsec.office.models import AuditEntry, OneTimeCode, OutboxMessage
from socsec.office.services import codes
from tests.portal.conftest import PASSWORD, PHONE, Shen, last_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def shen(cast):
    """The man himself: to sign in he needs no record."""
    man = cast.person("沈禾生", date(1966, 8, 3))
    return Shen(cast, man, cast.account(man, "shen.hesheng"), 0)


def first_step(client, shen, password=PASSWORD, number=None, **more):
    number = number or shen.person.resident_id
    return client.post("/sign-in/", {"resident_id": number, "password": password, **more})


def test_number_password_and_code_open_the_portal(client, shen):
    assert first_step(client, shen, next="/record/").url == "/sign-in/code/"
    page = client.get("/sign-in/code/")
    assert "139****2086" in page.text
    assert PHONE not in page.text
    answer = client.post("/sign-in/code/", {"code": f" {last_code()[:3]} {last_code()[3:]}"})
    assert answer.url == "/record/"
    assert client.get("/record/").status_code == 200
    assert AuditEntry.objects.filter(act="portal.sign_in", actor=shen.user).count() == 1


def test_after_the_password_alone_nothing_is_open(client, shen):
    first_step(client, shen)
    assert client.get("/record/").status_code == 302
    assert client.get("/stay/").status_code == 401


def test_a_number_may_be_typed_with_spaces_and_a_small_x(client, shen):
    number = shen.person.resident_id
    spaced = f"{number[:6]} {number[6:14]} {number[14:].lower()}"
    assert first_step(client, shen, number=spaced).url == "/sign-in/code/"


def errors(page) -> list[str]:
    return [text for _anchor, text in page.context["form"].summary]


def test_a_wrong_password_and_an_unknown_number_get_the_same_answer(client, shen):
    wrong = first_step(client, shen, password="another word")
    nobody = first_step(client, shen, number=make_resident_id("110105", shen.person.born_on, 998))
    assert errors(wrong) == errors(nobody)
    assert wrong.status_code == nobody.status_code == 200
    assert not OutboxMessage.objects.exists()


def test_the_page_of_an_error_says_so_in_its_title_and_keeps_the_number_but_not_the_password(
    client, shen
):
    page = first_step(client, shen, password="another word")
    assert "<title>Error: Sign in" in page.text
    assert shen.person.resident_id in page.text
    assert "another word" not in page.text


@pytest.mark.parametrize("known", [True, False])
def test_five_wrong_passwords_lock_for_a_while_even_for_the_right_one(client, shen, known):
    number = (
        shen.person.resident_id if known else make_resident_id("110105", shen.person.born_on, 998)
    )
    answers = [first_step(client, shen, "wrong", number) for _ in range(5)]
    assert [answer.status_code for answer in answers[:4]] == [200] * 4
    locked = first_step(client, shen, PASSWORD, number)
    assert locked.status_code == 429
    assert "12333" in locked.text
    assert not OutboxMessage.objects.exists()
    # The lock is on the account and not on the machine it was tried from.
    assert first_step(Client(), shen, PASSWORD, number).status_code == 429


def test_a_wrong_code_says_so_and_five_of_them_spend_the_code(client, shen):
    first_step(client, shen)
    good = last_code()
    bad = "000000" if good != "000000" else "000001"
    for _ in range(codes.GUESSES):
        assert "not right" in errors(client.post("/sign-in/code/", {"code": bad}))[0]
    assert "too often" in errors(client.post("/sign-in/code/", {"code": good}))[0]
    assert client.get("/record/").status_code == 302


def test_a_code_works_once(client, shen):
    first_step(client, shen)
    code = last_code()
    client.post("/sign-in/code/", {"code": code})
    again = Client()
    OneTimeCode.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    first_step(again, shen)
    if last_code() != code:
        assert again.post("/sign-in/code/", {"code": code}).status_code == 200
    assert again.get("/record/").status_code == 302


def test_a_code_may_be_asked_for_again_but_not_at_once(client, shen):
    first_step(client, shen)
    client.post("/sign-in/code/again/")
    assert OutboxMessage.objects.count() == 1
    assert "sent a moment ago" in client.get("/sign-in/code/").text
    OneTimeCode.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    client.post("/sign-in/code/again/")
    assert OutboxMessage.objects.count() == 2
    assert "on its way" in client.get("/sign-in/code/").text


def test_the_first_step_holds_for_a_quarter_of_an_hour(client, shen):
    first_step(client, shen)
    session = client.session
    session["pending"] = {**session["pending"], "at": session["pending"]["at"] - 16 * 60}
    session.save()
    assert client.post("/sign-in/code/", {"code": last_code()}).url == "/sign-in/"
    assert client.get("/record/").status_code == 302


def test_who_has_no_phone_is_shown_another_way(client, shen):
    shen.person.phone = ""
    shen.person.save(update_fields=["phone"])
    page = first_step(client, shen)
    assert page.status_code == 403
    assert "township desk" in page.text
    assert client.get("/record/").status_code == 302


def test_staff_do_not_sign_in_here_even_with_an_account_of_their_own_person(client, shen):
    clerk = shen.cast.staff["reviewer"]
    clerk.set_password(PASSWORD)
    clerk.save()
    answer = client.post("/sign-in/", {"resident_id": clerk.username, "password": PASSWORD})
    assert answer.status_code == 200
    assert not OutboxMessage.objects.exists()


def test_an_account_that_is_switched_off_stays_out(client, shen):
    shen.user.is_active = False
    shen.user.save()
    assert first_step(client, shen).status_code == 200
    assert not OutboxMessage.objects.exists()


def test_an_account_switched_off_between_the_steps_stays_out(client, shen):
    first_step(client, shen)
    shen.user.is_active = False
    shen.user.save()
    assert client.post("/sign-in/code/", {"code": last_code()}).url == "/sign-in/"


def test_signing_out_closes_everything(in_portal):
    answer = in_portal.post("/sign-out/", follow=True)
    assert "You are signed out." in answer.text
    assert in_portal.get("/record/").status_code == 302
    assert in_portal.get("/sign-out/").status_code == 405


def test_the_way_back_leads_only_to_our_own_pages(client, shen):
    first_step(client, shen, next="https://example.net/")
    assert client.post("/sign-in/code/", {"code": last_code()}).url == "/"


def test_who_is_signed_in_goes_on_at_once(in_portal):
    assert in_portal.get("/sign-in/?next=/record/").url == "/record/"
