"""A resident's year may be paid at the portal: exactly what is open of it."""

from django.utils.translation import gettext_lazy as _

from enrollment.models import Person, ResidentEnrolment, ResidentReceipt
from enrollment.queries.residents import open_of
from enrollment.services.online import purposes
from enrollment.services.residents import receipts
from funds.models import Branch
from socsec.kernel.money import yuan
from socsec.office.errors import Invalid, Refused

SLUG = "resident"

TITLES = {
    Branch.MEDICAL.value: _("Residents' medical insurance, %(year)s"),
    Branch.PENSION.value: _("Residents' old-age insurance, %(year)s"),
}


def subject(branch: int, year: int) -> str:
    """How a payment says what it is for.

    >>> subject(2, 2027)
    '2:2027'
    """
    return f"{int(branch)}:{year}"


def read(text: str) -> tuple[int, int]:
    """Branch and year of a subject."""
    branch, colon, year = text.partition(":")
    if not (colon and branch.isdigit() and year.isdigit() and int(branch) in TITLES):
        raise Invalid(_("Nothing can be paid under this name."), code="unknown_subject")
    return int(branch), int(year)


def title(payer: purposes.Payer, text: str) -> purposes.Text:
    branch, year = read(text)
    return TITLES[branch] % {"year": year}


def check(payer: purposes.Payer, text: str, amount: int) -> None:
    """The whole of what is open for the year, and nothing else."""
    branch, year = read(text)
    enrolled = ResidentEnrolment.objects.filter(
        person_id=payer.pk, branch=branch, year=year, cancelled_on__isnull=True
    ).exists()
    if not isinstance(payer, Person) or not enrolled:
        raise Refused(
            _("There is no enrolment for %(year)s to pay for.") % {"year": year},
            code="not_enrolled",
            fix=_("Enrol first."),
        )
    due = open_of(payer.pk, branch, year).open()
    if due <= 0:
        raise Refused(_("%(year)s is paid.") % {"year": year}, code="nothing_owed")
    if amount != due:
        raise Refused(
            _("%(open)s yuan are open for %(year)s.") % {"open": yuan(due), "year": year},
            code="not_what_is_open",
            field="amount",
        )


def take(taken: purposes.Taken) -> ResidentReceipt:
    """A receipt of one line; what does not fit any more is kept as unmatched."""
    intent = taken.intent
    branch, year = read(intent.subject)
    person = intent.person
    assert person is not None  # checked when it was begun
    enrolment = ResidentEnrolment.objects.get(person_id=person.pk, branch=branch, year=year)
    return receipts.receive(
        by=None,
        branch=branch,
        region=enrolment.region,
        reference=taken.reference,
        received_on=taken.on,
        lines=[receipts.Line(person.resident_id, year, taken.amount, person_id=person.pk)],
        channel=ResidentReceipt.Channel.GATEWAY,
    )


PURPOSE = purposes.Purpose(
    slug=SLUG,
    label=_("A resident's year"),
    title=title,
    check=check,
    take=take,
    done="residents",
)
