"""Family mutual aid (家庭共济): the owner of an account lets a relative's care be paid from it, and ends it."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from enrollment.services.checks import alive, known_text, lock
from medical.models import AccountShare
from medical.queries import cover as queries
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit


@transaction.atomic
def share(
    *, by: User, owner: Person, person: Person, relation: str, document: str = ""
) -> AccountShare:
    """Let a relative draw on the owner's account from today. 国办发〔2024〕38号.

    Only the owner consents: at the portal by their own act, at the desk by a signed paper, which a
    clerk names. `Refused` without an account, and for a relative without medical insurance.
    """
    require(by, "account.share", owner.region, owner.pk)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, owner.pk)
        document = known_text(document, "document", 120)
    today = timezone.localdate()
    alive(lock(owner), today)
    alive(person, today)
    if relation not in AccountShare.Relation.values:
        raise Invalid(_("Say how you are related."), code="unknown_relation", field="relation")
    if person.pk == owner.pk:
        raise Invalid(
            _("Your own care is paid from your account anyway."),
            code="oneself",
            field="resident_id",
        )
    if queries.account(owner.pk) is None:
        raise Refused(
            _("There is no medical account to share."),
            code="no_account",
            fix=_("Only insured employees and pensioners have one."),
        )
    if queries.insured_on(person.pk, today) is None:
        raise Refused(
            _("Only relatives who have medical insurance themselves can use it."),
            code="relative_not_insured",
            field="resident_id",
        )
    try:
        with transaction.atomic():
            made = AccountShare.objects.create(
                owner=owner, person=person, relation=relation, since=today, document=document, by=by
            )
    except IntegrityError as error:
        raise Conflict(
            _("This relative may use the account already."), code="shared_already"
        ) from error
    _note(by, "account.share", made)
    return made


@transaction.atomic
def end(*, by: User, share: AccountShare) -> AccountShare:
    """Withdraw the consent from now on; what was paid with it stays paid."""
    require(by, "account.share", share.owner.region, share.owner_id)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, share.owner_id)
    share = lock(share)
    if share.ended_on is not None:
        raise Conflict(_("This has ended already."), code="ended_already")
    share.ended_on = timezone.localdate()
    share.save(update_fields=["ended_on"])
    _note(by, "account.unshare", share)
    return share


def _note(by: User, act: str, share: AccountShare) -> None:
    audit.record(
        by=by,
        act=act,
        subject=share,
        person_id=share.owner_id,
        region=share.owner.region,
        relation=share.relation,
        relative=share.person_id,
    )
