"""Providers of care: the agreement entered by one and decided by another, and their beds."""

import secrets
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import Application

from assistance.models import Bed, CareProvider, CareState
from assistance.rules.care_services import CareService, Setting
from enrollment.services.checks import known_name, known_region, known_text, lock
from socsec.kernel import ids
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused, from_kernel
from socsec.office.models import User
from socsec.office.services import audit, users


@transaction.atomic
def propose(
    *,
    by: User,
    name: str,
    credit_code: str,
    region: str,
    services: list[int],
    settings: list[int],
    from_date: date,
    until: date,
    document: str,
    bank: str,
    account: str,
    insured: bool = False,
    address: str = "",
    phone: str = "",
    user: User | None = None,
) -> CareProvider:
    """Enter a provider with its agreement, both days included. It counts once it is approved."""
    require(by, "care.provider", region)
    try:
        code, number = ids.read_credit_code(credit_code), ids.read_bank_card(account)
    except ids.IdError as error:
        raise from_kernel(error) from error
    if until < from_date:
        raise Invalid(_("It ends before it begins."), code="ends_before", field="until")
    kinds, places = sorted(set(services)), sorted(set(settings))
    if not kinds or not set(kinds) <= set(map(int, CareService)):
        raise Invalid(_("Choose what it gives."), code="no_service", field="services")
    if not places or not set(places) <= set(map(int, Setting)):
        raise Invalid(_("Choose where it gives care."), code="no_setting", field="settings")
    others = CareProvider.objects.filter(
        region=region, credit_code=code, from_date__lte=until, until__gte=from_date
    ).exclude(state=CareState.REJECTED)
    if others.exists():
        raise Refused(
            _("An agreement with this provider holds in these days."),
            code="overlaps",
            field="from_date",
            fix=_("Let the new one begin after it."),
        )
    made = CareProvider.objects.create(
        name=known_name(name, 60),
        credit_code=code,
        region=known_region(region),
        address=address.strip()[:200],
        phone=phone.strip()[:20],
        services=kinds,
        settings=places,
        insured=insured,
        from_date=from_date,
        until=until,
        document=known_text(document, "document", 120),
        bank=known_name(bank, 60, "bank"),
        account=number,
        user=user,
        maker=by,
    )
    _note(by, "care.provider", made)
    return made


@transaction.atomic
def decide(*, by: User, provider: CareProvider, approve: bool, reason: str = "") -> None:
    """The checker's part: the agreement holds, or it is not approved, with the reason."""
    held = lock(provider)
    require(by, "care.approve", held.region)
    require_other_hand(by, held.maker_id)
    if held.state != CareState.PROPOSED:
        raise Conflict(_("This was decided already."), code="decided_already")
    held.checker = by
    held.state = CareState.IN_FORCE if approve else CareState.REJECTED
    held.save(update_fields=["checker", "state"])
    more = {} if approve else {"reason": known_text(reason, "reason")}
    _note(by, "care.provider_decide", held, approved=approve, **more)


@transaction.atomic
def add_bed(*, by: User, provider: CareProvider, label: str, since: date | None = None) -> Bed:
    """A further bed of an institution."""
    require(by, "care.bed", provider.region)
    if Setting.INSTITUTION not in provider.settings:
        raise Refused(_("This provider is no institution."), code="no_institution")
    try:
        with transaction.atomic():
            made = Bed.objects.create(
                provider=provider,
                label=known_name(label, 20, "label"),
                since=since or timezone.localdate(),
            )
    except IntegrityError as error:
        raise Conflict(
            _("There is a bed with this label."), code="bed_taken", field="label"
        ) from error
    audit.record(by=by, act="care.bed", subject=made, region=provider.region, bed=made.label)
    return made


@transaction.atomic
def open_account(*, by: User, provider: CareProvider, username: str) -> tuple[User, str]:
    """An account for the provider's system, and its secret, which is shown once and never again."""
    held = lock(provider)
    require(by, "care.approve", held.region)
    if held.state != CareState.IN_FORCE or held.user_id is not None:
        raise Conflict(_("This provider has an account already."), code="has_account")
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
    held.user = account
    held.save(update_fields=["user"])
    _note(by, "care.account", held, account=account.pk)
    return account, secret


def of_user(user: User) -> CareProvider:
    """The provider for which a partner's system speaks. `Denied` for everybody else."""
    found = CareProvider.objects.filter(user=user, state=CareState.IN_FORCE).first()
    if found is None:
        raise Denied(
            _("This account speaks for no provider of care."),
            code="no_provider",
            fix=_("Ask the office that made the agreement."),
        )
    return found


def offering(provider: CareProvider, service: int, setting: int, day: date) -> None:
    """Refuse what a provider does not give on a day under its agreement."""
    if not provider.holds_on(day):
        raise Refused(
            _("No agreement with this provider holds on that day."),
            code="no_agreement",
            field="day",
            fix=_("Choose another provider or day."),
        )
    if service not in provider.services or setting not in provider.settings:
        raise NotFound(
            _("This provider does not give that service there."),
            code="not_offered",
            field="service",
        )


def _note(by: User, act: str, row: CareProvider, **more: Any) -> None:
    audit.record(by=by, act=act, subject=row, region=row.region, name=row.name, **more)
