"""The occupational annuity follows whoever leaves an agency: to another agency's fund, or to a plan of an enterprise.

国办发〔2015〕18号第八条. The whole account moves; what the treasury had only written down must have been
made real before. A plan of an enterprise keeps books of its own: once the bank has paid it, it is done.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from enrollment.services.checks import known_name, known_region
from funds.models import Branch, Scheme
from funds.services import fund as funds
from pensions.models import (
    IndividualAccount,
    Transfer,
    TransferCase,
    TransferKind,
    TransferState,
    TransferStep,
)
from socsec.kernel import ids
from socsec.office.access import require, require_stranger
from socsec.office.errors import Invalid, Refused, from_kernel, say
from socsec.office.models import Case, User
from socsec.office.services import case as cases

from .common import KINDS, locked, record
from .opening import may_transfer
from .receiving import complete
from .sending import paid


@transaction.atomic
def open_annuity(
    *,
    by: User,
    person: Person,
    from_region: str,
    to_region: str,
    payee: str = "",
    bank: str = "",
    account: str = "",
) -> Transfer:
    """Take up an annuity that leaves: to the annuity fund of `to_region`, or to the plan named.

    A plan is named by payee, bank and account number. `Refused` without an annuity here.
    """
    require(by, "case.receive", known_region(from_region))
    require_stranger(by, person.pk)
    person = Person.objects.select_for_update().get(pk=person.pk)
    may_transfer(person, Branch.ANNUITY)
    fund = funds.for_(Branch.ANNUITY, Scheme.AGENCIES, from_region)
    if not IndividualAccount.objects.filter(person_id=person.pk, fund_id=fund.pk).exists():
        raise Refused(
            say(_("%(name)s has no occupational annuity here."), name=person.name),
            code="no_annuity",
        )
    plan = {"payee": "", "bank": "", "bank_account": ""}
    if payee or bank or account:
        try:
            number = ids.read_bank_card(account)
        except ids.IdError as error:
            raise from_kernel(error, "account") from error
        plan = {
            "payee": known_name(payee, 60, "payee"),
            "bank": known_name(bank, 60, "bank"),
            "bank_account": number,
        }
    to_fund = (
        None
        if plan["payee"]
        else funds.for_(Branch.ANNUITY, Scheme.AGENCIES, known_region(to_region))
    )
    if to_fund == fund:
        raise Invalid(
            _("Both places keep annuities in one fund: nothing needs to move."),
            code="same_pool",
            field="to_region",
        )
    made = Transfer.objects.create(
        person=person,
        kind=TransferKind.ANNUITY,
        branch=Branch.ANNUITY,
        from_region=from_region,
        to_region=to_region,
        from_scheme=Scheme.AGENCIES,
        to_scheme=Scheme.AGENCIES if to_fund else Scheme.EMPLOYEES,
        from_fund=fund,
        to_fund=to_fund,
        state=TransferState.DUE,
        opened_on=timezone.localdate(),
        **plan,
    )
    made.refresh_from_db(fields=["public_id"])
    case = cases.open_case(
        kind=KINDS[TransferStep.SEND],
        person_id=person.pk,
        subject=person.name,
        region=from_region,
        by=by,
        channel=Case.Channel.COUNTER,
        transfer=str(made.public_id),
    )
    TransferCase.objects.create(case=case, transfer=made, step=TransferStep.SEND)
    record(by, "open", made, from_region)
    return made


@transaction.atomic
def plan_paid(*, by: User, transfer: Transfer) -> Transfer:
    """The bank has paid a plan of an enterprise: the annuity lies there from now on."""
    transfer = locked(transfer, TransferState.SENT)
    require(by, "ledger.post", transfer.from_region)
    require_stranger(by, transfer.person_id)
    if transfer.kind != TransferKind.ANNUITY or transfer.to_fund is not None:
        raise Refused(_("The new place confirms this itself."), code="not_a_plan")
    if not paid(transfer):
        raise Refused(_("The bank has not reported this payment as paid."), code="not_paid_yet")
    complete(transfer, by)
    return transfer
