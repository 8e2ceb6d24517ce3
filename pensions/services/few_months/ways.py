"""Going on paying, and moving to the residents' scheme."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from funds.models import Scheme
from pensions.models import FewMonthsChoice, Transfer, TransferState, Way
from pensions.services import law
from pensions.services.conditions import region_of
from pensions.services.transfers import links
from socsec.kernel.months import format_month
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Refused
from socsec.office.models import User
from socsec.office.services import audit

from .offer import Offer, may_choose, nothing_chosen, standing


@transaction.atomic
def go_on(*, by: User, person: Person, category: int) -> FewMonthsChoice:
    """Record that a person goes on paying until the months are enough (社会保险法第十六条).

    Who has chosen so already gets that choice again.
    """
    person = _ready(by, person)
    there = standing(person.pk)
    if there is not None and there.way == Way.GO_ON:
        return there
    found = may_choose(person, category, law.INSURANCE_LAW_16)
    nothing_chosen(person)
    return _choose(by, person, category, Way.GO_ON, found)


@transaction.atomic
def move(
    *, by: User, person: Person, category: int, channel: str, key: str = ""
) -> FewMonthsChoice:
    """Ask for the record to be moved to the residents' scheme (人社部令13号第三条).

    It is linked as any other record is (人社部发〔2014〕17号): what refuses that refuses this.
    """
    person = _ready(by, person)
    there = standing(person.pk)
    if there is not None and there.way == Way.MOVE:
        return there
    found = may_choose(person, category, law.INSURANCE_RULES_3)
    nothing_chosen(person)
    asked = links.ask_link(
        by=by,
        person=person,
        from_scheme=Scheme.EMPLOYEES,
        to_scheme=Scheme.RESIDENTS,
        category=category,
        channel=channel,
        key=key,
    )
    return _choose(by, person, category, Way.MOVE, found, asked)


@transaction.atomic
def give_up(*, by: User, choice: FewMonthsChoice) -> FewMonthsChoice:
    """Take a choice back, so that another way may be chosen.

    `Refused` for a move while its transfer runs or once it is done: that is withdrawn itself.
    """
    held = FewMonthsChoice.objects.select_for_update(of=("self",)).get(pk=choice.pk)
    require(by, "case.receive", held.region, held.person_id)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, held.person_id)
    if held.ended_on is not None:
        raise Conflict(_("This choice was withdrawn already."), code="withdrawn_already")
    if held.transfer is not None and held.transfer.state not in OVER:
        raise Refused(
            _("The record is on its way to the residents' scheme."),
            code="transfer_under_way",
            fix=_("Withdraw the transfer first."),
        )
    held.ended_on = timezone.localdate()
    held.save(update_fields=["ended_on"])
    audit.record(
        by=by,
        act="few_months.give_up",
        subject=held,
        person_id=held.person_id,
        region=held.region,
        way=held.way,
    )
    return held


# A transfer in one of these states moved nothing, and never will.
OVER = (TransferState.REFUSED, TransferState.WITHDRAWN)


def _ready(by: User, person: Person) -> Person:
    require(by, "case.receive", region_of(person, Scheme.EMPLOYEES), person.pk)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, person.pk)
    return Person.objects.select_for_update().get(pk=person.pk)


def _choose(
    by: User,
    person: Person,
    category: int,
    way: Way,
    found: Offer,
    transfer: Transfer | None = None,
) -> FewMonthsChoice:
    sheet: Any = found.sheet
    made = FewMonthsChoice.objects.create(
        person=person,
        way=way,
        category=category,
        region=found.region,
        months=found.gathered.months,
        required=sheet.months_required,
        pension_from=sheet.pension_from,
        transfer=transfer,
        taken_by=by,
        chosen_on=timezone.localdate(),
    )
    audit.record(
        by=by,
        act="few_months.choose",
        subject=made,
        person_id=person.pk,
        region=found.region,
        way=way,
        missing=int(sheet.missing),
        pension_from=format_month(sheet.pension_from),
    )
    return made
