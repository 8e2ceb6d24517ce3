"""Putting contributions off (缓缴): asked for by the employer, granted by the office, as policy allows.

Nobody puts off what the law does not let them (社会保险法第六十条): without a policy of relief the
number of months is none. What is put off bears no surcharge and is not demanded until its later
due date; from the day after it is late like any other. The assessment does not change, and the
insured people's months count when they are paid.
"""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Deferral, DeferredMonth, Employer
from enrollment.params import DEFERRALS
from enrollment.queries.firms import standing_of
from enrollment.services.checks import known_text, lock
from enrollment.services.collection import surcharge
from enrollment.services.employers.officers import require_for
from funds.models import Branch
from socsec.kernel.months import format_month
from socsec.kernel.policy import PolicyError
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel
from socsec.office.models import PolicyEdition, User
from socsec.office.services import audit, policy

State = Deferral.State
ASK = "deferral.ask"
MOST_MONTHS = 24  # months in one application


def possible(
    employer: Employer, branch: int, month: int, edition: PolicyEdition | None = None
) -> int:
    """For how many months the employer may put a month off in a branch; 0 where it may not."""
    law = DEFERRALS.get(branch)
    if law is None:
        return 0
    standing = standing_of(employer.pk, month)
    try:
        steps = law.at(
            policy.of(edition or policy.current_edition()), employer.region, month
        ).deferral
    except PolicyError as error:
        raise from_kernel(error, "first_month") from error
    return int(steps.at(standing.kind if standing else 0))


@transaction.atomic
def ask(
    *,
    by: User,
    employer: Employer,
    branch: int,
    first_month: int,
    last_month: int,
    months: int,
    reason: str,
    document: str = "",
) -> Deferral:
    """Ask to pay these months so many months later, before they are due.

    By the employer's officer, or by a clerk on paper. `Refused` for more than the policy allows, or
    for a month that is due already.
    """
    require_for(by, ASK, employer)
    employer = lock(employer)
    if branch not in Branch.values:
        raise Invalid(
            _("There is no such branch of insurance."), code="no_such_branch", field="branch"
        )
    if last_month < first_month or last_month - first_month >= MOST_MONTHS:
        raise Invalid(_("The last month is before the first."), code="order", field="last_month")
    edition = policy.current_edition()
    _check(employer, branch, first_month, last_month, months, edition)
    deferral = Deferral.objects.create(
        employer=employer,
        region=employer.region,
        branch=branch,
        first_month=first_month,
        last_month=last_month,
        months=months,
        reason=known_text(reason, "reason"),
        document=document.strip()[:120],
        edition=edition.number,
        maker=by,
    )
    _note(deferral, by, ASK, deferral.reason)
    return deferral


@transaction.atomic
def decide(*, by: User, deferral: Deferral, grant: bool, note: str = "") -> Deferral:
    """Grant it or refuse it, with the reason. Not by who asked."""
    deferral = lock(deferral)
    require(by, "deferral.decide", deferral.region)
    require_other_hand(by, deferral.maker_id)
    if deferral.state != State.ASKED:
        raise Conflict(_("This was decided already."), code="decided_already")
    if not grant:
        deferral.note = known_text(note, "note")
    else:
        deferral.note = note.strip()[:200]
        edition = policy.current_edition()
        _check(
            deferral.employer,
            deferral.branch,
            deferral.first_month,
            deferral.last_month,
            deferral.months,
            edition,
            due_already=False,
        )
        _put_off(deferral)
    deferral.state = State.GRANTED if grant else State.REFUSED
    deferral.checker = by
    deferral.decided_at = timezone.now()
    deferral.save()
    _note(deferral, by, "deferral.decide", deferral.note)
    return deferral


@transaction.atomic
def withdraw(*, by: User, deferral: Deferral) -> Deferral:
    """The employer takes its question back before it is decided."""
    deferral = lock(deferral)
    require_for(by, ASK, deferral.employer)
    if deferral.state != State.ASKED:
        raise Conflict(_("This was decided already."), code="decided_already")
    deferral.state = State.WITHDRAWN
    deferral.save(update_fields=["state"])
    _note(deferral, by, ASK, "")
    return deferral


def _check(
    employer: Employer,
    branch: int,
    first_month: int,
    last_month: int,
    months: int,
    edition: PolicyEdition,
    *,
    due_already: bool = True,
) -> None:
    for month in range(first_month, last_month + 1):
        most = possible(employer, branch, month, edition)
        if not most:
            raise Refused(
                _("No policy lets this employer put off %(branch)s for %(month)s.")
                % {"branch": Branch(branch).label, "month": format_month(month)},
                code="no_deferral",
                field="first_month",
                fix=_("Contributions are paid in time unless a policy says otherwise."),
            )
        if type(months) is not int or not 0 < months <= most:
            raise Refused(
                _("%(month)s may be put off for at most %(most)s months.")
                % {"month": format_month(month), "most": most},
                code="put_off_too_long",
                field="months",
            )
    if due_already and surcharge.due_on(employer.region, first_month) < timezone.localdate():
        raise Refused(
            _("%(month)s is due already, so it cannot be put off any more.")
            % {"month": format_month(first_month)},
            code="due_already",
            field="first_month",
            fix=_("Ask for an instalment agreement instead."),
        )


def _put_off(deferral: Deferral) -> None:
    try:
        with transaction.atomic():
            DeferredMonth.objects.bulk_create(
                DeferredMonth(
                    employer_id=deferral.employer_id,
                    branch=deferral.branch,
                    month=month,
                    due_on=surcharge.due_on(deferral.region, month + deferral.months),
                    deferral=deferral,
                )
                for month in range(deferral.first_month, deferral.last_month + 1)
            )
    except IntegrityError as error:
        raise Conflict(
            _("Part of these months is put off already."),
            code="put_off_already",
            fix=_("Refuse this one; the employer may ask for the other months."),
        ) from error


def _note(deferral: Deferral, by: User, act: str, reason: str) -> None:
    audit.record(
        by=by,
        act=act,
        subject=deferral,
        region=deferral.region,
        reason=reason,
        branch=deferral.branch,
        first_month=format_month(deferral.first_month),
        last_month=format_month(deferral.last_month),
        months=deferral.months,
        state=deferral.state,
    )
