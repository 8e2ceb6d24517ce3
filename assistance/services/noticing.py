"""The notice in the village or community: what the law lets it show, and nothing about a child.

57号第十九条: name, number of members, proposed grant. Never the identity number, address, income
or illness (个人信息保护法).
"""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance.models import Application, PublicNotice, StepCode
from assistance.services import clocks, programmes
from assistance.services.applying import locked
from assistance.services.deciding import preview
from assistance.services.minors import of_a_child
from socsec.office.errors import Invalid, Refused
from socsec.office.models import Case, User
from socsec.office.services import audit

SHOWN = ("name", "members", "amount")


@transaction.atomic
def post(*, by: User, application: Application, place: str, on: date | None = None) -> PublicNotice:
    """Post the first opinion. `Refused` for a child, and where the programme has no notice."""
    held = locked(application, by, "case.assess", Case.State.RECEIVED)
    today = timezone.localdate()
    day = on or today
    _may_show(held)
    if not held.case.received_on <= day <= today:
        raise Invalid(
            _("A notice is posted between the application and today."),
            code="impossible_date",
            field="on",
        )
    if not place.strip():
        raise Invalid(_("Say where it is posted."), code="empty", field="place")
    step = next(
        (
            step
            for step in programmes.steps_of(held.programme.slug, held.region, held.case.received_on)
            if step.code == StepCode.NOTICE
        ),
        None,
    )
    if step is None:
        raise Refused(_("This programme has no public notice here."), code="no_notice")
    found = preview(application=held)
    notice = PublicNotice.objects.create(
        application=held,
        place=place.strip()[:120],
        posted_on=day,
        until=clocks.due(step, day),
        shown=dict(
            zip(
                SHOWN,
                (held.person.name, held.members.filter(excluded="").count(), found.amount),
                strict=True,
            )
        ),
    )
    audit.record(
        by=by,
        act="assistance.notice",
        subject=held.case,
        person_id=held.person_id,
        region=held.region,
        number=held.case.number,
        place=notice.place,
        until=notice.until.isoformat(),
    )
    return notice


@transaction.atomic
def object_to(*, by: User, notice: PublicNotice, text: str) -> PublicNotice:
    """Somebody objects to what is posted; the township looks into it before the file goes on."""
    held = locked(notice.application, by, "case.note", *Case.OPEN)
    if not text.strip():
        raise Invalid(_("Say what is wrong."), code="empty", field="text")
    notice.objection = text.strip()[:500]
    notice.answered = ""
    notice.save(update_fields=["objection", "answered"])
    audit.record(
        by=by,
        act="assistance.notice_objection",
        subject=held.case,
        person_id=held.person_id,
        region=held.region,
        number=held.case.number,
    )
    return notice


@transaction.atomic
def close(*, by: User, notice: PublicNotice, found: str = "") -> PublicNotice:
    """The days are over. With an objection: what was found when the township looked again."""
    held = locked(notice.application, by, "case.assess", Case.State.RECEIVED)
    today = timezone.localdate()
    if today < notice.until:
        raise Refused(
            _("The notice hangs until %(day)s.") % {"day": notice.until.isoformat()},
            code="notice_runs",
        )
    if notice.objection and not found.strip():
        raise Invalid(
            _("Say what was found about the objection."), code="objection_open", field="found"
        )
    notice.answered = found.strip()[:500]
    notice.save(update_fields=["answered"])
    clocks.done(held, StepCode.NOTICE, today)
    audit.record(
        by=by,
        act="assistance.notice_closed",
        subject=held.case,
        person_id=held.person_id,
        region=held.region,
        number=held.case.number,
    )
    return notice


def _may_show(held: Application) -> None:
    if of_a_child(held):
        raise Refused(
            _("Nothing about a child is put on a public notice."),
            code="notice_of_a_child",
            fix=_("Go on without a notice; the decision is told to the guardian alone."),
        )
    if not held.programme.noticed:
        raise Refused(_("This programme has no public notice."), code="no_notice")
