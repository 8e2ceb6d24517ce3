"""The register of providers, with their departments and the accounts of their systems."""

import re
import secrets
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import Application

from enrollment.services.checks import known_name, known_region, lock
from medical.models import Department, Level, Provider, ProviderKind, ProviderUser
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit, users

CODE = re.compile(r"[A-Z][0-9]{11}\Z")
_LOCAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,29}\Z")


@transaction.atomic
def enroll(
    *,
    by: User,
    code: str,
    name: str,
    kind: int,
    level: int,
    region: str,
    address: str = "",
    phone: str = "",
) -> Provider:
    """Enter a provider under its national code: a letter (H hospitals, P pharmacies) and eleven digits."""
    require(by, "provider.change", region)
    code = code.strip().upper()
    if not CODE.match(code):
        raise Invalid(
            _("A provider's code is a letter and eleven digits."),
            code="code_impossible",
            field="code",
            fix=_("Take it from the national register."),
        )
    _of_its_kind(kind, level)
    known_region(region)
    try:
        with transaction.atomic():
            made = Provider.objects.create(
                code=code,
                name=known_name(name, 120),
                kind=kind,
                level=level,
                region=region,
                address=" ".join(address.split())[:200],
                phone=phone.strip()[:20],
            )
    except IntegrityError as error:
        raise Conflict(
            _("A provider with this code is registered already."), code="known", field="code"
        ) from error
    _note(by, "provider.enroll", made)
    return made


@transaction.atomic
def change(
    *, by: User, provider: Provider, name: str, level: int, address: str, phone: str
) -> Provider:
    """Correct what is written of a provider. A new level counts for care that begins after it."""
    provider = _open(by, provider)
    _of_its_kind(provider.kind, level)
    before = {"name": provider.name, "level": provider.level}
    provider.name, provider.level = known_name(name, 120), level
    provider.address, provider.phone = " ".join(address.split())[:200], phone.strip()[:20]
    provider.save()
    _note(by, "provider.change", provider, before=before)
    return provider


@transaction.atomic
def set_department(
    *, by: User, provider: Provider, code: str, name: str, from_date: date, until: date | None
) -> Department:
    """Enter a department under the provider's own code, or correct it."""
    provider = _open(by, provider)
    if not _LOCAL.match(code.strip()):
        raise Invalid(
            _("A department's code has letters, digits, dots and dashes only."),
            code="code_impossible",
            field="code",
        )
    if until is not None and until < from_date:
        raise Invalid(_("It ends before it begins."), code="ends_before", field="until")
    made, _new = Department.objects.update_or_create(
        provider=provider,
        code=code.strip(),
        defaults={"name": known_name(name, 80), "from_date": from_date, "until": until},
    )
    _note(by, "provider.department", provider, code=made.code)
    return made


@transaction.atomic
def open_account(*, by: User, provider: Provider, username: str) -> tuple[ProviderUser, str]:
    """An account for the provider's system, and its secret, which is shown once and never again."""
    provider = _open(by, provider, "provider.approve")
    assert by.office is not None  # whoever may do this belongs to one
    account = users.create_partner(username=username, office=by.office, by=None)
    secret = secrets.token_urlsafe(32)
    Application.objects.create(
        name=account.username,
        user=account,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
    )
    made = ProviderUser.objects.create(user=account, provider=provider, since=timezone.localdate())
    _note(by, "provider.account", provider, account=account.pk)
    return made, secret


@transaction.atomic
def end_account(*, by: User, account: ProviderUser) -> ProviderUser:
    """Switch an account off from now on."""
    _open(by, account.provider, "provider.approve")
    account = lock(account)
    if account.until is not None:
        raise Conflict(_("This account has ended already."), code="ended_already")
    account.until = timezone.localdate()
    account.save(update_fields=["until"])
    account.user.is_active = False
    account.user.save(update_fields=["is_active"])
    _note(by, "provider.account_end", account.provider, account=account.user_id)
    return account


def _open(by: User, provider: Provider, act: str = "provider.change") -> Provider:
    require(by, act, provider.region)
    provider = lock(provider)
    if provider.closed_on is not None:
        raise Refused(_("This provider is closed."), code="closed")
    return provider


def _of_its_kind(kind: int, level: int) -> None:
    if kind not in ProviderKind.values or level not in Level.values:
        raise Invalid(_("There is no such level."), code="unknown_level", field="level")
    if (kind == ProviderKind.PHARMACY) != (level == Level.PHARMACY):
        raise Invalid(
            _("A pharmacy has the level of pharmacies, and nobody else has it."),
            code="level_of_another_kind",
            field="level",
        )


def _note(by: User, act: str, provider: Provider, **detail: Any) -> None:
    audit.record(by=by, act=act, subject=provider, region=provider.region, **detail)
