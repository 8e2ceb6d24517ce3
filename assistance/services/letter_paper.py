"""The letter of a decision as it is printed: the result, from when, the working, and how to disagree."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from assistance.models import Application, Grant, Rhythm
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office import display
from socsec.office.models import Case
from socsec.office.pdf import Paper
from socsec.office.services import policy as policies

LAW = "社会救助法第四十五条、第七十六条"


def write(application: Application, language: str) -> bytes:
    """The letter as a PDF in one language, from what the decision stored alone.

    For a case that is granted or refused; another has no letter.
    """
    case = application.case
    if case.decided_at is None or case.state not in (Case.State.GRANTED, Case.State.REFUSED):
        raise LookupError(f"case {case.number} is not decided")
    decided = timezone.localdate(case.decided_at)
    with override(language):
        paper = Paper(
            title=_("Decision: %(programme)s") % {"programme": application.programme},
            language=language,
            office=str(case.office or ""),
            dated=decided,
            number=case.number,
        )
        paper.greet(application.person.name)
        if case.state == Case.State.GRANTED:
            _granted(paper, application)
        else:
            _refused(paper, case, language)
        if case.sheet:
            paper.section(_("How it was worked out"))
            paper.sheet(case.sheet)
        paper.section(_("Do you disagree?"))
        paper.text(_remedies(application, decided, language))
        paper.signed(
            _("Assessed by %(maker)s, checked by %(checker)s.")
            % {"maker": _name(case.maker), "checker": _name(case.checker)}
        )
        return paper.bytes()


def _granted(paper: Paper, application: Application) -> None:
    grant: Grant | None = getattr(application, "grant", None)
    paper.heading(_("Granted: %(programme)s") % {"programme": application.programme})
    # The first version is of this decision, or the second where aid was given before its papers.
    amounts = grant.amounts.filter(recorded_at__gte=application.case.decided_at) if grant else None
    first = amounts.order_by("version").first() if amounts is not None else None
    if grant is None or first is None or application.programme.rhythm == Rhythm.NONE:
        paper.text(
            _("You and the members who count are recognised from the day of this letter on.")
        )
    elif application.programme.rhythm == Rhythm.ONCE:
        paper.text(_("%(amount)s yuan in all, paid once.") % {"amount": yuan(first.amount)})
    else:
        paper.text(
            _("%(amount)s yuan a month, from %(month)s on.")
            % {"amount": yuan(first.amount), "month": format_month(grant.from_month)}
        )
    paper.text(
        _(
            "Tell us when members, income or property change: the grant follows from the month after."
        )
    )


def _refused(paper: Paper, case: Case, language: str) -> None:
    paper.heading(_("Your application was refused"))
    paper.text(_("These conditions are not met:"))
    said = "text_zh" if display.chinese(language) else "text_en"
    for reason in case.reasons:
        paper.text(f"· {reason[said]} ({reason['law']})")


def _remedies(application: Application, decided: Any, language: str) -> str:
    days = policies.of(policies.current_edition()).at(
        "office.appeal.ask_days", application.region, decided
    )
    return _(
        "Within %(days)s days of this letter you may ask us for a review, of the whole or of one line "
        "of the sheet, at the counter or in the portal; or ask the government of the district for "
        "administrative reconsideration; or go to court (%(law)s). It costs nothing to ask us."
    ) % {"days": int(days.value), "law": LAW}


def _name(user: Any) -> str:
    return (user.get_full_name() or str(user)) if user is not None else ""
