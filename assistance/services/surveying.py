"""The visit to a household by two people, kept as a draft until it is handed in. 57号第十五条、第十六条."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance.models import Application, StepCode, Survey
from assistance.services import clocks
from assistance.services.applying import locked
from assistance.services.programmes import check_facts
from socsec.office.errors import Invalid, Refused
from socsec.office.models import Case, User
from socsec.office.services import audit


@transaction.atomic
def draft(
    *,
    by: User,
    application: Application,
    visited_on: date,
    second: str,
    findings: dict[str, Any],
    text: str = "",
) -> Survey:
    """Keep what was found so far: a tablet with a poor line saves as often as it can.

    `findings` are facts of the programme's rule, in natural units; each is read, none is required
    yet. Another draft of the application is written over, by whoever began it.
    """
    held = locked(application, by, "case.assess", Case.State.RECEIVED)
    today = timezone.localdate()
    if visited_on < held.case.received_on:
        raise Refused(
            _("The visit is dated before the application."),
            code="survey_too_early",
            fix=_("Visit the household after the application was received."),
        )
    if visited_on > today:
        raise Invalid(
            _("The day of the visit lies in the future."), code="future_date", field="visited_on"
        )
    check_facts(held.programme.rule, findings)
    survey = Survey.objects.select_for_update().filter(application=held, draft=True).first()
    survey = survey or Survey(application=held, first=by)
    survey.visited_on, survey.second = visited_on, second.strip()[:60]
    survey.findings, survey.text = findings, text.strip()[:2000]
    survey.save()
    audit.record(
        by=by,
        act="assistance.survey_draft",
        subject=held.case,
        person_id=held.person_id,
        region=held.region,
        number=held.case.number,
    )
    return survey


@transaction.atomic
def hand_in(*, by: User, application: Application) -> Survey:
    """The survey is complete: two names, and it is changed no more."""
    held = locked(application, by, "case.assess", Case.State.RECEIVED)
    survey = Survey.objects.select_for_update().filter(application=held, draft=True).first()
    if survey is None:
        raise Refused(_("There is no draft of a survey."), code="no_draft")
    if not survey.second or survey.second == (survey.first.get_full_name() or str(survey.first)):
        raise Refused(
            _("A household is visited by two people."),
            code="one_surveyor",
            fix=_("Enter the name of the second."),
        )
    survey.draft, survey.handed_in_at = False, timezone.now()
    survey.save(update_fields=["draft", "handed_in_at"])
    clocks.done(held, StepCode.SURVEY, survey.visited_on)
    audit.record(
        by=by,
        act="assistance.survey",
        subject=held.case,
        person_id=held.person_id,
        region=held.region,
        number=held.case.number,
        visited_on=survey.visited_on.isoformat(),
    )
    return survey
