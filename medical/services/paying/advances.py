"""Advances: a provider gets money before its bills, and it is set off against them from a month on."""

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import known_text, lock
from funds.models import Branch, PaymentBatch
from funds.services import fund as funds
from funds.services import payments
from medical.models import AdvanceSetOff, Provider, ProviderAccount, ProviderAdvance
from socsec.kernel.money import MOST_YUAN
from socsec.kernel.months import month_of
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit

PAYMENT = "provider_advance"


@transaction.atomic
def propose(
    *, by: User, provider: Provider, scheme: int, amount: int, settle_from: int, reason: str
) -> ProviderAdvance:
    """Propose an advance of `amount` fen from the fund of a scheme, set off from a month on."""
    require(by, "advance.propose", provider.region)
    if not 0 < amount <= MOST_YUAN * 100:
        raise Invalid(_("Enter an amount above zero."), code="amount_out_of_range", field="amount")
    if settle_from < month_of(timezone.localdate()):
        raise Invalid(
            _("It is set off from this month on, or a later one."),
            code="month_gone",
            field="settle_from",
        )
    made = ProviderAdvance.objects.create(
        provider=provider,
        fund=funds.for_(Branch.MEDICAL, scheme, provider.region),
        amount=amount,
        settle_from=settle_from,
        reason=known_text(reason, "reason"),
        maker=by,
    )
    audit.record(by=by, act="advance.propose", subject=made, region=made.region, amount=made.amount)
    return made


@transaction.atomic
def decide(*, by: User, advance: ProviderAdvance, approve: bool, reason: str = "") -> None:
    """Approve an advance, which opens its payment, or take it out and say why.

    `Refused` without an approved bank account of the provider.
    """
    require(by, "advance.decide", advance.region)
    advance = lock(advance)
    if advance.checker_id is not None:
        raise Conflict(_("This has been decided already."), code="decided_already")
    require_other_hand(by, advance.maker_id)
    if not approve:
        audit.record(
            by=by,
            act="advance.reject",
            subject=advance,
            region=advance.region,
            reason=known_text(reason, "note"),
        )
        advance.delete()
        return
    advance.checker = by
    advance.envelope = _order(advance)
    advance.save(update_fields=["checker", "envelope"])
    audit.record(
        by=by, act="advance.decide", subject=advance, region=advance.region, amount=advance.amount
    )


def remaining(advance: ProviderAdvance) -> int:
    """What of it is not set off yet, fen."""
    used = AdvanceSetOff.objects.filter(advance=advance).aggregate(sum=Sum("amount", default=0))
    return advance.amount - int(used["sum"])


def _order(advance: ProviderAdvance) -> PaymentBatch:
    account = ProviderAccount.objects.filter(
        provider=advance.provider_id, checker__isnull=False, closed_on=None
    ).first()
    if account is None:
        raise Refused(
            _("The provider has no approved bank account."),
            code="no_account",
            fix=_("Enter it and have a colleague approve it."),
        )
    month, source = month_of(timezone.localdate()), f"medical.provider_advance:{advance.pk}"
    envelope = payments.open_batch(
        advance.fund,
        PAYMENT,
        month=month,
        count=1,
        total=advance.amount,
        source=source,
        by=advance.maker,
        region=advance.region,
    )
    payments.add_orders(
        envelope,
        [
            payments.Order(
                person_id=0,
                seq=1,
                region=advance.region,
                payee=account.holder,
                bank=account.bank,
                account=account.account,
                amount=advance.amount,
                month=month,
                source=source,
            )
        ],
    )
    return envelope
