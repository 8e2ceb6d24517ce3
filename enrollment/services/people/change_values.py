"""What a change request asks for, checked and tidied: one function for each thing that can change.

Each takes the person and what was written, and gives what the request keeps.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Person, Purpose, RegistrationKind, Sex, What
from enrollment.services.checks import known_name, known_region, not_in_future
from socsec.kernel import ids, papers
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel


def _name(person: Person, new: dict[str, Any]) -> dict[str, Any]:
    return {"name": known_name(str(new.get("name", "")), 60)}


def _sex(person: Person, new: dict[str, Any]) -> dict[str, Any]:
    try:
        sex = Sex(int(new.get("sex", 0)))
    except ValueError:
        raise Invalid(_("Choose the sex."), code="no_sex", field="sex") from None
    if person.resident_id and ids.read_resident_id(person.resident_id).is_male != (sex == Sex.MALE):
        raise _by_number("sex")
    return {"sex": int(sex)}


def _born_on(person: Person, new: dict[str, Any]) -> dict[str, Any]:
    try:
        day = date.fromisoformat(str(new.get("born_on", "")))
    except ValueError:
        raise Invalid(_("Give the date of birth."), code="no_date", field="born_on") from None
    not_in_future(day, "born_on")
    if person.resident_id and ids.read_resident_id(person.resident_id).birth != day:
        raise _by_number("born_on")
    return {"born_on": day.isoformat()}


def _by_number(field: str) -> Refused:
    return Refused(
        _("The identity number says otherwise."),
        code="number_says_otherwise",
        field=field,
        fix=_("Ask for a correction of the number: it brings birth date and sex with it."),
    )


def _resident_id(person: Person, new: dict[str, Any]) -> dict[str, Any]:
    try:
        paper = papers.read_paper(papers.RESIDENT_ID, str(new.get("number", "")))
    except ids.IdError as error:
        raise from_kernel(error, "number") from error
    other = queries.by_resident_id(paper.number)
    if other is not None and other.pk != person.pk:
        raise Conflict(
            _("This identity number is registered already."),
            code="already_enrolled",
            field="number",
            fix=_("If it is the same person, the two records are to be merged."),
        )
    return {"number": paper.number}


def _phone(person: Person, new: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"phone": ids.read_mobile(str(new.get("phone", "")))}
    except ids.IdError as error:
        raise from_kernel(error, "phone") from error


def _address(person: Person, new: dict[str, Any]) -> dict[str, Any]:
    return {"address": known_name(str(new.get("address", "")), 200, "address")}


def _bank(person: Person, new: dict[str, Any]) -> dict[str, Any]:
    if new.get("purpose") not in Purpose.values:
        raise Invalid(_("Choose what the account is for."), code="no_purpose", field="purpose")
    try:
        account = ids.read_bank_card(str(new.get("account", "")))
    except ids.IdError as error:
        raise from_kernel(error, "account") from error
    bank = known_name(str(new.get("bank", "")), 60, "bank")
    holder = known_name(str(new.get("holder") or person.name), 60, "holder")
    if holder != person.name:
        raise Refused(
            _("The account must be in the person's own name."),
            code="not_own_account",
            field="holder",
        )
    return {"purpose": new["purpose"], "bank": bank, "account": account, "holder": holder}


def _registration(person: Person, new: dict[str, Any]) -> dict[str, Any]:
    try:
        kind = RegistrationKind(int(new.get("kind", 0)))
    except ValueError:
        raise Invalid(_("Choose urban or rural."), code="no_kind", field="kind") from None
    return {"kind": int(kind), "region": known_region(str(new.get("region", "")))}


CHECKS: dict[What, Callable[[Person, dict[str, Any]], dict[str, Any]]] = {
    What.NAME: _name,
    What.SEX: _sex,
    What.BORN_ON: _born_on,
    What.RESIDENT_ID: _resident_id,
    What.PHONE: _phone,
    What.ADDRESS: _address,
    What.BANK: _bank,
    What.REGISTRATION: _registration,
}
