"""Employers register, change, rest, and cancel."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Employer,
    EmployerDetails,
    EmployerPause,
    Employment,
    Takeover,
    Upload,
)
from enrollment.models.spans import DAY, from_day, until
from enrollment.queries import debts
from enrollment.queries.firms import details_as_of, undeclared_months
from enrollment.services.checks import known_name, known_region, lock, not_in_future
from funds.models import Branch
from socsec.kernel import ids
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel
from socsec.office.models import User
from socsec.office.services import audit


@transaction.atomic
def enroll(
    *,
    by: User,
    credit_code: str,
    name: str,
    region: str,
    opened_on: date,
    document: str = "",
    **details: str,
) -> Employer:
    """Register an employer (单位参保登记).

    `details` are address, contact, phone, bank and account, as far as they are known; without a
    `document` the credit code stands for it, which is that of the licence. `Invalid` for a code
    that cannot be right, `Conflict` if the code is registered.
    """
    require(by, "employer.enroll", known_region(region))
    name = known_name(name, 120)
    not_in_future(opened_on, "opened_on")
    try:
        code = ids.read_credit_code(credit_code)
    except ids.IdError as error:
        raise from_kernel(error, "credit_code") from error
    said = tidy(details)
    try:
        with transaction.atomic():
            employer = Employer.objects.create(
                credit_code=code, name=name, region=region, opened_on=opened_on
            )
    except IntegrityError as error:
        raise Conflict(
            _("An employer with this credit code is registered already."),
            code="already_enrolled",
            field="credit_code",
            fix=_("Search for the employer by the code instead."),
        ) from error
    EmployerDetails.objects.create(
        employer=employer,
        from_day=opened_on,
        name=name,
        document=known_name(document or code, 120, "document"),
        by=by,
        **said,
    )
    audit.record(by=by, act="employer.enroll", subject=employer, region=region, credit_code=code)
    return employer


@transaction.atomic
def change(
    *, by: User, employer: Employer, from_day_: date, document: str, **details: str
) -> EmployerDetails:
    """Enter another name, contact or account, from a day on (变更登记).

    What is not named stays as it was that day. What it was before can still be read.
    """
    require(by, "employer.change", employer.region)
    return put(by=by, employer=employer, from_day_=from_day_, document=document, **details)


def put(
    *, by: User, employer: Employer, from_day_: date, document: str, **details: str
) -> EmployerDetails:
    """The change itself, for services that have asked who may."""
    employer = _open(employer)
    not_in_future(from_day_, "from_day_")
    if from_day_ < employer.opened_on:
        raise Invalid(
            _("The employer was registered on %(day)s.") % {"day": date_format(employer.opened_on)},
            code="before_registration",
            field="from_day_",
        )
    before = details_as_of(employer.pk, from_day_)
    kept = {key: getattr(before, key) for key in DETAILS} if before else {}
    kept.setdefault("name", employer.name)
    said = {**kept, **tidy(details)}
    changed = sorted(key for key in said if said[key] != kept.get(key, ""))
    if not changed:
        raise Invalid(_("Nothing is different from before."), code="nothing_changed", field="name")
    made = EmployerDetails.objects.create(
        employer=employer,
        from_day=from_day_,
        document=known_name(document, 120, "document"),
        by=by,
        **said,
    )
    now = details_as_of(employer.pk)
    if now is not None and now.name != employer.name:
        employer.name = now.name
        employer.save(update_fields=["name"])
    audit.record(
        by=by,
        act="employer.change",
        credit_code=employer.credit_code,
        subject=employer,
        region=employer.region,
        changed=changed,
        since=from_day_,
    )
    return made


@transaction.atomic
def suspend(*, by: User, employer: Employer, from_: date, reason: str) -> EmployerPause:
    """Let an employer that employs nobody rest from a day on (暂停缴费). It declares nothing meanwhile."""
    require(by, "employer.rest", employer.region)
    employer = _open(employer)
    not_in_future(from_, "from_")
    reason = known_name(reason, 200, "reason")
    if from_ < employer.opened_on:
        raise Invalid(
            _("The employer was registered on %(day)s.") % {"day": date_format(employer.opened_on)},
            code="before_registration",
            field="from_",
        )
    _check_no_staff(employer, from_ - DAY)
    try:
        with transaction.atomic():
            pause = EmployerPause.objects.create(
                employer=employer, span=from_day(from_), reason=reason
            )
    except IntegrityError as error:
        raise Conflict(
            _("%(employer)s rests at that time already.") % {"employer": employer.name},
            code="resting_already",
            field="from_",
        ) from error
    audit.record(
        by=by,
        act="employer.change",
        credit_code=employer.credit_code,
        subject=employer,
        region=employer.region,
        reason=reason,
        rests_from=from_,
    )
    return pause


@transaction.atomic
def resume(*, by: User, employer: Employer, from_: date) -> EmployerPause:
    """End the rest: from that day on the employer may employ people again (恢复缴费)."""
    require(by, "employer.rest", employer.region)
    employer = _open(employer)
    not_in_future(from_, "from_")
    pause = EmployerPause.objects.filter(employer=employer, span__endswith__isnull=True).first()
    if pause is None or pause.span.isempty:
        raise Conflict(
            _("%(employer)s does not rest.") % {"employer": employer.name}, code="not_resting"
        )
    pause.span = until(pause.span, from_ - DAY)
    pause.ended_at = timezone.now()
    pause.save(update_fields=["span", "ended_at"])
    audit.record(
        by=by,
        act="employer.change",
        credit_code=employer.credit_code,
        subject=employer,
        region=employer.region,
        works_from=from_,
    )
    return pause


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether an employer owes nothing: what is open by branch, in fen, and what is not declared."""

    owed: dict[Branch, int]
    undeclared: list[int]
    waiting: int

    @property
    def total(self) -> int:
        return sum(self.owed.values())

    @property
    def clear(self) -> bool:
        return not (self.owed or self.undeclared)


def standing(employer: Employer, up_to: int, *, put_off: bool = False) -> Standing:
    """What an employer owes, in every branch, for itself and for whom it took over; and for which
    months, up to one, people worked there of whom no wage was declared. What it may pay later by a
    policy is not owed yet, unless `put_off` asks for it.
    """
    owed: dict[Branch, int] = {}
    later = {} if put_off else debts.put_off(employer.pk)
    for debt in debts.owed(employer):
        if (debt.branch, debt.month) in later:
            continue
        branch = Branch(debt.branch)
        owed[branch] = owed.get(branch, 0) + debt.open
    waiting = Upload.objects.filter(employer=employer, state__in=Upload.OPEN).count()
    return Standing(owed, undeclared_months(employer.pk, up_to), waiting)


@transaction.atomic
def close(*, by: User, employer: Employer, last_day: date) -> Employer:
    """Cancel a registration (注销登记). Staff and debts must be settled first (社会保险经办条例第十条),
    unless another employer took them over.
    """
    require(by, "employer.change", employer.region)
    return cancel(by=by, employer=employer, last_day=last_day)


def cancel(*, by: User, employer: Employer, last_day: date) -> Employer:
    """The cancellation itself, for services that have asked who may."""
    employer = check_settled(employer, last_day)
    employer.closed_on = last_day
    employer.save(update_fields=["closed_on"])
    audit.record(
        by=by,
        act="employer.change",
        credit_code=employer.credit_code,
        subject=employer,
        region=employer.region,
        closed_on=last_day,
    )
    return employer


def check_settled(employer: Employer, last_day: date) -> Employer:
    """`Refused` while staff, declarations or debts stand against a cancellation. Gives it locked."""
    employer = _open(employer)
    not_in_future(last_day, "last_day")
    if last_day < employer.opened_on:
        raise Invalid(
            _("The last day is before the first."), code="ends_before_start", field="last_day"
        )
    if Takeover.objects.filter(state=Takeover.State.PROPOSED, predecessor=employer).exists():
        raise Refused(
            _("A takeover waits for approval."),
            code="takeover_waits",
            fix=_("Have it approved or given up first."),
        )
    _check_no_staff(employer, last_day)
    now = standing(employer, last_day.year * 12 + last_day.month - 1, put_off=True)
    if now.waiting:
        raise Refused(
            _("A declaration of this employer waits for approval."),
            code="upload_waits",
            fix=_("Decide it first."),
        )
    if now.undeclared:
        raise Refused(
            _("No wages are declared for %(month)s.") % {"month": format_month(now.undeclared[0])},
            code="undeclared",
            fix=_("Declare and assess the month first."),
        )
    if now.owed:
        raise Refused(
            _("%(owed)s yuan of contributions are still owed.") % {"owed": yuan(now.total)},
            code="arrears",
            fix=_("They must be paid first, or be taken over by another employer."),
        )
    return employer


DETAILS = ("name", "address", "contact", "phone", "bank", "account")
_LONGEST = {"name": 120, "address": 200, "contact": 60, "bank": 60}


def tidy(details: dict[str, Any]) -> dict[str, str]:
    """The details as they are kept; unknown ones are a mistake of ours."""
    said: dict[str, str] = {}
    for key, written in details.items():
        if key not in DETAILS:
            raise TypeError(f"an employer has no {key}")
        value = (written or "").strip()
        try:
            if value and key == "phone":
                value = ids.read_mobile(value)
            elif value and key == "account":
                value = ids.read_bank_card(value)
            elif value or key == "name":
                value = known_name(value, _LONGEST[key], key)
        except ids.IdError as error:
            raise from_kernel(error, key) from error
        said[key] = value
    return said


def _open(employer: Employer) -> Employer:
    employer = lock(employer)
    if employer.closed_on is not None:
        raise Conflict(_("This registration is cancelled already."), code="already_closed")
    return employer


def _check_no_staff(employer: Employer, last_day: date) -> None:
    if Employment.objects.filter(employer=employer, span__overlap=(last_day + DAY, None)).exists():
        raise Refused(
            _("People are still on the staff list after that day."),
            code="staff_left",
            fix=_("End their employments first."),
        )
