"""A transfer at the desk and in the portal: each office its own verbs, the person every state."""

import pytest
from django.urls import reverse
from django.utils import timezone

from enrollment.models import Movement, MovementState
from enrollment.services import movements
from funds.models import Scheme
from funds.services import fund
from pensions.models import EntryKind, Transfer, TransferAccount, TransferState
from pensions.services import entries, transfers
from socsec.kernel.months import month
from socsec.office.models import Case
from socsec.office.services import users

from . import offices
from .conftest import BEIJING, PENSION, PUDONG, SHANGHAI
from .offices import pay

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def two(edition):
    return offices.two()


@pytest.fixture
def mover(two):
    return two.mover()


@pytest.fixture
def sign_in(client):
    def make(user):
        client.force_login(user, backend=BACKEND)
        return client

    return make


def person(who):
    return users.create_insured(
        username=f"portal-{who.pk}",
        password="a word that is long enough",
        person_id=who.pk,
        by=None,
    )


def test_the_whole_way_at_the_two_desks(two, mover, sign_in):
    movement = two.move(mover)
    desk = sign_in(two.old.intake)
    lists = desk.get(reverse("admin:pensions_transfer_changelist")).content.decode()
    assert reverse("admin:pensions_transfer_open") in lists
    opened = desk.get(reverse("admin:pensions_transfer_open"))
    assert "许望舒" in opened.content.decode()
    answer = desk.post(reverse("admin:pensions_transfer_open"), {"movement": movement.pk})
    made = Transfer.objects.get()
    page = reverse("admin:pensions_transfer_change", args=[made.pk])
    assert (answer.status_code, answer.url) == (302, page)

    def press(user, verb, **said):
        return sign_in(user).post(
            reverse("admin:pensions_transfer_verb", args=[made.pk, verb]), said
        )

    def offered(user):
        return sign_in(user).get(page).content.decode()

    assert "do/assess/" in offered(two.old.maker)
    assert "do/assess/" not in offered(two.new.maker)
    assert press(two.old.maker, "assess").status_code == 302
    case = made.cases.get().case
    shown = (
        sign_in(two.old.checker)
        .get(reverse("admin:office_case_change", args=[case.pk]))
        .content.decode()
    )
    assert "76,514.14" in shown
    assert "do/send/" in shown
    assert press(two.old.checker, "send").status_code == 302
    pay(two.old, made)
    today = timezone.localdate()
    when = {"on_day": today.day, "on_month": today.month, "on_year": today.year, "reference": "B1"}
    wrong = press(two.new.money, "arrive", amount="76514.13", **when)
    assert wrong.status_code == 422
    assert "76,514.14" in wrong.content.decode()
    assert press(two.new.money, "arrive", amount="76514.14", **when).url == page
    assert press(two.new.maker, "compare").status_code == 302
    assert press(two.new.checker, "take").status_code == 302
    made.refresh_from_db()
    assert made.state == TransferState.DONE
    assert press(two.new.checker, "no-such-verb").status_code == 404


def test_another_region_does_not_see_it_and_roles_see_their_own_verbs(two, mover, sign_in):
    made = transfers.open_record(by=two.old.intake, movement=two.move(mover))
    page = reverse("admin:pensions_transfer_change", args=[made.pk])
    stranger = sign_in(two.stranger)
    assert "许望舒" not in stranger.get(page, follow=True).content.decode()
    verb = reverse("admin:pensions_transfer_verb", args=[made.pk, "assess"])
    assert stranger.post(verb).status_code == 404
    assert sign_in(two.old.intake).post(verb).status_code == 403
    assert sign_in(two.old.intake).get(page).status_code == 200
    made.refresh_from_db()
    assert made.state == TransferState.DUE
    mine = sign_in(person(mover))
    assert mine.get(page).status_code in (302, 403)


def test_an_account_for_transfers_is_entered_by_one_and_approved_by_another(two, sign_in):
    enter = reverse("admin:pensions_transferaccount_enter")
    said = {
        "fund": two.new.fund.pk,
        "payee": "中心",
        "bank": "银行",
        "account": "622848000000058",
    }
    assert sign_in(two.new.intake).get(enter).status_code == 403
    assert sign_in(two.new.money).post(enter, said).status_code == 302
    held = TransferAccount.objects.get(state="draft")
    approve = reverse("admin:pensions_transferaccount_approve", args=[held.pk])
    assert sign_in(two.new.checker).get(approve).status_code == 200
    assert sign_in(two.new.checker).post(approve).status_code == 302
    held.refresh_from_db()
    assert held.state == TransferAccount.State.APPROVED
    assert sign_in(two.old.checker).post(approve).status_code == 404


def test_the_person_sees_every_state_and_the_sheet(two, mover, sign_in):
    made = transfers.open_record(by=two.old.intake, movement=two.move(mover))
    me = person(mover)
    page = reverse("transfer", args=[made.public_id])
    assert made.get_state_display() in sign_in(me).get(page).content.decode()
    offices.send(two.old, made)
    shown = sign_in(me).get(page).content.decode()
    assert "76,514.14" in shown
    assert "45,024.00" in shown
    assert str(made.public_id) in sign_in(me).get(reverse("transfers")).content.decode()
    stranger = two.mover(serial=54)
    assert sign_in(person(stranger)).get(page).status_code == 404


@pytest.fixture
def farmer(two, enroll, carry):
    """Fifteen years as a worker, 3,000 yuan on a resident's account."""
    pool = fund.establish(PENSION, Scheme.RESIDENTS, SHANGHAI)
    who = enroll()
    carry(who, month(2010, 7), month(2025, 6), 6_000_00)
    for held in (pool, two.new.fund):
        entries.write_one(
            fund=held,
            kind=EntryKind.OPENING,
            person_id=who.pk,
            region=PUDONG,
            month=month(2026, 1),
            bears_from=month(2026, 1),
            amount=3_000_00,
            source=f"test:{held.pk}",
        )
    return who


def test_the_person_asks_for_schemes_to_be_brought_together_and_takes_it_back(farmer, sign_in):
    me = sign_in(person(farmer))
    ask = reverse("transfer_link")
    assert me.get(ask).status_code == 200
    assert me.post(ask, {}).status_code == 422
    answer = me.post(ask, {"way": "residents", "truth": "on"})
    made = Transfer.objects.get()
    assert (answer.status_code, made.state) == (302, TransferState.ASKED)
    assert me.get(answer.url).status_code == 200
    case = made.cases.get().case
    back = reverse("case_withdraw", args=[case.number])
    me.post(back, {"sure": "yes"})
    made.refresh_from_db()
    case.refresh_from_db()
    assert (made.state, case.state) == (TransferState.WITHDRAWN, Case.State.WITHDRAWN)


def test_the_desk_receives_and_decides_a_linking(two, farmer, sign_in):
    asked = reverse("admin:pensions_transfer_link", args=[farmer.pk])
    desk = sign_in(two.new.intake)
    answer = desk.post(asked, {"from_scheme": "2", "to_scheme": "1", "category": "0"})
    made = Transfer.objects.get()
    assert answer.url == reverse("admin:pensions_transfer_change", args=[made.pk])

    def press(user, verb, **said):
        return sign_in(user).post(
            reverse("admin:pensions_transfer_verb", args=[made.pk, verb]), said
        )

    assert press(two.new.maker, "propose").status_code == 302
    assert press(two.new.checker, "agree").status_code == 302
    made.refresh_from_db()
    assert made.state == TransferState.DUE
    assert sign_in(two.old.intake).get(asked).status_code == 404


def test_a_payment_is_called_by_words_not_by_its_code(two, mover, sign_in):
    made = transfers.open_record(by=two.old.intake, movement=two.move(mover))
    held = offices.send(two.old, made)
    page = sign_in(two.old.maker).get(reverse("admin:pensions_transfer_change", args=[held.pk]))
    assert "Transfer of an entitlement" in page.text
    assert "pension_transfer" not in page.text.replace("/pension_transfer", "")


def test_lists_cost_no_query_a_row(two, sign_in, django_assert_max_num_queries):
    for serial in (52, 54, 56):
        transfers.open_record(by=two.old.intake, movement=two.move(two.mover(serial=serial)))
    desk = sign_in(two.old.maker)
    page = reverse("admin:pensions_transfer_changelist")
    desk.get(page)  # warms what every first page loads
    with django_assert_max_num_queries(21) as few:
        desk.get(page)
    for serial in (58, 62, 64):
        transfers.open_record(by=two.old.intake, movement=two.move(two.mover(serial=serial)))
    with django_assert_max_num_queries(len(few)):
        desk.get(page)


def test_a_temporary_account_is_taken_up_at_the_desk_where_it_is(two, mover, sign_in):
    movement = movements.ask(
        by=two.new.intake,
        person=mover,
        branch=PENSION,
        from_region=BEIJING,
        to_region=SHANGHAI,
        household_region="510000",
        channel="counter",
    )
    Movement.objects.filter(pk=movement.pk).update(state=MovementState.TEMPORARY)
    opened = reverse("admin:pensions_transfer_open")
    assert "许望舒" not in sign_in(two.old.intake).get(opened).content.decode()
    desk = sign_in(two.new.intake)
    assert "许望舒" in desk.get(opened).content.decode()
    assert desk.post(opened, {"movement": movement.pk}).status_code == 302
    made = Transfer.objects.get()
    assert (made.kind, made.from_region, made.to_region) == ("temporary", SHANGHAI, BEIJING)
    assert "许望舒" not in desk.get(opened).content.decode()
