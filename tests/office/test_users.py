"""Accounts and roles, and who may give them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from socsec.office import access
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Role, RoleGrant, User
from socsec.office.services import users

pytestmark = pytest.mark.django_db

GOOD = "correct horse battery"


@pytest.fixture
def refuses():
    def check(problem, code, act, **arguments):
        def traces():
            return (
                User.objects.count(),
                list(RoleGrant.objects.values()),
                AuditEntry.objects.count(),
            )

        before = traces()
        with pytest.raises(problem) as caught:
            act(**arguments)
        assert caught.value.code == code
        assert traces() == before

    return check


@pytest.fixture
def colleague(chaoyang, administrator):
    return users.create_staff(
        username="colleague", password=GOOD, office=chaoyang, by=administrator, name="李四"
    )


def test_a_new_colleague_may_do_nothing_until_a_role_is_given(colleague, administrator):
    assert colleague.check_password(GOOD)
    assert list(access.acts_of(colleague)) == []
    users.grant(user=colleague, role=Role.INTAKE, by=administrator)
    assert access.may(colleague, "case.receive")
    grant = colleague.grants.get()
    users.revoke(grant_id=grant.pk, by=administrator, reason="Moved to another desk")
    colleague.forget_roles()
    assert list(access.acts_of(colleague)) == []
    assert list(
        AuditEntry.objects.filter(subject_id=str(colleague.pk), subject_type="user")
        .order_by("id")
        .values_list("act", flat=True)
    ) == ["user.create", "user.grant", "user.revoke"]


def test_only_an_administrator_of_the_region_manages_accounts(
    colleague, chaoyang, intake, stranger, auditor, administrator, refuses
):
    create = {"username": "new", "password": GOOD, "office": chaoyang}
    for user in (intake, auditor):
        refuses(Denied, "not_permitted", users.create_staff, **create, by=user)
        refuses(Denied, "not_permitted", users.grant, user=colleague, role="intake", by=user)
        refuses(Denied, "not_permitted", users.switch_off, user=colleague, by=user, reason="x")
    refuses(NotFound, "outside_region", users.create_staff, **create, by=stranger)
    refuses(NotFound, "outside_region", users.grant, user=colleague, role="intake", by=stranger)


def test_nobody_gives_a_role_to_themselves(administrator, refuses):
    refuses(Denied, "four_eyes", users.grant, user=administrator, role="reviewer", by=administrator)
    refuses(
        Denied, "own_account", users.switch_off, user=administrator, by=administrator, reason="x"
    )


def test_an_auditor_holds_no_other_role(colleague, administrator, auditor, refuses):
    refuses(Refused, "auditor_alone", users.grant, user=auditor, role="intake", by=administrator)
    users.grant(user=colleague, role=Role.INTAKE, by=administrator)
    refuses(Refused, "auditor_alone", users.grant, user=colleague, role="auditor", by=administrator)
    later = timezone.localdate() + timedelta(days=30)
    RoleGrant.objects.filter(user=colleague).update(until=later - timedelta(days=1))
    assert users.grant(user=colleague, role=Role.AUDITOR, by=administrator, since=later)


def test_impossible_grants_are_refused(colleague, administrator, insured, refuses):
    today = timezone.localdate()
    grant = {"user": colleague, "role": "intake", "by": administrator}
    refuses(Invalid, "unknown_role", users.grant, **{**grant, "role": "king"})
    refuses(
        Invalid, "ends_early", users.grant, **grant, since=today, until=today - timedelta(days=1)
    )
    refuses(Refused, "not_staff", users.grant, **{**grant, "user": insured})
    users.grant(**grant)
    refuses(Conflict, "role_held", users.grant, **grant)
    given = colleague.grants.get()
    refuses(Invalid, "empty", users.revoke, grant_id=given.pk, by=administrator, reason=" ")
    refuses(NotFound, "no_grant", users.revoke, grant_id=0, by=administrator, reason="x")
    users.revoke(grant_id=given.pk, by=administrator, reason="x")
    refuses(Conflict, "role_ended", users.revoke, grant_id=given.pk, by=administrator, reason="x")


def test_a_revoked_role_is_free_to_be_given_again(colleague, administrator):
    users.grant(user=colleague, role=Role.INTAKE, by=administrator)
    users.revoke(grant_id=colleague.grants.get().pk, by=administrator, reason="x")
    users.grant(user=colleague, role=Role.INTAKE, by=administrator)
    colleague.forget_roles()
    assert access.may(colleague, "case.receive")


def test_a_closed_account_may_do_nothing(colleague, administrator, refuses):
    users.grant(user=colleague, role=Role.INTAKE, by=administrator)
    refuses(Invalid, "empty", users.switch_off, user=colleague, by=administrator, reason="")
    users.switch_off(user=colleague, by=administrator, reason="Retired")
    colleague.refresh_from_db()
    assert list(access.acts_of(colleague)) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"password": "short"}, "weak_password"),
        ({"password": "password123"}, "weak_password"),
        ({"username": "a"}, "bad_username"),
        ({"username": "two words"}, "bad_username"),
        ({"username": "11010519491231002X"}, "username_is_id"),
    ],
)
def test_bad_names_and_passwords_are_refused(refuses, changed, code):
    columns = {"username": "person", "password": GOOD, "person_id": 5, "by": None}
    refuses(Invalid, code, users.create_insured, **{**columns, **changed})


def test_a_person_has_one_account(refuses):
    users.create_insured(username="one", password=GOOD, person_id=5, by=None)
    refuses(
        Conflict,
        "account_exists",
        users.create_insured,
        username="two",
        password=GOOD,
        person_id=5,
        by=None,
    )
    with pytest.raises(IntegrityError, match="insured_account_has_a_person"), transaction.atomic():
        User.objects.create(username="none", kind=User.Kind.INSURED)


def test_a_partner_has_no_password(chaoyang, administrator, refuses):
    bank = users.create_partner(username="bank", office=chaoyang, by=administrator)
    assert not bank.has_usable_password()
    refuses(
        Conflict,
        "account_exists",
        users.create_partner,
        username="bank",
        office=chaoyang,
        by=administrator,
    )
