"""The page of a case: what is asked for, how far each step is, and what was found."""

from typing import Any

from django.urls import reverse

from assistance import queries
from assistance.models import Application, Clock
from assistance.services import clocks, deciding
from socsec.office import case_file
from socsec.office.models import Case, User

from . import notices, questions, registers


def shown_on_case(user: User, case: Case) -> list[case_file.Panel]:
    application = queries.application_of(case)
    if application is None:
        return []
    grant = getattr(application, "grant", None)
    return [
        (
            "admin/assistance/_application.html",
            {
                "application": application,
                "stated": list(questions.in_words(application.programme, application.stated)),
                "grant": grant,
                "wanting": deciding.missing(application) if case.is_open else [],
                "steps": _steps(application, case),
            },
        ),
        ("admin/assistance/_found.html", _found(user, case, application)),
    ]


def _steps(application: Application, case: Case) -> list[dict[str, Any]]:
    rows = application.clocks.select_related("step").order_by("step__place", "pk")
    return [
        {"clock": clock, "left": clocks.days_left(clock) if _runs(clock) else None}
        for clock in rows
    ]


def _runs(clock: Clock) -> bool:
    return clock.began_on is not None and clock.done_on is None


def _found(user: User, case: Case, application: Application) -> dict[str, Any]:
    """Members, registers, surveys, appraisal and notices, with what may be done with each."""
    rows = application.matchings.select_related("person")
    return {
        "members": application.members.select_related("person"),
        "registers": [
            {
                "row": row,
                "found": registers.in_words(row),
                "buttons": registers.offered(user, case, row),
            }
            for row in rows
        ],
        "surveys": [
            {
                "row": row,
                "found": list(questions.in_words(application.programme, row.findings)),
            }
            for row in application.surveys.select_related("first")
        ],
        "survey_url": reverse("admin:assistance_survey", args=[application.pk]),
        "appraisal": getattr(application, "appraisal", None),
        "notices": [
            {"row": row, "buttons": notices.offered(user, case, row)}
            for row in application.notices.all()
        ],
    }
