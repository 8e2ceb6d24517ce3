"""Somebody says that a month of their record is wrong: a case, looked at by one, decided by another.

The decision says what was found. What is to be corrected is corrected by the verbs that exist for
it: months of earlier books, wages, back payment.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from funds.models import Branch
from socsec.kernel.months import format_month, month_of
from socsec.office.errors import Invalid, say
from socsec.office.models import Case, User
from socsec.office.services import case as cases
from socsec.office.services import messages

KIND = "month_error"

REASONS: dict[str, dict[str, str]] = {
    "record_right": {
        "text_zh": "核对了申报、缴费凭证和账目，记录没有错。",
        "text_en": "We compared declarations, receipts and books: the record is right.",
        "law": "社会保险法第七十四条",
    },
    "not_proven": {
        "text_zh": "现有材料不能证明这个月应当参保或者缴过费。",
        "text_en": "The papers do not prove that the month was to be insured or was paid.",
        "law": "社会保险经办条例第十一条",
    },
}


@transaction.atomic
def report(
    *, by: User, person: Person, branch: int, month: int, text: str, channel: str, key: str = ""
) -> Case:
    """Receive that a month is wrong, and why. The same month reported again is the case there is."""
    if branch not in Branch.values:
        raise Invalid(_("There is no such branch."), code="no_branch", field="branch")
    if not month_of(person.born_on) <= month <= month_of(timezone.localdate()):
        raise Invalid(
            _("The month lies before the birth or in the future."), code="no_month", field="month"
        )
    if not text.strip():
        raise Invalid(_("Say what is wrong."), code="empty", field="text")
    key = key or f"month:{person.pk}:{branch}:{month}"
    known = Case.objects.filter(
        kind=KIND, person_id=person.pk, key__startswith=key, state__in=Case.OPEN
    ).first()
    if known is None:
        # A case that was closed does not keep the month from being reported again.
        before = Case.objects.filter(kind=KIND, person_id=person.pk, key__startswith=key).count()
        known = cases.open_case(
            kind=KIND,
            person_id=person.pk,
            subject=person.name,
            region=person.region,
            by=by,
            channel=channel,
            key=f"{key}:{before}",
            branch=branch,
            month=format_month(month),
        )
    cases.note(case_id=known.pk, by=by, text=text)
    return known


@transaction.atomic
def examine(*, by: User, case: Case, finding: str) -> Case:
    """The maker's part: what the books and papers say of the month."""
    if not finding.strip():
        raise Invalid(_("Say what you found."), code="empty", field="finding")
    cases.note(case_id=case.pk, by=by, text=finding)
    return cases.propose(case_id=case.pk, by=by, sheet=None, edition=None, finding=finding.strip())


@transaction.atomic
def grant(*, by: User, case: Case) -> Case:
    """The checker agrees that the month was wrong; it has been corrected."""
    decided = cases.decide(case_id=case.pk, by=by, outcome=Case.State.GRANTED)
    _tell(by, decided, _("Your record was corrected"))
    return decided


@transaction.atomic
def refuse(*, by: User, case: Case, reason: str) -> Case:
    """The checker finds the record right, with a reason of the list."""
    if reason not in REASONS:
        raise Invalid(_("Choose a reason."), code="no_reason", field="reason")
    decided = cases.decide(
        case_id=case.pk,
        by=by,
        outcome=Case.State.REFUSED,
        reasons=[{"code": reason, **REASONS[reason]}],
    )
    _tell(by, decided, _("Your record stays as it is"))
    return decided


def about(case: Case) -> str:
    """Branch and month of the case, as it was opened with."""
    opened = case.events.filter(act="open").first()
    held = opened.detail if opened else {}
    return f"{Branch(held['branch']).label} · {held['month']}" if held else ""


def _tell(by: User, case: Case, title: object) -> None:
    assert case.person_id is not None  # every such case is about somebody
    messages.notify(
        person_id=case.person_id,
        title=title,  # type: ignore[arg-type]
        body=say(
            _(
                "You said that a month of your record is wrong. The case %(number)s says what we found."
            ),
            number=case.spaced_number,
        ),
        by=by,
        case=case,
    )
