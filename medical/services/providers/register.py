"""The register of providers, with their departments and the accounts of their systems."""

import re
import secrets
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from oauth2_provider.models import Application

from enrollment.services.checks import (
    known_name,
    known_region,
    known_text,
    lock,
    not_in_future,
)
from medical.models import (
    Department,
    Encounter,
    Level,
    Provider,
    ProviderKind,
    ProviderStatement,
    ProviderUser,
)
from medical.services.paying.agreeing import settle_closed
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
    _switch_off(account)
    _note(by, "provider.account_end", account.provider, account=account.user_id)
    return account


@transaction.atomic
def close(*, by: User, provider: Provider, on: date, reason: str) -> Provider:
    """Close a provider with a day, its last: agreements end, its accounts are switched off, open
    statements are settled on our totals, and nothing begins any more.

    Its visits are ended and settled before, or cancelled: `Refused` while one is open, so that nothing is
    billed afterwards. Advances are set off against what is still paid, and what is retained is
    released by the score of its last year, as ever.
    """
    provider = _open(by, provider, "provider.approve")
    reason = known_text(reason, "reason")
    not_in_future(on, "on")
    begun = provider.encounters.filter(state__in=[Encounter.State.OPEN, Encounter.State.DISCHARGED])
    if count := begun.count():
        raise Refused(
            ngettext(
                "%(count)s visit is not settled yet.",
                "%(count)s visits are not settled yet.",
                count,
            )
            % {"count": count},
            code="visits_open",
            fix=_("Settle or cancel them first."),
        )
    if (
        provider.encounters.filter(opened_at__date__gt=on)
        .exclude(state=Encounter.State.CANCELLED)
        .exists()
    ):
        raise Invalid(_("A visit began after this day."), code="visit_after", field="on")
    for held in provider.agreements.filter(checker__isnull=False, ended_on=None, until__gt=on):
        held.ended_on, held.end_reason = max(on, held.from_date), reason
        held.save(update_fields=["ended_on", "end_reason"])
    for account in provider.users.filter(until=None).select_related("user", "provider"):
        _switch_off(account)
    statements = list(provider.statements.exclude(state=ProviderStatement.State.AGREED))
    for statement in statements:
        settle_closed(by=by, statement=statement, note=reason)
    provider.closed_on = on
    provider.save(update_fields=["closed_on"])
    _note(by, "provider.close", provider, on=on, reason=reason, statements=len(statements))
    return provider


def _open(by: User, provider: Provider, act: str = "provider.change") -> Provider:
    require(by, act, provider.region)
    provider = lock(provider)
    if provider.closed_on is not None:
        raise Refused(_("This provider is closed."), code="closed")
    return provider


def _switch_off(account: ProviderUser) -> None:
    account.until = timezone.localdate()
    account.save(update_fields=["until"])
    account.user.is_active = False
    account.user.save(update_fields=["is_active"])


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
