"""What follows from a decision: the grant, its first amount, recognition, and the letter."""

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance.models import (
    Application,
    FirstMonth,
    Grant,
    GrantAmount,
    GrantState,
    Recognition,
    Rhythm,
    Unit,
)
from socsec.kernel.months import format_month, last_day, month_of, same_day
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, NotFound
from socsec.office.models import Case, PolicyEdition, User
from socsec.office.services import audit
from socsec.office.services.messages import notify


def begin(
    *, application: Application, found: Any, case: Case, edition: PolicyEdition, by: User
) -> Grant:
    """The grant of a decision, with its first amount and, where the programme recognises somebody,
    the recognition of every member. Called in the transaction of the decision."""
    programme = application.programme
    today = timezone.localdate()
    advanced = Grant.objects.filter(application=application).first()
    if advanced is not None:
        return _complete(advanced, application, found, case, edition, by)
    first = first_month(programme.first_month, application.case.received_on, today)
    try:
        with transaction.atomic():
            made = Grant.objects.create(
                application=application,
                programme=programme,
                person=application.person,
                household=application.household if programme.unit == Unit.HOUSEHOLD else None,
                region=application.region,
                from_month=first,
                until_month=first if programme.rhythm == Rhythm.ONCE else None,
                review_on=(
                    same_day(today, programme.review_months) if programme.review_months else None
                ),
                state=GrantState.RUNNING,
            )
    except IntegrityError as error:
        raise Conflict(
            _("This programme is granted already."),
            code="granted_already",
            fix=_("Look at the grants of this person."),
        ) from error
    if programme.rhythm != Rhythm.NONE:
        write_amount(
            made,
            from_month=first,
            amount=found.amount,
            facts=application.gathered or {},
            sheet=case.sheet or {},
            edition=edition,
            by=by,
        )
    if programme.standing is not None:
        members = application.members.filter(excluded="").values_list("person_id", flat=True)
        Recognition.objects.bulk_create(
            Recognition(
                person_id=member,
                standing=programme.standing,
                region=application.region,
                grant=made,
                since=today,
            )
            for member in members
        )
    audit.record(
        by=by,
        act="grant.begin",
        subject=made,
        person_id=made.person_id,
        region=made.region,
        number=case.number,
        programme=programme.slug,
        from_month=format_month(first),
        amount=found.amount,
    )
    return made


def _complete(
    grant: Grant,
    application: Application,
    found: Any,
    case: Case,
    edition: PolicyEdition,
    by: User,
) -> Grant:
    """Aid was given before its papers: the decision says what it comes to in all, and the next
    payroll pays the rest."""
    write_amount(
        grant,
        from_month=grant.from_month,
        amount=found.amount,
        facts=application.gathered or {},
        sheet=case.sheet or {},
        edition=edition,
        by=by,
        reason="补齐手续",
    )
    audit.record(
        by=by,
        act="grant.complete",
        subject=grant,
        person_id=grant.person_id,
        region=grant.region,
        number=case.number,
        amount=found.amount,
    )
    return grant


def first_month(rule: str, received_on: date, decided_on: date) -> int:
    """From which month a grant is paid.

    The nation pays from the month after the decision (57号第二十一条), Chongqing from the month of
    the decision, the allowances for the disabled and the elderly from the month of application.

    >>> format_month(first_month("next", date(2026, 3, 20), date(2026, 4, 30)))
    '2026-05'
    >>> format_month(first_month("application", date(2026, 3, 20), date(2026, 4, 30)))
    '2026-03'
    """
    return {
        FirstMonth.NEXT: month_of(decided_on) + 1,
        FirstMonth.DECISION: month_of(decided_on),
        FirstMonth.APPLICATION: month_of(received_on),
    }[FirstMonth(rule)]


def write_amount(
    grant: Grant,
    *,
    from_month: int,
    amount: int,
    facts: dict[str, Any],
    sheet: dict[str, Any],
    edition: PolicyEdition,
    by: User | None,
    reason: str = "",
) -> GrantAmount:
    """A further version of what a grant comes to. What stood before stays beside it."""
    last = grant.amounts.order_by("-version").first()
    return GrantAmount.objects.create(
        grant=grant,
        version=last.version + 1 if last else 1,
        from_month=from_month,
        amount=amount,
        facts=facts,
        sheet=sheet,
        edition=edition,
        by=by,
        reason=reason,
    )


def end(grant: Grant, *, until_month: int, reason: str) -> None:
    """No more months after `until_month`; whoever it recognised is recognised to its last day."""
    grant.state = GrantState.ENDED
    grant.until_month = until_month
    grant.end_reason = reason[:200]
    grant.save(update_fields=["state", "until_month", "end_reason"])
    last = max(last_day(until_month), timezone.localdate() - timedelta(days=1))
    Recognition.objects.filter(grant=grant, until__isnull=True).update(until=last)


def tell(person_id: int, case: Case | None, *, title: Any, body: Any, by: User) -> None:
    """A letter in both languages into the person's portal."""
    notify(person_id=person_id, title=title, body=body, by=by, case=case)


def locked(grant: Grant, by: User, act: str) -> Grant:
    """The grant, held until the transaction ends. Nobody handles that of their own family."""
    held = (
        Grant.objects.select_for_update(of=("self",))
        .select_related("programme", "person", "household")
        .filter(pk=grant.pk)
        .first()
    )
    if held is None:
        raise NotFound(_("There is no such grant."), code="no_grant")
    require(by, act, held.region, held.person_id)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, held.person_id)
    return held
