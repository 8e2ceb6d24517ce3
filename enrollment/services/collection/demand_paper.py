"""A demand note as it is printed."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from enrollment.models import DemandNote
from funds.models import Branch
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.kernel.regions import upwards
from socsec.office import display
from socsec.office.models import Office
from socsec.office.pdf import Column, Paper


def write(note: DemandNote, language: str) -> bytes:
    """The note as a PDF in one language: what is owed by month and branch, and until when."""
    with override(language):
        paper = Paper(
            title=_("Demand note %(number)s") % {"number": note.number},
            language=language,
            office=_office(note.region),
            dated=note.issued_on,
            number=note.number,
        )
        paper.greet(str(note.payer))
        paper.heading(_("You owe social insurance contributions"))
        paper.text(
            _("By the records up to %(month)s %(total)s yuan are open. Please pay them by %(due)s.")
            % {
                "month": display.month(note.month, language),
                "total": yuan(note.total),
                "due": display.day_plain(note.due_on, language),
            }
        )
        paper.table(
            [
                Column(_("Month")),
                Column(_("Branch"), 2),
                Column(_("People"), figures=True),
                Column(_("Contributions"), 1.4, figures=True),
                Column(_("Surcharge"), 1.2, figures=True),
            ],
            [
                [
                    format_month(line.month),
                    str(Branch(line.branch).label),
                    str(line.heads),
                    yuan(line.contributions),
                    yuan(line.surcharge),
                ]
                for line in note.lines.all()
            ],
            total=[_("Together"), "", "", yuan(note.contributions), yuan(note.surcharge)],
        )
        paper.text(
            _(
                "An employer who pays late owes 0.05 % of the open amount for each day "
                "(Social Insurance Law, article 86). What is paid is taken for the oldest month first."
            )
        )
        return paper.bytes()


def _office(region: str) -> str:
    """The office of the nearest region, by name."""
    near = {
        office.region_id: str(office)
        for office in Office.objects.filter(region_id__in=upwards(region))
    }
    return next((near[code] for code in upwards(region) if code in near), "")
