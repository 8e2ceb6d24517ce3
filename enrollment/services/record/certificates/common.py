"""What all papers about a person have in common."""

from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from enrollment.queries.record import MonthStatus
from funds.models import Branch
from socsec.office import display
from socsec.office.access import require
from socsec.office.certificates import Issued
from socsec.office.errors import Refused
from socsec.office.models import Region, User
from socsec.office.pdf import Paper

Text = str | Promise


def require_person(by: User, person: Person) -> None:
    """Whether a paper about this person may be issued by that user."""
    require(by, "certificate.issue", person.region, person.pk)


def places_of(codes: set[str]) -> dict[str, dict[str, str]]:
    """Names of regions in both languages, as they are today."""
    return {
        region.code: {"zh": region.name_zh, "en": region.name_en}
        for region in Region.objects.filter(pk__in=codes)
    }


def tongue(paper: Paper) -> str:
    return "zh" if paper.chinese else "en"


def place(issued: Issued, code: str) -> str:
    """A region of the paper by name, in the language of the moment."""
    known = issued.facts["places"].get(code)
    return known["zh" if display.chinese() else "en"] if known else code


def branch_name(number: int) -> Text:
    return Branch(number).label


def state_name(word: str) -> Text:
    return MonthStatus(word).label


def who(issued: Issued) -> list[tuple[Text, Text]]:
    """The person at the top of the paper, with the whole number."""
    born = date.fromisoformat(issued.facts["born"])
    return [
        (_now("Name"), issued.name),
        (_now("Social security number"), issued.number),
        (_now("Date of birth"), display.day_plain(born)),
    ]


def who_masked(issued: Issued) -> list[tuple[Text, Text]]:
    """The same for the public page."""
    hidden = issued.name[0] + "*" * (len(issued.name) - 1)
    return [(_("Name"), hidden), (_("Social security number"), issued.masked)]


def nothing_known(name: str) -> Refused:
    return Refused(
        _("No insurance of %(name)s is on record yet.") % {"name": name},
        code="nothing_to_certify",
        fix=_("The certificate can be issued as soon as the first coverage or month is recorded."),
    )


def months_said(counted: dict[str, Any]) -> str:
    """Paid and deemed months of a branch in words."""
    paid, deemed = counted["months_paid"], counted["months_deemed"]
    if deemed:
        return _now("%(paid)s paid, %(deemed)s deemed") % {"paid": paid, "deemed": deemed}
    return _now("%(paid)s paid") % {"paid": paid}
