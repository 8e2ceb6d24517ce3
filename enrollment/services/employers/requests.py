"""An employer applies to change or to cancel its registration: a case with the clock of the law.

Ten working days from the day it came (社会保险经办条例第十条). Its officer applies in the portal, a
clerk takes down what comes on paper; one looks at the papers, another decides, and with the decision
the register changes. What can be done at once at the counter needs no application.
"""

import json
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import Employer, EmployerRequest
from enrollment.queries.firms import details_as_of
from enrollment.services.checks import known_name, lock, not_in_future
from enrollment.services.employers import employer as registry
from enrollment.services.employers.officers import require_for
from socsec.office.errors import Conflict, Invalid
from socsec.office.models import Case, User
from socsec.office.services import audit
from socsec.office.services import case as cases

Sort = EmployerRequest.Sort
ASK = "employer.ask"
KINDS = {sort.value: f"employer_{sort.value}" for sort in Sort}

REASONS: dict[str, dict[str, str]] = {
    "not_proven": {
        "text_zh": "所附材料不能证明要变更的内容。",
        "text_en": "The papers do not prove what shall be changed.",
        "law": "社会保险经办条例第九条",
    },
    "register_differs": {
        "text_zh": "与登记管理机关共享的信息不一致。",
        "text_en": "The business register says otherwise.",
        "law": "社会保险经办条例第九条",
    },
    "not_settled": {
        "text_zh": "尚有欠缴的社会保险费、滞纳金、罚款，或者未办理停保的职工。",
        "text_en": "Contributions, surcharges or fines are owed, or people are still on the staff list.",
        "law": "社会保险经办条例第十条",
    },
}


@transaction.atomic
def ask(
    *,
    by: User,
    employer: Employer,
    sort: str,
    day: date,
    channel: str,
    document: str = "",
    received_on: date | None = None,
    key: str = "",
    **details: str,
) -> EmployerRequest:
    """Receive an application. One of a sort is open at a time.

    `details` are those of `employer.DETAILS` that shall be different. A debt does not keep a
    cancellation from being asked for; it keeps it from being decided.
    """
    require_for(by, ASK, employer)
    employer = lock(employer)
    if sort not in Sort.values:
        raise Invalid(_("Choose what to apply for."), code="no_sort", field="sort")
    if employer.closed_on is not None:
        raise Conflict(_("This registration is cancelled already."), code="already_closed")
    not_in_future(day, "day")
    if day < employer.opened_on:
        raise Invalid(
            _("The day lies before the registration."), code="before_registration", field="day"
        )
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    if sort == Sort.CHANGE:
        document = known_name(document, 120, "document")
        now = details_as_of(employer.pk, day)
        kept = {key: getattr(now, key) if now else "" for key in registry.DETAILS}
        kept["name"] = kept["name"] or employer.name
        said = registry.tidy(details)
        after = {key: value for key, value in said.items() if value != kept[key]}
        before = {key: kept[key] for key in after}
        if not after:
            raise Invalid(
                _("Nothing is different from before."), code="nothing_changed", field="name"
            )
    case = cases.open_case(
        kind=KINDS[sort],
        person_id=None,
        subject=employer.name,
        region=employer.region,
        by=by,
        channel=channel,
        key=key,
        received_on=received_on,
        allowed=True,
        credit_code=employer.credit_code,
    )
    known = EmployerRequest.objects.filter(case=case).first()
    if known is not None:
        return known  # the same key again
    there = (
        EmployerRequest.objects.filter(employer=employer, sort=sort, case__state__in=Case.OPEN)
        .select_related("case")
        .first()
    )
    if there is not None:
        raise Conflict(
            _("An application is open: case %(number)s.") % {"number": there.case.spaced_number},
            code="request_open",
            fix=_("Wait for the answer, or withdraw that one first."),
        )
    made = EmployerRequest.objects.create(
        case=case,
        employer=employer,
        sort=sort,
        day=day,
        document=document.strip()[:120],
        before=json.dumps(before, ensure_ascii=False) if before else "",
        after=json.dumps(after, ensure_ascii=False) if after else "",
    )
    _note(made, by, ASK, changed=sorted(after), day=day)
    return made


@transaction.atomic
def examine(*, by: User, request: EmployerRequest) -> EmployerRequest:
    """The maker's part: the papers are in order. `Refused` while debts or staff stand against it."""
    if request.sort == Sort.CLOSE:
        registry.check_settled(request.employer, request.day)
    cases.propose(case_id=request.pk, by=by, sheet=None, edition=None, what=request.sort)
    return request


@transaction.atomic
def object_to(*, by: User, request: EmployerRequest, text: str) -> EmployerRequest:
    """The maker's part where it cannot be granted: lay it down, with what stands against it."""
    if not text.strip():
        raise Invalid(_("Say what you found."), code="empty", field="text")
    cases.note(case_id=request.pk, by=by, text=text)
    cases.propose(case_id=request.pk, by=by, sheet=None, edition=None, finding=text.strip())
    return request


@transaction.atomic
def grant(*, by: User, request: EmployerRequest) -> EmployerRequest:
    """The checker's part: the register changes in the same moment."""
    cases.decide(case_id=request.pk, by=by, outcome=Case.State.GRANTED)
    employer = request.employer
    if request.sort == Sort.CLOSE:
        registry.cancel(by=by, employer=employer, last_day=request.day)
    else:
        registry.put(
            by=by,
            employer=employer,
            from_day_=request.day,
            document=request.document,
            **request.new,
        )
    return request


@transaction.atomic
def refuse(*, by: User, request: EmployerRequest, reason: str) -> EmployerRequest:
    """The checker refuses with one of `REASONS`. Nothing changes."""
    if reason not in REASONS:
        raise Invalid(_("Choose a reason."), code="no_reason", field="reason")
    cases.decide(
        case_id=request.pk,
        by=by,
        outcome=Case.State.REFUSED,
        reasons=[{"code": reason, **REASONS[reason]}],
    )
    return request


@transaction.atomic
def withdraw(*, by: User, request: EmployerRequest, text: str) -> EmployerRequest:
    """The employer takes it back before it is decided, through its officer or on paper."""
    require_for(by, ASK, request.employer)
    cases.withdraw(case_id=request.pk, by=by, text=text, allowed=True)
    return request


def _note(request: EmployerRequest, by: User, act: str, **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=request.employer,
        region=request.employer.region,
        credit_code=request.employer.credit_code,
        case=request.case.number,
        sort=request.sort,
        **detail,
    )
