"""Asking registers about a household, with everybody's authorisation. 社会救助法第四十一条、第六十二条.

What a register can tell is not asked of the applicant. Our own social insurance is asked at once;
the other registers answer through the API or by a file. An applicant may object to an answer, and
the township checks again.
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance import facts as gathering
from assistance.models import Application, Matching, Source, StepCode
from assistance.services import clocks
from assistance.services.applying import locked, locked_by_member
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, NotFound, Refused, say
from socsec.office.models import Case, User
from socsec.office.services import audit

AMOUNTS = ("earned", "transfers", "business", "money")
COUNTS = ("vehicles", "homes")
LARGEST = 10**13  # fen
MOST_THINGS = 1000


@transaction.atomic
def ask(
    *, by: User, application: Application, sources: tuple[str, ...] = tuple(Source.values)
) -> list[Matching]:
    """Ask the registers about every member who counts. Asked again, nothing is asked twice.

    `Refused` where a member has not authorised it, or no longer does.
    """
    held = locked(application, by, "case.assess", Case.State.RECEIVED)
    unknown = [source for source in sources if source not in Source.values]
    if unknown:
        raise Invalid(_("There is no such register."), code="unknown_source", field="sources")
    today = timezone.localdate()
    members = list(held.members.filter(excluded="").select_related("person"))
    for member in members:
        _authorised(member, today)
    asked = Matching.objects.bulk_create(
        [
            Matching(application=held, person=member.person, source=source)
            for member in members
            for source in sources
        ],
        ignore_conflicts=True,
    )
    rows = Matching.objects.filter(
        application=held, source=Source.INSURANCE, answered_at__isnull=True
    )
    for row in rows.filter(source__in=sources):
        found = gathering.insured_income(row.person_id, today)
        row.earned, row.transfers = found.earned, found.transfers
        row.answered_at = timezone.now()
        row.save(update_fields=["earned", "transfers", "answered_at"])
    audit.record(
        by=by,
        act="assistance.match",
        subject=held.case,
        person_id=held.person_id,
        region=held.region,
        number=held.case.number,
        sources=list(sources),
        members=len(members),
    )
    _all_answered(held)
    return asked


@transaction.atomic
def answer(*, by: User, matching_id: int, note: str = "", **found: int | None) -> Matching:
    """A register's answer: amounts in fen (income a month), numbers of vehicles and homes.

    What is not answered is not known, which is not the same as nothing. Answers come once; a register
    that was wrong is told by an objection. Partners answer what they were asked in their region.
    """
    row = (
        Matching.objects.select_for_update(of=("self",))
        .select_related("application__case")
        .filter(pk=matching_id)
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such question."), code="no_matching")
    require(by, "matching.answer", row.application.region)
    if row.answered_at is not None:
        raise Conflict(
            _("This question was answered already."),
            code="answered_already",
            fix=_("If the answer was wrong, the applicant objects to it."),
        )
    for name, value in found.items():
        if name not in (*AMOUNTS, *COUNTS):
            raise Invalid(
                say(_("An answer has no “%(name)s”."), name=name), code="unknown_fact", field=name
            )
        most = LARGEST if name in AMOUNTS else MOST_THINGS
        if value is not None and (type(value) is not int or not 0 <= value <= most):
            raise Invalid(
                _("An amount or number is nought or above, and possible."),
                code="amount_out_of_range",
                field=name,
            )
        setattr(row, name, value)
    row.note = note.strip()[:200]
    row.answered_at = timezone.now()
    row.save()
    audit.record(
        by=by,
        act="assistance.answer",
        subject=row.application.case,
        person_id=row.person_id,
        region=row.application.region,
        number=row.application.case.number,
        source=row.source,
    )
    _all_answered(row.application)
    return row


@transaction.atomic
def object_to(*, by: User, matching: Matching, text: str) -> Matching:
    """Whoever was asked about says that a register is wrong, and why (57号第十八条)."""
    held = locked_by_member(matching.application, by, matching.person_id)
    row = Matching.objects.select_for_update().get(pk=matching.pk)
    if row.answered_at is None:
        raise Refused(_("This question was not answered yet."), code="not_answered")
    if not text.strip():
        raise Invalid(_("Say what is wrong."), code="empty", field="text")
    row.objection, row.objected_on = text.strip()[:500], timezone.localdate()
    row.settled, row.settled_on = "", None
    row.save(update_fields=["objection", "objected_on", "settled", "settled_on"])
    audit.record(
        by=by,
        act="assistance.object",
        subject=held.case,
        person_id=row.person_id,
        region=held.region,
        number=held.case.number,
        source=row.source,
        reason=row.objection,
    )
    return row


@transaction.atomic
def settle(*, by: User, matching: Matching, text: str, **corrected: int | None) -> Matching:
    """The township checked again: what stands, or what is right instead. The old answer is kept in
    the audit."""
    held = locked(matching.application, by, "case.assess", Case.State.RECEIVED)
    row = Matching.objects.select_for_update().get(pk=matching.pk)
    if not row.objection or row.settled_on is not None:
        raise Refused(_("There is no open objection to this answer."), code="no_objection")
    if not text.strip():
        raise Invalid(_("Say what was found."), code="empty", field="text")
    before: dict[str, Any] = {}
    for name, value in corrected.items():
        if name not in (*AMOUNTS, *COUNTS) or value is None or not 0 <= value <= LARGEST:
            raise Invalid(
                _("An amount or number is nought or above, and possible."),
                code="amount_out_of_range",
                field=name,
            )
        before[name] = getattr(row, name)
        setattr(row, name, value)
    row.settled, row.settled_on = text.strip()[:500], timezone.localdate()
    row.save()
    audit.record(
        by=by,
        act="assistance.settle",
        subject=held.case,
        person_id=row.person_id,
        region=held.region,
        number=held.case.number,
        source=row.source,
        reason=row.settled,
        before=before,
    )
    return row


def _authorised(member: Any, today: date) -> None:
    if member.authorised_on is None:
        raise Refused(
            say(_("%(name)s has not authorised the questions."), name=member.person.name),
            code="not_authorised",
            fix=_("Enter the written authorisation first."),
        )
    if member.authorised_until is not None and member.authorised_until < today:
        raise Refused(
            say(
                _("The authorisation of %(name)s ended on %(day)s."),
                name=member.person.name,
                day=member.authorised_until.isoformat(),
            ),
            code="authorisation_expired",
            fix=_("Ask for a new one."),
        )


def _all_answered(application: Application) -> None:
    rows = Matching.objects.filter(application=application)
    if rows.exists() and not rows.filter(answered_at__isnull=True).exists():
        clocks.done(application, StepCode.MATCH)
