"""Bank accounts of providers: a wrong one pays a stranger, so two people stand behind each."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import known_name, lock
from medical.models import Provider, ProviderAccount
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid
from socsec.office.models import User
from socsec.office.services import audit


@transaction.atomic
def enter(*, by: User, provider: Provider, holder: str, bank: str, account: str) -> ProviderAccount:
    """Enter where a provider is to be paid; it counts once a colleague has approved it."""
    require(by, "provider.change", provider.region)
    number = "".join(account.split())
    if not number.isdigit() or not 8 <= len(number) <= 30:
        raise Invalid(
            _("An account number has 8 to 30 digits."), code="not_an_account", field="account"
        )
    made = ProviderAccount.objects.create(
        provider=provider,
        holder=known_name(holder, 60, "holder"),
        bank=known_name(bank, 60, "bank"),
        account=number,
        last_four=number[-4:],
        maker=by,
    )
    _note(by, "provider.bank_enter", made)
    return made


@transaction.atomic
def decide(*, by: User, account: ProviderAccount, approve: bool) -> None:
    """Approve an account, which replaces the one before, or take it out."""
    require(by, "provider.approve", account.region)
    lock(account.provider)
    account = lock(account)
    if account.checker_id is not None or account.closed_on is not None:
        raise Conflict(_("This has been decided already."), code="decided_already")
    require_other_hand(by, account.maker_id)
    if not approve:
        account.closed_on = timezone.localdate()
        account.save(update_fields=["closed_on"])
        _note(by, "provider.bank_reject", account)
        return
    ProviderAccount.objects.filter(
        provider=account.provider_id, checker__isnull=False, closed_on=None
    ).update(closed_on=timezone.localdate())
    account.checker = by
    account.save(update_fields=["checker"])
    _note(by, "provider.bank_approve", account)


def _note(by: User, act: str, account: ProviderAccount) -> None:
    audit.record(
        by=by,
        act=act,
        subject=account,
        region=account.region,
        provider=account.provider_id,
        last_four=account.last_four,
    )
