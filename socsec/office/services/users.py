"""Accounts and roles: who gave whom which role, from when until when."""

import re
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..access import require
from ..errors import Conflict, Denied, Invalid, NotFound, Refused
from ..models import Office, Role, RoleGrant, User
from . import audit

CLOCK = "clock"
_USERNAME = re.compile(r"[\w.@+-]{3,150}")


@transaction.atomic
def create_staff(
    *, username: str, password: str, office: Office, by: User | None, name: str = "", **columns: Any
) -> User:
    """An account for a colleague, without any role yet. `by` is None only while setting up."""
    if by is not None:
        require(by, "user.manage", office.region_id)
    user = _create(
        username,
        password,
        kind=User.Kind.STAFF,
        office=office,
        is_staff=True,
        first_name=name,
        **columns,
    )
    audit.record(by=by, act="user.create", subject=user, region=office.region_id, kind=user.kind)
    return user


@transaction.atomic
def create_insured(
    *, username: str, password: str, person_id: int, by: User | None, language: str = ""
) -> User:
    """A portal account for a person; each person has one. `username` must not be the ID number."""
    if re.fullmatch(r"\d{17}[\dXx]", username):
        raise Invalid(
            _("An identity number is no user name: it would be stored in the open."),
            code="username_is_id",
            field="username",
        )
    user = _create(
        username, password, kind=User.Kind.INSURED, person_id=person_id, language=language
    )
    audit.record(by=by, act="user.create", subject=user, person_id=person_id, kind=user.kind)
    return user


@transaction.atomic
def clock() -> User:
    """The account in whose name the clock drafts. Nobody signs in with it, and it may do nothing."""
    found = User.objects.filter(username=CLOCK, kind=User.Kind.SYSTEM).first()
    return found or _create(CLOCK, None, kind=User.Kind.SYSTEM, is_active=False)


@transaction.atomic
def prepare_insured(*, username: str, person_id: int) -> User:
    """A portal account that nobody can use before its first `set_password`."""
    user = _create(username, None, kind=User.Kind.INSURED, person_id=person_id, is_active=False)
    audit.record(by=None, act="user.prepare", subject=user, person_id=person_id, kind=user.kind)
    return user


def check_password(user: User, password: str) -> None:
    """`Invalid` if the password is too weak for this account."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), code="weak_password", field="password") from error


@transaction.atomic
def set_password(*, user: User, password: str) -> User:
    """The first or another password of a portal account, by its owner, whom a code has proved.

    Opens an account that was prepared; never one that was switched off.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if user.has_usable_password() and not user.is_active:
        raise Refused(_("This account is closed."), code="account_closed")
    check_password(user, password)
    first = not user.has_usable_password()
    user.set_password(password)
    user.is_active = True
    user.save(update_fields=["password", "is_active"])
    act = "user.open" if first else "user.password"
    audit.record(by=user, act=act, subject=user, person_id=user.person_id)
    return user


@transaction.atomic
def create_partner(*, username: str, office: Office, by: User | None) -> User:
    """An account for a partner system, which signs in by OAuth2 and has no password."""
    if by is not None:
        require(by, "user.manage", office.region_id)
    user = _create(username, None, kind=User.Kind.PARTNER, office=office)
    audit.record(by=by, act="user.create", subject=user, region=office.region_id, kind=user.kind)
    return user


@transaction.atomic
def grant(
    *,
    user: User,
    role: str,
    by: User | None,
    since: date | None = None,
    until: date | None = None,
) -> RoleGrant:
    """Give a role from `since` (today) until `until` (open). Never to oneself.

    Auditors hold no other role, so that nobody examines their own work. `by` is None only while
    an office is set up and has no administrator yet.
    """
    user = _lock(user)
    start = since or timezone.localdate()
    if role not in Role.values:
        raise Invalid(_("There is no such role."), code="unknown_role", field="role")
    if user.kind != User.Kind.STAFF or user.office is None:
        raise Refused(
            _("Only staff of an office have roles."), code="not_staff", fix=_("Assign an office.")
        )
    if by is not None:
        require(by, "user.manage", user.region_code)
        if by.pk == user.pk:
            raise Denied(
                _("Nobody grants a role to themselves."),
                code="four_eyes",
                fix=_("Ask another administrator."),
            )
    if until is not None and until < start:
        raise Invalid(_("The end lies before the beginning."), code="ends_early", field="until")
    others = user.grants.filter(since__lte=until or date.max).exclude(until__lt=start)
    held = set(others.values_list("role", flat=True))
    if role in held:
        raise Conflict(_("This role is already held in that time."), code="role_held", field="role")
    if held and (role == Role.AUDITOR or Role.AUDITOR in held):
        raise Refused(
            _("An auditor holds no other role."),
            code="auditor_alone",
            fix=_("End the other roles first."),
        )
    given = RoleGrant.objects.create(user=user, role=role, granted_by=by, since=start, until=until)
    audit.record(
        by=by,
        act="user.grant",
        subject=user,
        region=user.region_code or "",
        role=role,
        since=start,
        until=until,
    )
    return given


@transaction.atomic
def revoke(*, grant_id: int, by: User, reason: str) -> RoleGrant:
    """End a role as of today: from now on it is not held. What was done under it stands."""
    given = (
        RoleGrant.objects.select_for_update(of=("self",))
        .select_related("user__office")
        .filter(pk=grant_id)
        .first()
    )
    if given is None:
        raise NotFound(_("There is no such grant."), code="no_grant")
    require(by, "user.manage", given.user.region_code)
    if not reason.strip():
        raise Invalid(_("Say why."), code="empty", field="reason")
    yesterday = timezone.localdate() - timedelta(days=1)
    if given.until is not None and given.until <= yesterday:
        raise Conflict(_("This role has ended already."), code="role_ended")
    given.until = max(yesterday, given.since - timedelta(days=1))
    given.save(update_fields=["until"])
    audit.record(
        by=by,
        act="user.revoke",
        subject=given.user,
        region=given.user.region_code or "",
        reason=reason.strip(),
        role=given.role,
    )
    return given


@transaction.atomic
def switch_off(*, user: User, by: User, reason: str) -> User:
    """Close an account at once. Accounts are never deleted: their acts point to them."""
    user = _lock(user)
    require(by, "user.manage", user.region_code)
    if by.pk == user.pk:
        raise Denied(_("Nobody closes their own account."), code="own_account")
    if not reason.strip():
        raise Invalid(_("Say why."), code="empty", field="reason")
    user.is_active = False
    user.save(update_fields=["is_active"])
    audit.record(
        by=by,
        act="user.switch_off",
        subject=user,
        region=user.region_code or "",
        reason=reason.strip(),
    )
    return user


def _create(username: str, password: str | None, **columns: Any) -> User:
    if not _USERNAME.fullmatch(username):
        raise Invalid(
            _("A user name has 3 to 150 letters, digits or . @ + - _"),
            code="bad_username",
            field="username",
        )
    user = User(username=username, **columns)
    if password is None:
        user.set_unusable_password()
    else:
        check_password(user, password)
        user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            _("There is such an account already."), code="account_exists", field="username"
        ) from error
    return user


def _lock(user: User) -> User:
    found = User.objects.select_for_update(of=("self",)).select_related("office").get(pk=user.pk)
    # What the caller holds must not go on believing in roles that have changed.
    user.forget_roles()
    return found
