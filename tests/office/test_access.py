"""Who may do what, and whose rows they see."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from socsec.office import access, people
from socsec.office.access import ACTS, OWN_ACTS, PARTNER_ACTS
from socsec.office.errors import Denied, NotFound
from socsec.office.models import AuditEntry, Office, Role, RoleGrant, User

from .conftest import office, staff

pytestmark = pytest.mark.django_db


def test_a_user_without_a_role_may_do_nothing_even_as_superuser(nobody):
    assert [act for act in ACTS if access.may(nobody, act)] == []
    assert not access.scope(Office.objects.all(), nobody).exists()


def test_an_auditor_reads_everything_and_writes_nothing(auditor):
    allowed = {act for act in ACTS if access.may(auditor, act)}
    assert allowed == {act for act in ACTS if act.endswith(".read")}


def test_an_auditor_with_another_role_by_mistake_still_writes_nothing(auditor):
    RoleGrant.objects.create(user=auditor, role=Role.REVIEWER, since=datetime.date(2020, 1, 1))
    assert not access.may(auditor, "run.approve")
    assert access.may(auditor, "audit.read")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.AUDITOR])
def test_each_role_may_do_exactly_what_the_table_says(role, chaoyang):
    user = staff("one", role, at=chaoyang)
    allowed = {act for act in ACTS if access.may(user, act)}
    assert allowed == {act for act, roles in ACTS.items() if role in roles}
    assert allowed


def test_no_role_both_drafts_and_approves():
    for draft, check in [
        ("case.assess", "case.check"),
        ("run.draft", "run.approve"),
        ("payment.draft", "payment.release"),
        ("run.draft", "run.reverse"),
    ]:
        assert not ACTS[draft] & ACTS[check]


def test_the_sets_of_acts_name_only_acts_that_exist():
    assert set(ACTS) >= OWN_ACTS
    assert set(ACTS) >= PARTNER_ACTS


def test_an_unknown_act_is_a_mistake_and_never_a_permission(intake):
    with pytest.raises(KeyError):
        access.may(intake, "person.anything")


@pytest.mark.parametrize(
    ("since", "until", "held"),
    [(-1, None, True), (0, 0, True), (1, None, False), (-9, -1, False), (-9, 0, True)],
)
def test_a_role_is_held_from_its_first_day_to_its_last(chaoyang, since, until, held):
    today = timezone.localdate()
    user = staff("dated", at=chaoyang)
    RoleGrant.objects.create(
        user=user,
        role=Role.INTAKE,
        since=today + datetime.timedelta(days=since),
        until=None if until is None else today + datetime.timedelta(days=until),
    )
    assert access.may(user, "case.receive") is held


def test_a_user_who_is_switched_off_may_do_nothing(intake):
    intake.is_active = False
    assert not access.may(intake, "case.receive")
    assert not access.scope(Office.objects.all(), intake).exists()


def test_nobody_anonymous_and_system_accounts_may_do_nothing(chaoyang):
    system = User.objects.create(username="system", kind=User.Kind.SYSTEM, office=chaoyang)
    for user in (None, AnonymousUser(), system):
        assert not any(access.may(user, act) for act in ACTS)
        assert not access.scope(Office.objects.all(), user).exists()


def test_a_user_without_an_office_may_do_nothing(db):
    user = staff("homeless", Role.INTAKE, at=None)
    assert not access.may(user, "case.receive")
    assert not access.scope(Office.objects.all(), user).exists()


def test_rows_outside_the_subtree_do_not_exist(chaoyang, beijing, chengdu, stranger):
    haidian = office("BJ-HD", "110108")
    capital = staff("capital", Role.AUDITOR, at=beijing)
    district = staff("district", Role.AUDITOR, at=chaoyang)
    nation = staff("nation", Role.AUDITOR, at=office("CN", "000000"))
    everything = Office.objects.order_by("code")

    assert set(access.scope(everything, district)) == {chaoyang}
    assert set(access.scope(everything, capital)) == {chaoyang, haidian, beijing}
    assert set(access.scope(everything, stranger)) == {chengdu}
    assert set(access.scope(everything, nation)) == set(everything)


def test_scope_takes_columns_keys_and_paths(chaoyang, intake, stranger):
    AuditEntry.objects.create(act="test", region="110105")
    AuditEntry.objects.create(act="test", region="510104")
    entries = AuditEntry.objects.filter(act="test")
    assert [e.region for e in access.scope(entries, intake)] == ["110105"]
    users = User.objects.all()
    assert stranger not in access.scope(users, intake, "office__region")
    assert intake in access.scope(users, intake, "office__region")


def test_requiring_an_act_outside_the_region_says_that_nothing_is_there(intake):
    assert access.require(intake, "case.receive", "110105") is intake
    with pytest.raises(NotFound):
        access.require(intake, "case.receive", "110108")
    with pytest.raises(NotFound):
        access.require(intake, "case.receive", "110000")
    with pytest.raises(Denied):
        access.require(intake, "case.check", "110108")


def test_an_insured_person_acts_for_themselves_and_for_nobody_else(insured):
    for act in ACTS:
        assert access.may(insured, act, person_id=70) is (act in OWN_ACTS)
        assert not access.may(insured, act, person_id=71)
        assert not access.may(insured, act)
    assert not access.scope(Office.objects.all(), insured).exists()


def test_a_partner_does_what_partners_may_in_the_region_of_its_office(chaoyang):
    partner = User.objects.create(username="bank", kind=User.Kind.PARTNER, office=chaoyang)
    assert {act for act in ACTS if access.may(partner, act)} == PARTNER_ACTS
    assert not access.may(partner, "person.read", "510100")


def test_nobody_checks_what_they_made(both):
    access.require_other_hand(both, None, both.pk + 1)
    for maker in (both, both.pk):
        with pytest.raises(Denied) as caught:
            access.require_other_hand(both, None, maker)
        assert caught.value.code == "four_eyes"


def test_nobody_handles_their_own_case_or_a_relatives(assessor, monkeypatch):
    assessor.person_id = 5
    access.require_stranger(assessor, 6)
    access.require_stranger(assessor, None)
    with pytest.raises(Denied) as caught:
        access.require_stranger(assessor, 5)
    assert caught.value.code == "own_case"
    monkeypatch.setattr(people, "_relatives", lambda person_id: {6} if person_id == 5 else set())
    with pytest.raises(Denied) as caught:
        access.require_stranger(assessor, 6)
    assert caught.value.code == "relatives_case"


def test_a_look_up_of_relatives_that_fails_lets_nobody_in(assessor, monkeypatch):
    def fails(person_id):
        raise ConnectionError

    assessor.person_id = 5
    monkeypatch.setattr(people, "_relatives", fails)
    with pytest.raises(ConnectionError):
        access.require_stranger(assessor, 6)


def test_the_database_refuses_a_role_granted_to_oneself(intake):
    with pytest.raises(IntegrityError, match="role_grant_not_by_oneself"), transaction.atomic():
        RoleGrant.objects.create(
            user=intake,
            role=Role.REVIEWER,
            granted_by=intake,
            since=datetime.date(2026, 1, 1),
        )


def test_roles_are_asked_for_once_a_page(intake, django_assert_num_queries):
    user = User.objects.select_related("office").get(pk=intake.pk)
    with django_assert_num_queries(1):
        for act in ACTS:
            access.may(user, act)
