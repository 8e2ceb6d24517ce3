"""Requests to change what is on file: old and new side by side, papers, decided by two others.

The person asks in the portal, or a clerk takes the request down; an assessor looks at the papers,
and a reviewer decides. Name, sex, birth date and identity number change in no other way.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import (
    ChangeRequest,
    Detail,
    Person,
    Purpose,
    RegistrationKind,
    Sex,
    What,
)
from enrollment.services.checks import alive, lock, not_in_future
from enrollment.services.people import bank_account, details, identifiers, registration
from enrollment.services.people.change_values import CHECKS
from socsec.kernel import ids, papers
from socsec.office.errors import Conflict, Invalid
from socsec.office.models import Case, User
from socsec.office.places import place
from socsec.office.services import case as cases
from socsec.office.services import messages

KIND = "change"
# What says who somebody is, and so needs a paper and is either corrected or changed by law.
IDENTITY = (What.NAME, What.SEX, What.BORN_ON, What.RESIDENT_ID)

REASONS: dict[str, dict[str, str]] = {
    "not_proven": {
        "text_zh": "所附材料不能证明要变更的内容。",
        "text_en": "The papers do not prove what shall be changed.",
        "law": "社会保险经办条例第九条",
    },
    "register_differs": {
        "text_zh": "与公安、民政等共享信息不一致。",
        "text_en": "The registers of other authorities say otherwise.",
        "law": "社会保险经办条例第九条",
    },
    "not_own": {
        "text_zh": "账户不是本人的。",
        "text_en": "The account is not the person's own.",
        "law": "社会保险经办条例第九条",
    },
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A paper as it comes: what it is called, what it is, its bytes."""

    name: str
    content: bytes
    label: str = ""


@transaction.atomic
def ask(
    *,
    by: User,
    person: Person,
    what: str,
    new: Mapping[str, Any],
    channel: str,
    correction: bool = False,
    from_: date | None = None,
    uploads: Sequence[Upload] = (),
    key: str = "",
) -> ChangeRequest:
    """Receive a request. One of a kind is open at a time; identity needs at least one paper.

    `correction` says that what is on file was wrong from the start; else it changed on `from_`.
    """
    if what not in What.values:
        raise Invalid(_("Choose what to change."), code="no_what", field="what")
    wanted = What(what)
    person = lock(person)
    alive(person, timezone.localdate())
    if wanted in IDENTITY and not uploads:
        raise Invalid(
            _("Add the paper that proves it."),
            code="no_document",
            field="file",
            fix=_("For example a page of the household register or a police certificate."),
        )
    if wanted in (What.SEX, What.BORN_ON):
        correction = True
    day = None if correction else not_in_future(from_ or timezone.localdate(), "from_")
    before = on_file(person, wanted)
    after = CHECKS[wanted](person, dict(new))
    if after == before or all(before.get(name) == value for name, value in after.items()):
        raise Invalid(_("This is what is on file already."), code="nothing_new", field=_field(what))
    case = cases.open_case(
        kind=KIND,
        person_id=person.pk,
        subject=person.name,
        region=person.region,
        by=by,
        channel=channel,
        key=key,
        what=str(wanted),
    )
    known = ChangeRequest.objects.filter(case=case).first()
    if known is not None:
        return known  # the same key again
    there = (
        ChangeRequest.objects.filter(person=person, what=wanted, case__state__in=Case.OPEN)
        .select_related("case")
        .first()
    )
    if there is not None:
        raise Conflict(
            _("A request to change this is open: case %(number)s.")
            % {"number": there.case.spaced_number},
            code="request_open",
            fix=_("Wait for the answer, or withdraw that one first."),
        )
    made = ChangeRequest.objects.create(
        case=case,
        person=person,
        what=wanted,
        before=json.dumps(before, ensure_ascii=False),
        after=json.dumps(after, ensure_ascii=False),
        correction=correction,
        since=day,
    )
    for upload in uploads:
        cases.attach(
            case_id=case.pk, by=by, name=upload.name, content=upload.content, label=upload.label
        )
    return made


@transaction.atomic
def examine(*, by: User, request: ChangeRequest) -> ChangeRequest:
    """The maker's part: the papers were looked at, and a colleague may decide."""
    request.person = lock(request.person)
    _still_so(request)
    cases.propose(case_id=request.pk, by=by, sheet=None, edition=None, what=request.what)
    return request


@transaction.atomic
def grant(*, by: User, request: ChangeRequest) -> ChangeRequest:
    """The checker agrees, and the file is changed in the same breath."""
    person = request.person = lock(request.person)
    case = cases.decide(case_id=request.pk, by=by, outcome=Case.State.GRANTED)
    _still_so(request)
    _APPLY[What(request.what)](by, person, request)
    request.applied_at = timezone.now()
    request.save(update_fields=["applied_at"])
    messages.notify(
        person_id=person.pk,
        title=_("Your details have been changed"),
        body=_("We changed what you asked for. You can see it under “Change my details”."),
        by=by,
        case=case,
    )
    return request


@transaction.atomic
def refuse(*, by: User, request: ChangeRequest, reason: str) -> ChangeRequest:
    """The checker disagrees, with a reason of the list; nothing on file changes."""
    if reason not in REASONS:
        raise Invalid(_("Choose a reason."), code="no_reason", field="reason")
    case = cases.decide(
        case_id=request.pk,
        by=by,
        outcome=Case.State.REFUSED,
        reasons=[{"code": reason, **REASONS[reason]}],
    )
    messages.notify(
        person_id=request.person_id,
        title=_("Your details stay as they are"),
        body=_("We could not change what you asked for. The case says why, and what you can do."),
        by=by,
        case=case,
    )
    return request


def on_file(person: Person, what: str) -> dict[str, Any]:
    """What stands there now, in the words of a request."""
    if what == What.BANK:
        found: dict[str, Any] = {}
        for each in queries.accounts(person.pk):
            found.setdefault(each.purpose, f"{each.bank} ····{each.last_four}")
        return found
    if what == What.REGISTRATION:
        last = queries.registrations(person.pk).first()
        return {"kind": last.kind, "region": last.region} if last and not last.last_day else {}
    if what == What.SEX:
        return {"sex": int(person.sex)}
    name = "number" if what == What.RESIDENT_ID else str(what)
    return {name: details.current(person, what)}


def shown(what: str, values: Mapping[str, Any]) -> str:
    """Old or new in words, for pages: numbers masked."""
    if what == What.SEX and "sex" in values:
        return str(Sex(values["sex"]).label)
    if what == What.RESIDENT_ID:
        return ids.mask_resident_id(values.get("number", ""))
    if what == What.PHONE and values.get("phone"):
        return ids.mask_mobile(values["phone"])
    if what == What.BORN_ON and "born_on" in values:
        return str(date_format(date.fromisoformat(values["born_on"])))
    if what == What.REGISTRATION and "kind" in values:
        return f"{RegistrationKind(values['kind']).label} · {place(values['region'])}"
    if what == What.BANK and "account" in values:
        purpose = Purpose(values["purpose"]).label
        return f"{purpose}: {values['bank']} ····{values['account'][-4:]}"
    if what == What.BANK:
        return "；".join(f"{Purpose(p).label}: {text}" for p, text in values.items())
    return "；".join(str(value) for value in values.values())


def _field(what: str) -> str:
    return {What.RESIDENT_ID: "number", What.BANK: "account", What.REGISTRATION: "kind"}.get(
        What(what), str(what)
    )


def _still_so(request: ChangeRequest) -> None:
    """Whether the file says what it said when the request came: else side by side is not true."""
    if on_file(request.person, request.what) != request.old:
        raise Conflict(
            _("The file has changed since the request came."),
            code="file_changed",
            fix=_("Refuse it or let it be withdrawn, and take it down again."),
        )


# what a granted request does


def _put(detail: Detail, name: str) -> Callable[[User, Person, ChangeRequest], None]:
    def apply(by: User, person: Person, request: ChangeRequest) -> None:
        value = str(request.new[name])
        details.put(person, detail, value, by=by, from_=request.since, case_id=request.pk)

    return apply


def _put_number(by: User, person: Person, request: ChangeRequest) -> None:
    """The number says birth date and sex, so these are put right with it."""
    said = papers.read_paper(papers.RESIDENT_ID, request.new["number"])
    assert said.birth is not None  # every resident identity number says it
    sex = Sex.MALE if said.is_male else Sex.FEMALE
    if said.birth != person.born_on:
        value = said.birth.isoformat()
        details.put(person, Detail.BORN_ON, value, by=by, from_=None, case_id=request.pk)
    if sex != person.sex:
        value = str(int(sex))
        details.put(person, Detail.SEX, value, by=by, from_=None, case_id=request.pk)
    identifiers.exchange(
        person,
        said.number,
        by=by,
        correction=request.correction,
        from_=request.since,
        case_id=request.pk,
    )


def _put_bank(by: User, person: Person, request: ChangeRequest) -> None:
    bank_account.put(by=by, person=person, **request.new)


def _put_registration(by: User, person: Person, request: ChangeRequest) -> None:
    registration.put(
        person,
        kind=request.new["kind"],
        region=request.new["region"],
        from_=request.since or person.born_on,
    )


_APPLY: dict[What, Callable[[User, Person, ChangeRequest], None]] = {
    What.NAME: _put(Detail.NAME, "name"),
    What.SEX: _put(Detail.SEX, "sex"),
    What.BORN_ON: _put(Detail.BORN_ON, "born_on"),
    What.RESIDENT_ID: _put_number,
    What.PHONE: _put(Detail.PHONE, "phone"),
    What.ADDRESS: _put(Detail.ADDRESS, "address"),
    What.BANK: _put_bank,
    What.REGISTRATION: _put_registration,
}
