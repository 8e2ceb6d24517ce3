"""Reports and complaints about how assistance is given: by name or without one, looked into by others.

Whoever reports without a name leaves no trace of themselves: no person, no relative, no phone. Those
whom a report is about do not handle it. 社会救助法第六十条、第六十三条; 浙江省社会救助条例第五十八条.
"""

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from assistance.models import Application, Report
from enrollment.models import Person
from socsec.office.access import require_other_hand
from socsec.office.errors import Invalid, NotFound, say
from socsec.office.models import Case, User
from socsec.office.services import case as cases
from socsec.office.services import users
from socsec.office.services.messages import notify

KIND = "assistance_report"
LAW = "社会救助法第六十三条"
NOBODY = "匿名"
CODE = 12  # letters of the code by which a report without a name is followed


@transaction.atomic
def receive(
    *,
    by: User,
    region: str,
    text: str,
    person: Person | None = None,
    application: Application | None = None,
    channel: str = Case.Channel.COUNTER,
    key: str = "",
) -> Report:
    """Take a report down: of a person, or of nobody where `person` is not given."""
    if not text.strip():
        raise Invalid(_("Say what is reported."), code="empty", field="text")
    case = cases.open_case(
        kind=KIND,
        person_id=person.pk if person else None,
        subject=person.name if person else NOBODY,
        region=region,
        by=by,
        channel=channel,
        key=key,
    )
    if hasattr(case, "assistance_report"):
        return case.assistance_report
    return Report.objects.create(case=case, application=application, text=text.strip())


@transaction.atomic
def receive_unnamed(*, region: str, text: str) -> tuple[Report, str]:
    """A report from nobody, at the portal; with the code that shows what becomes of it.

    The code follows from the number of the case and the key of the installation: nothing about it
    or about whoever reports is stored.
    """
    if not text.strip():
        raise Invalid(_("Say what is reported."), code="empty", field="text")
    case = cases.open_case(
        kind=KIND,
        person_id=None,
        subject=NOBODY,
        region=region,
        by=users.clock(),
        channel=Case.Channel.PORTAL,
        allowed=True,
    )
    return Report.objects.create(case=case, text=text.strip()), _code_of(case.number)


def follow(*, number: str, code: str) -> Report:
    """The report of nobody that has this number and code. `NotFound` for all others alike."""
    number, typed = "".join(number.upper().split()), "".join(code.lower().split())
    held = (
        Report.objects.select_related("case")
        .filter(case__number=number, case__person_id__isnull=True)
        .first()
    )
    if held is None or not constant_time_compare(_code_of(number), typed):
        raise NotFound(
            _("There is no report with this number and code."),
            code="no_report",
            field="code",
            fix=_("Type both as they were shown."),
        )
    return held


def _code_of(number: str) -> str:
    return salted_hmac(KIND, number).hexdigest()[:CODE]


@transaction.atomic
def propose(*, by: User, report: Report, upheld: bool, findings: str) -> Report:
    """The maker's part: what was found, and whether the report is true."""
    held = _lock(report, by, "case.assess", Case.State.RECEIVED)
    if not findings.strip():
        raise Invalid(_("Say what was found."), code="empty", field="findings")
    held.upheld, held.findings = upheld, findings.strip()
    held.save(update_fields=["upheld", "findings"])
    cases.propose(case_id=held.pk, by=by, sheet=None, edition=None, upheld=upheld)
    return held


@transaction.atomic
def decide(*, by: User, report: Report) -> Report:
    """The checker's part: it is closed, and whoever gave a name is told what was found."""
    held = _lock(report, by, "case.check", Case.State.ASSESSED)
    case = held.case
    if held.upheld:
        cases.decide(case_id=held.pk, by=by, outcome=Case.State.GRANTED.value)
    else:
        reason = {"code": "not_found", "law": LAW}
        reason |= {"text_zh": held.findings, "text_en": held.findings}
        cases.decide(case_id=held.pk, by=by, outcome=Case.State.REFUSED.value, reasons=[reason])
    if case.person_id is not None:
        notify(
            person_id=case.person_id,
            title=_("Your report was looked into"),
            body=say(_("What was found: %(findings)s"), findings=held.findings),
            by=by,
            case=case,
        )
    return held


def _lock(report: Report, by: User, act: str, *states: str) -> Report:
    """The report, held. Nobody looks into a report about their own work."""
    cases.lock(report.pk, by, act, *states)
    held = (
        Report.objects.select_for_update(of=("self",))
        .select_related("case", "application__case")
        .get(pk=report.pk)
    )
    if act == "case.check":
        require_other_hand(by, held.case.maker_id)
    if held.application is not None:
        about = held.application.case
        require_other_hand(by, about.maker_id, about.checker_id, about.opened_by_id)
    return held
