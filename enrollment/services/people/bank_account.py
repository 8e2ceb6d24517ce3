"""Where a person is paid, and from where a person pays."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import BankAccount, Person, Purpose
from enrollment.services.checks import known_name, lock
from socsec.kernel import ids
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel
from socsec.office.fields import blind_index
from socsec.office.models import User
from socsec.office.services import audit


@transaction.atomic
def set(
    *, by: User, person: Person, purpose: str, account: str, bank: str, holder: str
) -> BankAccount:
    """Take down a person's account for a purpose, in place of the one before.

    The account must be the person's own. The same account again changes nothing.
    """
    require(by, "person.change", person.region)
    return put(
        by=by, person=lock(person), purpose=purpose, account=account, bank=bank, holder=holder
    )


def put(
    *, by: User, person: Person, purpose: str, account: str, bank: str, holder: str
) -> BankAccount:
    """The same for a locked person, within a service that has asked for leave."""
    if purpose not in Purpose.values:
        raise Invalid(_("Choose what the account is for."), code="no_purpose", field="purpose")
    bank = known_name(bank, 60, "bank")
    holder = known_name(holder, 60, "holder")
    try:
        number = ids.read_bank_card(account)
    except ids.IdError as error:
        raise from_kernel(error, "account") from error
    if holder != person.name:
        raise Refused(
            _("The account belongs to %(holder)s, not to %(name)s.")
            % {"holder": holder, "name": person.name},
            code="not_own_account",
            field="holder",
            fix=_("Take down an account in the person's own name."),
        )
    today = timezone.localdate()
    blind = blind_index(number, "bank_account")
    before = queries.accounts(person.pk).filter(purpose=purpose)
    for each in before:
        if each.blind == blind and each.bank == bank:
            return each
    others = BankAccount.objects.filter(blind=blind)
    if others.exclude(person_id__in=queries.numbers_of(person.pk)).exists():
        raise _taken()
    for each in before:
        each.closed_on = today
        each.save(update_fields=["closed_on"])
    try:
        with transaction.atomic():
            set_up = BankAccount.objects.create(
                person=person,
                purpose=purpose,
                holder=holder,
                bank=bank,
                account=number,
                last_four=number[-4:],
                opened_on=today,
            )
    except IntegrityError as error:
        raise _taken() from error
    audit.record(
        by=by,
        act="person.change",
        subject=set_up,
        person_id=person.pk,
        region=person.region,
        purpose=purpose,
        last_four=set_up.last_four,
    )
    return set_up


def _taken() -> Conflict:
    return Conflict(
        _("This account is in use for another person."),
        code="account_of_another",
        field="account",
        fix=_("Take down an account that is the person's own."),
    )
